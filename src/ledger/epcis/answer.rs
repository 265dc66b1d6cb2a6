//! Events as they are handed out again: as they were sent, with the members that the standard wants there.

use std::fmt;

use serde::{
    Deserialize, Serialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, json, value::RawValue};

use super::{DocumentForm, GS1_CONTEXT, Namespaces};

/// An event to be handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The event's text.
    pub text: String,
    /// The `@context` of the document that it came in; null of an event that came on its own.
    pub context: Value,
}

impl Told {
    /// The event with its `eventID`, and with when it was recorded here in place of whatever its sender thought of that.
    /// Nothing else of its text changes. `None` when the text is no event.
    #[must_use]
    pub fn recorded(self, event_id: &str, record_time: &str) -> Option<Self> {
        let Members(mut members) = serde_json::from_str(&self.text).ok()?;
        if !members.iter().any(|(name, _)| name == "eventID") {
            members.push(("eventID".to_owned(), raw(&json!(event_id))));
        }
        set(&mut members, "recordTime", raw(&json!(record_time)), false);
        Some(Self { text: text_of(&members), context: self.context })
    }

    /// The event as it stands alone, with the context of the document that it came in.
    #[must_use]
    pub fn alone(&self) -> String {
        if self.context.is_null() { self.text.clone() } else { self.within(&Value::Null) }
    }

    /// The event as it stands in a document with the context `shared`.
    fn within(&self, shared: &Value) -> String {
        let says_more = Namespaces::default().with(&self.context) != Namespaces::default();
        if self.context.is_null() || self.context == *shared || !(says_more || shared.is_null()) {
            return self.text.clone();
        }
        let Ok(Members(mut members)) = serde_json::from_str(&self.text) else { return self.text.clone() };
        let own = members.iter().find(|(name, _)| name == "@context");
        let own = own.and_then(|(_, value)| serde_json::from_str::<Value>(value.get()).ok());
        let mut merged: Vec<Value> = Vec::new();
        for part in [Some(self.context.clone()), own].into_iter().flatten() {
            for part in if let Value::Array(list) = part { list } else { vec![part] } {
                if !merged.contains(&part) {
                    merged.push(part);
                }
            }
        }
        set(&mut members, "@context", raw(&Value::Array(merged)), true);
        text_of(&members)
    }
}

/// A document of events in their order, made at `creation_date`, with every event's text as it was sent. Its context is that of
/// all documents that the events came in, where those do not contradict each other; else each event bears its own.
///
/// # Panics
/// Never: a document is made of texts and JSON.
#[must_use]
pub fn tell(form: DocumentForm<'_>, creation_date: &str, events: &[Told]) -> String {
    let shared = shared_context(events).unwrap_or_else(|| json!([GS1_CONTEXT]));
    let list: Vec<Box<RawValue>> = events.iter().map(|event| raw_text(event.within(&shared))).collect();
    let kind = match form {
        DocumentForm::Document => "EPCISDocument",
        DocumentForm::Query(_) => "EPCISQueryDocument",
    };
    let body = match form {
        DocumentForm::Document => Body::Document { event_list: list },
        DocumentForm::Query(query_name) => {
            Body::Query { query_results: QueryResults { query_name, results_body: ResultsBody { event_list: list } } }
        }
    };
    let document = Document { context: &shared, kind, schema_version: "2.0", creation_date, epcis_body: body };
    serde_json::to_string(&document).expect("a document is made of texts and JSON")
}

/// A context under which every event means what it meant in its own document.
fn shared_context(events: &[Told]) -> Option<Value> {
    let mut contexts: Vec<&Value> = Vec::new();
    for event in events.iter().filter(|event| !event.context.is_null()) {
        if !contexts.contains(&&event.context) {
            contexts.push(&event.context);
        }
    }
    if let [one] = contexts.as_slice() {
        return Some((*one).clone());
    }
    let mut parts: Vec<&Value> = Vec::new();
    for part in
        contexts.iter().flat_map(|context| context.as_array().map_or(std::slice::from_ref(*context), Vec::as_slice))
    {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let all = Value::Array(parts.into_iter().cloned().collect());
    let together = Namespaces::default().with(&all);
    let agrees = |context: &&Value| Namespaces::default().with(context).is_within(&together);
    (!contexts.is_empty() && contexts.iter().all(agrees)).then_some(all)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'a Value,
    #[serde(rename = "type")]
    kind: &'static str,
    schema_version: &'static str,
    creation_date: &'a str,
    epcis_body: Body<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Document {
        #[serde(rename = "eventList")]
        event_list: Vec<Box<RawValue>>,
    },
    Query {
        #[serde(rename = "queryResults")]
        query_results: QueryResults<'a>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryResults<'a> {
    query_name: &'a str,
    results_body: ResultsBody,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultsBody {
    event_list: Vec<Box<RawValue>>,
}

/// The members of an object in their order, each with its text.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Puts a member in the place of one with its name, or else in front or behind.
fn set(members: &mut Vec<(String, Box<RawValue>)>, name: &str, value: Box<RawValue>, in_front: bool) {
    match members.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None if in_front => members.insert(0, (name.to_owned(), value)),
        None => members.push((name.to_owned(), value)),
    }
}

fn raw(value: &Value) -> Box<RawValue> {
    raw_text(value.to_string())
}

fn raw_text(text: String) -> Box<RawValue> {
    RawValue::from_string(text).expect("only texts of JSON come here")
}

fn text_of(members: &[(String, Box<RawValue>)]) -> String {
    let list: Vec<String> = members.iter().map(|(name, value)| format!("{}:{}", json!(name), value.get())).collect();
    format!("{{{}}}", list.join(","))
}
