//! What must hold of every plan, re-derived from the centre's data and the items alone: shares no code with dispatch.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use conthoi::domain::{DayClock, Destination, Item, ItemId, LegCarrier, Place, Plan, Route};

use super::town::Town;

pub(super) fn audit(town: &Town, plan: &Plan) {
    every_item_once(town, plan);
    ways_are_continuous(town, plan);
    times_are_kept(town, plan);
    couriers_are_in_one_place(plan);
    nothing_is_overloaded(town, plan);
}

fn every_item_once(town: &Town, plan: &Plan) {
    let planned: BTreeSet<ItemId> = plan.legs().iter().map(|leg| leg.item_id).collect();
    let unassigned: BTreeSet<ItemId> = plan.unassigned.iter().map(|it| it.item_id).collect();
    assert_eq!(unassigned.len(), plan.unassigned.len(), "an item is unassigned twice");
    assert!(planned.is_disjoint(&unassigned), "an item is planned and unassigned");
    let all: BTreeSet<ItemId> = town.items.iter().map(|item| item.id).collect();
    assert_eq!(all, planned.union(&unassigned).copied().collect(), "items were lost or invented");
    let loads: usize = plan.routes().flat_map(|(_, route)| &route.stops).map(|stop| stop.load.len()).sum();
    let unloads: usize = plan.routes().flat_map(|(_, route)| &route.stops).map(|stop| stop.unload.len()).sum();
    assert_eq!((loads, unloads), (plan.legs().len(), plan.legs().len()), "what is loaded is unloaded, once");
}

fn ways_are_continuous(town: &Town, plan: &Plan) {
    let rules = town.centre.rules.on(plan.date).unwrap();
    let hub = town.centre.hub().id;
    let lead = TimeDelta::seconds(rules.loading_lead_s);
    let legs = plan.legs();
    for item in &town.items {
        let legs: Vec<_> = legs.iter().filter(|leg| leg.item_id == item.id).collect();
        let (Some(first), Some(last)) = (legs.first(), legs.last()) else { continue };
        let waits = item.whereabouts(town.at("00:00"));
        assert_eq!(first.from, Place::Site(waits.site), "an item starts where it waits");
        let starts_at_depot = waits.site == hub || matches!(first.carrier, LegCarrier::Round(_));
        let ready = if starts_at_depot { waits.reached_at + lead } else { waits.reached_at };
        assert!(first.leaves_at >= ready, "{} leaves at {} but is ready at {ready}", item.code, first.leaves_at);
        for pair in legs.windows(2) {
            assert_eq!(pair[0].to, pair[1].from, "an item goes on from where it came to");
            assert!(pair[1].leaves_at >= pair[0].arrives_at + lead, "a second leg leaves before the first is counted");
            if let LegCarrier::Run(run) = pair[0].carrier
                && pair[0].to == Place::Site(hub)
            {
                let back_by = plan.runs.iter().find(|it| it.id == run).unwrap().back_by;
                assert!(pair[1].leaves_at >= back_by + lead, "a second leg does not wait for the first run's limit");
            }
        }
        let there = last.to == destination(item);
        assert_eq!(
            plan.continues.contains(&item.id),
            !there,
            "{} continues exactly when it has not arrived",
            item.code
        );
    }
}

fn destination(item: &Item) -> Place {
    match item.to {
        Destination::Site(site) => Place::Site(site),
        Destination::Home(home) => Place::Home(home),
    }
}

fn times_are_kept(town: &Town, plan: &Plan) {
    for run in &plan.runs {
        let pattern = town.centre.timetable.on(plan.date).into_iter().find(|it| it.code == run.code).unwrap();
        let clock = DayClock::new(plan.date, town.centre.centre.time_zone);
        assert_eq!((run.departs_at, run.back_by), (clock.at(pattern.departs), clock.at(pattern.back_by)));
        for route in &run.routes {
            let (first, last) = (route.stops.first().unwrap(), route.stops.last().unwrap());
            assert_eq!(first.departs_at, run.departs_at, "a run leaves at the timetable's time");
            assert!(last.arrives_at <= run.back_by, "run {} is back at {}", run.code, last.arrives_at);
            assert_eq!(
                (first.place, last.place),
                (Place::Site(town.centre.hub().id), Place::Site(town.centre.hub().id))
            );
            for stop in &route.stops[1..route.stops.len() - 1] {
                let Place::Site(site) = stop.place else { panic!("a run calls at a home") };
                let site = town.centre.site(site).unwrap();
                assert!(pattern.calls_at(site), "run {} does not serve {}", run.code, site.code);
                let open = town.centre.open_windows(site, plan.date).unwrap();
                let counted = |window: &conthoi::domain::LocalWindow| {
                    clock.at(window.from) <= stop.starts_at && stop.starts_at <= clock.at(window.to)
                };
                assert!(open.iter().any(counted), "{} is closed at {}", site.code, stop.starts_at);
            }
        }
    }
    for round in &plan.rounds {
        let hours = town.centre.half_days.iter().find(|it| it.half_day == round.half_day).unwrap().window;
        let clock = DayClock::new(plan.date, town.centre.centre.time_zone);
        let (from, to) = (clock.at(hours.from), clock.at(hours.to));
        let stops = &round.route.stops;
        assert!(stops[0].departs_at >= from && stops.last().unwrap().arrives_at <= to, "a round keeps its half-day");
        assert_eq!(stops[0].place, Place::Site(round.depot_id));
    }
    for (_, route) in plan.routes() {
        for pair in route.stops.windows(2) {
            assert!(pair[0].departs_at + TimeDelta::seconds(pair[1].travel_s) <= pair[1].arrives_at, "no flying");
        }
        for stop in &route.stops {
            assert!(stop.arrives_at <= stop.starts_at && stop.starts_at <= stop.departs_at);
        }
    }
}

fn couriers_are_in_one_place(plan: &Plan) {
    let mut busy: BTreeMap<_, Vec<(DateTime<Utc>, DateTime<Utc>)>> = BTreeMap::new();
    for (_, route) in plan.routes() {
        let span = (route.stops[0].departs_at, route.stops.last().unwrap().arrives_at);
        busy.entry(route.courier_id).or_default().push(span);
    }
    for spans in busy.values_mut() {
        spans.sort_unstable();
        assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "a courier is on two routes at once");
    }
}

fn nothing_is_overloaded(town: &Town, plan: &Plan) {
    let weight: BTreeMap<ItemId, u64> = town.items.iter().map(|item| (item.id, item.weight_g.into())).collect();
    let check = |route: &Route| {
        let vehicle = town.centre.vehicle(route.vehicle_id).unwrap();
        let (mut items, mut grams) = (0_i64, 0_i64);
        for stop in &route.stops {
            let sum = |ids: &[ItemId]| ids.iter().map(|id| i64::try_from(weight[id]).unwrap()).sum::<i64>();
            items += i64::try_from(stop.load.len()).unwrap() - i64::try_from(stop.unload.len()).unwrap();
            grams += sum(&stop.load) - sum(&stop.unload);
            assert!(
                items <= vehicle.capacity_items.into() && grams <= vehicle.capacity_g.into(),
                "a vehicle is overloaded"
            );
            assert!(items >= 0 && grams >= 0, "something is unloaded that was never loaded");
        }
        assert_eq!((items, grams), (0, 0), "something stays on board");
    };
    plan.routes().for_each(|(_, route)| check(route));
}
