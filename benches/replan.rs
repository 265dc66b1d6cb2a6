//! How long it takes until a dispatcher has the answer to a re-plan: the whole use case, from reading the day in the database
//! to the stored proposal, at published volume and at twenty times that.
//!
//! `make bench-replan`. `CONTHOI_BENCH_SCALES` sets other scales.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop there")]

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use conthoi::{
    domain::{DeviceId, LegCarrier, Place, Plan, Route, ScanId},
    service::{
        Actor, DayRequest, Expected, FixedClock, IncomingAction, IncomingScan, NamedCause, NamedParty, NamedPlace,
        SeasonOrder, Service, estimated_travel,
    },
    store::{DatabaseUrl, Store},
};
use uuid::Uuid;

fn main() {
    // Cargo passes --bench; a test run of the bench has nothing to time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let scales = std::env::var("CONTHOI_BENCH_SCALES").unwrap_or_else(|_| "1,20".into());
    for scale in scales.split(',') {
        time_scale(scale.trim().parse().unwrap());
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time_scale(scale: u32) {
    let folder = tempfile::tempdir().unwrap();
    let url: DatabaseUrl = format!("sqlite:{}", folder.path().join("bench.sqlite").display()).parse().unwrap();
    let store = Store::open(&url).unwrap();
    store.migrate().unwrap();
    let clock = Arc::new(FixedClock::new(at("07:00")));
    let service = Service::new(store, Arc::new(estimated_travel()), clock.clone(), None);
    service.import_embedded().unwrap();
    let order = SeasonOrder { from: date("2019-01-04"), to: date("2019-06-15"), seed: 1, scale, replace: false };
    service.simulate_season(&order, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
    let day = date("2019-06-14");
    let request = DayRequest { date: day, seed: 1, expected: Expected::NoPlan };
    let begun = Instant::now();
    let plan = service.plan_day(&request, &mut |_| ControlFlow::Continue(())).unwrap();
    let summary = plan.summary();
    println!(
        "scale {scale}: {} items, planned in {:.2} s",
        summary.items_planned + summary.items_unassigned,
        begun.elapsed().as_secs_f64()
    );
    let now = ride_until(&service, &plan, at("08:20"));
    clock.set(now);
    let centre = service.centre().unwrap();
    let ahead = |is_round: bool| {
        let later = plan.routes().find(|(carrier, route)| {
            matches!(carrier, LegCarrier::Round(_)) == is_round && !route.is_idle() && route.stops[0].departs_at > now
        });
        later.map(|(_, route)| route.clone()).unwrap()
    };
    let code =
        |route: &Route| centre.couriers.iter().find(|courier| courier.id == route.courier_id).unwrap().code.clone();
    let run = plan.runs.iter().find(|run| run.departs_at > now && !run.routes.is_empty()).unwrap();
    let site = centre.sites.iter().find(|site| site.id != centre.hub().id).unwrap();
    let causes = [
        ("courier out, before a run", NamedCause::CourierOut { courier: code(&ahead(false)) }),
        ("courier out, before a round", NamedCause::CourierOut { courier: code(&ahead(true)) }),
        ("run cancelled", NamedCause::RunCancelled { run: run.code.clone() }),
        (
            "run late",
            NamedCause::RunLate { run: run.code.clone(), departs_at: run.departs_at + TimeDelta::minutes(30) },
        ),
        ("office cut off", NamedCause::SiteUnreachable { site: site.code.clone() }),
        ("road closed", NamedCause::AreaClosed { middle: site.position.offset(1_500.0, 0.0).unwrap(), radius_m: 500 }),
    ];
    let mut worst = Duration::ZERO;
    for (name, cause) in causes {
        let begun = Instant::now();
        let proposal = service.propose_replan(day, &Expected::Anything, &cause).unwrap();
        let took = begun.elapsed();
        worst = worst.max(took);
        let (before, after) = (&proposal.difference.before, &proposal.difference.after);
        println!(
            "  {name:<28} {:.2} s   items planned {} → {}, late {} → {}, cost {} → {}",
            took.as_secs_f64(),
            before.items_planned,
            after.items_planned,
            before.items_late,
            after.items_late,
            before.cost_dong,
            after.cost_dong
        );
        service.discard_proposal(day, proposal.id).unwrap();
    }
    let begun = Instant::now();
    let live = service.live_day(day).unwrap();
    println!(
        "  the live day itself          {:.2} s   {} routes",
        begun.elapsed().as_secs_f64(),
        live.live.routes.len()
    );
    let proposal =
        service.propose_replan(day, &Expected::Anything, &NamedCause::RunCancelled { run: run.code.clone() });
    let begun = Instant::now();
    service.accept_proposal(&Actor::operator(), day, proposal.unwrap().id, &Expected::Anything).unwrap();
    println!("  accepting a proposal         {:.2} s", begun.elapsed().as_secs_f64());
    println!("  the longest answer           {:.2} s", worst.as_secs_f64());
}

fn at(time: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("2019-06-14T{time}:00+07:00")).unwrap().to_utc()
}

/// Couriers scan what is planned until a time.
fn ride_until(service: &Service, plan: &Plan, until: DateTime<Utc>) -> DateTime<Utc> {
    let day = service.day_plan(plan.date).unwrap();
    let centre = service.centre().unwrap();
    let mut scans = Vec::new();
    let mut number: u64 = 0;
    for (carrier, route) in plan.routes() {
        let courier = centre.couriers.iter().find(|courier| courier.id == route.courier_id).unwrap();
        for (n, stop) in route.stops.iter().enumerate().filter(|(_, stop)| stop.starts_at <= until) {
            let site = match stop.place {
                Place::Site(id) => Some(centre.site(id).unwrap().code.clone()),
                Place::Home(_) => None,
            };
            let deeds = [
                (if site.is_some() { "give" } else { "deliver" }, &stop.unload),
                (if n == 0 { "load" } else { "receive" }, &stop.load),
            ];
            for (kind, items) in deeds {
                for items in items.chunks(500) {
                    number += 1;
                    let random = [[0; 2].as_slice(), &number.to_be_bytes()].concat().try_into().unwrap();
                    let millis = u64::try_from(stop.starts_at.timestamp_millis()).unwrap();
                    let with = matches!(kind, "give" | "receive").then(|| NamedParty::Site(site.clone().unwrap()));
                    scans.push(Ok(IncomingScan {
                        id: ScanId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()),
                        device_id: DeviceId::from_uuid(Uuid::from_u128(u128::from(number) + (1 << 64))),
                        device_seq: 1,
                        device_time: stop.starts_at,
                        actor: NamedParty::Courier(courier.code.clone()),
                        action: IncomingAction { kind: kind.into(), ..IncomingAction::default() },
                        codes: items.iter().map(|id| day.item(*id).unwrap().item.code.to_string()).collect(),
                        counterparty: with,
                        trip: Some(carrier),
                        place: Some(match (stop.place, &site) {
                            (Place::Home(id), _) => NamedPlace::Home(id),
                            (Place::Site(_), Some(code)) => NamedPlace::Site(code.clone()),
                            (Place::Site(_), None) => unreachable!("a site has its code"),
                        }),
                        position: None,
                        evidence: Vec::new(),
                        note: None,
                    }));
                }
            }
        }
    }
    service.capture_scans(scans).unwrap();
    until
}
