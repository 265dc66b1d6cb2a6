//! The checker refuses a good solution once its problem has become stricter, and names the right rule.

use conthoi::planner::checker::{Cause, Rule};
use conthoi::planner::{JobKind, Problem, ProblemParts, SoftDue, Vehicle, Visit};

use super::check_refuses::{good, parts, rules, window};

/// Changes the problem under the good solution and expects a rule among those named.
fn refused_by(name: &str, change: impl FnOnce(&mut ProblemParts), is_expected: impl Fn(&Rule) -> bool) {
    let (_, solution) = good();
    let mut parts = parts();
    change(&mut parts);
    let problem = Problem::new(parts).expect("the changed parts are sound");
    let found = rules(&problem, &solution);
    assert!(found.iter().any(is_expected), "{name}: found {found:#?}");
}

#[test]
fn a_problem_that_became_stricter() {
    let vehicle = |change: fn(&mut Vehicle)| move |parts: &mut ProblemParts| change(&mut parts.vehicles[0]);
    let unlock = |parts: &mut ProblemParts| parts.initial.clear();
    refused_by("capacity", vehicle(|it| it.capacity[1] = 3), |rule| {
        matches!(rule, Rule::Capacity { dimension: 1, load: 4, capacity: 3 })
    });
    let unskilled = |parts: &mut ProblemParts| {
        unlock(parts);
        parts.vehicles[0].skills.clear();
    };
    refused_by("skills", unskilled, |rule| *rule == Rule::Skill { job: 0, skill: 7 });
    refused_by("tasks", vehicle(|it| it.max_tasks = Some(4)), |rule| {
        matches!(rule, Rule::MaxTasks { tasks: 5, limit: 4 })
    });
    refused_by("stops", vehicle(|it| it.max_stops = Some(3)), |rule| {
        matches!(rule, Rule::MaxStops { stops: 4, limit: 3 })
    });
    refused_by("duration", vehicle(|it| it.max_duration = Some(2_000)), |rule| {
        matches!(rule, Rule::MaxDuration { .. })
    });
    refused_by("travel", vehicle(|it| it.max_travel_time = Some(1_000)), |rule| {
        matches!(rule, Rule::MaxTravelTime { .. })
    });
    refused_by("distance", vehicle(|it| it.max_distance = Some(1_000)), |rule| {
        matches!(rule, Rule::MaxDistance { .. })
    });
    refused_by("trips", vehicle(|it| it.reload = None), |rule| matches!(rule, Rule::Trips { trips: 2, most: 1 }));
    let short = |parts: &mut ProblemParts| {
        parts.vehicles[0].shift.end = 3_000;
        parts.vehicles[0].start_late = None;
    };
    refused_by("shift", short, |rule| matches!(rule, Rule::Shift { shift_end: 3_000, .. }));
    refused_by("release", |parts| parts.jobs[3].release = 9_000, |rule| matches!(rule, Rule::Release { job: 3, .. }));
    refused_by(
        "pickup's release",
        |parts| parts.jobs[2].release = 9_000,
        |rule| matches!(rule, Rule::Release { job: 2, .. }),
    );
    refused_by(
        "due",
        |parts| {
            parts.jobs[0].due = vec![SoftDue { at: 0, cost_per_hour: 1 }];
        },
        |rule| matches!(rule, Rule::Cost { cause: Cause::Lateness, .. }),
    );
    let closed = |parts: &mut ProblemParts| parts.matrices[0].durations[3] = u32::MAX;
    refused_by("closed road", closed, |rule| matches!(rule, Rule::Unreachable { from: 0, to: 3 }));
    let shut = |parts: &mut ProblemParts| {
        let JobKind::Delivery(task) = &mut parts.jobs[3].kind else { unreachable!("job 3 is a delivery") };
        task.windows = window(9_000, 9_100);
    };
    refused_by("closed counter", shut, |rule| matches!(rule, Rule::OutsideWindows { .. }));
    refused_by(
        "setup",
        |parts| {
            let JobKind::Delivery(task) = &mut parts.jobs[3].kind else { unreachable!("job 3 is a delivery") };
            task.setup += 1;
        },
        |rule| matches!(rule, Rule::End { .. }),
    );
    let locked = |parts: &mut ProblemParts| {
        parts.vehicles[0].breaks.clear();
        parts.initial[0].trips = vec![vec![Visit::Serve(1)], vec![Visit::Serve(3)]];
        parts.initial[0].locked = 2;
    };
    refused_by("a closed trip", locked, |rule| matches!(rule, Rule::LockedTripExtended { trip: 0, expected: 1, .. }));
}
