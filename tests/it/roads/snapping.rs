//! Points beside, on and far from roads.

use std::{ops::ControlFlow, sync::Arc};

use conthoi::roads::{Leg, Point, Profile, RoadsError, Router, Travel, UnreachableReason};

use super::{TinyMap, import_extract};

const STREET: &[(&str, &str)] = &[("highway", "residential")];
const ONE_WAY: &[(&str, &str)] = &[("highway", "residential"), ("oneway", "yes")];

/// A block: one long street eastward and a way back north of it.
fn block(south: &[(&str, &str)]) -> TinyMap {
    TinyMap::default()
        .node(1, 0.0, 0.0)
        .node(2, 4.0, 0.0)
        .node(3, 4.0, 1.0)
        .node(4, 0.0, 1.0)
        .way(&[1, 2], south)
        .way(&[2, 3, 4, 1], STREET)
}

#[test]
fn a_point_is_snapped_to_the_middle_of_a_street_and_the_distance_reported() {
    let router = block(STREET).router(Profile::Car);
    assert_eq!(router.snap_distance_m(TinyMap::at(2.0, -0.5)), Ok(56));
    let matrix = router.matrix(&[TinyMap::at(1.0, -0.5), TinyMap::at(3.0, -0.2)]).unwrap();
    assert_eq!(matrix.get(0, 1).unwrap().metres, 219, "two steps of 109.6 m, the walk to the street not counted");
    assert_eq!(matrix.snap_distances_m(), [Ok(56), Ok(22)]);
}

#[test]
fn on_one_street_the_way_back_follows_the_one_way() {
    let two_way = block(STREET).router(Profile::Car);
    let one_way = block(ONE_WAY).router(Profile::Car);
    let points = [TinyMap::at(1.0, 0.0), TinyMap::at(3.0, 0.0)];
    let metres = |router: &Router, from, to| router.matrix(&points).unwrap().get(from, to).unwrap().metres;
    assert_eq!((metres(&two_way, 0, 1), metres(&two_way, 1, 0)), (219, 219));
    assert_eq!((metres(&one_way, 0, 1), metres(&one_way, 1, 0)), (219, 880), "behind you is once round the block");
    let back = one_way.route(&[points[1], points[0]]).unwrap();
    assert_eq!(back.metres(), 880);
    assert_eq!(back.legs[0].geometry.len(), 6, "start, four corners, end");
    let ahead = one_way.route(&points).unwrap();
    assert_eq!(ahead.legs[0].geometry, points);
}

#[test]
fn equal_points_are_zero_apart_even_on_a_one_way_street() {
    let router = block(ONE_WAY).router(Profile::Car);
    let same = [TinyMap::at(2.0, 0.1), TinyMap::at(2.0, 0.1)];
    let matrix = router.matrix(&same).unwrap();
    for (from, to) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        assert_eq!(matrix.get(from, to), Some(Leg { seconds: 0, metres: 0 }));
    }
    assert_eq!(router.route(&same).unwrap().legs[0].geometry.len(), 2, "a line needs two positions");
}

#[test]
fn a_one_way_dead_end_is_never_snapped_to() {
    // Node 5 can be reached but never left, so it is outside the strongly connected part.
    let map = block(STREET).node(5, 2.0, -1.0).way(&[1, 5], ONE_WAY);
    let router = map.router(Profile::Car);
    assert_eq!(router.snap_distance_m(TinyMap::at(2.0, -1.0)), Ok(111), "the street, not the dead end below the point");
    assert_eq!(map.router(Profile::Foot).snap_distance_m(TinyMap::at(2.0, -1.0)), Ok(0));
}

#[test]
fn an_island_without_a_ferry_is_reported_not_guessed() {
    let map = block(STREET).node(5, 50.0, 0.0).node(6, 51.0, 0.0).way(&[5, 6], STREET);
    let router = map.router(Profile::Motorbike);
    let points = [TinyMap::at(0.5, 0.0), TinyMap::at(50.5, 0.0), TinyMap::at(2.0, 0.0)];
    let matrix = router.matrix(&points).unwrap();
    let reason = UnreachableReason::TooFarFromRoad { limit_m: 1_000 };
    let pairs: Vec<_> = matrix.unreachable().map(|u| (u.from, u.to, u.reason)).collect();
    assert_eq!(pairs, [(0, 1, reason), (1, 0, reason), (1, 2, reason), (2, 1, reason)]);
    assert_eq!(matrix.get(0, 1), None);
    assert_eq!(matrix.get(1, 1), Some(Leg { seconds: 0, metres: 0 }));
    assert!(matrix.get(0, 2).is_some());
    let error = router.route(&points).unwrap_err();
    assert!(matches!(error, RoadsError::PointUnreachable { index: 1, .. }), "{error}");
    assert!(error.to_string().contains("too_far_from_road"), "{error}");
    assert_eq!(serde_json::to_value(reason).unwrap()["code"], "too_far_from_road");
}

#[test]
fn the_snap_limit_is_the_callers() {
    let router = block(STREET).router(Profile::Car);
    let beside = TinyMap::at(2.0, -3.0);
    assert_eq!(router.snap_distance_m(beside), Ok(334));
    let strict = block(STREET).router(Profile::Car).with_snap_limit_m(333);
    assert_eq!(strict.snap_distance_m(beside), Err(UnreachableReason::TooFarFromRoad { limit_m: 333 }));
}

#[test]
fn a_profile_without_roads_reaches_nothing() {
    let map = TinyMap::default().node(1, 0.0, 0.0).node(2, 1.0, 0.0).way(&[1, 2], &[("highway", "steps")]);
    assert_eq!(map.leg(Profile::Car, (0.0, 0.0), (1.0, 0.0)), None);
    assert!(map.leg(Profile::Foot, (0.0, 0.0), (1.0, 0.0)).is_some());
}

#[test]
fn a_route_needs_two_points_and_draws_geojson() {
    let travel = Travel::Network(Box::new(block(STREET).router(Profile::Motorbike)));
    assert!(matches!(travel.route(&[TinyMap::at(0.0, 0.0)]), Err(RoadsError::TooFewPoints(1))));
    let points = [TinyMap::at(1.0, 0.0), TinyMap::at(3.0, 1.0), TinyMap::at(1.0, 0.0)];
    let route = travel.route(&points).unwrap();
    assert_eq!(route.legs.len(), 2);
    let json = route.to_geojson();
    assert_eq!(json["type"], "FeatureCollection");
    let feature = &json["features"][0];
    assert_eq!(feature["geometry"]["type"], "LineString");
    assert_eq!(feature["geometry"]["coordinates"][0], serde_json::json!([105.971, 9.6]), "longitude first");
    assert_eq!(feature["properties"]["metres"], route.legs[0].leg.metres);
    let basis = feature["properties"]["basis"].as_str().unwrap();
    assert!(basis.contains("tiny") && basis.contains("OpenStreetMap contributors"), "{basis}");
}

#[test]
fn a_matrix_is_the_same_on_one_thread_and_on_many() {
    let Some(network) = import_extract("ninhkieu") else {
        return;
    };
    let router = Router::new(Arc::new(network), Profile::Motorbike).unwrap();
    // A grid over the town, some of it in the river and beyond the limit.
    let points: Vec<Point> = (0..120)
        .map(|n| Point::from_degrees(10.0 + f64::from(n / 11) * 0.008, 105.72 + f64::from(n % 11) * 0.008).unwrap())
        .collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| router.matrix(&points).unwrap())
    };
    let one = on(1);
    assert!(one.unreachable().next().is_some(), "some points are far off");
    assert!((0..120).any(|n| (0..120).any(|m| one.get(n, m) != one.get(m, n))), "one-ways make it asymmetric");
    assert_eq!(one, on(3));
}

#[test]
fn a_long_matrix_reports_and_stops_when_told() {
    let router = block(STREET).router(Profile::Car);
    let points: Vec<Point> = (0..40).map(|n| TinyMap::at(f64::from(n) * 0.1, 0.0)).collect();
    let most = std::sync::atomic::AtomicUsize::new(0);
    router
        .matrix_with(&points, &|progress| {
            assert_eq!(progress.rows, 40);
            most.fetch_max(progress.rows_done, std::sync::atomic::Ordering::SeqCst);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(most.into_inner(), 40);
    let stopped = router.matrix_with(&points, &|_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(RoadsError::Cancelled)));
    assert!(router.matrix(&[]).unwrap().unreachable().next().is_none());
}
