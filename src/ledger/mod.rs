//! Custody: what a set of scans says of who holds a thing, who held it before, and what is wrong.
//!
//! Everything here is a pure function. Custody follows from the *set* of a thing's scans: in whatever order they came in,
//! however often, with whatever delay, [`custody_of`] gives the same answer. A scan states a physical fact, so an unexpected
//! one is never refused; it raises a [`Discrepancy`] that somebody has to explain.
//!
//! # The order of scans
//!
//! Of three times on a scan none is trusted alone. A total order is computed from the set:
//!
//! 1. Of one device: its own sequence numbers, always.
//! 2. A scan's time is the device's, or the server's if that is earlier, since nothing is received before it happened. Where
//!    all scans fit together when devices are interleaved in some way (each actor has the thing when acting on it, each
//!    receipt follows its handing over), they are interleaved so, at each step by the earliest such time and then the
//!    smallest id. When every handoff was scanned by both sides, the holder found is right however wrong the clocks are.
//!    Empty pouches alone go about unscanned: between two sealings of one pouch only clocks tell where it was.
//! 3. Otherwise scans were forgotten, and only clocks can tell more: the earliest time goes first and then the smallest id,
//!    but a receipt waits for a handing over that the other clock shows within two minutes after it.
//!
//! `received_at` is the time of *first* receipt and part of the recorded scan. It matters only for a device whose clock is
//! ahead, where it keeps a mistaken clock from ruling until that day has come.
//!
//! # What proves that nothing was changed
//!
//! A recorded scan is hashed in its canonical form ([`content`]), each thing's scans are chained, and each day's are the
//! leaves of a Merkle tree ([`chain`]). What may have to be erased (where a courier was, what somebody remarked) is in the
//! hash only as a salted digest ([`Aside`]), so that erasing it breaks nothing.
//!
//! What this layer does not know: the database, HTTP, the clock, which codes are registered, what was planned.

pub mod chain;
pub mod content;
mod custody;
mod discrepancy;
pub mod epcis;
mod handoffs;
mod order;
mod reconcile;
mod sequence;
mod steps;
mod token;

pub use content::{Aside, ContentError};
pub use custody::{Attempt, Custody, CustodyState, Handover, Holding, custody_of};
pub use discrepancy::{Discrepancy, DiscrepancyKind, Limits};
pub use handoffs::{Handoff, handoffs};
pub use reconcile::{Reconciliation, reconcile};
pub use sequence::SequenceNumbers;

use chrono::{DateTime, Utc};

use crate::domain::Scan;

/// A scan as the ledger has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What the device told.
    pub scan: Scan,
    /// When the server first received it.
    pub received_at: DateTime<Utc>,
}

impl Recorded {
    /// When it happened, as well as is known: by the device's clock, and not after it was received.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.scan.device_time.min(self.received_at)
    }
}
