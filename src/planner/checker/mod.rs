//! The checker: re-derives feasibility and cost of a solution from the raw problem.
//!
//! It is written apart from the engine on purpose. It reads only the types of the problem and the solution, and
//! shares no arithmetic with the engine, not even that of costs: a mistake would have to be made twice, in two
//! different shapes, to pass. It believes nothing the solution claims: every claimed time, load, distance and
//! cost is compared with the one derived here. It never panics, whatever the solution says.

mod company;
mod coverage;
mod load;
mod relay;
mod route;
mod totals;
mod violation;

pub use violation::{Cause, Rule, Violation};

use super::cost::{Cost, CostSplit, Score};
use super::problem::Problem;
use super::solution::Solution;

/// What the checker found a valid solution to cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedCost {
    /// What the solution is judged by.
    pub score: Score,
    /// The cost by cause.
    pub split: CostSplit,
}

/// Verifies that a solution keeps every rule of its problem and costs what it claims.
///
/// # Errors
/// Every violation found, in the order of the routes.
pub fn check(problem: &Problem, solution: &Solution) -> Result<CheckedCost, Vec<Violation>> {
    let mut violations = Vec::new();
    coverage::check(problem, solution, &mut violations);
    company::check(problem, solution, &mut violations);
    relay::check(problem, solution, &mut violations);
    for (index, route) in solution.routes.iter().enumerate() {
        route::check(problem, index, route, &mut violations);
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    // Every claim was found equal to what was derived, so the claims can be added up.
    let mut split = CostSplit::default();
    for route in &solution.routes {
        split.fixed.0 += route.cost.fixed.0;
        split.duration.0 += route.cost.duration.0;
        split.travel.0 += route.cost.travel.0;
        split.distance.0 += route.cost.distance.0;
        split.lateness.0 += route.cost.lateness.0;
        split.overtime.0 += route.cost.overtime.0;
    }
    let CostSplit { fixed, duration, travel, distance, lateness, overtime } = split;
    let cost = Cost(fixed.0 + duration.0 + travel.0 + distance.0 + lateness.0 + overtime.0);
    let mut left_out = 0;
    for &job in &solution.unassigned {
        left_out += 1 + i64::from(problem.jobs()[job].priority);
    }
    Ok(CheckedCost { score: Score { left_out, cost }, split })
}
