use std::{collections::HashMap, ops::ControlFlow, sync::Arc};

use crate::{
    dispatch::search::planner_vehicle,
    domain::{DayRules, Vehicle},
    planner::{self, Job, JobKind, Matrix, Problem, ProblemParts, Seconds, SoftDue, SolveOptions, Task, TimeWindow},
};

/// How long the engine looks for the tours of one set of offices, in iterations: they are few, and good tours of few offices are
/// found soon.
const ITERATIONS: u64 = 300;
const SEED: u64 = 1;

/// The tours of one run, one list of places for each courier who rides.
pub(super) type Tours = Vec<Vec<usize>>;

/// Which offices are to be visited, by how many, in what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ask {
    /// The places.
    pub(super) places: u128,
    /// Those of them that are left out last.
    pub(super) urgent: u128,
    /// From departure to return, seconds.
    pub(super) limit_s: Seconds,
    /// Couriers.
    pub(super) riders: u32,
}

/// The best known tours for each set of offices. They follow from the set alone, so whoever asks first changes nothing.
pub(super) struct TourBook {
    matrix: Matrix,
    size: usize,
    vehicle: Vehicle,
    rules: DayRules,
    typical: Vec<i64>,
    known: HashMap<Ask, Arc<Tours>>,
}

impl TourBook {
    pub(super) fn new(matrix: &Matrix, vehicle: &Vehicle, rules: &DayRules, typical: Vec<i64>) -> Self {
        Self {
            matrix: matrix.clone(),
            size: typical.len(),
            vehicle: vehicle.clone(),
            rules: *rules,
            typical,
            known: HashMap::new(),
        }
    }

    pub(super) fn known(&self, ask: &Ask) -> Option<Arc<Tours>> {
        self.known.get(ask).cloned()
    }

    pub(super) fn keep(&mut self, ask: Ask, tours: Tours) -> Arc<Tours> {
        Arc::clone(self.known.entry(ask).or_insert_with(|| Arc::new(tours)))
    }

    /// The problem of a set, with its places in the order of its jobs. It is solved outside, so that nobody waits for it.
    pub(super) fn problem(&self, ask: &Ask) -> Option<(Problem, Vec<usize>)> {
        let places: Vec<usize> = (1..self.size).filter(|place| ask.places >> place & 1 == 1).collect();
        let of_all: Vec<usize> = std::iter::once(0).chain(places.iter().copied()).collect();
        let pick = |values: &[u32]| -> Vec<u32> {
            of_all.iter().flat_map(|from| of_all.iter().map(move |to| values[from * self.size + to])).collect()
        };
        let matrix = Matrix {
            durations: pick(&self.matrix.durations),
            distances: pick(&self.matrix.distances),
            speeds: Vec::new(),
        };
        let job = |(nth, place): (usize, &usize)| {
            let count = self.typical[*place].max(1);
            let task = Task {
                place: nth + 1,
                setup: self.rules.joint_count_base_s,
                service: self.rules.joint_count_per_item_s * count,
                windows: Vec::new(),
            };
            let waiting = SoftDue { at: 0, cost_per_hour: self.rules.transit_cost_per_item_hour * count };
            Job {
                priority: if ask.urgent >> place & 1 == 1 { 50 } else { 10 },
                due: vec![waiting],
                ..Job::new(JobKind::Delivery(task), vec![0, 0])
            }
        };
        let vehicle = || planner::Vehicle {
            start_late: Some(0),
            ..planner_vehicle(&self.vehicle, &[self.vehicle.profile], TimeWindow::new(0, ask.limit_s))
        };
        let problem = Problem::new(ProblemParts {
            places: of_all.len(),
            dimensions: 2,
            matrices: vec![matrix],
            vehicles: (0..ask.riders).map(|_| vehicle()).collect(),
            jobs: places.iter().enumerate().map(job).collect(),
            ..ProblemParts::default()
        });
        problem.ok().map(|problem| (problem, places))
    }
}

/// Finds the tours of a problem.
pub(super) fn solve(problem: &Problem, places: &[usize]) -> Tours {
    let options = SolveOptions { seed: SEED, iterations: ITERATIONS };
    let solution = planner::solve(problem, &options, &mut |_| ControlFlow::Continue(()));
    let tour = |route: &planner::Route| -> Vec<usize> {
        let steps = route.trips.iter().flat_map(|trip| &trip.steps);
        steps.filter_map(|step| step.visit.job()).map(|job| places[job]).collect()
    };
    solution.routes.iter().map(tour).filter(|tour| !tour.is_empty()).collect()
}
