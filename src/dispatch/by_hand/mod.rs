//! Moves by hand: what they cost and which rules they break, without a search.
//!
//! A move changes one plan into another: the routes that it touches get new times, everything else stays. It may break rules
//! (a counter that is closed, a vehicle that is full, a due time): those are named, and a dispatcher may insist. What is
//! impossible is refused: to move what is done, or what is not there.

mod moves;
mod rules;

pub use rules::BrokenRule;

use serde::{Deserialize, Serialize};

use super::{
    DayInput, DispatchError,
    day::Day,
    journey,
    replan::{Difference, ReplanOrder, check_done, difference},
    rest::{Rest, Upset},
};
use crate::domain::{CourierId, IdSource, ItemId, Plan, RoundId, RunId, StopId, Warning};

/// A move by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Move {
    /// An item's next leg goes with another run.
    ItemToRun {
        /// The item.
        item_id: ItemId,
        /// The run.
        run_id: RunId,
    },
    /// A stop comes at another place of its route.
    StopToPosition {
        /// The stop.
        stop_id: StopId,
        /// Its new place, from 1; the departure from the depot is 0.
        position: usize,
    },
    /// A round goes to another courier.
    RoundToCourier {
        /// The round.
        round_id: RoundId,
        /// The courier.
        courier_id: CourierId,
    },
}

/// What a move would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The plan after it.
    pub plan: Plan,
    /// What changes.
    pub difference: Difference,
    /// The rules that it breaks and that were not broken before.
    pub broken: Vec<BrokenRule>,
}

/// Why a move cannot be made, whatever one insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The day has no plan.
    #[error("the day is not planned")]
    NotPlanned,
    /// The plan has no such run.
    #[error("the plan has no such run")]
    NoRun,
    /// The plan has no such round.
    #[error("the plan has no such round")]
    NoRound,
    /// The plan has no such stop.
    #[error("the plan has no such stop")]
    NoStop,
    /// The plan does not know the item.
    #[error("the plan does not know the item")]
    NoItem,
    /// There is no such courier, or they have no vehicle.
    #[error("there is no such courier with a vehicle on that day")]
    NoCourier,
    /// The item is where it goes, or under way.
    #[error("the item has arrived or is under way")]
    ItemGone,
    /// No run carries the item farther from where it is.
    #[error("no run carries the item from where it is: a round brings it on")]
    NotByRun,
    /// The courier is at that stop or past it.
    #[error("the courier has been there already")]
    Done,
    /// The route has left.
    #[error("the courier has left already")]
    HasLeft,
    /// The position lies outside the part of the route that is still ahead.
    #[error("the position must lie between the courier and the return to the depot")]
    BadPosition,
}

/// What a move would do to the plan in force, which is `input.previous`; `input.items` are the items that it names.
///
/// # Errors
/// [`DispatchError::Impossible`] for what cannot be done at all, and those of [`super::plan_day`] that lie in its input.
pub fn evaluate(
    input: &DayInput<'_>,
    order: &ReplanOrder<'_>,
    change: &Move,
    ids: &mut dyn IdSource,
) -> Result<Evaluation, DispatchError> {
    let before = input.previous.ok_or(Impossible::NotPlanned)?;
    let rest = Rest::of_moment(order.live.at, Upset::of(order.disruptions));
    let day = Day::of(input, Some(&rest))?;
    let mut plan = before.clone();
    plan.revision += 1;
    plan.made_at = input.made_at;
    plan.id = crate::domain::PlanId::new(ids);
    let moved = match change {
        Move::ItemToRun { item_id, run_id } => {
            moves::item_to_run(&day, order.live, &mut plan, *item_id, *run_id, ids)?;
            Some(*item_id)
        }
        Move::StopToPosition { stop_id, position } => {
            moves::stop_to_position(&day, order.live, &mut plan, *stop_id, *position)?;
            None
        }
        Move::RoundToCourier { round_id, courier_id } => {
            moves::round_to_courier(&day, order.live, &mut plan, *round_id, *courier_id)?;
            None
        }
    };
    let journeys = journey::of_all(&day)?;
    plan.warnings = warnings(&day, &journeys, &plan, moved);
    check_done(before, &plan, order.live)?;
    let mut broken = rules::broken(&day, &journeys, order, before, &plan)?;
    let was = rules::broken(&day, &journeys, order, before, before)?;
    broken.retain(|rule| !was.contains(rule));
    Ok(Evaluation { difference: difference(input, before, &plan), plan, broken })
}

/// The warnings of a changed plan: who is late now, and of the others what was known.
fn warnings(day: &Day<'_>, journeys: &[journey::Journey<'_>], plan: &Plan, moved: Option<ItemId>) -> Vec<Warning> {
    let arrivals = rules::arrivals(journeys, plan);
    let known = plan.warnings.iter().filter(|warning| match warning {
        Warning::Late { .. } => false,
        other => other.item_id().is_none_or(|item| Some(item) != moved),
    });
    let mut warnings: Vec<Warning> = known.cloned().collect();
    for journey in journeys {
        let Some(due) = journey.due else { continue };
        let due_at = day.clock.instant(due);
        if let Some(arrives_at) = arrivals.get(&journey.item.id).copied().filter(|arrives| *arrives > due_at) {
            warnings.push(Warning::Late { item_id: journey.item.id, due_at, arrives_at });
        }
    }
    warnings.sort_by_key(|warning| warning.item_id().map_or((1, None), |item| (0, Some(item))));
    warnings
}
