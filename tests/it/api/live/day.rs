//! What was seen moves the plan, and what should be known is told once.

use actix_web::http::StatusCode;
use chrono::TimeDelta;
use conthoi::domain::{LegCarrier, Role};
use serde_json::{Value, json};

use super::{Play, first_loading, live_route, time};
use crate::{
    api::{
        DAY,
        access::{come_in, person},
        date,
    },
    support::db::TestDatabase,
};
use conthoi::service::{FeedCursor, FeedKind, NamedParty};

fn kinds(alerts: &[Value]) -> Vec<&str> {
    alerts.iter().map(|alert| alert["kind"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_run_that_leaves_late_is_told_once_and_moves_what_follows() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let plan = play.plan();
        let (carrier, route) = first_loading(&plan);
        let leg = (carrier, &route);
        let planned = route.stops[0].departs_at;
        let before = play.live().await;
        let shown = live_route(&before, &route);
        assert_eq!(shown["state"], "waiting");
        assert!(shown["stops"].as_array().unwrap().iter().all(|stop| stop["late_s"] == 0), "{shown}");
        assert_eq!(
            before["items"].as_array().unwrap().len(),
            play.service()
                .day_plan(date(DAY))
                .unwrap()
                .plan
                .routes()
                .flat_map(|(_, route)| route.stops.iter().flat_map(|stop| stop.load.iter()))
                .collect::<std::collections::BTreeSet<_>>()
                .len()
                + plan.unassigned.len()
        );

        let late = planned + TimeDelta::minutes(20);
        play.set(late);
        let of_route = |alerts: Vec<Value>| -> Vec<Value> {
            alerts.into_iter().filter(|alert| alert["route_id"] == json!(route.id)).collect()
        };
        let alerts = of_route(play.alerts("").await);
        assert_eq!(kinds(&alerts), ["run_late_to_leave"]);
        assert!(alerts[0]["sentence_vi"].as_str().unwrap().contains("chưa xuất phát"));
        let again = of_route(play.alerts("?state=open").await);
        assert_eq!(again[0]["id"], alerts[0]["id"], "the same alert");
        let told = play.service().feed_after(FeedCursor::default(), &[FeedKind::AlertRaised]).unwrap();
        let ids: Vec<&Value> = told.events.iter().map(|event| &event.data["id"]).collect();
        assert_eq!(ids.iter().filter(|id| ***id == alerts[0]["id"]).count(), 1, "told once");

        play.visit(leg, &route.stops[0], late).await;
        let live = play.live().await;
        let shown = live_route(&live, &route);
        assert_eq!(shown["state"], "out");
        assert_eq!(time(&shown["leaves_at"]), late);
        assert_eq!(shown["stops"][0]["late_s"], 20 * 60);
        assert_eq!(shown["stops"][1]["late_s"], 20 * 60);
        assert!(of_route(play.alerts("?state=open").await).is_empty());
        let ended = of_route(play.alerts("?state=ended").await);
        assert_eq!(ended[0]["id"], alerts[0]["id"]);

        // Ten minutes more are lost on the way; what was seen replaces what was expected.
        let there = route.stops[1].arrives_at + TimeDelta::minutes(30);
        play.visit(leg, &route.stops[1], there).await;
        let live = play.live().await;
        let shown = live_route(&live, &route);
        assert_eq!((&shown["stops"][1]["reached"], &shown["stops"][1]["late_s"]), (&json!("done"), &json!(30 * 60)));
        let expected = shown["stops"][2]["late_s"].as_i64().unwrap();
        let slack = (route.stops[2].starts_at - route.stops[2].arrives_at).num_seconds();
        assert!((30 * 60 - 2..=30 * 60 + 2).contains(&expected), "{expected} with {slack}: {shown}");
        let delivered: Vec<&Value> = live["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| route.stops[1].unload.iter().any(|id| item["id"] == json!(id)))
            .collect();
        assert!(delivered.iter().all(|item| item["state"] == "at_site" && time(&item["since"]) == there));
    }
}

#[actix_web::test]
async fn what_was_not_scanned_at_its_stop_and_a_silent_courier_are_told() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let plan = play.plan();
        let found = plan.routes().find(|(carrier, route)| {
            matches!(carrier, LegCarrier::Run(_)) && route.stops[0].load.len() > 1 && route.stops.len() > 3
        });
        let (carrier, route) = found.map(|(carrier, route)| (carrier, route.clone())).unwrap();
        let leg = (carrier, &route);
        let first = &route.stops[0];
        let (forgotten, loaded) = first.load.split_first().unwrap();
        play.scan(leg, first.place, "load", loaded, first.departs_at).await;
        let mut stop = route.stops[1].clone();
        stop.unload.retain(|item| item != forgotten);
        play.visit(leg, &stop, stop.arrives_at).await;
        play.set(first.departs_at + TimeDelta::minutes(16));
        let alerts = play.alerts("?state=open").await;
        let unscanned: Vec<&Value> = alerts.iter().filter(|alert| alert["stop_id"] == json!(first.id)).collect();
        assert_eq!(unscanned.len(), 1, "{alerts:?}");
        assert_eq!(unscanned[0]["kind"], "item_not_scanned");
        assert_eq!(unscanned[0]["items"].as_array().unwrap().len(), 1);
        let silent = |alerts: &[Value]| {
            alerts
                .iter()
                .filter(|alert| alert["kind"] == "courier_silent" && alert["route_id"] == json!(route.id))
                .count()
        };
        assert_eq!(silent(&alerts), 0);
        play.set(stop.arrives_at + TimeDelta::minutes(59));
        assert_eq!(silent(&play.alerts("?state=open").await), 0);
        play.set(stop.arrives_at + TimeDelta::minutes(61));
        assert_eq!(silent(&play.alerts("?state=open").await), 1);
    }
}

#[actix_web::test]
async fn positions_are_ones_own_tell_who_is_astray_and_are_kept_briefly() {
    for database in TestDatabase::each() {
        let mut play = Play::begin(database).await;
        let plan = play.plan();
        let (carrier, route) = first_loading(&plan);
        let code = play.courier(&route);
        let service = play.service().clone();
        let account = person(&service, "l.courier", Role::Courier, Some(NamedParty::Courier(code.clone())));
        let own = come_in(&play.client, &service, &account);
        play.visit((carrier, &route), &route.stops[0], route.stops[0].departs_at).await;
        let at = route.stops[0].departs_at + TimeDelta::minutes(2);
        play.set(at);
        let other = service.centre().unwrap().couriers.iter().find(|it| it.code != code).unwrap().code.clone();
        let depot = service.centre().unwrap().hub().position;
        let far = depot.offset(-40_000.0, -40_000.0).unwrap();
        let told = |at: chrono::DateTime<chrono::Utc>, courier: Value, lat: f64, lon: f64| json!({ "at": at.to_rfc3339(), "courier": courier, "lat": lat, "lon": lon, "accuracy_m": 10 });
        let near = depot.offset(400.0, 0.0).unwrap();
        let batch = json!({ "positions": [
            told(at, Value::Null, near.lat(), near.lon()),
            told(at, json!(code), near.lat(), near.lon()),
            told(at, json!(other), near.lat(), near.lon()),
            told(at + TimeDelta::hours(1), Value::Null, near.lat(), near.lon()),
            told(at - TimeDelta::days(2), Value::Null, near.lat(), near.lon()),
            told(at, Value::Null, 105.0, 9.0),
            json!({ "at": at.to_rfc3339(), "lat": 9.6, "lon": 105.9, "speed": 4 }),
        ] });
        let answer = own.post("/v1/positions", &batch).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let results = answer.json();
        let words: Vec<&str> =
            results["results"].as_array().unwrap().iter().map(|it| it["result"].as_str().unwrap()).collect();
        assert_eq!(words, ["created", "exists", "rejected", "rejected", "expired", "rejected", "rejected"]);
        assert!(play.alerts("?state=open").await.iter().all(|alert| alert["kind"] != "off_route"));
        let later = at + TimeDelta::minutes(1);
        play.set(later);
        let answer =
            own.post("/v1/positions", &json!({ "positions": [told(later, Value::Null, far.lat(), far.lon())] })).await;
        assert_eq!(answer.json()["results"][0]["result"], "created");
        let alerts = play.alerts("?state=open").await;
        let astray = alerts.iter().find(|alert| alert["kind"] == "off_route").expect("far off");
        assert_eq!((&astray["route_id"], &astray["courier"]), (&json!(route.id), &json!(code)));
        assert!(astray["distance_m"].as_i64().unwrap() > 30_000, "{astray}");
        let live = play.live().await;
        assert_eq!(live_route(&live, &route)["position"]["lat"], far.lat());

        // A day later none is left.
        play.set(later + TimeDelta::hours(25));
        service.watch_day().unwrap();
        let centre = service.centre().unwrap().centre.id;
        let whole = (at - TimeDelta::days(9), at + TimeDelta::days(9));
        assert!(play.world.database.store().positions(centre, whole).unwrap().is_empty());
    }
}
