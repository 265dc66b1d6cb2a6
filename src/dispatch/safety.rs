//! Which runs are safe for an item, and what a dispatcher must be warned of.

use chrono::{Days, NaiveDate};

use super::{
    DispatchError,
    day::{DAY_END, Day},
    explain::{open_during, run_takes},
    journey::Journey,
    outcome::{Outcome, Outcomes},
    runs::{RunJob, RunNetwork},
};
use crate::{
    domain::{DayClock, RunId, Warning},
    planner::Seconds,
};

/// The warnings about every planned journey, by item, and then about calls that were left out.
pub(super) fn warnings(
    day: &Day<'_>,
    network: &RunNetwork<'_>,
    jobs: &[RunJob],
    unassigned_jobs: &[usize],
    journeys: &[Journey<'_>],
    outcomes: &Outcomes,
    run_ids: &[RunId],
) -> Result<Vec<Warning>, DispatchError> {
    let mut warnings = Vec::new();
    for (journey, outcome) in journeys.iter().zip(&outcomes.of) {
        let Some(due) = journey.due else { continue };
        let due_at = day.clock.instant(due);
        let item_id = journey.item.id;
        match arrival(journey, outcome) {
            Some(arrives) if arrives > due => {
                warnings.push(Warning::Late { item_id, due_at, arrives_at: day.clock.instant(arrives) });
            }
            _ => {
                if let Some(run) = last_safe_run_is_next(day, network, journey, outcome, due)? {
                    warnings.push(Warning::LastSafeRun { item_id, run_id: run_ids[run], due_at });
                }
            }
        }
    }
    warnings.sort_by_key(Warning::item_id);
    for job in unassigned_jobs {
        if let RunJob::Call { run, site } = &jobs[*job] {
            warnings.push(Warning::VisitSkipped { site_id: *site, run_id: run_ids[*run] });
        }
    }
    Ok(warnings)
}

/// When the item is where it goes, if it comes there today.
pub(super) fn arrival(journey: &Journey<'_>, outcome: &Outcome) -> Option<Seconds> {
    if journey.home_leg.is_some() {
        return outcome.home;
    }
    let complete = !outcome.run_legs.is_empty() && outcome.run_legs.len() == journey.run_legs.len();
    complete.then(|| outcome.run_legs.last().map(|leg| leg.arrives)).flatten()
}

/// The run that an item is planned on, when it is both the first that can take it and the last that keeps its due time.
fn last_safe_run_is_next(
    day: &Day<'_>,
    network: &RunNetwork<'_>,
    journey: &Journey<'_>,
    outcome: &Outcome,
    due: Seconds,
) -> Result<Option<usize>, DispatchError> {
    let (Some(leg), Some(planned)) = (journey.run_legs.first(), outcome.run_legs.first()) else { return Ok(None) };
    if journey.home_leg.is_some()
        || outcome.run_legs.len() < journey.run_legs.len()
        || safe_later(day, network, journey, due)?
    {
        return Ok(None);
    }
    let site = leg.site();
    let calling = &network.calling[network.place(site)];
    let possible =
        |run: &&usize| run_takes(day, *leg, **run, journey.release) && open_during(day, network.windows(site), **run);
    let mut possible = calling.iter().filter(possible).copied();
    let first = possible.next();
    let another_is_safe = possible.any(|run| arrival_by(day, network, journey, run) <= due);
    Ok((first == Some(planned.run) && !another_is_safe).then_some(planned.run))
}

/// The earliest arrival of an item that leaves where it waits with a given run of today.
fn arrival_by(day: &Day<'_>, network: &RunNetwork<'_>, journey: &Journey<'_>, run: usize) -> Seconds {
    let ride = |leg: usize| journey.run_legs.get(leg).and_then(|leg| network.shortest_ride(leg.site())).unwrap_or(0);
    match journey.run_legs.len() {
        1 if journey.waits_at == day.hub.id => day.runs[run].departs + ride(0),
        1 => day.runs[run].back_by,
        _ => {
            let onward = &network.calling[network.place(journey.run_legs[1].site())];
            let departures =
                onward.iter().map(|run| day.runs[*run].departs).filter(|departs| *departs >= day.relay_ready(run));
            departures.min().map_or(Seconds::MAX, |departs| departs + ride(1))
        }
    }
}

/// Whether the item could also leave on a later day and still be in time.
fn safe_later(
    day: &Day<'_>,
    network: &RunNetwork<'_>,
    journey: &Journey<'_>,
    due: Seconds,
) -> Result<bool, DispatchError> {
    if due < DAY_END {
        return Ok(false);
    }
    let Some(next) = next_working_day(day, day.input.date) else { return Ok(false) };
    let clock = DayClock::new(next, day.centre.centre.time_zone);
    let runs = day.centre.timetable.on(next);
    let mut ready: Option<chrono::DateTime<chrono::Utc>> = None;
    for leg in &journey.run_legs {
        let site = day.sites[&leg.site()];
        let open = day.centre.open_windows(site, next)?;
        let reachable = |run: &&&crate::domain::RunPattern| {
            run.calls_at(site)
                && open.iter().any(|window| window.from < run.back_by && window.to > run.departs)
                && ready.is_none_or(|ready| clock.at(run.departs) >= ready)
        };
        let Some(run) = runs.iter().filter(reachable).min_by_key(|run| run.departs) else { return Ok(false) };
        let collects = matches!(leg, super::journey::RunLeg::Collect(_));
        let arrives = if collects {
            clock.at(run.back_by)
        } else {
            clock.at(run.departs) + chrono::TimeDelta::seconds(network.shortest_ride(leg.site()).unwrap_or(0))
        };
        ready = Some(arrives);
    }
    Ok(ready.is_some_and(|arrives| arrives <= day.clock.instant(due)))
}

fn next_working_day(day: &Day<'_>, date: NaiveDate) -> Option<NaiveDate> {
    day.centre.calendar.working_day_from(date.checked_add_days(Days::new(1))?).ok()
}
