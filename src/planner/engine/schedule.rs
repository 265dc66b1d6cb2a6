//! When everything along a route happens.
//!
//! The rule, in this order:
//!
//! 1. Everything is done as early as it can be. So goods arrive as early as this order of visits allows, and
//!    the route returns as early as it can.
//! 2. Then the departure of every trip is put off as far as possible without a later return, a missed window or
//!    any more lateness: waiting moves from the way to the depot.

use super::chain::{self, Event, Link, Node, Totals, windows_of};
use super::clock::{earliest_in, latest_in};
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
}

/// Schedules a route and returns what it costs. Afterwards `scratch.links` hold the chain; the first departure
/// is put off already, the other links stand at their earliest times.
pub(super) fn evaluate(
    fleet: &Fleet,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    scratch: &mut Scratch,
) -> Result<CostSplit, ExclusionReason> {
    let problem = fleet.problem;
    let plan = &fleet.plans[vehicle_index];
    if nodes.is_empty() {
        return Ok(CostSplit::default());
    }
    let links = &mut scratch.links;
    let totals = chain::build(problem, vehicle_index, nodes, plan.locked, links)?;
    if !plan.break_order.is_empty() {
        breaks::place(problem, vehicle_index, &plan.break_order, links)?;
    }
    run_early(problem, vehicle_index, links)?;
    let lateness = lateness(problem, links);
    let departs = put_off_first_departure(problem, vehicle_index, links);
    price(problem, vehicle_index, totals, departs, links, lateness)
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
    })
}

/// Sets every link to its earliest start.
fn run_early(problem: &Problem, vehicle_index: VehicleIndex, links: &mut [Link]) -> Result<(), ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let mut ready = vehicle.shift.start;
    let mut has_departed = false;
    for link in links.iter_mut() {
        let windows = windows_of(problem, vehicle_index, link.event);
        let Some(start) = earliest_in(windows, (ready + link.travel).max(link.not_before)) else {
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
            let arrival = (ready + link.travel).max(link.not_before);
            let closes = windows_of(problem, vehicle, link.event).last().map_or(arrival, |window| window.end);
            ExclusionReason::Window { job: visit.job().unwrap_or_default(), arrival, closes }
        }
        // A departure is late only for its goods: breaks are put elsewhere before they delay it.
        Event::Depart | Event::Reload | Event::End => {
            ExclusionReason::Release { job: link.ready_job, ready: link.not_before.max(ready), latest }
        }
    }
}

/// When the goods of a job arrive, if they do so at this event itself.
fn arrives_here(problem: &Problem, event: Event) -> Option<&Job> {
    match event {
        Event::Visit(Visit::Deliver(job)) => Some(&problem.jobs()[job]),
        Event::Visit(Visit::Serve(job)) => {
            Some(&problem.jobs()[job]).filter(|job| matches!(job.kind, JobKind::Delivery(_)))
        }
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

/// Walks backward from the return and reports the latest start of each link that changes neither the return nor
/// any lateness, until the departure of the first trip, which it returns.
fn walk_back(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    links: &[Link],
    mut report: impl FnMut(usize, Seconds),
) -> Seconds {
    let vehicle = &problem.vehicles()[vehicle_index];
    let Some(first) = links.iter().position(|link| link.event == Event::Depart) else {
        return vehicle.shift.start;
    };
    let mut next_leaves = Seconds::MAX;
    let mut bound = Seconds::MAX;
    for (index, link) in links.iter().enumerate().skip(first).rev() {
        bound = if link.event == Event::End { link.start } else { next_leaves - link.lasting };
        if let Some(job) = arrives_here(problem, link.event) {
            bound = bound.min(no_later_than(job, link.start));
        }
        if link.event == Event::Reload {
            let trip = links[..index].iter().rev().take_while(|link| link.event != Event::Reload);
            for job in trip.filter_map(|link| rides_along(problem, link.event)) {
                bound = bound.min(no_later_than(job, link.start));
            }
        }
        if index == first {
            bound = bound.min(vehicle.latest_departure());
        }
        let windows = windows_of(problem, vehicle_index, link.event);
        bound = latest_in(windows, bound).unwrap_or(link.start).max(link.start);
        report(index, bound);
        next_leaves = bound - link.travel;
    }
    bound
}

fn put_off_first_departure(problem: &Problem, vehicle_index: VehicleIndex, links: &[Link]) -> Seconds {
    walk_back(problem, vehicle_index, links, |_, _| {})
}

/// Moves an evaluated chain to its final times: every departure put off, everything after it as early as it
/// then can be. Breaks before a trip's departure stay early.
pub(super) fn settle(problem: &Problem, vehicle_index: VehicleIndex, links: &mut [Link]) {
    let mut departures = Vec::new();
    walk_back(problem, vehicle_index, links, |index, latest| {
        if links[index].event == Event::Depart {
            departures.push((index, latest));
        }
    });
    let mut ready = problem.vehicles()[vehicle_index].shift.start;
    for (index, link) in links.iter_mut().enumerate() {
        link.start = if departures.last().is_some_and(|&(departure, _)| departure == index) {
            departures.pop().map_or(link.start, |(_, latest)| latest)
        } else {
            let windows = windows_of(problem, vehicle_index, link.event);
            earliest_in(windows, (ready + link.travel).max(link.not_before)).unwrap_or(link.start)
        };
        ready = link.start + link.lasting;
    }
}
