//! Where along a route the driver's breaks are taken.
//!
//! With breaks in a fixed order, a route is a walk through (link, breaks taken so far), and reaching such a state
//! earlier is never worse: so the earliest time of every state, computed forward, decides exactly whether the
//! route is feasible and when it can return at the earliest.

use super::chain::{Event, Link, windows_of};
use super::clock::earliest_in;
use crate::planner::exclusion::ExclusionReason;
use crate::planner::problem::Problem;
use crate::planner::solution::Visit;
use crate::planner::units::{Seconds, VehicleIndex};

const NEVER: Seconds = Seconds::MAX;

/// Puts the breaks of `order` into the chain so that it returns as early as possible. Those that the route can
/// leave out because it returns in time are left out.
pub(super) fn place(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    order: &[usize],
    links: &mut Vec<Link>,
) -> Result<(), ExclusionReason> {
    let walk = walk(problem, vehicle_index, order, links)?;
    let taken = breaks_to_take(problem, vehicle_index, order, &walk.earliest)?;
    put_in(problem, vehicle_index, order, taken, &walk.taken_before, links);
    Ok(())
}

/// The earliest time of every state.
struct Walk {
    /// By breaks taken: when the route returns at the earliest, or [`NEVER`].
    earliest: Vec<Seconds>,
    /// By link and breaks taken: whether the state is reached by taking the break just before the link.
    taken_before: Vec<bool>,
}

/// That a chain which returns later than when its breaks were placed still may leave out those it leaves out.
pub(super) fn check_left_out(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    links: &[Link],
) -> Result<(), ExclusionReason> {
    let returns = links.last().map_or(0, |link| link.start);
    for (index, rest) in problem.vehicles()[vehicle_index].breaks.iter().enumerate() {
        let is_taken = || links.iter().any(|link| link.event == Event::Visit(Visit::Break(index)));
        if rest.windows.last().is_some_and(|window| returns > window.end) && !is_taken() {
            return Err(ExclusionReason::Break { index });
        }
    }
    Ok(())
}

fn walk(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    order: &[usize],
    links: &[Link],
) -> Result<Walk, ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let layers = order.len() + 1;
    let mut earliest = vec![NEVER; layers];
    earliest[0] = vehicle.shift.start;
    let mut taken_before = vec![false; links.len() * layers];
    let mut has_departed = false;
    let matrix = problem.matrix_of(vehicle_index);

    for (index, link) in links.iter().enumerate() {
        if link.break_may_precede {
            for taken in 0..order.len() {
                let rest = &vehicle.breaks[order[taken]];
                if earliest[taken] == NEVER || rest.service > link.longest_break {
                    continue;
                }
                if let Some(start) = earliest_in(&rest.windows, earliest[taken])
                    && start + rest.service < earliest[taken + 1]
                {
                    earliest[taken + 1] = start + rest.service;
                    taken_before[index * layers + taken + 1] = true;
                }
            }
        }
        let first_ready = earliest.iter().copied().min().filter(|&time| time != NEVER);
        let windows = windows_of(problem, vehicle_index, link.event);
        let latest_departure =
            if link.event == Event::Depart && !has_departed { vehicle.latest_departure() } else { NEVER };
        has_departed |= link.event == Event::Depart;
        for time in &mut earliest {
            if *time != NEVER {
                let start = earliest_in(windows, matrix.arrival(*time, link.travel).max(link.not_before));
                *time = start.filter(|&start| start <= latest_departure).map_or(NEVER, |start| start + link.lasting);
            }
        }
        if let Event::Visit(Visit::Break(rest)) = link.event {
            for taken in (0..order.len()).rev() {
                earliest[taken + 1] = if order[taken] == rest { earliest[taken] } else { NEVER };
            }
            earliest[0] = NEVER;
        }
        if earliest.iter().all(|&time| time == NEVER) {
            let ready = first_ready.unwrap_or(vehicle.shift.start);
            return Err(super::schedule::too_late(problem, vehicle_index, link, ready));
        }
    }

    Ok(Walk { earliest, taken_before })
}

/// How many breaks to take for the earliest return that leaves the others free to be taken after it.
fn breaks_to_take(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    order: &[usize],
    earliest: &[Seconds],
) -> Result<usize, ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let returns = earliest.iter().copied().min().unwrap_or(NEVER);
    if returns > vehicle.shift.end {
        return Err(ExclusionReason::Shift { returns, shift_end: vehicle.shift.end });
    }
    let can_leave_out =
        |rest: usize, returns: Seconds| vehicle.breaks[rest].windows.last().is_some_and(|window| returns <= window.end);
    let best = (0..earliest.len())
        .filter(|&taken| earliest[taken] <= vehicle.shift.end)
        .filter(|&taken| order[taken..].iter().all(|&rest| can_leave_out(rest, earliest[taken])))
        .min_by_key(|&taken| earliest[taken]);
    best.ok_or_else(|| {
        let index = order.iter().copied().find(|&rest| !can_leave_out(rest, returns)).unwrap_or(order[0]);
        ExclusionReason::Break { index }
    })
}

/// Puts the first `taken` breaks where the walk took them.
fn put_in(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    order: &[usize],
    mut taken: usize,
    taken_before: &[bool],
    links: &mut Vec<Link>,
) {
    let vehicle = &problem.vehicles()[vehicle_index];
    let layers = order.len() + 1;
    let mut placed = Vec::with_capacity(links.len() + taken);
    for (index, link) in links.iter().enumerate().rev() {
        placed.push(*link);
        if matches!(link.event, Event::Visit(Visit::Break(_))) {
            taken -= 1;
        }
        while taken_before[index * layers + taken] {
            taken -= 1;
            let event = Event::Visit(Visit::Break(order[taken]));
            placed.push(Link { lasting: vehicle.breaks[order[taken]].service, ..Link::new(event) });
        }
    }
    placed.reverse();
    *links = placed;
}
