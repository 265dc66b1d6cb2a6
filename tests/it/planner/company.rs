//! Jobs that must share a vehicle, or must not.

use conthoi::planner::checker::{Rule, check};
use conthoi::planner::explain::{insertion_cost, unassigned};
use conthoi::planner::{
    Cost, Exclusion, ExclusionReason, InitialRoute, Job, JobKind, Problem, ProblemError, ProblemParts, Scope, Task,
    TimeWindow, Vehicle, Visit,
};

use super::brute_force::best_score;
use super::{line, solved};

/// Two vans at the two ends of a street, and one delivery at each of its four houses, two near each end.
fn parts() -> ProblemParts {
    let van = |depot| {
        let mut van = Vehicle::at_depot(depot, TimeWindow::new(0, 100), vec![4]);
        van.costs.per_km = 1_000;
        van.start_late = Some(0);
        van
    };
    ProblemParts {
        places: 8,
        dimensions: 1,
        matrices: vec![line(8, 5)],
        vehicles: vec![van(0), van(7)],
        jobs: [1, 2, 5, 6].map(|place| Job::new(JobKind::Delivery(Task::at(place, 1)), vec![1])).to_vec(),
        ..ProblemParts::default()
    }
}

fn with(together: Vec<Vec<usize>>, apart: Vec<Vec<usize>>) -> ProblemParts {
    ProblemParts { together, apart, ..parts() }
}

/// For each van, the jobs it does.
fn jobs_of(parts: ProblemParts) -> Vec<Vec<usize>> {
    let (problem, solution) = solved(parts);
    let jobs = |vehicle| {
        let trips = solution.route_of(vehicle).map_or(&[][..], |route| &route.trips);
        let mut jobs: Vec<usize> =
            trips.iter().flat_map(|trip| &trip.steps).filter_map(|step| step.visit.job()).collect();
        jobs.sort_unstable();
        jobs
    };
    (0..problem.vehicles().len()).map(jobs).collect()
}

#[test]
fn one_household_is_served_by_one_van() {
    // Left alone, each van does the near half.
    assert_eq!(jobs_of(parts()), [vec![0, 1], vec![2, 3]]);
    // Jobs 1 and 2 belong to one household: one van goes to the other half, where doing all of it is no farther.
    let halves = jobs_of(with(vec![vec![1, 2]], Vec::new()));
    assert_eq!(halves.iter().flatten().count(), 4);
    assert!(halves.iter().any(|jobs| jobs.contains(&1) && jobs.contains(&2)), "{halves:?}");
}

#[test]
fn rivals_never_meet_in_one_van() {
    let halves = jobs_of(with(Vec::new(), vec![vec![0, 1]]));
    assert!(halves.iter().all(|jobs| !(jobs.contains(&0) && jobs.contains(&1))), "{halves:?}");
    assert_eq!(halves.concat().len(), 4);
}

#[test]
fn the_constraint_is_named() {
    // Three rivals, two vans; the least important stays.
    let mut rivals = with(Vec::new(), vec![vec![0, 1, 2]]);
    rivals.jobs[0].priority = 5;
    rivals.jobs[1].priority = 5;
    let (problem, solution) = solved(rivals);
    assert_eq!(solution.unassigned, [2]);
    let exclusions = unassigned(&problem, &solution, 2);
    assert!(exclusions.iter().all(|exclusion| exclusion.scope == Scope::PresentRoute));
    let rivals: Vec<_> = exclusions.iter().map(|exclusion| exclusion.reason).collect();
    assert!(matches!(rivals[..], [ExclusionReason::Apart { .. }, ExclusionReason::Apart { .. }]), "{rivals:?}");
    assert!(matches!(insertion_cost(&problem, &solution, 2, 0, 0, 0), Err(ExclusionReason::Apart { .. })));

    // A household of three, and a van that holds two.
    let mut household = with(vec![vec![0, 1, 2]], Vec::new());
    household.jobs[0].priority = 5;
    household.vehicles.iter_mut().for_each(|van| van.capacity = vec![2]);
    let (problem, solution) = solved(household);
    let left_out = solution.unassigned.clone();
    assert_eq!(left_out.len(), 1);
    let full =
        solution.routes.iter().find(|route| route.trips[0].steps.iter().any(|step| step.visit == Visit::Serve(0)));
    let full = full.expect("the important one is planned").vehicle;
    for Exclusion { vehicle, reason, .. } in unassigned(&problem, &solution, left_out[0]) {
        if vehicle == full {
            assert_eq!(reason, ExclusionReason::Capacity { dimension: 0, load: 3, capacity: 2 });
        } else {
            assert!(matches!(reason, ExclusionReason::Together { vehicle, .. } if vehicle == full), "{reason:?}");
        }
    }
}

#[test]
fn the_checker_sees_who_shares_a_vehicle() {
    let (_, solution) = solved(parts());
    let rules = |together, apart| {
        let stricter = Problem::new(with(together, apart)).expect("the parts are sound");
        let violations = check(&stricter, &solution).expect_err("the halves of the street break the rule");
        violations.into_iter().map(|violation| violation.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(vec![vec![3, 1, 2]], Vec::new()), [Rule::NotTogether { group: 0, job: 3, other: 1 }]);
    assert_eq!(rules(Vec::new(), vec![vec![0, 3], vec![2, 0, 3]]), [Rule::NotApart { group: 1, job: 2, other: 3 }]);
}

#[test]
fn faulty_groups_are_refused() {
    let refused = |together, apart| Problem::new(with(together, apart)).expect_err("the groups are faulty");
    assert_eq!(
        refused(vec![vec![0], vec![4]], Vec::new()),
        ProblemError::GroupJob { field: "together", group: 1, job: 4, jobs: 4 }
    );
    assert_eq!(
        refused(Vec::new(), vec![vec![2, 1, 2]]),
        ProblemError::GroupJobTwice { field: "apart", group: 0, job: 2 }
    );
    assert_eq!(
        refused(vec![vec![0, 1, 2]], vec![vec![3, 2, 0]]),
        ProblemError::TogetherAndApart { job: 0, other: 2, together: 0, apart: 0 }
    );
    let initial = |vehicle, job| InitialRoute { vehicle, trips: vec![vec![Visit::Serve(job)]], locked: 1 };
    let locked = |together, apart, initial| {
        let mut parts = with(together, apart);
        parts.initial = initial;
        Problem::new(parts).expect_err("what is locked breaks the rule")
    };
    let reason = ExclusionReason::Together { mate: 3, vehicle: 1 };
    assert_eq!(
        locked(vec![vec![0, 3]], Vec::new(), vec![initial(0, 0), initial(1, 3)]),
        ProblemError::LockedInfeasible { initial: 0, vehicle: 0, reason }
    );
    let both = InitialRoute { vehicle: 0, trips: vec![vec![Visit::Serve(0), Visit::Serve(3)]], locked: 2 };
    assert_eq!(
        locked(Vec::new(), vec![vec![0, 3]], vec![both]),
        ProblemError::LockedInfeasible { initial: 0, vehicle: 0, reason: ExclusionReason::Apart { rival: 3 } }
    );
}

#[test]
fn a_hint_that_breaks_a_rule_is_not_followed() {
    let mut hinted = with(vec![vec![0, 3]], vec![vec![1, 2]]);
    let route =
        |vehicle, jobs: [usize; 2]| InitialRoute { vehicle, trips: vec![jobs.map(Visit::Serve).to_vec()], locked: 0 };
    hinted.initial = vec![route(0, [0, 1]), route(1, [2, 3])];
    let (_, solution) = solved(hinted);
    assert!(solution.unassigned.is_empty());
}

/// Every pair of the four jobs, once together and once apart.
#[test]
fn the_best_sharing_is_found() {
    for one in 0..4 {
        for other in 0..one {
            for is_together in [true, false] {
                let pair = vec![vec![other, one]];
                let (together, apart) = if is_together { (pair, Vec::new()) } else { (Vec::new(), pair) };
                let (problem, solution) = solved(with(together, apart));
                let best = best_score(&problem);
                assert_eq!(solution.score(&problem), best, "{other} and {one}, together: {is_together}");
                assert!(best.cost > Cost::ZERO);
            }
        }
    }
}
