//! A day is closed when every item is accounted for, and then it is frozen.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use conthoi::domain::Plan;
use serde_json::{Value, json};

use super::Play;
use crate::{api::DAY, support::db::TestDatabase};

impl Play {
    /// All couriers do what is planned, when it is planned, from `from` on.
    pub(super) async fn ride_all(&mut self, plan: &Plan, skip: &[conthoi::domain::RouteId]) {
        let mut visits: Vec<_> = plan
            .routes()
            .filter(|(_, route)| !route.is_idle() && !skip.contains(&route.id))
            .flat_map(|(carrier, route)| route.stops.iter().map(move |stop| (stop.starts_at, carrier, route, stop)))
            .collect();
        visits.sort_by_key(|(at, _, route, stop)| (*at, route.id, stop.departs_at));
        for (at, carrier, route, stop) in visits {
            self.visit((carrier, route), stop, at).await;
        }
    }

    pub(super) async fn close(&self, carried_over: &Value) -> crate::api::Answer {
        self.client.post(&format!("/v1/plans/{DAY}/close"), &json!({ "carried_over": carried_over })).await
    }
}

#[actix_web::test]
async fn every_item_is_accounted_for_and_then_nothing_changes() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let plan = play.plan();
        // One route never goes out, one item of another is reported missing.
        let idle = plan
            .runs
            .iter()
            .flat_map(|run| &run.routes)
            .rfind(|route| !route.is_idle() && route.stops[0].load.len() > 2)
            .unwrap()
            .id;
        play.ride_all(&plan, &[idle]).await;
        let end = plan.routes().filter_map(|(_, route)| route.stops.last()).map(|stop| stop.departs_at).max().unwrap();
        play.set(end + TimeDelta::hours(1));
        let preview = play.client.json(&format!("/v1/plans/{DAY}/close")).await;
        assert_eq!(preview["closed_at"], Value::Null);
        let unaccounted: Vec<String> = preview["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["state"] == "unaccounted")
            .map(|item| item["code"].as_str().unwrap().to_owned())
            .collect();
        assert!(unaccounted.len() > 2, "{}", preview["counts"]);
        assert_eq!(play.close(&json!([])).await.problem(), "unaccounted");
        assert_eq!(play.close(&json!([{ "item": "NONE", "reason": "x" }])).await.problem(), "invalid_body");

        let (carrier, route) = plan.routes().find(|(_, route)| route.id == idle).unwrap();
        let lost = plan.legs().into_iter().find(|leg| leg.route_id == idle).unwrap().item_id;
        play.scan((carrier, route), route.stops[0].place, "report_missing", &[lost], end + TimeDelta::hours(1)).await;
        let lost_code = play.codes(&[lost]).remove(0);
        let explained: Vec<Value> = unaccounted
            .iter()
            .filter(|code| **code != lost_code)
            .map(|code| json!({ "item": code, "reason": "xe hỏng, chuyển sang ngày sau" }))
            .collect();
        let answer = play.close(&json!(explained)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let report = answer.json();
        let total: u64 = report["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(total, report["items"].as_array().unwrap().len() as u64);
        assert_eq!((&report["counts"]["missing"], &report["counts"]["unaccounted"]), (&json!(1), &Value::Null));
        assert!(report["counts"]["delivered"].as_u64().unwrap() > 100, "{}", report["counts"]);
        let state = |code: &str| {
            report["items"].as_array().unwrap().iter().find(|item| item["code"] == code).unwrap()["state"].clone()
        };
        assert_eq!(
            (state(&lost_code), state(explained[0]["item"].as_str().unwrap())),
            (json!("missing"), json!("carried_over"))
        );
        play.service().review_scans().unwrap();
        let found = play.client.json(&format!("/v1/discrepancies?code={lost_code}")).await;
        assert!(found["discrepancies"].as_array().unwrap().iter().any(|it| it["kind"] == "missing"), "{found}");

        // Frozen: the same report for ever, and no change.
        assert_eq!(play.client.json(&format!("/v1/plans/{DAY}/close")).await, report);
        assert_eq!(play.close(&json!([])).await.problem(), "day_closed");
        let run = &plan.runs[0];
        let replan = play.replan(&json!({ "kind": "run_cancelled", "run": run.code })).await;
        assert_eq!((replan.status, replan.problem().as_str()), (StatusCode::CONFLICT, "day_closed"));
        let moves = [
            ("undo", json!({})),
            ("moves", json!({ "move": { "kind": "item_to_run", "item": lost, "run": run.id }, "dry_run": false })),
        ];
        for (path, body) in moves {
            assert_eq!(
                play.client.post(&format!("/v1/plans/{DAY}/{path}"), &body).await.problem(),
                "day_closed",
                "{path}"
            );
        }
        let again = play.client.post("/v1/plans", &json!({ "date": DAY })).await;
        assert_eq!(again.problem(), "day_closed");
        let locks =
            actix_web::test::TestRequest::put().uri(&format!("/v1/plans/{DAY}/locks")).set_json(json!({ "locks": [] }));
        assert_eq!(play.client.send(locks).await.problem(), "day_closed");
        assert_eq!(play.plan(), plan);
    }
}
