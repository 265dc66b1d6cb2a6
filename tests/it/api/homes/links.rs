//! Who may what: another citizen's link, an expired one, an erased one, a guessed one, another courier's round.

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::{domain::Role, service::NamedParty};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{MONDAY, PHONE, Town, at, bare, in_each_town};
use crate::api::{
    Answer,
    access::{come_in, person},
};

/// Every endpoint that a citizen reaches by a link, with a body that is sound.
fn endpoints() -> Vec<(&'static str, String, Value)> {
    vec![
        ("GET", String::new(), Value::Null),
        ("PATCH", String::new(), json!({ "half_day": { "date": "2019-06-18", "half": "morning" } })),
        ("DELETE", String::new(), Value::Null),
        ("POST", "/confirmation".into(), json!({ "code": "000000" })),
        ("POST", "/code".into(), json!({})),
        ("POST", "/counter".into(), json!({ "date": "2019-06-18" })),
        ("GET", "/push".into(), Value::Null),
        (
            "PUT",
            "/push".into(),
            json!({
                "endpoint": "https://push.example.org/send/1",
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            }),
        ),
        ("DELETE", "/push".into(), Value::Null),
        ("PUT", "/rating".into(), json!({ "step": "satisfied" })),
        ("PUT", format!("/complaints/{}", Uuid::from_u128(1)), json!({ "text": "Chậm." })),
        ("GET", format!("/complaints/{}", Uuid::from_u128(1)), Value::Null),
        ("POST", "/erasure".into(), json!({})),
    ]
}

async fn call(town: &Town, method: &str, path: &str, body: &Value) -> Answer {
    let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
    town.citizen.send(if body.is_null() { request } else { request.set_json(body) }).await
}

#[test]
fn every_endpoint_with_a_link_is_in_the_table() {
    let document: Value = serde_json::from_str(&conthoi::api::openapi_document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let described: usize =
        paths.iter().filter(|(path, _)| path.contains("{link}")).map(|(_, item)| item.as_object().unwrap().len()).sum();
    assert_eq!(described, endpoints().len());
}

#[actix_web::test]
async fn links_that_stand_for_nothing_get_one_answer() {
    in_each_town!(|town| {
        town.dossier(2, &json!(PHONE), Value::Null).await;
        let expired = town.confirmed(&Town::request(1)).await;
        let erased = town.confirmed(&Town::request(2)).await;
        assert_eq!(call(&town, "DELETE", &erased, &Value::Null).await.status, StatusCode::OK);
        assert_eq!(call(&town, "POST", &format!("{erased}/erasure"), &json!({})).await.status, StatusCode::NO_CONTENT);
        town.clock.set(at("2019-08-15T00:00:00Z"));
        let dossier_as_link = format!("/v1/track/{}", super::code(1));
        let id_as_link = {
            let list = town.admin.json("/v1/home-deliveries").await;
            format!("/v1/track/{}", list["home_deliveries"][0]["id"].as_str().unwrap())
        };
        let mut flipped = expired.clone();
        let last = if flipped.pop() == Some('A') { 'B' } else { 'A' };
        flipped.push(last);
        let guessed = format!("/v1/track/{}", "A".repeat(43));
        for (method, rest, body) in endpoints() {
            let mut answers = Vec::new();
            for link in [&guessed, &expired, &erased, &flipped, &dossier_as_link, &id_as_link] {
                answers.push(call(&town, method, &format!("{link}{rest}"), &body).await);
            }
            for answer in &answers {
                assert_eq!(
                    (answer.status, answer.problem().as_str()),
                    (StatusCode::NOT_FOUND, "no_such_link"),
                    "{method} {rest}"
                );
                assert_eq!(bare(answer), bare(&answers[0]), "{method} {rest}");
                let secret = expired.strip_prefix("/v1/track/").unwrap();
                assert!(!String::from_utf8_lossy(&answer.bytes).contains(secret), "a link is repeated nowhere");
            }
        }
    });
}

/// Whoever has another link sees and changes what that one stands for, and nothing else.
#[actix_web::test]
async fn another_citizens_link_opens_nothing_of_mine() {
    in_each_town!(|town| {
        town.dossier(2, &json!("0987654321"), Value::Null).await;
        let mine = town.confirmed(&Town::request(1)).await;
        let mut other = Town::request(2);
        other["phone"] = json!("0987654321");
        other["recipient"]["name"] = json!("Người Khác");
        other["address"] = json!("99 Lê Duẩn, Phường 3");
        other["commune"] = json!("31519");
        let other = town.confirmed(&other).await;
        let complaint = format!("complaints/{}", Uuid::from_u128(7));
        let filed = call(&town, "PUT", &format!("{mine}/{complaint}"), &json!({ "text": "Chậm." })).await;
        assert_eq!(filed.status, StatusCode::CREATED);
        assert_eq!(filed.json()["due_on"], "2019-06-21", "five working days");
        let before = town.citizen.json(&mine).await;
        for (method, rest, body) in endpoints() {
            let answer = call(&town, method, &format!("{other}{rest}"), &body).await;
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(!text.contains("Trần Hưng Đạo") && !text.contains(&super::code(1)), "{method} {rest}: {text}");
        }
        let theirs = call(&town, "GET", &format!("{other}/{complaint}"), &Value::Null).await;
        assert_eq!(theirs.problem(), "no_such_link", "nor is it said that it is somebody's");
        assert_eq!(town.citizen.json(&mine).await, before);
        assert_eq!(call(&town, "GET", &format!("{mine}/{complaint}"), &Value::Null).await.json()["text"], "Chậm.");
    });
}

/// A courier sees the homes of the own round, and none of another's.
#[actix_web::test]
async fn a_courier_sees_the_homes_of_the_own_round() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        town.result_item(1).await;
        let plan = town.plan(MONDAY);
        let round = plan.rounds.iter().find(|round| round.route.stops.len() > 2).expect("somebody goes there");
        let service = &town.world.service;
        let centre = service.centre().unwrap();
        let own = centre.couriers.iter().find(|courier| courier.id == round.route.courier_id).unwrap().code.clone();
        let other = centre.couriers.iter().find(|courier| courier.code == "CP02").unwrap().code.clone();
        let people = [("h.own", &own), ("h.other", &other)]
            .map(|(name, code)| person(service, name, Role::Courier, Some(NamedParty::Courier(code.clone()))));
        let list = town.admin.json("/v1/home-deliveries").await;
        let id = list["home_deliveries"][0]["id"].as_str().unwrap().to_owned();
        let paths = [
            ("GET", format!("/v1/home-deliveries/{id}"), Value::Null),
            ("PUT", format!("/v1/home-deliveries/{id}/facts/{}", Uuid::from_u128(3)), json!({ "kind": "accepted" })),
            ("POST", format!("/v1/home-deliveries/{id}/codes"), json!({})),
        ];
        for (place, account) in people.iter().enumerate() {
            let client = come_in(&town.admin, service, account);
            for (method, path, body) in &paths {
                let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
                let answer = client.send(if body.is_null() { request } else { request.set_json(body) }).await;
                if place == 0 {
                    assert!(answer.status.is_success(), "{method} {path}: {:?}", answer.bytes);
                } else {
                    assert_eq!(
                        (answer.status, answer.problem().as_str()),
                        (StatusCode::NOT_FOUND, "not_found"),
                        "{path}"
                    );
                }
            }
            let guessed = client.get(&format!("/v1/home-deliveries/{}", Uuid::from_u128(77))).await;
            assert_eq!(guessed.problem(), "not_found");
            // The citizen's secret is nothing that a courier has, nor does a session make a link of an id.
            assert_eq!(client.get(&format!("/v1/track/{id}")).await.problem(), "no_such_link");
        }
        assert_eq!(town.citizen.json(&link).await["stage"], "being_settled");
    });
}
