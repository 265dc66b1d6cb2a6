//! Work time spread over the vehicles.

use conthoi::planner::checker::{Cause, Rule, check};
use conthoi::planner::{
    Job, JobKind, Overtime, Problem, ProblemError, ProblemParts, Subject, Task, TimeWindow, Vehicle, VehicleCosts,
};

use super::brute_force::best_score;
use super::{line, solved};

/// Two couriers who leave at once, and visits at one far place.
fn parts(visits: usize, overtime: Vec<Overtime>) -> ProblemParts {
    let mut courier = Vehicle::at_depot(0, TimeWindow::new(0, 500), vec![9]);
    courier.start_late = Some(0);
    courier.costs = VehicleCosts { fixed: 0, per_hour: 0, per_travel_hour: 0, per_km: 10 };
    courier.overtime = overtime;
    ProblemParts {
        places: 2,
        dimensions: 1,
        matrices: vec![line(2, 10)],
        vehicles: vec![courier; 2],
        jobs: vec![Job::new(JobKind::Delivery(Task::at(1, 40)), vec![1]); visits],
        ..ProblemParts::default()
    }
}

fn durations(parts: ProblemParts) -> Vec<i64> {
    let (problem, solution) = solved(parts);
    let of = |vehicle| {
        solution.route_of(vehicle).and_then(|route| Some(route.returns()? - route.departs()?)).unwrap_or_default()
    };
    let mut durations: Vec<i64> = (0..problem.vehicles().len()).map(of).collect();
    durations.sort_unstable();
    durations
}

#[test]
fn balance_is_bought_with_kilometres() {
    // One courier does all four, for driving twice would cost more.
    assert_eq!(durations(parts(4, Vec::new())), [0, 180]);
    // With a price for long days both go.
    assert_eq!(durations(parts(4, Overtime::balancing(100, 500, 10))), [100, 100]);
    // Where balance is hardly worth anything, it stays as it was.
    assert_eq!(durations(parts(4, Overtime::balancing(1, 500, 10))), [0, 180]);
}

#[test]
fn the_pieces_add_up() {
    let pieces = Overtime::balancing(7, 1_000, 3);
    assert_eq!(pieces.iter().map(|piece| piece.cost_per_hour).sum::<i64>(), 7);
    assert_eq!(pieces.iter().map(|piece| piece.after).collect::<Vec<_>>(), [0, 333, 666]);
    assert!(Overtime::balancing(7, 1_000, 0).is_empty());
    let courier = Vehicle { overtime: pieces, ..parts(0, Vec::new()).vehicles.remove(0) };
    // 2 an hour from the start, 2 more after 333 s, 3 more after 666 s.
    assert_eq!(courier.overtime_cost(700).0, (700 * 2 + 367 * 2 + 34 * 3) * 1_000);
}

#[test]
fn the_checker_prices_long_routes_itself() {
    let (problem, good) = solved(parts(4, Overtime::balancing(100, 500, 10)));
    let mut damaged = good.clone();
    damaged.routes[1].cost.overtime.0 -= 1;
    let rules = |problem: &Problem, solution| {
        let violations = check(problem, solution).expect_err("the cost is wrong");
        violations.into_iter().map(|violation| violation.rule).collect::<Vec<_>>()
    };
    assert!(matches!(rules(&problem, &damaged)[..], [Rule::Cost { cause: Cause::Overtime, .. }]));
    let mut dearer = problem.into_parts();
    dearer.vehicles[0].overtime.push(Overtime { after: 99, cost_per_hour: 1 });
    let dearer = Problem::new(dearer).expect("the changed parts are sound");
    let claimed = good.routes[0].cost.overtime.0;
    let derived = i128::from(claimed) + 1_000;
    assert_eq!(rules(&dearer, &good), [Rule::Cost { cause: Cause::Overtime, claimed, derived }]);
}

#[test]
fn faulty_pieces_are_refused() {
    let refused = |after, cost_per_hour| {
        Problem::new(parts(1, vec![Overtime { after, cost_per_hour }])).expect_err("the piece is faulty")
    };
    let subject = Subject::Vehicle(0);
    assert_eq!(refused(-1, 1), ProblemError::Negative { subject, field: "overtime.after", value: -1 });
    assert_eq!(refused(1, -1), ProblemError::Negative { subject, field: "overtime.cost_per_hour", value: -1 });
    assert!(matches!(refused(1, i64::MAX / 1_000_000), ProblemError::CostTooLarge { .. }));
}

#[test]
fn the_best_balance_is_found() {
    for price in [0, 5, 20, 40, 80, 200] {
        let mut mixed = parts(4, Overtime::balancing(price, 400, 4));
        mixed.matrices = vec![line(4, 10)];
        mixed.places = 4;
        for (index, job) in mixed.jobs.iter_mut().enumerate() {
            job.kind = JobKind::Delivery(Task::at(1 + index % 3, 10 * i64::try_from(index).expect("few jobs")));
        }
        let (problem, solution) = solved(mixed);
        assert_eq!(solution.score(&problem), best_score(&problem), "price: {price}");
    }
}
