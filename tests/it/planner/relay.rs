//! Goods that one job brings to the hub and another takes on from there.

use conthoi::planner::checker::{Rule, check};
use conthoi::planner::explain::unassigned;
use conthoi::planner::{
    ExclusionReason, Follows, InitialRoute, Job, JobKind, Problem, ProblemError, ProblemParts, Reload, Scope, Solution,
    Subject, Task, TimeWindow, Vehicle, VehicleCosts, Visit,
};

use super::brute_force::best_score_with_relay;
use super::{line, solve_to_end, solved, visits_of};

fn van(shift_end: i64) -> Vehicle {
    let mut van = Vehicle::at_depot(0, TimeWindow::new(0, shift_end), vec![5]);
    van.costs = VehicleCosts { fixed: 1, per_hour: 10, per_travel_hour: 0, per_km: 100 };
    van
}

fn collect(place: usize) -> Job {
    Job::new(JobKind::Pickup(Task::at(place, 5)), vec![1])
}

fn bring(place: usize) -> Job {
    Job::new(JobKind::Delivery(Task::at(place, 5)), vec![1])
}

fn after(job: usize, handling: i64, follower: Job) -> Job {
    Job { follows: Some(Follows { job, handling }), ..follower }
}

/// A street with the hub at its end, and places 10 s apart.
fn parts(vehicles: Vec<Vehicle>, jobs: Vec<Job>) -> ProblemParts {
    ProblemParts { places: 5, dimensions: 1, matrices: vec![line(5, 10)], vehicles, jobs, ..ProblemParts::default() }
}

fn reasons(problem: &Problem, solution: &Solution, job: usize) -> Vec<(Scope, ExclusionReason)> {
    unassigned(problem, solution, job).into_iter().map(|exclusion| (exclusion.scope, exclusion.reason)).collect()
}

#[test]
fn what_one_van_brings_another_takes_on() {
    // Collected at place 4, back at the hub at 85, sorted for 20 s, and then brought to place 1.
    let mut near = van(400);
    near.skills.insert(1);
    let mut last_leg = after(0, 20, bring(1));
    last_leg.skills.insert(1);
    let mut far = van(400);
    far.skills.insert(2);
    let mut first_leg = collect(4);
    first_leg.skills.insert(2);
    let (_, solution) = solved(parts(vec![near, far], vec![first_leg, last_leg]));
    assert!(solution.unassigned.is_empty());
    let (near, far) = (&solution.routes[0].trips[0], &solution.routes[1].trips[0]);
    assert_eq!((far.departs, far.returns), (0, 85));
    assert_eq!((near.departs, near.returns), (105, 130));
}

#[test]
fn one_van_takes_it_on_in_its_second_trip() {
    let mut shuttle = van(400);
    shuttle.reload = Some(Reload { place: 0, service: 10, max_trips: 3 });
    let (_, solution) = solved(parts(vec![shuttle], vec![after(1, 30, bring(1)), collect(4)]));
    assert_eq!(visits_of(&solution, 0), [[Visit::Serve(1)], [Visit::Serve(0)]]);
    let trips = &solution.routes[0].trips;
    assert_eq!((trips[0].returns, trips[1].departs), (85, 115));
}

#[test]
fn what_is_given_at_a_counter_comes_back_signed() {
    // The paper is given at place 2 at 20, and takes 60 s to sign.
    let (_, solution) = solved(parts(vec![van(400)], vec![bring(2), after(0, 60, collect(2)), bring(4)]));
    assert_eq!(visits_of(&solution, 0), [[Visit::Serve(0), Visit::Serve(2), Visit::Serve(1)]]);
    let steps = &solution.routes[0].trips[0].steps;
    assert_eq!((steps[0].end, steps[2].arrival, steps[2].start), (25, 70, 85));
}

#[test]
fn a_follower_stays_when_its_forerunner_does() {
    let mut first = collect(4);
    first.skills.insert(9);
    let (problem, solution) =
        solved(parts(vec![van(400)], vec![first, after(0, 0, bring(1)), after(1, 0, collect(1))]));
    assert_eq!(solution.unassigned, [0, 1, 2]);
    let unplanned = |forerunner| vec![(Scope::PresentRoute, ExclusionReason::ForerunnerUnplanned { forerunner })];
    assert_eq!(reasons(&problem, &solution, 1), unplanned(0));
    assert_eq!(reasons(&problem, &solution, 2), unplanned(1));
}

#[test]
fn goods_that_come_too_late_are_named() {
    // On one trip nothing can be taken on that only its return brings.
    let (problem, solution) = solved(parts(vec![van(400)], vec![collect(4), after(0, 0, bring(1))]));
    assert_eq!(solution.unassigned, [1]);
    let behind = ExclusionReason::ForerunnerBehind { job: 1, forerunner: 0 };
    assert_eq!(reasons(&problem, &solution, 1), [(Scope::PresentRoute, behind)]);

    // Another van is home too early for what is ready at 105.
    let mut early = van(120);
    early.skills.insert(1);
    let mut last_leg = after(0, 20, bring(1));
    last_leg.skills.insert(1);
    let mut late = van(400);
    late.skills.insert(2);
    let mut first_leg = collect(4);
    first_leg.skills.insert(2);
    let (problem, solution) = solved(parts(vec![early, late], vec![first_leg, last_leg]));
    assert_eq!(solution.unassigned, [1]);
    let late = ExclusionReason::ForerunnerLate { forerunner: 0, ready: 105 };
    assert_eq!(reasons(&problem, &solution, 1)[0], (Scope::PresentRoute, late));
}

#[test]
fn who_would_keep_a_follower_waiting_is_named() {
    // The second van leaves at 85, and at 86 at the latest, with what the first brings. A visit to place 1 would keep
    // the first for 5 s.
    let mut second = van(200);
    second.start_late = Some(86);
    second.skills.insert(1);
    let mut last_leg = after(0, 0, bring(1));
    last_leg.skills.insert(1);
    last_leg.priority = 9;
    let mut first_leg = collect(4);
    first_leg.priority = 9;
    first_leg.skills.insert(2);
    let mut extra = bring(1);
    extra.skills.insert(2);
    let mut first = van(200);
    first.skills.insert(2);
    let (problem, solution) = solved(parts(vec![first, second], vec![first_leg, last_leg, extra]));
    assert_eq!(solution.unassigned, [2]);
    let waits = ExclusionReason::FollowerWaits { job: 0, follower: 1, arrival: 90, by: 85 };
    assert_eq!(reasons(&problem, &solution, 2)[0], (Scope::PresentRoute, waits));
}

#[test]
fn the_checker_sees_goods_that_are_not_there() {
    let (problem, solution) = solved(parts(vec![van(400)], vec![collect(4), bring(1), collect(2)]));
    assert_eq!(solution.routes[0].trips.len(), 1);
    let rules = |job: usize, follows, solution: &Solution| {
        let mut parts = problem.clone().into_parts();
        parts.jobs[job].follows = Some(follows);
        let stricter = Problem::new(parts).expect("the changed parts are sound");
        let violations = check(&stricter, solution).expect_err("the goods are not there");
        violations.into_iter().map(|violation| violation.rule).collect::<Vec<_>>()
    };
    let trip = &solution.routes[0].trips[0];
    let step = |job| trip.steps.iter().find(|step| step.visit == Visit::Serve(job)).expect("all are planned");
    let (loaded, ready) = (trip.departs, trip.returns + 3);
    assert_eq!(
        rules(1, Follows { job: 0, handling: 3 }, &solution),
        [Rule::LoadedBeforeArrival { job: 1, forerunner: 0, loaded, ready }]
    );
    let (loaded, ready) = (step(0).start, step(1).end + 999);
    assert_eq!(
        rules(0, Follows { job: 1, handling: 999 }, &solution),
        [Rule::LoadedBeforeArrival { job: 0, forerunner: 1, loaded, ready }]
    );
    let mut without = problem.clone().into_parts();
    without.jobs[0].skills.insert(1);
    let (_, left_out) = solved(without);
    assert_eq!(left_out.unassigned, [0]);
    let missing = rules(2, Follows { job: 0, handling: 0 }, &left_out);
    assert_eq!(missing, [Rule::ForerunnerMissing { job: 2, forerunner: 0 }]);
}

#[test]
fn faulty_relays_are_refused() {
    let refused = |jobs: Vec<Job>| Problem::new(parts(vec![van(400)], jobs)).expect_err("the relay is faulty");
    assert_eq!(refused(vec![after(1, 0, bring(1))]), ProblemError::NoSuchForerunner { job: 0, forerunner: 1, jobs: 1 });
    assert_eq!(
        refused(vec![after(1, -1, bring(1)), bring(1)]),
        ProblemError::Negative { subject: Subject::Job(0), field: "follows.handling", value: -1 }
    );
    assert_eq!(refused(vec![after(0, 0, bring(1))]), ProblemError::FollowsItself { job: 0 });
    let circle = vec![after(1, 0, bring(1)), after(2, 0, bring(1)), after(1, 0, bring(1))];
    assert_eq!(refused(circle), ProblemError::FollowsItself { job: 1 });
}

#[test]
fn what_is_locked_must_be_able_to_wait() {
    let initial = |vehicle, jobs: &[usize]| {
        let visits: Vec<Visit> = jobs.iter().copied().map(Visit::Serve).collect();
        InitialRoute { vehicle, locked: visits.len(), trips: vec![visits] }
    };
    let locked = |jobs: Vec<Job>, initial: Vec<InitialRoute>| {
        let vehicles = vec![van(400), van(400)];
        Problem::new(ProblemParts { initial, ..parts(vehicles, jobs) })
    };
    let alone = locked(vec![collect(1), after(0, 0, bring(1))], vec![initial(1, &[1])]);
    let reason = ExclusionReason::ForerunnerUnplanned { forerunner: 0 };
    assert_eq!(alone, Err(ProblemError::LockedInfeasible { initial: 0, vehicle: 1, reason }));

    // Each van waits for what the other collects.
    let jobs = vec![collect(1), after(0, 0, bring(1)), collect(2), after(2, 0, bring(2))];
    let circle = locked(jobs.clone(), vec![initial(0, &[0, 3]), initial(1, &[2, 1])]);
    assert!(matches!(circle, Err(ProblemError::LockedInfeasible { .. })), "{circle:?}");
    let sound = locked(jobs, vec![initial(1, &[1, 3]), initial(0, &[0, 2])]).expect("one van waits for the other");
    let solution = solve_to_end(&sound, 1, 20);
    assert!(check(&sound, &solution).is_ok());
    assert_eq!(solution.routes[1].trips[0].departs, solution.routes[0].trips[0].returns);
}

#[test]
fn hints_that_wait_for_each_other_are_followed() {
    let mut shuttle = van(900);
    shuttle.reload = Some(Reload { place: 0, service: 0, max_trips: 2 });
    let jobs = vec![collect(1), after(0, 0, bring(1)), collect(2), after(2, 0, bring(2))];
    let route = |vehicle, trips: [usize; 2]| InitialRoute {
        vehicle,
        trips: trips.map(|job| vec![Visit::Serve(job)]).to_vec(),
        locked: 0,
    };
    let mut hinted = parts(vec![shuttle.clone(), shuttle], jobs);
    hinted.initial = vec![route(0, [0, 3]), route(1, [2, 1])];
    let problem = Problem::new(hinted).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 0);
    assert!(check(&problem, &solution).is_ok());
    assert_eq!(visits_of(&solution, 0), [[Visit::Serve(0)], [Visit::Serve(3)]]);
    assert_eq!(visits_of(&solution, 1), [[Visit::Serve(2)], [Visit::Serve(1)]]);
}

/// Every kind of forerunner with every kind of follower, one or two vans, one of them with two trips, and more or less
/// handling between: the engine mostly finds the best, and never anything better.
#[test]
fn relays_against_trying_everything() {
    let kind = |number: usize, place: usize| {
        let task = |place| Task::at(place, 1);
        let kind = match number {
            0 => JobKind::Delivery(task(place)),
            1 => JobKind::Pickup(task(place)),
            2 => JobKind::Shipment { pickup: task(place), delivery: task(3 - place) },
            _ => JobKind::Exchange { task: task(place), taken: vec![1] },
        };
        Job::new(kind, vec![1])
    };
    let (mut samples, mut exact) = (0, 0);
    for first in 0..4 {
        for second in 0..4 {
            for vans in 1..=2 {
                for handling in [0, 4] {
                    let mut shuttle = van(30);
                    shuttle.reload = Some(Reload { place: 0, service: 1, max_trips: 2 });
                    let mut vehicles = vec![shuttle, van(30)];
                    vehicles.truncate(vans);
                    let jobs = vec![after(1, handling, kind(first, 1)), kind(second, 2)];
                    let mut tiny = parts(vehicles, jobs);
                    tiny.matrices = vec![line(5, 3)];
                    let (problem, solution) = solved(tiny);
                    let (found, best) = (solution.score(&problem), best_score_with_relay(&problem));
                    assert!(found >= best, "{first} after {second}: found {found:?}, best {best:?}");
                    samples += 1;
                    exact += usize::from(found == best);
                }
            }
        }
    }
    println!("best found in {exact} of {samples}");
    assert!(exact * 10 >= samples * 9, "best found in {exact} of {samples} only");
}
