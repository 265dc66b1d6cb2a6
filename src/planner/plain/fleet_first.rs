//! Doing with fewer vehicles: a route is dissolved, and its jobs are pressed into the others.
//!
//! Each job counts the steps at whose end it was absent (Christiaens and Vanden Berghe, 2020). A step is kept when
//! the jobs it leaves absent have a smaller sum of counts than those absent before: jobs that are hard to place get in
//! and push out easy ones, until all are in and the next route goes.

use std::ops::ControlFlow;

use rand::RngExt;

use super::anneal::{self, Best, Guide, STEPS_BETWEEN_LOOKS};
use super::model::{Handling, Model};
use super::state::State;
use crate::planner::cooling::Cooling;

/// The fewest vehicles there can be: whose capacities together hold what trips must carry at once.
fn fewest(model: &Model) -> usize {
    let sum = |handling: Handling| {
        let of = model.nodes.iter().filter(move |node| node.handling == handling);
        of.map(|node| i64::from(node.amount)).sum::<i64>()
    };
    let needed = sum(Handling::Deliver).max(sum(Handling::PickUp));
    let mut capacities: Vec<i64> = model.kind_of.iter().map(|&kind| i64::from(model.kinds[kind].capacity)).collect();
    capacities.sort_unstable_by(|a, b| b.cmp(a));
    let mut held = 0;
    let enough = capacities.iter().take_while(|&&capacity| {
        let more = held < needed;
        held += capacity;
        more
    });
    enough.count().max(1)
}

/// Searches until `look` says that all is spent or no fewer vehicles are possible. Leaves the state at the best
/// solution with as few as were found, and forbids more.
pub(super) fn run(
    state: &mut State,
    guide: &Guide,
    cooling: &Cooling,
    steps: &mut u64,
    mut look: impl FnMut(u64, &Best) -> ControlFlow<(), f64>,
) -> (Best, ControlFlow<()>) {
    let fewest = fewest(state.model);
    let mut absences = vec![0_u64; state.route_of.len()];
    let mut best = Best::of(state);
    let mut best_used = state.used;
    let mut removed = Vec::new();
    let mut outcome = ControlFlow::Continue(());
    'search: loop {
        if state.absent.is_empty() {
            best = Best::of(state);
            best_used = state.used;
            if state.used <= fewest {
                break;
            }
            dissolve(state, &absences);
        } else if state.absent_weight < best.totals.absent_weight {
            best = Best::of(state);
            best_used = state.used;
        }
        let spent = match look(*steps, &best) {
            ControlFlow::Continue(spent) => spent,
            ControlFlow::Break(()) => {
                outcome = ControlFlow::Break(());
                break;
            }
        };
        if spent >= 1.0 {
            break;
        }
        let temperature = cooling.once(spent);
        for _ in 0..STEPS_BETWEEN_LOOKS {
            *steps += 1;
            if !anneal::change(state, guide, &mut removed) {
                state.take_back();
                continue;
            }
            let sum = |jobs: &[u32]| jobs.iter().map(|&job| absences[job as usize]).sum::<u64>();
            let (now, was) = (sum(&state.absent), sum(state.absent_before()));
            for &job in &state.absent {
                absences[job as usize] += 1;
            }
            let chance: f64 = state.dice.random();
            let worst = state.before().cost as f64 - temperature * chance.max(f64::MIN_POSITIVE).ln();
            let is_kept = state.absent.is_empty() || now < was || (now == was && (state.cost as f64) < worst);
            if !is_kept {
                state.take_back();
            } else if state.absent.is_empty() {
                continue 'search;
            }
        }
    }
    state.used_max = best_used;
    state.load(&best.lists);
    (best, outcome)
}

/// Empties the route whose jobs were absent least.
fn dissolve(state: &mut State, absences: &[u64]) {
    state.begin();
    let model = state.model;
    let job_of = |node: u32| model.nodes[node as usize].job;
    let sum = |slot: usize| state.routes[slot].nodes().map(|node| absences[job_of(node) as usize]).sum::<u64>();
    let used = (0..state.high).filter(|&slot| !state.routes[slot].is_empty());
    let Some(slot) = used.min_by_key(|&slot| (sum(slot), state.routes[slot].len())) else {
        return;
    };
    state.used_max = state.used - 1;
    let mut jobs: Vec<u32> = state.routes[slot].nodes().map(job_of).collect();
    jobs.sort_unstable();
    jobs.dedup();
    state.remove(slot, |_| true);
    state.absent_weight += state.weight(&jobs);
    state.absent.extend(jobs);
}
