//! Events exchanged with partners over HTTP, on both databases.

mod capture;
mod queries;
mod scans;

use actix_web::{
    http::{StatusCode, header},
    test::TestRequest,
};
use serde_json::{Value, json};

use super::{Answer, Client};
use crate::ledger::epcis::{events_of, object_event};

/// Sends a text as JSON-LD.
async fn post(client: &Client, path: &str, behaviour: Option<&str>, text: &str) -> Answer {
    let request = TestRequest::post().uri(path).insert_header((header::CONTENT_TYPE, "application/ld+json"));
    let request = match behaviour {
        Some(behaviour) => request.insert_header(("GS1-Capture-Error-Behaviour", behaviour)),
        None => request,
    };
    client.send(request.set_payload(text.to_owned())).await
}

/// Captures what must be accepted, and answers the job as it is found under its Location.
async fn capture(client: &Client, text: &str) -> Value {
    let answer = post(client, "/epcis/capture", None, text).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{:?}", answer.bytes);
    let job = client.json(answer.header("location")).await;
    assert_eq!(job, answer.json());
    job
}

/// A document of these events.
fn document(events: &[Value]) -> Value {
    json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-05T00:00:00Z",
        "epcisBody": { "eventList": events },
    })
}

/// Events that differ in their time.
fn some_events(count: u32) -> Vec<Value> {
    let event = |n: u32| {
        let mut event = object_event();
        event.as_object_mut().unwrap().remove("@context");
        event["eventTime"] = json!(format!("2026-01-05T{:02}:{:02}:00.000+07:00", n / 60, n % 60));
        event
    };
    (0..count).map(event).collect()
}

/// What a query finds.
async fn find(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/epcis/events?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {:?}", answer.bytes);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let document = answer.json();
    assert_eq!(document["type"], "EPCISQueryDocument");
    assert_eq!(document["epcisBody"]["queryResults"]["queryName"], "SimpleEventQuery");
    // What is told can be captured elsewhere.
    conthoi::ledger::epcis::read(&document.to_string()).unwrap().all().unwrap();
    events_of(&document)
}

/// A problem below `/epcis`: the standard's exception, our code and the parameters or pointers that are wrong.
fn exception(answer: &Answer) -> (u16, String, String, Vec<String>) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{:?}", answer.bytes);
    let problem = answer.json();
    let word = |name: &str| problem[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().into_iter().flatten();
    let named = errors.map(|it| it["parameter"].as_str().or(it["pointer"].as_str()).unwrap().to_owned()).collect();
    let name = word("type").strip_prefix("epcisException:").unwrap().to_owned();
    assert_eq!(problem["status"], answer.status.as_u16());
    (answer.status.as_u16(), name, word("code"), named)
}
