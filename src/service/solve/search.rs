use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::SolveError;
use crate::{
    planner::{Cost, Goal, Phase, Problem, Progress, SearchOptions, Solution, checker, search},
    service::ServiceError,
};

/// How to search, and until when. The first of the ends that are given counts; one of them must be.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchOrder {
    /// Where the random choices come from.
    pub seed: u64,
    /// How many threads search side by side.
    pub threads: usize,
    /// Whether fewer vehicles come before less cost.
    pub fewest_vehicles: bool,
    /// From what instant the time counts.
    pub begun: Instant,
    /// When the answer must be there.
    pub time: Option<Duration>,
    /// The most iterations.
    pub iterations: Option<u64>,
    /// The cost, in the answer's unit, that is good enough to stop at once nothing is left out.
    pub good_enough: Option<f64>,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchStep {
    /// Iterations done.
    pub iterations: u64,
    /// The cost of the best solution so far, in the answer's unit.
    pub cost: f64,
    /// How many jobs that solution leaves out.
    pub unassigned: usize,
}

/// Who follows a search, and may stop it.
pub type SearchListener<'a> = dyn FnMut(&SearchStep) -> ControlFlow<()> + Send + 'a;

/// What a search came to.
pub(super) struct Found {
    /// The best solution, which the checker has accepted.
    pub(super) solution: Solution,
    pub(super) iterations: u64,
}

/// What is left to do for each visit once the search has ended: times, the check, the print.
const AFTERWARDS_PER_VISIT: Duration = Duration::from_micros(2);

/// Searches, and has the answer checked. `unit` is how many units of [`Cost`] make one of the answer's.
pub(super) fn find(
    problem: &Problem,
    order: &SearchOrder,
    unit: i64,
    hear: &mut SearchListener<'_>,
) -> Result<Found, ServiceError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(order.threads.max(1)).build();
    let pool = pool.map_err(|error| SolveError::Threads { threads: order.threads, problem: error.to_string() })?;
    let options = SearchOptions {
        seed: order.seed,
        goal: if order.fewest_vehicles { Goal::FewestVehicles } else { Goal::Cost },
        chains: order.threads.max(1),
    };
    tracing::debug!(since_start_ms = ms(order.begun.elapsed()), "the problem is read");
    pool.install(|| {
        let mut budget = Budget::new(problem, order, unit);
        let solution = search(problem, &options, &mut |progress| {
            let step = budget.step(progress);
            hear(&step)?;
            budget.spent(progress)
        });
        let Budget { iterations, .. } = budget;
        let searched = Instant::now();
        tracing::debug!(iterations, since_start_ms = ms(order.begun.elapsed()), "the search has ended");
        checker::check(problem, &solution).map_err(|violations| SolveError::CheckerRefused {
            first: violations.first().map(ToString::to_string).unwrap_or_default(),
            count: violations.len(),
        })?;
        tracing::debug!(took_ms = ms(searched.elapsed()), "the checker has accepted the answer");
        Ok(Found { solution, iterations })
    })
}

/// Whole milliseconds.
pub(super) fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What may be spent, and what has been.
struct Budget {
    begun: Instant,
    time: Option<Duration>,
    iterations_max: Option<u64>,
    good_enough: Option<Cost>,
    unit: i64,
    iterations: u64,
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "shares and shown costs need not be exact"
)]
impl Budget {
    fn new(problem: &Problem, order: &SearchOrder, unit: i64) -> Self {
        let visits = u32::try_from(2 * problem.jobs().len()).unwrap_or(u32::MAX);
        Self {
            begun: order.begun,
            time: order.time.map(|time| time.saturating_sub(AFTERWARDS_PER_VISIT * visits)),
            iterations_max: order.iterations,
            good_enough: order.good_enough.map(|cost| Cost((cost * unit as f64) as i64)),
            unit,
            iterations: 0,
        }
    }

    fn step(&mut self, progress: &Progress) -> SearchStep {
        // The last look for room for what is left out is no iteration, and the engine counts it as endless.
        if progress.phase == Phase::Improve && progress.done < u64::MAX {
            self.iterations = progress.done;
        }
        SearchStep {
            iterations: self.iterations,
            cost: progress.cost.0 as f64 / self.unit as f64,
            unassigned: progress.unassigned,
        }
    }

    fn spent(&self, progress: &Progress) -> ControlFlow<(), f64> {
        let of_time = self.time.map_or(0.0, |time| self.begun.elapsed().as_secs_f64() / time.as_secs_f64().max(1e-9));
        let searches = progress.phase == Phase::Improve && progress.done < u64::MAX;
        if !searches {
            return if of_time >= 1.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(0.0) };
        }
        if self.good_enough.is_some_and(|cost| progress.unassigned == 0 && progress.cost <= cost) {
            return ControlFlow::Continue(1.0);
        }
        let of_iterations = self.iterations_max.map_or(0.0, |most| match most {
            0 => 1.0,
            most => progress.done as f64 / most as f64,
        });
        ControlFlow::Continue(of_time.max(of_iterations).min(1.0))
    }
}
