//! Where each item is, and when it comes.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Deed, Facts, LiveRoute};
use crate::{
    dispatch::{day::Day, journey::Journey},
    domain::{AttemptFailure, CourierId, Destination, Item, ItemId, LegCarrier, Place, Plan, SiteId},
};

/// Where an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// At an office.
    At {
        /// Which.
        site: SiteId,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// With a courier.
    OnBoard {
        /// Who.
        courier_id: CourierId,
        /// On which run or round.
        trip: LegCarrier,
        /// Since when.
        since: DateTime<Utc>,
        /// Why it could not be delivered, if that was tried.
        failed: Option<AttemptFailure>,
    },
    /// With its recipient.
    Delivered {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Nobody knows.
    Missing {
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// An item as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveItem {
    /// The item.
    pub item_id: ItemId,
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// Why it could not be delivered today, if that was tried.
    pub attempted: Option<AttemptFailure>,
    /// When it must have arrived.
    pub due_at: Option<DateTime<Utc>>,
    /// When it comes, or came, to where it goes; `None` when that is not today.
    pub arrives_at: Option<DateTime<Utc>>,
    /// Whether it is there.
    pub has_arrived: bool,
    /// How much after its due time it comes, seconds; 0 when it is in time.
    pub late_s: i64,
    /// The run or round that it will miss, because what brings it there comes too late.
    pub misses: Option<LegCarrier>,
}

/// A way on one route: between which of its stops.
struct Ride<'a> {
    route: &'a LiveRoute,
    from: usize,
    to: usize,
}

pub(super) fn follow(
    day: &Day<'_>,
    plan: &Plan,
    journeys: &[Journey<'_>],
    routes: &[LiveRoute],
    facts: &Facts,
) -> Vec<LiveItem> {
    let rides = rides(plan, routes);
    let whereabouts = whereabouts(day, journeys, facts);
    let attempted: HashMap<ItemId, AttemptFailure> = facts
        .seen
        .iter()
        .filter_map(|fact| match fact.deed {
            Deed::Failed(reason) if fact.at <= facts.at => Some((fact.item_id, reason)),
            _ => None,
        })
        .collect();
    let mut items: Vec<LiveItem> = journeys
        .iter()
        .map(|journey| {
            let item = journey.item;
            let due_at = journey.due.map(|due| day.clock.instant(due));
            let whereabouts = whereabouts[&item.id];
            let mut live = LiveItem {
                item_id: item.id,
                whereabouts,
                attempted: attempted.get(&item.id).copied(),
                due_at,
                arrives_at: None,
                has_arrived: false,
                late_s: 0,
                misses: None,
            };
            if let Some(arrived) = arrived(item, whereabouts) {
                live.has_arrived = true;
                live.arrives_at = Some(arrived);
            } else if let Some(rides) = rides.get(&item.id) {
                expect(day, item, rides, &mut live);
            }
            live.late_s = match (live.due_at, live.arrives_at) {
                (Some(due), Some(arrives)) => (arrives - due).num_seconds().max(0),
                // What comes at no known time is late from its due time on.
                (Some(due), None) => (facts.at - due).num_seconds().max(0),
                (None, _) => 0,
            };
            live
        })
        .collect();
    items.sort_unstable_by_key(|item| item.item_id);
    items
}

/// When an item came to where it goes, if it is there.
fn arrived(item: &Item, whereabouts: Whereabouts) -> Option<DateTime<Utc>> {
    match (whereabouts, item.to) {
        (Whereabouts::Delivered { since }, _) => Some(since),
        (Whereabouts::At { site, since }, Destination::Site(to)) if site == to => Some(since),
        _ => None,
    }
}

/// Every item's rides in the order planned.
fn rides<'a>(plan: &Plan, routes: &'a [LiveRoute]) -> HashMap<ItemId, Vec<Ride<'a>>> {
    let live: HashMap<_, _> = routes.iter().map(|route| (route.route_id, route)).collect();
    let mut found: HashMap<ItemId, Vec<(DateTime<Utc>, Ride<'a>)>> = HashMap::new();
    for (_, route) in plan.routes() {
        let Some(live) = live.get(&route.id).copied() else { continue };
        let mut aboard: HashMap<ItemId, usize> = HashMap::new();
        for (n, stop) in route.stops.iter().enumerate() {
            for item in &stop.unload {
                if let Some(from) = aboard.remove(item) {
                    let leaves = route.stops[from].departs_at;
                    found.entry(*item).or_default().push((leaves, Ride { route: live, from, to: n }));
                }
            }
            aboard.extend(stop.load.iter().map(|item| (*item, n)));
        }
    }
    found
        .into_iter()
        .map(|(item, mut rides)| {
            rides.sort_by_key(|(leaves, _)| *leaves);
            (item, rides.into_iter().map(|(_, ride)| ride).collect())
        })
        .collect()
}

/// When an item that is under way comes, by the rides that lie before it.
fn expect(day: &Day<'_>, item: &Item, rides: &[Ride<'_>], live: &mut LiveItem) {
    let mut there: Option<DateTime<Utc>> = match live.whereabouts {
        Whereabouts::At { since, .. } => Some(since),
        _ => None,
    };
    let mut reached = None;
    for ride in rides {
        let (from, to) = (&ride.route.stops[ride.from], &ride.route.stops[ride.to]);
        let is_behind = ride.to < ride.route.behind();
        let is_on_board = matches!(live.whereabouts, Whereabouts::OnBoard { trip, courier_id, .. }
                if trip == ride.route.carrier && courier_id == ride.route.courier_id);
        if is_behind && !is_on_board {
            continue;
        }
        let missed = ride.from < ride.route.behind() && !is_on_board;
        let handled = there.map(|there| there + TimeDelta::seconds(day.rules.unloading_s));
        // What waits since before the ride was planned needs no handling.
        let late = reached.is_some() && handled.is_some_and(|handled| handled > from.departs_at);
        if missed || late {
            live.misses = Some(ride.route.carrier);
            return;
        }
        there = Some(to.starts_at);
        reached = Some(to.place);
    }
    let is_there = match item.to {
        Destination::Site(site) => reached == Some(Place::Site(site)),
        Destination::Home(home) => reached == Some(Place::Home(home)),
    };
    if is_there {
        live.arrives_at = there;
    }
}

/// Where each item is by the last that was seen of it; else where it waited.
fn whereabouts(day: &Day<'_>, journeys: &[Journey<'_>], facts: &Facts) -> HashMap<ItemId, Whereabouts> {
    let mut whereabouts: HashMap<ItemId, Whereabouts> = journeys
        .iter()
        .map(|journey| {
            let waits = journey.item.whereabouts(day.clock.instant(0));
            (journey.item.id, Whereabouts::At { site: waits.site, since: waits.reached_at })
        })
        .collect();
    for fact in facts.seen.iter().filter(|fact| fact.at <= facts.at) {
        let Some(known) = whereabouts.get_mut(&fact.item_id) else { continue };
        let with =
            |failed| Whereabouts::OnBoard { courier_id: fact.courier_id, trip: fact.trip, since: fact.at, failed };
        *known = match (fact.deed, fact.place, *known) {
            // Giver and receiver scan the same handover; the first of them tells the time.
            (Deed::Loaded, _, known @ Whereabouts::OnBoard { trip, courier_id, .. })
                if trip == fact.trip && courier_id == fact.courier_id =>
            {
                known
            }
            (Deed::Loaded, ..) => with(None),
            (Deed::Unloaded, Some(Place::Site(site)), Whereabouts::At { site: at, since }) if site == at => {
                Whereabouts::At { site, since }
            }
            (Deed::Unloaded, Some(Place::Site(site)), _) => Whereabouts::At { site, since: fact.at },
            (Deed::Unloaded, Some(Place::Home(_)), _) => Whereabouts::Delivered { since: fact.at },
            // Without a place it is known only that it left the courier.
            (Deed::Unloaded, None, known) => known,
            (Deed::Failed(reason), ..) => with(Some(reason)),
            (Deed::Missing, ..) => Whereabouts::Missing { since: fact.at },
        };
    }
    whereabouts
}
