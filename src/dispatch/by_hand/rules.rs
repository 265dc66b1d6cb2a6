//! The rules that a plan breaks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    dispatch::{DispatchError, day::Day, journey::Journey, live::Whereabouts, replan::ReplanOrder, schedule::is_open},
    domain::{Courier, CourierId, Destination, ItemId, LegCarrier, Lock, Place, Plan, PlannedRound, PlannedRun, Route},
};

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BrokenRule {
    /// Its stable word.
    pub code: String,
    /// One plain Vietnamese sentence.
    pub sentence_vi: String,
    /// One plain English sentence.
    pub sentence_en: String,
}

fn rule(code: &str, vi: String, en: String) -> BrokenRule {
    BrokenRule { code: code.to_owned(), sentence_vi: vi, sentence_en: en }
}

/// When each item comes to where it goes by a plan.
pub(super) fn arrivals(journeys: &[Journey<'_>], plan: &Plan) -> HashMap<ItemId, DateTime<Utc>> {
    let goals: HashMap<ItemId, Destination> =
        journeys.iter().map(|journey| (journey.item.id, journey.item.to)).collect();
    let is_goal = |item: ItemId, place: Place| match (goals.get(&item), place) {
        (Some(Destination::Site(goal)), Place::Site(site)) => *goal == site,
        (Some(Destination::Home(goal)), Place::Home(home)) => *goal == home,
        _ => false,
    };
    let legs = plan.legs();
    legs.iter().filter(|leg| is_goal(leg.item_id, leg.to)).map(|leg| (leg.item_id, leg.arrives_at)).collect()
}

/// All rules that a plan breaks, beside the plan that it follows.
pub(super) fn broken(
    day: &Day<'_>,
    journeys: &[Journey<'_>],
    order: &ReplanOrder<'_>,
    before: &Plan,
    plan: &Plan,
) -> Result<Vec<BrokenRule>, DispatchError> {
    let items: HashMap<ItemId, &Journey<'_>> = journeys.iter().map(|journey| (journey.item.id, journey)).collect();
    let mut broken = BTreeSet::new();
    for (carrier, route) in plan.routes().filter(|(_, route)| !route.is_idle()) {
        of_route(day, &items, carrier, plan, route, &mut broken)?;
    }
    of_couriers(day, plan, &mut broken);
    of_connections(day, order, &items, plan, &mut broken);
    let arrivals = arrivals(journeys, plan);
    for journey in journeys {
        let Some(due) = journey.due.map(|due| day.clock.instant(due)) else { continue };
        if arrivals.get(&journey.item.id).is_some_and(|arrives| *arrives > due) {
            let code = &journey.item.code;
            broken.insert(rule("late", format!("{code} đến sau hạn."), format!("{code} comes after its due time.")));
        }
    }
    of_locks(order, before, plan, &mut broken);
    Ok(broken.into_iter().collect())
}

fn courier_code(day: &Day<'_>, id: CourierId) -> String {
    let known = day.centre.couriers.iter().find(|courier| courier.id == id);
    known.map_or_else(|| id.to_string(), |courier| courier.code.clone())
}

fn place_name(day: &Day<'_>, place: Place) -> String {
    match place {
        Place::Site(id) => day.sites.get(&id).map_or_else(|| "?".to_owned(), |site| site.name.clone()),
        Place::Home(id) => {
            let home = day.homes.get(&id);
            let commune = home.and_then(|home| day.centre.commune(&home.commune_code, day.input.date));
            commune.map_or_else(|| "?".to_owned(), |commune| commune.name.clone())
        }
    }
}

fn of_route(
    day: &Day<'_>,
    items: &HashMap<ItemId, &Journey<'_>>,
    carrier: LegCarrier,
    plan: &Plan,
    route: &Route,
    broken: &mut BTreeSet<BrokenRule>,
) -> Result<(), DispatchError> {
    let who = courier_code(day, route.courier_id);
    let Some(last) = route.stops.last() else { return Ok(()) };
    let rider = day.centre.couriers.iter().find(|courier| courier.id == route.courier_id);
    if rider.zip(day.rest).is_some_and(|(courier, rest)| rest.upset.is_out(courier)) {
        broken.insert(rule("courier_out", format!("{who} không đi tiếp."), format!("{who} rides no farther.")));
    }
    match carrier {
        LegCarrier::Run(id) => {
            if let Some(run) = plan.runs.iter().find(|run| run.id == id) {
                of_run(day, run, route, last.arrives_at, &who, broken);
            }
        }
        LegCarrier::Round(id) => {
            if let Some(round) = plan.rounds.iter().find(|round| round.id == id) {
                of_round(day, round, rider, last.arrives_at, &who, broken);
            }
        }
    }
    of_opening(day, route, &who, broken)?;
    of_readiness(day, items, route, &who, broken);
    if is_overfull(day, items, route) {
        broken.insert(rule("overfull", format!("Xe của {who} quá tải."), format!("The vehicle of {who} is overfull.")));
    }
    Ok(())
}

fn of_run(
    day: &Day<'_>,
    run: &PlannedRun,
    route: &Route,
    back_at: DateTime<Utc>,
    who: &str,
    broken: &mut BTreeSet<BrokenRule>,
) {
    if back_at > run.back_by {
        broken.insert(rule(
            "back_late",
            format!("{who} về trễ giờ của chuyến {}.", run.code),
            format!("{who} comes back after the limit of run {}.", run.code),
        ));
    }
    let known = day.runs.iter().find(|known| known.pattern.code == run.code);
    let Some(pattern) = known.map(|known| known.pattern) else { return };
    for stop in &route.stops {
        let Place::Site(site) = stop.place else { continue };
        if let Some(site) = day.sites.get(&site).filter(|site| site.id != day.hub.id)
            && !pattern.calls_at(site)
        {
            broken.insert(rule(
                "not_served",
                format!("Chuyến {} không ghé {}.", run.code, site.name),
                format!("Run {} does not call at {}.", run.code, site.name),
            ));
        }
    }
}

fn of_round(
    day: &Day<'_>,
    round: &PlannedRound,
    rider: Option<&Courier>,
    back_at: DateTime<Utc>,
    who: &str,
    broken: &mut BTreeSet<BrokenRule>,
) {
    if rider.is_some_and(|courier| courier.base != round.depot_id) {
        broken.insert(rule(
            "other_base",
            format!("{who} không thuộc điểm xuất phát của tuyến."),
            format!("{who} is not based where the round leaves from."),
        ));
    }
    if rider.is_some_and(|courier| !courier.rounds.contains(&round.half_day)) {
        broken.insert(rule(
            "off_duty",
            format!("{who} không đi tuyến phát trong buổi này."),
            format!("{who} rides no round in this half-day."),
        ));
    }
    let half = day.halves.iter().find(|half| half.half_day == round.half_day);
    if half.is_some_and(|half| day.clock.seconds(back_at) > half.window.end) {
        broken.insert(rule(
            "back_late",
            format!("{who} về sau khi hết buổi."),
            format!("{who} comes back after the half-day's end."),
        ));
    }
}

/// Between the depots each place must be open, or a home in its half-day, when the courier comes.
fn of_opening(day: &Day<'_>, route: &Route, who: &str, broken: &mut BTreeSet<BrokenRule>) -> Result<(), DispatchError> {
    for stop in &route.stops[1..route.stops.len().saturating_sub(1).max(1)] {
        if !is_open(day, stop.place, stop.starts_at)? {
            let name = place_name(day, stop.place);
            let (code, vi, en) = match stop.place {
                Place::Site(_) => ("closed", "đóng cửa khi", "is closed when"),
                Place::Home(_) => ("half_day", "không đúng buổi đã hẹn khi", "is not in the half-day chosen when"),
            };
            broken.insert(rule(code, format!("{name} {vi} {who} đến."), format!("{name} {en} {who} comes.")));
        }
    }
    Ok(())
}

/// What is taken must be ready, at the centre also loaded.
fn of_readiness(
    day: &Day<'_>,
    items: &HashMap<ItemId, &Journey<'_>>,
    route: &Route,
    who: &str,
    broken: &mut BTreeSet<BrokenRule>,
) {
    let ready = |journey: &Journey<'_>| {
        let lead = if journey.waits_at == day.hub.id { day.rules.loading_lead_s } else { 0 };
        day.clock.seconds(journey.item.ready_at) + lead
    };
    for (place, stop) in route.stops.iter().enumerate() {
        let leaves = day.clock.seconds(if place == 0 { stop.departs_at } else { stop.starts_at });
        for journey in stop.load.iter().filter_map(|item| items.get(item)).filter(|journey| ready(journey) > leaves) {
            let code = &journey.item.code;
            broken.insert(rule(
                "not_ready",
                format!("{code} chưa sẵn sàng khi {who} nhận."),
                format!("{code} is not ready when {who} takes it."),
            ));
        }
    }
}

fn is_overfull(day: &Day<'_>, items: &HashMap<ItemId, &Journey<'_>>, route: &Route) -> bool {
    let Some(vehicle) = day.centre.vehicle(route.vehicle_id) else { return false };
    let grams = |list: &[ItemId]| {
        list.iter().filter_map(|item| items.get(item)).map(|it| u64::from(it.item.weight_g)).sum::<u64>()
    };
    let (mut count, mut weight) = (0_usize, 0_u64);
    route.stops.iter().any(|stop| {
        count = count.saturating_sub(stop.unload.len()) + stop.load.len();
        weight = weight.saturating_sub(grams(&stop.unload)) + grams(&stop.load);
        count > vehicle.capacity_items as usize || weight > u64::from(vehicle.capacity_g)
    })
}

/// From when to when.
type Time = (DateTime<Utc>, DateTime<Utc>);

/// Couriers who would be out on two routes at once.
fn of_couriers(day: &Day<'_>, plan: &Plan, broken: &mut BTreeSet<BrokenRule>) {
    let mut rides: BTreeMap<CourierId, Vec<Time>> = BTreeMap::new();
    for (_, route) in plan.routes().filter(|(_, route)| !route.is_idle()) {
        if let (Some(first), Some(last)) = (route.stops.first(), route.stops.last()) {
            rides.entry(route.courier_id).or_default().push((first.departs_at, last.arrives_at));
        }
    }
    for (courier, mut rides) in rides {
        rides.sort_unstable();
        if rides.windows(2).any(|pair| pair[1].0 < pair[0].1) {
            let who = courier_code(day, courier);
            broken.insert(rule(
                "courier_busy",
                format!("{who} phải đi hai nơi cùng lúc."),
                format!("{who} would be out twice at once."),
            ));
        }
    }
}

/// Items that would have to leave before they are there.
fn of_connections(
    day: &Day<'_>,
    order: &ReplanOrder<'_>,
    items: &HashMap<ItemId, &Journey<'_>>,
    plan: &Plan,
    broken: &mut BTreeSet<BrokenRule>,
) {
    let legs = plan.legs();
    for pair in legs.windows(2).filter(|pair| pair[0].item_id == pair[1].item_id) {
        let ready = pair[0].arrives_at + TimeDelta::seconds(day.rules.unloading_s);
        let is_behind = order.live.item(pair[0].item_id).is_some_and(
            |item| matches!(item.whereabouts, Whereabouts::At { site, .. } if Place::Site(site) == pair[1].from),
        );
        if !is_behind && (ready > pair[1].leaves_at || pair[0].to != pair[1].from) {
            let code = items.get(&pair[0].item_id).map_or_else(String::new, |journey| journey.item.code.to_string());
            broken.insert(rule(
                "connection",
                format!("{code} không kịp chuyến nối tiếp."),
                format!("{code} misses the run or round that takes it on."),
            ));
        }
    }
}

fn of_locks(order: &ReplanOrder<'_>, before: &Plan, plan: &Plan, broken: &mut BTreeSet<BrokenRule>) {
    let after: HashMap<_, _> = plan.routes().map(|(_, route)| (route.id, route)).collect();
    for (carrier, route) in before.routes() {
        let whole = match carrier {
            LegCarrier::Run(id) => Lock::Run(id),
            LegCarrier::Round(id) => Lock::Round(id),
        };
        let locked_whole = order.locks.contains(&whole) || order.locks.contains(&Lock::Route(route.id));
        let place = |route: &Route, n: usize| route.stops.get(n).map(|stop| (stop.id, stop.starts_at));
        let moved = (0..route.stops.len()).any(|n| {
            let locked = locked_whole || order.locks.contains(&Lock::Stop(route.stops[n].id));
            locked && after.get(&route.id).is_none_or(|after| place(after, n) != place(route, n))
        });
        let changed = locked_whole && after.get(&route.id).is_none_or(|after| *after != route);
        if moved || changed {
            broken.insert(rule(
                "locked",
                "Lộ trình hoặc điểm dừng đã được khóa.".to_owned(),
                "A locked route or stop would change.".to_owned(),
            ));
        }
    }
}
