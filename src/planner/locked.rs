//! That what is locked can be kept, so that every problem has a feasible solution.

use super::engine::{Fleet, Scratch};
use super::error::ProblemError;
use super::problem::Problem;

/// Tries to schedule the smallest route of each vehicle with locked visits.
pub(super) fn verify(problem: &Problem) -> Result<(), ProblemError> {
    if problem.initial().iter().all(|route| route.locked == 0) {
        return Ok(());
    }
    let fleet = Fleet::new(problem);
    let mut scratch = Scratch::default();
    for (initial, route) in problem.initial().iter().enumerate().filter(|(_, route)| route.locked > 0) {
        let vehicle = route.vehicle;
        let base = fleet.base_tour(vehicle, &mut scratch);
        let base = base.map_err(|reason| ProblemError::LockedInfeasible { initial, vehicle, reason })?;
        if let Some(reason) = base.jobs().find_map(|job| fleet.missing_skill(vehicle, job)) {
            return Err(ProblemError::LockedInfeasible { initial, vehicle, reason });
        }
    }
    Ok(())
}
