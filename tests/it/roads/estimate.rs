//! Travel without a network.

use conthoi::roads::{Estimate, Leg, Point, Profile, RoadRules, RoadsError, Travel, TravelBasis};
use proptest::prelude::*;

fn point() -> impl Strategy<Value = Point> {
    (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lon)| Point::from_degrees(lat, lon).unwrap())
}

proptest! {
    #[test]
    fn it_is_great_circle_times_circuity_over_speed(points in prop::collection::vec(point(), 2..6), circuity in 1.0..3.0, speed in 1.0..100.0) {
        let estimate = Estimate::new(Profile::Motorbike, circuity, speed).unwrap();
        let matrix = Travel::Estimate(estimate).matrix(&points).unwrap();
        for (i, a) in points.iter().enumerate() {
            prop_assert_eq!(matrix.get(i, i), Some(Leg { seconds: 0, metres: 0 }));
            for (j, b) in points.iter().enumerate() {
                let metres = central_angle(*a, *b) * 6_371_008.8 * circuity;
                let leg = matrix.get(i, j).unwrap();
                prop_assert!((f64::from(leg.metres) - metres).abs() <= 1.5);
                prop_assert!((f64::from(leg.seconds) - metres / (speed / 3.6)).abs() <= 1.0 + 1.5 * 3.6 / speed);
            }
        }
        prop_assert!(matrix.unreachable().next().is_none());
    }
}

/// By vectors, not by haversine.
fn central_angle(a: Point, b: Point) -> f64 {
    let vector = |p: Point| {
        let (lat, lon) = (p.lat().to_radians(), p.lon().to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let ([ax, ay, az], [bx, by, bz]) = (vector(a), vector(b));
    let cross = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
    let sine = cross.iter().map(|c| c * c).sum::<f64>().sqrt();
    sine.atan2(ax * bx + ay * by + az * bz)
}

#[test]
fn every_output_says_that_it_is_an_estimate() {
    let travel = Travel::Estimate(RoadRules::default().estimate(Profile::Motorbike));
    let points = [Point::from_degrees(9.6, 105.97).unwrap(), Point::from_degrees(9.7, 105.97).unwrap()];
    let basis = travel.basis();
    assert_eq!(travel.matrix(&points).unwrap().basis(), &basis);
    let route = travel.route(&points).unwrap();
    assert_eq!(route.basis, basis);
    assert_eq!(route.metres(), 15_011);
    assert_eq!(route.legs[0].geometry, points);
    assert_eq!(basis.label(), "estimate for motorbike: straight line × 1.35 at 26 km/h, no road network used");
    let json = serde_json::to_value(&basis).unwrap();
    assert_eq!(json["kind"], "estimate");
    assert_eq!(serde_json::from_value::<TravelBasis>(json).unwrap(), basis);
    assert_eq!(route.to_geojson()["features"][0]["properties"]["basis"], basis.label());
}

#[test]
fn senseless_factors_are_refused() {
    for (circuity, speed) in [(0.9, 30.0), (f64::NAN, 30.0), (1.3, 0.0), (1.3, f64::INFINITY)] {
        assert!(matches!(Estimate::new(Profile::Car, circuity, speed), Err(RoadsError::Rules(_))));
    }
    assert!("bicycle".parse::<Profile>().unwrap_err().to_string().contains("motorbike"));
    assert_eq!("foot".parse::<Profile>().unwrap(), Profile::Foot);
}
