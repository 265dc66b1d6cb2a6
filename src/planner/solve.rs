//! From a problem to a solution.

use std::ops::ControlFlow;

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};
use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::engine::{Fleet, Scratch, Tour, construct, improve, insertion, render, warm_start};
use super::plain;
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

/// What makes one solution better than another, once both leave out the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Less cost.
    #[default]
    Cost,
    /// Fewer vehicles, and among equally many less cost.
    FewestVehicles,
}

/// How to search when the caller says how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchOptions {
    /// Where the random choices come from.
    pub seed: u64,
    /// What to look for.
    pub goal: Goal,
    /// How many searches go on side by side. They use the threads there are; the solution depends on how many searches, not
    /// on how many threads. Small problems are searched as often as this, now and then the worst search going on from where
    /// the best is; problems of 150 jobs for each search are divided among them instead, and from 800 jobs on at any rate.
    /// Only the search of plain problems (the docs of `plain` say which they are) has more than one.
    pub chains: usize,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { seed: 1, goal: Goal::default(), chains: 1 }
    }
}

/// The caller's say in a [`search`]: the share of the budget that is spent, from 0 to 1, or a break to stop at once.
/// The budget may be time, iterations or what else the caller counts; the search cools down as it is spent, and
/// ends when it is.
pub type Pace<'a> = dyn FnMut(&Progress) -> ControlFlow<(), f64> + 'a;

/// Solves a problem in a given number of iterations.
///
/// The solution keeps every rule of the problem; jobs that could not be placed are listed as unassigned. `control`
/// is told of the progress many times a second on problems of ordinary size; when it breaks, the best solution
/// so far is returned at once.
#[must_use]
pub fn solve(problem: &Problem, options: &SolveOptions, control: &mut Control<'_>) -> Solution {
    let SolveOptions { seed, iterations } = *options;
    search(problem, &SearchOptions { seed, ..SearchOptions::default() }, &mut |progress| {
        let improves = progress.phase == Phase::Improve;
        let total = if improves { iterations } else { progress.total };
        control(&Progress { done: progress.done.min(total), total, ..*progress })?;
        #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let spent = if progress.done >= iterations { 1.0 } else { progress.done as f64 / iterations as f64 };
        ControlFlow::Continue(if improves { spent } else { 0.0 })
    })
}

/// Solves a problem within a budget that the caller keeps.
///
/// Like [`solve`], but `pace` says how much of the budget is spent, so the search can be as long as a time, which
/// nothing here reads. With the same problem, options and answers of `pace`, the solution is the same.
#[must_use]
pub fn search(problem: &Problem, options: &SearchOptions, pace: &mut Pace<'_>) -> Solution {
    let fleet = Fleet::new(problem);
    let mut scratch = Scratch::default();
    let mut tours = warm_start(&fleet, &mut scratch);
    let outcome = plain::search(&fleet, &mut tours, options, pace, &mut scratch)
        .unwrap_or_else(|| search_generally(&fleet, &mut tours, options, pace, &mut scratch));
    if outcome.is_continue() {
        insertion::insert_all_that_fit(&fleet, &mut tours, &mut scratch, |tours, unassigned| {
            let cost = tours.iter().map(|tour| tour.cost).sum();
            let total = u64::MAX;
            pace(&Progress { phase: Phase::Improve, done: total, total, cost, unassigned }).is_continue()
        });
    }
    render(&fleet, &tours, &mut scratch)
}

/// The search for problems of any kind.
fn search_generally(
    fleet: &Fleet,
    tours: &mut Vec<Tour>,
    options: &SearchOptions,
    pace: &mut Pace<'_>,
    scratch: &mut Scratch,
) -> ControlFlow<()> {
    let problem = fleet.problem;
    let mut is_planned = vec![false; problem.jobs().len()];
    for job in tours.iter().flat_map(Tour::jobs) {
        is_planned[job] = true;
    }
    let pending = (0..problem.jobs().len()).filter(|&job| !is_planned[job]).collect();
    let mut control = |progress: &Progress| match pace(progress) {
        ControlFlow::Continue(_) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(()),
    };
    let left_out = construct::run(fleet, tours, pending, &mut control, scratch)?;
    let rng = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    improve::run(fleet, tours, left_out, rng, pace, scratch)
}
