//! Goods that one job brings and another takes on.
//!
//! Between two jobs of one route this is one more rule of its schedule. Between two routes it is kept from both sides:
//! each route is scheduled against the times that the other has at the moment, so both always hold together. That is
//! cautious: a route never waits longer so that another might be late.

use super::Fleet;
use super::chain::{Event, Link};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::job::JobKind;
use crate::planner::problem::Problem;
use crate::planner::solution::{Route, Visit};
use crate::planner::units::{JobIndex, Seconds};

/// What jobs on other tours ask of the times of a tour.
#[derive(Debug, Clone, Default)]
pub(in crate::planner) struct Bounds {
    /// Followers, each with the time at which its goods are ready.
    pub(super) ready: Vec<(JobIndex, Seconds)>,
    /// Forerunners, each with a follower and the time by which that needs the goods.
    pub(super) awaited: Vec<(JobIndex, JobIndex, Seconds)>,
}

/// When a job's goods are loaded, and when they have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) loads: Seconds,
    pub(super) arrives: Seconds,
}

/// Two links of one chain of which the first brings what the second takes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relay {
    forerunner: JobIndex,
    arrival: usize,
    loading: usize,
    handling: Seconds,
}

/// Lets the followers of a chain wait for what other tours bring them.
pub(super) fn hold(problem: &Problem, bounds: &Bounds, links: &mut [Link]) {
    for &(job, ready) in &bounds.ready {
        if let Some(link) = loading(problem, links, job).map(|at| &mut links[at])
            && link.not_before < ready
        {
            (link.not_before, link.ready_job) = (ready, job);
        }
    }
}

/// Finds the relays within a chain, and marks where goods arrive that are awaited here or elsewhere.
pub(super) fn find(fleet: &Fleet, links: &mut [Link], relays: &mut Vec<Relay>) -> Result<(), ExclusionReason> {
    relays.clear();
    let Some(bonds) = fleet.bonds.as_ref().filter(|bonds| bonds.has_relays()) else { return Ok(()) };
    let problem = fleet.problem;
    for at in 0..links.len() {
        let Event::Visit(Visit::Serve(job) | Visit::PickUp(job)) = links[at].event else { continue };
        if !bonds.followers(job).is_empty()
            && let Some(arrival) = arrival(problem, links, job)
        {
            links[arrival].is_awaited = true;
        }
        let Some(follows) = problem.jobs()[job].follows else { continue };
        let forerunner = follows.job;
        if let Some(arrival) = arrival(problem, links, forerunner)
            && let Some(loading) = loading(problem, links, job)
        {
            if loading <= arrival {
                return Err(ExclusionReason::ForerunnerBehind { job, forerunner });
            }
            relays.push(Relay { forerunner, arrival, loading, handling: follows.handling });
        }
    }
    Ok(())
}

/// Raises the loadings that stand before their goods are ready; `None` where there is none. Ends when repeated, as
/// [`on_board::raise`](super::on_board::raise) does.
pub(super) fn raise(links: &mut [Link], relays: &[Relay]) -> Option<ExclusionReason> {
    let mut raised = None;
    for &Relay { forerunner, arrival, loading, handling } in relays {
        let ready = arrives_at(&links[arrival]) + handling;
        if links[loading].start < ready {
            links[loading].not_before = ready;
            raised = Some(ExclusionReason::ForerunnerLate { forerunner, ready });
        }
    }
    raised
}

/// That goods arrive by the time at which other tours need them.
pub(super) fn check_awaited(problem: &Problem, bounds: &Bounds, links: &[Link]) -> Result<(), ExclusionReason> {
    for &(job, follower, by) in &bounds.awaited {
        let arrives = arrival(problem, links, job).map(|at| arrives_at(&links[at]));
        if let Some(arrival) = arrives.filter(|&arrives| arrives > by) {
            return Err(ExclusionReason::FollowerWaits { job, follower, arrival, by });
        }
    }
    Ok(())
}

/// The times of the jobs of a settled chain that take part in a relay.
pub(super) fn times(fleet: &Fleet, links: &[Link]) -> Vec<(JobIndex, Times)> {
    let Some(bonds) = fleet.bonds.as_ref().filter(|bonds| bonds.has_relays()) else { return Vec::new() };
    let problem = fleet.problem;
    let of = |link: &Link| {
        let Event::Visit(Visit::Serve(job) | Visit::PickUp(job)) = link.event else { return None };
        if problem.jobs()[job].follows.is_none() && bonds.followers(job).is_empty() {
            return None;
        }
        let loads = links[loading(problem, links, job)?].start;
        let arrives = arrives_at(&links[arrival(problem, links, job)?]);
        Some((job, Times { loads, arrives }))
    };
    links.iter().filter_map(of).collect()
}

/// The same of a route of a checked solution.
pub(super) fn times_claimed(fleet: &Fleet, route: &Route) -> Vec<(JobIndex, Times)> {
    let Some(bonds) = fleet.bonds.as_ref().filter(|bonds| bonds.has_relays()) else { return Vec::new() };
    let mut times = Vec::new();
    for trip in &route.trips {
        for step in &trip.steps {
            let (Visit::Serve(job) | Visit::PickUp(job)) = step.visit else { continue };
            let of = &fleet.problem.jobs()[job];
            if of.follows.is_none() && bonds.followers(job).is_empty() {
                continue;
            }
            let given = trip.steps.iter().find(|other| other.visit == Visit::Deliver(job)).unwrap_or(step);
            let loads = if of.kind.is_loaded_at_depot() { trip.departs } else { step.start };
            let rides_to_end = matches!(of.kind, JobKind::Pickup(_) | JobKind::Exchange { .. });
            times.push((job, Times { loads, arrives: if rides_to_end { trip.returns } else { given.end } }));
        }
    }
    times
}

/// Where a job's goods come on board: at the departure of its trip or at its visit.
fn loading(problem: &Problem, links: &[Link], job: JobIndex) -> Option<usize> {
    let taken = [Event::Visit(Visit::Serve(job)), Event::Visit(Visit::PickUp(job))];
    let visit = links.iter().position(|link| taken.contains(&link.event))?;
    if problem.jobs()[job].kind.is_loaded_at_depot() {
        return links[..visit].iter().rposition(|link| link.event == Event::Depart);
    }
    Some(visit)
}

/// Where a job's goods, or what it took, leave the vehicle: at its visit or at the end of its trip.
fn arrival(problem: &Problem, links: &[Link], job: JobIndex) -> Option<usize> {
    let given = [Event::Visit(Visit::Serve(job)), Event::Visit(Visit::Deliver(job))];
    let visit = links.iter().position(|link| given.contains(&link.event))?;
    if matches!(problem.jobs()[job].kind, JobKind::Pickup(_) | JobKind::Exchange { .. }) {
        let end = links[visit..].iter().position(|link| matches!(link.event, Event::Reload | Event::End))?;
        return Some(visit + end);
    }
    Some(visit)
}

/// At the end of a visit; at the end of a trip already when it returns.
fn arrives_at(link: &Link) -> Seconds {
    if matches!(link.event, Event::Visit(_)) { link.start + link.lasting } else { link.start }
}
