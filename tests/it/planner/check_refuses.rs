//! The checker refuses a good solution once it is damaged, and names the right rule.

use std::collections::BTreeSet;

use conthoi::planner::checker::{Cause, Rule, check};
use conthoi::planner::{
    Break, Cost, InitialRoute, Job, JobKind, Problem, ProblemParts, Reload, SoftDue, Solution, Task, TimeWindow,
    Vehicle, VehicleCosts, Visit,
};
use proptest::prelude::*;

use super::{line, solve_to_end};

pub(super) fn window(start: i64, end: i64) -> Vec<TimeWindow> {
    vec![TimeWindow::new(start, end)]
}

/// One vehicle with two trips, a break, a locked front, and one job of each kind; one vehicle that stays at home.
pub(super) fn parts() -> ProblemParts {
    let mut vehicle = Vehicle::at_depot(0, TimeWindow::new(0, 10_000), vec![5, 9]);
    vehicle.start_late = Some(5_000);
    vehicle.skills = BTreeSet::from([7]);
    vehicle.breaks = vec![Break { windows: window(2_000, 2_600), service: 500 }];
    vehicle.costs = VehicleCosts { fixed: 10, per_hour: 30, per_travel_hour: 5, per_km: 3 };
    vehicle.reload = Some(Reload { place: 0, service: 120, max_trips: 2 });
    vehicle.max_tasks = Some(6);
    vehicle.max_stops = Some(6);
    vehicle.max_duration = Some(9_000);
    vehicle.max_travel_time = Some(5_000);
    vehicle.max_distance = Some(5_000);
    let spare = Vehicle::at_depot(0, TimeWindow::new(0, 50), vec![5, 9]);

    let task = |place| Task { place, setup: 40, service: 60, windows: Vec::new() };
    let mut early = Job::new(JobKind::Delivery(task(1).within(window(600, 900))), vec![2, 1]);
    early.skills = BTreeSet::from([7]);
    let pickup = Job::new(JobKind::Pickup(task(2)), vec![3, 0]);
    let shipment = Job::new(JobKind::Shipment { pickup: task(2), delivery: task(4) }, vec![1, 2]);
    let mut late = Job::new(JobKind::Delivery(task(3)), vec![4, 4]);
    late.release = 3_000;
    late.due = vec![SoftDue { at: 3_100, cost_per_hour: 20 }];
    let impossible = Job::new(JobKind::Delivery(task(3)), vec![6, 0]);
    ProblemParts {
        places: 5,
        dimensions: 2,
        matrices: vec![line(5, 100)],
        vehicles: vec![vehicle, spare],
        jobs: vec![early, pickup, shipment, late, impossible],
        initial: vec![InitialRoute { vehicle: 0, trips: vec![vec![Visit::Serve(0), Visit::Serve(1)]], locked: 2 }],
        ..ProblemParts::default()
    }
}

pub(super) fn good() -> (Problem, Solution) {
    let problem = Problem::new(parts()).expect("the parts are sound");
    let solution = solve_to_end(&problem, 1, 50);
    let accepted = check(&problem, &solution);
    assert!(accepted.is_ok(), "{accepted:?}\n{solution:#?}");
    assert_eq!(solution.unassigned, [4]);
    assert_eq!(solution.routes.len(), 1);
    assert_eq!(solution.routes[0].trips.len(), 2, "{solution:#?}");
    (problem, solution)
}

pub(super) fn rules(problem: &Problem, solution: &Solution) -> Vec<Rule> {
    check(problem, solution).expect_err("it is damaged").into_iter().map(|violation| violation.rule).collect()
}

/// Damages the good solution and expects a rule among those named.
fn refused(name: &str, damage: impl FnOnce(&mut Solution), is_expected: impl Fn(&Rule) -> bool) {
    let (problem, mut solution) = good();
    damage(&mut solution);
    let found = rules(&problem, &solution);
    assert!(found.iter().any(is_expected), "{name}: found {found:#?}");
}

fn is_break(visit: Visit) -> bool {
    matches!(visit, Visit::Break(_))
}

#[test]
fn damage_to_what_is_done() {
    let first = |solution: &mut Solution| solution.routes[0].trips[0].steps.remove(0);
    refused("drop a step", |it| drop(first(it)), |rule| *rule == Rule::Missing { job: 0 });
    refused(
        "move a locked step",
        |it| it.routes[0].trips[0].steps.swap(0, 1),
        |rule| matches!(rule, Rule::Locked { .. }),
    );
    let again = |it: &mut Solution| {
        let step = it.routes[0].trips[0].steps[0].clone();
        it.routes[0].trips[1].steps.push(step);
    };
    refused("serve twice", again, |rule| *rule == Rule::VisitTwice { visit: Visit::Serve(0) });
    refused("also unassigned", |it| it.unassigned.insert(0, 3), |rule| *rule == Rule::PlannedAndUnassigned { job: 3 });
    refused("forget it", |it| it.unassigned.clear(), |rule| *rule == Rule::Missing { job: 4 });
    refused("unassigned twice", |it| it.unassigned.push(4), |rule| *rule == Rule::Unassigned { job: 4 });
    refused("unknown unassigned", |it| it.unassigned.push(99), |rule| *rule == Rule::Unassigned { job: 99 });
    refused("no route", |it| it.routes.clear(), |rule| matches!(rule, Rule::LockedRouteMissing { vehicle: 0 }));
    let twice = |it: &mut Solution| it.routes.push(it.routes[0].clone());
    refused("two routes", twice, |rule| matches!(rule, Rule::VehicleTwice { vehicle: 0 }));
    refused(
        "unknown vehicle",
        |it| it.routes[0].vehicle = 9,
        |rule| matches!(rule, Rule::UnknownVehicle { vehicle: 9 }),
    );
    let rename = |visit| move |it: &mut Solution| it.routes[0].trips[0].steps[0].visit = visit;
    refused("unknown job", rename(Visit::Serve(99)), |rule| matches!(rule, Rule::UnknownVisit { .. }));
    refused("wrong kind", rename(Visit::PickUp(0)), |rule| matches!(rule, Rule::UnknownVisit { .. }));
    refused("unknown break", rename(Visit::Break(3)), |rule| matches!(rule, Rule::UnknownVisit { .. }));
    let empty_trip = |it: &mut Solution| it.routes[0].trips[1].steps.clear();
    refused("empty trip", empty_trip, |rule| *rule == Rule::TripWithoutJob);
    refused("no trips", |it| it.routes[0].trips.clear(), |rule| matches!(rule, Rule::Trips { trips: 0, most: 2 }));
    let third = |it: &mut Solution| {
        let trip = it.routes[0].trips[1].clone();
        it.routes[0].trips.push(trip);
    };
    refused("a third trip", third, |rule| matches!(rule, Rule::Trips { trips: 3, most: 2 }));
    let reverse = |it: &mut Solution| {
        it.routes[0].trips.iter_mut().for_each(|trip| trip.steps.reverse());
    };
    refused("delivery first", reverse, |rule| matches!(rule, Rule::ShipmentSplit { job: 2 }));
    let no_break = |it: &mut Solution| {
        it.routes[0].trips.iter_mut().for_each(|trip| trip.steps.retain(|step| !is_break(step.visit)));
    };
    refused("no break", no_break, |rule| matches!(rule, Rule::BreakMissing { index: 0, .. }));
    let break_twice = |it: &mut Solution| {
        let breaks: Vec<_> = it.routes[0]
            .trips
            .iter()
            .flat_map(|trip| &trip.steps)
            .filter(|step| is_break(step.visit))
            .cloned()
            .collect();
        it.routes[0].trips[1].steps.extend(breaks);
    };
    refused("break twice", break_twice, |rule| *rule == Rule::VisitTwice { visit: Visit::Break(0) });
}

#[test]
fn damage_to_the_claims() {
    refused("depart early", |it| it.routes[0].trips[0].departs -= 1, |rule| matches!(rule, Rule::Arrival { .. }));
    refused("depart late", |it| it.routes[0].trips[0].departs = 5_001, |rule| matches!(rule, Rule::Departure { .. }));
    let rush = |it: &mut Solution| it.routes[0].trips[1].departs = it.routes[0].trips[0].returns;
    refused("depart unloaded", rush, |rule| matches!(rule, Rule::DepartsUnready { .. } | Rule::Release { .. }));
    refused(
        "arrive early",
        |it| it.routes[0].trips[0].steps[1].arrival -= 1,
        |rule| matches!(rule, Rule::Arrival { .. }),
    );
    let ahead = |it: &mut Solution| it.routes[0].trips[0].steps[1].start -= 100_000;
    refused("start in no day", ahead, |rule| matches!(rule, Rule::TimeOutOfRange { .. }));
    let sooner = |it: &mut Solution| {
        it.routes[0].trips[0].steps[1].start = it.routes[0].trips[0].steps[1].arrival - 1;
    };
    refused("start before arriving", sooner, |rule| matches!(rule, Rule::StartsBeforeArrival { .. }));
    refused("end early", |it| it.routes[0].trips[0].steps[0].end -= 1, |rule| matches!(rule, Rule::End { .. }));
    refused(
        "outside",
        |it| it.routes[0].trips[0].steps[0].start = 901,
        |rule| matches!(rule, Rule::OutsideWindows { start: 901 }),
    );
    refused("return early", |it| it.routes[0].trips[1].returns -= 1, |rule| matches!(rule, Rule::Returns { .. }));
    refused(
        "shorter",
        |it| it.routes[0].trips[0].steps[0].distance_from_previous -= 1,
        |rule| matches!(rule, Rule::Distance { .. }),
    );
    refused(
        "shorter way back",
        |it| it.routes[0].trips[0].distance_to_end += 1,
        |rule| matches!(rule, Rule::Distance { .. }),
    );
    refused(
        "less at first",
        |it| it.routes[0].trips[0].load_at_departure[0] -= 1,
        |rule| matches!(rule, Rule::Load { .. }),
    );
    refused(
        "less on board",
        |it| it.routes[0].trips[0].steps[0].load_after[1] += 1,
        |rule| matches!(rule, Rule::Load { .. }),
    );
    refused(
        "no load",
        |it| it.routes[0].trips[0].steps[0].load_after.clear(),
        |rule| matches!(rule, Rule::Load { .. }),
    );
    refused("huge", |it| it.routes[0].trips[0].departs = i64::MAX, |rule| matches!(rule, Rule::TimeOutOfRange { .. }));
    refused(
        "huge cost",
        |it| it.routes[0].cost.fixed = Cost(i64::MIN),
        |rule| matches!(rule, Rule::Cost { cause: Cause::Fixed, .. }),
    );
    refused(
        "fixed",
        |it| it.routes[0].cost.fixed.0 += 1,
        |rule| matches!(rule, Rule::Cost { cause: Cause::Fixed, .. }),
    );
    refused(
        "duration",
        |it| it.routes[0].cost.duration.0 -= 1,
        |rule| matches!(rule, Rule::Cost { cause: Cause::Duration, .. }),
    );
    refused(
        "travel",
        |it| it.routes[0].cost.travel.0 -= 1,
        |rule| matches!(rule, Rule::Cost { cause: Cause::Travel, .. }),
    );
    refused(
        "distance",
        |it| it.routes[0].cost.distance.0 -= 1,
        |rule| matches!(rule, Rule::Cost { cause: Cause::Distance, .. }),
    );
    refused(
        "lateness",
        |it| it.routes[0].cost.lateness.0 += 1,
        |rule| matches!(rule, Rule::Cost { cause: Cause::Lateness, .. }),
    );
}

proptest! {
    /// Whatever number of a solution is changed, the checker notices; and nothing makes it panic.
    #[test]
    fn any_changed_number_is_refused(pick in any::<prop::sample::Index>(), change in prop_oneof![
        Just(1_i64), Just(-1), Just(i64::MAX), Just(i64::MIN), any::<i64>()
    ]) {
        let (problem, solution) = good();
        let mut json = serde_json::to_value(&solution).expect("a solution is plain data");
        let mut numbers = Vec::new();
        collect_numbers(&mut json, &mut numbers);
        let index = pick.index(numbers.len());
        let number = numbers.swap_remove(index);
        let old = number.as_i64().expect("all numbers are integers");
        let new = old.wrapping_add(change);
        prop_assume!(new != old);
        *number = serde_json::Value::from(new);
        // A negative index does not even read as a solution.
        if let Ok(damaged) = serde_json::from_value::<Solution>(json) {
            prop_assert!(check(&problem, &damaged).is_err(), "{:#?}", damaged);
        }
    }
}

#[allow(clippy::mut_mut, reason = "the numbers are changed in place")]
fn collect_numbers<'a>(value: &'a mut serde_json::Value, numbers: &mut Vec<&'a mut serde_json::Value>) {
    match value {
        serde_json::Value::Number(_) => numbers.push(value),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| collect_numbers(item, numbers)),
        serde_json::Value::Object(members) => members.values_mut().for_each(|member| collect_numbers(member, numbers)),
        _ => {}
    }
}
