//! One route as it went so far and as it will go on.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Deed, Seen, distance_m, position_of};
use crate::{
    dispatch::day::Day,
    domain::{CourierId, ItemId, LegCarrier, Place, PositionFix, Route, RouteId, StopId},
};

/// A device so near to the depot has not left it.
const AT_DEPOT_M: f64 = 250.0;

/// Whether a courier has been at a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Something was scanned there.
    Done,
    /// Nothing was, but the courier was seen farther on.
    Passed,
    /// Not yet.
    Ahead,
}

/// A stop as it was, or as it is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveStop {
    /// The plan's stop.
    pub stop_id: StopId,
    /// Where it is.
    pub place: Place,
    /// Whether the courier has been there.
    pub reached: Reached,
    /// When the courier came or will come.
    pub arrives_at: DateTime<Utc>,
    /// When the joint count began or will begin.
    pub starts_at: DateTime<Utc>,
    /// When the courier left or will leave.
    pub departs_at: DateTime<Utc>,
    /// How much later than planned the courier comes, seconds; negative when earlier.
    pub late_s: i64,
    /// What should be loaded here and was not seen to be.
    pub not_loaded: Vec<ItemId>,
    /// What should be handed over here and was not seen to be.
    pub not_unloaded: Vec<ItemId>,
}

/// A route as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveRoute {
    /// The run or round.
    pub carrier: LegCarrier,
    /// The plan's route.
    pub route_id: RouteId,
    /// Who rides it.
    pub courier_id: CourierId,
    /// Whether the courier has left, as far as is known.
    pub has_left: bool,
    /// Whether the courier is back.
    pub is_back: bool,
    /// Its stops, as many as the plan's.
    pub stops: Vec<LiveStop>,
    /// What was seen to be handed over, wherever.
    pub unloaded: BTreeSet<ItemId>,
    /// When something was last heard of the courier on it.
    pub heard_at: Option<DateTime<Utc>>,
    /// Where the courier was last, if a device has told.
    pub fix: Option<PositionFix>,
}

impl LiveRoute {
    /// When the courier is back, or was.
    #[must_use]
    pub fn returns_at(&self) -> Option<DateTime<Utc>> {
        self.stops.last().map(|stop| stop.arrives_at)
    }

    /// How many stops of its front lie behind the courier.
    #[must_use]
    pub fn behind(&self) -> usize {
        if !self.has_left {
            return 0;
        }
        self.stops.iter().rposition(|stop| stop.reached != Reached::Ahead).map_or(1, |last| last + 1)
    }

    /// Whether anything was scanned on it.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_left || self.stops.iter().any(|stop| stop.reached == Reached::Done)
    }
}

/// What was seen at one stop.
#[derive(Default)]
struct Visit {
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    loaded: BTreeSet<ItemId>,
    unloaded: BTreeSet<ItemId>,
}

/// At which stop a fact belongs. Where a route stops twice at a place, what is loaded counts for the first time and what
/// is unloaded for the last.
fn stop_of(route: &Route, fact: &Seen) -> Option<usize> {
    let at = |place: &Place, first: bool| {
        let mut stops = route.stops.iter();
        if first { stops.position(|stop| stop.place == *place) } else { stops.rposition(|stop| stop.place == *place) }
    };
    match (fact.deed, &fact.place) {
        (Deed::Missing, _) => None,
        (Deed::Loaded, Some(place)) => at(place, true),
        (Deed::Loaded, None) => route.stops.iter().position(|stop| stop.load.contains(&fact.item_id)),
        (_, Some(place)) => at(place, false),
        (_, None) => route.stops.iter().rposition(|stop| stop.unload.contains(&fact.item_id)),
    }
}

pub(super) fn follow(
    day: &Day<'_>,
    carrier: LegCarrier,
    route: &Route,
    seen: &[&Seen],
    fixes: &[&PositionFix],
    at: DateTime<Utc>,
) -> LiveRoute {
    let mut visits: Vec<Visit> = route.stops.iter().map(|_| Visit::default()).collect();
    for fact in seen {
        let Some(visit) = stop_of(route, fact).and_then(|stop| visits.get_mut(stop)) else { continue };
        visit.first = Some(visit.first.map_or(fact.at, |first| first.min(fact.at)));
        visit.last = Some(visit.last.map_or(fact.at, |last| last.max(fact.at)));
        match fact.deed {
            Deed::Loaded => visit.loaded.insert(fact.item_id),
            _ => visit.unloaded.insert(fact.item_id),
        };
    }
    let leaves_planned = route.stops.first().map_or(at, |stop| stop.departs_at);
    let fixes: Vec<&&PositionFix> =
        fixes.iter().filter(|fix| fix.at >= leaves_planned - TimeDelta::minutes(30)).collect();
    let fix = fixes.last().map(|fix| ***fix);
    let farthest = visits.iter().rposition(|visit| visit.first.is_some());
    let (has_left, leaves_at) = departure(day, route, &visits, fix, at);
    let last = route.stops.len().saturating_sub(1);
    let mut stops = Vec::with_capacity(route.stops.len());
    let mut departed = leaves_at;
    for (n, (stop, visit)) in route.stops.iter().zip(&visits).enumerate() {
        let is_behind = farthest.is_some_and(|farthest| n < farthest);
        let service = stop.departs_at - stop.starts_at;
        let on_the_way = departed + TimeDelta::seconds(stop.travel_s);
        let (reached, arrives_at, starts_at, departs_at) = match (n, visit.first, visit.last) {
            (0, first, _) => {
                let reached = if first.is_some() || has_left { Reached::Done } else { Reached::Ahead };
                (reached, leaves_at, leaves_at, leaves_at)
            }
            (_, Some(first), Some(last)) if is_behind => (Reached::Done, first, first, last),
            (_, Some(first), Some(last)) => (Reached::Done, first, first, last.max(first + service)),
            _ if is_behind => (Reached::Passed, on_the_way, on_the_way, on_the_way),
            _ => {
                let arrives = if has_left { on_the_way.max(at) } else { on_the_way };
                let waits = stop.starts_at > stop.arrives_at;
                let starts = if waits { arrives.max(stop.starts_at) } else { arrives };
                (Reached::Ahead, arrives, starts, starts + service)
            }
        };
        departed = departs_at;
        let missing = |expected: &[ItemId], found: &BTreeSet<ItemId>| -> Vec<ItemId> {
            expected.iter().filter(|item| !found.contains(item)).copied().collect()
        };
        stops.push(LiveStop {
            stop_id: stop.id,
            place: stop.place,
            reached,
            arrives_at,
            starts_at,
            departs_at,
            late_s: (arrives_at - stop.arrives_at).num_seconds(),
            not_loaded: missing(&stop.load, &visit.loaded),
            not_unloaded: missing(&stop.unload, &visit.unloaded),
        });
    }
    let is_back = has_left && is_back(route, &stops, &visits, last, at);
    let heard = visits.iter().filter_map(|visit| visit.last).chain(fix.map(|fix| fix.at)).max();
    LiveRoute {
        carrier,
        route_id: route.id,
        courier_id: route.courier_id,
        has_left,
        is_back,
        stops,
        unloaded: visits.iter().flat_map(|visit| visit.unloaded.iter().copied()).collect(),
        heard_at: heard,
        fix,
    }
}

/// Whether the courier has left, and when they did or will.
fn departure(
    day: &Day<'_>,
    route: &Route,
    visits: &[Visit],
    fix: Option<PositionFix>,
    at: DateTime<Utc>,
) -> (bool, DateTime<Utc>) {
    let Some(first) = route.stops.first() else { return (false, at) };
    let loaded = visits.first().and_then(|visit| visit.last);
    let ready = loaded.map_or(first.departs_at, |loaded| loaded.max(first.departs_at));
    // Seen elsewhere, so they have left, and not after they were seen there.
    if let Some(elsewhere) = visits.iter().skip(1).filter_map(|visit| visit.first).min() {
        return (true, ready.min(elsewhere));
    }
    let metres = fix.and_then(|fix| Some(distance_m(fix.position, position_of(day, first.place)?)));
    let is_at_depot = fix.zip(metres).is_some_and(|(fix, metres)| fix.at >= ready && metres <= AT_DEPOT_M);
    let is_out = metres.is_some_and(|metres| metres > AT_DEPOT_M) && fix.is_some_and(|fix| fix.at >= ready);
    let has_load = first.load.is_empty() || loaded.is_some();
    if is_out || (at >= ready && has_load && !is_at_depot) { (true, ready) } else { (false, ready.max(at)) }
}

/// Seen back at the depot; or nothing is brought back, all else is done, and the time has come.
fn is_back(route: &Route, stops: &[LiveStop], visits: &[Visit], last: usize, at: DateTime<Utc>) -> bool {
    let Some(end) = stops.get(last) else { return false };
    if last == 0 || visits[last].first.is_some() {
        return true;
    }
    // A route that was cut has no way back; it is over where it ends.
    if end.place != route.stops[0].place && end.reached != Reached::Ahead {
        return true;
    }
    let brings_nothing = route.stops[last].unload.is_empty();
    let all_done = stops[1..last].iter().all(|stop| stop.reached != Reached::Ahead);
    brings_nothing && all_done && end.arrives_at <= at
}
