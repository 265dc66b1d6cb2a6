//! Planning as a job: progress, events, cancelling, refusals.

use actix_web::http::{Method, StatusCode};
use conthoi::store::Backend;
use serde_json::{Value, json};

use super::{DAY, World, on_each};

/// The events of a stream: name and data.
fn events(bytes: &[u8]) -> Vec<(String, Value)> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.split("\n\n")
        .filter(|event| event.starts_with("event: "))
        .map(|event| {
            let (name, data) = event.strip_prefix("event: ").unwrap().split_once("\ndata: ").unwrap();
            (name.to_owned(), serde_json::from_str(data).unwrap())
        })
        .collect()
}

#[actix_web::test]
async fn a_day_is_planned_by_a_job() {
    on_each!(World::with_season, |client, world| {
        let accepted = client.post("/v1/plans", &json!({ "date": DAY })).await;
        assert_eq!(accepted.status, StatusCode::ACCEPTED, "{:?}", accepted.bytes);
        let location = accepted.header("location").to_owned();
        let id = accepted.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(location, format!("/v1/plan-jobs/{id}"));

        let stream = client.get(&format!("{location}/events")).await;
        assert_eq!(stream.header("content-type"), "text/event-stream");
        let events = events(&stream.bytes);
        let (last, before) = events.split_last().unwrap();
        assert!(before.iter().all(|(name, _)| name == "progress"));
        assert_eq!((last.0.as_str(), last.1["state"].as_str()), ("ended", Some("done")), "{}", last.1);
        assert_eq!(last.1["plan"], format!("/v1/plans/{DAY}"));

        assert_eq!(client.json(&location).await, last.1);
        assert_eq!(client.json(&format!("/v1/plans/{DAY}")).await["revision"], 1);
        // Another process finds the same in the database.
        let elsewhere = conthoi::service::Service::new(
            world.database.store(),
            std::sync::Arc::new(conthoi::service::estimated_travel()),
            std::sync::Arc::new(conthoi::service::SystemClock),
            None,
        );
        let stored = elsewhere.plan_job(id.parse().unwrap()).unwrap();
        assert_eq!(stored.revision, Some(1));
        let ended = client.method(Method::DELETE, &location).await;
        assert_eq!((ended.status, ended.problem().as_str()), (StatusCode::CONFLICT, "job_ended"));
    });
}

#[actix_web::test]
async fn a_job_that_waits_can_be_cancelled() {
    on_each!(World::with_season, |client, _world| {
        // The first keeps the only worker busy while the second is cancelled.
        let first = client.post("/v1/plans", &json!({ "date": DAY })).await.header("location").to_owned();
        let second = client.post("/v1/plans", &json!({ "date": "2019-06-13" })).await.header("location").to_owned();
        let cancelled = client.method(Method::DELETE, &second).await;
        assert_eq!(cancelled.status, StatusCode::ACCEPTED, "{:?}", cancelled.bytes);

        let stream = client.get(&format!("{second}/events")).await;
        assert_eq!(events(&stream.bytes).last().unwrap().1["state"], "cancelled");
        assert_eq!(client.get("/v1/plans/2019-06-13").await.problem(), "not_planned");
        assert_eq!(
            client.method(Method::DELETE, &second).await.status,
            StatusCode::OK,
            "cancelling again changes nothing"
        );

        let stream = client.get(&format!("{first}/events")).await;
        assert_eq!(events(&stream.bytes).last().unwrap().1["state"], "done");
    });
}

#[actix_web::test]
async fn jobs_are_cancelled_and_marked_when_the_server_stops() {
    on_each!(World::with_season, |client, world| {
        let location = client.post("/v1/plans", &json!({ "date": DAY })).await.header("location").to_owned();
        let later = client.post("/v1/plans", &json!({ "date": "2019-06-13" })).await.header("location").to_owned();
        let service = world.service.clone();
        actix_web::web::block(move || service.stop_jobs()).await.unwrap();
        let state = client.json(&location).await["state"].clone();
        assert!(state == "cancelled" || state == "done", "{state}");
        assert_eq!(client.json(&later).await["state"], "cancelled");
        let id = later.rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(world.database.store().job(id).unwrap().unwrap().state.as_str(), "cancelled");
    });
}

#[actix_web::test]
async fn jobs_of_a_process_that_died_are_marked_at_start() {
    on_each!(World::imported, |client, world| {
        let job = conthoi::service::PlanJob {
            id: world.service.fresh_uuid(),
            centre_id: world.service.centre().unwrap().centre.id,
            date: super::date(DAY),
            seed: 1,
            state: conthoi::service::JobState::Running,
            done: 3,
            total: 9,
            phase: "runs".into(),
            error: None,
            created_at: world.service.now(),
            finished_at: None,
            revision: None,
        };
        world.service.store().insert_job(&job).unwrap();
        let failed = world.service.fail_abandoned_jobs().unwrap();
        if world.service.store().backend() == Backend::Postgres {
            assert_eq!(failed, 0, "another server may be at work on it");
            continue;
        }
        assert_eq!(failed, 1);
        let job = client.json(&format!("/v1/plan-jobs/{}", job.id)).await;
        assert_eq!(job["state"], "failed");
        assert!(job["error"].as_str().unwrap().contains("again"), "{job}");
    });
}

#[actix_web::test]
async fn what_cannot_be_planned_is_refused_at_once() {
    on_each!(World::imported, |client, _world| {
        for (date, code, part) in [
            ("2019-06-15", "not_a_working_day", "2019-06-17"),
            ("2019-05-01", "not_a_working_day", "2019-05-02"),
            ("2099-06-14", "outside_calendar", "2027"),
        ] {
            let answer = client.post("/v1/plans", &json!({ "date": date })).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, code), "{date}");
            assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{:?}", answer.bytes);
        }
        for (body, pointer) in [
            (json!({ "date": "14/06/2019" }), "/date"),
            (json!({ "date": DAY, "seed": -1 }), "/seed"),
            (json!({ "date": DAY, "seed": 9_007_199_254_740_992_u64 }), "/seed"),
            (json!({ "date": DAY, "force": true }), "/force"),
        ] {
            let answer = client.post("/v1/plans", &body).await;
            assert_eq!(answer.problem(), "invalid_body", "{body}");
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        assert_eq!(client.json("/v1/plans").await["plans"].as_array().unwrap().len(), 0);
    });
}
