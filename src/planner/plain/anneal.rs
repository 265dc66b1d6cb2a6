//! The loop: ruin, recreate, keep or take back, under a temperature that falls with what is spent.

use std::ops::ControlFlow;

use rand::RngExt;
use rayon::prelude::*;

use super::Dice;
use super::model::Model;
use super::neighbours::Neighbours;
use super::pool::Pool;
use super::recreate::{self, Orders};
use super::ruin;
use super::state::{State, Totals};
use super::tails;
use crate::planner::cooling::{Cooling, Stage};

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

/// Only solutions that cost no more than this part more than the best give routes to the pool.
const POOL_WITHIN: f64 = 0.02;
/// How often, in shares of the budget, the routes of the pool are put together anew, and from when on.
const COMBINE_EVERY: f64 = 0.02;
const COMBINE_FROM: f64 = 0.1;
/// How many elementary operations of that are worth one step: about a twelfth of the time goes there.
const EFFORT_A_STEP: u64 = 800;

/// What a search needs beside its state, computed once.
pub(super) struct Guide {
    pub(super) near: Neighbours,
    pub(super) orders: Orders,
}

/// The best solution met.
#[derive(Clone)]
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

    /// A solution put together elsewhere, with what it adds up to.
    pub(super) fn assembled(model: &Model, lists: Vec<Vec<u32>>, totals: Totals) -> Self {
        let planned = lists.iter().flatten().filter(|&&node| model.job_begun_by(node).is_some()).count();
        let versions = vec![0; lists.len()];
        Self { lists, versions, totals, unassigned: model.jobs.len() - planned }
    }

    /// Takes over routes that were not a state's, and serve the same jobs.
    fn replace(&mut self, model: &Model, lists: Vec<Vec<u32>>) {
        let cost = |(slot, list): (usize, &Vec<u32>)| if list.is_empty() { 0 } else { model.cost_of(slot, list) };
        self.totals.cost = lists.iter().enumerate().map(cost).sum();
        self.lists = lists;
        // No route of a state has this version.
        self.versions.fill(0);
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

/// One search of its own: where it is, the best it met, and the routes that good solutions had.
pub(super) struct Chain<'m> {
    pub(super) state: State<'m>,
    pub(super) best: Best,
    /// The routes that good solutions had, where they are to be put together anew.
    pool: Option<Pool>,
    /// How many steps ago the best became better, or was returned to.
    stale_steps: u64,
    removed: Vec<u32>,
}

impl<'m> Chain<'m> {
    /// `pool_dice` must be equal for all chains of a search; without it no routes are kept.
    pub(super) fn new(state: State<'m>, pool_dice: Option<Dice>) -> Self {
        let best = Best::of(&state);
        let pool = pool_dice.map(|dice| Pool::new(state.model, dice));
        Self { state, best, pool, stale_steps: 0, removed: Vec::new() }
    }

    pub(super) fn advance(&mut self, guide: &Guide, now: Stage, steps: u64) {
        self.stale_steps += steps;
        if now.returns || now.returns_after.is_some_and(|patience| self.stale_steps > patience) {
            self.stale_steps = 0;
            self.go_on_from(None);
        }
        let best_before = self.best.totals.cost;
        for _ in 0..steps {
            if tails::exchange(&mut self.state, &guide.near, now.temperature) {
                self.note();
            }
            if !change(&mut self.state, guide, &mut self.removed) {
                self.state.take_back();
                continue;
            }
            let state = &mut self.state;
            let was = state.before();
            let chance: f64 = state.dice.random();
            let worst = was.cost as f64 - now.temperature * chance.max(f64::MIN_POSITIVE).ln();
            let is_kept = state.absent_weight < was.absent_weight
                || (state.absent_weight == was.absent_weight && (state.cost as f64) < worst);
            if !is_kept {
                state.take_back();
                continue;
            }
            self.note();
        }
        if self.best.totals.cost < best_before {
            self.stale_steps = 0;
        }
    }

    /// Takes note of the present solution, which the last change made.
    fn note(&mut self) {
        let Self { state, best, pool, .. } = self;
        best.update(state);
        let near_best = best.totals.cost as f64 * (1.0 + POOL_WITHIN);
        if let Some(pool) = pool
            && state.absent.is_empty()
            && (state.cost as f64) < near_best
        {
            pool.remember_touched(state);
        }
    }

    /// Goes on from the best solution, its own or another.
    fn go_on_from(&mut self, other: Option<&Best>) {
        self.state.load(&other.unwrap_or(&self.best).lists);
        self.best.update(&self.state);
    }

    /// Puts the routes of the pool together anew, unless that has already taken more than its part of the effort.
    fn combine(&mut self, guide: &Guide, steps: u64) {
        let Self { state, best, pool: Some(pool), .. } = self else { return };
        if best.unassigned > 0 || pool.effort > steps * EFFORT_A_STEP {
            return;
        }
        let spare = state.used_max - best.lists.iter().filter(|list| !list.is_empty()).count();
        if let Some(lists) = pool.combine(state.model, &guide.near, best, spare, &mut state.dice) {
            best.replace(state.model, lists);
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
    mut cooling: Cooling,
    steps: &mut u64,
    mut look: impl FnMut(u64, &Best) -> ControlFlow<(), f64>,
) -> ControlFlow<()> {
    let begun = *steps;
    let mut stretch = STEPS_BETWEEN_LOOKS;
    let (mut spent_before, mut next_exchange, mut next_combination) = (0.0, EXCHANGE_EVERY, COMBINE_FROM);
    loop {
        let spent = look(*steps, &chains[leader(chains)].best)?;
        if spent >= 1.0 {
            return ControlFlow::Continue(());
        }
        let stage = cooling.stage(spent, *steps - begun);
        if chains.len() > 1 {
            if spent - spent_before < LOOKS_APART / 2.0 {
                stretch = (stretch * 2).min(STRETCH_MAX);
            } else if spent - spent_before > LOOKS_APART {
                stretch = (stretch / 2).max(STEPS_BETWEEN_LOOKS);
            }
            if spent >= next_exchange {
                exchange(chains);
                next_exchange = spent + EXCHANGE_EVERY;
            }
        }
        let combines = spent >= next_combination;
        if combines {
            next_combination = spent + COMBINE_EVERY;
        }
        let step = |chain: &mut Chain| {
            if combines {
                chain.combine(guide, *steps - begun);
            }
            chain.advance(guide, stage, stretch);
        };
        if let [chain] = chains {
            step(chain);
        } else {
            chains.par_iter_mut().for_each(step);
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

/// The chains tell each other their routes, and the one that stands worst goes on from the best solution of all.
fn exchange(chains: &mut [Chain]) {
    for index in 1..chains.len() {
        let (before, behind) = chains.split_at_mut(index);
        absorb(&mut before[0], &behind[0]);
    }
    let leader = leader(chains);
    let key = |index: &usize| {
        let totals = chains[*index].state.totals();
        (totals.absent_weight, totals.cost)
    };
    let Some(last) = (0..chains.len()).filter(|&index| index != leader).max_by_key(key) else { return };
    for index in (0..chains.len()).filter(|&index| index != 0) {
        let (before, behind) = chains.split_at_mut(index);
        absorb(&mut behind[0], &before[0]);
    }
    let best = chains[leader].best.clone();
    chains[last].go_on_from(Some(&best));
}

/// A chain learns the routes of another.
fn absorb(chain: &mut Chain, other: &Chain) {
    if let (Some(pool), Some(others)) = (&mut chain.pool, &other.pool) {
        pool.absorb(others);
    }
}
