use serde_json::json;

use super::{EventQuery, stamp, without_time};
use crate::{
    domain::CentreData,
    ledger::epcis::{self, DocumentForm, GS1_CONTEXT, Told},
    service::{Service, ServiceError},
    store::{EventCursor, EventFilter, EventOrder, EventSource, StoreError, StoredEvent},
};

/// The name of the query that the standard defines.
const QUERY_NAME: &str = "SimpleEventQuery";
/// Events with one id at most: the event and the declarations that take it back.
const SAME_ID_MAX: u32 = 1_000;

/// A part of what a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// An `EPCISQueryDocument`.
    pub document: String,
    /// The token of the next part; `None` at the end.
    pub next: Option<String>,
}

impl Service {
    /// The events that a query finds, those of partners and those that our scans are told as.
    ///
    /// # Errors
    /// [`ServiceError::TooManyEvents`] when more are found than the query allows.
    pub fn find_events(&self, query: &EventQuery) -> Result<EventPage, ServiceError> {
        self.tell_scans()?;
        let centre = self.centre()?;
        let id = centre.centre.id;
        if let Some(limit) = query.count_max {
            let found = self.store().count_events(id, &query.filter)?;
            if found > limit {
                return Err(ServiceError::TooManyEvents { found, limit });
            }
        }
        let left = query.left.unwrap_or(u64::MAX);
        let limit = u32::try_from(left).unwrap_or(u32::MAX).min(query.per_page);
        let mut found =
            self.store().events(id, &query.filter, (query.order, query.descending), query.after, limit + 1)?;
        let more = found.len() > limit as usize && left > u64::from(limit);
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|last| {
            let at = match query.order {
                EventOrder::EventTime => last.event_time,
                EventOrder::RecordTime | EventOrder::Number => last.record_time,
            };
            let left = query.left.map(|left| left - u64::from(limit));
            EventQuery::token(EventCursor { at, number: last.number }, left)
        });
        Ok(EventPage { document: self.tell_events(&centre, &found)?, next })
    }

    /// The event with this id and the declarations that take it back, as an `EPCISQueryDocument`.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn event(&self, event_id: &str) -> Result<String, ServiceError> {
        self.tell_scans()?;
        let centre = self.centre()?;
        let filter = EventFilter { event_ids: Some(vec![epcis::event_id_key(event_id)]), ..EventFilter::default() };
        let found = self.store().events(centre.centre.id, &filter, (EventOrder::Number, false), None, SAME_ID_MAX)?;
        if found.is_empty() {
            return Err(ServiceError::not_found("event", event_id));
        }
        self.tell_events(&centre, &found)
    }

    /// The types of the events that there are.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn event_types(&self) -> Result<Vec<String>, ServiceError> {
        self.tell_scans()?;
        Ok(self.store().event_types(self.centre()?.centre.id)?)
    }

    fn tell_events(&self, centre: &CentreData, found: &[StoredEvent]) -> Result<String, ServiceError> {
        let positions = found.iter().filter_map(|event| match event.source {
            EventSource::Scan(position) => Some(position),
            EventSource::Foreign { .. } => None,
        });
        let mut of_scans = self.events_of_scans(centre, &positions.collect::<Vec<_>>())?;
        let told = found.iter().map(|event| match &event.source {
            EventSource::Foreign { content, context } => foreign(event, content, context.as_deref()),
            EventSource::Scan(position) => {
                let value = of_scans.remove(&(*position, event.is_declaration));
                let text = value.ok_or_else(|| corrupt(event, "its scan is told otherwise now"))?.to_string();
                Ok(Told { text, context: json!([GS1_CONTEXT]) })
            }
        });
        let told = told.collect::<Result<Vec<Told>, ServiceError>>()?;
        Ok(epcis::tell(DocumentForm::Query(QUERY_NAME), &stamp(self.now()), &told))
    }
}

fn foreign(event: &StoredEvent, text: &str, around: Option<&str>) -> Result<Told, ServiceError> {
    let context = around.map(serde_json::from_str).transpose();
    let context = context.map_err(|error| corrupt(event, &error.to_string()))?.unwrap_or_default();
    let told = Told { text: text.to_owned(), context };
    let id = epcis::hash_id(&event.event_hash);
    told.recorded(&id, &stamp(event.record_time)).ok_or_else(without_time)
}

fn corrupt(event: &StoredEvent, problem: &str) -> ServiceError {
    let problem = format!("event {}: {problem}", event.number);
    ServiceError::Store(StoreError::Corrupt { table: "epcis_events", problem })
}
