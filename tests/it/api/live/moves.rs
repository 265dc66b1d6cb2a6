//! Moves by hand answer at once, break no rule silently, and lose nobody's change.

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::TimeDelta;
use conthoi::domain::{LegCarrier, Plan};
use serde_json::{Value, json};

use super::{Play, etag, first_loading};
use crate::{
    api::{Answer, DAY},
    support::db::TestDatabase,
};

impl Play {
    async fn try_move(&self, change: &Value) -> Answer {
        self.client.post(&format!("/v1/plans/{DAY}/moves"), &json!({ "move": change })).await
    }

    async fn make_move(&self, change: &Value, reason: Option<&str>, tag: &str) -> Answer {
        let body = json!({ "move": change, "dry_run": false, "reason": reason });
        let path = format!("/v1/plans/{DAY}/moves");
        self.client.send(TestRequest::post().uri(&path).insert_header(("if-match", tag)).set_json(body)).await
    }
}

fn codes(answer: &Value) -> Vec<String> {
    let broken = answer["broken"].as_array().unwrap().iter();
    broken.map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
}

/// An item that waits at the centre for a run with at least one run after it that also calls at its office.
fn deliverable(plan: &Plan) -> (conthoi::domain::ItemId, usize, usize) {
    for (n, run) in plan.runs.iter().enumerate() {
        for route in &run.routes {
            for stop in &route.stops[1..route.stops.len() - 1] {
                for (later, other) in plan.runs.iter().enumerate().skip(n + 1) {
                    let calls = other.routes.iter().any(|route| route.stops.iter().any(|it| it.place == stop.place));
                    if let (Some(item), true) = (stop.unload.first(), calls && other.kind == run.kind) {
                        return (*item, n, later);
                    }
                }
            }
        }
    }
    panic!("no item could go with a later run");
}

#[actix_web::test]
async fn an_item_goes_with_another_run_and_comes_back() {
    for database in TestDatabase::each() {
        let play = Play::begin(database).await;
        let before = play.plan();
        let (item, from, to) = deliverable(&before);
        let change = json!({ "kind": "item_to_run", "item": item, "run": before.runs[to].id });
        let answer = play.try_move(&change).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let tried = answer.json();
        assert_eq!(tried["revision"], Value::Null);
        assert_eq!(play.plan(), before, "a dry run changes nothing");
        assert!(tried["difference"]["cost_dong"].is_i64());

        let reason = (!codes(&tried).is_empty()).then_some("the head of the office asked for it");
        if reason.is_some() {
            assert_eq!(play.make_move(&change, None, &etag(&before)).await.problem(), "rules_broken");
        }
        let answer = play.make_move(&change, reason, &etag(&before)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let after = play.plan();
        assert_eq!((after.revision, answer.header("etag")), (before.revision + 1, etag(&after).as_str()));
        let rides = |plan: &Plan, run: usize| {
            plan.runs[run].routes.iter().any(|route| route.stops.iter().any(|stop| stop.unload.contains(&item)))
        };
        assert!(rides(&before, from) && !rides(&after, from) && rides(&after, to));

        // Two dispatchers at once: the one who has not seen the change is told so, and nothing is lost.
        let again = json!({ "kind": "item_to_run", "item": item, "run": before.runs[from].id });
        assert_eq!(play.make_move(&again, Some("x"), &etag(&before)).await.problem(), "plan_changed");
        assert_eq!(play.plan(), after);

        let answer = play.client.post(&format!("/v1/plans/{DAY}/undo"), &json!({})).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let back = play.plan();
        assert_eq!((&back.runs, back.revision), (&before.runs, before.revision + 2));
        let log = play.client.json("/v1/audit?limit=10").await;
        let acts: Vec<&str> =
            log["entries"].as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap()).collect();
        assert!(acts.contains(&"plan_undone") && acts.iter().any(|act| act.starts_with("plan_move")), "{acts:?}");
    }
}

#[actix_web::test]
async fn stops_and_rounds_move_only_where_nothing_is_done() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let before = play.plan();
        let (carrier, route) = first_loading(&before);
        let last = route.stops.len() - 1;
        let to = |stop: usize, position: usize| json!({ "kind": "stop_to_position", "stop": route.stops[stop].id, "position": position });
        for (stop, position) in [(0, 1), (last, 1), (1, 0), (1, last)] {
            assert_eq!(play.try_move(&to(stop, position)).await.problem(), "impossible_move", "{stop} to {position}");
        }
        let answer = play.make_move(&to(1, 2), Some("the road is flooded in the morning"), &etag(&before)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let plan = play.plan();
        let changed = plan.routes().find(|(_, it)| it.id == route.id).unwrap().1.clone();
        assert_eq!((changed.stops[2].id, changed.stops[1].id), (route.stops[1].id, route.stops[2].id));
        let times: Vec<_> = changed.stops.iter().flat_map(|stop| [stop.arrives_at, stop.departs_at]).collect();
        assert!(times.is_sorted(), "{times:?}");

        play.visit((carrier, &changed), &changed.stops[0], changed.stops[0].departs_at).await;
        play.visit((carrier, &changed), &changed.stops[1], changed.stops[1].starts_at).await;
        assert_eq!(play.try_move(&to(2, 2)).await.problem(), "impossible_move", "the courier was there");
        let item = changed.stops[1].unload.first().or(changed.stops[1].load.first()).copied();
        let run = plan.runs.last().unwrap().id;
        if let Some(item) = changed.stops[0].load.iter().find(|it| Some(**it) != item) {
            let change = json!({ "kind": "item_to_run", "item": item, "run": run });
            assert_eq!(play.try_move(&change).await.problem(), "impossible_move", "it is on board");
        }
        // To take the move back would undo what is done.
        let answer = play.client.post(&format!("/v1/plans/{DAY}/undo"), &json!({})).await;
        assert_eq!(answer.problem(), "overtaken");

        let round = plan
            .rounds
            .iter()
            .find(|round| round.route.stops[0].departs_at > play.service().now() + TimeDelta::minutes(30));
        let round = round.expect("a round leaves later");
        let centre = play.service().centre().unwrap();
        let other = centre.couriers.iter().find(|courier| {
            courier.id != round.route.courier_id
                && courier.base != round.depot_id
                && courier.effective.contains(plan.date)
        });
        let other = other.expect("a courier of another base");
        let change = json!({ "kind": "round_to_courier", "round": round.id, "courier": other.code });
        let answer = play.try_move(&change).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        assert!(codes(&answer.json()).contains(&"other_base".to_owned()), "{:?}", answer.bytes);
        assert_eq!(play.make_move(&change, Some("  "), &etag(&plan)).await.problem(), "rules_broken");
        let answer = play.make_move(&change, Some("swapped for the day"), &etag(&plan)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let plan = play.plan();
        let moved = plan.routes().find(|(carrier, _)| *carrier == LegCarrier::Round(round.id)).unwrap().1;
        assert_eq!((moved.courier_id, moved.stops.len()), (other.id, round.route.stops.len()));
        for bad in [
            json!({ "kind": "fly" }),
            json!({ "kind": "item_to_run", "item": 3, "run": run }),
            json!({ "kind": "round_to_courier", "round": round.id, "courier": "NOBODY" }),
            json!({ "kind": "stop_to_position", "stop": route.stops[1].id, "position": -1 }),
        ] {
            assert_eq!(play.try_move(&bad).await.problem(), "invalid_body", "{bad}");
        }
    }
}
