//! Documents made of events.

use serde_json::{Map, Value, json};

use super::{Event, GS1_CONTEXT, Namespaces};

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentForm<'a> {
    /// An `EPCISDocument`, as for a capture.
    Document,
    /// An `EPCISQueryDocument` with the name of the query.
    Query(&'a str),
}

/// A document of events in their order, made at `creation_date` (a time with a zone).
///
/// Every event is in it as it was sent. Its own document's context is added where it says more than that of GS1: to the
/// whole document when all events agree on it, else to the event, whose own context is kept behind.
#[must_use]
pub fn compose(form: DocumentForm<'_>, creation_date: &str, events: &[Event]) -> Value {
    let shared = shared_context(events);
    let list: Vec<Value> = events.iter().map(|event| placed(event, shared)).collect();
    let context = shared.cloned().unwrap_or_else(|| json!([GS1_CONTEXT]));
    let (kind, body) = match form {
        DocumentForm::Document => ("EPCISDocument", json!({ "eventList": list })),
        DocumentForm::Query(name) => {
            let results = json!({ "queryName": name, "resultsBody": { "eventList": list } });
            ("EPCISQueryDocument", json!({ "queryResults": results }))
        }
    };
    json!({ "@context": context, "type": kind, "schemaVersion": "2.0", "creationDate": creation_date, "epcisBody": body })
}

/// The context of all events that came in documents, if it is one and the same.
fn shared_context(events: &[Event]) -> Option<&Value> {
    let mut contexts = events.iter().map(Event::context).filter(|context| !context.is_null());
    let first = contexts.next()?;
    contexts.all(|context| context == first).then_some(first)
}

fn placed(event: &Event, shared: Option<&Value>) -> Value {
    let context = event.context();
    let says_more = Namespaces::default().with(context) != Namespaces::default();
    if context.is_null() || Some(context) == shared || !says_more {
        return event.value().clone();
    }
    let own = event.value().get("@context").cloned();
    let parts = [Some(context.clone()), own].into_iter().flatten();
    let mut merged: Vec<Value> = Vec::new();
    for part in parts.flat_map(|part| if let Value::Array(list) = part { list } else { vec![part] }) {
        if !merged.contains(&part) {
            merged.push(part);
        }
    }
    let mut members = event.value().as_object().cloned().unwrap_or_else(Map::new);
    members.insert("@context".to_owned(), Value::Array(merged));
    Value::Object(members)
}
