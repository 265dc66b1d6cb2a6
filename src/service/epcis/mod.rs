//! Exchange of events with partners (EPCIS 2.0): captures come in, queries go out.
//!
//! `capture` takes what partners tell, `told` lists our own scans beside it, `query` reads the standard's simple query and
//! `find` answers it. A capture has ended when it is answered: its events and its job are one transaction, so that what was
//! accepted is on disk and no job is ever left running.

mod capture;
mod find;
mod query;
mod told;

pub use capture::{CAPTURE_BYTES_MAX, CAPTURE_EVENTS_MAX, CaptureError, CapturePage, CapturedEvent, EndedCapture};
pub use find::EventPage;
pub use query::EventQuery;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Service, ServiceError};
use crate::{
    domain::CentreData,
    ledger::epcis::{self, Event, outbound::Naming},
    store::EventKeys,
};

/// A time as events have it.
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Service {
    fn naming(&self, centre: &CentreData) -> Naming {
        Naming::new(self.exchange().base(), centre.centre.time_zone).expect("settings of exchange have a sound base")
    }

    /// By what an event is found, recorded at `record_time`. `None` of an event without a sound time.
    fn keys_of(&self, event: &Event, record_time: DateTime<Utc>) -> Option<EventKeys> {
        let index = epcis::index(event, self.exchange().base())?;
        let event_hash = epcis::event_sha256(event);
        let event_id = event.event_id().map_or_else(|| epcis::hash_id(&event_hash), epcis::event_id_key);
        Some(EventKeys {
            event_hash,
            event_id,
            declared_at: index.declared_at,
            record_time,
            event_time: index.event_time,
            event_type: index.event_type,
            action: index.action,
            biz_step: index.biz_step,
            disposition: index.disposition,
            read_point: index.read_point,
            biz_location: index.biz_location,
            terms: index.terms.into_iter().collect(),
        })
    }
}

/// An event that was read has a sound time.
fn without_time() -> ServiceError {
    ServiceError::Panicked
}
