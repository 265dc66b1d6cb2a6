use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{stamp, without_time};
use crate::{
    ledger::epcis::{self, CaptureForm, Event, Fault, Rule, Told},
    service::{Service, ServiceError, paging::cut},
    store::{CaptureJob, Captured, ErrorBehaviour, NewEvent, StoreError},
};

/// Events in one capture at most.
pub const CAPTURE_EVENTS_MAX: usize = 5_000;
/// Bytes of one capture at most.
pub const CAPTURE_BYTES_MAX: usize = 16 << 20;
/// Errors that a capture names at most.
const ERRORS_MAX: usize = 1_000;

/// What kept an event of a capture out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureError {
    /// Where in the document, as a JSON pointer.
    pub pointer: String,
    /// Which rule it breaks; `exists` of an event that is there already.
    pub rule: String,
    /// What is wrong.
    pub message: String,
}

impl CaptureError {
    const EXISTS: &'static str = "exists";

    /// Whether the event is there already.
    #[must_use]
    pub fn is_repetition(&self) -> bool {
        self.rule == Self::EXISTS
    }
}

impl From<Fault> for CaptureError {
    fn from(fault: Fault) -> Self {
        Self { pointer: fault.pointer, rule: fault.rule.as_str().to_owned(), message: fault.message }
    }
}

/// A capture and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedCapture {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// What it did about events that could not be stored.
    pub behaviour: ErrorBehaviour,
    /// How many events it held.
    pub events: u32,
    /// How many of them were stored.
    pub stored: u32,
    /// What kept events out, the first thousand errors.
    pub errors: Vec<CaptureError>,
}

/// A part of the list of captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturePage {
    /// The captures, the newest first.
    pub captures: Vec<EndedCapture>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Uuid>,
}

/// An event that was captured on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedEvent {
    /// Its id: the one it came with, or the event hash.
    pub id: String,
    /// The event as it is told from now on.
    pub text: String,
}

impl Service {
    /// Captures the events of a document. With [`ErrorBehaviour::Rollback`] all are stored or none; a document in which an
    /// event breaks a rule is then refused as a whole.
    ///
    /// # Errors
    /// [`ServiceError::Epcis`] for what is wrong with the document, [`ServiceError::CaptureTooLarge`] for too many events.
    pub fn capture_document(&self, text: &str, behaviour: ErrorBehaviour) -> Result<EndedCapture, ServiceError> {
        let capture = epcis::read(text).map_err(ServiceError::Epcis)?;
        let (form, count) = (capture.form, capture.events.len());
        if count > CAPTURE_EVENTS_MAX {
            return Err(ServiceError::CaptureTooLarge { events: count, limit: CAPTURE_EVENTS_MAX });
        }
        let now = self.now();
        let (mut places, mut events, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for (place, event) in capture.events.into_iter().enumerate() {
            match event {
                Ok(event) => {
                    places.push(place);
                    events.push(self.new_event(&event, now)?);
                }
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() && behaviour == ErrorBehaviour::Rollback {
            return Err(ServiceError::Epcis(faults));
        }
        // A partner may send us what we told.
        self.tell_scans()?;
        let mut ended = EndedCapture {
            id: self.fresh_uuid(),
            created_at: now,
            behaviour,
            events: u32::try_from(count).unwrap_or(u32::MAX),
            stored: 0,
            errors: faults.into_iter().map(CaptureError::from).collect(),
        };
        let centre = self.centre()?.centre.id;
        self.store().capture_events(centre, &events, behaviour, |captured| {
            finish(&mut ended, captured, |known| pointer(form, places[known]));
            Some(job_of(&ended))
        })?;
        Ok(ended)
    }

    /// Captures an event that came on its own.
    ///
    /// # Errors
    /// [`ServiceError::Epcis`] for what is wrong with it, [`ServiceError::EventExists`] when it is there already.
    pub fn capture_event(&self, text: &str) -> Result<CapturedEvent, ServiceError> {
        let capture = epcis::read(text).map_err(ServiceError::Epcis)?;
        if capture.form != CaptureForm::Event {
            let message = "expected one event; a document is captured with POST /epcis/capture";
            let fault = Fault { pointer: "/type".into(), rule: Rule::Type, message: message.into() };
            return Err(ServiceError::Epcis(vec![fault]));
        }
        let event = capture.all().map_err(ServiceError::Epcis)?.remove(0);
        let now = self.now();
        let new = self.new_event(&event, now)?;
        self.tell_scans()?;
        let centre = self.centre()?.centre.id;
        let id = event.event_id().map_or_else(|| epcis::event_hash(&event), str::to_owned);
        let captured =
            self.store().capture_events(centre, std::slice::from_ref(&new), ErrorBehaviour::Rollback, |_| None)?;
        if captured.stored == 0 {
            return Err(ServiceError::EventExists { id });
        }
        let told = Told { text: event.text().to_owned(), context: event.context().clone() };
        let told = told.recorded(&id, &stamp(now)).ok_or_else(without_time)?;
        Ok(CapturedEvent { id, text: told.alone() })
    }

    fn new_event(&self, event: &Event, now: DateTime<Utc>) -> Result<NewEvent, ServiceError> {
        Ok(NewEvent {
            keys: self.keys_of(event, now).ok_or_else(without_time)?,
            content: event.text().to_owned(),
            context: (!event.context().is_null()).then(|| event.context().to_string()),
        })
    }

    /// One capture.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn capture(&self, id: Uuid) -> Result<EndedCapture, ServiceError> {
        let centre = self.centre()?.centre.id;
        let job = self.store().capture_job(centre, id)?;
        ended(&job.ok_or_else(|| ServiceError::not_found("capture", &id))?)
    }

    /// The captures, the newest first, from before `before` on, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn captures(&self, before: Option<Uuid>, limit: u32) -> Result<CapturePage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut jobs = self.store().capture_jobs(centre, before, limit.saturating_add(1))?;
        let next = cut(&mut jobs, limit, |last| last.id);
        Ok(CapturePage { captures: jobs.iter().map(ended).collect::<Result<_, _>>()?, next })
    }
}

/// Where an event stands in a document.
fn pointer(form: CaptureForm, place: usize) -> String {
    match form {
        CaptureForm::Document => format!("/epcisBody/eventList/{place}"),
        CaptureForm::QueryDocument => format!("/epcisBody/queryResults/resultsBody/eventList/{place}"),
        CaptureForm::Event => String::new(),
    }
}

fn finish(ended: &mut EndedCapture, captured: &Captured, pointer: impl Fn(usize) -> String) {
    ended.stored = captured.stored;
    ended.errors.extend(captured.known.iter().map(|known| {
        CaptureError {
            pointer: pointer(*known),
            rule: CaptureError::EXISTS.to_owned(),
            message:
                "this event was captured before; an event is taken back by the same event with an errorDeclaration"
                    .to_owned(),
        }
    }));
    ended.errors.truncate(ERRORS_MAX);
}

fn job_of(ended: &EndedCapture) -> CaptureJob {
    CaptureJob {
        id: ended.id,
        created_at: ended.created_at,
        behaviour: ended.behaviour,
        events: ended.events,
        stored: ended.stored,
        success: ended.errors.is_empty(),
        errors: serde_json::to_string(&ended.errors).expect("errors are made of texts"),
    }
}

fn ended(job: &CaptureJob) -> Result<EndedCapture, ServiceError> {
    let corrupt = |error: serde_json::Error| {
        ServiceError::Store(StoreError::Corrupt { table: "epcis_captures", problem: error.to_string() })
    };
    Ok(EndedCapture {
        id: job.id,
        created_at: job.created_at,
        behaviour: job.behaviour,
        events: job.events,
        stored: job.stored,
        errors: serde_json::from_str(&job.errors).map_err(corrupt)?,
    })
}
