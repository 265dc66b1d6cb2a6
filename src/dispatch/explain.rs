//! Why an item is not on a route, as one plain reason: what the timetable and the opening hours say before any route is made,
//! and what the engine's exclusions come down to afterwards.

use chrono::{NaiveTime, TimeDelta};

use super::{
    consignment::{Consignment, LegToPlan},
    day::{DAY_END, Day},
    journey::{Journey, RunLeg, local_time},
    runs::RunNetwork,
};
use crate::{
    domain::UnassignedReason,
    planner::{ExclusionReason, Problem, Scope, Seconds, Solution, TimeWindow, explain},
};

/// Why no run can take this leg today, whatever the routes are; `None` when one might.
pub(super) fn before_planning(
    day: &Day<'_>,
    network: &RunNetwork<'_>,
    journey: &Journey<'_>,
    leg: &LegToPlan,
) -> Option<UnassignedReason> {
    let run_leg = journey.run_legs[leg.leg_no];
    let site = run_leg.site();
    let name = || day.sites[&site].name.clone();
    let calling: Vec<usize> = network.calling[network.place(site)]
        .iter()
        .copied()
        .filter(|run| network.vehicles.iter().any(|vehicle| vehicle.run == *run))
        .collect();
    let Some(&last) = calling.last() else {
        return Some(UnassignedReason::NotServed { site: name() });
    };
    let in_time = |run: &usize| run_takes(day, run_leg, *run, leg.release);
    let in_time: Vec<usize> = calling.into_iter().filter(in_time).collect();
    if in_time.is_empty() {
        return Some(if leg.leg_no > 0 {
            UnassignedReason::NoLaterRun { site: day.hub.name.clone() }
        } else {
            let pattern = day.runs[last].pattern;
            let last = if matches!(run_leg, RunLeg::Collect(_)) { pattern.back_by } else { pattern.departs };
            UnassignedReason::ReadyAfterLastRun { ready: local_time(day, journey.item.ready_at), last }
        });
    }
    if in_time.iter().any(|run| open_during(day, network.windows(site), *run)) {
        return None;
    }
    let due = leg.due.filter(|due| *due < DAY_END);
    Some(match due {
        Some(due) => {
            let before = in_time.iter().filter(|run| day.runs[**run].departs < due).count();
            let runs = u32::try_from(before).unwrap_or(u32::MAX).max(1);
            UnassignedReason::SiteClosedBeforeDue { site: name(), runs, due: time_of(due) }
        }
        None => UnassignedReason::SiteClosed { site: name() },
    })
}

/// Whether a run comes late enough for something that is ready at `release`.
pub(super) fn run_takes(day: &Day<'_>, leg: RunLeg, run: usize, release: Seconds) -> bool {
    match leg {
        RunLeg::Deliver(_) => day.runs[run].departs >= release,
        RunLeg::Collect(_) => day.runs[run].back_by > release,
    }
}

/// Whether a counter is open at some time while a run is out.
pub(super) fn open_during(day: &Day<'_>, windows: &[TimeWindow], run: usize) -> bool {
    let run = &day.runs[run];
    windows.iter().any(|window| window.start < run.back_by && window.end > run.departs)
}

/// Why the engine left a consignment out.
pub(super) fn after_planning(
    day: &Day<'_>,
    problem: &Problem,
    solution: &Solution,
    job: usize,
    journey: &Journey<'_>,
    consignment: &Consignment,
) -> UnassignedReason {
    let site = day.sites[&consignment.leg.site()].name.clone();
    match binding(problem, solution, job) {
        // A pickup that is ready while the last run is out, but too late for it to wait.
        Binding::Release if matches!(consignment.leg, RunLeg::Collect(_)) => UnassignedReason::NoTime,
        Binding::Release => UnassignedReason::ReadyAfterLastRun {
            ready: local_time(day, journey.item.ready_at),
            last: day.runs.iter().map(|run| run.pattern.departs).max().unwrap_or(NaiveTime::MIN),
        },
        Binding::Closed => UnassignedReason::SiteClosed { site },
        Binding::NoWay => UnassignedReason::Unreachable { place: site },
        Binding::TooLarge => UnassignedReason::TooLarge,
        Binding::Full => UnassignedReason::NoCapacity,
        Binding::NoTime => UnassignedReason::NoTime,
        Binding::NobodyGoes => UnassignedReason::NotServed { site },
    }
}

/// What the engine's exclusions over all vehicles come down to.
pub(super) enum Binding {
    /// No vehicle has the skill: nobody goes there.
    NobodyGoes,
    /// No vehicle finds a way.
    NoWay,
    /// It fits no empty vehicle.
    TooLarge,
    /// It is ready too late for every vehicle.
    Release,
    /// The place is closed whenever a vehicle could come.
    Closed,
    /// Vehicles that could come are full.
    Full,
    /// Vehicles that could come have no time left.
    NoTime,
}

pub(super) fn binding(problem: &Problem, solution: &Solution, job: usize) -> Binding {
    let mut reasons: Vec<_> = explain::unassigned(problem, solution, job)
        .into_iter()
        .filter(|exclusion| !matches!(exclusion.reason, ExclusionReason::Skills { .. }))
        .collect();
    if reasons.is_empty() {
        return Binding::NobodyGoes;
    }
    // A vehicle that could take it alone says more than one that could not.
    if reasons.iter().any(|exclusion| exclusion.scope == Scope::PresentRoute) {
        reasons.retain(|exclusion| exclusion.scope == Scope::PresentRoute);
        let full = |reason: &ExclusionReason| matches!(reason, ExclusionReason::Capacity { .. });
        return if reasons.iter().all(|exclusion| full(&exclusion.reason)) { Binding::Full } else { Binding::NoTime };
    }
    let all = |is: fn(&ExclusionReason) -> bool| reasons.iter().all(|exclusion| is(&exclusion.reason));
    if all(|reason| matches!(reason, ExclusionReason::Capacity { .. })) {
        Binding::TooLarge
    } else if all(|reason| matches!(reason, ExclusionReason::Unreachable { .. })) {
        Binding::NoWay
    } else if all(|reason| matches!(reason, ExclusionReason::Release { .. })) {
        Binding::Release
    } else if all(|reason| matches!(reason, ExclusionReason::Window { .. })) {
        Binding::Closed
    } else {
        Binding::NoTime
    }
}

/// A time of the day; what lies outside the day is taken at its nearest end.
pub(super) fn time_of(seconds: Seconds) -> NaiveTime {
    NaiveTime::MIN.overflowing_add_signed(TimeDelta::seconds(seconds.clamp(0, DAY_END - 1))).0
}
