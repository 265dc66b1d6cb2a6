//! Handing results to the postal operator instead of bringing them home with the centre's own couriers.
//!
//! `hand_over` gives each home delivery or item a number of the centre's range and records the giving in the ledger, as one scan
//! of the office that gives. `events` takes in what the operator tells: each event is kept once, under the operator's own id, then
//! told to the home delivery's legal clock and to the ledger. All of that can be done again without harm, so that an event told
//! twice repairs what broke off in between. `reconcile` compares what was handed with what was accepted. `client` speaks to the
//! operator's system, where one is configured: it announces handovers and reads events.
//!
//! In the ledger each handover and each event is a device of its own with one scan: the operator tells events late and in any
//! order, and a running number would claim an order that nobody observed.

mod client;
mod events;
mod hand_over;
mod read;
mod reconcile;

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use client::PostalSettings;
pub use events::PostalAnswer;
pub use hand_over::NewPostalHandover;
pub use read::{POSTAL_EVENTS_MAX, read_postal_event};
pub use reconcile::{ParcelState, PostalDay, PostalHandoverDetail};

use crate::domain::CentreId;

/// What this process keeps for the post.
#[derive(Default)]
pub(super) struct PostalDesk(OnceLock<client::Operator>);

/// The id that follows from what is told: the same again has the same one. It is of version 7, stamped with `at`.
fn told_id(centre: CentreId, what: &str, told: &str, at: DateTime<Utc>) -> Uuid {
    let digest = Sha256::new()
        .chain_update(centre.uuid().as_bytes())
        .chain_update(what)
        .chain_update([0])
        .chain_update(told)
        .finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    let unix_ms = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid()
}
