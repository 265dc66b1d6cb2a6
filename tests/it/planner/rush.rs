//! Travel times that depend on the time of day.

use conthoi::planner::checker::{Cause, Rule, check};
use conthoi::planner::explain::unassigned;
use conthoi::planner::{
    ExclusionReason, Job, JobKind, Matrix, Problem, ProblemError, ProblemParts, SoftDue, SpeedPeriod, Subject, Task,
    TimeWindow, Vehicle, Visit,
};
use proptest::prelude::*;

use super::brute_force::best_score;
use super::{line, solved, visits_of};

fn period(from: i64, permille: u32) -> SpeedPeriod {
    SpeedPeriod { from, permille }
}

/// From 100 to 200 everything takes twice as long.
fn rush() -> Vec<SpeedPeriod> {
    vec![period(100, 500), period(200, 1_000)]
}

fn delivery(place: usize, windows: Vec<TimeWindow>) -> Job {
    Job::new(JobKind::Delivery(Task::at(place, 2).within(windows)), vec![1])
}

fn parts(speeds: Vec<SpeedPeriod>, jobs: Vec<Job>) -> ProblemParts {
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, 400), vec![5]);
    van.costs.per_hour = 1;
    van.costs.per_travel_hour = 1;
    ProblemParts {
        places: 5,
        dimensions: 1,
        matrices: vec![Matrix { speeds, ..line(5, 30) }],
        vehicles: vec![van],
        jobs,
        ..ProblemParts::default()
    }
}

#[test]
fn the_speed_changes_on_the_way() {
    let matrix = Matrix { speeds: rush(), ..Matrix::default() };
    // Half of 40 s before the rush, the other half at half speed.
    assert_eq!(matrix.arrival(80, 40), 140);
    assert_eq!(matrix.latest_departure(140, 40), 80);
    // All of the rush covers 50 s.
    assert_eq!(matrix.arrival(90, 80), 220);
    assert_eq!(matrix.latest_departure(220, 80), 90);
    assert_eq!(matrix.arrival(300, 80), 380);
    assert_eq!(matrix.arrival(150, 0), 150);
}

#[test]
fn the_route_leaves_before_the_rush_where_it_must() {
    // To be 60 s away at 200 one leaves 60 s of driving earlier: 50 s of it during the rush, 10 s before.
    let (_, solution) = solved(parts(rush(), vec![delivery(2, vec![TimeWindow::new(200, 210)])]));
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.steps[0].arrival, trip.returns), (90, 200, 262));
    let cost = solution.routes[0].cost;
    assert_eq!((cost.travel.0, cost.duration.0), ((110 + 60) * 1_000, (262 - 90) * 1_000));
}

#[test]
fn who_need_not_leave_in_the_rush_waits_it_out() {
    let mut idle = parts(rush(), vec![delivery(2, Vec::new())]);
    idle.vehicles[0].shift.start = 100;
    let (_, solution) = solved(idle.clone());
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.returns), (200, 322));
    // But not where that costs more than it saves.
    idle.jobs[0].due = vec![SoftDue { at: 200, cost_per_hour: 9 }];
    let (_, solution) = solved(idle);
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.steps[0].start, trip.returns), (100, 210, 272));
}

#[test]
fn who_would_be_stuck_in_the_rush_is_named() {
    let job = delivery(2, vec![TimeWindow::new(0, 160)]);
    let mut late = parts(rush(), vec![job]);
    late.vehicles[0].shift.start = 90;
    let (problem, solution) = solved(late.clone());
    let reason = |problem: &Problem, solution| unassigned(problem, solution, 0)[0].reason;
    assert_eq!(reason(&problem, &solution), ExclusionReason::Window { job: 0, arrival: 200, closes: 160 });
    late.jobs[0] = delivery(2, Vec::new());
    late.vehicles[0].max_travel_time = Some(121);
    late.vehicles[0].start_late = Some(100);
    let (problem, solution) = solved(late);
    assert_eq!(reason(&problem, &solution), ExclusionReason::MaxTravelTime { travel_time: 170, limit: 121 });
}

#[test]
fn the_near_one_is_served_in_the_rush_and_the_far_one_after_it() {
    // At an even speed the order would not matter: both lie in one direction.
    let mut both = parts(rush(), vec![delivery(4, Vec::new()), delivery(1, vec![TimeWindow::new(0, 170)])]);
    both.vehicles[0].shift = TimeWindow::new(100, 600);
    let (_, solution) = solved(both);
    assert_eq!(visits_of(&solution, 0), [[Visit::Serve(1), Visit::Serve(0)]]);
}

#[test]
fn the_checker_drives_through_the_rush_itself() {
    let (problem, solution) = solved(parts(Vec::new(), vec![delivery(2, vec![TimeWindow::new(150, 210)])]));
    let mut parts = problem.clone().into_parts();
    parts.matrices[0].speeds = rush();
    let slower = Problem::new(parts).expect("the changed parts are sound");
    let violations = check(&slower, &solution).expect_err("the rush was not allowed for");
    let rules: Vec<Rule> = violations.into_iter().map(|violation| violation.rule).collect();
    // Left at 90 for 60 s.
    assert!(rules.contains(&Rule::Arrival { claimed: 150, derived: 200 }), "{rules:#?}");
    assert!(rules.iter().any(|rule| matches!(rule, Rule::Returns { .. })));
    assert!(rules.iter().any(|rule| matches!(rule, Rule::Cost { cause: Cause::Travel, .. })));
}

#[test]
fn faulty_speeds_are_refused() {
    let refused = |speeds| Problem::new(parts(speeds, Vec::new())).expect_err("the speeds are faulty");
    assert_eq!(refused(vec![period(0, 0)]), ProblemError::Speed { matrix: 0, index: 0, permille: 0 });
    assert_eq!(refused(vec![period(0, 10_001)]), ProblemError::Speed { matrix: 0, index: 0, permille: 10_001 });
    assert_eq!(
        refused(vec![period(-1, 1)]),
        ProblemError::Negative { subject: Subject::Matrix(0), field: "speeds.from", value: -1 }
    );
    assert_eq!(
        refused(vec![period(5, 1), period(5, 2)]),
        ProblemError::SpeedsUnsorted { matrix: 0, index: 1, from: 5, previous: 5 }
    );
}

/// A rush at different hours, and a van that leaves at once or when it likes.
#[test]
fn the_best_order_and_departure_are_found() {
    let mut exact = 0;
    for from in (0..60).step_by(10) {
        for start_late in [Some(0), None] {
            let jobs =
                vec![delivery(1, vec![TimeWindow::new(30, 50)]), delivery(2, Vec::new()), delivery(4, Vec::new())];
            let mut parts = parts(vec![period(from, 400), period(from + 30, 1_200)], jobs);
            parts.matrices[0] = Matrix { speeds: parts.matrices[0].speeds.clone(), ..line(5, 5) };
            parts.vehicles[0].shift.end = 90;
            parts.vehicles[0].start_late = start_late;
            let (problem, solution) = solved(parts);
            let (found, best) = (solution.score(&problem), best_score(&problem));
            if start_late.is_some() {
                assert_eq!(found, best, "rush from {from}");
            } else {
                assert!(found >= best, "found {found:?}, but the best is {best:?}");
                exact += usize::from(found == best);
            }
        }
    }
    // Right after a change of speed is not always the best time to leave, nor at once.
    println!("best departure found in {exact} of 6");
    assert!(exact >= 5, "best departure found in {exact} of 6 only");
}

proptest! {
    #[test]
    fn first_in_first_out_and_back_again(
        mut changes in prop::collection::vec((0..300_i64, 1..3_000_u32), 0..5), time in 0..400_i64, duration in 0..200_i64,
    ) {
        changes.sort_unstable();
        changes.dedup_by_key(|(from, _)| *from);
        let speeds: Vec<SpeedPeriod> = changes.into_iter().map(|(from, permille)| period(from, permille)).collect();
        let matrix = Matrix { speeds: speeds.clone(), ..Matrix::default() };
        let speed_at = |clock: i64| {
            speeds.iter().rev().find(|period| period.from <= clock).map_or(1_000, |period| i64::from(period.permille))
        };
        let (mut left, mut clock) = (duration * 1_000, time);
        while left > 0 {
            left -= speed_at(clock);
            clock += 1;
        }
        prop_assert_eq!(matrix.arrival(time, duration), clock);
        prop_assert!(matrix.arrival(time + 1, duration) >= clock);
        // The latest departure for that arrival is the last from which it is still reached.
        let latest = matrix.latest_departure(clock, duration);
        prop_assert!(latest >= time);
        prop_assert!(matrix.arrival(latest, duration) <= clock);
        prop_assert!(matrix.arrival(latest + 1, duration) > clock);
    }
}
