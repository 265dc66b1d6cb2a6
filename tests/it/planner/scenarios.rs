//! Small days whose right plan is known.

use conthoi::planner::{
    Break, InitialRoute, Job, JobKind, Matrix, Problem, ProblemParts, Reload, Route, SoftDue, Solution, Task,
    TimeWindow, Vehicle, VehicleCosts, Visit, checker,
};

use super::{line, solve_to_end};

fn parts(vehicles: Vec<Vehicle>, jobs: Vec<Job>) -> ProblemParts {
    ProblemParts { places: 5, dimensions: 1, matrices: vec![line(5, 100)], vehicles, jobs, ..ProblemParts::default() }
}

fn solved(parts: ProblemParts) -> Solution {
    let problem = Problem::new(parts).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 50);
    assert!(checker::check(&problem, &solution).is_ok());
    solution
}

fn van() -> Vehicle {
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, 5_000), vec![10]);
    van.costs = VehicleCosts { fixed: 5, per_hour: 36, per_km: 1, ..VehicleCosts::default() };
    van
}

fn delivery(place: usize, windows: Vec<TimeWindow>) -> Job {
    Job::new(JobKind::Delivery(Task::at(place, 60).within(windows)), vec![1])
}

#[test]
fn nothing_to_do_and_nobody_to_do_it() {
    assert_eq!(solved(ProblemParts::default()), Solution::default());
    assert_eq!(solved(parts(vec![van()], Vec::new())), Solution::default());
    let nobody = solved(parts(Vec::new(), vec![delivery(1, Vec::new())]));
    assert_eq!(nobody, Solution { routes: Vec::new(), unassigned: vec![0] });
}

#[test]
fn waiting_moves_to_the_depot() {
    let solution = solved(parts(vec![van()], vec![delivery(2, vec![TimeWindow::new(1_000, 2_000)])]));
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.steps[0].arrival, trip.steps[0].start, trip.returns), (800, 1_000, 1_000, 1_260));
}

#[test]
fn a_fixed_departure_is_kept_and_waits_on_the_way() {
    let mut fixed = van();
    fixed.start_late = Some(0);
    let solution = solved(parts(vec![fixed], vec![delivery(2, vec![TimeWindow::new(1_000, 2_000)])]));
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.steps[0].arrival, trip.steps[0].start), (0, 200, 1_000));
}

#[test]
fn late_goods_are_brought_as_early_as_they_can_be() {
    let mut urgent = delivery(1, Vec::new());
    urgent.due = vec![SoftDue { at: 50, cost_per_hour: 36 }];
    let waits = delivery(2, vec![TimeWindow::new(3_000, 3_100)]);
    let solution = solved(parts(vec![van()], vec![urgent, waits]));
    let trip = &solution.routes[0].trips[0];
    assert_eq!((trip.departs, trip.steps[0].visit, trip.steps[0].start), (0, Visit::Serve(0), 100));
    // 50 s late at 36 an hour: half a unit.
    assert_eq!(solution.routes[0].cost.lateness.0, 1_800_000);
}

#[test]
fn one_counter_is_set_up_once() {
    let mut jobs = vec![delivery(2, Vec::new()), delivery(2, Vec::new())];
    for job in &mut jobs {
        let JobKind::Delivery(task) = &mut job.kind else { unreachable!("all are deliveries") };
        task.setup = 300;
    }
    let solution = solved(parts(vec![van()], jobs));
    let trip = &solution.routes[0].trips[0];
    assert_eq!(trip.returns - trip.departs, 200 + 300 + 60 + 60 + 200);
}

#[test]
fn lunch_is_taken_on_the_way_or_not_at_all() {
    let mut driver = van();
    driver.breaks = vec![Break { windows: vec![TimeWindow::new(400, 700)], service: 600 }];
    let short = solved(parts(vec![driver.clone()], vec![delivery(2, vec![TimeWindow::new(0, 300)])]));
    assert!(short.routes[0].trips[0].steps.iter().all(|step| step.visit.job().is_some()), "{short:#?}");
    let long = solved(parts(
        vec![driver],
        vec![delivery(2, vec![TimeWindow::new(0, 300)]), delivery(3, vec![TimeWindow::new(2_000, 3_000)])],
    ));
    let visits: Vec<Visit> = long.routes[0].trips[0].steps.iter().map(|step| step.visit).collect();
    assert_eq!(visits, [Visit::Serve(0), Visit::Break(0), Visit::Serve(1)]);
}

#[test]
fn a_second_trip_brings_what_is_ready_later_and_unloads_what_was_collected() {
    let mut shuttle = van();
    shuttle.reload = Some(Reload { place: 0, service: 100, max_trips: 3 });
    let first = delivery(1, vec![TimeWindow::new(0, 500)]);
    let mut second = delivery(2, Vec::new());
    second.release = 1_500;
    let mut collected = Job::new(JobKind::Pickup(Task::at(1, 60)), vec![10]);
    collected.due = vec![SoftDue { at: 600, cost_per_hour: 360_000 }];
    let solution = solved(parts(vec![shuttle], vec![first, second, collected]));
    assert!(solution.unassigned.is_empty());
    let trips = &solution.routes[0].trips;
    let visits = |trip: usize| trips[trip].steps.iter().map(|step| step.visit).collect::<Vec<_>>();
    assert_eq!(visits(0), [Visit::Serve(0), Visit::Serve(2)]);
    assert_eq!(visits(1), [Visit::Serve(1)]);
    assert!(trips[0].returns <= 600 && trips[1].departs >= 1_500, "{solution:#?}");
    assert_eq!(solution.routes[0].cost.lateness.0, 0);
}

#[test]
fn the_least_important_are_left_out() {
    let mut small = van();
    small.capacity = vec![2];
    let jobs = [5, 90, 0, 90].map(|priority| {
        let mut job = delivery(1, Vec::new());
        job.priority = priority;
        job
    });
    assert_eq!(solved(parts(vec![small], jobs.to_vec())).unassigned, [0, 2]);
}

#[test]
fn a_route_without_depots_is_only_its_visits() {
    let mut courier = van();
    (courier.start, courier.end) = (None, None);
    let jobs = vec![delivery(4, Vec::new()), delivery(3, Vec::new())];
    let solution = solved(parts(vec![courier], jobs));
    assert_eq!(solution.routes[0].distance(), 100);
}

#[test]
fn a_stop_that_many_jobs_share_moves_as_a_whole() {
    // Two far places on opposite sides, and both vehicles call at both: no single job that moves saves anything.
    let legs = [0, 1_000, 1_000, 1_000, 0, 1_900, 1_000, 1_900, 0].to_vec();
    let matrix = Matrix { durations: legs.clone(), distances: legs, ..Matrix::default() };
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(0, 20_000), vec![24]);
    vehicle.costs = VehicleCosts { per_hour: 36, per_km: 1_000, ..VehicleCosts::default() };
    let jobs: Vec<Job> = (0..48).map(|job| delivery(1 + job % 2, Vec::new())).collect();
    let crossing = |vehicle: usize| InitialRoute {
        vehicle,
        trips: vec![(0..48).filter(|job| job / 2 % 2 == vehicle).map(Visit::Serve).collect()],
        locked: 0,
    };
    let problem = Problem::new(ProblemParts {
        places: 3,
        dimensions: 1,
        matrices: vec![matrix],
        vehicles: vec![vehicle.clone(), vehicle],
        jobs,
        initial: vec![crossing(0), crossing(1)],
        ..ProblemParts::default()
    });
    let problem = problem.expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 200);
    assert!(checker::check(&problem, &solution).is_ok());
    let driven: i64 = solution.routes.iter().map(Route::distance).sum();
    assert_eq!(driven, 4_000, "one vehicle a place");
}
