//! Shipments that may be on board only so long.

use conthoi::planner::checker::{Rule, check};
use conthoi::planner::explain::unassigned;
use conthoi::planner::{
    Break, ExclusionReason, Job, JobKind, Problem, ProblemError, ProblemParts, Subject, Task, TimeWindow, Vehicle,
    Visit,
};

use super::brute_force::best_score;
use super::{line, solved, visits_of};

fn window(start: i64, end: i64) -> Vec<TimeWindow> {
    vec![TimeWindow::new(start, end)]
}

/// Warm food from place 1 to place 3, 20 s away, at most so long on board.
fn meal(limit: i64, opens: Vec<TimeWindow>) -> Job {
    let kind = JobKind::Shipment { pickup: Task::at(1, 5), delivery: Task::at(3, 5).within(opens) };
    Job { max_on_board: Some(limit), ..Job::new(kind, vec![1]) }
}

fn parts(jobs: Vec<Job>) -> ProblemParts {
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, 200), vec![5]);
    van.costs.per_km = 1;
    van.start_late = Some(0);
    ProblemParts {
        places: 5,
        dimensions: 1,
        matrices: vec![line(5, 10)],
        vehicles: vec![van],
        jobs,
        ..ProblemParts::default()
    }
}

/// Start and end of the visits of the first trip.
fn times(parts: ProblemParts) -> Vec<(i64, i64)> {
    let (_, solution) = solved(parts);
    assert!(solution.unassigned.is_empty(), "{solution:#?}");
    solution.routes[0].trips[0].steps.iter().map(|step| (step.start, step.end)).collect()
}

#[test]
fn the_kitchen_waits_so_that_the_meal_stays_warm() {
    // The guests are in from 100 on; it takes 20 s to bring the meal, which may be on the way for 30 s.
    assert_eq!(times(parts(vec![meal(30, window(100, 150))])), [(65, 70), (100, 105)]);
    // The kitchen closes from 40 to 90, so it hands out at 90 and the guests wait.
    let mut late = parts(vec![meal(30, window(100, 150))]);
    let JobKind::Shipment { pickup, .. } = &mut late.jobs[0].kind else { unreachable!("a meal is a shipment") };
    pickup.windows = vec![TimeWindow::new(0, 40), TimeWindow::new(90, 95)];
    assert_eq!(times(late), [(90, 95), (115, 120)]);
}

#[test]
fn a_break_is_not_taken_with_the_meal_on_board() {
    let mut rested = parts(vec![meal(30, Vec::new())]);
    rested.vehicles[0].breaks = vec![Break { windows: window(16, 60), service: 20 }];
    let (_, solution) = solved(rested);
    assert!(solution.unassigned.is_empty());
    let visits = visits_of(&solution, 0).concat();
    let at = |visit| visits.iter().position(|&other| other == visit);
    assert_eq!(at(Visit::Deliver(0)), at(Visit::PickUp(0)).map(|pickup| pickup + 1), "{visits:?}");
    // A short one is.
    let mut rested = parts(vec![meal(30, window(50, 60))]);
    rested.vehicles[0].shift.end = 100;
    rested.vehicles[0].breaks = vec![Break { windows: window(30, 31), service: 5 }];
    let (_, solution) = solved(rested);
    assert_eq!(visits_of(&solution, 0), [[Visit::PickUp(0), Visit::Break(0), Visit::Deliver(0)]]);
}

#[test]
fn the_departure_is_put_off_only_as_far_as_the_limits_allow() {
    let mut late = parts(vec![meal(30, window(100, 150)), Job::new(JobKind::Delivery(Task::at(2, 1)), vec![1])]);
    late.vehicles[0].start_late = None;
    late.vehicles[0].costs.per_hour = 100;
    let (_, solution) = solved(late);
    assert!(solution.unassigned.is_empty());
    let trip = &solution.routes[0].trips[0];
    // The second delivery lies on the way, and nobody waits anywhere.
    assert_eq!(trip.returns - trip.departs, (10 + 5) + (10 + 1) + (10 + 5) + 30);
}

#[test]
fn too_far_is_named() {
    let (problem, solution) = solved(parts(vec![meal(19, Vec::new())]));
    let reasons: Vec<_> = unassigned(&problem, &solution, 0).into_iter().map(|exclusion| exclusion.reason).collect();
    assert_eq!(reasons, [ExclusionReason::MaxOnBoard { job: 0, on_board: 20, limit: 19 }]);
    // The kitchen closes before the guests are in.
    let mut early = parts(vec![meal(25, window(100, 150))]);
    let JobKind::Shipment { pickup, .. } = &mut early.jobs[0].kind else { unreachable!("a meal is a shipment") };
    pickup.windows = window(0, 60);
    let (problem, solution) = solved(early);
    let reasons: Vec<_> = unassigned(&problem, &solution, 0).into_iter().map(|exclusion| exclusion.reason).collect();
    assert_eq!(reasons, [ExclusionReason::MaxOnBoard { job: 0, on_board: 85, limit: 25 }]);
}

#[test]
fn the_checker_sees_goods_that_are_on_board_too_long() {
    let (problem, solution) = solved(parts(vec![meal(30, window(100, 150))]));
    let mut parts = problem.into_parts();
    parts.jobs[0].max_on_board = Some(29);
    let stricter = Problem::new(parts).expect("the changed parts are sound");
    let violations = check(&stricter, &solution).expect_err("the meal is on board for 30 s");
    let rules: Vec<Rule> = violations.into_iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, [Rule::MaxOnBoard { job: 0, on_board: 30, limit: 29 }]);
}

#[test]
fn only_a_shipment_can_be_limited() {
    let mut delivery = Job::new(JobKind::Delivery(Task::at(1, 0)), vec![1]);
    delivery.max_on_board = Some(5);
    let error = Problem::new(parts(vec![delivery])).expect_err("a delivery has no pickup");
    assert_eq!(error, ProblemError::NotAShipment { job: 0, field: "max_on_board" });
    let error = Problem::new(parts(vec![meal(-1, Vec::new())])).expect_err("no time is negative");
    assert_eq!(error, ProblemError::Negative { subject: Subject::Job(0), field: "max_on_board", value: -1 });
}

/// Two meals on one way: the tighter their limits, the fewer orders of visits are left.
#[test]
fn the_best_order_is_found() {
    for limit in (20..=60).step_by(5) {
        let mut other = meal(limit, window(80, 120));
        other.kind = JobKind::Shipment { pickup: Task::at(2, 3), delivery: Task::at(4, 3).within(window(70, 90)) };
        let mut both = parts(vec![meal(limit, window(60, 130)), other]);
        both.vehicles[0].shift.end = 190;
        let (problem, solution) = solved(both);
        assert_eq!(solution.score(&problem), best_score(&problem), "limit: {limit}");
    }
}
