//! The reason named is the one that a dispatcher would name.

use std::collections::BTreeSet;

use conthoi::planner::explain::{WhatIf, insertion_cost, unassigned};
use conthoi::planner::{
    Break, Cost, Exclusion, ExclusionReason, InitialRoute, Job, JobKind, Problem, ProblemParts, Scope, Task,
    TimeWindow, UNREACHABLE, Vehicle, VehicleCosts, Visit,
};

use super::{line, solve_to_end};

/// One vehicle from place 0 between 1000 and 2000 s, and one delivery to place 2, 100 s a place away.
fn parts() -> ProblemParts {
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(1_000, 2_000), vec![5]);
    vehicle.costs = VehicleCosts { per_km: 1, ..VehicleCosts::default() };
    ProblemParts {
        places: 4,
        dimensions: 1,
        matrices: vec![line(4, 100)],
        vehicles: vec![vehicle],
        jobs: vec![Job::new(JobKind::Delivery(Task::at(2, 50)), vec![1])],
        ..ProblemParts::default()
    }
}

fn reasons(parts: ProblemParts, job: usize) -> Vec<Exclusion> {
    let problem = Problem::new(parts).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 20);
    assert!(solution.unassigned.contains(&job), "{solution:#?}");
    unassigned(&problem, &solution, job)
}

fn alone(change: impl FnOnce(&mut ProblemParts)) -> ExclusionReason {
    let mut parts = parts();
    change(&mut parts);
    let exclusions = reasons(parts, 0);
    assert_eq!(exclusions.len(), 1);
    assert_eq!(exclusions[0].scope, Scope::EmptyRoute);
    exclusions[0].reason
}

fn task(parts: &mut ProblemParts) -> &mut Task {
    match &mut parts.jobs[0].kind {
        JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. } => task,
        JobKind::Shipment { pickup, .. } => pickup,
    }
}

#[test]
fn each_constraint_is_named_with_its_numbers() {
    use ExclusionReason as Reason;
    let skilled = |it: &mut ProblemParts| it.jobs[0].skills = BTreeSet::from([3, 9]);
    assert_eq!(alone(skilled), Reason::Skills { missing: 3 });
    assert_eq!(alone(|it| it.jobs[0].amount[0] = 6), Reason::Capacity { dimension: 0, load: 6, capacity: 5 });
    let closed = |it: &mut ProblemParts| task(it).windows = vec![TimeWindow::new(0, 1_199)];
    assert_eq!(alone(closed), Reason::Window { job: 0, arrival: 1_200, closes: 1_199 });
    let fixed = |it: &mut ProblemParts| {
        it.vehicles[0].start_late = Some(1_000);
        it.jobs[0].release = 1_001;
    };
    assert_eq!(alone(fixed), Reason::Release { job: 0, ready: 1_001, latest: 1_000 });
    assert_eq!(alone(|it| it.vehicles[0].shift.end = 1_449), Reason::Shift { returns: 1_450, shift_end: 1_449 });
    assert_eq!(alone(|it| it.vehicles[0].max_tasks = Some(0)), Reason::MaxTasks { tasks: 1, limit: 0 });
    assert_eq!(alone(|it| it.vehicles[0].max_stops = Some(0)), Reason::MaxStops { stops: 1, limit: 0 });
    assert_eq!(alone(|it| it.vehicles[0].max_duration = Some(449)), Reason::MaxDuration { duration: 450, limit: 449 });
    assert_eq!(
        alone(|it| it.vehicles[0].max_travel_time = Some(399)),
        Reason::MaxTravelTime { travel_time: 400, limit: 399 }
    );
    assert_eq!(alone(|it| it.vehicles[0].max_distance = Some(399)), Reason::MaxDistance { distance: 400, limit: 399 });
    assert_eq!(alone(|it| it.matrices[0].durations[2] = UNREACHABLE), Reason::Unreachable { from: 0, to: 2 });
    let unrested = |it: &mut ProblemParts| {
        it.vehicles[0].start_late = Some(1_000);
        it.vehicles[0].breaks = vec![Break { windows: vec![TimeWindow::new(1_000, 1_100)], service: 2_000 }];
    };
    assert_eq!(alone(unrested), Reason::Break { index: 0 });
}

#[test]
fn goods_ready_too_late_are_named_before_the_shift_they_break() {
    let late_delivery = |it: &mut ProblemParts| it.jobs[0].release = 1_900;
    assert_eq!(alone(late_delivery), ExclusionReason::Release { job: 0, ready: 1_900, latest: 2_000 });
    let late_pickup = |it: &mut ProblemParts| {
        it.jobs[0] = Job::new(JobKind::Pickup(Task::at(2, 50)), vec![1]);
        it.jobs[0].release = 1_900;
    };
    assert_eq!(alone(late_pickup), ExclusionReason::Release { job: 0, ready: 1_900, latest: 2_000 });
}

#[test]
fn a_full_route_is_told_from_an_impossible_job() {
    let mut parts = parts();
    parts.jobs[0].amount[0] = 4;
    parts.jobs[0].priority = 10;
    parts.jobs.push(Job::new(JobKind::Delivery(Task::at(1, 50)), vec![3]));
    let exclusions = reasons(parts, 1);
    let reason = ExclusionReason::Capacity { dimension: 0, load: 7, capacity: 5 };
    assert_eq!(exclusions, [Exclusion { vehicle: 0, scope: Scope::PresentRoute, reason }]);
}

#[test]
fn an_insertion_costs_its_detour_and_respects_the_lock() {
    let mut parts = parts();
    parts.jobs.push(Job::new(JobKind::Delivery(Task::at(3, 0)), vec![1]));
    parts.initial = vec![InitialRoute { vehicle: 0, trips: vec![vec![Visit::Serve(0)]], locked: 1 }];
    let problem = Problem::new(parts).expect("the parts are sound");
    let mut solution = solve_to_end(&problem, 1, 20);
    // Job 1 is planned behind the locked job 0; moving it to where it is costs nothing.
    assert_eq!(solution.unassigned, Vec::<usize>::new());
    assert_eq!(insertion_cost(&problem, &solution, 1, 0, 0, 1), Ok(Cost::ZERO));
    assert_eq!(insertion_cost(&problem, &solution, 1, 0, 0, 0), Err(ExclusionReason::Locked));
    assert_eq!(insertion_cost(&problem, &solution, 0, 0, 0, 0), Err(ExclusionReason::Locked));
    assert_eq!(insertion_cost(&problem, &solution, 1, 0, 1, 0), Err(ExclusionReason::NoSuchPosition));
    assert_eq!(insertion_cost(&problem, &solution, 1, 5, 0, 0), Err(ExclusionReason::NoSuchPosition));

    // The same job unplanned: to place 3 and back is 200 m farther.
    let mut parts = problem.clone().into_parts();
    let removed = parts.jobs.pop().expect("there are two jobs");
    let without = Problem::new(parts).expect("the parts are sound");
    solution = solve_to_end(&without, 1, 0);
    let mut parts = without.into_parts();
    parts.jobs.push(removed);
    let problem = Problem::new(parts).expect("the parts are sound");
    solution.unassigned.push(1);
    assert_eq!(insertion_cost(&problem, &solution, 1, 0, 0, 1), Ok(Cost::of_distance(200, 1)));
}

/// The oracle plans the same problem with every visit locked where the question puts it.
#[test]
fn a_prepared_solution_knows_what_any_move_would_cost() {
    let mut parts = parts();
    for (place, amount) in [(3, 2), (1, 1), (3, 1)] {
        parts.jobs.push(Job::new(JobKind::Delivery(Task::at(place, 20)), vec![amount]));
    }
    parts.vehicles.push(parts.vehicles[0].clone());
    parts.vehicles[1].costs.fixed = 1;
    let problem = Problem::new(parts).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 50);
    assert_eq!(solution.unassigned, Vec::<usize>::new());
    let moved = |job: usize, vehicle: usize, position: usize| -> Option<Cost> {
        let mut parts = problem.clone().into_parts();
        for of in 0..2 {
            let steps = solution.route_of(of).map(|route| &route.trips[0].steps[..]).unwrap_or_default();
            let mut visits: Vec<Visit> = steps.iter().map(|step| step.visit).collect();
            visits.retain(|visit| visit.job() != Some(job));
            if of == vehicle {
                (position <= visits.len()).then(|| visits.insert(position, Visit::Serve(job)))?;
            }
            if !visits.is_empty() {
                let locked = visits.len();
                parts.initial.push(InitialRoute { vehicle: of, trips: vec![visits], locked });
            }
        }
        Some(solve_to_end(&Problem::new(parts).ok()?, 1, 0).cost() - solution.cost())
    };
    let mut what_if = WhatIf::new(&problem, &solution);
    let mut possible = 0;
    for position in 0..5 {
        for (vehicle, job) in (0..2).flat_map(|vehicle| (0..4).map(move |job| (vehicle, job))) {
            let answer = what_if.insertion_cost(job, vehicle, 0, position);
            assert_eq!(answer.ok(), moved(job, vehicle, position), "job {job} to {vehicle} at {position}: {answer:?}");
            assert_eq!(answer, insertion_cost(&problem, &solution, job, vehicle, 0, position));
            possible += usize::from(answer.is_ok());
        }
    }
    assert!(possible > 10, "only {possible} moves are possible");
}
