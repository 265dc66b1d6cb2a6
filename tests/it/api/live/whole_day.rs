//! A whole day that does not go to plan: ten disruptions of every kind, and at its end every item is accounted for.

use std::collections::{BTreeSet, HashMap};

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::{DateTime, TimeDelta, Utc};
use conthoi::domain::{ItemId, LegCarrier, Place, Plan, Route, RouteId, SiteKind};
use serde_json::{Value, json};

use super::Play;
use crate::{
    api::{DAY, date},
    support::db::TestDatabase,
};

/// How far each route has come.
type Progress = HashMap<RouteId, usize>;

fn everything(plan: &Plan) -> BTreeSet<ItemId> {
    let carried = plan.routes().flat_map(|(_, route)| {
        route.stops.iter().flat_map(|stop| stop.load.iter().chain(&stop.unload).copied()).collect::<Vec<_>>()
    });
    let left = plan.unassigned.iter().map(|unassigned| unassigned.item_id);
    carried.chain(left).chain(plan.continues.iter().copied()).collect()
}

/// A clock time of the day in Sóc Trăng.
fn at(time: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{DAY}T{time}:00+07:00")).unwrap().to_utc()
}

/// The home deliveries that a plan brings in the half-day that was chosen.
fn promises_kept(play: &Play, of: &Plan) -> BTreeSet<ItemId> {
    let day = play.service().day_plan(date(DAY)).unwrap();
    let centre = play.service().centre().unwrap();
    let noon = centre.half_days.iter().map(|row| row.window.to).min().unwrap();
    let mut kept = BTreeSet::new();
    for leg in of.legs() {
        let Place::Home(home) = leg.to else { continue };
        let wanted = day.home(home).and_then(|home| home.wanted).filter(|wanted| wanted.date == of.date);
        let Some(half) = wanted.and_then(|wanted| wanted.half_day) else { continue };
        let is_morning = leg.arrives_at.with_timezone(&centre.centre.time_zone).time() <= noon;
        if is_morning == (half == conthoi::domain::HalfDay::Morning) {
            kept.insert(leg.item_id);
        }
    }
    kept
}

/// A day under way.
struct Day {
    play: Play,
    progress: Progress,
    /// Routes whose courier does nothing more, whatever the plan says.
    stopped: BTreeSet<RouteId>,
    /// What is not handed over: it is missing, or nobody is at home.
    missing: BTreeSet<ItemId>,
    absent: BTreeSet<ItemId>,
    seen: BTreeSet<ItemId>,
    causes: Vec<String>,
}

impl Day {
    /// The next thing that a courier does by the plan in force.
    fn next(&self, plan: &Plan) -> Option<(DateTime<Utc>, LegCarrier, Route, usize)> {
        plan.routes()
            .filter(|(_, route)| !route.is_idle() && !self.stopped.contains(&route.id))
            .filter_map(|(carrier, route)| {
                let n = self.progress.get(&route.id).copied().unwrap_or(0);
                let stop = route.stops.get(n)?;
                Some((stop.starts_at, carrier, route.clone(), n))
            })
            .min_by_key(|(at, _, route, _)| (*at, route.id))
    }

    /// Couriers ride until a time.
    async fn ride_until(&mut self, until: DateTime<Utc>) {
        let plan = self.play.plan();
        while let Some((at, carrier, route, n)) = self.next(&plan).filter(|(at, ..)| *at <= until) {
            self.progress.insert(route.id, n + 1);
            let mut stop = route.stops[n].clone();
            // What is lost or undelivered goes no farther by this route.
            let gone = |item: &ItemId| self.missing.contains(item) || self.absent.contains(item);
            let undelivered: Vec<ItemId> =
                stop.unload.iter().filter(|item| self.absent.contains(item)).copied().collect();
            stop.unload.retain(|item| !gone(item));
            stop.load.retain(|item| !self.missing.contains(item));
            self.play.visit((carrier, &route), &stop, at).await;
            if matches!(stop.place, Place::Home(_)) {
                self.play.scan((carrier, &route), stop.place, "attempt_failed", &undelivered, at).await;
            }
            if n + 1 == route.stops.len() {
                let back: Vec<ItemId> =
                    route.stops[0].load.iter().filter(|it| self.absent.contains(it)).copied().collect();
                self.play.scan((carrier, &route), stop.place, "hand_back", &back, at + TimeDelta::seconds(2)).await;
            }
        }
        self.play.set(until);
    }

    /// Something upsets the day: a proposal is made and accepted, and all that must hold of it is looked at.
    async fn upset(&mut self, cause: Value, locked: Option<&Route>) -> Value {
        let before = self.play.plan();
        let promised = promises_kept(&self.play, &before);
        let proposal = self.play.upset(&cause).await;
        let after = self.play.plan();
        for (carrier, old) in before.routes() {
            let done = self.progress.get(&old.id).copied().unwrap_or(0);
            // Where nothing is handed over nothing is scanned, so nobody knows that the courier was there.
            let scanned = |stop: &conthoi::domain::Stop| !stop.load.is_empty() || !stop.unload.is_empty();
            let done = old.stops[..done].iter().rposition(scanned).map_or(0, |last| last + 1);
            if done < 2 {
                continue;
            }
            let (_, new) = after.routes().find(|(it, new)| *it == carrier && new.id == old.id).expect("it is begun");
            let places =
                |route: &Route| route.stops[..done].iter().map(|stop| (stop.id, stop.place)).collect::<Vec<_>>();
            assert_eq!(places(new), places(old), "{cause}: what is done stays");
        }
        if let Some(locked) = locked {
            let kept = after.routes().find(|(_, route)| route.id == locked.id).expect("the locked route stays").1;
            let stops = |route: &Route| {
                route.stops.iter().map(|stop| (stop.id, stop.place, stop.starts_at)).collect::<Vec<_>>()
            };
            assert_eq!(stops(kept), stops(locked), "{cause}: no locked stop moves");
        }
        let live = self.play.service().live_day(date(DAY)).unwrap().live;
        self.seen.extend(everything(&before));
        let named = everything(&after);
        for item in self.seen.iter().filter(|item| !named.contains(item)) {
            let day = self.play.service().day_plan(date(DAY)).unwrap();
            assert!(
                live.item(*item).is_none_or(|it| it.has_arrived) || self.absent.contains(item),
                "{cause}: {:?} is lost sight of",
                day.item(*item)
            );
        }
        let told: BTreeSet<String> = proposal["difference"]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|change| change["kind"] == "promise_broken")
            .flat_map(|change| change["items"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()))
            .collect();
        for item in promised.difference(&promises_kept(&self.play, &after)) {
            assert!(told.contains(&item.to_string()), "{cause}: a promise is broken silently");
        }
        self.causes.push(proposal["cause"].as_str().unwrap().to_owned());
        proposal
    }

    /// A route that is under way and has stops before it.
    fn under_way(&self, plan: &Plan, is: impl Fn(&Route) -> bool) -> Option<(LegCarrier, Route)> {
        let found = plan.routes().find(|(_, route)| {
            let done = self.progress.get(&route.id).copied().unwrap_or(0);
            done >= 2 && done + 1 < route.stops.len() && is(route)
        });
        found.map(|(carrier, route)| (carrier, route.clone()))
    }

    /// What a courier has on board.
    fn aboard(&self, route: &Route) -> Vec<ItemId> {
        let done = &route.stops[..self.progress.get(&route.id).copied().unwrap_or(0)];
        let is_off = |item: &ItemId| done.iter().any(|stop| stop.unload.contains(item)) || self.missing.contains(item);
        done.iter().flat_map(|stop| stop.load.iter().copied()).filter(|item| !is_off(item)).collect()
    }

    /// A route that has not left and carries something.
    fn ahead(&self, plan: &Plan, is: impl Fn(LegCarrier, &Route) -> bool) -> Option<(LegCarrier, Route)> {
        let found = plan.routes().find(|(carrier, route)| {
            !self.progress.contains_key(&route.id) && !route.is_idle() && route.stops.len() > 3 && is(*carrier, route)
        });
        found.map(|(carrier, route)| (carrier, route.clone()))
    }
}

#[actix_web::test]
async fn ten_disruptions_and_every_item_is_accounted_for() {
    for database in TestDatabase::each() {
        let play = Play::begin(database).await;
        let first = play.plan();
        let mut day = Day {
            play,
            progress: Progress::new(),
            stopped: BTreeSet::new(),
            missing: BTreeSet::new(),
            absent: BTreeSet::new(),
            seen: everything(&first),
            causes: Vec::new(),
        };
        let centre = day.play.service().centre().unwrap();
        let code_of =
            |route: &Route| centre.couriers.iter().find(|courier| courier.id == route.courier_id).unwrap().code.clone();

        // A dispatcher locks a stop of the last run; it must never move.
        let last =
            first.runs.iter().rev().flat_map(|run| &run.routes).find(|route| route.stops.len() > 3).unwrap().clone();
        let body = json!({ "locks": [{ "stop": last.stops[1].id }] });
        let put = TestRequest::put().uri(&format!("/v1/plans/{DAY}/locks")).set_json(body);
        assert_eq!(day.play.client.send(put).await.status, StatusCode::OK);

        // 1: before anybody leaves, an office cannot be reached.
        let keeps = |route: &Route, place: Place| route.stops.iter().any(|stop| stop.place == place);
        let site = first
            .routes()
            .flat_map(|(_, route)| &route.stops)
            .find_map(|stop| match stop.place {
                Place::Site(id) if id != centre.hub().id && !keeps(&last, stop.place) => centre.site(id),
                _ => None,
            })
            .unwrap();
        day.ride_until(at("07:10")).await;
        day.upset(json!({ "kind": "road_closed", "site": site.code }), Some(&last)).await;

        // 2 and 3: an item of a run is missing, and somebody is not at home.
        let plan = day.play.plan();
        let delivered = plan.routes().find_map(|(_, route)| {
            let homes = |stop: &&conthoi::domain::Stop| matches!(stop.place, Place::Home(_));
            route.stops.iter().find(homes).and_then(|stop| stop.unload.first().copied())
        });
        day.absent.extend(delivered);
        let collects = |route: &&Route| route.stops.iter().skip(1).any(|stop| !stop.load.is_empty());
        let (run, missing_on) = plan
            .runs
            .iter()
            .find_map(|run| Some((run, run.routes.iter().find(collects)?.clone())))
            .expect("something is collected");
        let missing_stop = missing_on.stops.iter().skip(1).find(|stop| !stop.load.is_empty()).unwrap().clone();
        let missing = missing_stop.load[0];
        day.missing.insert(missing);
        day.ride_until(missing_stop.departs_at + TimeDelta::minutes(2)).await;
        let carrier = LegCarrier::Run(run.id);
        let now = day.play.service().now();
        day.play.scan((carrier, &missing_on), missing_stop.place, "report_missing", &[missing], now).await;

        // 4: a vehicle breaks down on the way; what is on board is taken back to the centre and goes on.
        let (carrier, broken) = loop {
            let plan = day.play.plan();
            let has_load = |route: &Route| !day.aboard(route).is_empty() && route.courier_id != last.courier_id;
            if let Some(found) = day.under_way(&plan, has_load) {
                break found;
            }
            let later = day.play.service().now() + TimeDelta::minutes(5);
            assert!(later < at("11:00"), "somebody is out with load");
            day.ride_until(later).await;
        };
        let vehicle = centre.vehicle(broken.vehicle_id).unwrap().code.clone();
        let aboard = day.aboard(&broken);
        day.upset(json!({ "kind": "vehicle_out", "vehicle": vehicle }), Some(&last)).await;
        day.stopped.insert(broken.id);
        let plan = day.play.plan();
        let stranded = |plan: &Plan, item: ItemId| {
            plan.unassigned.iter().any(|it| it.item_id == item && it.reason.code() == "on_board")
        };
        assert!(!aboard.is_empty() && aboard.iter().all(|item| stranded(&plan, *item)), "{aboard:?}");
        let back = day.play.service().now() + TimeDelta::minutes(25);
        day.ride_until(back).await;
        day.play.scan((carrier, &broken), broken.stops[0].place, "give", &aboard, back).await;

        // 5: something urgent comes in.
        let plan = day.play.plan();
        let to = plan.routes().flat_map(|(_, route)| &route.stops).find_map(|stop| match stop.place {
            Place::Site(id) if id != site.id => centre.site(id).filter(|to| to.kind == SiteKind::Department),
            _ => None,
        });
        let urgent = json!({
            "code": "KHAN-0001", "from": "TTPVHCC", "to": { "site": to.unwrap().code },
            "ready_at": day.play.service().now().to_rfc3339(), "weight_g": 90,
        });
        let created = day.play.client.post("/v1/items", &urgent).await;
        assert_eq!(created.status, StatusCode::CREATED, "{:?}", created.bytes);
        let proposal = day.upset(json!({ "kind": "urgent_item", "item": "KHAN-0001" }), Some(&last)).await;
        let taken = proposal["difference"]["changes"].as_array().unwrap().iter().any(|change| {
            change["kind"] == "taken" && change["items"].as_array().unwrap().contains(&created.json()["id"])
        });
        assert!(taken, "{proposal}");
        let plan = day.play.plan();
        assert!(!aboard.iter().any(|item| stranded(&plan, *item)), "what was taken back goes on");

        // 6: the next run is late; 7: then one of its couriers falls ill.
        let after_now = |plan: &Plan, now: DateTime<Utc>| {
            plan.runs
                .iter()
                .find(|run| {
                    run.departs_at > now
                        && run.routes.iter().any(|route| !route.is_idle())
                        && !run.routes.iter().any(|route| route.id == last.id)
                })
                .cloned()
        };
        let now = day.play.service().now();
        let late = after_now(&plan, now).expect("a run is still to leave");
        let new_time = late.departs_at + TimeDelta::minutes(20);
        let cause = json!({ "kind": "run_late", "run": late.code, "departs_at": new_time.to_rfc3339() });
        day.upset(cause, Some(&last)).await;
        let plan = day.play.plan();
        let moved = plan.runs.iter().find(|run| run.id == late.id).unwrap();
        assert_eq!(moved.departs_at, new_time);
        assert!(moved.routes.iter().all(|route| route.stops[0].departs_at >= new_time));
        day.ride_until(new_time - TimeDelta::minutes(1)).await;
        let (_, ill) = day.ahead(&plan, |_, route| route.courier_id != last.courier_id).expect("somebody has not left");
        day.upset(json!({ "kind": "courier_out", "courier": code_of(&ill) }), Some(&last)).await;
        let plan = day.play.plan();
        assert!(
            plan.routes().all(|(_, route)| route.courier_id != ill.courier_id || day.progress.contains_key(&route.id))
        );

        // 8: a road is closed in the afternoon, a circle on the map; 9: a run is cancelled.
        day.ride_until(at("12:40")).await;
        let plan = day.play.plan();
        let (_, crossed) =
            day.ahead(&plan, |carrier, _| matches!(carrier, LegCarrier::Round(_))).expect("a round is to come");
        let middle = crossed.stops.iter().find_map(|stop| match stop.place {
            Place::Home(id) => day.play.service().day_plan(date(DAY)).unwrap().home(id).map(|home| home.position),
            Place::Site(id) if id != centre.hub().id => centre.site(id).map(|site| site.position),
            Place::Site(_) => None,
        });
        let middle = middle.unwrap().offset(260.0, 0.0).unwrap();
        let inside = |position: conthoi::domain::Position| {
            let (north, east) = (position.lat() - middle.lat(), position.lon() - middle.lon());
            north.hypot(east) < 0.002
        };
        let locked_inside = last.stops.iter().any(|stop| match stop.place {
            Place::Site(id) => inside(centre.site(id).unwrap().position),
            Place::Home(_) => false,
        });
        assert!(!locked_inside, "the locked route can stay");
        let area = json!({ "lat": middle.lat(), "lon": middle.lon(), "radius_m": 150 });
        day.upset(json!({ "kind": "road_closed", "area": area }), Some(&last)).await;
        let plan = day.play.plan();
        let now = day.play.service().now();
        // Whatever the re-plans have left of it.
        let empty =
            plan.runs.iter().find(|run| run.departs_at > now && run.routes.iter().all(|route| route.id != last.id));
        let cancelled = after_now(&plan, now).or_else(|| empty.cloned()).expect("a run is still to leave");
        day.upset(json!({ "kind": "run_cancelled", "run": cancelled.code }), Some(&last)).await;

        // 10: a courier falls ill on a round in the afternoon.
        let mut time = at("13:30");
        let tired = loop {
            assert!(time < at("17:00"), "somebody rides a round in the afternoon");
            day.ride_until(time).await;
            let plan = day.play.plan();
            let is_round = |route: &Route| plan.rounds.iter().any(|round| round.route.id == route.id);
            if let Some((_, tired)) = day.under_way(&plan, is_round) {
                break tired;
            }
            time += TimeDelta::minutes(10);
        };
        day.upset(json!({ "kind": "courier_out", "courier": code_of(&tired) }), Some(&last)).await;
        day.stopped.insert(tired.id);
        day.ride_until(at("20:00")).await;
        let told: BTreeSet<&str> = day.causes.iter().map(String::as_str).collect();
        let kinds = ["courier_out", "road_closed", "run_cancelled", "run_late", "urgent_item", "vehicle_out"];
        assert_eq!(told.into_iter().collect::<Vec<_>>(), kinds);
        assert_eq!(day.causes.len() + 2, 10, "{:?} beside a missing item and an absent recipient", day.causes);

        // The end: every item that was ever planned is accounted for.
        let report = day.play.client.json(&format!("/v1/plans/{DAY}/close")).await;
        let unaccounted: Vec<&Value> =
            report["items"].as_array().unwrap().iter().filter(|item| item["state"] == "unaccounted").collect();
        assert!(unaccounted.is_empty(), "{} {unaccounted:?}", report["counts"]);
        let answer = day.play.close(&json!([])).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let report = answer.json();
        let in_report: BTreeSet<&str> =
            report["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect();
        let ids: Vec<ItemId> = day.seen.iter().copied().collect();
        let items = day.play.world.database.store().items_by_id(centre.centre.id, &ids).unwrap();
        assert_eq!(items.len(), ids.len());
        for item in &items {
            assert!(in_report.contains(item.code.as_str()), "{} is not accounted for", item.code);
        }
        assert_eq!(report["counts"]["missing"], 1);
        assert!(report["counts"]["delivered"].as_u64().unwrap() > 100, "{}", report["counts"]);
    }
}
