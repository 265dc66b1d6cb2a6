//! The live day, hour by hour.

mod close;
mod day;
mod moves;
mod replan;
mod whole_day;

use std::{collections::HashMap, sync::Arc};

use actix_web::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use conthoi::{
    domain::{ItemId, LegCarrier, Place, Plan, Route, Stop},
    service::{DayRequest, Expected, FixedClock, SeasonOrder, Service, estimated_travel},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, DAY, NOW, World, admin_session, date};
use crate::support::db::TestDatabase;

/// A planned day whose clock the test moves, and whose couriers it plays.
pub(super) struct Play {
    pub(super) world: World,
    pub(super) client: Client,
    clock: Arc<FixedClock>,
    /// When the client came in: a session lasts some hours.
    came_in: DateTime<Utc>,
    /// Of each courier the scans so far.
    scans: HashMap<String, u64>,
}

impl Play {
    /// Sóc Trăng on the day at 07:00, planned.
    pub(super) async fn begin(database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::new(DateTime::parse_from_rfc3339(NOW).unwrap().to_utc()));
        let service = Service::new(database.store(), Arc::new(estimated_travel()), clock.clone(), None);
        let world = World { service, database };
        world.service.import_embedded().unwrap();
        let order = SeasonOrder { from: date("2019-05-27"), to: date(DAY), seed: 1, scale: 1, replace: false };
        world.service.simulate_season(&order, &mut |_, _, _| std::ops::ControlFlow::Continue(())).unwrap();
        let request = DayRequest { date: date(DAY), seed: 1, expected: Expected::NoPlan };
        world.service.plan_day(&request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        let client = Client::new(&world).await;
        let came_in = world.service.now();
        Self { world, client, clock, came_in, scans: HashMap::new() }
    }

    pub(super) fn service(&self) -> &Service {
        &self.world.service
    }

    pub(super) fn set(&mut self, at: DateTime<Utc>) {
        self.clock.set(at);
        if at - self.came_in > TimeDelta::hours(1) {
            self.client = self.client.with_session(&admin_session(&self.world.service).unwrap());
            self.came_in = at;
        }
    }

    pub(super) fn plan(&self) -> Plan {
        Plan::clone(&self.service().day_plan(date(DAY)).unwrap().plan)
    }

    pub(super) fn courier(&self, route: &Route) -> String {
        let centre = self.service().centre().unwrap();
        centre.couriers.iter().find(|courier| courier.id == route.courier_id).unwrap().code.clone()
    }

    fn codes(&self, items: &[ItemId]) -> Vec<String> {
        let day = self.service().day_plan(date(DAY)).unwrap();
        items.iter().map(|id| day.item(*id).unwrap().item.code.to_string()).collect()
    }

    /// The route's courier scans items at a time, which becomes the present.
    pub(super) async fn scan(
        &mut self,
        (carrier, route): (LegCarrier, &Route),
        place: Place,
        kind: &str,
        items: &[ItemId],
        at: DateTime<Utc>,
    ) {
        self.set(at);
        if items.is_empty() {
            return;
        }
        let courier = self.courier(route);
        let next = self.scans.entry(courier.clone()).or_default();
        *next += 1;
        let centre = self.world.service.centre().unwrap();
        let number = centre.couriers.iter().position(|known| known.id == route.courier_id).unwrap();
        let device = Uuid::from_u128(0x11FE_0000_0000 + number as u128);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&(number as u64 + 77).to_be_bytes());
        random[8..].copy_from_slice(&u16::try_from(*next).unwrap().to_be_bytes());
        let mut scan = json!({
            "id": uuid::Builder::from_unix_timestamp_millis(1_560_470_400_000, &random).into_uuid(),
            "device_id": device,
            "device_seq": *next,
            "device_time": at.to_rfc3339(),
            "actor": { "courier": courier },
            "action": { "kind": kind },
            "codes": self.codes(items),
            "trip": match carrier {
                LegCarrier::Run(id) => json!({ "run": id }),
                LegCarrier::Round(id) => json!({ "round": id }),
            },
        });
        match place {
            Place::Site(id) => {
                let site = centre.site(id).unwrap().code.clone();
                if ["give", "receive", "hand_back"].contains(&kind) {
                    scan["counterparty"] = json!({ "site": site });
                }
                scan["place"] = json!({ "site": site });
            }
            Place::Home(id) => scan["place"] = json!({ "home_delivery_id": id }),
        }
        if kind == "attempt_failed" {
            scan["action"]["reason"] = json!("absent");
        }
        let answer = self.client.post("/v1/scans", &json!({ "scans": [scan] })).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        assert_eq!(answer.json()["results"][0]["result"], "created", "{:?}", answer.bytes);
    }

    /// The route's courier does at one stop what is planned there.
    pub(super) async fn visit(&mut self, leg: (LegCarrier, &Route), stop: &Stop, at: DateTime<Utc>) {
        let unload = match stop.place {
            Place::Site(_) => "give",
            Place::Home(_) => "deliver",
        };
        let load = if leg.1.stops.first().is_some_and(|first| first.id == stop.id) { "load" } else { "receive" };
        self.scan(leg, stop.place, unload, &stop.unload, at).await;
        self.scan(leg, stop.place, load, &stop.load, at + TimeDelta::seconds(i64::from(!stop.unload.is_empty()))).await;
    }

    pub(super) async fn live(&self) -> Value {
        self.client.json(&format!("/v1/plans/{DAY}/live")).await
    }

    pub(super) async fn alerts(&self, query: &str) -> Vec<Value> {
        self.client.json(&format!("/v1/alerts{query}")).await["alerts"].as_array().unwrap().clone()
    }
}

/// A route of the first run that loads something at the depot.
fn first_loading(plan: &Plan) -> (LegCarrier, Route) {
    let (carrier, route) = plan
        .routes()
        .find(|(_, route)| !route.stops[0].load.is_empty() && route.stops.len() > 3)
        .expect("some route loads at the depot and has two stops");
    (carrier, route.clone())
}

fn live_route<'a>(live: &'a Value, route: &Route) -> &'a Value {
    let id = json!(route.id);
    live["routes"].as_array().unwrap().iter().find(|found| found["route"]["id"] == id).expect("the route is shown")
}

fn time(value: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap().to_utc()
}

fn etag(plan: &Plan) -> String {
    format!("\"{}\"", conthoi::service::PlanVersion::from(plan))
}
