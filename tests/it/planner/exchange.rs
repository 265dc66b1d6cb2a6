//! Jobs that give and take at one visit.

use conthoi::planner::checker::{Rule, check};
use conthoi::planner::explain::unassigned;
use conthoi::planner::{
    ExclusionReason, Job, JobKind, Problem, ProblemError, ProblemParts, SoftDue, Subject, Task, TimeWindow, Vehicle,
    Visit,
};

use super::brute_force::best_score;
use super::{line, solved, visits_of};

fn exchange(place: usize, given: i64, taken: i64) -> Job {
    Job::new(JobKind::Exchange { task: Task::at(place, 2), taken: vec![taken] }, vec![given])
}

fn parts(capacity: i64, jobs: Vec<Job>) -> ProblemParts {
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, 60), vec![capacity]);
    van.costs.per_km = 1;
    ProblemParts {
        places: 5,
        dimensions: 1,
        matrices: vec![line(5, 5)],
        vehicles: vec![van],
        jobs,
        ..ProblemParts::default()
    }
}

#[test]
fn what_is_given_makes_room_for_what_is_taken() {
    let (_, solution) = solved(parts(5, vec![exchange(1, 3, 5), exchange(2, 2, 0)]));
    // The far one first: before, 5 are on board; at the near one, 3 are given and 5 taken.
    assert_eq!(visits_of(&solution, 0), [[Visit::Serve(1), Visit::Serve(0)]]);
    let trip = &solution.routes[0].trips[0];
    assert_eq!(trip.load_at_departure, [5]);
    let loads: Vec<i64> = trip.steps.iter().map(|step| step.load_after[0]).collect();
    assert_eq!(loads, [3, 5]);
}

#[test]
fn too_much_to_take_is_named() {
    let (problem, solution) = solved(parts(5, vec![exchange(1, 1, 6)]));
    let reasons: Vec<_> = unassigned(&problem, &solution, 0).into_iter().map(|exclusion| exclusion.reason).collect();
    assert_eq!(reasons, [ExclusionReason::Capacity { dimension: 0, load: 6, capacity: 5 }]);
}

#[test]
fn the_checker_derives_what_is_on_board() {
    let (problem, good) = solved(parts(5, vec![exchange(1, 3, 5)]));
    let rules = |problem: &Problem, solution| {
        let violations = check(problem, solution).expect_err("it is damaged");
        violations.into_iter().map(|violation| violation.rule).collect::<Vec<_>>()
    };
    let mut damaged = good.clone();
    damaged.routes[0].trips[0].steps[0].load_after[0] = 0;
    assert_eq!(rules(&problem, &damaged), [Rule::Load { claimed: vec![0], derived: vec![5] }]);
    let mut damaged = good.clone();
    damaged.routes[0].trips[0].load_at_departure[0] = 0;
    assert_eq!(rules(&problem, &damaged), [Rule::Load { claimed: vec![0], derived: vec![3] }]);
    let stricter = |change: fn(&mut ProblemParts)| {
        let mut parts = problem.clone().into_parts();
        change(&mut parts);
        rules(&Problem::new(parts).expect("the changed parts are sound"), &good)
    };
    let small = stricter(|parts| parts.vehicles[0].capacity[0] = 4);
    assert!(small.contains(&Rule::Capacity { dimension: 0, load: 5, capacity: 4 }));
    assert!(stricter(|parts| parts.jobs[0].release = 58).iter().any(|rule| matches!(rule, Rule::Release { .. })));
    let late = stricter(|parts| parts.jobs[0].due = vec![SoftDue { at: 0, cost_per_hour: 1 }]);
    assert!(late.iter().any(|rule| matches!(rule, Rule::Cost { .. })));
}

#[test]
fn what_is_taken_is_checked_like_any_amount() {
    let refused = |taken: Vec<i64>| {
        let mut parts = parts(5, vec![exchange(1, 0, 0)]);
        parts.jobs[0].kind = JobKind::Exchange { task: Task::at(1, 0), taken };
        Problem::new(parts).expect_err("the parts are faulty")
    };
    let subject = Subject::Job(0);
    assert_eq!(refused(vec![-1]), ProblemError::Negative { subject, field: "taken", value: -1 });
    assert_eq!(refused(Vec::new()), ProblemError::Dimensions { subject, field: "taken", actual: 0, expected: 1 });
}

/// Two vans could not each do the near and the far place; the order of giving and taking decides what fits.
#[test]
fn the_best_order_is_found() {
    for taken in 0..=6 {
        let (problem, solution) = solved(parts(6, vec![exchange(1, 4, taken), exchange(3, 2, 4), exchange(4, 0, 2)]));
        assert_eq!(solution.score(&problem), best_score(&problem), "taken: {taken}");
    }
}
