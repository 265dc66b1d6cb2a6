//! Captures: what is accepted comes back as it was sent, what is not is named.

use std::collections::HashSet;

use actix_web::http::{Method, StatusCode};
use conthoi::ledger::epcis;
use serde_json::{Value, json};

use super::{capture, document, exception, find, post, some_events};
use crate::{
    api::{World, on_each},
    ledger::epcis::{events_of, files, object_event, published},
};

/// The event as it must come back: all that was sent but for the time of recording, which is ours to say.
fn comparable(mut event: Value, sent: &Value) -> Value {
    let members = event.as_object_mut().unwrap();
    assert!(members.remove("recordTime").is_some_and(|at| at == "2019-06-14T00:00:00.000Z"), "{members:?}");
    for name in ["eventID", "@context"] {
        if sent.get(name).is_none() {
            members.remove(name);
        }
    }
    if let (Some(Value::Array(found)), Some(sent)) = (members.get("@context"), sent.get("@context")) {
        // Where documents contradict each other, an event bears its document's context besides its own.
        let parts = sent.as_array().map_or(std::slice::from_ref(sent), Vec::as_slice);
        assert!(parts.iter().all(|part| found.contains(part)), "{found:?}");
        members.insert("@context".into(), sent.clone());
    }
    if let Some(sent) = sent.get("recordTime") {
        members.insert("recordTime".into(), sent.clone());
    }
    event
}

#[actix_web::test]
async fn published_documents_and_events_are_accepted_and_come_back_equal() {
    on_each!(World::imported, |client, _world| {
        let mut seen: HashSet<(String, bool)> = HashSet::new();
        let mut expected: Vec<Value> = Vec::new();
        let mut hashes: Vec<String> = Vec::new();
        for folder in ["events", "documents", "hash"] {
            let Some(path) = published(folder) else { return };
            for (name, text) in files(&path, &["json", "jsonld"]) {
                let name = format!("{folder}/{name}");
                let sent = events_of(&serde_json::from_str(&text).unwrap());
                let read = epcis::read(&text).unwrap().all().unwrap();
                let keys: Vec<(String, bool)> =
                    read.iter().map(|event| (epcis::event_hash(event), event.is_error_declaration())).collect();
                let new: Vec<bool> = keys.iter().map(|key| seen.insert(key.clone())).collect();
                let (stored, behaviour) = (new.iter().filter(|new| **new).count(), Some("proceed"));
                if folder == "events" {
                    let answer = post(&client, "/epcis/events", None, &text).await;
                    assert_eq!(answer.status, StatusCode::CREATED, "{name}: {:?}", answer.bytes);
                    assert_eq!(comparable(answer.json(), &sent[0]), sent[0], "{name}");
                    let found = client.json(answer.header("location")).await;
                    assert!(!events_of(&found).is_empty(), "{name}");
                } else {
                    let answer = post(&client, "/epcis/capture", behaviour, &text).await;
                    assert_eq!(answer.status, StatusCode::ACCEPTED, "{name}: {:?}", answer.bytes);
                    let job = client.json(answer.header("location")).await;
                    assert_eq!((&job["running"], &job["stored"]), (&json!(false), &json!(stored)), "{name}: {job}");
                    assert_eq!(job["success"], stored == sent.len(), "{name}: {job}");
                }
                for ((event, key), _) in sent.into_iter().zip(keys).zip(new).filter(|(_, new)| *new) {
                    expected.push(event);
                    hashes.push(key.0);
                }
            }
        }
        let mut found = Vec::new();
        let mut path = "/epcis/events?perPage=7".to_owned();
        while !path.is_empty() {
            let answer = client.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
            let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
            for event in epcis::read(&text).unwrap().all().unwrap() {
                assert!(event.event_id().is_some());
                found.push(event);
            }
            path = answer.header("link").split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        }
        assert_eq!(found.len(), expected.len());
        let mut other_hashes = 0;
        for ((found, sent), hash) in found.iter().zip(&expected).zip(&hashes) {
            assert_eq!(&comparable(found.value().clone(), sent), sent);
            other_hashes += u32::from(epcis::event_hash(found) != *hash);
        }
        // What a document says of members to be ignored is not told on.
        assert!(other_hashes <= 2, "{other_hashes} events mean something else now");
    });
}

#[actix_web::test]
async fn an_event_keeps_its_members_in_their_order_and_their_spelling() {
    on_each!(World::imported, |client, _world| {
        let text = r#"{"type":"ObjectEvent", "recordTime": "2001-01-01T00:00:00Z","eventTime":"2026-01-05T07:30:00+07:00",
            "eventTimeZoneOffset":"+07:00","epcList":["urn:epc:id:sscc:4012345.0000000111"],
            "sensorElementList":[{"sensorReport":[{"type":"Temperature","value":26.00,"uom":"CEL"}]}],
            "action":"OBSERVE","ex:z":"\u00e9","ex:a":1.50}"#;
        let whole = format!(
            r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{{"ex":"https://ns.example.com/"}}],
            "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-01-05T00:00:00Z",
            "epcisBody":{{"eventList":[{text}]}}}}"#
        );
        capture(&client, &whole).await;
        let answer = client.get("/epcis/events").await;
        let told = String::from_utf8(answer.bytes.to_vec()).unwrap();
        let part = r#"{"type":"ObjectEvent","recordTime":"2019-06-14T00:00:00.000Z","eventTime":"2026-01-05T07:30:00+07:00","eventTimeZoneOffset":"+07:00","epcList":["urn:epc:id:sscc:4012345.0000000111"],"sensorElementList":[{"sensorReport":[{"type":"Temperature","value":26.00,"uom":"CEL"}]}],"action":"OBSERVE","ex:z":"\u00e9","ex:a":1.50,"eventID":"ni:///sha-256;"#;
        assert!(told.contains(part), "{told}");
        assert!(told.contains(r#"{"ex":"https://ns.example.com/"}"#), "{told}");
    });
}

#[actix_web::test]
async fn published_faults_are_refused_and_named() {
    on_each!(World::imported, |client, _world| {
        let Some(folder) = published("invalid") else { return };
        for (name, text) in files(&folder, &["json"]) {
            let expected: Vec<String> =
                epcis::read(&text).unwrap().all().unwrap_err().into_iter().map(|fault| fault.pointer).collect();
            let answer = post(&client, "/epcis/capture", None, &text).await;
            let (status, kind, code, named) = exception(&answer);
            assert_eq!((status, kind.as_str(), code.as_str()), (400, "ValidationException", "invalid_epcis"), "{name}");
            assert_eq!(named, expected, "{name}");

            let answer = post(&client, "/epcis/capture", Some("proceed"), &text).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{name}");
            let job = answer.json();
            assert_eq!(job["success"], false, "{name}");
            let named: Vec<&str> =
                job["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
            assert_eq!(named, expected, "{name}");
        }
    });
}

#[actix_web::test]
async fn an_event_is_captured_once_and_taken_back_once() {
    on_each!(World::imported, |client, _world| {
        let event = object_event();
        let first = post(&client, "/epcis/events", None, &event.to_string()).await;
        assert_eq!(first.status, StatusCode::CREATED);
        let id = first.json()["eventID"].clone();
        // The same happening in another writing.
        let mut other = event.clone();
        other["epcList"] = json!(["https://id.gs1.org/00/040123450000001112"]);
        other["eventTime"] = json!("2026-01-05T00:30:00.000Z");
        other["eventID"] = json!("urn:uuid:7f1c2f2e-1d15-4d3b-8a5e-0a4f2c1f9b11");
        for event in [&event, &other] {
            if epcis::read(&event.to_string()).unwrap().all().is_err() {
                continue;
            }
            let again = post(&client, "/epcis/events", None, &event.to_string()).await;
            let (status, kind, code, _) = exception(&again);
            assert_eq!((status, kind.as_str(), code.as_str()), (409, "ValidationException", "event_exists"));
        }

        let mut declaration = event.clone();
        declaration["eventID"] = id.clone();
        declaration["errorDeclaration"] =
            json!({ "declarationTime": "2026-01-06T07:30:00.000+07:00", "reason": "did_not_occur" });
        let taken_back = post(&client, "/epcis/events", None, &declaration.to_string()).await;
        assert_eq!(taken_back.status, StatusCode::CREATED, "{:?}", taken_back.bytes);
        let both = client.json(first.header("location")).await;
        assert_eq!(events_of(&both).len(), 2, "the event and its declaration");
        assert_eq!(find(&client, "EXISTS_errorDeclaration=").await.len(), 1);
        assert_eq!(find(&client, "EQ_errorReason=did_not_occur").await.len(), 1);
        assert_eq!(find(&client, "GE_errorDeclaration_Time=2026-01-06T00:30:00Z").await.len(), 1);
        assert_eq!(find(&client, "LT_errorDeclaration_Time=2026-01-06T00:30:00Z").await.len(), 0);
        let again = post(&client, "/epcis/events", None, &declaration.to_string()).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
    });
}

#[actix_web::test]
async fn a_capture_rolls_back_or_proceeds() {
    on_each!(World::imported, |client, _world| {
        let events = some_events(4);
        let job = capture(&client, &document(&events[..2]).to_string()).await;
        assert_eq!((&job["success"], &job["events"], &job["stored"]), (&json!(true), &json!(2), &json!(2)));

        let mixed = document(&[events[2].clone(), events[0].clone(), events[2].clone()]).to_string();
        let job = capture(&client, &mixed).await;
        assert_eq!((&job["success"], &job["stored"]), (&json!(false), &json!(0)));
        assert_eq!(job["captureErrorBehaviour"], "rollback");
        let places: Vec<&Value> = job["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
        assert_eq!(places, ["/epcisBody/eventList/1", "/epcisBody/eventList/2"]);
        assert_eq!((&job["errors"][0]["status"], &job["errors"][0]["rule"]), (&json!(409), &json!("exists")));
        assert_eq!(find(&client, "").await.len(), 2);

        let mut broken = events[3].clone();
        broken["bizStep"] = json!("walking");
        let mixed = document(&[broken, events[0].clone(), events[2].clone()]).to_string();
        let answer = post(&client, "/epcis/capture", Some("proceed"), &mixed).await;
        assert_eq!(answer.header("gs1-capture-error-behaviour"), "proceed");
        let job = answer.json();
        assert_eq!((&job["success"], &job["stored"], &job["events"]), (&json!(false), &json!(1), &json!(3)));
        let statuses: Vec<&Value> = job["errors"].as_array().unwrap().iter().map(|error| &error["status"]).collect();
        assert_eq!(statuses, [400, 409]);
        assert_eq!(find(&client, "").await.len(), 3);

        let list = client.get("/epcis/capture?perPage=2").await;
        assert_eq!(list.json().as_array().unwrap().len(), 2);
        let next = list.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
        let rest = client.get(&next).await;
        assert_eq!((rest.json().as_array().unwrap().len(), rest.header("link")), (1, ""));
        let missing = client.get("/epcis/capture/019ad8f0-0000-7000-8000-000000000000").await;
        assert_eq!(exception(&missing).1, "NoSuchNameException");
    });
}

#[actix_web::test]
async fn what_is_no_capture_is_refused() {
    on_each!(World::imported, |client, _world| {
        for (text, code) in [
            ("{", "invalid_epcis"),
            ("[]", "invalid_epcis"),
            (r#"{"type":"EPCISDocument"}"#, "invalid_epcis"),
            (r#"{"a":1,"a":2}"#, "invalid_epcis"),
        ] {
            for path in ["/epcis/capture", "/epcis/events"] {
                let (status, kind, found, _) = exception(&post(&client, path, None, text).await);
                assert_eq!(
                    (status, kind.as_str(), found.as_str()),
                    (400, "ValidationException", code),
                    "{path} {text}"
                );
            }
        }
        let whole = document(&some_events(1)).to_string();
        let (status, .., named) = exception(&post(&client, "/epcis/events", None, &whole).await);
        assert_eq!((status, named), (400, vec!["/type".to_owned()]));
        let behaviour = post(&client, "/epcis/capture", Some("maybe"), &whole).await;
        assert_eq!(exception(&behaviour).3, ["GS1-Capture-Error-Behaviour"]);
        assert_eq!(exception(&client.get("/epcis/capture?limit=1").await).3, ["limit"]);

        let request = actix_web::test::TestRequest::post().uri("/epcis/capture");
        let xml = request.insert_header(("Content-Type", "application/xml")).set_payload("<a/>");
        let (status, kind, ..) = exception(&client.send(xml).await);
        assert_eq!((status, kind.as_str()), (415, "ImplementationException"));

        let many = document(&vec![some_events(1)[0].clone(); 5_001]).to_string();
        let answer = post(&client, "/epcis/capture", None, &many).await;
        let (status, kind, ..) = exception(&answer);
        assert_eq!((status, kind.as_str()), (413, "CaptureLimitExceededException"));
        assert_eq!(answer.header("gs1-epcis-capture-limit"), "5000");
        let large = format!("{{{}}}", " ".repeat(17 << 20));
        let answer = post(&client, "/epcis/capture", None, &large).await;
        assert_eq!(exception(&answer).1, "CaptureLimitExceededException");
        assert_eq!(answer.header("gs1-capture-file-size-limit"), (16 << 20).to_string());
        assert_eq!(find(&client, "").await, Vec::<Value>::new());
    });
}

#[actix_web::test]
async fn the_interface_says_what_it_can() {
    on_each!(World::imported, |client, _world| {
        for (path, allow) in [
            ("/epcis/capture", "GET, POST, HEAD, OPTIONS"),
            ("/epcis/events", "GET, POST, HEAD, OPTIONS"),
            ("/epcis/events/ni%3A%2F%2F%2Fx", "GET, HEAD, OPTIONS"),
            ("/epcis/eventTypes", "GET, HEAD, OPTIONS"),
            ("/epcis", "GET, HEAD, OPTIONS"),
        ] {
            let answer = client.method(Method::OPTIONS, path).await;
            let mut allowed: Vec<&str> = answer.header("allow").split(", ").collect();
            allowed.sort_unstable();
            let mut expected: Vec<&str> = allow.split(", ").collect();
            expected.sort_unstable();
            assert_eq!((answer.status.as_u16(), allowed), (204, expected), "{path}");
            for name in ["gs1-epcis-version", "gs1-epcis-min", "gs1-epcis-max", "gs1-cbv-version"] {
                assert_eq!(answer.header(name), "2.0", "{path}");
            }
        }
        let limits = client.method(Method::OPTIONS, "/epcis/capture").await;
        assert_eq!(limits.header("gs1-epcis-capture-limit"), "5000");
        assert_eq!(client.json("/epcis").await, json!(["capture", "events", "eventTypes"]));
        assert_eq!(client.json("/epcis/eventTypes").await["eventType"], json!([]));
        capture(&client, &document(&some_events(1)).to_string()).await;
        let types = client.json("/epcis/eventTypes").await;
        assert_eq!((&types["type"], &types["eventType"]), (&json!("EventTypeItemList"), &json!(["ObjectEvent"])));
        let elsewhere = client.get("/v1/centre").await;
        assert_eq!(elsewhere.header("gs1-epcis-version"), "");
    });
}
