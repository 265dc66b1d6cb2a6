//! What upsets the day: a proposal says what it changes, and is the plan only once it is accepted.

use std::collections::BTreeSet;

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::TimeDelta;
use conthoi::domain::{LegCarrier, Place, Plan, Route};
use serde_json::{Value, json};

use super::{Play, etag, first_loading};
use crate::{
    api::{Answer, DAY},
    support::db::TestDatabase,
};

impl Play {
    pub(super) async fn replan(&self, cause: &Value) -> Answer {
        self.client.post(&format!("/v1/plans/{DAY}/replan"), &json!({ "cause": cause })).await
    }

    /// Proposes and answers the proposal.
    pub(super) async fn proposed(&self, cause: &Value) -> Value {
        let answer = self.replan(cause).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{cause}: {:?}", answer.bytes);
        let proposal = answer.json();
        assert_eq!(
            answer.header("location"),
            format!("/v1/plans/{DAY}/proposals/{}", proposal["id"].as_str().unwrap())
        );
        proposal
    }

    pub(super) async fn accept(&self, proposal: &Value, etag: &str) -> Answer {
        let path = format!("/v1/plans/{DAY}/proposals/{}/accept", proposal["id"].as_str().unwrap());
        self.client.send(TestRequest::post().uri(&path).insert_header(("if-match", etag))).await
    }

    /// Proposes and accepts.
    pub(super) async fn upset(&self, cause: &Value) -> Value {
        let proposal = self.proposed(cause).await;
        let answer = self.accept(&proposal, &etag(&self.plan())).await;
        assert_eq!(answer.status, StatusCode::OK, "{cause}: {:?}", answer.bytes);
        proposal
    }
}

/// The items that routes of some kind carry.
fn items_on(plan: &Plan, is: impl Fn(LegCarrier, &Route) -> bool) -> BTreeSet<conthoi::domain::ItemId> {
    let routes = plan.routes().filter(|(carrier, route)| is(*carrier, route));
    routes.flat_map(|(_, route)| route.stops.iter().flat_map(|stop| stop.load.iter().copied())).collect()
}

#[actix_web::test]
async fn a_courier_falls_ill_and_only_what_is_ahead_is_planned_anew() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let before = play.plan();
        let (carrier, out) = first_loading(&before);
        let leg = (carrier, &out);
        play.visit(leg, &out.stops[0], out.stops[0].departs_at).await;
        let at = out.stops[0].departs_at + TimeDelta::minutes(3);
        play.set(at);
        // Another courier than the one who is out.
        let has_later =
            |route: &&Route| route.courier_id != out.courier_id && route.stops[0].departs_at > at && !route.is_idle();
        let routes: Vec<&Route> = before.routes().map(|(_, route)| route).collect();
        let ill = routes.iter().copied().find(has_later).expect("somebody leaves later");
        let code = play.courier(ill);
        let proposal = play.proposed(&json!({ "kind": "courier_out", "courier": code })).await;
        assert_eq!((&proposal["state"], &proposal["cause"]), (&json!("open"), &json!("courier_out")));
        assert_eq!(play.plan(), before, "nothing changes before it is accepted");
        for change in proposal["difference"]["changes"].as_array().unwrap() {
            assert!(
                change["count"].as_u64().unwrap() > 0 && !change["sentence_vi"].as_str().unwrap().contains('{'),
                "{change}"
            );
        }

        assert_eq!(play.accept(&proposal, "\"1-1\"").await.problem(), "plan_changed");
        let answer = play.accept(&proposal, &etag(&before)).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let after = play.plan();
        assert_eq!(after.revision, before.revision + 1);
        assert_eq!(answer.header("etag"), etag(&after));
        assert!(after.routes().all(|(_, route)| route.courier_id != ill.courier_id), "nobody rides who is ill");
        let kept = after.routes().find(|(_, route)| route.id == out.id).expect("who is out stays out");
        assert_eq!(kept.1, &out);
        let named = |plan: &Plan| {
            let mut named = items_on(plan, |_, _| true);
            named.extend(plan.unassigned.iter().map(|unassigned| unassigned.item_id));
            named
        };
        assert!(named(&before).is_subset(&named(&after)), "no item is lost sight of");
        assert_eq!(play.accept(&proposal, &etag(&after)).await.problem(), "proposal_ended");

        // It stays in force: the next proposal has them out as well.
        let run = before.runs.iter().rev().find(|run| !run.routes.is_empty()).unwrap();
        let next = play.upset(&json!({ "kind": "run_cancelled", "run": run.code })).await;
        assert_eq!(next["base_revision"], after.revision);
        let last = play.plan();
        assert!(last.routes().all(|(_, route)| route.courier_id != ill.courier_id));
        assert!(
            last.runs.iter().find(|it| it.id == run.id).unwrap().routes.is_empty(),
            "a cancelled run has no routes"
        );
        // Each is taken back, the last first.
        for expected in [&after, &before] {
            let answer = play.client.post(&format!("/v1/plans/{DAY}/undo"), &json!({})).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
            let plan = play.plan();
            assert_eq!(
                (&plan.runs, &plan.rounds, &plan.unassigned),
                (&expected.runs, &expected.rounds, &expected.unassigned)
            );
        }
        let answer = play.client.post(&format!("/v1/plans/{DAY}/undo"), &json!({})).await;
        assert_eq!(answer.problem(), "nothing_to_undo");
    }
}

#[actix_web::test]
async fn what_is_locked_stays_and_what_was_done_overtakes_a_proposal() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let before = play.plan();
        let (carrier, route) = first_loading(&before);
        let stop = &route.stops[1];
        let locks = format!("/v1/plans/{DAY}/locks");
        let put = |body: Value, tag: &'static str| {
            let request = TestRequest::put().uri(&locks).insert_header(("if-match", tag)).set_json(body);
            play.client.send(request)
        };
        let answer = put(json!({ "locks": [{ "stop": stop.id }] }), "\"locks-0\"").await;
        assert_eq!((answer.status, answer.header("etag")), (StatusCode::OK, "\"locks-1\""), "{:?}", answer.bytes);
        assert_eq!(put(json!({ "locks": [] }), "\"locks-0\"").await.problem(), "locks_changed");
        let bad = json!({ "locks": [{ "stop": uuid::Uuid::nil() }, {}, { "run": 1 }] });
        assert_eq!(put(bad, "\"locks-1\"").await.problem(), "invalid_body");
        assert_eq!(
            put(json!({ "locks": [{ "stop": uuid::Uuid::nil() }] }), "\"locks-1\"").await.problem(),
            "invalid_body"
        );

        // Another site than the locked one is cut off: the locked stop stays where and when it was.
        let sites = before.routes().flat_map(|(_, other)| &other.stops).filter_map(|other| match other.place {
            Place::Site(id) if !route.stops.iter().any(|stop| stop.place == other.place) => Some(id),
            _ => None,
        });
        let centre = play.service().centre().unwrap();
        let site =
            sites.filter_map(|id| centre.site(id)).find(|site| site.id != centre.hub().id).expect("another site");
        let proposal = play.upset(&json!({ "kind": "road_closed", "site": site.code })).await;
        let after = play.plan();
        let kept = after.routes().find(|(_, other)| other.id == route.id).expect("the route stays").1;
        assert_eq!(kept, &route, "{proposal}");
        let calls = after.routes().flat_map(|(_, route)| &route.stops).any(|stop| stop.place == Place::Site(site.id));
        assert!(!calls, "nobody goes where no way leads");

        // What is locked cannot be given up silently.
        let code = play.courier(&route);
        let answer = play.replan(&json!({ "kind": "courier_out", "courier": code })).await;
        assert_eq!(answer.problem(), "locked");
        assert!(answer.json()["detail"].as_str().unwrap().contains(&code));
        assert_eq!(put(json!({ "locks": [] }), "\"locks-1\"").await.status, StatusCode::OK);

        // A proposal that takes a route from its courier is overtaken when the courier has left.
        let proposal = play.proposed(&json!({ "kind": "courier_out", "courier": code })).await;
        play.visit((carrier, &route), &route.stops[0], route.stops[0].departs_at).await;
        play.visit((carrier, &route), stop, stop.starts_at).await;
        assert_eq!(play.accept(&proposal, &etag(&play.plan())).await.problem(), "overtaken");
        let path = format!("/v1/plans/{DAY}/proposals/{}", proposal["id"].as_str().unwrap());
        assert_eq!(play.client.method(actix_web::http::Method::DELETE, &path).await.status, StatusCode::NO_CONTENT);
        assert_eq!(play.client.json(&path).await["state"], "discarded");
        assert_eq!(
            play.client.json(&format!("/v1/plans/{DAY}/proposals")).await["proposals"].as_array().unwrap().len(),
            2
        );

        // Now that the courier is out, what was on board is not lost sight of.
        play.set(stop.starts_at + TimeDelta::minutes(10));
        play.upset(&json!({ "kind": "courier_out", "courier": code })).await;
        let plan = play.plan();
        let cut = plan.routes().find(|(_, other)| other.id == route.id).expect("what is done stays").1;
        assert_eq!(cut.stops[..2], route.stops[..2]);
        let aboard: BTreeSet<_> =
            route.stops[0].load.iter().filter(|item| !stop.unload.contains(item)).copied().collect();
        let on_board: BTreeSet<_> = plan
            .unassigned
            .iter()
            .filter(|unassigned| unassigned.reason.code() == "on_board")
            .map(|unassigned| unassigned.item_id)
            .collect();
        assert!(aboard.is_subset(&on_board), "{aboard:?} in {on_board:?}");
    }
}

#[actix_web::test]
async fn causes_are_read_strictly() {
    for database in TestDatabase::each() {
        let play = Play::begin(database).await;
        for cause in [
            json!({ "kind": "flood" }),
            json!({ "kind": "courier_out" }),
            json!({ "kind": "courier_out", "courier": "NOBODY" }),
            json!({ "kind": "courier_out", "courier": "NOBODY", "colour": "red" }),
            json!({ "kind": "vehicle_out", "vehicle": "NONE" }),
            json!({ "kind": "urgent_item", "item": "NONE" }),
            json!({ "kind": "road_closed" }),
            json!({ "kind": "road_closed", "site": "TTPVHCC" }),
            json!({ "kind": "road_closed", "area": { "lat": 9.6, "lon": 105.9, "radius_m": 0 } }),
            json!({ "kind": "road_closed", "area": { "lat": 105.9, "lon": 9.6, "radius_m": 10 } }),
            json!({ "kind": "run_cancelled", "run": "99" }),
            json!({ "kind": "run_late", "run": "1", "departs_at": "2019-06-14T03:00:00+07:00" }),
        ] {
            assert_eq!(play.replan(&cause).await.problem(), "invalid_body", "{cause}");
        }
        let answer = play
            .client
            .post("/v1/plans/2019-06-17/replan", &json!({ "cause": { "kind": "run_cancelled", "run": "1" } }))
            .await;
        assert_eq!(answer.problem(), "not_planned");
    }
}
