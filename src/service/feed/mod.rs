//! What happens, as it happens: scans, discrepancies, plans.
//!
//! The feed has a place for each reader: so many scans, so many other things. Whoever names a place gets all that comes after
//! it, once and in order, from any process. Nothing personal is in it: no notes, positions, evidence, names or addresses.

mod hub;
mod render;

pub(super) use hub::FeedHub;

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::watch;

use super::{Service, ServiceError};
use crate::{
    domain::Action,
    ledger::Recorded,
    service::scans::recorded,
    store::{FeedEntry, FeedPlace},
};

/// Things told at once at most.
const AT_ONCE: u32 = 200;

/// A place in the feed, written as two numbers with a dash between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedCursor(pub(super) FeedPlace);

impl fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0.scans, self.0.others)
    }
}

impl FromStr for FeedCursor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
        let parts = text.split_once('-').and_then(|(scans, others)| Some((number(scans)?, number(others)?)));
        let (scans, others) =
            parts.ok_or("it is not the id of an event of the feed: expected two numbers, such as 12-3")?;
        Ok(Self(FeedPlace { scans, others }))
    }
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// A scan was recorded.
    ScanRecorded,
    /// A discrepancy counts from now on.
    DiscrepancyOpened,
    /// Somebody was asked to look into a discrepancy.
    DiscrepancyAssigned,
    /// Later scans explain a discrepancy.
    DiscrepancyExplained,
    /// Somebody has explained a discrepancy.
    DiscrepancyResolved,
    /// A plan was stored.
    PlanStored,
    /// Something that a dispatcher should know was noticed.
    AlertRaised,
}

impl FeedKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::ScanRecorded,
        Self::DiscrepancyOpened,
        Self::DiscrepancyAssigned,
        Self::DiscrepancyExplained,
        Self::DiscrepancyResolved,
        Self::PlanStored,
        Self::AlertRaised,
    ];

    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScanRecorded => "scan.recorded",
            Self::DiscrepancyOpened => "discrepancy.opened",
            Self::DiscrepancyAssigned => "discrepancy.assigned",
            Self::DiscrepancyExplained => "discrepancy.explained",
            Self::DiscrepancyResolved => "discrepancy.resolved",
            Self::PlanStored => "plan.stored",
            Self::AlertRaised => "alert.raised",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEvent {
    /// The place after it.
    pub cursor: FeedCursor,
    /// What it is.
    pub kind: FeedKind,
    /// When the service learnt of it.
    pub at: DateTime<Utc>,
    /// What belongs to its kind.
    pub data: Value,
    /// Of a scan: what was done.
    pub(super) action: Option<Action>,
}

/// A part of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPart {
    /// What happened, in order.
    pub events: Vec<FeedEvent>,
    /// Where the feed goes on.
    pub cursor: FeedCursor,
    /// Whether there is more already.
    pub more: bool,
}

impl Service {
    /// Tells when something may have happened in this process; what other processes do is only found by looking.
    #[must_use]
    pub fn feed_changes(&self) -> watch::Receiver<u64> {
        self.inner.feed.changes()
    }

    /// The end of the feed, as it was at most a second ago.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn feed_end(&self) -> Result<FeedCursor, ServiceError> {
        let centre = self.centre()?.centre.id;
        self.inner.feed.end(|| Ok(FeedCursor(self.store().feed_end(centre)?)))
    }

    /// What has happened after a place, of some kinds, the next part of it.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn feed_after(&self, cursor: FeedCursor, kinds: &[FeedKind]) -> Result<FeedPart, ServiceError> {
        let centre = self.centre()?;
        let id = centre.centre.id;
        let FeedPlace { mut scans, mut others } = cursor.0;
        let mut events = Vec::new();
        let stored = self.store().scans_after(id, scans, AT_ONCE)?;
        let entries = self.store().feed_after(id, others, AT_ONCE)?;
        let more = [stored.len(), entries.len()].contains(&(AT_ONCE as usize));
        for scan in &stored {
            scans = scan.position;
            if kinds.contains(&FeedKind::ScanRecorded) {
                let record: Recorded = recorded(scan)?;
                events.push(FeedEvent {
                    cursor: FeedCursor(FeedPlace { scans, others }),
                    kind: FeedKind::ScanRecorded,
                    at: scan.received_at,
                    data: render::scan(&centre, scan.position, &record),
                    action: Some(record.scan.action),
                });
            }
        }
        for FeedEntry { position, at, kind, detail } in entries {
            others = position;
            // A newer process may tell of kinds that this one does not know.
            if let Some(kind) = FeedKind::of(&kind).filter(|kind| kinds.contains(kind)) {
                let data = render::other(&centre, kind, &detail)?;
                events.push(FeedEvent {
                    cursor: FeedCursor(FeedPlace { scans, others }),
                    kind,
                    at,
                    data,
                    action: None,
                });
            }
        }
        Ok(FeedPart { events, cursor: FeedCursor(FeedPlace { scans, others }), more })
    }

    /// Tells that something may have happened in this process.
    pub(super) fn stir_feed(&self) {
        self.inner.feed.stir();
    }

    /// Ends whatever follows the feed, because the process ends.
    pub(super) fn close_feed(&self) {
        self.inner.feed.close();
    }

    /// Whether the process ends.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.inner.feed.is_closed()
    }
}
