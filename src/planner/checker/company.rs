//! That jobs share a vehicle where they must, and do not where they must not.

use std::collections::BTreeMap;

use super::violation::{Rule, Violation};
use crate::planner::problem::Problem;
use crate::planner::solution::Solution;
use crate::planner::units::{JobIndex, VehicleIndex};

pub(super) fn check(problem: &Problem, solution: &Solution, violations: &mut Vec<Violation>) {
    let mut report = |rule| violations.push(Violation { route: None, trip: None, step: None, rule });
    let mut carriers: BTreeMap<JobIndex, VehicleIndex> = BTreeMap::new();
    for route in &solution.routes {
        for step in route.trips.iter().flat_map(|trip| &trip.steps) {
            step.visit.job().map(|job| carriers.insert(job, route.vehicle));
        }
    }
    for (group, members) in problem.together().iter().enumerate() {
        let mut planned = members.iter().filter_map(|job| Some((*job, *carriers.get(job)?)));
        let Some((job, vehicle)) = planned.next() else { continue };
        if let Some((other, _)) = planned.find(|&(_, of_other)| of_other != vehicle) {
            report(Rule::NotTogether { group, job, other });
        }
    }
    for (group, members) in problem.apart().iter().enumerate() {
        let mut taken: BTreeMap<VehicleIndex, JobIndex> = BTreeMap::new();
        for &job in members {
            if let Some(&vehicle) = carriers.get(&job)
                && let Some(other) = taken.insert(vehicle, job)
            {
                report(Rule::NotApart { group, job: other, other: job });
            }
        }
    }
}
