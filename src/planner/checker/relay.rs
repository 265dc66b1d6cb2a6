//! That no job is loaded before the goods are there that another brings.

use std::collections::HashMap;

use super::violation::{Rule, Violation};
use crate::planner::job::JobKind;
use crate::planner::problem::Problem;
use crate::planner::solution::{Solution, Visit};
use crate::planner::units::{JobIndex, Seconds};

pub(super) fn check(problem: &Problem, solution: &Solution, violations: &mut Vec<Violation>) {
    // Claimed times are compared with derived ones elsewhere.
    let mut loaded: HashMap<JobIndex, Seconds> = HashMap::new();
    let mut arrived: HashMap<JobIndex, Seconds> = HashMap::new();
    for trip in solution.routes.iter().flat_map(|route| &route.trips) {
        for step in &trip.steps {
            let Some(job) = step.visit.job() else { continue };
            match (step.visit, problem.jobs().get(job).map(|job| &job.kind)) {
                (Visit::Serve(_), Some(JobKind::Delivery(_))) => {
                    loaded.insert(job, trip.departs);
                    arrived.insert(job, step.end);
                }
                (Visit::Serve(_), Some(JobKind::Exchange { .. })) => {
                    loaded.insert(job, trip.departs);
                    arrived.insert(job, trip.returns);
                }
                (Visit::Serve(_), Some(JobKind::Pickup(_))) => {
                    loaded.insert(job, step.start);
                    arrived.insert(job, trip.returns);
                }
                (Visit::PickUp(_), _) => {
                    loaded.insert(job, step.start);
                }
                (Visit::Deliver(_), _) => {
                    arrived.insert(job, step.end);
                }
                _ => {}
            }
        }
    }
    for (job, follows) in problem.jobs().iter().enumerate().filter_map(|(index, job)| Some((index, job.follows?))) {
        let Some(&loaded) = loaded.get(&job) else { continue };
        let forerunner = follows.job;
        let rule = match arrived.get(&forerunner).map(|arrived| arrived.saturating_add(follows.handling)) {
            None => Rule::ForerunnerMissing { job, forerunner },
            Some(ready) if loaded < ready => Rule::LoadedBeforeArrival { job, forerunner, loaded, ready },
            Some(_) => continue,
        };
        violations.push(Violation { route: None, trip: None, step: None, rule });
    }
}
