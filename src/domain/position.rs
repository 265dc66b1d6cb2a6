use serde::{Deserialize, Serialize};

use super::DomainError;

/// A point on Earth, WGS 84, to 1e-7 degree (about a centimetre).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "LatLon", into = "LatLon")]
pub struct Position {
    lat_e7: i32,
    lon_e7: i32,
}

#[derive(Serialize, Deserialize)]
struct LatLon {
    lat: f64,
    lon: f64,
}

impl Position {
    /// The point at `lat`, `lon` degrees.
    ///
    /// # Errors
    /// [`DomainError::SwappedPosition`] when the values fit only the other way round, and
    /// [`DomainError::PositionOutOfRange`] when they fit neither way or are not numbers.
    pub fn new(lat: f64, lon: f64) -> Result<Self, DomainError> {
        if lat.abs() <= 90.0 && lon.abs() <= 180.0 {
            return Ok(Self { lat_e7: e7(lat), lon_e7: e7(lon) });
        }
        let (lat_text, lon_text) = (lat.to_string(), lon.to_string());
        if lon.abs() <= 90.0 && lat.abs() <= 180.0 {
            Err(DomainError::SwappedPosition { lat: lat_text, lon: lon_text })
        } else {
            Err(DomainError::PositionOutOfRange { lat: lat_text, lon: lon_text })
        }
    }

    /// Degrees north.
    #[must_use]
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Degrees east.
    #[must_use]
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / 1e7
    }

    /// The point a given number of metres north and east of this one, on the local plane (good to a few kilometres).
    ///
    /// # Errors
    /// [`DomainError::PositionOutOfRange`] when that leaves Earth's coordinates.
    pub fn offset(self, north_m: f64, east_m: f64) -> Result<Self, DomainError> {
        const METRES_PER_DEGREE: f64 = 111_320.0;
        Self::new(
            self.lat() + north_m / METRES_PER_DEGREE,
            self.lon() + east_m / (METRES_PER_DEGREE * self.lat().to_radians().cos()),
        )
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the caller has bounded the degrees to ±180")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

impl TryFrom<LatLon> for Position {
    type Error = DomainError;
    fn try_from(value: LatLon) -> Result<Self, Self::Error> {
        Self::new(value.lat, value.lon)
    }
}

impl From<Position> for LatLon {
    fn from(value: Position) -> Self {
        Self { lat: value.lat(), lon: value.lon() }
    }
}

/// How well a position is known, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionQuality {
    /// The building's own entrance or centroid.
    Building,
    /// Somewhere on the right street.
    Street,
    /// Spread by rule inside the commune (ward) that a source names.
    Commune,
    /// Spread by rule inside a commune that is itself assumed.
    AssumedCommune,
}

impl PositionQuality {
    const WORDS: [(&'static str, Self); 4] = [
        ("building", Self::Building),
        ("street", Self::Street),
        ("commune", Self::Commune),
        ("assumed_commune", Self::AssumedCommune),
    ];
}

word_enum!(PositionQuality, "position quality");
