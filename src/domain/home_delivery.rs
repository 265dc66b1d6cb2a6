use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{CentreId, DossierId, HomeDeliveryId, Position, PositionQuality};

/// Half of a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HalfDay {
    /// Before the midday break.
    Morning,
    /// After it.
    Afternoon,
}

impl HalfDay {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Morning, Self::Afternoon];
    const WORDS: [(&'static str, Self); 2] = [("morning", Self::Morning), ("afternoon", Self::Afternoon)];
}

word_enum!(HalfDay, "half-day");

/// The half-day that a citizen chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WantedHalfDay {
    /// The day.
    pub date: NaiveDate,
    /// Its half; `None` when either will do.
    pub half_day: Option<HalfDay>,
}

/// A citizen's request to have a result brought home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeDelivery {
    /// Its id.
    pub id: HomeDeliveryId,
    /// The centre it was asked of.
    pub centre_id: CentreId,
    /// The dossier whose result is wanted.
    pub dossier_id: Option<DossierId>,
    /// The address as written.
    pub address: String,
    /// The commune it lies in.
    pub commune_code: String,
    /// Where it is.
    pub position: Position,
    /// How well that is known.
    pub position_quality: PositionQuality,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// The half-day wanted; `None` when any will do.
    pub wanted: Option<WantedHalfDay>,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
}
