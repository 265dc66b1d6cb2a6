//! What planning has decided about each item so far.

use super::journey::Journey;
use crate::{domain::UnassignedReason, planner::Seconds};

/// One leg as it was planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunLegOutcome {
    /// The run, by index of the day's runs.
    pub(super) run: usize,
    /// When it is handed over: at the office, or at the centre when the run is back.
    pub(super) arrives: Seconds,
}

/// Where an item has come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// The run legs planned, in the journey's order; shorter than the journey's when it stops on the way.
    pub(super) run_legs: Vec<RunLegOutcome>,
    /// When its home is visited.
    pub(super) home: Option<Seconds>,
    /// Why it goes no farther today.
    pub(super) stopped: Option<UnassignedReason>,
}

/// The outcomes of all journeys, by their index.
pub(super) struct Outcomes {
    pub(super) of: Vec<Outcome>,
}

impl Outcomes {
    pub(super) fn new(journeys: &[Journey<'_>]) -> Self {
        Self {
            of: journeys
                .iter()
                .map(|journey| Outcome { stopped: journey.stays.clone(), ..Outcome::default() })
                .collect(),
        }
    }
}
