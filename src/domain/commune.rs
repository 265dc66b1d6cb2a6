use serde::{Deserialize, Serialize};

use super::{Effective, Position, PositionQuality};

/// The three kinds of commune-level unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommuneKind {
    /// Phường.
    Ward,
    /// Xã.
    Commune,
    /// Thị trấn.
    Township,
}

impl CommuneKind {
    const WORDS: [(&'static str, Self); 3] =
        [("ward", Self::Ward), ("commune", Self::Commune), ("township", Self::Township)];
}

word_enum!(CommuneKind, "kind of commune");

/// A commune-level unit. Codes were reused on 01/07/2025, so a unit is known by its code *and* a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commune {
    /// The code of the General Statistics Office.
    pub code: String,
    /// Its Vietnamese name with its kind, such as `Phường 6`.
    pub name: String,
    /// Its kind.
    pub kind: CommuneKind,
    /// The district it lay in; none since 01/07/2025.
    pub district_code: Option<String>,
    /// That district's name.
    pub district: Option<String>,
    /// A point inside it.
    pub position: Position,
    /// How well that point is known.
    pub position_quality: PositionQuality,
    /// Offices and homes known only by their commune are spread within this distance of the point, metres.
    pub spread_radius_m: u32,
    /// Its population.
    pub population: u32,
    /// How sure the population is.
    pub population_status: String,
    /// The days on which the unit existed.
    pub effective: Effective,
    /// The codes of the units it was merged into.
    pub merged_into: Vec<String>,
    /// Where the row comes from.
    pub source: String,
}
