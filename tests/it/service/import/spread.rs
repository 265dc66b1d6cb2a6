use conthoi::{
    domain::Position,
    service::import::{Folder, embedded, parse, spread},
};
use proptest::prelude::*;

/// Great-circle metres, to judge the rule by other arithmetic than its own.
fn metres(a: Position, b: Position) -> f64 {
    let (lat_a, lat_b) = (a.lat().to_radians(), b.lat().to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon() - a.lon()).to_radians() / 2.0).sin();
    2.0 * 6_371_008.8 * (half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon).sqrt().asin()
}

#[test]
fn the_first_office_stands_on_the_communes_point() {
    let point = Position::new(9.61046, 105.971_077).unwrap();
    assert_eq!(spread(point, 560, 0, 7), Ok(point));
}

proptest! {
    #[test]
    fn offices_are_apart_and_inside(lat in 8.5..23.4_f64, lon in 102.2..109.4_f64, radius_m in 100_u32..4000, count in 1_u32..60) {
        let point = Position::new(lat, lon).unwrap();
        let places: Vec<Position> = (0..count).map(|rank| spread(point, radius_m, rank, count).unwrap()).collect();
        for (n, place) in places.iter().enumerate() {
            prop_assert!(metres(point, *place) <= f64::from(radius_m));
            for other in &places[..n] {
                // n places in a disc: no closer than a third of the spacing of an even grid.
                prop_assert!(metres(*place, *other) > f64::from(radius_m) / f64::from(count).sqrt() / 3.0);
            }
        }
    }
}

#[test]
fn sites_stand_where_the_rule_says() {
    let data = embedded();
    let friday = "2019-06-14".parse().unwrap();
    for commune in data.communes.iter().filter(|commune| commune.effective.contains(friday)) {
        let here: Vec<_> = data.sites.iter().filter(|site| site.commune_code == commune.code).collect();
        for (rank, site) in (0..).zip(&here) {
            let count = u32::try_from(here.len()).unwrap();
            let expected = spread(commune.position, commune.spread_radius_m, rank, count).unwrap();
            assert_eq!(site.position, expected, "{} by rank of its code", site.code);
        }
    }
}

#[test]
fn an_office_of_another_commune_moves_nothing_here() {
    let before = embedded();
    let row = "AAA,Sở Mới,department,,,31510,,,assumed_commune,false,2018-12-01,,assumption,a test\n";
    let after = parse(&Folder::embedded().with("sites.csv", super::text_of("sites.csv") + row)).unwrap();
    let moved = |commune: &str| {
        before
            .sites
            .iter()
            .filter(|site| site.commune_code == commune)
            .any(|site| after.site_by_code(&site.code).unwrap().position != site.position)
    };
    assert!(moved("31510"), "its own commune makes room");
    assert!(before.sites.iter().filter(|site| site.commune_code != "31510").all(|site| !moved(&site.commune_code)));
}

#[test]
fn a_surveyed_office_keeps_its_position_and_makes_no_room() {
    let text = super::text_of("sites.csv").replacen(
        "STP,Sở Tư pháp,department,,,31516,,,assumed_commune",
        "STP,Sở Tư pháp,department,,,31516,9.6031,105.9799,building",
        1,
    );
    let data = parse(&Folder::embedded().with("sites.csv", text)).unwrap();
    assert_eq!(data.site_by_code("STP").unwrap().position, Position::new(9.6031, 105.9799).unwrap());
}
