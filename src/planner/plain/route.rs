//! A route with what decides at once whether one more visit fits: earliest departures, latest starts, loads.

use super::model::{Handling, Model};

/// The node number of a route's two ends.
pub(super) const DEPOT: u32 = u32::MAX;

/// The time of a leg that is not known yet.
pub(super) const UNKNOWN: i32 = -1;

/// One stop of a route. The first and the last are the ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) node: u32,
    pub(super) place: u32,
    /// The earliest it can be left.
    pub(super) leaves: i32,
    /// The latest it may start.
    pub(super) latest: i32,
    /// What the leg that leads here costs.
    pub(super) leg_cost: i32,
    /// How long that leg takes; [`UNKNOWN`] where what stands before has changed.
    pub(super) leg_time: i32,
    pub(super) open: i32,
    pub(super) service: i32,
    /// On board when it is left.
    pub(super) load: i32,
    /// The most on board from the start until it is left.
    pub(super) peak_before: i32,
    /// The most on board from leaving it to the end.
    pub(super) peak_after: i32,
}

/// A feasible route of a vehicle, perhaps without visits.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    pub(super) kind: usize,
    pub(super) stops: Vec<Stop>,
    /// What its legs cost, and its vehicle if it leaves at all.
    pub(super) cost: i64,
}

impl Route {
    pub(super) fn empty(model: &Model, kind: usize) -> Self {
        let of = &model.kinds[kind];
        let end = |place| Stop {
            node: DEPOT,
            place,
            leaves: of.departs,
            latest: of.back_by,
            leg_cost: 0,
            leg_time: UNKNOWN,
            open: of.departs,
            service: 0,
            load: 0,
            peak_before: 0,
            peak_after: 0,
        };
        let mut route = Self { kind, stops: vec![end(of.start), end(of.end)], cost: 0 };
        route.refresh(model);
        route
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stops.len() <= 2
    }

    /// How many visits it has.
    pub(super) fn len(&self) -> usize {
        self.stops.len() - 2
    }

    /// Takes out all visits. [`Route::refresh`] is due afterwards.
    pub(super) fn clear(&mut self) {
        let last = self.stops.len() - 1;
        self.stops.drain(1..last);
        self.stops[1].leg_time = UNKNOWN;
    }

    /// Its visits.
    pub(super) fn nodes(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.stops[1..self.stops.len() - 1].iter().map(|stop| stop.node)
    }

    /// Puts a visit behind a stop. [`Route::refresh`] is due afterwards.
    pub(super) fn put(&mut self, model: &Model, behind: usize, node: u32) {
        let of = &model.nodes[node as usize];
        let stop = Stop {
            node,
            place: of.place,
            leaves: 0,
            latest: 0,
            leg_cost: 0,
            leg_time: UNKNOWN,
            open: of.open,
            service: of.service,
            load: 0,
            peak_before: 0,
            peak_after: 0,
        };
        self.stops.insert(behind + 1, stop);
        self.stops[behind + 2].leg_time = UNKNOWN;
    }

    /// Computes everything anew; says whether the route is feasible. Where it is not, it is left half done.
    pub(super) fn refresh(&mut self, model: &Model) -> bool {
        let kind = &model.kinds[self.kind];
        let table = model.table(self.kind);
        let mut load = self.load_at_start(model);
        let mut cost = 0_i64;
        // Nobody drives a route without visits, whatever lies between its ends.
        let is_empty = self.is_empty();
        let first = &mut self.stops[0];
        (first.load, first.peak_before, first.leaves, first.latest) = (load, load, kind.departs, kind.back_by);
        let (mut here, mut leaves, mut peak) = (first.place, kind.departs, load);
        for stop in &mut self.stops[1..] {
            if stop.leg_time == UNKNOWN {
                let leg = table.leg(here, stop.place);
                (stop.leg_cost, stop.leg_time) = (leg.cost, leg.time);
            }
            cost += i64::from(stop.leg_cost);
            let start = (leaves + stop.leg_time).max(stop.open);
            let mut close = kind.back_by;
            if stop.node != DEPOT {
                let node = &model.nodes[stop.node as usize];
                close = node.close;
                match node.handling {
                    Handling::Deliver | Handling::Give => load -= node.amount,
                    Handling::PickUp | Handling::Take => load += node.amount,
                }
                peak = peak.max(load);
            }
            if start > close && !is_empty {
                return false;
            }
            leaves = start + stop.service;
            (stop.leaves, stop.load, stop.peak_before) = (leaves, load, peak);
            stop.latest = close;
            here = stop.place;
        }
        if peak > kind.capacity {
            return false;
        }
        let mut after = 0;
        let (mut next_latest, mut next_leg) = (kind.back_by, 0);
        for stop in self.stops.iter_mut().rev() {
            stop.latest = stop.latest.min(next_latest - next_leg - stop.service);
            (next_latest, next_leg) = (stop.latest, stop.leg_time);
            after = after.max(stop.load);
            stop.peak_after = after;
        }
        self.cost = if is_empty { 0 } else { cost + kind.fixed };
        true
    }

    fn load_at_start(&self, model: &Model) -> i32 {
        let amount = |node: u32| {
            let node = &model.nodes[node as usize];
            if node.handling == Handling::Deliver { node.amount } else { 0 }
        };
        self.nodes().map(amount).sum()
    }
}
