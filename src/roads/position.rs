//! Places on Earth in fixed point, and distances between them.

use geo::{Distance, Haversine};
use serde::{Deserialize, Serialize};

use super::RoadsError;

/// Fixed-point units in one degree: OpenStreetMap's own resolution, about 1 cm on the ground.
const UNITS_PER_DEGREE: f64 = 1e7;
const LAT_LIMIT_E7: i32 = 900_000_000;
const LON_LIMIT_E7: i32 = 1_800_000_000;

/// A place on Earth (WGS 84) in units of 10⁻⁷ degrees, so that equal places compare equal everywhere.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Point {
    lat_e7: i32,
    lon_e7: i32,
}

impl Point {
    /// Makes a point from degrees, rounded to 10⁻⁷ degrees.
    ///
    /// # Errors
    /// [`RoadsError::InvalidPosition`] when a value is not finite or out of range.
    pub fn from_degrees(lat: f64, lon: f64) -> Result<Self, RoadsError> {
        if !(lat.abs() <= 90.0 && lon.abs() <= 180.0) {
            return Err(RoadsError::InvalidPosition { lat, lon });
        }
        Ok(Self { lat_e7: to_e7(lat), lon_e7: to_e7(lon) })
    }

    /// Makes a point from 10⁻⁷ degrees; `None` when out of range.
    #[must_use]
    pub fn from_e7(lat_e7: i32, lon_e7: i32) -> Option<Self> {
        let on_earth =
            (-LAT_LIMIT_E7..=LAT_LIMIT_E7).contains(&lat_e7) && (-LON_LIMIT_E7..=LON_LIMIT_E7).contains(&lon_e7);
        on_earth.then_some(Self { lat_e7, lon_e7 })
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / UNITS_PER_DEGREE
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / UNITS_PER_DEGREE
    }

    /// Latitude in 10⁻⁷ degrees.
    #[must_use]
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 10⁻⁷ degrees.
    #[must_use]
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Great-circle distance in metres on the sphere of mean Earth radius.
    #[must_use]
    pub fn great_circle_m(self, other: Self) -> f64 {
        Haversine.distance(geo::Point::new(self.lon(), self.lat()), geo::Point::new(other.lon(), other.lat()))
    }

    /// The point a fraction of the way to `other` along the straight chart line; for short segments.
    #[must_use]
    pub(crate) fn towards(self, other: Self, fraction: f64) -> Self {
        let between = |from: i32, to: i32| {
            let (from, to) = (f64::from(from), f64::from(to));
            round_i32(from + (to - from) * fraction)
        };
        Self { lat_e7: between(self.lat_e7, other.lat_e7), lon_e7: between(self.lon_e7, other.lon_e7) }
    }
}

fn to_e7(degrees: f64) -> i32 {
    round_i32(degrees * UNITS_PER_DEGREE)
}

#[expect(clippy::cast_possible_truncation, reason = "callers pass coordinates within ±1.8e9, which fit")]
fn round_i32(value: f64) -> i32 {
    value.round() as i32
}

/// The smallest latitude–longitude rectangle around some points.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BoundingBox {
    /// South-west corner.
    pub south_west: Point,
    /// North-east corner.
    pub north_east: Point,
}

impl BoundingBox {
    /// The box around `points`; `None` when there are none.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().fold(None, |so_far: Option<Self>, point| {
            let Some(so_far) = so_far else {
                return Some(Self { south_west: point, north_east: point });
            };
            Some(Self {
                south_west: Point {
                    lat_e7: so_far.south_west.lat_e7.min(point.lat_e7),
                    lon_e7: so_far.south_west.lon_e7.min(point.lon_e7),
                },
                north_east: Point {
                    lat_e7: so_far.north_east.lat_e7.max(point.lat_e7),
                    lon_e7: so_far.north_east.lon_e7.max(point.lon_e7),
                },
            })
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]
mod tests {
    use super::*;

    #[test]
    fn swapped_coordinates_are_refused() {
        let error = Point::from_degrees(105.97, 9.6).unwrap_err().to_string();
        assert!(error.contains("swapped"), "{error}");
        assert!(Point::from_degrees(f64::NAN, 0.0).is_err());
        assert!(Point::from_degrees(0.0, f64::INFINITY).is_err());
    }

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let (a, b) = (Point::from_degrees(9.0, 106.0).unwrap(), Point::from_degrees(10.0, 106.0).unwrap());
        assert!((a.great_circle_m(b) - 111_195.0).abs() < 1.0);
    }
}
