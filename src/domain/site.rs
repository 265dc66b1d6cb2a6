use serde::{Deserialize, Serialize};

use super::{CentreId, Effective, OpeningHours, Position, PositionQuality, SiteId};

/// What kind of place a site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// The one-stop centre, the hub of every run.
    Centre,
    /// An office that the runs visit.
    Department,
    /// A post office, from which rounds may leave.
    PostOffice,
}

impl SiteKind {
    const WORDS: [(&'static str, Self); 3] =
        [("centre", Self::Centre), ("department", Self::Department), ("post_office", Self::PostOffice)];
}

word_enum!(SiteKind, "kind of site");

/// Any place that a run can stop at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// The centre that serves it.
    pub centre_id: CentreId,
    /// Its short code, unique within the centre.
    pub code: String,
    /// Its Vietnamese name.
    pub name: String,
    /// What it is.
    pub kind: SiteKind,
    /// Its address, where a source gives one.
    pub address: Option<String>,
    /// How sure the address is.
    pub address_status: String,
    /// The commune it lies in.
    pub commune_code: String,
    /// Where it is.
    pub position: Position,
    /// How well that is known.
    pub position_quality: PositionQuality,
    /// Whether every document run calls there even with nothing to hand over.
    pub always_visit: bool,
    /// Its own opening hours; `None` when it keeps the centre's default hours.
    pub hours: Option<OpeningHours>,
    /// The days on which it exists.
    pub effective: Effective,
    /// Where the row comes from.
    pub source: String,
}
