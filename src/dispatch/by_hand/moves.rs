//! The moves themselves.

use chrono::{DateTime, Utc};

use super::Impossible;
use crate::{
    dispatch::{
        DispatchError,
        day::Day,
        live::{LiveDay, Whereabouts},
        schedule::retime,
    },
    domain::{
        CourierId, Destination, IdSource, Item, ItemId, LegCarrier, Place, Plan, RoundId, Route, RouteId, RunId, Stop,
        StopId,
    },
};

/// How many stops of a route's front cannot be changed any more.
fn fixed(live: &LiveDay, route: &Route) -> usize {
    live.route(route.id).filter(|live| live.has_left).map_or(1, |live| live.behind().max(1))
}

fn has_left(live: &LiveDay, route: &Route) -> bool {
    live.route(route.id).is_some_and(|live| live.has_left)
}

pub(super) fn stop_to_position(
    day: &Day<'_>,
    live: &LiveDay,
    plan: &mut Plan,
    stop_id: StopId,
    position: usize,
) -> Result<(), DispatchError> {
    let runs = plan.runs.iter_mut().flat_map(|run| &mut run.routes);
    let mut routes = runs.chain(plan.rounds.iter_mut().map(|round| &mut round.route));
    let route = routes.find(|route| route.stops.iter().any(|stop| stop.id == stop_id)).ok_or(Impossible::NoStop)?;
    let from = route.stops.iter().position(|stop| stop.id == stop_id).ok_or(Impossible::NoStop)?;
    let fixed = fixed(live, route);
    let last = route.stops.len() - 1;
    if from == 0 || from == last {
        return Err(Impossible::BadPosition.into());
    }
    if from < fixed {
        return Err(Impossible::Done.into());
    }
    if position < fixed || position >= last {
        return Err(Impossible::BadPosition.into());
    }
    let stop = route.stops.remove(from);
    route.stops.insert(position, stop);
    retime(day, route, from.min(position))?;
    Ok(())
}

pub(super) fn round_to_courier(
    day: &Day<'_>,
    live: &LiveDay,
    plan: &mut Plan,
    round_id: RoundId,
    courier_id: CourierId,
) -> Result<(), DispatchError> {
    let (courier, vehicle) =
        day.couriers().find(|(courier, _)| courier.id == courier_id).ok_or(Impossible::NoCourier)?;
    let round = plan.rounds.iter_mut().find(|round| round.id == round_id).ok_or(Impossible::NoRound)?;
    let begun = live.route(round.route.id).is_some_and(crate::dispatch::live::LiveRoute::has_begun);
    if begun {
        return Err(Impossible::HasLeft.into());
    }
    round.route.courier_id = courier.id;
    round.route.vehicle_id = vehicle.id;
    round.route.profile = vehicle.profile;
    retime(day, &mut round.route, 1)?;
    Ok(())
}

/// What an item's next leg is: with whom it goes nobody has decided yet.
struct Leg {
    /// The office outside the depot.
    site: crate::domain::SiteId,
    /// Whether it is taken there, or fetched from there.
    delivers: bool,
}

fn next_leg(day: &Day<'_>, item: &Item, at: crate::domain::SiteId) -> Result<Leg, DispatchError> {
    if at != day.hub.id {
        return Ok(Leg { site: at, delivers: false });
    }
    let target = match item.to {
        Destination::Site(site) => site,
        Destination::Home(home) => {
            let home = day.homes.get(&home).ok_or(Impossible::NotByRun)?;
            day.centre.depot_of(&home.commune_code, day.input.date).ok_or(Impossible::NotByRun)?
        }
    };
    if target == at { Err(Impossible::NotByRun.into()) } else { Ok(Leg { site: target, delivers: true }) }
}

pub(super) fn item_to_run(
    day: &Day<'_>,
    live: &LiveDay,
    plan: &mut Plan,
    item_id: ItemId,
    run_id: RunId,
    ids: &mut dyn IdSource,
) -> Result<(), DispatchError> {
    let item = day.input.items.iter().find(|item| item.id == item_id).ok_or(Impossible::NoItem)?;
    let at = match live.item(item_id) {
        Some(known) if known.has_arrived => return Err(Impossible::ItemGone.into()),
        Some(known) => match known.whereabouts {
            Whereabouts::At { site, .. } => site,
            _ => return Err(Impossible::ItemGone.into()),
        },
        None => item.whereabouts(day.clock.instant(0)).site,
    };
    let leg = next_leg(day, item, at)?;
    let run = plan.runs.iter().position(|run| run.id == run_id).ok_or(Impossible::NoRun)?;
    if plan.runs[run].routes.iter().any(|route| has_left(live, route))
        && plan.runs[run].routes.iter().all(|route| has_left(live, route))
    {
        return Err(Impossible::HasLeft.into());
    }
    take_off(day, live, plan, item_id, &leg)?;
    let departs = plan.runs[run].departs_at;
    let route = choose(day, live, plan, run, &leg, departs, ids)?;
    put_on(day, &mut plan.runs[run].routes[route], item_id, &leg, ids)?;
    settle_lists(day, plan, item, &leg);
    Ok(())
}

/// Takes an item's leg off the route that it is planned on, unless that has left.
fn take_off(day: &Day<'_>, live: &LiveDay, plan: &mut Plan, item: ItemId, leg: &Leg) -> Result<(), DispatchError> {
    let place = Place::Site(leg.site);
    for route in plan.runs.iter_mut().flat_map(|run| &mut run.routes).filter(|route| !has_left(live, route)) {
        let rides = |stop: &Stop| {
            stop.place == place && if leg.delivers { stop.unload.contains(&item) } else { stop.load.contains(&item) }
        };
        let Some(n) = route.stops.iter().position(rides) else { continue };
        for stop in &mut route.stops {
            stop.load.retain(|other| *other != item);
            stop.unload.retain(|other| *other != item);
        }
        let stop = &route.stops[n];
        let always = day.sites.get(&leg.site).is_some_and(|site| site.always_visit);
        if stop.load.is_empty() && stop.unload.is_empty() && !always {
            route.stops.remove(n);
        }
        retime(day, route, n)?;
    }
    Ok(())
}

/// The run's route that can take the leg with the least detour; where nobody rides the run yet, a new one.
fn choose(
    day: &Day<'_>,
    live: &LiveDay,
    plan: &mut Plan,
    run: usize,
    leg: &Leg,
    departs: DateTime<Utc>,
    ids: &mut dyn IdSource,
) -> Result<usize, DispatchError> {
    let routes = &plan.runs[run].routes;
    let open = |n: &usize| !has_left(live, &routes[*n]);
    let calls = |n: &usize| routes[*n].stops.iter().any(|stop| stop.place == Place::Site(leg.site));
    if let Some(found) = (0..routes.len()).filter(open).find(calls) {
        return Ok(found);
    }
    let mut best: Option<(i64, usize)> = None;
    for n in (0..routes.len()).filter(open) {
        let (added, _) = cheapest(day, &routes[n], leg, ids)?;
        best = Some(best.map_or((added, n), |best| best.min((added, n))));
    }
    if let Some((_, found)) = best {
        return Ok(found);
    }
    let code = plan.runs[run].code.clone();
    let rider = day.runs.iter().find(|known| known.pattern.code == code).and_then(|known| {
        let busy: Vec<CourierId> = plan.runs[run].routes.iter().map(|route| route.courier_id).collect();
        known.couriers.iter().find(|(courier, _)| !busy.contains(&courier.id)).copied()
    });
    let (courier, vehicle) = rider.ok_or(Impossible::NoCourier)?;
    let stop = |ids: &mut dyn IdSource| Stop {
        id: StopId::new(ids),
        place: Place::Site(day.hub.id),
        arrives_at: departs,
        starts_at: departs,
        departs_at: departs,
        distance_m: 0,
        travel_s: 0,
        load: Vec::new(),
        unload: Vec::new(),
    };
    let stops = vec![stop(ids), stop(ids)];
    plan.runs[run].routes.push(Route {
        id: RouteId::new(ids),
        courier_id: courier.id,
        vehicle_id: vehicle.id,
        profile: vehicle.profile,
        cost_dong: 0,
        stops,
    });
    Ok(plan.runs[run].routes.len() - 1)
}

/// Where a new stop for the leg costs least time, and how much, seconds.
fn cheapest(day: &Day<'_>, route: &Route, leg: &Leg, ids: &mut dyn IdSource) -> Result<(i64, usize), DispatchError> {
    let mut best = (i64::MAX, 1);
    for position in 1..route.stops.len() {
        let mut tried = route.clone();
        tried.stops.insert(position, empty_stop(leg, ids));
        retime(day, &mut tried, position)?;
        best = best.min((tried.duration_s() - route.duration_s(), position));
    }
    Ok(best)
}

fn empty_stop(leg: &Leg, ids: &mut dyn IdSource) -> Stop {
    let epoch = DateTime::UNIX_EPOCH;
    Stop {
        id: StopId::new(ids),
        place: Place::Site(leg.site),
        arrives_at: epoch,
        starts_at: epoch,
        departs_at: epoch,
        distance_m: 0,
        travel_s: 0,
        load: Vec::new(),
        unload: Vec::new(),
    }
}

fn put_on(
    day: &Day<'_>,
    route: &mut Route,
    item: ItemId,
    leg: &Leg,
    ids: &mut dyn IdSource,
) -> Result<(), DispatchError> {
    let place = Place::Site(leg.site);
    let known = route.stops.iter().position(|stop| stop.place == place);
    let position = match known {
        Some(position) => position,
        None => {
            let (_, position) = cheapest(day, route, leg, ids)?;
            route.stops.insert(position, empty_stop(leg, ids));
            position
        }
    };
    let last = route.stops.len() - 1;
    if leg.delivers {
        route.stops[0].load.push(item);
        route.stops[position].unload.push(item);
    } else {
        route.stops[position].load.push(item);
        route.stops[last].unload.push(item);
    }
    retime(day, route, position)?;
    Ok(())
}

/// Brings the lists of what is left out and of what goes on another day to what the routes say.
fn settle_lists(day: &Day<'_>, plan: &mut Plan, item: &Item, leg: &Leg) {
    plan.unassigned.retain(|unassigned| unassigned.item_id != item.id);
    plan.continues.retain(|other| *other != item.id);
    let reaches = |place: Place| match item.to {
        Destination::Site(site) => place == Place::Site(site),
        Destination::Home(home) => place == Place::Home(home),
    };
    let end = if leg.delivers { Place::Site(leg.site) } else { Place::Site(day.hub.id) };
    let rides: Vec<LegCarrier> = plan
        .routes()
        .filter(|(_, route)| route.stops.iter().any(|stop| reaches(stop.place) && stop.unload.contains(&item.id)))
        .map(|(carrier, _)| carrier)
        .collect();
    if rides.is_empty() && !reaches(end) {
        plan.continues.push(item.id);
        plan.continues.sort_unstable();
    }
}
