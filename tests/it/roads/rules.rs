//! Each rule on a map small enough to compute by hand.
//!
//! Grid steps are 0.001 degrees near 9.6° north: 111 m northward, 110 m eastward.

use conthoi::roads::{Profile, RoadRules};

use super::TinyMap;

const STREET: &[(&str, &str)] = &[("highway", "residential")];

/// A square 1-2-3-4 of two-way streets, so that there is always a way round.
fn square() -> TinyMap {
    TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).node(3, 1.0, 1.0).node(4, 0.0, 1.0)
}

fn with<'a>(tags: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    STREET.iter().chain(tags).copied().collect()
}

/// The way from 1 to 2 is under test, the other three sides are streets.
fn side_under_test(tags: &[(&str, &str)]) -> TinyMap {
    square().way(&[1, 2], tags).way(&[2, 3, 4, 1], STREET)
}

const ALONG: ((f64, f64), (f64, f64)) = ((0.1, 0.0), (0.9, 0.0));
const AGAINST: ((f64, f64), (f64, f64)) = ((0.9, 0.0), (0.1, 0.0));

fn metres(map: &TinyMap, profile: Profile, (from, to): ((f64, f64), (f64, f64))) -> Option<u32> {
    map.leg(profile, from, to).map(|(_, metres)| metres)
}

#[test]
fn a_street_takes_its_length_at_its_speed() {
    // 2 × 109.64 m at 22 km/h, 20 km/h and 4.5 km/h.
    let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 2.0, 0.0).way(&[1, 2], STREET);
    let leg = |profile| map.leg(profile, (0.0, 0.0), (2.0, 0.0)).unwrap();
    assert_eq!(leg(Profile::Motorbike), (36, 219));
    assert_eq!(leg(Profile::Car), (39, 219));
    assert_eq!(leg(Profile::Foot), (175, 219));
}

#[test]
fn a_one_way_street_is_ridden_round_and_walked_straight() {
    for (value, direction, opposite) in
        [("yes", ALONG, AGAINST), ("true", ALONG, AGAINST), ("1", ALONG, AGAINST), ("-1", AGAINST, ALONG)]
    {
        let map = side_under_test(&with(&[("oneway", value)]));
        assert_eq!(metres(&map, Profile::Car, direction), Some(88), "oneway={value}");
        assert_eq!(metres(&map, Profile::Car, opposite), Some(354), "oneway={value}");
        assert_eq!(metres(&map, Profile::Foot, opposite), Some(88), "oneway={value}");
    }
    let both = side_under_test(&with(&[("oneway", "no")]));
    assert_eq!(metres(&both, Profile::Car, AGAINST), Some(88));
}

#[test]
fn the_specific_oneway_tag_wins() {
    let map = side_under_test(&with(&[("oneway", "yes"), ("oneway:motorcycle", "no")]));
    assert_eq!(metres(&map, Profile::Motorbike, AGAINST), Some(88));
    assert_eq!(metres(&map, Profile::Car, AGAINST), Some(354));
    let walkers_too = side_under_test(&with(&[("oneway:foot", "yes")]));
    assert_eq!(metres(&walkers_too, Profile::Foot, AGAINST), Some(354));
}

#[test]
fn roundabouts_and_motorways_are_one_way_unless_said_otherwise() {
    let roundabout = square().way(&[1, 2, 3, 4, 1], &with(&[("junction", "roundabout")]));
    assert_eq!(metres(&roundabout, Profile::Car, ALONG), Some(88));
    assert_eq!(metres(&roundabout, Profile::Car, AGAINST), Some(354));
    assert_eq!(metres(&roundabout, Profile::Foot, AGAINST), Some(88));
    let motorway = side_under_test(&[("highway", "motorway")]);
    assert_eq!(metres(&motorway, Profile::Car, AGAINST), Some(354));
    let two_way = side_under_test(&[("highway", "motorway"), ("oneway", "no")]);
    assert_eq!(metres(&two_way, Profile::Car, AGAINST), Some(88));
}

#[test]
fn motorbikes_and_walkers_keep_off_motorways() {
    // The motorway's middle is nearer to a street for them: they are snapped to another side of the square.
    for tags in [&[("highway", "motorway"), ("oneway", "no")][..], &[("highway", "trunk"), ("motorroad", "yes")]] {
        let map = side_under_test(tags);
        let ends = ((0.0, 0.1), (1.0, 0.1));
        assert_eq!(metres(&map, Profile::Car, ends), Some(132), "{tags:?}");
        assert_eq!(metres(&map, Profile::Motorbike, ends), Some(310), "{tags:?}");
        assert_eq!(metres(&map, Profile::Foot, ends), Some(310), "{tags:?}");
    }
}

#[test]
fn the_specific_access_tag_wins() {
    let ends = ((0.0, 0.1), (1.0, 0.1));
    let (through, round) = (Some(132), Some(310));
    for (tags, motorbike, car, foot) in [
        (&[("access", "private")][..], round, round, round),
        (&[("access", "destination")], through, through, through),
        (&[("access", "no"), ("foot", "yes")], round, round, through),
        (&[("motor_vehicle", "no")], round, round, through),
        (&[("motor_vehicle", "no"), ("motorcycle", "yes")], through, round, through),
        (&[("motorcycle", "no")], round, through, through),
        (&[("vehicle", "private"), ("motorcar", "permissive")], round, through, through),
        (&[("access", "unheard_of")], through, through, through),
    ] {
        let map = side_under_test(&with(tags));
        assert_eq!(metres(&map, Profile::Motorbike, ends), motorbike, "{tags:?}");
        assert_eq!(metres(&map, Profile::Car, ends), car, "{tags:?}");
        assert_eq!(metres(&map, Profile::Foot, ends), foot, "{tags:?}");
    }
}

#[test]
fn an_alley_opens_to_motorbikes_only_when_its_own_tag_says_so() {
    let ends = ((0.0, 0.02), (1.0, 0.02));
    for (tags, expected) in [
        (&[("highway", "footway")][..], 328),
        (&[("highway", "footway"), ("access", "yes")], 328),
        (&[("highway", "footway"), ("motorcycle", "yes")], 114),
        (&[("highway", "path"), ("motorcycle", "designated")], 114),
    ] {
        // 110 m at 8 km/h, 49 s, just beat 328 m at 22 km/h, 54 s.
        assert_eq!(metres(&side_under_test(tags), Profile::Motorbike, ends), Some(expected), "{tags:?}");
    }
}

#[test]
fn barriers_stop_whom_they_should() {
    let ends = ((0.2, 0.0), (0.8, 0.0));
    let (through, round) = (Some(66), Some(376));
    for (tags, motorbike, car, foot) in [
        (&[("barrier", "bollard")][..], through, round, through),
        (&[("barrier", "bollard"), ("motorcar", "yes")], through, through, through),
        (&[("barrier", "gate")], through, through, through),
        (&[("barrier", "gate"), ("access", "private")], round, round, round),
        (&[("barrier", "gate"), ("access", "no"), ("foot", "yes")], round, round, through),
        (&[("barrier", "gate"), ("locked", "yes")], round, round, round),
        (&[("barrier", "stile")], round, round, through),
        (&[("highway", "crossing"), ("access", "no")], through, through, through),
    ] {
        let map = square().tagged_node(5, 0.5, 0.0, tags).way(&[1, 5, 2], STREET).way(&[2, 3, 4, 1], STREET);
        assert_eq!(metres(&map, Profile::Motorbike, ends), motorbike, "{tags:?}");
        assert_eq!(metres(&map, Profile::Car, ends), car, "{tags:?}");
        assert_eq!(metres(&map, Profile::Foot, ends), foot, "{tags:?}");
    }
}

#[test]
fn a_barrier_at_a_junction_stops_every_crossing() {
    let cross = |tags: &[(&str, &str)]| {
        square()
            .tagged_node(9, 0.5, 0.5, tags)
            .way(&[1, 2, 3, 4, 1], STREET)
            .way(&[1, 9, 3], STREET)
            .way(&[2, 9, 4], STREET)
    };
    let ends = ((0.1, 0.1), (0.9, 0.9));
    let open = metres(&cross(&[]), Profile::Car, ends);
    let closed = metres(&cross(&[("barrier", "block")]), Profile::Car, ends);
    assert_eq!((open, closed), (Some(125), Some(252)));
}

/// Streets on both banks of a river, two steps apart, and a ferry between them.
fn river(tags: &[(&str, &str)]) -> TinyMap {
    let ferry: Vec<_> = [("route", "ferry")].iter().chain(tags).copied().collect();
    TinyMap::default()
        .node(1, 0.0, 0.0)
        .node(2, 0.0, 1.0)
        .node(3, 0.0, 2.0)
        .node(4, 0.0, 3.0)
        .node(5, 0.0, 4.0)
        .way(&[1, 2], STREET)
        .way(&[2, 3], &ferry)
        .way(&[3, 4], &ferry)
        .way(&[4, 5], STREET)
}

#[test]
fn a_ferry_costs_boarding_and_half_the_interval_once() {
    // 2 × 111.2 m of street at 22 km/h: 36.4 s. 222.4 m of water at 10 km/h: 80.1 s. Boarding 120 s, half of 15 min.
    let leg = |map: TinyMap| map.leg(Profile::Motorbike, (0.0, 0.0), (0.0, 4.0)).unwrap();
    assert_eq!(leg(river(&[])), (686, 445));
    assert_eq!(leg(river(&[("interval", "00:30")])), (36 + 80 + 120 + 900, 445));
    assert_eq!(leg(river(&[("interval", "PT10M")])), (36 + 80 + 120 + 300, 445));
    // Two ferry ways of 5 minutes each; the boarding is still charged once.
    assert_eq!(leg(river(&[("duration", "00:05"), ("interval", "10")])), (36 + 600 + 120 + 300, 445));
    let passengers_only = river(&[("foot", "yes"), ("motor_vehicle", "no")]);
    let banks = [TinyMap::at(0.0, 0.0), TinyMap::at(0.0, 4.0)];
    let motorbike = passengers_only.router(Profile::Motorbike).with_snap_limit_m(100);
    assert_eq!(motorbike.matrix(&banks).unwrap().get(0, 1), None, "the far bank is another part");
    assert!(passengers_only.leg(Profile::Foot, (0.0, 0.0), (0.0, 4.0)).is_some());
}

#[test]
fn nobody_is_snapped_to_the_water() {
    let router = river(&[]).router(Profile::Motorbike);
    assert_eq!(router.snap_distance_m(TinyMap::at(0.0, 1.9)), Ok(100), "to the landing at 1.0");
}

#[test]
fn maxspeed_and_surface_only_slow_down() {
    let leg = |tags: &[(&str, &str)], profile| {
        let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 0.0, 10.0).way(&[1, 2], &with(tags));
        map.leg(profile, (0.0, 0.0), (0.0, 10.0)).unwrap().0
    };
    // 1,111.95 m; a residential street is 22 km/h for motorbikes.
    assert_eq!(leg(&[], Profile::Motorbike), 182);
    assert_eq!(leg(&[("maxspeed", "80")], Profile::Motorbike), 182);
    assert_eq!(leg(&[("maxspeed", "10")], Profile::Motorbike), 400);
    assert_eq!(leg(&[("maxspeed", "10 mph")], Profile::Motorbike), 249);
    assert_eq!(leg(&[("maxspeed", "walk")], Profile::Motorbike), 667);
    assert_eq!(leg(&[("maxspeed", "0")], Profile::Motorbike), 182);
    assert_eq!(leg(&[("maxspeed:backward", "5")], Profile::Motorbike), 182);
    assert_eq!(leg(&[("maxspeed:forward", "11")], Profile::Motorbike), 364);
    assert_eq!(leg(&[("surface", "gravel")], Profile::Motorbike), 260);
    assert_eq!(leg(&[("surface", "gravel"), ("maxspeed", "1")], Profile::Foot), 890);
}

#[test]
fn a_rules_file_is_refused_with_the_field_and_what_it_wants() {
    let default = include_str!("../../../data/roads/rules.toml");
    RoadRules::from_toml(default).expect("the built-in rules parse");
    for (from, to, wanted) in [
        ("version = 1", "version = 7", "version"),
        ("trunk = 50", "trunk = 0", "profile.motorbike.speed_kmh.trunk"),
        ("trunk = 50", "trunk = 5000", "0.1 to 300"),
        ("trunk = 50", "trunk = nan", "profile.motorbike.speed_kmh.trunk"),
        ("circuity = 1.35", "circuity = 0.5", "profile.motorbike.estimate.circuity"),
        ("gravel = 0.7", "gravel = -1", "surface_factor.gravel"),
        ("motorroad=yes", "motorroad", "key=value"),
        ("boarding_s = 120", "boarding_min = 2", "boarding_min"),
        ("\"foot\"]   # carried", "\"horse\"]   # carried", "horse"),
        ("version = 1", "version = ", "line"),
    ] {
        assert!(default.contains(from), "{from}");
        let error = RoadRules::from_toml(&default.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(wanted), "{to}: {error}");
    }
}
