//! What is handed to the postal operator, and what the operator tells of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AttemptFailure, CentreId, Effective, HomeDeliveryId, HomeEvent, ItemId, S10, ScanId, SiteId};

/// A range of S10 numbers that the operator has given the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalRange {
    /// The two letters of the service.
    pub service: String,
    /// The two letters of the country.
    pub country: String,
    /// The first serial number, without check digit.
    pub from: u32,
    /// The last.
    pub to: u32,
    /// The days on which numbers are taken from it.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}

impl PostalRange {
    /// Whether a number lies in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        (&self.service, &self.country) == (&other.service, &other.country)
            && self.from <= other.to
            && other.from <= self.to
    }
}

/// One thing that the operator carries under one number: all of a home delivery, or one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalParcel {
    /// Its number.
    pub number: S10,
    /// The handover by which it was given.
    pub handover_id: Uuid,
    /// The home delivery, where it is one.
    pub home_delivery_id: Option<HomeDeliveryId>,
    /// What is in it: ids, and codes as on the labels.
    pub items: Vec<(ItemId, String)>,
    /// Its weight in grams.
    pub weight_g: u32,
}

/// What was handed to the operator at once. Never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalHandover {
    /// Its id.
    pub id: Uuid,
    /// The centre.
    pub centre_id: CentreId,
    /// The office that gave.
    pub from: SiteId,
    /// The post office that took it.
    pub to: SiteId,
    /// The day on the centre's clocks.
    pub date: NaiveDate,
    /// When it was given.
    pub handed_at: DateTime<Utc>,
    /// When that was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By whom, as the audit log names them.
    pub recorded_by: String,
    /// The scan in the ledger by which it was given.
    pub scan_id: ScanId,
    /// Since when the operator's system knows of it.
    pub announced_at: Option<DateTime<Utc>>,
    /// Why it does not, where it was told in vain.
    pub announce_problem: Option<String>,
    /// Whether it lies in a database with a synthetic season.
    pub synthetic: bool,
}

/// What the operator tells of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostalStep {
    /// It was received and counted: J of the legal clock.
    Accepted,
    /// It is under way between offices.
    InTransit,
    /// It is on its way to the door.
    OutForDelivery,
    /// An attempt failed.
    AttemptFailed(AttemptFailure),
    /// It was handed over.
    Delivered,
    /// It was brought back to the office that gave it.
    Returned,
}

impl PostalStep {
    /// The words that stand for steps.
    pub const WORDS: [&'static str; 6] =
        ["accepted", "in_transit", "out_for_delivery", "attempt_failed", "delivered", "returned"];

    /// The step of a word and, where that is a failed attempt, its reason.
    #[must_use]
    pub fn of(word: &str, reason: Option<AttemptFailure>) -> Option<Self> {
        Some(match (word, reason) {
            ("accepted", None) => Self::Accepted,
            ("in_transit", None) => Self::InTransit,
            ("out_for_delivery", None) => Self::OutForDelivery,
            ("attempt_failed", Some(reason)) => Self::AttemptFailed(reason),
            ("delivered", None) => Self::Delivered,
            ("returned", None) => Self::Returned,
            _ => return None,
        })
    }

    /// The word that stands for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::InTransit => "in_transit",
            Self::OutForDelivery => "out_for_delivery",
            Self::AttemptFailed(_) => "attempt_failed",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }

    /// Why an attempt failed.
    #[must_use]
    pub fn reason(self) -> Option<AttemptFailure> {
        match self {
            Self::AttemptFailed(reason) => Some(reason),
            _ => None,
        }
    }

    /// What it is to a home delivery.
    #[must_use]
    pub fn of_the_home(self) -> Option<HomeEvent> {
        match self {
            Self::Accepted => Some(HomeEvent::Accepted),
            Self::AttemptFailed(reason) => Some(HomeEvent::AttemptFailed { reason }),
            Self::Delivered => Some(HomeEvent::Delivered),
            Self::Returned => Some(HomeEvent::Returned),
            Self::InTransit | Self::OutForDelivery => None,
        }
    }
}

/// Something that the operator tells. Never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalEvent {
    /// The operator's own id of it.
    pub id: String,
    /// The parcel.
    pub number: S10,
    /// What happened.
    pub step: PostalStep,
    /// When.
    pub at: DateTime<Utc>,
    /// The handover by which the operator got it, where that is told.
    pub handover_id: Option<Uuid>,
}
