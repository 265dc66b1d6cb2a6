//! That every job is done once or left out once, and that what is locked is kept.

use std::collections::{HashMap, HashSet};

use super::violation::{Rule, Violation};
use crate::planner::job::JobKind;
use crate::planner::problem::{InitialRoute, Problem};
use crate::planner::solution::{Solution, Visit};

pub(super) fn check(problem: &Problem, solution: &Solution, violations: &mut Vec<Violation>) {
    let mut report = |rule| {
        violations.push(Violation { route: None, trip: None, step: None, rule });
    };

    let mut times_made: HashMap<Visit, usize> = HashMap::new();
    for step in solution.routes.iter().flat_map(|route| &route.trips).flat_map(|trip| &trip.steps) {
        if step.visit.job().is_some() {
            *times_made.entry(step.visit).or_default() += 1;
        }
    }
    let mut twice: Vec<Visit> = times_made.iter().filter(|&(_, &times)| times > 1).map(|(&visit, _)| visit).collect();
    twice.sort_unstable();
    for visit in twice {
        report(Rule::VisitTwice { visit });
    }

    let mut left_out = HashSet::new();
    for &job in &solution.unassigned {
        if job >= problem.jobs().len() || !left_out.insert(job) {
            report(Rule::Unassigned { job });
        }
    }

    for (index, job) in problem.jobs().iter().enumerate() {
        let is_planned = match job.kind {
            JobKind::Delivery(_) | JobKind::Pickup(_) | JobKind::Exchange { .. } => {
                times_made.contains_key(&Visit::Serve(index))
            }
            JobKind::Shipment { .. } => {
                times_made.contains_key(&Visit::PickUp(index)) || times_made.contains_key(&Visit::Deliver(index))
            }
        };
        match (is_planned, left_out.contains(&index)) {
            (true, true) => report(Rule::PlannedAndUnassigned { job: index }),
            (false, false) => report(Rule::Missing { job: index }),
            _ => {}
        }
    }

    let mut vehicles = HashSet::new();
    for route in &solution.routes {
        if !vehicles.insert(route.vehicle) {
            report(Rule::VehicleTwice { vehicle: route.vehicle });
        }
    }

    for initial in problem.initial().iter().filter(|initial| initial.locked > 0) {
        check_locked(initial, solution, violations);
    }
}

fn check_locked(initial: &InitialRoute, solution: &Solution, violations: &mut Vec<Violation>) {
    let vehicle = initial.vehicle;
    let Some(index) = solution.routes.iter().position(|route| route.vehicle == vehicle) else {
        let rule = Rule::LockedRouteMissing { vehicle };
        violations.push(Violation { route: None, trip: None, step: None, rule });
        return;
    };
    let route = &solution.routes[index];
    let mut still_locked = initial.locked;
    for (trip, expected_visits) in initial.trips.iter().enumerate() {
        if still_locked == 0 {
            break;
        }
        let found_steps = route.trips.get(trip).map_or(&[][..], |trip| &trip.steps);
        for (position, &expected) in expected_visits.iter().enumerate().take(still_locked) {
            let found = found_steps.get(position).map(|step| step.visit);
            if found != Some(expected) {
                let rule = Rule::Locked { trip, position, expected, found };
                violations.push(Violation { route: Some(index), trip: Some(trip), step: Some(position), rule });
            }
        }
        // Where a later trip is locked too, this one is closed: nothing may be added behind.
        if still_locked > expected_visits.len() && found_steps.len() > expected_visits.len() {
            let rule = Rule::LockedTripExtended { trip, expected: expected_visits.len(), found: found_steps.len() };
            violations.push(Violation { route: Some(index), trip: Some(trip), step: None, rule });
        }
        still_locked = still_locked.saturating_sub(expected_visits.len());
    }
}
