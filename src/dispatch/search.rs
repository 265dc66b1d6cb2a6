//! How this layer uses the engine: the fleet as the planner has it, how long to search, and a look at every answer.

use super::{DispatchError, progress::Reporter};
use crate::{
    domain::{Vehicle, VehicleProfile},
    planner::{self, Problem, Solution, SolveOptions, TimeWindow, VehicleCosts, checker},
};

/// Who solves the problems that a day consists of, given the day's seed.
///
/// Its answers go through [`planner::checker`](crate::planner::checker) like those of the engine itself.
pub type Solver<'a> = dyn FnMut(&Problem, u64, &mut planner::Control<'_>) -> Solution + 'a;

/// How long the engine searches; more hardly pays on a day of one centre.
const ITERATIONS: u64 = 1_000;

/// Searches as long as pays on problems of this size.
pub(super) fn long_enough(problem: &Problem, seed: u64, control: &mut planner::Control<'_>) -> Solution {
    planner::solve(problem, &SolveOptions { seed, iterations: ITERATIONS }, control)
}

/// Has a problem solved and the checker look at the answer.
pub(super) fn solve_checked(
    problem: &Problem,
    seed: u64,
    progress: &mut Reporter<'_>,
) -> Result<Solution, DispatchError> {
    let solution = progress.solve(problem, seed);
    progress.check()?;
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
