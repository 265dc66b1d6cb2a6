//! What citizens are told of the way of their results.

use chrono::Duration;
use conthoi::domain::Place;
use serde_json::{Value, json};

use super::{MONDAY, PHONE, Town, at, in_each_town, scan};
use crate::api::scans::{Device, act, courier, site, with};

/// The kinds and texts of what is told now.
fn told(town: &Town) -> Vec<(String, String)> {
    // Whoever looks, and how often, makes no difference.
    town.world.service.tell_homes().unwrap();
    town.world.service.tell_homes().unwrap();
    let messages = town.world.service.take_messages();
    messages.into_iter().map(|message| (message.event.split('/').next().unwrap().to_owned(), message.text)).collect()
}

fn kinds(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// The two homes of a Monday morning's round, loaded by its courier; answers the plan's stops, the courier and the trip.
struct Morning {
    device: Device,
    rider: Value,
    trip: Value,
    /// The codes in the order of the stops.
    codes: Vec<String>,
    stops: Vec<conthoi::domain::Stop>,
}

async fn loaded(town: &Town) -> Morning {
    let mut device = Device::new(1);
    let mut items = Vec::new();
    for n in 1..=2 {
        town.dossier(n, &json!(PHONE), Value::Null).await;
        town.confirmed(&Town::request(n)).await;
        items.push(town.result_item(n).await);
    }
    town.at_the_centre(&mut device, &items).await;
    assert_eq!(kinds(&told(town)), ["home_confirmed"; 1], "the first was read out with the second's code");
    let plan = town.plan(MONDAY);
    let round = plan.rounds.iter().max_by_key(|round| round.route.stops.len()).unwrap();
    let stops: Vec<_> = round.route.stops.iter().filter(|stop| matches!(stop.place, Place::Home(_))).cloned().collect();
    assert_eq!(stops.len(), 2, "one courier visits both");
    let store = town.world.service.store();
    let centre = town.world.service.centre().unwrap();
    let codes =
        stops.iter().map(|stop| store.item(centre.centre.id, stop.unload[0]).unwrap().unwrap().code.to_string());
    let codes: Vec<String> = codes.collect();
    let rider = centre.couriers.iter().find(|courier| courier.id == round.route.courier_id).unwrap();
    let (rider, trip) = (courier(&rider.code), json!({ "round": round.id }));
    town.clock.set(at("2019-06-17T00:50:00Z"));
    assert_eq!(kinds(&told(town)), [""; 0], "it is not out yet");
    let give = scan(&mut device, "06-17T07:46", &site("TTPVHCC"), &act("give"), &codes);
    let receive = scan(&mut device, "06-17T07:47", &rider, &act("receive"), &codes);
    let load = scan(&mut device, "06-17T07:48", &rider, &act("load"), &codes);
    town.scanned(&[
        with(give, "counterparty", rider.clone()),
        with(with(receive, "counterparty", site("TTPVHCC")), "trip", trip.clone()),
        with(load, "trip", trip.clone()),
    ])
    .await;
    Morning { device, rider, trip, codes, stops }
}

impl Morning {
    async fn at_door(&mut self, town: &Town, nth: usize, late: Duration, action: &Value) {
        let zone = town.world.service.centre().unwrap().centre.time_zone;
        let when = self.stops[nth].departs_at + late;
        town.clock.set(when);
        let local = when.with_timezone(&zone).format("%m-%dT%H:%M").to_string();
        let code = std::slice::from_ref(&self.codes[nth]);
        let scan = scan(&mut self.device, &local, &self.rider, action, code);
        town.scanned(&[with(scan, "trip", self.trip.clone())]).await;
    }
}

#[actix_web::test]
async fn that_it_is_out_comes_later_and_was_handed_over_is_told_once_each() {
    in_each_town!(|town| {
        let mut morning = loaded(&town).await;
        let out = told(&town);
        assert_eq!(kinds(&out), ["home_out", "home_out"]);
        assert!(out.iter().all(|(_, text)| text.contains("ngày 17/06/2019")), "{out:?}");
        // Two hours late at the first door: who waits at the second was told otherwise.
        morning.at_door(&town, 0, Duration::hours(2), &act("deliver")).await;
        let mut late = told(&town);
        late.sort();
        assert_eq!(kinds(&late), ["home_delivered", "home_window"]);
        assert!(late[1].1.contains("17/06/2019") && !out.iter().any(|(_, text)| *text == late[1].1), "{late:?}");
        morning.at_door(&town, 1, Duration::hours(2), &act("deliver")).await;
        assert_eq!(kinds(&told(&town)), ["home_delivered"]);
        town.clock.set(at("2019-06-20T02:00:00Z"));
        assert_eq!(kinds(&told(&town)), [""; 0]);
    });
}

#[actix_web::test]
async fn who_was_not_met_is_told_when_the_courier_comes_again() {
    in_each_town!(|town| {
        let mut morning = loaded(&town).await;
        told(&town);
        let absent = json!({ "kind": "attempt_failed", "reason": "absent" });
        morning.at_door(&town, 0, Duration::zero(), &absent).await;
        let failed = told(&town);
        assert_eq!(kinds(&failed), ["home_attempt_failed"]);
        // Two working days after Monday.
        assert!(failed[0].1.contains("19/06/2019"), "{failed:?}");
        let refused = json!({ "kind": "attempt_failed", "reason": "refused" });
        morning.at_door(&town, 1, Duration::zero(), &refused).await;
        assert_eq!(kinds(&told(&town)), ["home_returning"]);
    });
}

#[actix_web::test]
async fn a_half_day_that_passed_is_not_passed_over_in_silence() {
    in_each_town!(|town| {
        let mut device = Device::new(1);
        town.confirmed(&Town::request(1)).await;
        let item = town.result_item(1).await;
        town.at_the_centre(&mut device, &[item]).await;
        told(&town);
        town.clock.set(at("2019-06-17T03:00:00Z"));
        assert_eq!(kinds(&told(&town)), [""; 0]);
        // The morning is over, and nobody came.
        town.clock.set(at("2019-06-17T06:00:00Z"));
        let later = told(&town);
        assert_eq!(kinds(&later), ["home_window"]);
        assert!(later[0].1.contains("từ 07:45") && later[0].1.contains("ngày 18/06/2019"), "{later:?}");
        town.clock.set(at("2019-06-18T06:00:00Z"));
        let again = told(&town);
        assert_eq!(kinds(&again), ["home_window"]);
        assert!(again[0].1.contains("19/06/2019"), "{again:?}");
    });
}

#[actix_web::test]
async fn what_was_handed_over_long_ago_is_told_nobody() {
    in_each_town!(|town| {
        let mut morning = loaded(&town).await;
        morning.at_door(&town, 0, Duration::zero(), &act("deliver")).await;
        town.clock.set(at("2019-06-24T02:00:00Z"));
        assert_eq!(kinds(&told(&town)), ["home_out"], "to the one who still waits");
    });
}
