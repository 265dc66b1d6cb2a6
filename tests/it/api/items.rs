//! Items: creation once, lists, plans of single items.

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::domain::Role;
use serde_json::{Value, json};

use super::{
    Answer, Client, DAY, World,
    access::{come_in, person},
    on_each,
};

fn item(code: &str) -> Value {
    json!({
        "code": code, "from": "TTPVHCC", "to": { "site": "STNMT" },
        "ready_at": "2019-06-14T08:00:00+07:00", "weight_g": 120,
    })
}

fn with(mut item: Value, field: &str, value: Value) -> Value {
    item[field] = value;
    item
}

async fn put(client: &Client, id: &str, item: &Value) -> Answer {
    client.send(TestRequest::put().uri(&format!("/v1/items/{id}")).set_json(item)).await
}

async fn post_with_key(client: &Client, key: &str, item: &Value) -> Answer {
    client.send(TestRequest::post().uri("/v1/items").insert_header(("idempotency-key", key)).set_json(item)).await
}

#[actix_web::test]
async fn an_item_is_created_and_read_back() {
    on_each!(World::imported, |client, _world| {
        let answer = client.post("/v1/items", &item("A-1")).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
        let created = answer.json();
        assert_eq!(created["ready_at"], "2019-06-14T08:00:00+07:00");
        assert_eq!(created["synthetic"], false);
        let location = answer.header("location").to_owned();
        assert_eq!(location, format!("/v1/items/{}", created["id"].as_str().unwrap()));
        assert_eq!(client.json(&location).await, created);
        assert_eq!(client.json("/v1/items/A-1").await, created);
        let again = client.post("/v1/items", &item("A-1")).await;
        assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "code_taken"));
    });
}

#[actix_web::test]
async fn an_idempotency_key_stands_for_one_request() {
    on_each!(World::imported, |client, world| {
        let first = post_with_key(&client, "k1", &item("A-1")).await;
        assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.bytes);
        let again = post_with_key(&client, "k1", &item("A-1")).await;
        assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));

        let other = post_with_key(&client, "k1", &item("A-2")).await;
        assert_eq!((other.status.as_u16(), other.problem().as_str()), (422, "idempotency_key_reused"));
        assert_eq!(client.get("/v1/items/A-2").await.status, StatusCode::NOT_FOUND);
        assert_eq!(post_with_key(&client, "k2", &item("A-2")).await.status, StatusCode::CREATED);
        assert_eq!(client.json("/v1/items").await["items"].as_array().unwrap().len(), 2);

        for bad in ["", "a b", &"x".repeat(201)] {
            assert_eq!(post_with_key(&client, bad, &item("A-3")).await.problem(), "invalid_parameter", "{bad:?}");
        }
        // Somebody else's keys are their own.
        let other = person(&world.service, "other", Role::Dispatcher, None);
        let other = come_in(&client, &world.service, &other);
        let theirs = post_with_key(&other, "k1", &item("A-4")).await;
        assert_eq!((theirs.status, &theirs.json()["code"]), (StatusCode::CREATED, &json!("A-4")));

        // A request that failed does not use its key up.
        let unfit = post_with_key(&client, "k3", &with(item("A-3"), "from", json!("NOWHERE"))).await;
        assert_eq!(unfit.problem(), "invalid_body");
        assert_eq!(post_with_key(&client, "k3", &item("A-3")).await.status, StatusCode::CREATED);
    });
}

#[actix_web::test]
async fn the_client_may_choose_the_id() {
    const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";
    on_each!(World::imported, |client, _world| {
        let first = put(&client, ID, &item("A-1")).await;
        assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.bytes);
        assert_eq!(first.json()["id"], ID);
        let again = put(&client, ID, &item("A-1")).await;
        assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()));
        let other = put(&client, ID, &item("A-2")).await;
        assert_eq!((other.status, other.problem().as_str()), (StatusCode::CONFLICT, "item_differs"));
        let taken = put(&client, "0190163d-8694-739b-aea5-966c26f8ad92", &item("A-1")).await;
        assert_eq!((taken.status, taken.problem().as_str()), (StatusCode::CONFLICT, "code_taken"));
        for bad in ["A-9", "00000000-0000-0000-0000-000000000000", "f47ac10b-58cc-4372-a567-0e02b2c3d479"] {
            assert_eq!(put(&client, bad, &item("A-9")).await.problem(), "invalid_parameter", "{bad}");
        }
    });
}

#[actix_web::test]
async fn items_that_cannot_be() {
    on_each!(World::imported, |client, _world| {
        let cases = [
            (with(item("A"), "from", json!("NOWHERE")), "/from"),
            (with(item("A"), "to", json!({ "site": "NOWHERE" })), "/to/site"),
            (with(item("A"), "to", json!({ "site": "TTPVHCC" })), "/to/site"),
            (with(item("A"), "to", json!({})), "/to"),
            (
                with(item("A"), "to", json!({ "home_delivery_id": "018f0000-0000-7000-8000-000000000000" })),
                "/to/home_delivery_id",
            ),
            (with(item("A"), "due_at", json!("2019-06-14T07:59:59+07:00")), "/due_at"),
            (with(item("A"), "ready_at", json!("2019-06-14T08:00:00")), "/ready_at"),
            (with(item("A"), "ready_at", json!("1819-06-14T08:00:00Z")), "/ready_at"),
            (with(item("A"), "weight_g", json!(0)), "/weight_g"),
            (with(item("A"), "weight_g", json!(4_294_967_296_u64)), "/weight_g"),
            (with(item("A"), "code", json!("has a blank")), "/code"),
            (with(item("A"), "code", json!("Đ1")), "/code"),
            (with(item("A"), "dossier_code", json!("12345")), "/dossier_code"),
            (with(item("A"), "dossier_code", json!("000.00.00.H51-190815-0001")), "/dossier_code"),
        ];
        for (body, pointer) in cases {
            let answer = client.post("/v1/items", &body).await;
            assert_eq!(answer.problem(), "invalid_body", "{body}");
            let errors = answer.json()["errors"].clone();
            assert_eq!(errors.as_array().unwrap().len(), 1, "{body}: {errors}");
            assert_eq!(errors[0]["pointer"], pointer, "{body}: {errors}");
        }
        assert_eq!(client.json("/v1/items").await["items"].as_array().unwrap().len(), 0, "nothing was stored");
    });
}

fn codes(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn paging_walks_every_item_once() {
    on_each!(World::imported, |client, _world| {
        // Many become ready at the same instant, so that only the id orders them.
        for n in 0..23 {
            let ready = format!("2019-06-14T0{}:00:00+07:00", 7 + n % 3);
            let made = client.post("/v1/items", &with(item(&format!("A-{n}")), "ready_at", json!(ready))).await;
            assert_eq!(made.status, StatusCode::CREATED);
        }
        let whole = codes(&client.json("/v1/items").await);
        assert_eq!(whole.len(), 23);
        for limit in [1, 5, 23] {
            let mut walked = Vec::new();
            let mut path = format!("/v1/items?from=TTPVHCC&limit={limit}");
            loop {
                let answer = client.get(&path).await;
                walked.extend(codes(&answer.json()));
                let link = answer.header("link").to_owned();
                if link.is_empty() {
                    break;
                }
                assert!(link.ends_with("; rel=\"next\"") && link.contains("from=TTPVHCC"), "{link}");
                path = link.strip_prefix('<').unwrap().split('>').next().unwrap().to_owned();
            }
            assert_eq!(walked, whole, "limit {limit}");
        }
    });
}

#[actix_web::test]
async fn filters() {
    on_each!(World::with_season, |client, _world| {
        let count = async |query: &str| codes(&client.json(&format!("/v1/items?limit=1000&{query}")).await).len();
        let all = count("code_prefix=").await;
        assert!(all > 0);
        let until = count("ready_until=2019-06-12T00:00:00%2B07:00").await;
        let from = count("ready_from=2019-06-12T00:00:00%2B07:00").await;
        assert!(until > 0 && from > 0);
        let item = client.json("/v1/items?limit=1").await["items"][0].clone();
        let code = item["code"].as_str().unwrap();
        assert_eq!(count(&format!("code_prefix={code}")).await, 1);
        let dossier = item["dossier_code"].as_str().unwrap();
        assert!(count(&format!("dossier_code={dossier}")).await >= 1);
        let site = item["from"]["code"].as_str().unwrap();
        let there = client.json(&format!("/v1/items?limit=1000&from={site}")).await;
        assert!(there["items"].as_array().unwrap().iter().all(|item| item["from"]["code"] == site));
    });
}

#[actix_web::test]
async fn what_is_created_beside_a_synthetic_season_is_synthetic() {
    on_each!(World::with_season, |client, _world| {
        assert_eq!(client.post("/v1/items", &item("MINE-1")).await.json()["synthetic"], true);
    });
}

#[actix_web::test]
async fn every_item_of_a_planned_day_has_legs_or_a_reason() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json(&format!("/v1/plans/{DAY}")).await;
        let run =
            plan["runs"].as_array().unwrap().iter().find(|run| run["routes"][0]["items"].as_u64() > Some(0)).unwrap();
        let manifest = client.json(&format!("/v1/runs/{}/manifest", run["id"].as_str().unwrap())).await;
        let carried = &manifest["routes"][0]["at_departure"][0]["code"];
        let planned = client.json(&format!("/v1/items/{}/plan?date={DAY}", carried.as_str().unwrap())).await;
        assert_eq!((planned["state"].as_str(), planned["reason"].is_null()), (Some("planned"), true));
        assert_eq!(planned["legs"][0]["from"]["code"], "TTPVHCC");
        assert!(planned["legs"][0]["arrives_at"].as_str() > planned["legs"][0]["leaves_at"].as_str());

        if let Some(left) = plan["unassigned"].as_array().unwrap().first() {
            let id = left["item"]["id"].as_str().unwrap();
            let unassigned = client.json(&format!("/v1/items/{id}/plan?date={DAY}")).await;
            assert_eq!((unassigned["state"].as_str(), &unassigned["reason"]), (Some("unassigned"), &left["reason"]));
            assert!(!unassigned["reason"]["sentence_vi"].as_str().unwrap().is_empty());
        }

        client.post("/v1/items", &item("LATER-1")).await;
        let later = client.json(&format!("/v1/items/LATER-1/plan?date={DAY}")).await;
        assert_eq!((later["state"].as_str(), later["legs"].as_array().unwrap().len()), (Some("not_in_plan"), 0));
        assert_eq!(client.get("/v1/items/LATER-1/plan?date=2019-06-13").await.problem(), "not_planned");
    });
}
