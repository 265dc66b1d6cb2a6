//! The loop: ruin, recreate, keep or take back, under a temperature that falls with what is spent.

use std::ops::ControlFlow;

use rand::RngExt;
use rayon::prelude::*;

use super::neighbours::Neighbours;
use super::recreate::{self, Orders};
use super::ruin;
use super::state::{State, Totals};

/// How often one asks how much is spent.
pub(super) const STEPS_BETWEEN_LOOKS: u64 = 16;
/// With several chains, the share of the budget between two looks.
const LOOKS_APART: f64 = 0.01;
/// With several chains, the most steps between two looks.
const STRETCH_MAX: u64 = 1 << 16;
/// The share of the budget between two exchanges of chains.
const EXCHANGE_EVERY: f64 = 0.05;
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
    recreate::recreate(state, &guide.near, removed);
    true
}

/// One search of its own: where it is, and the best it met.
pub(super) struct Chain<'m> {
    pub(super) state: State<'m>,
    pub(super) best: Best,
    removed: Vec<u32>,
}

impl<'m> Chain<'m> {
    pub(super) fn new(state: State<'m>) -> Self {
        let best = Best::of(&state);
        Self { state, best, removed: Vec::new() }
    }

    fn advance(&mut self, guide: &Guide, temperature: f64, steps: u64) {
        for _ in 0..steps {
            if !change(&mut self.state, guide, &mut self.removed) {
                self.state.take_back();
                continue;
            }
            let state = &mut self.state;
            let was = state.before();
            let chance: f64 = state.dice.random();
            let worst = was.cost as f64 - temperature * chance.max(f64::MIN_POSITIVE).ln();
            let is_kept = state.absent_weight < was.absent_weight
                || (state.absent_weight == was.absent_weight && (state.cost as f64) < worst);
            if is_kept {
                self.best.update(state);
            } else {
                state.take_back();
            }
        }
    }
}

/// Searches with every chain until `look` says it is time, given the steps each has done and the best so far. `look`
/// answers with the share of the budget that is spent; breaking it stops the search.
///
/// Chains meet only between two looks, so how many threads run them makes no difference.
pub(super) fn run(
    chains: &mut [Chain<'_>],
    guide: &Guide,
    steps: &mut u64,
    mut look: impl FnMut(u64, &Best) -> ControlFlow<(), f64>,
) -> ControlFlow<()> {
    let mut stretch = STEPS_BETWEEN_LOOKS;
    let (mut spent_before, mut next_exchange) = (0.0, EXCHANGE_EVERY);
    loop {
        let spent = look(*steps, &chains[leader(chains)].best)?;
        if spent >= 1.0 {
            return ControlFlow::Continue(());
        }
        let temperature = guide.temperature(spent);
        if let [chain] = chains {
            chain.advance(guide, temperature, stretch);
        } else {
            if spent - spent_before < LOOKS_APART / 2.0 {
                stretch = (stretch * 2).min(STRETCH_MAX);
            } else if spent - spent_before > LOOKS_APART {
                stretch = (stretch / 2).max(STEPS_BETWEEN_LOOKS);
            }
            if spent >= next_exchange {
                exchange(chains);
                next_exchange = spent + EXCHANGE_EVERY;
            }
            chains.par_iter_mut().for_each(|chain| chain.advance(guide, temperature, stretch));
        }
        spent_before = spent;
        *steps += stretch;
    }
}

/// The chain that met the best solution.
pub(super) fn leader(chains: &[Chain]) -> usize {
    let key = |chain: &Chain| (chain.best.totals.absent_weight, chain.best.totals.cost);
    (0..chains.len()).min_by_key(|&index| key(&chains[index])).expect("a search has a chain")
}

/// The chain that stands worst goes on from where the one that stands best is.
fn exchange(chains: &mut [Chain]) {
    let key = |index: &usize| {
        let totals = chains[*index].state.totals();
        (totals.absent_weight, totals.cost)
    };
    let (Some(from), Some(to)) = ((0..chains.len()).min_by_key(key), (0..chains.len()).max_by_key(key)) else {
        return;
    };
    if key(&from) < key(&to) {
        let lists = chains[from].state.lists();
        chains[to].state.load(&lists);
        let Chain { state, best, .. } = &mut chains[to];
        best.update(state);
    }
}
