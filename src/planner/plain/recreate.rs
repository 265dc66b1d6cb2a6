//! Putting jobs back, one by one, each where it is cheapest, now and then overlooking that place.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::insertion::{self, NOWHERE, Place};
use super::model::Model;
use super::state::State;

/// How often the best place is overlooked.
const BLINK_CHANCE: f64 = 0.01;

/// What the orders sort by, for each job; smaller goes first.
pub(super) struct Orders {
    keys: Vec<(u32, Vec<i64>)>,
    /// How often a random order is taken.
    random: u32,
}

impl Orders {
    pub(super) fn new(model: &Model) -> Self {
        let jobs = 0..model.jobs.len();
        let by = |key: &dyn Fn(u32) -> i64| jobs.clone().map(|job| key(model.jobs[job].first)).collect::<Vec<_>>();
        let node = |index: u32| &model.nodes[index as usize];
        let far = |index: u32| model.kinds.first().map_or(0, |kind| {
            i64::from(model.tables[kind.table].leg(kind.start, node(index).place).cost)
        });
        let last = |index: u32| {
            let job = node(index).job as usize;
            node(model.jobs[job].delivery.unwrap_or(index))
        };
        let mut keys = vec![
            (4, by(&|index| -i64::from(node(index).amount))),
            (2, by(&|index| -far(index))),
            (1, by(&|index| far(index))),
        ];
        let widths = by(&|index| i64::from(last(index).close - node(index).open));
        if widths.iter().any(|width| Some(width) != widths.first()) {
            keys.push((2, widths));
            keys.push((2, by(&|index| i64::from(node(index).open))));
            keys.push((2, by(&|index| -i64::from(last(index).close))));
        }
        Self { keys, random: 4 }
    }

    /// Puts jobs into one of the orders.
    pub(super) fn sort(&self, state: &mut State, jobs: &mut [u32]) {
        let all: u32 = self.random + self.keys.iter().map(|&(often, _)| often).sum::<u32>();
        let mut drawn = state.dice.random_range(0..all);
        jobs.shuffle(&mut state.dice);
        for (often, keys) in &self.keys {
            if drawn < *often {
                jobs.sort_by_key(|&job| keys[job as usize]);
                return;
            }
            drawn -= often;
        }
    }
}

/// Inserts jobs in the order given; those that fit nowhere become absent.
pub(super) fn recreate(state: &mut State, jobs: &[u32]) {
    for &job in jobs {
        insert(state, job);
    }
}

fn insert(state: &mut State, job: u32) {
    let (mut best, mut best_slot) = (Place::NONE, 0);
    for slot in 0..state.high {
        if state.routes[slot].is_empty() {
            continue;
        }
        let place = state.place(job, slot);
        if place.cost < best.cost {
            (best, best_slot) = (place, slot);
        }
    }
    if best.cost != NOWHERE && state.dice.random_bool(BLINK_CHANCE) {
        (best, best_slot) = second_best(state, job, best, best_slot);
    }
    let mut added = if best.cost == NOWHERE { i64::MAX } else { i64::from(best.cost) };
    if state.used < state.used_max {
        for kind in 0..state.empty.len() {
            let Some(&slot) = state.empty[kind].first() else { continue };
            let cost = state.place_in_empty(job, slot as usize);
            if cost < added {
                added = cost;
                (best, best_slot) = (Place { cost: 0, first: 0, second: 0 }, slot as usize);
            }
        }
    }
    if added == i64::MAX {
        state.absent.push(job);
        state.absent_weight += state.model.weights[job as usize];
    } else {
        state.insert(job, best_slot, best);
    }
}

/// The cheapest place but one.
fn second_best(state: &mut State, job: u32, best: Place, best_slot: usize) -> (Place, usize) {
    let overlooked = Some((best.first, best.second));
    let route = &state.routes[best_slot];
    let mut second = insertion::best(state.model, route, job, overlooked, &mut state.suffix_min);
    let mut second_slot = best_slot;
    for slot in (0..state.high).filter(|&slot| slot != best_slot) {
        if state.routes[slot].is_empty() {
            continue;
        }
        let place = state.place(job, slot);
        if place.cost < second.cost {
            (second, second_slot) = (place, slot);
        }
    }
    (second, second_slot)
}
