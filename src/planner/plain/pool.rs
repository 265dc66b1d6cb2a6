//! The routes that good solutions were made of, put together anew.
//!
//! Every search drops most of the routes it had. Among all that were part of some good solution there is often a set
//! that serves the same jobs at less cost than any one solution did. [`Pool::combine`] looks for it in a region of the
//! best solution, small enough for [`partition`](super::partition) to choose from all routes known within it.

use std::collections::HashMap;

use rand::RngExt;

use super::Dice;
use super::anneal::Best;
use super::model::Model;
use super::neighbours::Neighbours;
use super::partition::{Candidate, ROWS_MAX, Rows, cheapest};
use super::state::State;

/// How many visits the routes of a pool may have together.
const VISITS_MAX: usize = 1_500_000;
/// How many neighbours of a job are looked at for the next route of a region.
const REGION_REACH: usize = 10;

/// A route that was part of a good solution.
#[derive(Clone)]
struct Column {
    key: u64,
    kind: usize,
    nodes: Box<[u32]>,
    cost: i64,
    /// In which round of the pool it was last met.
    met: u32,
}

/// The routes met so far: of those that serve the same jobs with the same kind of vehicle, the cheapest.
pub(super) struct Pool {
    /// A random number for each job; a set of jobs is known by their exclusive or.
    keys: Vec<u64>,
    columns: Vec<Column>,
    known: HashMap<u64, u32>,
    visits: usize,
    round: u32,
    /// What each job was last found to be worth.
    prices: Vec<f64>,
    /// How many elementary operations went into combining so far.
    pub(super) effort: u64,
}

impl Pool {
    /// An empty pool. Pools made with equal dice know equal routes by equal keys.
    pub(super) fn new(model: &Model, mut dice: Dice) -> Self {
        let jobs = model.jobs.len();
        Self {
            keys: (0..jobs).map(|_| dice.random()).collect(),
            columns: Vec::new(),
            known: HashMap::new(),
            visits: 0,
            round: 0,
            prices: vec![0.0; jobs],
            effort: 0,
        }
    }

    /// Remembers the routes that the present step changed.
    pub(super) fn remember_touched(&mut self, state: &State) {
        for index in 0..state.touched_len() {
            self.remember(state, state.touched(index));
        }
    }

    /// Remembers all routes.
    pub(super) fn remember_all(&mut self, state: &State) {
        for slot in 0..state.high {
            self.remember(state, slot);
        }
    }

    fn remember(&mut self, state: &State, slot: usize) {
        let route = &state.routes[slot];
        if route.is_empty() {
            return;
        }
        let (model, kind) = (state.model, route.kind);
        let of_kind = (kind as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let firsts = route.nodes().filter_map(|node| model.job_begun_by(node));
        let key = firsts.fold(of_kind, |key, job| key ^ self.keys[job as usize]);
        if let Some(&at) = self.known.get(&key) {
            let column = &mut self.columns[at as usize];
            column.met = self.round;
            if route.cost < column.cost {
                column.cost = route.cost;
                column.nodes = route.nodes().collect();
            }
            return;
        }
        self.add(Column { key, kind, nodes: route.nodes().collect(), cost: route.cost, met: self.round });
    }

    fn add(&mut self, column: Column) {
        if self.visits > VISITS_MAX {
            self.forget();
        }
        self.visits += column.nodes.len();
        self.known.insert(column.key, self.columns.len() as u32);
        self.columns.push(column);
    }

    /// Drops the half that was met longest ago.
    fn forget(&mut self) {
        let mut rounds: Vec<u32> = self.columns.iter().map(|column| column.met).collect();
        let half = rounds.len() / 2;
        let (_, &mut since, _) = rounds.select_nth_unstable(half);
        self.columns.retain(|column| column.met > since);
        self.visits = self.columns.iter().map(|column| column.nodes.len()).sum();
        self.known.clear();
        self.known.extend(self.columns.iter().enumerate().map(|(index, column)| (column.key, index as u32)));
        self.round += 1;
    }

    /// Takes over the routes that another pool met and this one did not.
    pub(super) fn absorb(&mut self, other: &Self) {
        for column in &other.columns {
            if !self.known.contains_key(&column.key) {
                self.add(Column { met: self.round, ..column.clone() });
            }
        }
    }

    /// Looks for cheaper routes for a region of the best solution, with at most `spare` more of them than it has.
    /// Gives the lists of all slots.
    pub(super) fn combine(
        &mut self,
        model: &Model,
        near: &Neighbours,
        best: &Best,
        spare: usize,
        dice: &mut Dice,
    ) -> Option<Vec<Vec<u32>>> {
        self.round += 1;
        self.effort += self.visits as u64;
        let region = Region::around(model, near, best, dice)?;
        let candidates = self.candidates(model, &region);
        let mut prices: Vec<f64> = region.jobs.iter().map(|&job| self.prices[job as usize]).collect();
        let most = region.slots.len() + spare;
        let chosen = cheapest(&candidates, region.cost, most, &mut prices, &mut self.effort);
        for (&job, &price) in region.jobs.iter().zip(&prices) {
            self.prices[job as usize] = price;
        }
        let mut lists = best.lists.clone();
        let empty = (0..lists.len()).filter(|&slot| lists[slot].is_empty());
        let mut free: Vec<usize> = region.slots.iter().copied().chain(empty).collect();
        for &slot in &region.slots {
            lists[slot].clear();
        }
        for index in chosen? {
            let column = &self.columns[candidates[index].column as usize];
            let at = free.iter().position(|&slot| model.kind_of[slot] == column.kind)?;
            lists[free.remove(at)] = column.nodes.to_vec();
        }
        Some(lists)
    }

    /// The routes that serve no job outside a region.
    fn candidates(&self, model: &Model, region: &Region) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let mut list = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            list.clear();
            let is_inside = column.nodes.iter().all(|&node| {
                let row = region.row_of[model.nodes[node as usize].job as usize];
                if model.job_begun_by(node).is_some() {
                    list.push(row);
                }
                row != u32::MAX
            });
            if is_inside {
                let mut rows = Rows::default();
                for &row in &list {
                    rows[row as usize / 64] |= 1 << (row % 64);
                }
                let cost = column.cost as f64;
                candidates.push(Candidate { column: index as u32, rows, list: list.as_slice().into(), cost });
            }
        }
        candidates
    }
}

/// Some neighbouring routes of the best solution.
struct Region {
    slots: Vec<usize>,
    jobs: Vec<u32>,
    /// For each job of the problem, its place in `jobs`; `u32::MAX` outside.
    row_of: Vec<u32>,
    cost: f64,
}

impl Region {
    /// As many routes around a random job as may be; none where that is fewer than two.
    fn around(model: &Model, near: &Neighbours, best: &Best, dice: &mut Dice) -> Option<Self> {
        let job_of = |node: u32| model.nodes[node as usize].job;
        let mut slot_of = vec![usize::MAX; model.jobs.len()];
        for (slot, list) in best.lists.iter().enumerate() {
            for &node in list {
                slot_of[job_of(node) as usize] = slot;
            }
        }
        let mut region = Self { slots: Vec::new(), jobs: Vec::new(), row_of: vec![u32::MAX; slot_of.len()], cost: 0.0 };
        let mut is_in = vec![false; best.lists.len()];
        let mut around = vec![dice.random_range(0..slot_of.len() as u32)];
        let mut next = 0;
        while let Some(&job) = around.get(next) {
            next += 1;
            let slot = slot_of[job as usize];
            if slot == usize::MAX || std::mem::replace(&mut is_in[slot], true) {
                continue;
            }
            let nodes = best.lists[slot].iter();
            let jobs: Vec<u32> = nodes.filter_map(|&node| model.job_begun_by(node)).collect();
            if region.jobs.len() + jobs.len() > ROWS_MAX {
                break;
            }
            around.extend(jobs.iter().flat_map(|&job| near.of(job).iter().copied().take(REGION_REACH)));
            region.slots.push(slot);
            region.jobs.extend(jobs);
        }
        for (row, &job) in region.jobs.iter().enumerate() {
            region.row_of[job as usize] = row as u32;
        }
        let costs = region.slots.iter().map(|&slot| cost_of(model, slot, &best.lists[slot]) as f64);
        region.cost = costs.sum();
        (region.slots.len() > 1).then_some(region)
    }
}

/// What a route costs.
fn cost_of(model: &Model, slot: usize, nodes: &[u32]) -> i64 {
    let kind = &model.kinds[model.kind_of[slot]];
    let table = model.table(model.kind_of[slot]);
    let mut here = kind.start;
    let places = nodes.iter().map(|&node| model.nodes[node as usize].place).chain([kind.end]);
    let legs = places.map(|place| i64::from(table.leg(std::mem::replace(&mut here, place), place).cost));
    legs.sum::<i64>() + kind.fixed
}
