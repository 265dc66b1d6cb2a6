//! The rules of EPCIS 2.0 for documents and events.
//!
//! `shape` checks one value after what it should be; `event` knows which members each type of event has and which need
//! each other; this file checks the documents around them.

mod event;
mod shape;

use serde_json::Value;

use super::{CaptureForm, Fault, Namespaces, Rule, context, deeper};

pub(super) use event::{event, lone_event};
use shape::{Members, Shape};

const DOCUMENT: Members = &[
    ("@context", Shape::Context),
    ("id", Shape::Uri),
    ("type", Shape::Text),
    ("schemaVersion", Shape::Version),
    ("creationDate", Shape::Time),
    ("instanceIdentifier", Shape::Text),
    ("sender", Shape::Text),
    ("receiver", Shape::Text),
    ("epcisHeader", Shape::Header),
    ("epcisBody", Shape::Any),
];

/// Checks a document but not its events.
pub(super) fn document(document: &Value, form: CaptureForm, namespaces: &Namespaces, faults: &mut Vec<Fault>) {
    let mut checker = shape::Checker { namespaces, faults };
    let (members, required): (Members, &[&str]) = if form == CaptureForm::QueryDocument {
        (DOCUMENT, &["@context", "epcisBody"])
    } else {
        (DOCUMENT, &["@context", "schemaVersion", "creationDate", "epcisBody"])
    };
    checker.members("", document, members, required);
    if let Some(body) = document.get("epcisBody") {
        checker.body(body, form);
    }
}

impl shape::Checker<'_> {
    fn body(&mut self, body: &Value, form: CaptureForm) {
        let (mut pointer, mut inner) = ("/epcisBody".to_owned(), body);
        if form == CaptureForm::QueryDocument {
            self.members(&pointer, inner, &[("queryResults", Shape::Any)], &["queryResults"]);
            for (step, known, required) in [
                (
                    "queryResults",
                    &["queryName", "subscriptionID", "resultsBody"][..],
                    &["queryName", "resultsBody"][..],
                ),
                ("resultsBody", &["eventList", "vocabularyList"], &["eventList"]),
            ] {
                let Some(next) = inner.get(step) else { return };
                (pointer, inner) = (deeper(&pointer, step), next);
                let shapes: Vec<(&str, Shape)> = known
                    .iter()
                    .map(|name| {
                        (*name, if name.starts_with('q') || name.starts_with('s') { Shape::Text } else { Shape::Any })
                    })
                    .collect();
                self.members(&pointer, inner, &shapes, required);
            }
        } else if !self.is_object(&pointer, inner) {
            return;
        } else if inner.get("eventList").is_none() {
            self.missing(&pointer, "eventList");
        }
        if inner.get("eventList").is_some_and(|list| !list.is_array()) {
            self.fault(deeper(&pointer, "eventList"), Rule::Type, "expected a list of events");
        }
    }

    /// Checks the `@context` of a document or an event.
    fn context(&mut self, pointer: &str, value: &Value) {
        context::check(pointer, value, self.faults);
    }
}
