//! The planner's behaviour: every answer passes the checker, the checker refuses every damage, and the engine is
//! near the best there is where that can be known.

#![allow(clippy::too_many_lines, reason = "a table of cases is read as one")]

mod brute_force;
mod check_refuses;
mod check_stricter;
mod explain;
mod formats;
mod generator;
mod metamorphic;
mod plain;
mod problem_errors;
mod properties;
mod scenarios;
mod vroom;

use std::ops::ControlFlow;

use conthoi::planner::{Matrix, Problem, Solution, SolveOptions, solve};

/// Solves without being stopped.
fn solve_to_end(problem: &Problem, seed: u64, iterations: u64) -> Solution {
    solve(problem, &SolveOptions { seed, iterations }, &mut |_| ControlFlow::Continue(()))
}

/// A matrix in which going from place `i` to place `j` takes `|i − j|` times `seconds`, and as many metres.
fn line(places: u32, seconds: u32) -> Matrix {
    let entries: Vec<u32> =
        (0..places).flat_map(|from| (0..places).map(move |to| from.abs_diff(to) * seconds)).collect();
    Matrix { durations: entries.clone(), distances: entries }
}
