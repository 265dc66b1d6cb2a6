//! How this layer uses the engine: the fleet as the planner has it, how long to search, and a look at every answer.

use super::{DispatchError, progress::Reporter};
use crate::{
    domain::{Vehicle, VehicleProfile},
    planner::{self, Problem, Solution, SolveOptions, TimeWindow, VehicleCosts, checker},
};

/// Who solves the problems that a day consists of, given the day's seed and how long the engine would search.
///
/// Its answers go through [`planner::checker`] like those of the engine itself.
pub type Solver<'a> = dyn FnMut(&Problem, &SolveOptions, &mut planner::Control<'_>) -> Solution + 'a;

/// How long the engine searches: so many iterations at least, and so many for each job. They are counted, not timed, so that
/// the same day has the same plan on every machine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    least: u64,
    a_job: u64,
}

impl Effort {
    /// For the runs of a day. A day of one centre at its usual volume is planned within two seconds by this.
    pub(super) const RUNS: Self = Self { least: 1_500, a_job: 5 };
    /// For the rounds of a depot, where an iteration takes a tenth of that time.
    pub(super) const ROUNDS: Self = Self { least: 2_000, a_job: 20 };
    /// For the question whether one more stop fits into a depot's rounds, which somebody waits for.
    pub(super) const PROMISE: Self = Self { least: 200, a_job: 10 };

    pub(super) fn iterations(self, problem: &Problem) -> u64 {
        self.least.max(self.a_job * problem.jobs().len() as u64)
    }
}

/// Has a problem solved and the checker look at the answer.
pub(super) fn solve_checked(
    problem: &Problem,
    effort: Effort,
    seed: u64,
    progress: &mut Reporter<'_>,
) -> Result<Solution, DispatchError> {
    let solution = progress.solve(problem, &SolveOptions { seed, iterations: effort.iterations(problem) });
    progress.check()?;
    accepted(problem, solution)
}

/// A solution that the checker has looked at.
pub(super) fn accepted(problem: &Problem, solution: Solution) -> Result<Solution, DispatchError> {
    match checker::check(problem, &solution) {
        Ok(_) => Ok(solution),
        Err(violations) => {
            let lines: Vec<String> = violations.iter().take(5).map(ToString::to_string).collect();
            Err(DispatchError::Refused(lines.join("; ")))
        }
    }
}

/// The ways of travelling that some vehicles have, in the order of their matrices.
pub(super) fn profiles<'a>(vehicles: impl Iterator<Item = &'a Vehicle>) -> Vec<VehicleProfile> {
    let mut profiles: Vec<VehicleProfile> = vehicles.map(|vehicle| vehicle.profile).collect();
    profiles.sort_unstable();
    profiles.dedup();
    profiles
}

/// A vehicle of the fleet that leaves the depot, the first of the places, and is back within a shift.
pub(super) fn planner_vehicle(vehicle: &Vehicle, profiles: &[VehicleProfile], shift: TimeWindow) -> planner::Vehicle {
    let capacity = vec![vehicle.capacity_items.into(), vehicle.capacity_g.into()];
    planner::Vehicle {
        matrix: profiles.iter().position(|profile| *profile == vehicle.profile).unwrap_or(0),
        costs: VehicleCosts {
            fixed: vehicle.fixed_cost_dong.into(),
            per_hour: vehicle.cost_per_hour_dong.into(),
            per_travel_hour: 0,
            per_km: vehicle.cost_per_km_dong.into(),
        },
        ..planner::Vehicle::at_depot(0, shift, capacity)
    }
}
