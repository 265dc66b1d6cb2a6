//! The planner's behaviour: every answer passes the checker, the checker refuses every damage, and the engine is
//! near the best there is where that can be known.

#![allow(clippy::too_many_lines, reason = "a table of cases is read as one")]

mod brute_force;
mod check_refuses;
mod check_stricter;
mod company;
mod exchange;
mod explain;
mod formats;
mod generator;
mod metamorphic;
mod on_board;
mod overtime;
mod plain;
mod problem_errors;
mod properties;
mod relay;
mod rush;
mod scenarios;
mod vroom;

use std::ops::ControlFlow;

use conthoi::planner::{Matrix, Problem, ProblemParts, Solution, SolveOptions, Visit, checker, solve};

/// Solves without being stopped.
fn solve_to_end(problem: &Problem, seed: u64, iterations: u64) -> Solution {
    solve(problem, &SolveOptions { seed, iterations }, &mut |_| ControlFlow::Continue(()))
}

/// A problem and its solution, which the checker accepts.
fn solved(parts: ProblemParts) -> (Problem, Solution) {
    let problem = Problem::new(parts).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 60);
    let checked = checker::check(&problem, &solution);
    assert!(checked.is_ok(), "{checked:?}\n{solution:#?}");
    (problem, solution)
}

/// The visits of each trip of a vehicle; none where it stays at home.
fn visits_of(solution: &Solution, vehicle: usize) -> Vec<Vec<Visit>> {
    let trips = solution.route_of(vehicle).map_or(&[][..], |route| &route.trips);
    trips.iter().map(|trip| trip.steps.iter().map(|step| step.visit).collect()).collect()
}

/// A matrix in which going from place `i` to place `j` takes `|i − j|` times `seconds`, and as many metres.
fn line(places: u32, seconds: u32) -> Matrix {
    let entries: Vec<u32> =
        (0..places).flat_map(|from| (0..places).map(move |to| from.abs_diff(to) * seconds)).collect();
    Matrix { durations: entries.clone(), distances: entries, ..Matrix::default() }
}
