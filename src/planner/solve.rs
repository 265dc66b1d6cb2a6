//! From a problem to a solution.

use std::ops::ControlFlow;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::engine::{Fleet, Scratch, Tour, construct, improve, insertion, render, warm_start};
use super::problem::Problem;
use super::solution::Solution;

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SolveOptions {
    /// Where the search's random choices come from. The same problem, seed and iterations give the same solution
    /// on any number of threads.
    pub seed: u64,
    /// How many times to tear out some jobs and put them back better, after the first solution is built.
    pub iterations: u64,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self { seed: 1, iterations: 2_000 }
    }
}

/// What the search is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Building a first solution, job by job.
    Construct,
    /// Making it better, iteration by iteration.
    Improve,
}

/// How far the search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// How many jobs or iterations of the phase are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
    /// The cost of the best solution so far.
    pub cost: Cost,
    /// How many jobs it leaves out.
    pub unassigned: usize,
}

/// The caller's say in a search: called often, it stops the search by breaking.
pub type Control<'a> = dyn FnMut(&Progress) -> ControlFlow<()> + 'a;

/// Solves a problem.
///
/// The solution keeps every rule of the problem; jobs that could not be placed are listed as unassigned. `control`
/// is told of the progress many times a second on problems of ordinary size; when it breaks, the best solution
/// so far is returned at once. Time limits are its business: nothing here reads a clock.
#[must_use]
pub fn solve(problem: &Problem, options: &SolveOptions, control: &mut Control<'_>) -> Solution {
    let fleet = Fleet::new(problem);
    let mut scratch = Scratch::default();
    let mut tours = warm_start(&fleet, &mut scratch);
    let mut is_planned = vec![false; problem.jobs().len()];
    for job in tours.iter().flat_map(Tour::jobs) {
        is_planned[job] = true;
    }
    let pending = (0..problem.jobs().len()).filter(|&job| !is_planned[job]).collect();
    let built = construct::run(&fleet, &mut tours, pending, control, &mut scratch);
    if let ControlFlow::Continue(left_out) = built {
        let rng = ChaCha8Rng::seed_from_u64(options.seed);
        let searched = improve::run(&fleet, &mut tours, left_out, options.iterations, rng, control, &mut scratch);
        if searched.is_continue() {
            insertion::insert_all_that_fit(&fleet, &mut tours, &mut scratch, |tours, unassigned| {
                let cost = tours.iter().map(|tour| tour.cost).sum();
                let total = options.iterations;
                control(&Progress { phase: Phase::Improve, done: total, total, cost, unassigned }).is_continue()
            });
        }
    }
    render(&fleet, &tours, &mut scratch)
}
