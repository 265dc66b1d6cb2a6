//! Events exchanged with partners: what they told is kept as they sent it, and our scans are listed beside it.
//!
//! A scan's event is not stored a second time: its row names the scan, from which it is told again. Terms, types and all
//! other texts by which events are found are the caller's; here they are only compared.

mod capture;
mod query;
mod rows;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::ledger::Digest;
use crate::domain::{CentreId, ScanId};

/// What becomes of a capture's other events when one cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorBehaviour {
    /// None is stored.
    Rollback,
    /// They are stored.
    Proceed,
}

impl ErrorBehaviour {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Proceed => "proceed",
        }
    }
}

/// A capture that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureJob {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// What it did about events that cannot be stored.
    pub behaviour: ErrorBehaviour,
    /// How many events it held.
    pub events: u32,
    /// How many of them were stored.
    pub stored: u32,
    /// Whether there was no error.
    pub success: bool,
    /// The errors, as the caller's JSON.
    pub errors: String,
}

/// By what an event is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKeys {
    /// The event's hash.
    pub event_hash: Digest,
    /// Its id.
    pub event_id: String,
    /// Of an error declaration: when it was declared.
    pub declared_at: Option<DateTime<Utc>>,
    /// When it was recorded here.
    pub record_time: DateTime<Utc>,
    /// When it happened.
    pub event_time: DateTime<Utc>,
    /// Its type.
    pub event_type: String,
    /// Its action.
    pub action: Option<String>,
    /// Its business step.
    pub biz_step: Option<String>,
    /// Its disposition.
    pub disposition: Option<String>,
    /// Where it was observed.
    pub read_point: Option<String>,
    /// Where the things are afterwards.
    pub biz_location: Option<String>,
    /// What it names.
    pub terms: Vec<String>,
}

/// A partner's event to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// By what it is found.
    pub keys: EventKeys,
    /// The event as it was sent.
    pub content: String,
    /// The context of its document, as JSON.
    pub context: Option<String>,
}

/// An event that a scan is told as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanEvent {
    /// By what it is found.
    pub keys: EventKeys,
    /// The scan's position: of the correction where it tells one.
    pub position: i64,
}

/// Where an event's text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSource {
    /// A partner told it.
    Foreign {
        /// The event as it was sent.
        content: String,
        /// The context of its document, as JSON.
        context: Option<String>,
    },
    /// The scan at this position is told so.
    Scan(i64),
}

/// An event that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the order of recording.
    pub number: i64,
    /// Its hash.
    pub event_hash: Digest,
    /// Whether it takes another one back.
    pub is_declaration: bool,
    /// When it was recorded.
    pub record_time: DateTime<Utc>,
    /// When it happened.
    pub event_time: DateTime<Utc>,
    /// Its text, or the way to it.
    pub source: EventSource,
}

/// What became of a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The places, in the list that was given, of events that are there already.
    pub known: Vec<usize>,
    /// How many were stored.
    pub stored: u32,
}

/// By what events are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventOrder {
    /// The order of recording.
    #[default]
    Number,
    /// When they happened.
    EventTime,
    /// When they were recorded.
    RecordTime,
}

/// The place in a list after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventCursor {
    /// The time by which the list is ordered.
    pub at: DateTime<Utc>,
    /// The event's number.
    pub number: i64,
}

/// A time from and a time before which.
pub type TimeRange = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Which events to list; what is empty lets every event pass, what is given must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// When they happened.
    pub event_time: TimeRange,
    /// When they were recorded.
    pub record_time: TimeRange,
    /// Only error declarations.
    pub declarations: bool,
    /// When they were taken back.
    pub declared_at: TimeRange,
    /// One of these types.
    pub types: Option<Vec<String>>,
    /// One of these actions.
    pub actions: Option<Vec<String>>,
    /// One of these business steps.
    pub biz_steps: Option<Vec<String>>,
    /// One of these dispositions.
    pub dispositions: Option<Vec<String>>,
    /// At one of these places.
    pub read_points: Option<Vec<String>>,
    /// One of these places afterwards.
    pub biz_locations: Option<Vec<String>>,
    /// One of these ids.
    pub event_ids: Option<Vec<String>>,
    /// Of each list at least one term.
    pub terms: Vec<Vec<String>>,
}

/// A correction that came before the scan that it corrects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingCorrection {
    /// The scan that it corrects.
    pub scan_id: ScanId,
    /// The correction's position.
    pub position: i64,
}

/// What telling a part of the ledger as events has given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldScans {
    /// The events.
    pub events: Vec<ScanEvent>,
    /// Corrections that wait from now on.
    pub waiting: Vec<WaitingCorrection>,
    /// Corrections that wait no more.
    pub arrived: Vec<WaitingCorrection>,
}

/// The writers of a centre's events queue here, so that numbers follow one another and none is seen before a smaller one.
fn lock_key(centre: CentreId) -> i64 {
    const EVENTS: u64 = 0x6570_6369_7300_0001;
    let (high, low) = centre.uuid().as_u64_pair();
    (high ^ low ^ EVENTS).cast_signed()
}
