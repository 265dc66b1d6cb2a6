//! Which jobs are near which.

use rayon::prelude::*;

use crate::planner::job::JobKind;
use crate::planner::problem::Problem;
use crate::planner::units::{JobIndex, Place};

/// For each job, at most so many others nearest to it by travel there and back (in the first vehicle's matrix), nearest first.
pub(super) fn nearest(problem: &Problem, most: usize) -> Vec<Vec<JobIndex>> {
    let places: Vec<Vec<Place>> = problem.jobs().iter().map(|job| places_of(&job.kind)).collect();
    if problem.vehicles().is_empty() {
        return vec![Vec::new(); places.len()];
    }
    let apart = |from: Place, to: Place| {
        let one_way = |from, to| problem.leg(0, from, to).map_or(i64::from(u32::MAX), |leg| leg.duration);
        one_way(from, to) + one_way(to, from)
    };
    let near = |job: JobIndex| {
        let distance = |other: JobIndex| {
            let pairs = places[job].iter().flat_map(|&from| places[other].iter().map(move |&to| apart(from, to)));
            pairs.min().unwrap_or(i64::MAX)
        };
        let mut others: Vec<(i64, JobIndex)> =
            (0..places.len()).filter(|&other| other != job).map(|other| (distance(other), other)).collect();
        if others.len() > most {
            others.select_nth_unstable(most);
            others.truncate(most);
        }
        others.sort_unstable();
        others.into_iter().map(|(_, other)| other).collect()
    };
    (0..places.len()).into_par_iter().map(near).collect()
}

fn places_of(kind: &JobKind) -> Vec<Place> {
    match kind {
        JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. } => vec![task.place],
        JobKind::Shipment { pickup, delivery } => vec![pickup.place, delivery.place],
    }
}
