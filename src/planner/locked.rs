//! That what is locked can be kept, so that every problem has a feasible solution.

use super::engine::{Fleet, Scratch, locked_tours};
use super::error::ProblemError;
use super::problem::Problem;

/// Tries to schedule the smallest route of each vehicle with locked visits.
pub(super) fn verify(problem: &Problem) -> Result<(), ProblemError> {
    if problem.initial().iter().all(|route| route.locked == 0) {
        return Ok(());
    }
    locked_tours(&Fleet::new(problem), &mut Scratch::default()).map(drop).map_err(|(vehicle, reason)| {
        let initial = problem.initial().iter().position(|route| route.vehicle == vehicle);
        let initial = initial.expect("only a locked route can be infeasible");
        ProblemError::LockedInfeasible { initial, vehicle, reason }
    })
}
