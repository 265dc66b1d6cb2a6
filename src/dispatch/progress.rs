use std::{fmt, ops::ControlFlow};

use super::{DispatchError, search::Solver};
use crate::planner::{self, Problem, Solution, SolveOptions};

/// The part of the work that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Travel times between the day's places.
    Travel,
    /// The runs.
    Runs,
    /// The runs again, with the second legs of items that change at the centre.
    Relays,
    /// The rounds.
    Rounds,
    /// Putting the plan together.
    Assembly,
}

impl Phase {
    /// A word for it, stable for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Travel => "travel",
            Self::Runs => "runs",
            Self::Relays => "relays",
            Self::Rounds => "rounds",
            Self::Assembly => "assembly",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How far planning has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayProgress {
    /// What is under way.
    pub phase: Phase,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; zero where it is not known.
    pub total: u64,
}

/// Has problems solved, passes progress on to the caller and remembers that the caller wants to stop.
pub(super) struct Reporter<'a> {
    solver: &'a mut Solver<'a>,
    control: &'a mut dyn FnMut(&DayProgress) -> ControlFlow<()>,
    phase: Phase,
    stopped: bool,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(control: &'a mut dyn FnMut(&DayProgress) -> ControlFlow<()>, solver: &'a mut Solver<'a>) -> Self {
        Self { solver, control, phase: Phase::Travel, stopped: false }
    }

    pub(super) fn enter(&mut self, phase: Phase, total: usize) -> Result<(), DispatchError> {
        self.phase = phase;
        match self.report(0, total as u64) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(DispatchError::Cancelled),
        }
    }

    fn report(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        let flow = (self.control)(&DayProgress { phase: self.phase, done, total });
        self.stopped |= flow.is_break();
        flow
    }

    /// Has a problem solved; the engine's own progress becomes the caller's.
    pub(super) fn solve(&mut self, problem: &Problem, options: &SolveOptions) -> Solution {
        let Self { solver, control, phase, stopped } = self;
        solver(problem, options, &mut |state: &planner::Progress| {
            let flow = control(&DayProgress { phase: *phase, done: state.done, total: state.total });
            *stopped |= flow.is_break();
            flow
        })
    }

    pub(super) fn check(&self) -> Result<(), DispatchError> {
        if self.stopped { Err(DispatchError::Cancelled) } else { Ok(()) }
    }
}
