//! The rest of a day, planned anew when something has upset it.
//!
//! What is done stays: a route that has left, or on which something was loaded, stays as it is, but for what cannot be done
//! any more. What is locked stays: a route with a lock on it, or on one of its stops, is kept whole. Everything else is
//! planned by the engine, from where things are now or will be by the routes that stay.
//!
//! What holds of every plan made here (`check` looks, apart from what makes it): no stop that lies behind a courier and no
//! locked one has moved, no item is lost sight of, and nobody rides two routes at once. A home delivery that loses its
//! half-day is named in the difference.

mod difference;
mod keep;
mod verify;

pub use difference::{Change, ChangeKind, Difference, difference};

use std::{collections::BTreeSet, ops::ControlFlow};

use super::{DayInput, DayProgress, DispatchError, live::LiveDay, plan_day_with, plan_rest, search::Solver};
use crate::domain::{Disruption, IdSource, LegCarrier, Lock, Plan, PlannedRound, Unassigned, Warning};

pub use verify::check;
pub(super) use verify::check_done;

/// What a re-plan goes by.
#[derive(Debug, Clone, Copy)]
pub struct ReplanOrder<'a> {
    /// The day as it is.
    pub live: &'a LiveDay,
    /// What must stay.
    pub locks: &'a BTreeSet<Lock>,
    /// All that has upset the day.
    pub disruptions: &'a [Disruption],
}

/// Plans the rest of a day. `input.previous` is the plan in force and `input.items` its items and those that have come since;
/// without a plan in force the whole day is planned.
///
/// # Errors
/// Those of [`super::plan_day`], and [`DispatchError::Locked`] when what is locked cannot stay.
pub fn replan(
    input: &DayInput<'_>,
    order: &ReplanOrder<'_>,
    ids: &mut dyn IdSource,
    control: &mut dyn FnMut(&DayProgress) -> ControlFlow<()>,
    solver: &mut Solver<'_>,
) -> Result<Plan, DispatchError> {
    let Some(before) = input.previous else { return plan_day_with(input, ids, control, solver) };
    let kept = keep::keep(input, before, order)?;
    let free = DayInput { items: &kept.free, ..*input };
    let mut after = plan_rest(&free, Some(&kept.rest), ids, control, solver)?;
    merge(before, &kept, &mut after);
    check(before, &after, order.live, order.locks)?;
    Ok(after)
}

/// Puts what stays beside what was planned.
fn merge(before: &Plan, kept: &keep::Kept, after: &mut Plan) {
    let mut rides = BTreeSet::new();
    for (carrier, route) in &kept.rest.kept {
        rides.extend(route.stops.iter().flat_map(|stop| stop.unload.iter().copied()));
        match carrier {
            LegCarrier::Run(id) => {
                if let Some(run) = after.runs.iter_mut().find(|run| run.id == *id) {
                    run.routes.push(route.clone());
                }
            }
            LegCarrier::Round(id) => {
                if let Some(old) = before.rounds.iter().find(|old| old.id == *id) {
                    after.rounds.push(PlannedRound { route: route.clone(), ..old.clone() });
                }
            }
        }
    }
    for run in &mut after.runs {
        let place = |courier| before.runs.iter().flat_map(|run| &run.routes).position(|old| old.courier_id == courier);
        run.routes.sort_by_key(|route| (place(route.courier_id).unwrap_or(usize::MAX), route.courier_id));
    }
    after.rounds.sort_by_key(|round| (round.half_day, round.depot_id, round.route.courier_id));
    // What a route that stays brings to a depot is not left out, only left there.
    let (brought, left_out): (Vec<_>, Vec<_>) =
        std::mem::take(&mut after.unassigned).into_iter().partition(|unassigned| rides.contains(&unassigned.item_id));
    after.continues.extend(brought.into_iter().map(|unassigned| unassigned.item_id));
    after.unassigned = left_out;
    after
        .unassigned
        .extend(kept.lost.iter().map(|(item_id, reason)| Unassigned { item_id: *item_id, reason: reason.clone() }));
    after.unassigned.sort_by_key(|unassigned| unassigned.item_id);
    after.continues.sort_unstable();
    after.continues.dedup();
    let stays = |warning: &&Warning| match warning {
        Warning::VisitSkipped { run_id, .. } => {
            let departs = before.runs.iter().find(|run| run.id == *run_id).map(|run| run.departs_at);
            departs.is_some_and(|departs| departs < kept.rest.at) && !after.warnings.contains(warning)
        }
        about_item => about_item.item_id().is_some_and(|item| kept.settled.contains(&item)),
    };
    let old: Vec<Warning> = before.warnings.iter().filter(stays).cloned().collect();
    after.warnings.extend(old);
    after.warnings.sort_by_key(|warning| warning.item_id().map_or((1, None), |item| (0, Some(item))));
}
