//! Looks at a plan that follows another on the same day, apart from whatever made it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::keep::is_locked;
use crate::{
    dispatch::{DispatchError, live::LiveDay},
    domain::{CourierId, ItemId, LegCarrier, Lock, Plan, Route, RouteId},
};

/// Refuses a plan that undoes what is done, moves what is locked, loses an item, or has somebody ride two routes at once, or an
/// item leave before it is there, where the plan before has not had it so.
///
/// # Errors
/// [`DispatchError::Refused`].
pub fn check(before: &Plan, after: &Plan, live: &LiveDay, locks: &BTreeSet<Lock>) -> Result<(), DispatchError> {
    let known: BTreeSet<String> = double_rides(before).into_iter().chain(double_loads(before)).collect();
    let mut faults = undone(before, after, live, locks);
    faults.extend(double_rides(after).into_iter().chain(double_loads(after)).filter(|fault| !known.contains(fault)));
    refuse(faults)
}

/// Refuses a plan that undoes what is done or loses an item.
pub(in crate::dispatch) fn check_done(before: &Plan, after: &Plan, live: &LiveDay) -> Result<(), DispatchError> {
    refuse(undone(before, after, live, &BTreeSet::new()))
}

fn refuse(mut faults: Vec<String>) -> Result<(), DispatchError> {
    if faults.is_empty() {
        return Ok(());
    }
    faults.truncate(5);
    Err(DispatchError::Refused(faults.join("; ")))
}

/// What of a plan does not stay as it must, and which items are not in the plan after it.
fn undone(before: &Plan, after: &Plan, live: &LiveDay, locks: &BTreeSet<Lock>) -> Vec<String> {
    let routes: HashMap<RouteId, (LegCarrier, &Route)> =
        after.routes().map(|(carrier, route)| (route.id, (carrier, route))).collect();
    let mut faults = Vec::new();
    for (carrier, old) in before.routes() {
        let behind = live.route(old.id).map_or(0, |live| if live.has_left { live.behind() } else { 0 });
        let locked = is_locked(locks, carrier, old);
        let fixed = if locked { old.stops.len() } else { behind };
        if fixed == 0 || old.is_idle() {
            continue;
        }
        let same = routes.get(&old.id).is_some_and(|(new_carrier, new)| {
            let done = new.stops.len() >= fixed
                && new.stops.iter().zip(&old.stops).take(fixed).all(|(new, old)| {
                    new.id == old.id && new.place == old.place && new.load.iter().all(|item| old.load.contains(item))
                });
            *new_carrier == carrier && new.courier_id == old.courier_id && done
        });
        if !same {
            let what = if locked { "locked" } else { "begun" };
            faults.push(format!("the {what} route {} does not stay", old.id));
        }
    }
    let named = |plan: &Plan| -> BTreeSet<ItemId> {
        let carried = plan.routes().flat_map(|(_, route)| {
            route.stops.iter().flat_map(|stop| stop.load.iter().chain(&stop.unload).copied()).collect::<Vec<_>>()
        });
        let left = plan.unassigned.iter().map(|unassigned| unassigned.item_id);
        carried.chain(left).chain(plan.continues.iter().copied()).collect()
    };
    let after_named = named(after);
    let is_over = |item: &ItemId| live.item(*item).is_some_and(|item| item.has_arrived || item.attempted.is_some());
    for item in named(before).difference(&after_named).filter(|item| !is_over(item)) {
        faults.push(format!("the item {item} is lost sight of"));
    }
    faults
}

/// From when to when somebody is out, and on which route.
type Ride = (DateTime<Utc>, DateTime<Utc>, RouteId);

/// Couriers who would be out on two routes at once.
fn double_rides(plan: &Plan) -> Vec<String> {
    let mut rides: BTreeMap<CourierId, Vec<Ride>> = BTreeMap::new();
    for (_, route) in plan.routes().filter(|(_, route)| !route.is_idle()) {
        if let (Some(first), Some(last)) = (route.stops.first(), route.stops.last()) {
            rides.entry(route.courier_id).or_default().push((first.departs_at, last.arrives_at, route.id));
        }
    }
    let mut faults = Vec::new();
    for rides in rides.values_mut() {
        rides.sort_unstable();
        for pair in rides.windows(2).filter(|pair| pair[1].0 < pair[0].1) {
            faults.push(format!("the routes {} and {} have one courier at once", pair[0].2, pair[1].2));
        }
    }
    faults
}

/// Items that would be loaded where they are not: in two vehicles at once, or at a place that they do not come to.
fn double_loads(plan: &Plan) -> Vec<String> {
    let legs = plan.legs();
    let fits = |pair: &[crate::domain::Leg]| {
        pair[0].item_id != pair[1].item_id || (pair[0].to == pair[1].from && pair[0].arrives_at <= pair[1].leaves_at)
    };
    let misfits = legs.windows(2).filter(|pair| !fits(pair));
    misfits.map(|pair| format!("the item {} would be loaded before it is there", pair[0].item_id)).collect()
}
