//! Captures as they come in.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{Fault, Namespaces, Rule, deeper, json::Unambiguous, validate};

/// What a capture came as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureForm {
    /// An `EPCISDocument`.
    Document,
    /// An `EPCISQueryDocument`: what another repository answered.
    QueryDocument,
    /// One event on its own.
    Event,
}

/// What was read: each event, or what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    /// What it came as.
    pub form: CaptureForm,
    /// The events in the order in which they were sent.
    pub events: Vec<Result<Event, Vec<Fault>>>,
}

impl Capture {
    /// The events, if none has a fault.
    ///
    /// # Errors
    /// All faults of all events.
    pub fn all(self) -> Result<Vec<Event>, Vec<Fault>> {
        let mut events = Vec::with_capacity(self.events.len());
        let mut faults = Vec::new();
        for event in self.events {
            match event {
                Ok(event) => events.push(event),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(events) } else { Err(faults) }
    }
}

/// A sound event, kept as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    text: String,
    value: Value,
    context: Value,
    namespaces: Namespaces,
    ignored: Vec<String>,
}

impl Event {
    /// An event that was made here, as [`super::outbound`] makes them.
    #[must_use]
    pub fn of_ours(value: Value) -> Self {
        let (text, namespaces) = (value.to_string(), Namespaces::default());
        Self { text, value, context: serde_json::json!([super::GS1_CONTEXT]), namespaces, ignored: Vec::new() }
    }

    /// The event as it was sent, to the byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The event.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The `@context` of the document that it came in; null of an event on its own, which has its own.
    #[must_use]
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// The prefixes that hold for it.
    #[must_use]
    pub fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// Extensions that its document says are no part of what happened.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// A member that is a text.
    fn member(&self, name: &str) -> Option<&str> {
        self.value.get(name)?.as_str()
    }

    /// Its `eventID`, if it was given one.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.member("eventID")
    }

    /// Its type: `ObjectEvent` or another of the standard, or the URI of an extension's.
    #[must_use]
    pub fn event_type(&self) -> &str {
        self.member("type").unwrap_or_default()
    }

    /// When it happened, as microseconds know it.
    #[must_use]
    pub fn event_time(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        super::time::parse(self.member("eventTime")?).map(|time| crate::domain::to_micros(time.to_utc()))
    }

    /// Whether it takes an earlier event back.
    #[must_use]
    pub fn is_error_declaration(&self) -> bool {
        self.value.get("errorDeclaration").is_some()
    }
}

#[derive(Deserialize)]
struct RawDocument<'a> {
    #[serde(borrow, rename = "epcisBody")]
    body: RawBody<'a>,
}

#[derive(Deserialize)]
struct RawBody<'a> {
    #[serde(borrow, default, rename = "eventList")]
    events: Vec<&'a RawValue>,
    #[serde(borrow, default, rename = "queryResults")]
    results: Option<RawResults<'a>>,
}

#[derive(Deserialize)]
struct RawResults<'a> {
    #[serde(borrow, rename = "resultsBody")]
    body: RawResultsBody<'a>,
}

#[derive(Deserialize)]
struct RawResultsBody<'a> {
    #[serde(borrow, rename = "eventList")]
    events: Vec<&'a RawValue>,
}

/// Reads a document or an event.
///
/// # Errors
/// What is wrong with the document itself; what is wrong with single events is in [`Capture::events`].
///
/// ```
/// let text = r#"{"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "type": "ObjectEvent",
///     "eventTime": "2026-01-05T07:30:00+07:00", "eventTimeZoneOffset": "+07:00", "action": "OBSERVE",
///     "bizStep": "walking", "epcList": ["urn:epc:id:sscc:4012345.0000000111"]}"#;
/// let faults = conthoi::ledger::epcis::read(text).unwrap().all().unwrap_err();
/// assert_eq!(faults[0].pointer, "/bizStep");
/// ```
pub fn read(text: &str) -> Result<Capture, Vec<Fault>> {
    let no_json = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let what = if error.is_data() { "a member is there twice" } else { "this is no JSON" };
        vec![Fault::new("", Rule::Json, format!("{what}: see line {line}, column {column}"))]
    };
    let Unambiguous(value) = serde_json::from_str(text).map_err(|error| no_json(&error))?;
    let (form, path) = match value.get("type").and_then(Value::as_str) {
        Some("EPCISDocument") => (CaptureForm::Document, "/epcisBody/eventList"),
        Some("EPCISQueryDocument") => (CaptureForm::QueryDocument, "/epcisBody/queryResults/resultsBody/eventList"),
        _ => (CaptureForm::Event, ""),
    };
    if form == CaptureForm::Event {
        let namespaces = value.get("@context").map(|own| Namespaces::default().with(own)).unwrap_or_default();
        let mut faults = Vec::new();
        validate::lone_event(&value, &namespaces, &mut faults);
        if faults.iter().any(|fault| fault.pointer.is_empty() && fault.rule == Rule::Type) {
            return Err(faults);
        }
        let text = text.trim().to_owned();
        let event = Event { text, value, context: Value::Null, namespaces, ignored: Vec::new() };
        return Ok(Capture { form, events: vec![if faults.is_empty() { Ok(event) } else { Err(faults) }] });
    }

    let context = value.get("@context").cloned().unwrap_or_default();
    let namespaces = Namespaces::default().with(&context);
    let mut faults = Vec::new();
    validate::document(&value, form, &namespaces, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let ignored = ignored(&value);
    let raw: RawDocument = serde_json::from_str(text).map_err(|error| no_json(&error))?;
    let texts = raw.body.results.map_or(raw.body.events, |results| results.body.events);
    let values = value.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let events = texts.into_iter().zip(values).enumerate().map(|(place, (text, value))| {
        let namespaces = value.get("@context").map_or_else(|| namespaces.clone(), |own| namespaces.with(own));
        let mut faults = Vec::new();
        validate::event(&deeper(path, place), value, &namespaces, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (value, context) = (value.clone(), context.clone());
        Ok(Event { text: text.get().to_owned(), value, context, namespaces, ignored: ignored.clone() })
    });
    Ok(Capture { form, events: events.collect() })
}

/// What a document's `…:ignoreFields` lists: extensions that some repository added.
fn ignored(document: &Value) -> Vec<String> {
    let members = document.as_object().into_iter().flatten();
    let lists = members.filter(|(name, _)| name.ends_with(":ignoreFields"));
    let names = lists.flat_map(|(_, list)| list.as_array().into_iter().flatten());
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}
