//! Scans come in, custody goes out.
//!
//! `capture` takes what devices tell and answers for each scan what became of it; `look_up` says who has a thing; `review`
//! looks through what has come in since and keeps what has to be explained; `trips` compares a run with its plan;
//! `verify` proves the ledger.

mod capture;
mod incoming;
mod look_up;
mod review;
mod trips;
mod verify;

pub use capture::{PreparedScans, ScanAnswer, WrittenScans};
pub(in crate::service) use incoming::party as named_party;
pub use incoming::{IncomingAction, IncomingScan, NamedParty, NamedPlace};
pub(super) use look_up::code_of_item;
pub use look_up::{CustodyDetail, ScanDetail};
pub use review::{DiscrepancyDetail, DiscrepancyPage, DiscrepancyQuery};
pub use trips::{RouteReconciliation, StopReconciliation, TripScans};
pub use verify::{LedgerFault, LedgerReport};

use chrono::{DateTime, Utc};

use super::ServiceError;
use crate::{
    domain::{CentreData, Code, DayClock, Scan},
    ledger::{Aside, Limits, Recorded, chain, content},
    store::{Chaining, StoreError, StoredAside, StoredScan},
};

/// How the ledger's entries are hashed.
pub(super) const CHAINING: Chaining = Chaining { leaf: chain::leaf, link: chain::link };

fn aside_of(stored: &StoredAside) -> Aside {
    Aside { salt: stored.salt, text: stored.text.clone() }
}

/// What a device told, read back.
fn scan_of(stored: &StoredScan) -> Result<Scan, ServiceError> {
    let aside = stored.aside.as_ref().map(aside_of);
    content::read(&stored.content, aside.as_ref()).map_err(|error| corrupt(stored.position, &error))
}

fn corrupt(position: i64, error: &content::ContentError) -> ServiceError {
    let problem = format!("position {position}: {error}; `conthoi ledger verify` says more");
    ServiceError::Store(StoreError::Corrupt { table: "scan_events", problem })
}

pub(super) fn recorded(stored: &StoredScan) -> Result<Recorded, ServiceError> {
    Ok(Recorded { scan: scan_of(stored)?, received_at: stored.received_at })
}

/// The codes under which a scan is found: what was scanned, and the pouch.
fn codes_of(scan: &Scan) -> Vec<Code> {
    let mut codes = scan.codes.clone();
    codes.extend(scan.action.pouch().cloned());
    codes
}

/// What the centre's rules allow to wait at `now`. Without a rule nothing may wait.
pub(super) fn limits(centre: &CentreData, now: DateTime<Utc>) -> Limits {
    let today = DayClock::date_of(now, centre.centre.time_zone);
    let seconds = |rule: &str| centre.rules.seconds(rule, today).unwrap_or(0);
    Limits {
        handover_s: seconds("handover_open"),
        device_s: seconds("device_silence"),
        resolve_s: seconds("discrepancy_resolution"),
    }
}
