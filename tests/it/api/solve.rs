//! Routing problems over HTTP, in VROOM's JSON.

use std::{sync::Arc, time::Duration};

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::{
    api,
    service::{Service, SystemClock, estimated_travel, solve::SolveLimits},
};
use serde_json::{Value, json};

use super::{Client, World, on_each};
use crate::support::{db::TestDatabase, ids::Dice};

fn by_matrix() -> Value {
    json!({
        "vehicles": [{ "id": 0, "start_index": 0, "end_index": 3 }],
        "jobs": [{ "id": 1414, "location_index": 1 }, { "id": 1515, "location_index": 2 }],
        "matrix": [[0, 2104, 197, 1299], [2103, 0, 2255, 3152], [197, 2256, 0, 1102], [1299, 3153, 1102, 0]],
    })
}

fn limited(limits: SolveLimits) -> World {
    let database = TestDatabase::each().into_iter().next().unwrap();
    let ids = Box::new(Dice::new(1));
    let travel = Arc::new(estimated_travel());
    let service = Service::with_limits(database.store(), travel, Arc::new(SystemClock), ids, None, limits);
    service.import_embedded().unwrap();
    World { service, database }
}

#[actix_web::test]
async fn a_problem_is_solved() {
    on_each!(World::imported, |client, _world| {
        let answer = client.post("/v1/solve?time=0.05&seed=3&threads=1", &by_matrix()).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let output = answer.json();
        assert_eq!((&output["code"], &output["summary"]["cost"]), (&json!(0), &json!(5461)));
        assert_eq!(output["routes"][0]["steps"][1]["id"], 1414);
        assert!(output.get("travel").is_none(), "the input brought its own times");
    });
}

#[actix_web::test]
async fn places_by_coordinates_are_measured_and_it_is_said_how() {
    on_each!(World::imported, |client, _world| {
        let description: Value = serde_json::from_str(&api::openapi_document()).unwrap();
        let example =
            &description["paths"]["/v1/solve"]["post"]["requestBody"]["content"]["application/json"]["example"];
        let output = client.post("/v1/solve?time=0.05", example).await;
        assert_eq!(output.status, StatusCode::OK, "{:?}", output.bytes);
        let output = output.json();
        assert_eq!(output["summary"]["unassigned"], 0, "{output}");
        assert!(output["summary"]["distance"].as_u64().unwrap() > 2_000, "{output}");
        assert_eq!(output["travel"]["kind"], "estimate");
        let input = json!({
            "vehicles": [{ "id": 1, "profile": "bike", "start": [105.9, 9.6] }],
            "jobs": [{ "id": 1, "location": [105.91, 9.61] }],
        });
        let bike = client.post("/v1/solve", &input).await;
        assert_eq!(bike.problem(), "invalid_problem");
        assert_eq!(bike.json()["errors"][0]["pointer"], "/vehicles/0/profile");
    });
}

#[actix_web::test]
async fn tasks_left_out_are_no_failure() {
    on_each!(World::imported, |client, _world| {
        let mut input = by_matrix();
        input["jobs"][0]["skills"] = json!([4]);
        let output = client.post("/v1/solve?time=0.05", &input).await.json();
        assert_eq!(output["unassigned"], json!([{ "id": 1414, "location_index": 1, "type": "job" }]));
    });
}

#[actix_web::test]
async fn what_cannot_be_accepted_is_named() {
    on_each!(World::imported, |client, _world| {
        let with = |pointer: &str, value: Value| {
            let mut input = by_matrix();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            input.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
            input
        };
        for (pointer, value, status, code, named) in [
            ("/jobs/0/service", json!(-1), 400, "invalid_problem", "/jobs/0/service"),
            ("/jobs/0/servce", json!(1), 400, "invalid_problem", "/jobs/0/servce"),
            ("/options", json!({ "g": true }), 400, "unsupported_member", "/options/g"),
        ] {
            let answer = client.post("/v1/solve", &with(pointer, value)).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, code), "{pointer}");
            assert_eq!(answer.json()["errors"][0]["pointer"], named);
        }
        for query in ["time=0", "time=61", "time=soon", "time=nan", "seed=-1", "threads=0", "threads=9999"] {
            let answer = client.post(&format!("/v1/solve?{query}"), &by_matrix()).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid_parameter"), "{query}");
            assert_eq!(answer.json()["errors"][0]["parameter"], query.split('=').next().unwrap());
        }
        let request = || TestRequest::post().uri("/v1/solve").insert_header(("content-type", "application/json"));
        assert_eq!(client.send(request().set_payload("{")).await.problem(), "malformed_json");
        assert_eq!(client.send(request().set_payload(vec![b' '; (32 << 20) + 1])).await.problem(), "body_too_large");
        assert_eq!(client.send(TestRequest::post().uri("/v1/solve")).await.problem(), "unsupported_media_type");
    });
}

#[actix_web::test]
async fn a_problem_beyond_the_limits_is_refused() {
    let world = limited(SolveLimits { tasks_max: 1, ..SolveLimits::default() });
    let client = Client::new(&world).await;
    let answer = client.post("/v1/solve", &by_matrix()).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (413, "problem_too_large"));
    assert!(answer.json()["detail"].as_str().unwrap().contains("2 tasks"));
}

#[actix_web::test]
async fn the_input_cannot_ask_for_more_time_than_is_allowed() {
    let world = limited(SolveLimits { time_max: Duration::from_millis(20), ..SolveLimits::default() });
    let client = Client::new(&world).await;
    let mut input = by_matrix();
    input["options"] = json!({ "l": 1_000_000, "t": 256, "x": 5, "g": false });
    assert_eq!(client.post("/v1/solve", &input).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn one_more_than_the_most_at_once_is_turned_away() {
    let world = limited(SolveLimits { at_once: 1, ..SolveLimits::default() });
    let client = Client::new(&world).await;
    let taken = world.service.solve_permit().unwrap();
    let answer = client.post("/v1/solve", &by_matrix()).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (429, "solver_busy"));
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    drop(taken);
    assert_eq!(client.post("/v1/solve?time=0.01", &by_matrix()).await.status, StatusCode::OK);
    assert_eq!(
        client.post("/v1/solve?time=0.01", &by_matrix()).await.status,
        StatusCode::OK,
        "the permit was given back"
    );
}

#[actix_web::test]
async fn a_client_that_goes_away_takes_its_search_with_it() {
    let world = limited(SolveLimits { at_once: 1, time_max: Duration::from_secs(3_600), ..SolveLimits::default() });
    let client = Client::new(&world).await;
    let input = by_matrix();
    {
        let mut asked = Box::pin(client.post("/v1/solve?time=3600", &input));
        // The request is under way once the only permit is taken.
        while world.service.solve_permit().is_ok() {
            let polled = std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context))).await;
            assert!(polled.is_pending());
            tokio::task::yield_now().await;
        }
    }
    // Otherwise the permit would be back only after an hour.
    while world.service.solve_permit().is_err() {
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_server_that_ends_breaks_searches_off() {
    let world = limited(SolveLimits { time_max: Duration::from_secs(3_600), ..SolveLimits::default() });
    let client = Client::new(&world).await;
    world.service.stop_jobs();
    let answer = client.post("/v1/solve?time=3600", &by_matrix()).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "stopping"));
}
