use crate::domain::{DomainError, Position};

/// Where an office stands that is known only by its commune: the fixed rule by which such offices are spread.
///
/// Of `count` offices in one commune, in the order of their codes, the one of rank `rank` (from 0) is placed
/// `radius_m × √(rank / count)` metres from the commune's point, at `rank` times the golden angle clockwise from north:
/// the first on the point itself, the others on a sunflower's spiral around it, all apart and nearer than `radius_m`.
///
/// The place is made up. It serves only to keep offices of one commune apart on a map and a short ride from each other.
///
/// # Errors
/// [`DomainError`] when the place would not be on Earth.
pub fn spread(point: Position, radius_m: u32, rank: u32, count: u32) -> Result<Position, DomainError> {
    let golden_angle = std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
    let distance_m = f64::from(radius_m) * (f64::from(rank) / f64::from(count.max(1))).sqrt();
    let bearing = f64::from(rank) * golden_angle;
    point.offset(distance_m * bearing.cos(), distance_m * bearing.sin())
}
