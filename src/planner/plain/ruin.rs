//! Tearing strings of neighbouring visits out of neighbouring routes (Christiaens and Vanden Berghe, 2020).

use rand::RngExt;

use super::neighbours::Neighbours;
use super::route::DEPOT;
use super::state::{NO_ROUTE, State};

/// How many jobs are torn out on average, and how many where a job is a shipment, which fits in fewer places.
const REMOVED_MEAN: f64 = 10.0;
const REMOVED_MEAN_OF_SHIPMENTS: f64 = 16.0;
/// The longest string: this share of what a route has on average, but no less and no more than this.
const STRING_SHARE: f64 = 0.35;
const STRING_MIN_MAX: (f64, f64) = (10.0, 16.0);
/// How often a string keeps some visits in its middle.
const SPLIT_CHANCE: f64 = 0.5;
/// How often the kept middle grows by one more.
const SPLIT_GROWS_CHANCE: f64 = 0.01;

/// Tears out strings around a random job and lists what it tore out. Says whether all that is left is feasible.
pub(super) fn ruin(state: &mut State, near: &Neighbours, removed: &mut Vec<u32>) -> bool {
    removed.clear();
    let jobs = state.route_of.len();
    let planned = jobs - state.absent.len();
    let mean = planned as f64 / state.used.max(1) as f64;
    let (removed_mean, longest) = if state.model.traits.has_shipments {
        (REMOVED_MEAN_OF_SHIPMENTS, STRING_MIN_MAX.1)
    } else {
        (REMOVED_MEAN, (STRING_SHARE * mean).clamp(STRING_MIN_MAX.0, STRING_MIN_MAX.1))
    };
    let longest = longest.min(mean).max(1.0);
    let strings_most = (4.0 * removed_mean / (1.0 + longest) - 1.0).max(1.0);
    let strings = (state.dice.random::<f64>() * strings_most + 1.0) as usize;
    let seed = state.dice.random_range(0..jobs as u32);
    let mut ruined = 0;
    for place in 0..=near.of(seed).len() {
        let job = if place == 0 { seed } else { near.of(seed)[place - 1] };
        let slot = state.route_of[job as usize];
        if slot == NO_ROUTE || state.is_touched(slot as usize) {
            continue;
        }
        if !tear(state, slot as usize, job, longest, removed) {
            return false;
        }
        ruined += 1;
        if ruined == strings {
            break;
        }
    }
    true
}

/// Tears a string with this job out of a route.
fn tear(state: &mut State, slot: usize, job: u32, longest: f64, removed: &mut Vec<u32>) -> bool {
    let count = state.routes[slot].len();
    let stops = &state.routes[slot].stops;
    let of = |at: usize| stops[at].job;
    let at = (1..=count).find(|&at| of(at) == job).expect("a route has the jobs that are in it");
    let longest = longest.min(count as f64);
    let length = (state.dice.random::<f64>() * longest + 1.0).min(longest) as usize;
    let mut kept = 0;
    if length > 1 && length < count && state.dice.random_bool(SPLIT_CHANCE) {
        kept = 1;
        while length + kept < count && state.dice.random_bool(SPLIT_GROWS_CHANCE) {
            kept += 1;
        }
    }
    let span = length + kept;
    let first_min = (at + 1).saturating_sub(span).max(1);
    let first_max = at.min(count + 1 - span);
    let first = state.dice.random_range(first_min..=first_max);
    let kept_from = if kept > 0 { first + state.dice.random_range(1..length) } else { first };
    let torn = removed.len();
    for at in (first..first + span).filter(|at| !(kept_from..kept_from + kept).contains(at)) {
        debug_assert!(stops[at].node != DEPOT);
        let job = of(at);
        if !removed[torn..].contains(&job) {
            removed.push(job);
        }
    }
    let string = &removed[torn..];
    state.remove(slot, |job| string.contains(&job))
}
