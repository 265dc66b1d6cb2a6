//! What the shared extracts hold.

use conthoi::roads::{Profile, RoadNetwork};

use super::import_extract;

#[test]
fn the_summary_tells_what_is_inside() {
    let Some(network) = import_extract("andorra") else {
        return;
    };
    let summary = network.summary();
    println!("{}", serde_json::to_string_pretty(summary).unwrap());
    assert_eq!(summary.name, "andorra");
    assert_eq!(summary.attribution, "© OpenStreetMap contributors, ODbL 1.0");
    assert_eq!(summary.vertices, network.graph().node_count() as u64);
    assert_eq!(summary.edges, network.graph().edge_count() as u64);
    assert!(summary.vertices < summary.shape_points / 2, "chains are contracted");
    assert!(summary.km_by_class["residential"] > 50.0);
    let car = &summary.profiles[&Profile::Car];
    assert!(car.components >= 1 && car.main_part_vertices * 10 > summary.vertices);
    assert!(car.main_part_km > 200.0, "{}", car.main_part_km);
    let bounds = summary.bounds.expect("the extract is not empty");
    assert!((42.0..43.0).contains(&bounds.south_west.lat()) && (1.0..2.0).contains(&bounds.north_east.lon()));
}

#[test]
fn ninh_kieu_falls_into_parts_of_which_the_largest_is_used() {
    let Some(network): Option<RoadNetwork> = import_extract("ninhkieu") else {
        return;
    };
    let summary = network.summary();
    println!("{}", serde_json::to_string_pretty(summary).unwrap());
    let car = &summary.profiles[&Profile::Car];
    assert!(car.components > 1);
    assert!(car.main_part_vertices > 1_000);
}
