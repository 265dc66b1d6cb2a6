use chrono::NaiveTime;
use rayon::prelude::*;

use super::{ReplayFigures, ReplaySeason, RunTime, Scenario, Tried, seconds_of};
use crate::domain::DomainError;

/// The shortest run that is tried, seconds.
const RUN_S_MIN: i64 = 2_400;
/// Departures are tried on the five minutes.
const STEP_S: i64 = 300;
/// By how much a departure is moved in looking for a better one.
const MOVES_S: [i64; 4] = [-1_800, 1_800, -600, 600];

/// How many runs a day and couriers on each are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RidersAndRuns {
    /// Runs a day, at most.
    pub runs_max: u32,
    /// Couriers, each with a vehicle, at most.
    pub riders_max: u32,
    /// How long a run may be out, seconds; shorter where the hours of the counters leave less.
    pub run_s: i64,
}

/// What is asked of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesignRequest {
    /// What is tried.
    pub bounds: RidersAndRuns,
    /// The rate of items in time that is to be reached, hundredths of a percent.
    pub on_time_basis_points: u32,
    /// How many timetables are tried at most, besides those that are evenly spread.
    pub moves_max: usize,
}

/// What a search for a timetable found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Design {
    /// The cheapest timetable that reaches the rate; none when none of those tried does.
    pub best: Option<Tried>,
    /// The evenly spread timetables, by runs and couriers, and the best.
    pub tried: Vec<Tried>,
}

/// A timetable with its departures spread evenly over the hours of the counters, half of the runs (or one more) before the midday
/// break; none where they do not fit.
///
/// # Errors
/// Those of [`Scenario::new`].
pub fn even_timetable(
    season: &ReplaySeason,
    runs: u32,
    riders: u32,
    length_s: i64,
) -> Result<Option<Scenario>, DomainError> {
    let hours = season.hours();
    let halves = i64::try_from(hours.len()).unwrap_or(1).max(1);
    let mut times = Vec::new();
    let mut left = i64::from(runs);
    for (nth, (opens, closes)) in (0..).zip(hours) {
        let here = (left + (halves - nth) - 1) / (halves - nth);
        left -= here;
        if here == 0 {
            continue;
        }
        // A quarter of an hour for loading first, and ten minutes at the end.
        let (begin, end) = (opens + 900, closes - 600);
        let length = length_s.min((end - begin) / here).div_euclid(STEP_S) * STEP_S;
        if length < RUN_S_MIN {
            return Ok(None);
        }
        let gap = if here > 1 { (end - length - begin) / (here - 1) } else { 0 };
        for run in 0..here {
            let departs = (begin + gap * run).div_euclid(STEP_S) * STEP_S;
            times.extend(run_time(departs, departs + length));
        }
    }
    if times.is_empty() { Ok(None) } else { Scenario::new(times, riders).map(Some) }
}

fn run_time(departs: i64, back_by: i64) -> Option<RunTime> {
    let time = |seconds: i64| NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, 0);
    Some(RunTime { departs: time(departs)?, back_by: time(back_by)? })
}

/// For each whether no other is at least as good in cost, punctuality and transit and better in one.
#[must_use]
pub fn pareto(figures: &[&ReplayFigures]) -> Vec<bool> {
    figures.iter().map(|one| !figures.iter().any(|other| other.dominates(one))).collect()
}

/// Looks for the cheapest timetable that brings enough items in time: first among evenly spread ones, then by moving departures
/// of those that are cheap and almost reach it, and of the best.
///
/// `progress` hears of the timetables tried and how many there may be, and stops the search by answering `false`; then there is no
/// design.
///
/// # Errors
/// Those of [`Scenario::new`].
pub fn suggest(
    season: &ReplaySeason,
    request: &DesignRequest,
    progress: &(dyn Fn(u64, u64) -> bool + Sync),
) -> Result<Option<Design>, DomainError> {
    let bounds = &request.bounds;
    let mut grid = Vec::new();
    for runs in 1..=bounds.runs_max {
        for riders in 1..=bounds.riders_max {
            grid.extend(even_timetable(season, runs, riders, bounds.run_s)?);
        }
    }
    let total = (grid.len() + request.moves_max) as u64;
    let done = std::sync::atomic::AtomicU64::new(0);
    let go_on = || progress(done.load(std::sync::atomic::Ordering::Relaxed), total);
    let ride = |scenario: &Scenario| -> Option<Tried> {
        let figures = season.ride_until(scenario, &|| !go_on())?;
        done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        go_on().then(|| Tried { scenario: scenario.clone(), figures })
    };
    let tried: Option<Vec<Tried>> = grid.par_iter().map(ride).collect();
    let Some(mut tried) = tried else { return Ok(None) };

    let reaches = |tried: &Tried| {
        tried.figures.on_time_rate().basis_points().is_some_and(|it| it >= request.on_time_basis_points)
    };
    let mut best = cheapest(tried.iter().filter(|it| reaches(it)));
    // The cheapest first: whatever reaches the rate ends the search among dearer ones.
    let mut order: Vec<usize> = (0..tried.len()).collect();
    order.sort_by_key(|place| (tried[*place].figures.cost_dong, *place));
    let mut moves = request.moves_max;
    for place in order {
        let mut at = tried[place].clone();
        if best.as_ref().is_some_and(|best| at.figures.cost_dong > best.figures.cost_dong) {
            break;
        }
        loop {
            let near: Vec<Scenario> = neighbours(&at.scenario).into_iter().take(moves).collect();
            if near.is_empty() {
                break;
            }
            moves -= near.len();
            let ridden: Option<Vec<Tried>> = near.par_iter().map(ride).collect();
            let Some(ridden) = ridden else { return Ok(None) };
            if let Some(found) = cheapest(ridden.iter().filter(|it| reaches(it)))
                && best.as_ref().is_none_or(|best| found.figures.cost_dong < best.figures.cost_dong)
            {
                best = Some(found);
            }
            // Towards the rate while it is not reached, towards less cost from there on.
            let better = ridden.into_iter().max_by_key(|it| rank(it, reaches(it)));
            match better.filter(|it| rank(it, reaches(it)) > rank(&at, reaches(&at))) {
                Some(better) => at = better,
                None => break,
            }
        }
    }
    if let Some(best) = best.as_ref().filter(|best| !tried.iter().any(|it| it.scenario == best.scenario)) {
        tried.push(best.clone());
    }
    Ok(Some(Design { best, tried }))
}

/// More is better.
fn rank(tried: &Tried, reaches: bool) -> (bool, i64, u64) {
    if reaches { (true, -tried.figures.cost_dong, 0) } else { (false, 0, tried.figures.on_time) }
}

fn cheapest<'a>(tried: impl Iterator<Item = &'a Tried>) -> Option<Tried> {
    tried.min_by_key(|it| (it.figures.cost_dong, &it.scenario)).cloned()
}

/// The timetable with one departure moved, its run as long as before.
fn neighbours(scenario: &Scenario) -> Vec<Scenario> {
    let mut near = Vec::new();
    for nth in 0..scenario.runs().len() {
        for by in MOVES_S {
            let mut runs = scenario.runs().to_vec();
            let (departs, back_by) = (seconds_of(runs[nth].departs) + by, seconds_of(runs[nth].back_by) + by);
            let Some(moved) = run_time(departs, back_by) else { continue };
            runs[nth] = moved;
            near.extend(Scenario::new(runs, scenario.riders()).ok());
        }
    }
    near
}
