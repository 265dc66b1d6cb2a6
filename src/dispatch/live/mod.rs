//! The day as it is: the plan, and what was seen of it.
//!
//! [`live_day`] lays the recorded facts over a day's plan. Of each stop it says when the courier was there, or when they will
//! be, going by the last that was seen of them; of each item where it is, when it comes and how late; and what a dispatcher
//! should be told. What was not seen is not taken for granted: a route that should have loaded something and did not has not
//! left. Only a route that leaves with nothing on board is believed to have left on time.
//!
//! What it does not know: how facts are recorded, who asks, what the alerts' texts are.

mod alerts;
mod items;
mod place;
mod timeline;

pub use alerts::{AlertDetail, RaisedAlert};
pub use items::{LiveItem, Whereabouts};
pub use timeline::{LiveRoute, LiveStop, Reached};

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{DayInput, DispatchError, day::Day, journey};
use crate::domain::{AttemptFailure, CourierId, ItemId, LegCarrier, Place, PositionFix, RouteId};

pub(super) use place::{distance_m, distance_to_segment_m, position_of};

/// What was done with an item, as far as the day's plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// It came on board.
    Loaded,
    /// It was handed over, taken off, or delivered.
    Unloaded,
    /// It could not be delivered.
    Failed(AttemptFailure),
    /// It was reported missing.
    Missing,
}

/// One observation of one item on a run or a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: DateTime<Utc>,
    /// The run or round.
    pub trip: LegCarrier,
    /// Whose.
    pub courier_id: CourierId,
    /// At which place, if that was recorded.
    pub place: Option<Place>,
    /// The item.
    pub item_id: ItemId,
    /// What was done.
    pub deed: Deed,
}

/// What is known of a day at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub at: DateTime<Utc>,
    /// What was seen until then, by time.
    pub seen: Vec<Seen>,
    /// Where couriers were until then, by time.
    pub fixes: Vec<PositionFix>,
}

/// A day as it is at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveDay {
    /// The time.
    pub at: DateTime<Utc>,
    /// The plan's routes, in its order; those that stay at home are left out.
    pub routes: Vec<LiveRoute>,
    /// Every item that the plan names, by id.
    pub items: Vec<LiveItem>,
    /// What a dispatcher should be told.
    pub alerts: Vec<RaisedAlert>,
}

impl LiveDay {
    /// One of the plan's routes, unless it stays at home.
    #[must_use]
    pub fn route(&self, id: RouteId) -> Option<&LiveRoute> {
        self.routes.iter().find(|route| route.route_id == id)
    }

    /// One of the plan's items.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&LiveItem> {
        self.items.binary_search_by_key(&id, |item| item.item_id).ok().map(|index| &self.items[index])
    }
}

/// Lays `facts` over the plan, which is `input.previous`; without a plan the day is empty.
///
/// `input.items` are the items that the plan names; of those that are not among them nothing is said.
///
/// # Errors
/// Those of [`super::plan_day`] that lie in its input.
pub fn live_day(input: &DayInput<'_>, facts: &Facts) -> Result<LiveDay, DispatchError> {
    let Some(plan) = input.previous else {
        return Ok(LiveDay { at: facts.at, routes: Vec::new(), items: Vec::new(), alerts: Vec::new() });
    };
    let day = Day::new(input)?;
    let journeys = journey::of_all(&day)?;
    let mut seen: HashMap<(LegCarrier, CourierId), Vec<&Seen>> = HashMap::new();
    for fact in facts.seen.iter().filter(|fact| fact.at <= facts.at) {
        seen.entry((fact.trip, fact.courier_id)).or_default().push(fact);
    }
    let mut fixes: HashMap<CourierId, Vec<&PositionFix>> = HashMap::new();
    for fix in facts.fixes.iter().filter(|fix| fix.at <= facts.at) {
        fixes.entry(fix.courier_id).or_default().push(fix);
    }
    let routes: Vec<LiveRoute> = plan
        .routes()
        .filter(|(_, route)| !route.is_idle())
        .map(|(carrier, route)| {
            let seen = seen.get(&(carrier, route.courier_id)).map_or(&[][..], Vec::as_slice);
            let fixes = fixes.get(&route.courier_id).map_or(&[][..], Vec::as_slice);
            timeline::follow(&day, carrier, route, seen, fixes, facts.at)
        })
        .collect();
    let items = items::follow(&day, plan, &journeys, &routes, facts);
    let alerts = alerts::raise(&day, plan, &routes, &items, facts.at);
    Ok(LiveDay { at: facts.at, routes, items, alerts })
}
