//! When everything along a route happens.
//!
//! The rule, in this order:
//!
//! 1. Everything is done as early as it can be. So goods arrive as early as this order of visits allows, and
//!    the route returns as early as it can.
//! 2. Then the departure of every trip is put off as far as possible without a later return, a missed window or
//!    any more lateness or later arrival of goods that others wait for: waiting moves from the way to the depot.
//!
//! Where speeds change over the day, the second rule may make a route drive longer than the first alone would: the
//! time it drives, and what that costs, is that of the final times. And a route may be cheaper that waits until the
//! speed has changed: departures right after each change are tried too.

use super::chain::{self, Event, Link, Node, Totals, windows_of};
use super::clock::{earliest_in, latest_in};
use super::on_board::{self, Held};
use super::relay::{self, Bounds, Relay};
use super::{Fleet, breaks};
use crate::planner::cost::{Cost, CostSplit};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::job::{Job, JobKind};
use crate::planner::problem::Problem;
use crate::planner::solution::Visit;
use crate::planner::units::{Seconds, VehicleIndex};

/// Memory for scheduling, kept between calls.
#[derive(Default)]
pub(in crate::planner) struct Scratch {
    pub(super) links: Vec<Link>,
    pub(super) nodes: Vec<Node>,
    held: Vec<Held>,
    relays: Vec<Relay>,
    /// Whether no break may be taken with goods on board that may be so only for a time.
    strictly: bool,
}

/// Schedules a route and returns what it costs. Afterwards `scratch.links` hold the chain, with the latest start of each
/// link, ready to be settled.
///
/// Where goods may be on board only so long, breaks are placed as if that were no matter, but never where it could not
/// hold; and where that fails, with no such goods on board at all. A route that needs something in between is refused.
pub(super) fn evaluate(
    fleet: &Fleet,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    bounds: &Bounds,
    scratch: &mut Scratch,
) -> Result<CostSplit, ExclusionReason> {
    if nodes.is_empty() {
        return Ok(CostSplit::default());
    }
    let at_once = evaluate_from(fleet, vehicle_index, nodes, bounds, 0, scratch);
    if fleet.problem.matrix_of(vehicle_index).speeds.is_empty() {
        return at_once;
    }
    wait_out(fleet, vehicle_index, nodes, bounds, at_once, scratch)
}

/// Leaves after a change of speed instead, where that is cheaper or keeps a limit. Where other tours wait for this one
/// or it for them, it leaves when it can.
fn wait_out(
    fleet: &Fleet,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    bounds: &Bounds,
    at_once: Result<CostSplit, ExclusionReason>,
    scratch: &mut Scratch,
) -> Result<CostSplit, ExclusionReason> {
    use ExclusionReason::{MaxDuration, MaxTravelTime};
    let could_wait = matches!(at_once, Ok(_) | Err(MaxDuration { .. } | MaxTravelTime { .. }));
    let is_tied = fleet.has_relays() && !relay::times(fleet, &scratch.links).is_empty();
    let Some(departs) = scratch.links.iter().find(|link| link.event == Event::Depart).map(|link| link.latest) else {
        return at_once;
    };
    if !could_wait || is_tied {
        return at_once;
    }
    let latest = fleet.problem.vehicles()[vehicle_index].latest_departure();
    let changes = fleet.problem.matrix_of(vehicle_index).speeds.iter().map(|period| period.from);
    let (mut best, mut best_from, mut last_from) = (at_once, 0, 0);
    for from in changes.filter(|&from| departs < from && from <= latest) {
        last_from = from;
        if let Ok(later) = evaluate_from(fleet, vehicle_index, nodes, bounds, from, scratch)
            && best.as_ref().map_or(true, |best| later.total() < best.total())
        {
            (best, best_from) = (Ok(later), from);
        }
    }
    if best.is_ok() && last_from != best_from {
        return evaluate_from(fleet, vehicle_index, nodes, bounds, best_from, scratch);
    }
    best
}

/// Schedules a route that does not depart before a given time.
fn evaluate_from(
    fleet: &Fleet,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    bounds: &Bounds,
    from: Seconds,
    scratch: &mut Scratch,
) -> Result<CostSplit, ExclusionReason> {
    let mut totals = match run(fleet, vehicle_index, nodes, bounds, from, scratch) {
        Err(_) if !scratch.held.is_empty() && !fleet.plans[vehicle_index].break_order.is_empty() => {
            scratch.strictly = true;
            let outcome = run(fleet, vehicle_index, nodes, bounds, from, scratch);
            scratch.strictly = false;
            outcome?
        }
        outcome => outcome?,
    };
    let lateness = lateness(fleet.problem, &scratch.links);
    let departs = walk_back(fleet.problem, vehicle_index, scratch);
    if !fleet.problem.matrix_of(vehicle_index).speeds.is_empty() {
        settle(fleet.problem, vehicle_index, scratch);
        totals.travel_time = travel_time(fleet.problem, vehicle_index, &scratch.links);
        chain::check_travel_time(fleet.problem, vehicle_index, totals.travel_time)?;
    }
    price(fleet.problem, vehicle_index, totals, departs, &scratch.links, lateness)
}

/// Builds the chain of a route, places its breaks, and sets every link to its earliest start.
fn run(
    fleet: &Fleet,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    bounds: &Bounds,
    from: Seconds,
    scratch: &mut Scratch,
) -> Result<Totals, ExclusionReason> {
    let problem = fleet.problem;
    let plan = &fleet.plans[vehicle_index];
    let Scratch { links, held, relays, strictly, .. } = scratch;
    held.clear();
    let totals = chain::build(problem, vehicle_index, nodes, plan.locked, links)?;
    if fleet.limits_on_board {
        on_board::find(problem, vehicle_index, links, held)?;
    }
    relay::hold(problem, bounds, links);
    if from > 0
        && let Some(departure) = links.iter_mut().find(|link| link.event == Event::Depart)
    {
        departure.not_before = departure.not_before.max(from);
    }
    if !plan.break_order.is_empty() {
        on_board::limit_breaks(links, held, *strictly);
        breaks::place(problem, vehicle_index, &plan.break_order, links)?;
        if !held.is_empty() {
            on_board::find(problem, vehicle_index, links, held)?;
        }
    }
    relay::find(fleet, links, relays)?;
    run_early(problem, vehicle_index, links)?;
    if !held.is_empty() || !relays.is_empty() {
        while let Some(reason) = on_board::raise(links, held).or_else(|| relay::raise(links, relays)) {
            run_early(problem, vehicle_index, links).map_err(|_| reason)?;
        }
        breaks::check_left_out(problem, vehicle_index, links)?;
    }
    relay::check_awaited(problem, bounds, links)?;
    Ok(totals)
}

fn price(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    totals: Totals,
    departs: Seconds,
    links: &[Link],
    lateness: Cost,
) -> Result<CostSplit, ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let returns = links.last().map_or(departs, |link| link.start);
    let duration = returns - departs;
    if let Some(limit) = vehicle.max_duration.filter(|&limit| duration > limit) {
        return Err(ExclusionReason::MaxDuration { duration, limit });
    }
    Ok(CostSplit {
        fixed: Cost::of_currency(vehicle.costs.fixed),
        duration: Cost::of_time(duration, vehicle.costs.per_hour),
        travel: Cost::of_time(totals.travel_time, vehicle.costs.per_travel_hour),
        distance: Cost::of_distance(totals.distance, vehicle.costs.per_km),
        lateness,
        overtime: vehicle.overtime_cost(duration),
    })
}

/// Sets every link to its earliest start.
fn run_early(problem: &Problem, vehicle_index: VehicleIndex, links: &mut [Link]) -> Result<(), ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let matrix = problem.matrix_of(vehicle_index);
    let mut ready = vehicle.shift.start;
    let mut has_departed = false;
    for link in links.iter_mut() {
        let windows = windows_of(problem, vehicle_index, link.event);
        let Some(start) = earliest_in(windows, matrix.arrival(ready, link.travel).max(link.not_before)) else {
            return Err(too_late(problem, vehicle_index, link, ready));
        };
        if link.event == Event::Depart {
            if !has_departed && start > vehicle.latest_departure() {
                return Err(too_late(problem, vehicle_index, link, ready));
            }
            has_departed = true;
        }
        link.start = start;
        ready = start + link.lasting;
    }
    if ready > vehicle.shift.end {
        return Err(ExclusionReason::Shift { returns: ready, shift_end: vehicle.shift.end });
    }
    Ok(())
}

/// Why a link cannot be started by a vehicle that is ready for it at `ready`.
pub(super) fn too_late(problem: &Problem, vehicle: VehicleIndex, link: &Link, ready: Seconds) -> ExclusionReason {
    let latest = problem.vehicles()[vehicle].latest_departure();
    match link.event {
        Event::Visit(Visit::Break(index)) => ExclusionReason::Break { index },
        Event::Visit(visit) => {
            let arrival = problem.matrix_of(vehicle).arrival(ready, link.travel).max(link.not_before);
            let closes = windows_of(problem, vehicle, link.event).last().map_or(arrival, |window| window.end);
            ExclusionReason::Window { job: visit.job().unwrap_or_default(), arrival, closes }
        }
        // A departure is late only for its goods: breaks are put elsewhere before they delay it.
        Event::Depart | Event::Reload | Event::End => {
            ExclusionReason::Release { job: link.ready_job, ready: link.not_before.max(ready), latest }
        }
    }
}

/// How long a chain drives at the times it has.
fn travel_time(problem: &Problem, vehicle_index: VehicleIndex, links: &[Link]) -> Seconds {
    let matrix = problem.matrix_of(vehicle_index);
    let legs = links.iter().zip(links.iter().skip(1));
    let driving = |(before, link): (&Link, &Link)| {
        let departs = before.start + before.lasting;
        matrix.arrival(departs, link.travel) - departs
    };
    legs.map(driving).sum()
}

/// When the goods of a job arrive, if they do so at this event itself.
fn arrives_here(problem: &Problem, event: Event) -> Option<&Job> {
    match event {
        Event::Visit(Visit::Deliver(job)) => Some(&problem.jobs()[job]),
        Event::Visit(Visit::Serve(job)) => Some(&problem.jobs()[job]).filter(|job| job.kind.is_loaded_at_depot()),
        _ => None,
    }
}

/// The pickup that is on board until the end of its trip, if this event is one.
fn rides_along(problem: &Problem, event: Event) -> Option<&Job> {
    match event {
        Event::Visit(Visit::Serve(job)) => {
            Some(&problem.jobs()[job]).filter(|job| matches!(job.kind, JobKind::Pickup(_)))
        }
        _ => None,
    }
}

fn lateness(problem: &Problem, links: &[Link]) -> Cost {
    let mut total = Cost::ZERO;
    let mut trip_start = 0;
    for (index, link) in links.iter().enumerate() {
        if let Some(job) = arrives_here(problem, link.event) {
            total += job.lateness_cost(link.start);
        }
        if matches!(link.event, Event::Reload | Event::End) {
            for job in links[trip_start..index].iter().filter_map(|link| rides_along(problem, link.event)) {
                total += job.lateness_cost(link.start);
            }
            trip_start = index + 1;
        }
    }
    total
}

/// How late goods may arrive without being later than at `arrival`.
fn no_later_than(job: &Job, arrival: Seconds) -> Seconds {
    let charged = job.due.iter().filter(|due| due.cost_per_hour > 0);
    charged.map(|due| due.at.max(arrival)).min().unwrap_or(Seconds::MAX)
}

/// Finds the latest start of each link that changes neither the return nor any lateness; returns that of the first
/// departure.
fn walk_back(problem: &Problem, vehicle_index: VehicleIndex, scratch: &mut Scratch) -> Seconds {
    let Scratch { links, held, .. } = scratch;
    loop {
        let departs = pass_back(problem, vehicle_index, links);
        if !on_board::lower(links, held) {
            return departs;
        }
    }
}

/// One walk from the return to the first departure, below what `latest` allows already.
fn pass_back(problem: &Problem, vehicle_index: VehicleIndex, links: &mut [Link]) -> Seconds {
    let vehicle = &problem.vehicles()[vehicle_index];
    let Some(first) = links.iter().position(|link| link.event == Event::Depart) else {
        return vehicle.shift.start;
    };
    let matrix = problem.matrix_of(vehicle_index);
    let mut next_leaves = Seconds::MAX;
    let mut bound = Seconds::MAX;
    for index in (first..links.len()).rev() {
        let link = &links[index];
        bound = if link.event == Event::End { link.start } else { next_leaves - link.lasting }.min(link.latest);
        if let Some(job) = arrives_here(problem, link.event) {
            bound = bound.min(no_later_than(job, link.start));
        }
        if link.event == Event::Reload {
            let trip = links[..index].iter().rev().take_while(|link| link.event != Event::Reload);
            for job in trip.filter_map(|link| rides_along(problem, link.event)) {
                bound = bound.min(no_later_than(job, link.start));
            }
        }
        if link.is_awaited {
            bound = bound.min(link.start);
        }
        if index == first {
            bound = bound.min(vehicle.latest_departure());
        }
        let windows = windows_of(problem, vehicle_index, link.event);
        bound = latest_in(windows, bound).unwrap_or(link.start).max(link.start);
        next_leaves = matrix.latest_departure(bound, link.travel);
        links[index].latest = bound;
    }
    bound
}

/// Moves an evaluated chain to its final times: every departure put off, everything after it as early as it
/// then can be. Breaks before a trip's departure stay early.
pub(super) fn settle(problem: &Problem, vehicle_index: VehicleIndex, scratch: &mut Scratch) {
    let Scratch { links, held, .. } = scratch;
    for link in links.iter_mut().filter(|link| link.event == Event::Depart) {
        link.not_before = link.not_before.max(link.latest);
    }
    loop {
        run_early(problem, vehicle_index, links).expect("what is put off no farther than its latest time is in time");
        if on_board::raise(links, held).is_none() {
            return;
        }
    }
}
