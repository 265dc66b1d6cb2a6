use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{
    SolveError,
    search::{SearchOrder, SearchStep},
    vroom::{VroomAnswer, solve_vroom},
};
use crate::{
    planner::formats::vroom::VroomInput,
    service::{Service, ServiceError},
};

/// How much solving a server does for its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SolveLimits {
    /// How many problems at once; those beyond are turned away rather than kept waiting.
    pub at_once: usize,
    /// The longest a search may be asked to take.
    pub time_max: Duration,
    /// The most tasks of a problem.
    pub tasks_max: usize,
    /// The most vehicles of a problem.
    pub vehicles_max: usize,
    /// The most threads of a search.
    pub threads_max: usize,
}

impl Default for SolveLimits {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self {
            at_once: threads.div_ceil(2),
            time_max: Duration::from_secs(60),
            tasks_max: 10_000,
            vehicles_max: 2_000,
            threads_max: threads,
        }
    }
}

/// How long a search takes when nobody says: at least this,
const TIME_LEAST: Duration = Duration::from_millis(500);
/// and for each task so much more.
const TIME_PER_TASK: Duration = Duration::from_millis(15);

/// What a client asks of the search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolveRequest {
    /// How long it may take.
    pub time: Option<Duration>,
    /// Where the random choices come from.
    pub seed: u64,
    /// How many threads.
    pub threads: Option<usize>,
}

/// What the process solves just now.
#[derive(Debug, Default)]
pub(in crate::service) struct Solving {
    pub(in crate::service) limits: SolveLimits,
    under_way: AtomicUsize,
    stopped: AtomicBool,
}

impl Solving {
    pub(in crate::service) fn limited(limits: SolveLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Ends every search soon; later ones find no more than their first solution.
    pub(in crate::service) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}

/// Leave to solve one problem, given back when it is dropped.
#[derive(Debug)]
pub struct SolvePermit(Arc<Solving>);

impl Drop for SolvePermit {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service {
    /// How much is solved for clients.
    #[must_use]
    pub fn solve_limits(&self) -> SolveLimits {
        self.inner.solving.limits
    }

    /// Leave to solve a problem, to be asked for before anything is spent on it.
    ///
    /// # Errors
    /// [`SolveError::Busy`].
    pub fn solve_permit(&self) -> Result<SolvePermit, ServiceError> {
        let solving = &self.inner.solving;
        let at_once = solving.limits.at_once;
        let more = |under_way: usize| (under_way < at_once).then_some(under_way + 1);
        match solving.under_way.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more) {
            Ok(_) => Ok(SolvePermit(Arc::clone(solving))),
            Err(_) => Err(SolveError::Busy { at_once, seconds: solving.limits.time_max.as_secs().clamp(1, 5) }.into()),
        }
    }

    /// Solves VROOM's JSON within the limits; `cancelled` ends the search early.
    ///
    /// # Errors
    /// [`SolveError::Vroom`], [`SolveError::TooLarge`], and [`ServiceError::Cancelled`].
    pub fn solve(
        &self,
        _permit: &SolvePermit,
        json: &[u8],
        request: &SolveRequest,
        cancelled: &AtomicBool,
    ) -> Result<VroomAnswer, ServiceError> {
        let begun = Instant::now();
        let solving = &self.inner.solving;
        let limits = solving.limits;
        let settle = |input: &VroomInput| {
            for (what, count, limit) in
                [("tasks", input.tasks(), limits.tasks_max), ("vehicles", input.vehicle_count(), limits.vehicles_max)]
            {
                if count > limit {
                    return Err(SolveError::TooLarge { what, count, limit }.into());
                }
            }
            let options = input.options();
            let tasks = u32::try_from(input.tasks()).unwrap_or(u32::MAX);
            let asked = request.time.or_else(|| options.seconds.map(Duration::from_secs_f64));
            let time = asked.unwrap_or_else(|| TIME_LEAST + TIME_PER_TASK * tasks).min(limits.time_max);
            Ok(SearchOrder {
                seed: request.seed,
                threads: request.threads.or(options.threads).unwrap_or(1).min(limits.threads_max),
                fewest_vehicles: false,
                begun,
                time: Some(time),
                iterations: None,
                good_enough: None,
            })
        };
        let is_over = || cancelled.load(Ordering::Relaxed) || solving.stopped.load(Ordering::Relaxed);
        let mut hear = |_: &SearchStep| if is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let answer = solve_vroom(json, || Ok(Arc::clone(&self.inner.travel)), settle, &mut hear)?;
        if is_over() { Err(ServiceError::Cancelled) } else { Ok(answer) }
    }
}
