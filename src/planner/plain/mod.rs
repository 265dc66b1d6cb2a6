//! The fast search for plain problems: those whose routes need no more than a clock and a load.
//!
//! A problem is *plain* when each visit has at most one window, and no vehicle has breaks, reloads, limits beyond its
//! shift and capacity, or a price for its time, no job gives and takes at once, is tied to another or may ride only for
//! so long, and travel times do not depend on the time of day; that covers the benchmarks of the field (capacity, time windows,
//! pickup and delivery) and much of everyday work. Whether a visit fits is then decided in constant time from what
//! each stop remembers. Everything else is searched by [`engine`](super::engine) with the full schedule.
//!
//! Invariants: every route is feasible between two steps; a step changes only routes it saved, so it can be taken
//! back; the same start, seed and answers about the budget give the same solution.
//!
//! Problems of many hundred jobs, and of fewer with several threads, are searched in [`parts`]; [`pool`] puts together the routes of several good
//! solutions.
//!
//! What is not here: times and costs that a solution claims. The routes found are handed back as orders of visits.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "the model admits only problems whose numbers fit, and chances need not be exact"
)]

mod anneal;
mod fleet_first;
mod insertion;
mod model;
mod neighbours;
mod partition;
mod parts;
mod pool;
mod recreate;
mod route;
mod ruin;
mod state;
mod tails;

use std::ops::ControlFlow;

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

use self::anneal::{Best, Chain, Guide};
use self::model::Model;
use self::neighbours::Neighbours;
use self::recreate::Orders;
use self::state::State;
use super::cooling::Cooling;
use super::cost::Cost;
use super::engine::{Fleet, Node, Scratch, Tour};
use super::solution::Visit;
use super::solve::{Goal, Pace, Phase, Progress, SearchOptions};

/// Where a chain's random numbers come from: fast, and the same on every machine.
type Dice = Xoshiro256PlusPlus;

/// The most of the budget that goes into doing with fewer vehicles.
const FLEET_SHARE: f64 = 0.35;

/// Searches a plain problem from the given tours and leaves the best in them. `None` where the problem is not plain.
pub(super) fn search(
    fleet: &Fleet,
    tours: &mut [Tour],
    options: &SearchOptions,
    pace: &mut Pace<'_>,
    scratch: &mut Scratch,
) -> Option<ControlFlow<()>> {
    if tours.is_empty() || fleet.problem.jobs().is_empty() {
        return None;
    }
    let model = Model::of(fleet.problem)?;
    let lists: Vec<Vec<u32>> = tours.iter().map(|tour| nodes_of(&model, tour)).collect();
    let mut state = State::new(&model, &lists, dice(options.seed, 0));
    let near = Neighbours::new(&model);
    let guide = Guide { near, orders: Orders::new(&model) };
    construct(&mut state, &guide);
    let cooling = Cooling::new(mean_cost(&state), model.jobs.len());

    let mut look = |done: u64, best: &Best| {
        let cost = Cost(best.totals.cost * model.unit);
        pace(&Progress { phase: Phase::Improve, done, total: 0, cost, unassigned: best.unassigned })
    };
    let mut steps = 0;
    let mut spent_before = 0.0;
    if options.goal == Goal::FewestVehicles {
        let (fewest, outcome) = fleet_first::run(&mut state, &guide, &cooling, &mut steps, |done, best| {
            spent_before = look(done, best)?;
            ControlFlow::Continue(spent_before / FLEET_SHARE)
        });
        if outcome.is_break() {
            hand_back(fleet, &model, &fewest, tours, scratch);
            return Some(outcome);
        }
    }
    if let Some(jobs_max) = parts::jobs_max(model.jobs.len(), options.chains) {
        let (best, outcome) = parts::run(state, jobs_max, options.seed, cooling, |done, best| {
            let spent = look(steps + done, best)?;
            ControlFlow::Continue((spent - spent_before) / (1.0 - spent_before))
        });
        hand_back(fleet, &model, &best, tours, scratch);
        return Some(outcome);
    }
    let lists = state.lists();
    let used_max = state.used_max;
    let pool_dice = || dice(options.seed, u64::MAX);
    let mut chains = vec![Chain::new(state, Some(pool_dice()))];
    for number in 1..options.chains.max(1) as u64 {
        let mut state = State::new(&model, &lists, dice(options.seed, number));
        state.used_max = used_max;
        chains.push(Chain::new(state, Some(pool_dice())));
    }
    let outcome = anneal::run(&mut chains, &guide, cooling, &mut steps, |done, best| {
        let spent = look(done, best)?;
        ControlFlow::Continue((spent - spent_before) / (1.0 - spent_before))
    });
    let leader = anneal::leader(&chains);
    hand_back(fleet, &model, &chains[leader].best, tours, scratch);
    Some(outcome)
}

/// The random numbers of a chain.
fn dice(seed: u64, chain: u64) -> Dice {
    Dice::seed_from_u64(seed.wrapping_add(chain.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// What a planned job costs on average, vehicles aside: the scale of temperatures.
fn mean_cost(state: &State) -> f64 {
    let used = state.routes.iter().filter(|route| !route.is_empty());
    let fixed: i64 = used.map(|route| state.model.kinds[route.kind].fixed).sum();
    let planned = state.route_of.len() - state.absent.len();
    ((state.cost - fixed) as f64 / planned.max(1) as f64).max(1.0)
}

/// Makes tours of the best routes.
fn hand_back(fleet: &Fleet, model: &Model, best: &Best, tours: &mut [Tour], scratch: &mut Scratch) {
    for (tour, list) in tours.iter_mut().zip(&best.lists) {
        let nodes = list.iter().map(|&node| visit_of(model, node)).collect();
        *tour = Tour::new(fleet, tour.vehicle, nodes, scratch).expect("a plain route is feasible");
    }
}

/// A first solution: every absent job inserted where it is cheapest, in one of the search's orders, until no more fits.
fn construct(state: &mut State, guide: &Guide) {
    loop {
        state.begin();
        let mut jobs = std::mem::take(&mut state.absent);
        let count = jobs.len();
        state.absent_weight = 0;
        guide.orders.sort(state, &mut jobs);
        recreate::recreate(state, &guide.near, &jobs);
        if state.absent.is_empty() || state.absent.len() == count {
            return;
        }
    }
}

fn nodes_of(model: &Model, tour: &Tour) -> Vec<u32> {
    let visits = tour.nodes.iter().filter_map(|node| match *node {
        Node::Visit(Visit::Serve(job) | Visit::PickUp(job)) => Some(model.jobs[job].first),
        Node::Visit(Visit::Deliver(job)) => model.jobs[job].delivery,
        Node::Visit(Visit::Break(_)) | Node::Reload => None,
    });
    visits.collect()
}

fn visit_of(model: &Model, node: u32) -> Node {
    let of = &model.nodes[node as usize];
    let job = of.job as usize;
    Node::Visit(match of.handling {
        model::Handling::Deliver | model::Handling::PickUp => Visit::Serve(job),
        model::Handling::Take => Visit::PickUp(job),
        model::Handling::Give => Visit::Deliver(job),
    })
}
