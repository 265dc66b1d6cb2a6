//! What stays of a plan, and what is free to be planned anew.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::ReplanOrder;
use crate::{
    dispatch::{
        DayInput, DispatchError,
        day::Day,
        live::{LiveItem, LiveRoute, Whereabouts, position_of},
        rest::{Rest, Upset},
        schedule::retime,
    },
    domain::{
        CentreData, CourierId, Destination, Item, ItemId, LegCarrier, Lock, Place, Plan, Route, UnassignedReason,
        Waypoint,
    },
};

/// What stays of a plan, and what is free.
pub(super) struct Kept {
    pub(super) rest: Rest,
    /// The items whose way, or the rest of it, is planned anew.
    pub(super) free: Vec<Item>,
    /// The items that are where they go, or come there by a route that stays.
    pub(super) settled: BTreeSet<ItemId>,
    /// The items that nobody can carry farther, each with its reason.
    pub(super) lost: Vec<(ItemId, UnassignedReason)>,
}

/// Whether a route stays whole because of a lock.
pub(super) fn is_locked(locks: &BTreeSet<Lock>, carrier: LegCarrier, route: &Route) -> bool {
    let whole = match carrier {
        LegCarrier::Run(id) => Lock::Run(id),
        LegCarrier::Round(id) => Lock::Round(id),
    };
    locks.contains(&whole)
        || locks.contains(&Lock::Route(route.id))
        || route.stops.iter().any(|stop| locks.contains(&Lock::Stop(stop.id)))
}

pub(super) fn keep(input: &DayInput<'_>, plan: &Plan, order: &ReplanOrder<'_>) -> Result<Kept, DispatchError> {
    let upset = Upset::of(order.disruptions);
    let mut rest = Rest::of_moment(order.live.at, upset);
    // The day with all that is closed, for the times of what is changed on the routes that stay.
    let closed = rest.clone();
    let day = Day::of(input, Some(&closed))?;
    let mut ends: HashMap<ItemId, (Place, DateTime<Utc>)> = HashMap::new();
    let mut stuck: HashMap<ItemId, CourierId> = HashMap::new();
    let mut routes: Vec<(LegCarrier, &Route)> = plan.routes().filter(|(_, route)| !route.is_idle()).collect();
    routes.sort_by_key(|(_, route)| route.stops.first().map(|stop| stop.departs_at));
    for (carrier, route) in routes {
        let Some(live) = order.live.route(route.id) else { continue };
        let Some(route) = stays(&day, carrier, route, live, order, &closed.upset)? else {
            if let LegCarrier::Run(run) = carrier {
                rest.unbegun.insert((run, route.courier_id));
            }
            continue;
        };
        follow(&route, live, &mut ends, &mut stuck);
        if !live.is_back {
            let planned = route.stops.last().map_or(rest.at, |stop| stop.arrives_at);
            let returns = live.returns_at().map_or(planned, |returns| returns.max(planned));
            let busy = rest.busy.entry(route.courier_id).or_insert(returns);
            *busy = (*busy).max(returns);
        }
        if let Some(round) = plan.rounds.iter().find(|round| LegCarrier::Round(round.id) == carrier) {
            rest.kept_rounds.insert((round.half_day, round.depot_id, route.courier_id));
        }
        rest.kept.push((carrier, route));
    }
    let mut kept = Kept { rest, free: Vec::new(), settled: BTreeSet::new(), lost: Vec::new() };
    for item in input.items {
        let live = order.live.item(item.id);
        kept.sort(input.centre, item, live, ends.get(&item.id).copied(), stuck.get(&item.id).copied());
    }
    Ok(kept)
}

/// The route as it stays, with what cannot be done taken out of it; `None` when its items are planned anew.
fn stays(
    day: &Day<'_>,
    carrier: LegCarrier,
    route: &Route,
    live: &LiveRoute,
    order: &ReplanOrder<'_>,
    upset: &Upset,
) -> Result<Option<Route>, DispatchError> {
    let courier = day.centre.couriers.iter().find(|courier| courier.id == route.courier_id);
    let is_out = upset.vehicles.contains(&route.vehicle_id) || courier.is_some_and(|courier| upset.is_out(courier));
    let locked = is_locked(order.locks, carrier, route);
    let cannot_stay = || {
        let courier = courier.map_or_else(|| route.courier_id.to_string(), |courier| courier.code.clone());
        Err(DispatchError::Locked { courier })
    };
    if live.has_left {
        let mut route = route.clone();
        if is_out {
            if locked && live.behind() < route.stops.len() {
                return cannot_stay();
            }
            cut(&mut route, live.behind());
        } else {
            let dropped = drop_closed(day, &mut route, live.behind(), upset)?;
            if dropped && locked {
                return cannot_stay();
            }
        }
        forget_missed(&mut route, live);
        return Ok(Some(route));
    }
    let (cancelled, late) = match carrier {
        LegCarrier::Run(id) => (upset.cancelled.contains(&id), upset.late.get(&id)),
        LegCarrier::Round(_) => (false, None),
    };
    if is_out || cancelled {
        return if locked { cannot_stay() } else { Ok(None) };
    }
    if !locked && !live.has_begun() {
        return Ok(None);
    }
    let mut route = route.clone();
    let planned = route.stops[0].departs_at;
    let leaves = late.copied().unwrap_or(planned).max(planned);
    let dropped = drop_closed(day, &mut route, 1, upset)?;
    if dropped && locked {
        return cannot_stay();
    }
    if leaves > planned {
        let first = &mut route.stops[0];
        (first.arrives_at, first.starts_at, first.departs_at) = (leaves, leaves, leaves);
        retime(day, &mut route, 1)?;
    }
    Ok(Some(route))
}

/// Ends a route where its courier is.
fn cut(route: &mut Route, behind: usize) {
    route.stops.truncate(behind.max(1));
}

/// Takes the stops that cannot be reached out of what lies before the courier; what was for them comes back to the depot.
fn drop_closed(day: &Day<'_>, route: &mut Route, behind: usize, upset: &Upset) -> Result<bool, DispatchError> {
    let is_closed = |place: Place| {
        matches!(place, Place::Site(site) if upset.sites.contains(&site))
            || position_of(day, place).is_some_and(|position| upset.is_closed(position))
    };
    let last = route.stops.len().saturating_sub(1);
    // A route that was cut before has no way back to its depot.
    if route.stops.first().map(|stop| stop.place) != route.stops.last().map(|stop| stop.place) {
        return Ok(false);
    }
    let gone: Vec<usize> = (behind.max(1)..last).filter(|n| is_closed(route.stops[*n].place)).collect();
    for n in gone.iter().rev() {
        let stop = route.stops.remove(*n);
        if let Some(depot) = route.stops.last_mut() {
            depot.unload.retain(|item| !stop.load.contains(item));
            depot.unload.extend(stop.unload);
        }
    }
    if let Some(first) = gone.first() {
        retime(day, route, *first)?;
    }
    Ok(!gone.is_empty())
}

/// What the courier has left behind unloaded does not ride.
fn forget_missed(route: &mut Route, live: &LiveRoute) {
    let behind = live.behind();
    let mut missed: BTreeSet<ItemId> = BTreeSet::new();
    for (n, stop) in live.stops.iter().enumerate().take(behind) {
        if n == 0 || n + 1 < behind {
            missed.extend(stop.not_loaded.iter().filter(|item| !was_unloaded(live, **item)));
        }
    }
    let mut planned: Vec<ItemId> = Vec::new();
    for stop in &mut route.stops {
        planned.extend(stop.load.iter().filter(|item| missed.contains(item)));
        stop.load.retain(|item| !missed.contains(item));
        stop.unload.retain(|item| !planned.contains(item));
    }
}

/// Whether an item was seen to be handed over on the route, though nobody scanned it on board.
fn was_unloaded(live: &LiveRoute, item: ItemId) -> bool {
    live.unloaded.contains(&item)
}

/// Where the items of a route that stays get off, and what of them stays on board where the route was cut.
fn follow(
    route: &Route,
    live: &LiveRoute,
    ends: &mut HashMap<ItemId, (Place, DateTime<Utc>)>,
    stuck: &mut HashMap<ItemId, CourierId>,
) {
    let mut aboard: BTreeSet<ItemId> = BTreeSet::new();
    for stop in &route.stops {
        let expected = live.stops.iter().find(|live| live.stop_id == stop.id).map(|live| live.starts_at);
        let at = expected.map_or(stop.starts_at, |expected| expected.max(stop.starts_at));
        for item in &stop.unload {
            aboard.remove(item);
            stuck.remove(item);
            ends.insert(*item, (stop.place, at));
        }
        aboard.extend(stop.load.iter().copied());
    }
    for item in aboard {
        ends.remove(&item);
        stuck.insert(item, route.courier_id);
    }
}

impl Kept {
    fn sort(
        &mut self,
        centre: &CentreData,
        item: &Item,
        live: Option<&LiveItem>,
        end: Option<(Place, DateTime<Utc>)>,
        stuck: Option<CourierId>,
    ) {
        let courier_code = |id: CourierId| {
            let courier = centre.couriers.iter().find(|courier| courier.id == id);
            courier.map_or_else(|| id.to_string(), |courier| courier.code.clone())
        };
        let Some(live) = live else {
            self.free.push(item.clone());
            return;
        };
        if live.has_arrived {
            self.settled.insert(item.id);
            return;
        }
        // What could not be delivered comes back with its courier; another try is another day's.
        if live.attempted.is_some() {
            self.settled.insert(item.id);
            return;
        }
        let waits = match (live.whereabouts, end) {
            (Whereabouts::Missing { .. }, _) => {
                self.lost.push((item.id, UnassignedReason::Missing));
                return;
            }
            (Whereabouts::OnBoard { courier_id, .. }, None) if stuck == Some(courier_id) => {
                self.lost.push((item.id, UnassignedReason::OnBoard { courier: courier_code(courier_id) }));
                return;
            }
            (Whereabouts::Delivered { .. }, _) | (_, Some((Place::Home(_), _))) => {
                self.settled.insert(item.id);
                return;
            }
            (_, Some((Place::Site(site), at))) if !is_there(live, site) => Waypoint { site, reached_at: at },
            (Whereabouts::At { site, since }, _) => Waypoint { site, reached_at: since },
            // It was loaded and has not left: it is still at the depot.
            (Whereabouts::OnBoard { courier_id, since, .. }, _) => {
                let base = centre.couriers.iter().find(|courier| courier.id == courier_id);
                Waypoint { site: base.map_or(centre.hub().id, |courier| courier.base), reached_at: since }
            }
        };
        if item.to == Destination::Site(waits.site) {
            self.settled.insert(item.id);
            return;
        }
        self.rest.whereabouts.insert(item.id, waits);
        self.free.push(item.clone());
    }
}

/// Whether an item is where a route that stays was to bring it.
fn is_there(live: &LiveItem, site: crate::domain::SiteId) -> bool {
    matches!(live.whereabouts, Whereabouts::At { site: at, .. } if at == site)
}
