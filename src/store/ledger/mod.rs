//! The scans: added, read, never changed.
//!
//! [`ScanWriter`] adds them, many requests in one transaction, so that they share one wait for the disk; what it has
//! answered is on it. Contents are opaque here: how they are hashed and chained is told by [`Chaining`], what they mean is the
//! caller's business.

mod append;
mod audit;
mod read;
mod review;
mod writer;

pub use audit::{ChainEnd, ChainLink, LedgerDay};
pub use read::StoredScan;
pub use review::{DeviceNumbers, DiscrepancyCursor, DiscrepancyFilter, DiscrepancyState, Findings, StoredDiscrepancy};
pub use writer::{ScanBatch, ScanWriter};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{CentreId, ScanId};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

/// How the entries of the ledger are hashed.
#[derive(Debug, Clone, Copy)]
pub struct Chaining {
    /// The leaf of an entry: position, time of receipt, digest of the content.
    pub leaf: fn(i64, DateTime<Utc>, &Digest) -> Digest,
    /// The next link of a code's chain: the link before, the leaf.
    pub link: fn(Option<&Digest>, &Digest) -> Digest,
}

/// What may have to be erased one day, kept apart of a scan's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAside {
    /// Random bytes.
    pub salt: [u8; 16],
    /// The text.
    pub text: String,
}

/// A scan to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScan {
    /// Its id.
    pub id: ScanId,
    /// The run or round on which it was.
    pub trip: Option<Uuid>,
    /// Its content.
    pub content: String,
    /// The content's digest.
    pub content_sha256: Digest,
    /// The codes under which it is found and chained, without repetition.
    pub codes: Vec<String>,
    /// What is kept apart.
    pub aside: Option<StoredAside>,
}

/// What became of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is new, and on disk.
    Created {
        /// Its position.
        position: i64,
        /// When it counts as received.
        received_at: DateTime<Utc>,
    },
    /// There is one with its id, which may be the same or another one.
    Known(Box<StoredScan>),
}

/// A scan with an id that another one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictingScan {
    /// The centre.
    pub centre_id: CentreId,
    /// The id that both have.
    pub id: ScanId,
    /// What came second.
    pub content: String,
    /// Its digest.
    pub content_sha256: Digest,
    /// When.
    pub received_at: DateTime<Utc>,
}
