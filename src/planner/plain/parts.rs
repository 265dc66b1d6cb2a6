//! Large problems in parts: neighbouring routes are searched together, part beside part, on as many threads as there are.
//!
//! A step of the search touches only what is near, so parts of some hundred jobs lose little, stay in the
//! processor's caches, and do not hinder each other. They are cut anew in every round, along other lines, so that no
//! border stays. Which thread searches which part makes no difference to the outcome.

use std::ops::ControlFlow;
use std::sync::Arc;

use rand::RngExt;
use rayon::prelude::*;

use super::anneal::{Best, Chain, Guide};
use super::model::{JobNodes, Kind, Model};
use super::neighbours::Neighbours;
use super::recreate::Orders;
use super::state::{State, Totals};
use super::{Dice, dice};
use crate::planner::cooling::{Cooling, Stage};

/// From how many jobs on a problem is searched in parts even if nothing is searched side by side.
const JOBS_MIN: usize = 800;
/// How many jobs a part has at most then, unless a single route has more.
const PART_JOBS_MAX: usize = 600;
/// How many jobs each of several parts side by side has at least on average.
const JOBS_SIDE_BY_SIDE_MIN: usize = 150;
/// How unevenly a cut may divide: between this share and its complement.
const CUT_LEAST: f64 = 0.4;
/// How many steps a job a round takes at least and at most, and what share of the budget it aims at.
const ROUND_STEPS_MIN: u64 = 4;
const ROUND_STEPS_MAX: u64 = 128;
const ROUND_SHARE: f64 = 0.01;
/// From when on a round gives back the best it met instead of where it is.
const SETTLE_FROM: f64 = 0.9;

/// How many jobs a part has at most, where a problem of so many jobs is to be searched in parts with so many side by side.
pub(super) fn jobs_max(jobs: usize, side_by_side: usize) -> Option<usize> {
    // The larger of two parts has this many at most, so that two parts they are.
    let uneven = |jobs: usize| (jobs as f64 * (1.0 - CUT_LEAST)) as usize;
    let share = uneven(jobs * 2 / side_by_side.max(2));
    let is_worth_it = side_by_side > 1 && jobs >= side_by_side * JOBS_SIDE_BY_SIDE_MIN;
    (jobs >= JOBS_MIN || is_worth_it).then_some(if is_worth_it { share.min(PART_JOBS_MAX) } else { PART_JOBS_MAX })
}

/// Searches until `look` says it is time. The state is where to start; it is not needed while parts are searched, so it
/// is given up. Gives the best solution met.
pub(super) fn run(
    state: State<'_>,
    jobs_max: usize,
    seed: u64,
    mut cooling: Cooling,
    mut look: impl FnMut(u64, &Best) -> ControlFlow<(), f64>,
) -> (Best, ControlFlow<()>) {
    let model = state.model;
    let used_max = state.used_max;
    let mut best = Best::of(&state);
    let (mut lists, mut totals) = (state.lists(), state.totals());
    drop(state);
    let mut dice_of_cuts = dice(seed, u64::MAX - 1);
    let (mut steps, mut round, mut round_steps, mut spent_before) = (0, 0_u64, ROUND_STEPS_MIN, 0.0);
    loop {
        let spent = match look(steps, &best) {
            ControlFlow::Continue(spent) if spent < 1.0 => spent,
            ControlFlow::Continue(_) => return (best, ControlFlow::Continue(())),
            ControlFlow::Break(()) => return (best, ControlFlow::Break(())),
        };
        if spent - spent_before < ROUND_SHARE / 2.0 {
            round_steps = (round_steps * 2).min(ROUND_STEPS_MAX);
        } else if spent - spent_before > ROUND_SHARE {
            round_steps = (round_steps / 2).max(ROUND_STEPS_MIN);
        }
        spent_before = spent;
        let now = cooling.stage(spent, steps);
        if now.returns {
            lists.clone_from(&best.lists);
            totals = best.totals;
        }
        let parts = cut(model, &lists, jobs_max, used_max, &mut dice_of_cuts);
        let settles = spent >= SETTLE_FROM;
        let work = |(number, part): (usize, Part)| {
            part.searched(dice(seed ^ (round << 20), number as u64), now, round_steps, settles)
        };
        let outcomes: Vec<Outcome> = parts.into_par_iter().enumerate().map(work).collect();
        for outcome in outcomes {
            steps += outcome.steps;
            totals.cost += outcome.change.cost;
            totals.absent_weight += outcome.change.absent_weight;
            for (slot, list) in outcome.lists {
                lists[slot] = list;
            }
        }
        round += 1;
        if (totals.absent_weight, totals.cost) < (best.totals.absent_weight, best.totals.cost) {
            best = Best::assembled(model, lists.clone(), totals);
        }
    }
}

/// What goes into a part together: a route, or a job in no route.
struct Piece {
    slot: Option<usize>,
    jobs: Vec<u32>,
    /// Where it is.
    place: u32,
}

/// Divides the routes into parts of neighbours, and the vehicles without a route among the parts.
fn cut(model: &Model, lists: &[Vec<u32>], jobs_max: usize, used_max: usize, dice: &mut Dice) -> Vec<Part> {
    let mut is_planned = vec![false; model.jobs.len()];
    let mut pieces = Vec::new();
    for (slot, list) in lists.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
        let jobs: Vec<u32> = list.iter().filter_map(|&node| model.job_begun_by(node)).collect();
        for &job in &jobs {
            is_planned[job as usize] = true;
        }
        let middle = list[list.len() / 2];
        pieces.push(Piece { slot: Some(slot), jobs, place: model.nodes[middle as usize].place });
    }
    let used = pieces.len();
    for job in (0..model.jobs.len()).filter(|&job| !is_planned[job]) {
        let place = model.nodes[model.jobs[job].first as usize].place;
        pieces.push(Piece { slot: None, jobs: vec![job as u32], place });
    }
    let mut groups = Vec::new();
    split(model, pieces, jobs_max, dice, &mut groups);

    let spare_each = used_max.saturating_sub(used) / groups.len().max(1);
    let count = groups.len();
    let mut idle: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut dealt = vec![0_usize; model.kinds.len()];
    for slot in (0..lists.len()).filter(|&slot| lists[slot].is_empty()) {
        let kind = model.kind_of[slot];
        // More vehicles of a kind than that are of no use to a part in one round.
        if dealt[kind] < count * (2 + PART_JOBS_MAX / 50) {
            idle[dealt[kind] % count].push(slot);
            dealt[kind] += 1;
        }
    }
    let groups = groups.into_iter().zip(idle);
    groups.map(|(pieces, idle)| Part::new(model, lists, &pieces, idle, spare_each)).collect()
}

/// Halves pieces by which of two far places is nearer, until they are small enough.
fn split(model: &Model, mut pieces: Vec<Piece>, jobs_max: usize, dice: &mut Dice, groups: &mut Vec<Vec<Piece>>) {
    let jobs: usize = pieces.iter().map(|piece| piece.jobs.len()).sum();
    if jobs <= jobs_max || pieces.len() < 2 {
        groups.push(pieces);
        return;
    }
    let table = &model.tables[0];
    let farthest = |from: u32| {
        let there = table.times_from(from);
        pieces.iter().map(|piece| piece.place).max_by_key(|&to| (there[to as usize], to)).unwrap_or(from)
    };
    let one = farthest(pieces[dice.random_range(0..pieces.len())].place);
    let other = farthest(one);
    let (near_one, near_other) = (table.times_from(one), table.times_from(other));
    pieces.sort_by_cached_key(|piece| {
        let at = piece.place as usize;
        (i64::from(near_one[at]) - i64::from(near_other[at]), piece.place)
    });
    let share = CUT_LEAST + (1.0 - 2.0 * CUT_LEAST) * dice.random::<f64>();
    let wanted = jobs as f64 * share;
    let mut jobs_before = 0;
    let cut = pieces.iter().position(|piece| {
        jobs_before += piece.jobs.len();
        jobs_before as f64 >= wanted
    });
    let behind = pieces.split_off(cut.unwrap_or(0).clamp(1, pieces.len() - 1));
    split(model, pieces, jobs_max, dice, groups);
    split(model, behind, jobs_max, dice, groups);
}

/// Some routes and jobs as a problem of their own.
struct Part {
    model: Model,
    lists: Vec<Vec<u32>>,
    used_max: usize,
    /// The slot of the whole for each slot of the part.
    slots: Vec<usize>,
    /// The node of the whole for each node of the part.
    nodes: Vec<u32>,
}

/// What a search of a part comes to.
struct Outcome {
    steps: u64,
    /// What it adds to the whole.
    change: Totals,
    lists: Vec<(usize, Vec<u32>)>,
}

impl Part {
    fn new(whole: &Model, lists: &[Vec<u32>], pieces: &[Piece], idle: Vec<usize>, spare: usize) -> Self {
        let mut jobs: Vec<u32> = pieces.iter().flat_map(|piece| piece.jobs.iter().copied()).collect();
        jobs.sort_unstable();
        let mut part = Model {
            nodes: Vec::new(),
            traits: whole.traits,
            jobs: Vec::with_capacity(jobs.len()),
            unit: whole.unit,
            weights: jobs.iter().map(|&job| whole.weights[job as usize]).collect(),
            tables: whole.tables.iter().map(Arc::clone).collect(),
            kinds: whole.kinds.iter().map(|kind| kind.serving(&jobs)).collect::<Vec<Kind>>(),
            kind_of: Vec::new(),
        };
        let mut nodes = Vec::new();
        for (number, &job) in jobs.iter().enumerate() {
            let JobNodes { first, delivery } = whole.jobs[job as usize];
            let begin = nodes.len() as u32;
            for node in first..=delivery.unwrap_or(first) {
                nodes.push(node);
                part.nodes.push(super::model::Node { job: number as u32, ..whole.nodes[node as usize] });
            }
            part.jobs.push(JobNodes { first: begin, delivery: delivery.map(|_| begin + 1) });
        }
        // Both are ascending, so a node is found by bisection.
        let number_of = |node: &u32| nodes.binary_search(node).expect("a part has the nodes of its routes") as u32;
        let slots: Vec<usize> = pieces.iter().filter_map(|piece| piece.slot).chain(idle).collect();
        part.kind_of = slots.iter().map(|&slot| whole.kind_of[slot]).collect();
        let lists: Vec<Vec<u32>> = slots.iter().map(|&slot| lists[slot].iter().map(number_of).collect()).collect();
        let used_max = lists.iter().filter(|list| !list.is_empty()).count() + spare;
        Self { model: part, lists, used_max, slots, nodes }
    }

    /// Takes so many steps a job.
    fn searched(self, dice: Dice, now: Stage, steps_a_job: u64, settles: bool) -> Outcome {
        let model = &self.model;
        let mut state = State::new(model, &self.lists, dice);
        state.used_max = self.used_max;
        let before = state.totals();
        let guide = Guide { near: Neighbours::new(model), orders: Orders::new(model) };
        let steps = steps_a_job * model.jobs.len() as u64;
        let mut chain = Chain::new(state, None);
        chain.advance(&guide, Stage { returns: false, returns_after: None, ..now }, steps);
        let (lists, after) =
            if settles { (chain.best.lists, chain.best.totals) } else { (chain.state.lists(), chain.state.totals()) };
        let in_whole = |list: Vec<u32>| list.into_iter().map(|node| self.nodes[node as usize]).collect();
        let change =
            Totals { cost: after.cost - before.cost, absent_weight: after.absent_weight - before.absent_weight };
        Outcome { steps, change, lists: self.slots.iter().copied().zip(lists.into_iter().map(in_whole)).collect() }
    }
}
