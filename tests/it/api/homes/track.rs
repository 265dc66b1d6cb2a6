//! A home delivery followed and changed by its link.

use actix_web::http::{Method, StatusCode};
use chrono::{DateTime, Duration, FixedOffset};
use conthoi::domain::{LegCarrier, Place};
use serde_json::{Value, json};

use super::{MONDAY, PHONE, Town, at, in_each_town, scan};
use crate::api::scans::{Device, act, courier, site, with};

fn window(track: &Value) -> (DateTime<FixedOffset>, DateTime<FixedOffset>) {
    let time = |name: &str| DateTime::parse_from_rfc3339(track["window"][name].as_str().unwrap()).unwrap();
    (time("from"), time("to"))
}

fn width(track: &Value) -> Duration {
    let (from, to) = window(track);
    to - from
}

/// Several homes of one courier, the last of which is followed.
#[actix_web::test]
async fn the_window_narrows_until_the_courier_is_there_and_nothing_changes_once_it_is_on_board() {
    in_each_town!(|town| {
        let mut device = Device::new(1);
        let mut links = Vec::new();
        let mut items = Vec::new();
        for n in 1..=5 {
            town.dossier(n, &json!(PHONE), Value::Null).await;
            let mut request = Town::request(n);
            let north = f64::from(n) * 0.002;
            request["position"] = json!({ "lat": 9.604 + north, "lon": 105.973 });
            links.push(town.confirmed(&request).await);
            items.push(town.result_item(n).await);
        }
        let track = town.citizen.json(&links[0]).await;
        assert_eq!((&track["stage"], &track["window"]["basis"]), (&json!("being_settled"), &json!("half_day")));
        assert_eq!(window(&track).0, DateTime::parse_from_rfc3339("2019-06-17T07:45:00+07:00").unwrap());
        town.at_the_centre(&mut device, &items).await;
        let track = town.citizen.json(&links[0]).await;
        assert_eq!(
            (&track["stage"], &track["words"]["vi"]),
            (&json!("at_office"), &json!("Kết quả đang ở Trung tâm."))
        );
        assert_eq!((&track["courier"], &track["changeable"]), (&Value::Null, &json!(true)));

        let plan = town.plan(MONDAY);
        let round = plan.rounds.iter().max_by_key(|round| round.route.stops.len()).unwrap();
        let homes: Vec<_> = round.route.stops.iter().filter(|stop| matches!(stop.place, Place::Home(_))).collect();
        assert!(homes.len() >= 4, "one courier visits most of them: {}", homes.len());
        let code_of = |stop: &conthoi::domain::Stop| {
            let id = stop.unload[0].to_string();
            let store = town.world.service.store();
            let centre = town.world.service.centre().unwrap().centre.id;
            store.item(centre, id.parse().unwrap()).unwrap().unwrap().code.to_string()
        };
        let codes: Vec<String> = homes.iter().map(|stop| code_of(stop)).collect();
        let last = links[items.iter().position(|item| item == codes.last().unwrap()).unwrap()].clone();
        let planned = town.citizen.json(&last).await;
        assert_eq!(planned["window"]["basis"], "plan");
        assert!(width(&planned) <= Duration::hours(2), "{planned}");
        let centre = town.world.service.centre().unwrap();
        let rider = centre.couriers.iter().find(|courier| courier.id == round.route.courier_id).unwrap();
        let first_name = rider.name.rsplit(' ').next().unwrap();
        assert_eq!(planned["courier"], first_name, "and no more of {}", rider.name);

        // Monday, before the round: everything can still be changed. Then it is on board.
        town.clock.set(at("2019-06-17T02:40:00Z"));
        let rider = courier(&rider.code);
        let trip = json!({ "round": round.id });
        let on_trip = |scan: Value| with(scan, "trip", trip.clone());
        assert_eq!(
            town.patch(&last, None, &json!({ "address": "14 Trần Hưng Đạo, Phường 6, Sóc Trăng", "commune": "31507" }))
                .await
                .status,
            StatusCode::OK
        );
        town.scanned(&[
            with(
                scan(&mut device, "06-17T09:30", &site("TTPVHCC"), &act("give"), &codes),
                "counterparty",
                rider.clone(),
            ),
            on_trip(with(
                scan(&mut device, "06-17T09:31", &rider, &act("receive"), &codes),
                "counterparty",
                site("TTPVHCC"),
            )),
            on_trip(scan(&mut device, "06-17T09:35", &rider, &act("load"), &codes)),
        ])
        .await;
        let loaded = town.citizen.json(&last).await;
        assert_eq!((&loaded["stage"], &loaded["changeable"]), (&json!("on_its_way"), &json!(false)));
        assert_eq!(
            (&loaded["window"]["basis"], &loaded["window"]["stops_before"]),
            (&json!("live"), &json!(homes.len() - 1))
        );
        assert!(width(&loaded) <= Duration::hours(1), "{loaded}");
        let date = json!({ "half_day": { "date": "2019-06-18", "half": "morning" } });
        for refused in [
            town.patch(&last, None, &date).await,
            town.citizen.method(Method::DELETE, &last).await,
            town.citizen.post(&format!("{last}/counter"), &json!({ "date": "2019-06-18" })).await,
            town.citizen.post(&format!("{last}/erasure"), &json!({})).await,
        ] {
            assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "too_late"));
        }

        // All but the last are done, twenty minutes late.
        let before_last = &homes[homes.len() - 2];
        let late = before_last.departs_at + Duration::minutes(20);
        town.clock.set(late);
        let local = late.with_timezone(&centre.centre.time_zone).format("%m-%dT%H:%M").to_string();
        for code in &codes[..codes.len() - 1] {
            town.scanned(&[on_trip(scan(&mut device, &local, &rider, &act("deliver"), std::slice::from_ref(code)))])
                .await;
        }
        let near = town.citizen.json(&last).await;
        assert_eq!(near["window"]["stops_before"], 0);
        assert!(width(&near) <= Duration::minutes(20), "{near}");
        let expected = homes.last().unwrap().arrives_at + Duration::minutes(20);
        let (from, to) = window(&near);
        assert!(
            from <= expected + Duration::minutes(1) && expected - Duration::minutes(1) <= to,
            "{near} around {expected}"
        );

        let time = (expected + Duration::minutes(1)).with_timezone(&centre.centre.time_zone);
        town.clock.set(time.to_utc());
        let last_code = std::slice::from_ref(codes.last().unwrap());
        town.scanned(&[on_trip(scan(
            &mut device,
            &time.format("%m-%dT%H:%M").to_string(),
            &rider,
            &act("deliver"),
            last_code,
        ))])
        .await;
        let done = town.citizen.json(&last).await;
        assert_eq!(
            (&done["stage"], &done["window"], &done["courier"]),
            (&json!("delivered"), &Value::Null, &Value::Null)
        );
        assert!(matches!(plan.routes().find(|(_, route)| route.id == round.route.id), Some((LegCarrier::Round(_), _))));
    });
}

/// Nobody was there: another half-day can be chosen, and the law's clock says when the next invitation counts.
#[actix_web::test]
async fn who_was_not_met_chooses_another_half_day() {
    in_each_town!(|town| {
        let mut device = Device::new(1);
        let link = town.confirmed(&Town::request(1)).await;
        let items = [town.result_item(1).await];
        town.at_the_centre(&mut device, &items).await;
        let rider = courier("CP04");
        let absent = json!({ "kind": "attempt_failed", "reason": "absent" });
        town.clock.set(at("2019-06-17T05:00:00Z"));
        town.scanned(&[
            with(
                scan(&mut device, "06-17T07:40", &site("TTPVHCC"), &act("give"), &items),
                "counterparty",
                rider.clone(),
            ),
            with(scan(&mut device, "06-17T07:41", &rider, &act("receive"), &items), "counterparty", site("TTPVHCC")),
            scan(&mut device, "06-17T07:45", &rider, &act("load"), &items),
            scan(&mut device, "06-17T09:00", &rider, &absent, &items),
        ])
        .await;
        let track = town.citizen.json(&link).await;
        assert_eq!((&track["stage"], &track["attempts"][0]["reason"]), (&json!("not_met"), &json!("absent")));
        assert_eq!(track["invited_again_from"], "2019-06-19", "two working days later");
        let wednesday = json!({ "half_day": { "date": "2019-06-19", "half": "afternoon" } });
        assert_eq!(town.patch(&link, None, &wednesday).await.problem(), "too_late", "the courier still has it");
        town.scanned(&[
            with(scan(&mut device, "06-17T11:00", &rider, &act("hand_back"), &items), "counterparty", site("TTPVHCC")),
            with(
                scan(&mut device, "06-17T11:01", &site("TTPVHCC"), &act("receive"), &items),
                "counterparty",
                rider.clone(),
            ),
        ])
        .await;
        let moved = town.patch(&link, None, &wednesday).await;
        assert_eq!((moved.status, &moved.json()["promised"]["date"]), (StatusCode::OK, &json!("2019-06-19")));
        assert_eq!(moved.json()["stage"], "not_met");
    });
}

#[actix_web::test]
async fn the_counter_gives_numbers_in_turn_and_planning_leaves_it_alone() {
    in_each_town!(|town| {
        town.dossier(2, &json!(PHONE), Value::Null).await;
        let links = [town.confirmed(&Town::request(1)).await, town.confirmed(&Town::request(2)).await];
        let item = town.result_item(1).await;
        for (link, number) in links.iter().zip(1..) {
            let answer = town.citizen.post(&format!("{link}/counter"), &json!({ "date": "2019-06-18" })).await;
            let track = answer.json();
            assert_eq!((&track["stage"], &track["ticket"]["number"]), (&json!("counter_pickup"), &json!(number)));
            assert_eq!(track["promised"], Value::Null);
        }
        let found = town.admin.json(&format!("/v1/items?code_prefix={item}")).await;
        assert_eq!(
            found["items"][0]["to"],
            json!({ "type": "site", "code": "TTPVHCC", "name": found["items"][0]["to"]["name"] })
        );
        assert!(town.plan(MONDAY).rounds.is_empty(), "nobody drives there");
        for (date, problem) in [("2019-06-15", "invalid_body"), ("2019-06-13", "invalid_body")] {
            let answer = town.citizen.post(&format!("{}/counter", links[0]), &json!({ "date": date })).await;
            assert!([problem, "too_late"].contains(&answer.problem().as_str()));
        }
        assert_eq!(town.citizen.method(Method::DELETE, &links[0]).await.problem(), "too_late");
        town.confirmed(&Town::request(1)).await;
    });
}

#[actix_web::test]
async fn two_who_hold_one_link_do_not_overwrite_each_other() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        let read = town.citizen.get(&link).await;
        let tag = read.header("etag").to_owned();
        let tuesday = json!({ "half_day": { "date": "2019-06-18", "half": "morning" } });
        let wednesday = json!({ "half_day": { "date": "2019-06-19", "half": "morning" } });
        assert_eq!(town.patch(&link, Some(&tag), &tuesday).await.status, StatusCode::OK);
        let lost = town.patch(&link, Some(&tag), &wednesday).await;
        assert_eq!((lost.status, lost.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "request_changed"));
        assert_eq!(town.citizen.json(&link).await["promised"]["date"], "2019-06-18");
        let far = json!({
            "address": "ấp 3 xã Kế An huyện Kế Sách", "half_day": { "date": "2019-06-18", "half": "afternoon" },
        });
        let moved = town.patch(&link, None, &far).await;
        assert_eq!(
            (moved.status, &moved.json()["fee_dong"]),
            (StatusCode::OK, &json!(30_000)),
            "another district costs more"
        );
        for body in [json!({}), json!({ "commune": "31507" }), json!({ "colour": "red" })] {
            assert_eq!(town.patch(&link, None, &body).await.problem(), "invalid_body", "{body}");
        }
    });
}

/// As the handheld has it: what a round takes along is received for that round, and needs no other scan to be on its way.
#[actix_web::test]
async fn what_was_received_for_a_round_is_on_its_way() {
    in_each_town!(|town| {
        let mut device = Device::new(1);
        let link = town.confirmed(&Town::request(1)).await;
        let item = town.result_item(1).await;
        town.at_the_centre(&mut device, std::slice::from_ref(&item)).await;
        let plan = town.plan(MONDAY);
        let round =
            plan.rounds.iter().find(|round| round.route.stops.iter().any(|stop| !stop.unload.is_empty())).unwrap();
        let centre = town.world.service.centre().unwrap();
        let carrier = centre.couriers.iter().find(|courier| courier.id == round.route.courier_id).unwrap();
        let (carrier, hub) = (courier(&carrier.code), site("TTPVHCC"));
        town.clock.set(at("2019-06-17T01:30:00Z"));
        let received = scan(&mut device, "06-17T08:00", &carrier, &act("receive"), std::slice::from_ref(&item));
        let received = with(received, "trip", json!({ "round": round.id.to_string() }));
        town.scanned(&[with(received, "counterparty", hub)]).await;
        let track = town.citizen.json(&link).await;
        assert_eq!((&track["stage"], &track["changeable"]), (&json!("on_its_way"), &json!(false)), "{track}");
    });
}
