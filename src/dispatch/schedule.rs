//! The times of a route that was changed without the engine, and what rules it then breaks.

use chrono::{DateTime, TimeDelta, Utc};

use super::{DispatchError, day::Day, live::position_of};
use crate::{
    domain::{Place, Position, Route, Vehicle},
    planner::{Seconds, TimeWindow, UNREACHABLE},
};

/// When couriers are served at a place today; `None` where that is at any time.
fn windows(day: &Day<'_>, place: Place) -> Result<Option<Vec<TimeWindow>>, DispatchError> {
    match place {
        Place::Site(id) => day.sites.get(&id).map(|site| day.open_windows(site)).transpose(),
        Place::Home(id) => {
            let wanted = day.homes.get(&id).and_then(|home| home.wanted);
            let half = wanted.filter(|wanted| wanted.date == day.input.date).and_then(|wanted| wanted.half_day);
            let halves = day.halves.iter().filter(|row| half.is_none_or(|half| half == row.half_day));
            Ok(Some(halves.map(|row| row.window).collect()))
        }
    }
}

/// Whether a place is served at an instant.
pub(super) fn is_open(day: &Day<'_>, place: Place, at: DateTime<Utc>) -> Result<bool, DispatchError> {
    let at = day.clock.seconds(at);
    let windows = windows(day, place)?;
    Ok(windows.is_none_or(|windows| windows.iter().any(|window| window.start <= at && at <= window.end)))
}

/// How long what is done at a stop takes.
fn service(day: &Day<'_>, place: Place, items: usize) -> Seconds {
    let items = Seconds::try_from(items).unwrap_or(Seconds::MAX / 1_000);
    match place {
        Place::Site(_) => day.rules.joint_count_base_s + day.rules.joint_count_per_item_s * items,
        Place::Home(_) => day.rules.home_stop_base_s + day.rules.home_stop_per_item_s * items,
    }
}

/// Gives the stops from `first` on the times and distances that follow from the stop before them, and the route its cost.
/// Answers the places that no way leads to; they keep the way that they had.
pub(super) fn retime(day: &Day<'_>, route: &mut Route, first: usize) -> Result<Vec<Place>, DispatchError> {
    let places: Vec<Place> = route.stops.iter().map(|stop| stop.place).collect();
    let positions: Vec<Position> =
        places.iter().map(|place| position_of(day, *place).ok_or_else(|| unknown(*place))).collect::<Result<_, _>>()?;
    let is_shut = |stop: usize| matches!(places[stop], Place::Site(site) if day.is_shut(site));
    let matrix = day.matrix(route.profile, &positions, &is_shut)?;
    let size = places.len();
    let mut cut_off = Vec::new();
    for n in first.max(1)..size {
        let departed = route.stops[n - 1].departs_at;
        let cell = (n - 1) * size + n;
        let (metres, seconds) = (matrix.distances[cell], matrix.durations[cell]);
        let stop = &mut route.stops[n];
        if places[n - 1] == places[n] {
            (stop.distance_m, stop.travel_s) = (0, 0);
        } else if seconds == UNREACHABLE {
            cut_off.push(places[n]);
        } else {
            (stop.distance_m, stop.travel_s) = (metres.into(), seconds.into());
        }
        stop.arrives_at = departed + TimeDelta::seconds(stop.travel_s);
        (stop.starts_at, stop.departs_at) = (stop.arrives_at, stop.arrives_at);
        if n + 1 < size {
            let arrives = day.clock.seconds(stop.arrives_at);
            let opens = windows(day, stop.place)?
                .and_then(|windows| windows.into_iter().find(|window| window.end >= arrives))
                .map_or(arrives, |window| window.start.max(arrives));
            stop.starts_at += TimeDelta::seconds(opens - arrives);
            let items = stop.load.len() + stop.unload.len();
            stop.departs_at = stop.starts_at + TimeDelta::seconds(service(day, stop.place, items));
        }
    }
    if let Some(vehicle) = day.centre.vehicle(route.vehicle_id) {
        route.cost_dong = cost(vehicle, route);
    }
    Ok(cut_off)
}

/// What a route costs, đồng, lateness not counted.
fn cost(vehicle: &Vehicle, route: &Route) -> i64 {
    let time = i64::from(vehicle.cost_per_hour_dong) * route.duration_s();
    let way = i64::from(vehicle.cost_per_km_dong) * route.distance_m();
    i64::from(vehicle.fixed_cost_dong) + (time + 1_800) / 3_600 + (way + 500) / 1_000
}

fn unknown(place: Place) -> DispatchError {
    let (what, id) = match place {
        Place::Site(id) => ("site", id.to_string()),
        Place::Home(id) => ("home delivery", id.to_string()),
    };
    DispatchError::Dangling { item: "of a stop".to_owned(), what, id }
}
