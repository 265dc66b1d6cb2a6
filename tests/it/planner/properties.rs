//! What holds for every problem.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use conthoi::planner::explain::{insertion_cost, unassigned};
use conthoi::planner::{Job, JobKind, Problem, Route, Solution, SolveOptions, Visit, checker, solve};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::generator::{Size, problem};
use super::solve_to_end;

const ORDINARY: Size = Size { jobs: 12, vehicles: 4, day: 2_000, breaks: 2, trips: 3 };

fn assert_accepted(problem: &Problem, solution: &Solution) -> Result<checker::CheckedCost, TestCaseError> {
    checker::check(problem, solution).map_err(|violations| {
        let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
        TestCaseError::fail(format!("{list:#?}\n{solution:#?}"))
    })
}

pub(super) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started").install(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_checker_accepts_every_answer(problem in problem(ORDINARY), seed in 0..3_u64) {
        let solution = solve_to_end(&problem, seed, 60);
        let checked = assert_accepted(&problem, &solution)?;
        prop_assert_eq!(checked.score, solution.score(&problem));
        prop_assert_eq!(checked.split, solution.cost_split());
    }

    #[test]
    fn a_stopped_search_returns_a_feasible_answer(problem in problem(ORDINARY), calls in 0..40_usize) {
        let mut left = calls;
        let solution = solve(&problem, &SolveOptions { seed: 1, iterations: 30 }, &mut |_| {
            if left == 0 { return ControlFlow::Break(()); }
            left -= 1;
            ControlFlow::Continue(())
        });
        assert_accepted(&problem, &solution)?;
    }

    #[test]
    fn a_problem_and_its_solution_survive_json(problem in problem(ORDINARY)) {
        let solution = solve_to_end(&problem, 1, 5);
        let problem_json = serde_json::to_string(&problem).expect("a problem is plain data");
        let solution_json = serde_json::to_string(&solution).expect("a solution is plain data");
        prop_assert_eq!(serde_json::from_str::<Problem>(&problem_json).expect("it was valid"), problem);
        prop_assert_eq!(serde_json::from_str::<Solution>(&solution_json).expect("it is whole"), solution);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn one_thread_and_two_find_the_same(problem in problem(Size { jobs: 60, vehicles: 6, ..ORDINARY })) {
        let one = on_threads(1, || solve_to_end(&problem, 3, 40));
        let two = on_threads(2, || solve_to_end(&problem, 3, 40));
        prop_assert_eq!(one, two);
    }

    #[test]
    fn more_iterations_are_never_worse(problem in problem(ORDINARY)) {
        let built = solve_to_end(&problem, 1, 0).score(&problem);
        let improved = solve_to_end(&problem, 1, 100).score(&problem);
        prop_assert!(improved <= built, "{:?} after construction, {:?} after search", built, improved);
    }

    #[test]
    fn every_vehicle_says_why_it_does_not_take_a_job_that_is_left_out(problem in problem(ORDINARY)) {
        let solution = solve_to_end(&problem, 1, 30);
        for &job in &solution.unassigned {
            let excluded: Vec<usize> =
                unassigned(&problem, &solution, job).iter().map(|exclusion| exclusion.vehicle).collect();
            prop_assert_eq!(&excluded, &(0..problem.vehicles().len()).collect::<Vec<_>>());
            for vehicle in excluded {
                let trips = solution.route_of(vehicle).map_or(0, |route| route.trips.len());
                // What is out of range is an error like any other.
                for (trip, position) in (0..=trips).flat_map(|trip| (0..30).map(move |position| (trip, position))) {
                    prop_assert!(insertion_cost(&problem, &solution, job, vehicle, trip, position).is_err());
                }
            }
        }
    }

    #[test]
    fn taking_a_job_out_and_putting_it_back_costs_nothing(problem in problem(Size { breaks: 0, ..ORDINARY })) {
        let solution = solve_to_end(&problem, 1, 30);
        for route in &solution.routes {
            for (number, trip) in route.trips.iter().enumerate().filter(|(_, trip)| trip.steps.len() > 1) {
                for (position, step) in trip.steps.iter().enumerate() {
                    if let Visit::Serve(job) = step.visit
                        && let Ok(difference) = insertion_cost(&problem, &solution, job, route.vehicle, number, position)
                    {
                        prop_assert_eq!(difference.0, 0);
                    }
                }
            }
        }
    }
}

/// The properties above mean something only if the problems and their solutions have every feature.
#[test]
fn the_random_problems_reach_every_feature() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..300 {
        let problem = problem(ORDINARY).new_tree(&mut runner).expect("the generator rejects little").current();
        let solution = solve_to_end(&problem, 1, 10);
        let trips: Vec<_> = solution.routes.iter().flat_map(|route| &route.trips).collect();
        let has =
            |is_such: fn(&Visit) -> bool| trips.iter().flat_map(|trip| &trip.steps).any(|step| is_such(&step.visit));
        let has_job = |is_such: fn(&Job) -> bool| {
            let planned = trips.iter().flat_map(|trip| &trip.steps).filter_map(|step| step.visit.job());
            planned.into_iter().any(|job| is_such(&problem.jobs()[job]))
        };
        let planned_on = |group: &[usize]| -> Vec<usize> {
            let of = |route: &Route, job| {
                route.trips.iter().flat_map(|trip| &trip.steps).any(|step| step.visit.job() == Some(job))
            };
            group.iter().filter_map(|&job| solution.routes.iter().position(|route| of(route, job))).collect()
        };
        let features = [
            ("shipment", has(|visit| matches!(visit, Visit::PickUp(_)))),
            ("exchange", has_job(|job| matches!(job.kind, JobKind::Exchange { .. }))),
            ("time on board", has_job(|job| job.max_on_board.is_some())),
            ("jobs together", problem.together().iter().any(|group| planned_on(group).len() > 1)),
            ("jobs apart", problem.apart().iter().any(|group| planned_on(group).len() > 1)),
            ("rush hours", solution.routes.iter().any(|route| !problem.matrix_of(route.vehicle).speeds.is_empty())),
            ("relay", has_job(|job| job.follows.is_some())),
            ("break", has(|visit| matches!(visit, Visit::Break(_)))),
            ("break before the first visit", trips.iter().any(|trip| trip.steps[0].visit.job().is_none())),
            ("several trips", solution.routes.iter().any(|route| route.trips.len() > 1)),
            ("locked visits", problem.initial().iter().any(|route| route.locked > 0)),
            ("locked second trip", problem.initial().iter().any(|route| route.locked > route.trips[0].len())),
            ("hint without lock", problem.initial().iter().any(|route| route.locked == 0)),
            ("unassigned", !solution.unassigned.is_empty()),
            ("lateness", solution.cost_split().lateness.0 > 0),
            ("overtime", solution.cost_split().overtime.0 > 0),
            ("waiting", trips.iter().flat_map(|trip| &trip.steps).any(|step| step.start > step.arrival)),
            ("no depot", solution.routes.iter().any(|route| problem.vehicles()[route.vehicle].start.is_none())),
        ];
        for (feature, is_there) in features {
            *seen.entry(feature).or_default() += usize::from(is_there);
        }
    }
    println!("{seen:#?}");
    for (feature, count) in seen {
        assert!(count >= 5, "only {count} of 300 random problems have: {feature}");
    }
}
