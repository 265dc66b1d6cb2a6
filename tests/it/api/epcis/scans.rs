//! Our own scans as partners see them, beside what partners tell.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{capture, document, exception, find, post, some_events};
use crate::{
    api::{
        World, on_each,
        scans::{Device, act, courier, item, pouch, send, site, with},
    },
    ledger::epcis::events_of,
};

const BASE: &str = "https://conthoi.invalid/";

fn steps(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["bizStep"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn scans_are_told_as_events_and_found_like_them() {
    on_each!(World::imported, |client, _world| {
        capture(&client, &document(&some_events(1)).to_string()).await;
        let (mut desk, mut rider) = (Device::new(1), Device::new(2));
        let office = site("TTPVHCC");
        let scans = [
            desk.scan("05:00", &office, &act("register"), &[item(1), item(2)]),
            desk.scan("05:10", &office, &json!({ "kind": "seal", "pouch": pouch(1) }), &[item(1)]),
            with(desk.scan("05:20", &office, &act("give"), &[pouch(1)]), "counterparty", courier("CP01")),
            with(rider.scan("05:21", &courier("CP01"), &act("receive"), &[pouch(1)]), "counterparty", office.clone()),
        ];
        send(&client, &scans).await;

        let all = find(&client, "").await;
        assert_eq!(steps(&all), ["receiving", "commissioning", "packing", "shipping", "receiving"]);
        assert!(all[1]["eventID"].as_str().unwrap().ends_with(scans[0]["id"].as_str().unwrap()));
        assert_eq!(all[1]["recordTime"], "2019-06-14T00:00:00.000Z");
        let thing = format!("{BASE}items/{}", item(1));
        assert_eq!(steps(&find(&client, &format!("MATCH_epc={thing}")).await), ["commissioning", "packing"]);
        let parent = format!("{BASE}pouches/{}", pouch(1));
        assert_eq!(steps(&find(&client, &format!("MATCH_parentID={parent}")).await), ["packing"]);
        let giver = all[3]["sourceList"][0]["source"].as_str().unwrap();
        let handed = find(&client, &format!("EQ_source_possessing_party={giver}")).await;
        assert_eq!(steps(&handed), ["shipping", "receiving"]);
        assert_eq!(find(&client, "EQ_bizStep=packing&eventType=AggregationEvent").await.len(), 1);
        let id = all[2]["eventID"].as_str().unwrap();
        let one = client.json(&format!("/epcis/events/{id}")).await;
        assert_eq!(events_of(&one), [all[2].clone()]);

        // What comes in later is found later, and nothing twice.
        send(&client, &[desk.scan("06:00", &office, &act("count"), &[item(2)])]).await;
        assert_eq!(find(&client, "").await.len(), 6);
        assert_eq!(find(&client, "").await.len(), 6);
        let types = client.json("/epcis/eventTypes").await;
        assert_eq!(types["eventType"], json!(["AggregationEvent", "ObjectEvent"]));
        // A partner that sends us our own event tells nothing new.
        let ours = document(&[all[1].clone()]);
        let job = capture(&client, &ours.to_string()).await;
        assert_eq!((&job["stored"], &job["errors"][0]["status"]), (&json!(0), &json!(409)), "{job}");
    });
}

#[actix_web::test]
async fn a_correction_is_an_error_declaration_whichever_comes_first() {
    on_each!(World::imported, |client, _world| {
        let mut desk = Device::new(1);
        let office = site("TTPVHCC");
        let wrong = desk.scan("05:00", &office, &act("register"), &[item(1), item(2)]);
        let correct = |n: u32, desk: &mut Device| {
            desk.scan("05:30", &office, &json!({ "kind": "correct", "scan": wrong["id"] }), &[item(n)])
        };
        let first = correct(1, &mut desk);
        send(&client, &[first]).await;
        assert_eq!(find(&client, "").await, Vec::<Value>::new(), "nobody knows yet what was wrong");
        send(&client, std::slice::from_ref(&wrong)).await;
        let told = find(&client, "").await;
        let reasons: Vec<&Value> = told.iter().map(|event| &event["errorDeclaration"]["reason"]).collect();
        assert_eq!(reasons, [&Value::Null, &json!("incorrect_data"), &Value::Null]);
        assert_eq!(told[1]["eventID"], told[0]["eventID"]);
        assert_eq!(told[1]["errorDeclaration"]["correctiveEventIDs"], json!([told[2]["eventID"]]));
        assert_eq!(told[2]["epcList"].as_array().unwrap().len(), 1);

        send(&client, &[correct(2, &mut desk)]).await;
        let told = find(&client, "").await;
        assert_eq!(told.len(), 5);
        assert_eq!(find(&client, "EXISTS_errorDeclaration=1").await.len(), 2);
    });
}

#[actix_web::test]
async fn nothing_personal_is_told() {
    on_each!(World::imported, |client, _world| {
        let mut rider = Device::new(2);
        let delivered = rider.scan("05:00", &courier("CP01"), &act("deliver"), &[item(1)]);
        let delivered = with(delivered, "note", json!("Bà Nguyễn Thị Mốc 0912345678"));
        let delivered = with(delivered, "position", json!({ "lat": 9.6021, "lon": 105.9712 }));
        send(&client, &[delivered]).await;
        let answer = client.get("/epcis/events").await;
        let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
        assert!(text.contains(&format!("{BASE}recipient")), "{text}");
        for personal in ["Mốc", "0912345678", "9.6021", "105.9712"] {
            assert!(!text.contains(personal), "{personal}: {text}");
        }
        let answer = post(&client, "/epcis/events", None, r#"{"type":"Bà Nguyễn Thị Mốc"}"#).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        exception(&answer);
        assert!(!String::from_utf8(answer.bytes.to_vec()).unwrap().contains("Mốc"));
    });
}
