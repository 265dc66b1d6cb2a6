//! Rows of events.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{CaptureJob, ErrorBehaviour, EventKeys, EventSource, StoredEvent};
use crate::{
    domain::CentreId,
    store::{
        StoreError,
        columns::{Id, Micros, digest, unsigned},
        schema::{epcis_captures, epcis_events, epcis_terms},
    },
};

#[derive(Insertable)]
#[diesel(table_name = epcis_events, treat_none_as_default_value = false)]
pub(super) struct EventRow<'a> {
    centre_id: Id,
    number: i64,
    event_hash: &'a [u8],
    event_id: &'a str,
    declared_at: Option<Micros>,
    record_time: Micros,
    event_time: Micros,
    event_type: &'a str,
    action: Option<Cow<'a, str>>,
    biz_step: Option<Cow<'a, str>>,
    disposition: Option<Cow<'a, str>>,
    read_point: Option<Cow<'a, str>>,
    biz_location: Option<Cow<'a, str>>,
    scan_position: Option<i64>,
    content: Option<Cow<'a, str>>,
    context: Option<Cow<'a, str>>,
}

/// Where an event's text is, before it is stored.
#[derive(Clone, Copy)]
pub(super) enum Text<'a> {
    Foreign(&'a str, Option<&'a str>),
    Scan(i64),
}

impl<'a> EventRow<'a> {
    pub(super) fn new(centre: CentreId, number: i64, keys: &'a EventKeys, text: Text<'a>) -> Self {
        let (scan_position, content, around) = match text {
            Text::Foreign(content, around) => (None, Some(content), around),
            Text::Scan(position) => (Some(position), None, None),
        };
        Self {
            centre_id: centre.into(),
            number,
            event_hash: &keys.event_hash,
            event_id: &keys.event_id,
            declared_at: keys.declared_at.map(Micros::from),
            record_time: keys.record_time.into(),
            event_time: keys.event_time.into(),
            event_type: &keys.event_type,
            action: keys.action.as_deref().map(Cow::from),
            biz_step: keys.biz_step.as_deref().map(Cow::from),
            disposition: keys.disposition.as_deref().map(Cow::from),
            read_point: keys.read_point.as_deref().map(Cow::from),
            biz_location: keys.biz_location.as_deref().map(Cow::from),
            scan_position,
            content: content.map(Cow::from),
            context: around.map(Cow::from),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = epcis_terms)]
pub(super) struct TermRow<'a> {
    pub(super) centre_id: Id,
    pub(super) term: &'a str,
    pub(super) number: i64,
}

pub(super) type FoundColumns = (
    epcis_events::number,
    epcis_events::event_hash,
    epcis_events::declared_at,
    epcis_events::record_time,
    epcis_events::event_time,
    epcis_events::scan_position,
    epcis_events::content,
    epcis_events::context,
);
pub(super) const FOUND: FoundColumns = (
    epcis_events::number,
    epcis_events::event_hash,
    epcis_events::declared_at,
    epcis_events::record_time,
    epcis_events::event_time,
    epcis_events::scan_position,
    epcis_events::content,
    epcis_events::context,
);
pub(super) type FoundRow = (i64, Vec<u8>, Option<Micros>, Micros, Micros, Option<i64>, Option<String>, Option<String>);

pub(super) fn stored(row: FoundRow) -> Result<StoredEvent, StoreError> {
    let (number, hash, declared_at, record_time, event_time, scan_position, content, around) = row;
    let source = match (content, scan_position) {
        (Some(content), _) => EventSource::Foreign { content, context: around },
        (None, Some(position)) => EventSource::Scan(position),
        (None, None) => {
            let problem = format!("event {number} is neither a partner's nor a scan's");
            return Err(StoreError::Corrupt { table: "epcis_events", problem });
        }
    };
    Ok(StoredEvent {
        number,
        event_hash: digest("epcis_events", hash)?,
        is_declaration: declared_at.is_some(),
        record_time: record_time.into(),
        event_time: event_time.into(),
        source,
    })
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = epcis_captures)]
pub(super) struct CaptureRow<'a> {
    centre_id: Id,
    id: Id,
    created_at: Micros,
    behaviour: Cow<'a, str>,
    events: i64,
    stored: i64,
    success: bool,
    errors: Cow<'a, str>,
}

impl<'a> CaptureRow<'a> {
    pub(super) fn new(centre: CentreId, job: &'a CaptureJob) -> Self {
        Self {
            centre_id: centre.into(),
            id: Id(job.id),
            created_at: job.created_at.into(),
            behaviour: job.behaviour.as_str().into(),
            events: job.events.into(),
            stored: job.stored.into(),
            success: job.success,
            errors: job.errors.as_str().into(),
        }
    }
}

impl TryFrom<CaptureRow<'_>> for CaptureJob {
    type Error = StoreError;
    fn try_from(row: CaptureRow<'_>) -> Result<Self, StoreError> {
        let behaviour = [ErrorBehaviour::Rollback, ErrorBehaviour::Proceed];
        let behaviour = behaviour.into_iter().find(|known| known.as_str() == row.behaviour);
        Ok(Self {
            id: row.id.0,
            created_at: DateTime::<Utc>::from(row.created_at),
            behaviour: behaviour.ok_or_else(|| StoreError::Corrupt {
                table: "epcis_captures",
                problem: "unknown error behaviour".into(),
            })?,
            events: unsigned("epcis_captures", row.events)?,
            stored: unsigned("epcis_captures", row.stored)?,
            success: row.success,
            errors: row.errors.into_owned(),
        })
    }
}
