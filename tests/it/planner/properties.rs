//! What holds for every problem.

use std::ops::ControlFlow;

use conthoi::planner::explain::{insertion_cost, unassigned};
use conthoi::planner::{Problem, Solution, SolveOptions, Visit, checker, solve};
use proptest::prelude::*;

use super::generator::{Size, problem};
use super::solve_to_end;

const ORDINARY: Size = Size {
    jobs: 12,
    vehicles: 4,
    day: 2_000,
    breaks: 2,
    trips: 3,
};

fn assert_accepted(
    problem: &Problem,
    solution: &Solution,
) -> Result<checker::CheckedCost, TestCaseError> {
    checker::check(problem, solution).map_err(|violations| {
        let list: Vec<String> = violations.iter().map(ToString::to_string).collect();
        TestCaseError::fail(format!("{list:#?}\n{solution:#?}"))
    })
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads can be started")
        .install(work)
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
    fn every_vehicle_that_cannot_take_a_job_says_why(problem in problem(ORDINARY)) {
        let solution = solve_to_end(&problem, 1, 30);
        for &job in &solution.unassigned {
            let excluded: Vec<usize> = unassigned(&problem, &solution, job).iter().map(|exclusion| exclusion.vehicle).collect();
            for vehicle in 0..problem.vehicles().len() {
                let trips: Vec<usize> = solution.route_of(vehicle).map_or(Vec::new(), |route| {
                    let jobs = |trip: &conthoi::planner::Trip| trip.steps.iter().filter(|step| step.visit.job().is_some()).count();
                    route.trips.iter().map(jobs).collect()
                });
                // Positions at which a job could stand, over-counted: what is out of range is an error like any other.
                let fits = (0..=trips.len()).any(|trip| {
                    (0..=problem.jobs().len() * 2).any(|position| insertion_cost(&problem, &solution, job, vehicle, trip, position).is_ok())
                });
                prop_assert!(!(fits && excluded.contains(&vehicle)), "vehicle {vehicle} could take job {job}");
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
