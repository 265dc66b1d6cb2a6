//! Where things are on the map, near enough for alerts.

use crate::{
    dispatch::day::Day,
    domain::{Place, Position},
};

const METRES_PER_DEGREE: f64 = 111_320.0;

/// Where a place of the plan is; `None` for a home that was not looked up.
pub(in crate::dispatch) fn position_of(day: &Day<'_>, place: Place) -> Option<Position> {
    match place {
        Place::Site(id) => day.sites.get(&id).map(|site| site.position),
        Place::Home(id) => day.homes.get(&id).map(|home| home.position),
    }
}

/// East and north of `from`, metres, on the local plane.
fn plane(from: Position, to: Position) -> (f64, f64) {
    let shrink = from.lat().to_radians().cos();
    ((to.lon() - from.lon()) * METRES_PER_DEGREE * shrink, (to.lat() - from.lat()) * METRES_PER_DEGREE)
}

/// Metres between two points, straight.
pub(in crate::dispatch) fn distance_m(from: Position, to: Position) -> f64 {
    let (east, north) = plane(from, to);
    east.hypot(north)
}

/// Metres from a point to the straight line between two others.
pub(in crate::dispatch) fn distance_to_segment_m(point: Position, from: Position, to: Position) -> f64 {
    let (a, b) = (plane(point, from), plane(point, to));
    let (east, north) = (b.0 - a.0, b.1 - a.1);
    let length = east * east + north * north;
    let along = if length > 0.0 { (-(a.0 * east + a.1 * north) / length).clamp(0.0, 1.0) } else { 0.0 };
    (a.0 + along * east).hypot(a.1 + along * north)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_as_far_from_a_line_as_from_its_nearest_point() {
        let at = |north, east| Position::new(9.6, 105.97).unwrap().offset(north, east).unwrap();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 2.0, "{found} is not {expected}");
        near(distance_to_segment_m(at(300.0, 500.0), at(0.0, 0.0), at(0.0, 1_000.0)), 300.0);
        near(distance_to_segment_m(at(0.0, 1_400.0), at(0.0, 0.0), at(0.0, 1_000.0)), 400.0);
        near(distance_to_segment_m(at(30.0, 40.0), at(0.0, 0.0), at(0.0, 0.0)), 50.0);
        near(distance_m(at(300.0, 0.0), at(0.0, 400.0)), 500.0);
    }
}
