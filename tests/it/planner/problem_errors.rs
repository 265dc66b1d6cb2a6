//! Every fault of a problem is refused by name.

use conthoi::planner::{
    Break, InitialRoute, Job, JobKind, Problem, ProblemError, ProblemParts, Reload, SoftDue, Subject, Task, TimeWindow,
    Vehicle, Visit,
};

use super::line;

fn parts() -> ProblemParts {
    let shipment = JobKind::Shipment { pickup: Task::at(1, 0), delivery: Task::at(2, 0) };
    ProblemParts {
        places: 3,
        dimensions: 1,
        matrices: vec![line(3, 100)],
        vehicles: vec![Vehicle::at_depot(0, TimeWindow::new(100, 1_000), vec![5])],
        jobs: vec![Job::new(JobKind::Delivery(Task::at(1, 10)), vec![1]), Job::new(shipment, vec![1])],
        ..ProblemParts::default()
    }
}

fn refused(change: impl FnOnce(&mut ProblemParts)) -> ProblemError {
    let mut parts = parts();
    change(&mut parts);
    let error = Problem::new(parts).expect_err("the parts are faulty");
    assert!(!error.to_string().is_empty());
    error
}

fn task(parts: &mut ProblemParts) -> &mut Task {
    let JobKind::Delivery(task) = &mut parts.jobs[0].kind else { unreachable!("job 0 is a delivery") };
    task
}

#[test]
fn faults_of_vehicles() {
    use ProblemError as E;
    let subject = Subject::Vehicle(0);
    let window = TimeWindow::new;
    assert_eq!(
        refused(|it| it.vehicles[0].start = Some(3)),
        E::NoSuchPlace { subject, field: "start", place: 3, places: 3 }
    );
    assert_eq!(refused(|it| it.vehicles[0].matrix = 1), E::NoSuchMatrix { vehicle: 0, matrix: 1, matrices: 1 });
    assert_eq!(
        refused(|it| it.vehicles[0].shift = window(5, 4)),
        E::WindowReversed { subject, field: "shift", index: 0, start: 5, end: 4 }
    );
    assert_eq!(refused(|it| it.vehicles[0].shift.start = -1), E::Negative { subject, field: "shift", value: -1 });
    assert!(matches!(refused(|it| it.vehicles[0].shift.end = i64::MAX), E::TooLarge { field: "shift", .. }));
    assert_eq!(
        refused(|it| it.vehicles[0].start_late = Some(50)),
        E::StartLateOutsideShift { vehicle: 0, start_late: 50, start: 100, end: 1_000 }
    );
    assert_eq!(
        refused(|it| it.vehicles[0].capacity.push(1)),
        E::Dimensions { subject, field: "capacity", actual: 2, expected: 1 }
    );
    assert_eq!(refused(|it| it.vehicles[0].capacity[0] = -2), E::Negative { subject, field: "capacity", value: -2 });
    let rest = |windows| Break { windows, service: 10 };
    assert_eq!(refused(|it| it.vehicles[0].breaks = vec![rest(Vec::new())]), E::NoWindow { subject, field: "breaks" });
    assert_eq!(
        refused(|it| it.vehicles[0].breaks = vec![rest(vec![window(0, 99)])]),
        E::BreakBeforeShift { vehicle: 0, index: 0, last_end: 99, shift_start: 100 }
    );
    assert_eq!(
        refused(|it| it.vehicles[0].breaks = vec![rest(vec![window(200, 300), window(300, 400)])]),
        E::WindowsOverlap { subject, field: "breaks.windows", index: 1, start: 300, previous_end: 300 }
    );
    assert_eq!(
        refused(|it| it.vehicles[0].costs.per_km = -1),
        E::Negative { subject, field: "costs.per_km", value: -1 }
    );
    assert!(matches!(refused(|it| it.vehicles[0].costs.per_hour = i64::MAX / 9), E::CostTooLarge { .. }));
    assert_eq!(
        refused(|it| it.vehicles[0].max_duration = Some(-1)),
        E::Negative { subject, field: "max_duration", value: -1 }
    );
    let reload = |max_trips| Some(Reload { place: 0, service: 0, max_trips });
    assert_eq!(refused(|it| it.vehicles[0].reload = reload(0)), E::NoTrips { vehicle: 0 });
}

#[test]
fn faults_of_jobs_and_matrices() {
    use ProblemError as E;
    let subject = Subject::Job(0);
    assert_eq!(refused(|it| task(it).place = 9), E::NoSuchPlace { subject, field: "place", place: 9, places: 3 });
    assert_eq!(refused(|it| task(it).setup = -1), E::Negative { subject, field: "setup", value: -1 });
    assert_eq!(refused(|it| task(it).service = -1), E::Negative { subject, field: "service", value: -1 });
    assert_eq!(
        refused(|it| task(it).windows = vec![TimeWindow::new(50, 60), TimeWindow::new(10, 20)]),
        E::WindowsOverlap { subject, field: "windows", index: 1, start: 10, previous_end: 60 }
    );
    assert_eq!(
        refused(|it| it.jobs[0].amount.clear()),
        E::Dimensions { subject, field: "amount", actual: 0, expected: 1 }
    );
    assert_eq!(refused(|it| it.jobs[0].priority = 101), E::Priority { job: 0, priority: 101 });
    assert_eq!(refused(|it| it.jobs[0].release = -1), E::Negative { subject, field: "release", value: -1 });
    let due = |at, cost_per_hour| vec![SoftDue { at, cost_per_hour }];
    assert_eq!(refused(|it| it.jobs[0].due = due(-1, 1)), E::Negative { subject, field: "due.at", value: -1 });
    assert_eq!(
        refused(|it| it.jobs[0].due = due(1, -1)),
        E::Negative { subject, field: "due.cost_per_hour", value: -1 }
    );
    assert_eq!(
        refused(|it| it.matrices[0].distances.truncate(8)),
        E::MatrixShape { matrix: 0, field: "distances", places: 3, actual: 8, expected: 9 }
    );
    assert_eq!(
        refused(|it| it.matrices[0].durations[4] = 7),
        E::MatrixDiagonal { matrix: 0, field: "durations", place: 1, value: 7 }
    );
    assert!(matches!(refused(|it| it.matrices[0].durations[1] = u32::MAX - 1), E::TooLarge { .. }));
    assert!(matches!(refused(|it| it.places = usize::MAX), E::MatrixShape { .. }));
}

#[test]
fn faults_of_initial_routes() {
    use ProblemError as E;
    let initial = |vehicle, visits: &[Visit], locked| InitialRoute { vehicle, trips: vec![visits.to_vec()], locked };
    let with = |routes: Vec<InitialRoute>| refused(move |it| it.initial = routes);
    let serve = Visit::Serve(0);
    assert_eq!(with(vec![initial(4, &[serve], 0)]), E::InitialVehicle { initial: 0, vehicle: 4, vehicles: 1 });
    assert_eq!(
        with(vec![initial(0, &[serve], 0), initial(0, &[serve], 0)]),
        E::InitialVehicleTwice { initial: 1, vehicle: 0 }
    );
    assert_eq!(with(vec![initial(0, &[], 0)]), E::InitialTripEmpty { initial: 0, trip: 0 });
    let unknown = |visit| E::InitialVisit { initial: 0, trip: 0, position: 0, visit };
    for visit in [Visit::Serve(7), Visit::Serve(1), Visit::PickUp(0), Visit::Break(0)] {
        assert_eq!(with(vec![initial(0, &[visit], 0)]), unknown(visit));
    }
    assert_eq!(
        with(vec![initial(0, &[serve, serve], 0)]),
        E::InitialVisitTwice { initial: 0, trip: 0, position: 1, visit: serve }
    );
    for visits in [vec![Visit::PickUp(1)], vec![Visit::Deliver(1), Visit::PickUp(1)]] {
        assert_eq!(with(vec![initial(0, &visits, 0)]), E::InitialShipment { initial: 0, trip: 0, job: 1 });
    }
    assert_eq!(with(vec![initial(0, &[serve], 2)]), E::LockedTooMany { initial: 0, locked: 2, visits: 1 });
    let two_trips = InitialRoute { vehicle: 0, trips: vec![vec![serve], vec![serve]], locked: 0 };
    assert_eq!(with(vec![two_trips]), E::InitialTrips { initial: 0, trips: 2, vehicle: 0, most: 1 });
    let rest_only = |it: &mut ProblemParts| {
        it.vehicles[0].breaks = vec![Break { windows: vec![TimeWindow::new(100, 200)], service: 1 }];
        it.initial = vec![initial(0, &[Visit::Break(0), serve], 1)];
    };
    assert_eq!(refused(rest_only), E::LockedTripWithoutJob { initial: 0, trip: 0 });
    let heavy = |it: &mut ProblemParts| {
        it.jobs[0].amount[0] = 6;
        it.initial = vec![initial(0, &[serve], 1)];
    };
    assert!(matches!(refused(heavy), E::LockedInfeasible { initial: 0, vehicle: 0, .. }));
    let unskilled = |it: &mut ProblemParts| {
        it.jobs[0].skills.insert(1);
        it.initial = vec![initial(0, &[serve], 1)];
    };
    assert!(matches!(refused(unskilled), E::LockedInfeasible { .. }));
}

#[test]
fn an_error_names_the_culprit() {
    let message = refused(|it| it.jobs[1].release = -5).to_string();
    assert_eq!(message, "job 1: release is -5; it must not be negative");
}
