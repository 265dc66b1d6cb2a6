//! Two routes exchange what comes behind a stop of each (2-opt*; Potvin and Rousseau, 1995).
//!
//! The search tears out short strings only; in long routes it would take very many of them to do what one such exchange does.
//! A candidate is judged in constant time, so one is tried with every step.

use rand::RngExt;

use super::model::{Loads, Model};
use super::neighbours::Neighbours;
use super::route::{Route, Stop};
use super::state::{NO_ROUTE, State};

/// Whether a route may be cut where so much is on board: no shipment may be divided.
fn is_divisible(model: &Model, load: i32) -> bool {
    let traits = model.traits;
    !traits.has_shipments || (traits.loads == Loads::Carried && !traits.has_weightless && load == 0)
}

/// Leads some random job straight to one of its near jobs in another route, where that is cheaper, or, by chance and
/// temperature, not much dearer. Says whether anything has changed.
pub(super) fn exchange(state: &mut State, near: &Neighbours, temperature: f64) -> bool {
    let job = state.dice.random_range(0..state.route_of.len() as u32);
    let chance: f64 = state.dice.random();
    let slot = state.route_of[job as usize];
    if slot == NO_ROUTE {
        return false;
    }
    let most = -temperature * chance.max(f64::MIN_POSITIVE).ln();
    let Some((one, other)) = cheapest(state, near, job, slot as usize, most) else { return false };
    state.begin();
    let fits = state.exchange_tails(one, other);
    if !fits {
        state.take_back();
    }
    fits
}

/// The cheapest exchange that adds less than `most`: of two slots, from which stop on.
fn cheapest(
    state: &State,
    near: &Neighbours,
    job: u32,
    slot: usize,
    most: f64,
) -> Option<((usize, usize), (usize, usize))> {
    let model = state.model;
    let route = &state.routes[slot];
    let kind = &model.kinds[route.kind];
    let nodes = model.jobs[job as usize];
    let from = position(route, nodes.delivery.unwrap_or(nodes.first))?;
    let (here, next) = (&route.stops[from], &route.stops[from + 1]);
    if !is_divisible(model, here.load) {
        return None;
    }
    let table = model.table(route.kind);
    let (costs_on, times_on) = (table.costs_from(here.place), table.times_from(here.place));
    let (costs_back, times_back) = (table.costs_to(next.place), table.times_to(next.place));
    let (mut least, mut found) = (most, None);
    for &other in near.nearest(job) {
        let to = state.route_of[other as usize];
        if to == NO_ROUTE || to as usize == slot || state.routes[to as usize].kind != route.kind {
            continue;
        }
        let first = model.jobs[other as usize].first;
        let node = &model.nodes[first as usize];
        let arrives = here.leaves + times_on[node.place as usize];
        if arrives > node.close {
            continue;
        }
        let theirs = &state.routes[to as usize];
        let Some(at) = position(theirs, first) else { continue };
        let (before, there) = (&theirs.stops[at - 1], &theirs.stops[at]);
        if arrives > there.latest || !is_divisible(model, before.load) {
            continue;
        }
        let empties = at == 1 && from + 2 == route.stops.len();
        // Nobody drives a route without visits.
        let back = if empties { -kind.fixed } else { i64::from(costs_back[before.place as usize]) };
        let saved = i64::from(next.leg_cost) + i64::from(there.leg_cost);
        let added = (i64::from(costs_on[there.place as usize]) + back - saved) as f64;
        if added >= least || (!empties && before.leaves + times_back[before.place as usize] > next.latest) {
            continue;
        }
        if model.traits.loads == Loads::Delivered {
            let (tail, their_tail) = (delivered(&route.stops[from + 1..]), delivered(&theirs.stops[at..]));
            let (load, their_load) =
                (route.stops[0].load - tail + their_tail, theirs.stops[0].load - their_tail + tail);
            if load > kind.capacity || their_load > kind.capacity {
                continue;
            }
        }
        (least, found) = (added, Some(((slot, from + 1), (to as usize, at))));
    }
    found
}

fn position(route: &Route, node: u32) -> Option<usize> {
    route.stops.iter().position(|stop| stop.node == node)
}

fn delivered(stops: &[Stop]) -> i32 {
    -stops.iter().map(|stop| stop.change).sum::<i32>()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

    use super::super::insertion::{NOWHERE, tests::random_model};
    use super::super::model::Handling;
    use super::*;

    /// What a state remembers of its routes is what they are when built from nothing.
    fn assert_kept(state: &State) {
        let mut cost = 0;
        for (slot, route) in state.routes.iter().enumerate() {
            let mut fresh = Route::empty(state.model, route.kind);
            for (behind, node) in route.nodes().enumerate() {
                fresh.put(state.model, behind, node);
            }
            assert!(fresh.refresh(state.model));
            cost += fresh.cost;
            assert_eq!(route.cost, fresh.cost);
            for (stop, new) in route.stops.iter().zip(&fresh.stops) {
                let of = |stop: &Stop| (stop.node, stop.leg_cost, stop.leg_time, stop.leaves, stop.latest);
                assert_eq!(of(stop), of(new));
                let loads = |stop: &Stop| (stop.load, stop.peak_before, stop.peak_after);
                assert_eq!(loads(stop), loads(new));
            }
            for node in route.nodes() {
                assert_eq!(state.route_of[state.model.nodes[node as usize].job as usize], slot as u32);
            }
        }
        assert_eq!(state.cost, cost);
    }

    #[test]
    fn whatever_changes_and_is_taken_back_is_remembered_as_it_is() {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(3);
        let (mut exchanged, mut taken_back) = (0, 0);
        for round in 0..300 {
            let handling = [None, Some(Handling::Deliver), Some(Handling::Take)][round % 3];
            let model = random_model(&mut dice, handling, 4);
            let near = Neighbours::new(&model);
            let lists = vec![Vec::new(); 4];
            let mut state = State::new(&model, &lists, Xoshiro256PlusPlus::seed_from_u64(round as u64));
            for _ in 0..60 {
                state.begin();
                let (slot, job) = (dice.random_range(0..4), dice.random_range(0..model.jobs.len() as u32));
                let fits = match state.route_of[job as usize] {
                    NO_ROUTE => {
                        let place = state.place(job, slot);
                        if place.cost != NOWHERE {
                            state.absent.retain(|&other| other != job);
                            state.absent_weight -= model.weights[job as usize];
                            state.insert(job, slot, place);
                        }
                        true
                    }
                    from if dice.random_bool(0.2) => {
                        let fits = state.remove(from as usize, |other| other == job);
                        state.absent.push(job);
                        state.absent_weight += model.weights[job as usize];
                        fits
                    }
                    _ => true,
                };
                if !fits || dice.random_bool(0.2) {
                    state.take_back();
                    taken_back += 1;
                }
                assert_kept(&state);
                exchanged += usize::from(exchange(&mut state, &near, 50.0));
                assert_kept(&state);
            }
        }
        assert!(exchanged > 300 && taken_back > 300, "{exchanged} exchanged, {taken_back} taken back");
    }
}
