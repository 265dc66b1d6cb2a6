//! A route with what decides at once whether one more visit fits: earliest departures, latest starts, loads.

use super::model::{Handling, Loads, Model};

/// The node number of a route's two ends.
pub(super) const DEPOT: u32 = u32::MAX;

/// The time of a leg that is not known yet.
pub(super) const UNKNOWN: i32 = -1;

/// One stop of a route. The first and the last are the ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) place: u32,
    /// What the leg that leads here costs.
    pub(super) leg_cost: i32,
    /// The earliest it can be left.
    pub(super) leaves: i32,
    /// The latest it may start.
    pub(super) latest: i32,
    /// How long the leg that leads here takes; [`UNKNOWN`] where what stands before has changed.
    pub(super) leg_time: i32,
    pub(super) open: i32,
    close: i32,
    pub(super) service: i32,
    pub(super) node: u32,
    /// Of no meaning at the ends.
    pub(super) job: u32,
    /// What comes on board here, less what goes.
    pub(super) change: i32,
    /// On board when it is left. Where all is delivered from the depot, only the first stop knows it.
    pub(super) load: i32,
    /// The most on board from the start until it is left; only kept where loads are mixed, and at the first stop.
    pub(super) peak_before: i32,
    /// The most on board from leaving it to the end; only kept where loads are mixed.
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
            job: u32::MAX,
            place,
            close: of.back_by,
            change: 0,
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
            job: of.job,
            place: of.place,
            close: of.close,
            change: of.change(),
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

    /// Computes anew what depends on what was changed; says whether the route is feasible. Where it is not, it is left
    /// half done.
    pub(super) fn refresh(&mut self, model: &Model) -> bool {
        let kind = &model.kinds[self.kind];
        let table = model.table(self.kind);
        let is_empty = self.is_empty();
        // The stops behind a changed leg, from the first to the last.
        let (mut first, mut last) = (usize::MAX, 0);
        let (mut cost, mut change) = (0_i64, 0);
        let mut here = self.stops[0].place;
        for (at, stop) in self.stops.iter_mut().enumerate().skip(1) {
            if stop.leg_time == UNKNOWN {
                let leg = table.leg(here, stop.place);
                (stop.leg_cost, stop.leg_time) = (leg.cost, leg.time);
                first = first.min(at);
                last = at;
            }
            cost += i64::from(stop.leg_cost);
            change += stop.change;
            here = stop.place;
        }
        // Nobody drives a route without visits, whatever lies between its ends.
        self.cost = if is_empty { 0 } else { cost + kind.fixed };
        let fits = match model.traits.loads {
            Loads::Delivered => {
                (self.stops[0].load, self.stops[0].peak_before) = (-change, -change);
                -change <= kind.capacity
            }
            Loads::Carried => true,
            Loads::Mixed => self.refresh_loads(model) <= kind.capacity,
        };
        if !fits || first == usize::MAX {
            return fits;
        }
        let carries = model.traits.loads == Loads::Carried;
        let (mut leaves, mut load) = (self.stops[first - 1].leaves, self.stops[first - 1].load);
        for (at, stop) in self.stops.iter_mut().enumerate().skip(first) {
            let start = (leaves + stop.leg_time).max(stop.open);
            if start > stop.close && !is_empty {
                return false;
            }
            leaves = start + stop.service;
            if at > last && leaves == stop.leaves {
                break;
            }
            stop.leaves = leaves;
            if carries && at <= last {
                load += stop.change;
                stop.load = load;
                if load > kind.capacity {
                    return false;
                }
            }
        }
        let (mut next_latest, mut next_leg) = (self.stops[last].latest, self.stops[last].leg_time);
        for (at, stop) in self.stops[..last].iter_mut().enumerate().rev() {
            let latest = stop.close.min(next_latest - next_leg - stop.service);
            if at < first && latest == stop.latest {
                break;
            }
            stop.latest = latest;
            (next_latest, next_leg) = (latest, stop.leg_time);
        }
        true
    }

    /// Computes the loads of a route on which goods go out and come in; gives the most on board.
    fn refresh_loads(&mut self, model: &Model) -> i32 {
        let mut load = self.load_at_start(model);
        let mut peak = load;
        for stop in &mut self.stops {
            load += stop.change;
            peak = peak.max(load);
            (stop.load, stop.peak_before) = (load, peak);
        }
        let mut after = 0;
        for stop in self.stops.iter_mut().rev() {
            after = after.max(stop.load);
            stop.peak_after = after;
        }
        peak
    }

    fn load_at_start(&self, model: &Model) -> i32 {
        let amount = |node: u32| {
            let node = &model.nodes[node as usize];
            if node.handling == Handling::Deliver { node.amount } else { 0 }
        };
        self.nodes().map(amount).sum()
    }
}
