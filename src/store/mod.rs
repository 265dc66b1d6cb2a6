//! SQLite and PostgreSQL behind one [`Store`].
//!
//! Rows here, domain types outside. A [`Store`] is cheap to clone and may be used from many threads; each function is
//! one transaction and blocks until it is done. What it promises:
//!
//! - Both backends behave the same: same tables (`schema`), same order, same answers.
//! - What was acknowledged is on disk; what failed has left nothing behind.
//! - What is read back equals what was saved, its order and its microseconds included.
//! - No message holds a password, a name or an address.
//!
//! How values lie in the tables: a UUID is its 16 bytes, an instant is whole microseconds since 1970 (exact, and in
//! order, on both backends), a date or a time of day is the backend's own (text in SQLite), lists that are only ever
//! read whole are JSON.
//!
//! What it does not know: the clock, how plans are made, HTTP. It gives no meaning to what it keeps and makes no ids.

mod account;
mod centre;
mod columns;
mod complaint;
mod connection;
mod count;
mod dossier;
mod epcis;
mod error;
mod evidence;
mod feed;
mod filter;
mod home;
mod home_delivery;
mod idempotency;
mod item;
mod job;
mod ledger;
mod live;
mod migrate;
mod outbox;
mod paper;
mod plan;
mod pool;
mod postal;
mod report;
mod schema;
mod season;
mod statistics;
mod url;
mod webhook;

pub use account::{
    AccessToken, Account, AccountLink, Attempt, Attempted, AuditCursor, AuditEntry, Device, DeviceShift, Enrolled,
    Enrolment, LockAfter, PasswordHash, ScanDoubt, SecretDigest, Session,
};
pub use complaint::{Answered, Period, TimeCursor};
pub use dossier::PutDossier;
pub use epcis::{
    CaptureJob, Captured, ErrorBehaviour, EventCursor, EventFilter, EventKeys, EventOrder, EventSource, NewEvent,
    ScanEvent, StoredEvent, TimeRange, ToldScans, WaitingCorrection,
};
pub use error::StoreError;
pub use evidence::{EvidenceUpload, StoredEvidence};
pub use feed::{FeedEntry, FeedPlace};
pub use filter::{Counts, Inserted, ItemCursor, ItemFilter};
pub use home::{
    Changed, CodePurpose, CodeTried, FeeHandIn, HomeCursor, HomeFilter, ItemsGo, NewCode, NewLink, PromiseDay,
};
pub use idempotency::IdempotencyKey;
pub use job::{JobId, JobState, PlanJob};
pub use ledger::{
    Appended, ChainEnd, ChainLink, Chaining, ConflictingScan, DeviceNumbers, Digest, DiscrepancyCursor,
    DiscrepancyFilter, DiscrepancyState, Findings, LedgerDay, NewScan, ScanBatch, ScanWriter, StoredAside,
    StoredDiscrepancy, StoredScan,
};
pub use live::{
    Archived, LiveState, Origin, OriginKind, ProposalState, RaisedCause, Revision, StoredAlert, StoredProposal,
};
pub use outbox::{MessageAttempt, MessageState, OutboxMessage, SentMessage};
pub use paper::{SigningKey, StoredSlip};
pub use postal::{HandedOver, NewParcel, StoredHandover, ToldEvent, ToldOf};
pub use report::{
    ComplaintStanding, DiscrepancyCount, HomeAsked, HomeDelivered, LegTaken, PaidCount, RatingCount, RouteRidden,
    ScanOfTrip, SettlementCount, Stretch, TripPlanned,
};
pub use url::{Backend, DatabaseUrl};
pub use webhook::{DeliveryState, SentDelivery, WebhookDelivery, WebhookEndpoint};

use connection::{AnyConnection, Begin, Role, in_transaction};
use diesel::{RunQueryDsl, sql_query};
use pool::Pools;

/// Rows in one `INSERT`, and ids in one `IN`: SQLite binds at most 32,766 values in a statement, PostgreSQL 65,535, and no
/// table has more than 16 columns.
const ROWS_AT_ONCE: usize = 1_000;

/// The database. Cheap to clone: clones share their connections.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

impl Store {
    /// Connects. An SQLite file that does not exist is made; its folder must exist. Tables are [`Store::migrate`]'s to make.
    ///
    /// # Errors
    /// [`StoreError::Connect`] with the cause: host, database, folder, file or permission.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Ok(Self { pools: Pools::open(url)? })
    }

    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.pools.url().backend()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            sql_query("SELECT 1").execute(connection)?;
            Ok(())
        })
    }

    /// Reads with one statement.
    fn read<T>(&self, body: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        body(&mut *self.pools.get(Role::Reader)?)
    }

    /// Reads with several statements, all of which see the same instant.
    fn snapshot<T>(&self, body: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        in_transaction(&mut *self.pools.get(Role::Reader)?, Begin::Snapshot, body)
    }

    /// Writes: all that `body` does, or nothing.
    fn write<T>(&self, body: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        in_transaction(&mut *self.pools.get(Role::Writer)?, Begin::Write, body)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(self.pools.url()).finish()
    }
}
