//! The timetable designer over HTTP: a job with progress, an outcome, and an end.

use actix_web::http::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{Client, World, on_each};

const SEASON: (&str, &str) = ("2019-05-20", "2019-05-24");

/// Asks until the job has ended.
async fn ended(app: &Client, location: &str) -> serde_json::Value {
    loop {
        let job = app.json(location).await;
        if job["state"] != "running" {
            return job;
        }
        std::thread::yield_now();
    }
}

#[actix_web::test]
async fn a_design_is_followed_to_its_outcome() {
    on_each!(World::with_season, |app, _ctx| {
        let body = json!({
            "from": SEASON.0, "to": SEASON.1, "on_time_percent": 60, "runs_max": 2, "couriers_max": 2,
            "timetables": [{ "runs": ["08:00-09:45", "13:30-15:15"], "couriers": 1 }],
        });
        let begun = app.post("/v1/timetable-designs", &body).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{:?}", begun.bytes);
        let job = ended(&app, begun.header("location")).await;
        assert_eq!((job["state"].as_str(), &job["error"]), (Some("done"), &json!(null)));
        let outcome = &job["outcome"];
        assert_eq!(outcome["working_days"], 5);
        let timetables = outcome["timetables"].as_array().unwrap();
        // Four evenly spread ones, the one in force, the own one, and perhaps one with departures moved.
        assert!((6..=7).contains(&timetables.len()), "{outcome}");
        assert_eq!(timetables.iter().filter(|it| it["current"] == true).count(), 1);
        assert!(timetables.iter().any(|it| it["on_front"] == true));
        let costs: Vec<i64> = timetables.iter().map(|it| it["cost_dong"].as_i64().unwrap()).collect();
        assert!(costs.is_sorted(), "{costs:?}");
        let suggested = &outcome["suggested"];
        assert!(suggested.is_null() || suggested["on_time_percent"].as_f64().unwrap() >= 60.0, "{suggested}");
        let late = app.method(Method::DELETE, begun.header("location")).await;
        assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "job_ended"));
    });
}

#[actix_web::test]
async fn a_design_that_cannot_be_made_is_refused_by_field() {
    on_each!(World::imported, |app, _ctx| {
        let order = |field: &str, value: serde_json::Value| {
            let mut body = json!({ "from": SEASON.0, "to": SEASON.1 });
            body[field] = value;
            body
        };
        let own = |runs: &[&str], couriers| json!([{ "runs": runs, "couriers": couriers }]);
        for (body, pointer) in [
            (order("from", json!("2019-06-31")), "/from"),
            (order("to", json!("2019-05-01")), "/to"),
            (order("to", json!("2027-05-01")), "/to"),
            (order("on_time_percent", json!(101)), "/on_time_percent"),
            (order("runs_max", json!(0)), "/runs_max"),
            (order("couriers_max", json!(13)), "/couriers_max"),
            (order("run_minutes", json!(5)), "/run_minutes"),
            (order("timetables", own(&["0800"], 1)), "/timetables/0"),
            (order("timetables", own(&["08:00-09:00", "08:30-10:00"], 1)), "/timetables"),
            (order("timetables", own(&["08:00-09:00"], 0)), "/timetables"),
            (order("fleet", json!(3)), "/fleet"),
        ] {
            let answer = app.post("/v1/timetable-designs", &body).await;
            assert_eq!(answer.problem(), "invalid_body", "{body}");
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
        }
        let nobodys = app.get(&format!("/v1/timetable-designs/{}", Uuid::now_v7())).await;
        assert_eq!(nobodys.problem(), "not_found");
        // Days without a working day among them are found out when the season is read.
        let begun = app.post("/v1/timetable-designs", &json!({ "from": "2019-06-15", "to": "2019-06-16" })).await;
        let job = ended(&app, begun.header("location")).await;
        assert_eq!(job["state"], "failed");
        assert!(job["error"].as_str().unwrap().contains("no working day"), "{job}");
    });
}
