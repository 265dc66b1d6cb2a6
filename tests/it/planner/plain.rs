//! The search of plain problems: capacity, one window a visit, skills, fixed costs, nothing that needs a full schedule.

use std::ops::ControlFlow;

use conthoi::planner::{
    Goal, Job, JobKind, Matrix, Problem, ProblemParts, Score, SearchOptions, Solution, Task, TimeWindow, UNREACHABLE,
    Vehicle, VehicleCosts, checker, search,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::brute_force::best_score;
use super::properties::on_threads;
use super::solve_to_end;

const DAY: i64 = 2_000;

/// A plain problem: few vehicles of two kinds, and jobs of every kind, in a matrix without any law.
fn plain(jobs_max: usize, vehicles_max: usize) -> impl Strategy<Value = Problem> {
    let legs = prop_oneof![8 => 1..300_u32, 1 => Just(UNREACHABLE)];
    let window = (0..DAY, 50..DAY).prop_map(|(start, width)| TimeWindow::new(start, start + width));
    let task = (0..6_usize, 0..60_i64, prop::option::of(window))
        .prop_map(|(place, service, window)| Task::at(place, service).within(window.into_iter().collect()));
    let kind = (0..4, task.clone(), task).prop_map(|(kind, first, second)| match kind {
        0 => JobKind::Delivery(first),
        1 => JobKind::Pickup(first),
        _ => JobKind::Shipment { pickup: first, delivery: second },
    });
    let job = (kind, 0..4_i64, 0..3_u8, 0..200_i64, 0..8_u32).prop_map(|(kind, amount, priority, release, skill)| {
        let release = if matches!(kind, JobKind::Delivery(_)) { 0 } else { release };
        let skills = (skill == 0).then_some(1).into_iter().collect();
        Job { amount: vec![amount], priority, release, skills, ..Job::new(kind, Vec::new()) }
    });
    let vehicle =
        (0..3_usize, 0..3_usize, 3..8_i64, 0..2, 0..2_i64).prop_map(|(start, end, capacity, skill, costs)| {
            let mut vehicle = Vehicle::at_depot(start, TimeWindow::new(0, DAY), vec![capacity]);
            vehicle.end = Some(end);
            vehicle.skills = (skill == 0).then_some(1).into_iter().collect();
            vehicle.costs =
                VehicleCosts { fixed: costs * 3, per_km: 40, per_travel_hour: 7, ..VehicleCosts::default() };
            vehicle
        });
    let vehicles = prop::collection::vec((vehicle, 1..3_usize), 1..=vehicles_max);
    let vehicles =
        vehicles.prop_map(|kinds| kinds.into_iter().flat_map(|(vehicle, count)| vec![vehicle; count]).collect());
    let matrix = (prop::collection::vec(legs.clone(), 36), prop::collection::vec(legs, 36));
    let jobs = prop::collection::vec(job, 0..=jobs_max);
    (matrix, vehicles, jobs).prop_map(|((mut durations, mut distances), vehicles, jobs)| {
        for place in 0..6 {
            durations[place * 7] = 0;
            distances[place * 7] = 0;
        }
        let matrices = vec![Matrix { durations, distances, ..Matrix::default() }];
        let parts = ProblemParts { places: 6, dimensions: 1, matrices, vehicles, jobs, ..ProblemParts::default() };
        Problem::new(parts).expect("the parts are sound")
    })
}

fn searched(problem: &Problem, options: SearchOptions, iterations: u32) -> Solution {
    search(problem, &options, &mut |progress| {
        #[allow(clippy::cast_precision_loss, reason = "few iterations")]
        let spent = progress.done as f64 / f64::from(iterations);
        ControlFlow::Continue(spent)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_checker_accepts_every_answer(
        problem in plain(14, 3), seed in 0..3_u64, fewest: bool, chains in 1..4_usize,
    ) {
        let goal = if fewest { Goal::FewestVehicles } else { Goal::Cost };
        let solution = searched(&problem, SearchOptions { seed, goal, chains }, 200);
        let checked = checker::check(&problem, &solution);
        prop_assert!(checked.is_ok(), "{:#?}\n{:#?}", checked, solution);
    }

    #[test]
    fn a_stopped_search_returns_a_feasible_answer(problem in plain(14, 3), looks in 0..20_usize, fewest: bool) {
        let goal = if fewest { Goal::FewestVehicles } else { Goal::Cost };
        let mut left = looks;
        let solution = search(&problem, &SearchOptions { goal, ..SearchOptions::default() }, &mut |_| {
            if left == 0 { return ControlFlow::Break(()); }
            left -= 1;
            ControlFlow::Continue(0.05 * f64::from(u8::try_from(20 - left).expect("at most 20 looks")))
        });
        prop_assert!(checker::check(&problem, &solution).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_number_of_threads_finds_the_same(problem in plain(30, 4), chains in 1..5_usize) {
        let options = SearchOptions { chains, ..SearchOptions::default() };
        let one = on_threads(1, || searched(&problem, options, 500));
        let four = on_threads(4, || searched(&problem, options, 500));
        prop_assert_eq!(one, four);
    }

    #[test]
    fn more_iterations_are_never_worse(problem in plain(20, 3)) {
        let built = solve_to_end(&problem, 1, 0).score(&problem);
        let improved = solve_to_end(&problem, 1, 320).score(&problem);
        prop_assert!(improved <= built, "{:?} after construction, {:?} after search", built, improved);
    }
}

/// On a fixed sample of tiny problems the search finds the best there is nearly always, and never anything better.
#[test]
fn tiny_problems_are_solved_to_the_best() {
    let mut runner = TestRunner::deterministic();
    let (samples, mut exact) = (60, 0);
    for _ in 0..samples {
        let problem = plain(4, 1).new_tree(&mut runner).expect("the generator rejects nothing").current();
        // A fixed departure changes nothing where time has no price, and spares trying every one.
        let mut parts = problem.into_parts();
        parts.vehicles.iter_mut().for_each(|vehicle| vehicle.start_late = Some(vehicle.shift.start));
        let problem = Problem::new(parts).expect("the parts are still sound");
        let found: Score = solve_to_end(&problem, 1, 600).score(&problem);
        let best = best_score(&problem);
        assert!(found >= best, "found {found:?}, but the best is {best:?}");
        exact += u32::from(found == best);
    }
    println!("best found in {exact} of {samples}");
    assert!(exact * 20 >= samples * 19, "best found in {exact} of {samples} only");
}

/// Six stops in two far corners: two vans drive less than one with its detour between the corners, but one can do it.
#[test]
fn fewer_vehicles_come_before_less_cost() {
    let points = [(0_i64, 0_i64), (300, 90), (300, 100), (300, 110), (-300, 90), (-300, 100), (-300, 110)];
    let mut matrix = Matrix::default();
    for from in points {
        for to in points {
            // Between the corners one way or the other leads round an obstacle.
            let detour = if from.0 * to.0 < 0 { 900 } else { 0 };
            let length = u32::try_from((from.0 - to.0).abs() + (from.1 - to.1).abs() + detour).expect("short ways");
            matrix.durations.push(length);
            matrix.distances.push(length);
        }
    }
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, 100_000), vec![6]);
    van.costs.per_km = 1;
    let jobs = (1..7).map(|place| Job::new(JobKind::Delivery(Task::at(place, 0)), vec![1])).collect();
    let problem = Problem::new(ProblemParts {
        places: 7,
        dimensions: 1,
        matrices: vec![matrix],
        vehicles: vec![van; 3],
        jobs,
        ..ProblemParts::default()
    })
    .expect("the parts are sound");
    let cheap = searched(&problem, SearchOptions::default(), 2_000);
    let few = searched(&problem, SearchOptions { goal: Goal::FewestVehicles, ..SearchOptions::default() }, 2_000);
    assert!(cheap.unassigned.is_empty() && few.unassigned.is_empty());
    assert_eq!((cheap.routes.len(), few.routes.len()), (2, 1));
    assert!(cheap.cost() < few.cost());
}

/// Deliveries with windows, so many that they are searched in parts, in a square with straight roads.
fn large(jobs: usize) -> Problem {
    let mut points = vec![(500_i64, 500_i64)];
    let mut number = 12_345_u64;
    let mut drawn = |below: u64| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((number >> 33) % below).expect("a small number")
    };
    points.extend((0..jobs).map(|_| (drawn(1_000), drawn(1_000))));
    let far =
        |a: (i64, i64), b: (i64, i64)| u32::try_from((a.0 - b.0).abs() + (a.1 - b.1).abs()).expect("not negative");
    let legs: Vec<u32> = points.iter().flat_map(|&a| points.iter().map(move |&b| far(a, b))).collect();
    let job = |place: usize| {
        let opens = drawn(6_000);
        let task = Task::at(place, 10).within(vec![TimeWindow::new(opens, opens + 2_000)]);
        Job::new(JobKind::Delivery(task), vec![1])
    };
    let jobs: Vec<Job> = (1..=jobs).map(job).collect();
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(0, 10_000), vec![30]);
    vehicle.costs.per_km = 1;
    let parts = ProblemParts {
        places: points.len(),
        dimensions: 1,
        matrices: vec![Matrix { durations: legs.clone(), distances: legs, ..Matrix::default() }],
        vehicles: vec![vehicle; jobs.len() / 15],
        jobs,
        ..ProblemParts::default()
    };
    Problem::new(parts).expect("the parts are sound")
}

#[test]
fn a_large_problem_gets_better_in_parts_the_same_way_on_any_number_of_threads() {
    let problem = large(2_500);
    let options = SearchOptions::default();
    let first = searched(&problem, options, 0);
    let [one, four] = [1, 4].map(|threads| on_threads(threads, || searched(&problem, options, 120_000)));
    assert!(one == four, "the number of threads matters");
    checker::check(&problem, &one).expect("a feasible answer");
    let (first, then) = (first.score(&problem), one.score(&problem));
    assert_eq!(then.left_out, 0);
    // A hundred thousand steps are worth a fifth at the least.
    assert!(then.cost.0 * 5 < first.cost.0 * 4, "{then:?} after {first:?}");
}
