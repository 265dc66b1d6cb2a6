//! Putting jobs back, one by one, each where it is cheapest, now and then overlooking that place.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::insertion::{self, NOWHERE, Place};
use super::model::Model;
use super::neighbours::Neighbours;
use super::state::{NO_ROUTE, State};

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
        let far = |index: u32| {
            model
                .kinds
                .first()
                .map_or(0, |kind| i64::from(model.tables[kind.table].leg(kind.start, node(index).place).cost))
        };
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
pub(super) fn recreate(state: &mut State, near: &Neighbours, jobs: &[u32]) {
    for &job in jobs {
        insert(state, near, job);
    }
}

fn insert(state: &mut State, near: &Neighbours, job: u32) {
    let (mut best, mut best_slot) = cheapest(state, near, job, None);
    if best.cost != NOWHERE && state.dice.random_bool(BLINK_CHANCE) {
        let other = cheapest(state, near, job, Some((best_slot, best)));
        if other.0.cost != NOWHERE {
            (best, best_slot) = other;
        }
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

/// The cheapest place in a route with visits, `overlooked` aside: in the routes of near jobs and those changed in this
/// step, or, where none of them has room, in any.
fn cheapest(state: &mut State, near: &Neighbours, job: u32, overlooked: Option<(usize, Place)>) -> (Place, usize) {
    let mut best = (Place::NONE, 0);
    state.begin_looking();
    let look = |state: &mut State, slot: usize, best: &mut (Place, usize)| {
        if state.routes[slot].is_empty() || !state.looks_first(slot) {
            return;
        }
        let place = match overlooked {
            Some((overlooked, at)) if overlooked == slot => {
                let route = &state.routes[slot];
                insertion::best(state.model, route, job, Some((at.first, at.second)), &mut state.suffix_min)
            }
            _ => state.place(job, slot),
        };
        if place.cost < best.0.cost {
            *best = (place, slot);
        }
    };
    for index in 0..state.touched_len() {
        let slot = state.touched(index);
        look(state, slot, &mut best);
    }
    for &other in near.nearest(job) {
        let slot = state.route_of[other as usize];
        if slot != NO_ROUTE {
            look(state, slot as usize, &mut best);
        }
    }
    if best.0.cost == NOWHERE {
        for slot in 0..state.high {
            look(state, slot, &mut best);
        }
    }
    best
}
