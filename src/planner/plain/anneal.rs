//! The loop: ruin, recreate, keep or take back, under a temperature that falls with what is spent.

use std::ops::ControlFlow;

use rand::RngExt;

use super::recreate::{self, Orders};
use super::ruin::{self, Neighbours};
use super::state::{State, Totals};

/// How often one asks how much is spent.
pub(super) const STEPS_BETWEEN_LOOKS: u64 = 16;
/// Of the absent jobs, how many a step tries to insert.
const RETRIES_MAX: usize = 20;

/// What a search needs beside its state, computed once.
pub(super) struct Guide {
    pub(super) near: Neighbours,
    pub(super) orders: Orders,
    /// Where the temperature starts and ends, in the model's units of cost.
    pub(super) hot: f64,
    pub(super) cold: f64,
}

impl Guide {
    pub(super) fn temperature(&self, spent: f64) -> f64 {
        self.hot * (self.cold / self.hot).powf(spent.clamp(0.0, 1.0))
    }
}

/// The best solution met.
pub(super) struct Best {
    pub(super) lists: Vec<Vec<u32>>,
    versions: Vec<u32>,
    pub(super) totals: Totals,
    pub(super) unassigned: usize,
}

impl Best {
    pub(super) fn of(state: &State) -> Self {
        Self {
            lists: state.lists(),
            versions: state.versions.clone(),
            totals: state.totals(),
            unassigned: state.absent.len(),
        }
    }

    /// Takes over the state if it is better; copies only the routes that differ.
    pub(super) fn update(&mut self, state: &State) {
        let now = state.totals();
        if (now.absent_weight, now.cost) >= (self.totals.absent_weight, self.totals.cost) {
            return;
        }
        self.totals = now;
        self.unassigned = state.absent.len();
        for slot in 0..state.routes.len() {
            if self.versions[slot] != state.versions[slot] {
                self.versions[slot] = state.versions[slot];
                self.lists[slot].clear();
                self.lists[slot].extend(state.routes[slot].nodes());
            }
        }
    }
}

/// One step: tears out and puts back. Leaves the outcome in the state, to be kept or taken back; says whether there
/// is one.
pub(super) fn change(state: &mut State, guide: &Guide, removed: &mut Vec<u32>) -> bool {
    state.begin();
    if !ruin::ruin(state, &guide.near, removed) {
        return false;
    }
    if !state.absent.is_empty() {
        for _ in 0..RETRIES_MAX.min(state.absent.len()) {
            let drawn = state.dice.random_range(0..state.absent.len());
            let job = state.absent.swap_remove(drawn);
            state.absent_weight -= state.model.weights[job as usize];
            removed.push(job);
        }
    }
    guide.orders.sort(state, removed);
    recreate::recreate(state, removed);
    true
}

/// Searches until `look` says it is time, given the steps done and the best so far. `look` answers with the share
/// of the budget that is spent; breaking it stops the search.
pub(super) fn run(
    state: &mut State,
    guide: &Guide,
    best: &mut Best,
    steps: &mut u64,
    mut look: impl FnMut(u64, &Best) -> ControlFlow<(), f64>,
) -> ControlFlow<()> {
    let mut removed = Vec::new();
    loop {
        let spent = look(*steps, best)?;
        if spent >= 1.0 {
            return ControlFlow::Continue(());
        }
        let temperature = guide.temperature(spent);
        for _ in 0..STEPS_BETWEEN_LOOKS {
            *steps += 1;
            if !change(state, guide, &mut removed) {
                state.take_back();
                continue;
            }
            let was = state.before();
            let chance: f64 = state.dice.random();
            let worst = was.cost as f64 - temperature * chance.max(f64::MIN_POSITIVE).ln();
            let is_kept = state.absent_weight < was.absent_weight
                || (state.absent_weight == was.absent_weight && (state.cost as f64) < worst);
            if is_kept {
                best.update(state);
            } else {
                state.take_back();
            }
        }
    }
}
