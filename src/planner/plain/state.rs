//! The search's present solution: routes that can be changed and taken back, and what is remembered of them.

use std::collections::BTreeSet;

use super::Dice;
use super::insertion::{self, NOWHERE, Place};
use super::model::Model;
use super::route::{DEPOT, Route, UNKNOWN};

/// The route of a job that is in none.
pub(super) const NO_ROUTE: u32 = u32::MAX;

/// A solution under search. Slot `i` of `routes` is the route of vehicle `i`.
pub(super) struct State<'m> {
    pub(super) model: &'m Model,
    pub(super) routes: Vec<Route>,
    pub(super) route_of: Vec<u32>,
    /// Jobs in no route.
    pub(super) absent: Vec<u32>,
    pub(super) absent_weight: i64,
    pub(super) cost: i64,
    /// How many routes have visits.
    pub(super) used: usize,
    /// No route may be opened beyond this many.
    pub(super) used_max: usize,
    /// Slots from here on are empty.
    pub(super) high: usize,
    /// The empty slots of each kind of vehicle.
    pub(super) empty: Vec<BTreeSet<u32>>,
    pub(super) dice: Dice,
    /// For each slot, a number that no other content of a route ever had.
    pub(super) versions: Vec<u32>,
    last_version: u32,
    /// For each job and slot, the cheapest place when the slot had a version: version, cost, gaps.
    cache: Vec<[u32; 3]>,
    saved: Vec<Saved>,
    pool: Vec<Route>,
    /// For each slot, the step in which it was last saved.
    saved_in: Vec<u64>,
    step: u64,
    /// For each slot, the look in which it was last seen.
    seen_in: Vec<u64>,
    look: u64,
    before: Totals,
    absent_before: Vec<u32>,
    /// The jobs taken out of a route in this step, and out of which.
    moved: Vec<(u32, u32)>,
    pub(super) suffix_min: Vec<i32>,
}

/// What a solution adds up to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) cost: i64,
    pub(super) absent_weight: i64,
}

/// A route as it was.
struct Saved {
    slot: usize,
    version: u32,
    route: Route,
}

impl<'m> State<'m> {
    /// Starts from routes given as nodes, one list a vehicle.
    pub(super) fn new(model: &'m Model, lists: &[Vec<u32>], dice: Dice) -> Self {
        let slots = model.kind_of.len();
        let jobs = model.jobs.len();
        let mut state = Self {
            model,
            routes: model.kind_of.iter().map(|&kind| Route::empty(model, kind)).collect(),
            route_of: vec![NO_ROUTE; jobs],
            absent: Vec::new(),
            absent_weight: 0,
            cost: 0,
            used: 0,
            used_max: slots,
            high: 0,
            empty: vec![BTreeSet::new(); model.kinds.len()],
            dice,
            versions: (1..=slots as u32).collect(),
            last_version: slots as u32,
            cache: vec![[0; 3]; jobs * slots],
            saved: Vec::new(),
            pool: Vec::new(),
            saved_in: vec![0; slots],
            step: 0,
            seen_in: vec![0; slots],
            look: 0,
            before: Totals::default(),
            absent_before: Vec::new(),
            moved: Vec::new(),
            suffix_min: Vec::new(),
        };
        for slot in 0..slots {
            state.empty[model.kind_of[slot]].insert(slot as u32);
        }
        state.load(lists);
        state
    }

    /// Takes over routes given as nodes. Those that are not feasible are left empty.
    pub(super) fn load(&mut self, lists: &[Vec<u32>]) {
        self.begin();
        self.route_of.fill(NO_ROUTE);
        for (slot, nodes) in lists.iter().enumerate() {
            self.save(slot);
            self.routes[slot].clear();
            for (behind, &node) in nodes.iter().enumerate() {
                self.routes[slot].put(self.model, behind, node);
            }
            if !self.refresh(slot) {
                self.routes[slot].clear();
                self.refresh(slot);
            }
            for node in self.routes[slot].nodes() {
                self.route_of[self.model.nodes[node as usize].job as usize] = slot as u32;
            }
        }
        let jobs = 0..self.route_of.len() as u32;
        self.absent = jobs.filter(|&job| self.route_of[job as usize] == NO_ROUTE).collect();
        self.absent_weight = self.weight(&self.absent);
        self.begin();
    }

    pub(super) fn weight(&self, jobs: &[u32]) -> i64 {
        jobs.iter().map(|&job| self.model.weights[job as usize]).sum()
    }

    pub(super) fn totals(&self) -> Totals {
        Totals { cost: self.cost, absent_weight: self.absent_weight }
    }

    /// Begins a step that [`State::take_back`] can undo.
    pub(super) fn begin(&mut self) {
        self.step += 1;
        self.pool.extend(self.saved.drain(..).map(|saved| saved.route));
        self.moved.clear();
        self.before = self.totals();
        self.absent_before.clear();
        self.absent_before.extend_from_slice(&self.absent);
    }

    pub(super) fn before(&self) -> Totals {
        self.before
    }

    pub(super) fn absent_before(&self) -> &[u32] {
        &self.absent_before
    }

    /// Whether a slot was changed in this step.
    pub(super) fn is_touched(&self, slot: usize) -> bool {
        self.saved_in[slot] == self.step
    }

    /// How many slots were changed in this step.
    pub(super) fn touched_len(&self) -> usize {
        self.saved.len()
    }

    /// The slots changed in this step.
    pub(super) fn touched(&self, index: usize) -> usize {
        self.saved[index].slot
    }

    /// Begins a look at routes, each to be seen once.
    pub(super) fn begin_looking(&mut self) {
        self.look += 1;
    }

    /// Whether a slot was not yet seen in this look.
    pub(super) fn looks_first(&mut self, slot: usize) -> bool {
        std::mem::replace(&mut self.seen_in[slot], self.look) != self.look
    }

    /// Keeps a route as it is, before it is changed in this step.
    pub(super) fn save(&mut self, slot: usize) {
        if self.is_touched(slot) {
            return;
        }
        self.saved_in[slot] = self.step;
        let mut route = self.pool.pop().unwrap_or_default();
        route.clone_from(&self.routes[slot]);
        self.saved.push(Saved { slot, version: self.versions[slot], route });
    }

    /// Undoes everything since [`State::begin`].
    pub(super) fn take_back(&mut self) {
        std::mem::swap(&mut self.absent, &mut self.absent_before);
        for &job in &self.absent {
            self.route_of[job as usize] = NO_ROUTE;
        }
        // The first move of a job is the last to be undone.
        for &(job, slot) in self.moved.iter().rev() {
            self.route_of[job as usize] = slot;
        }
        let mut saved = std::mem::take(&mut self.saved);
        for Saved { slot, version, route } in saved.drain(..) {
            let was_empty = self.routes[slot].is_empty();
            let changed = std::mem::replace(&mut self.routes[slot], route);
            self.versions[slot] = version;
            self.count(slot, was_empty);
            self.pool.push(changed);
        }
        self.saved = saved;
        self.cost = self.before.cost;
        self.absent_weight = self.before.absent_weight;
    }

    /// Computes a changed route anew; says whether it is feasible.
    pub(super) fn refresh(&mut self, slot: usize) -> bool {
        let cost_before = self.routes[slot].cost;
        let was_empty = self.empty[self.routes[slot].kind].contains(&(slot as u32));
        let is_feasible = self.routes[slot].refresh(self.model);
        self.cost += self.routes[slot].cost - cost_before;
        self.last_version = self.last_version.checked_add(1).unwrap_or_else(|| {
            // Every number was used once: forget what was remembered under them.
            self.cache.fill([0; 3]);
            self.versions.len() as u32 + 1
        });
        self.versions[slot] = self.last_version;
        self.count(slot, was_empty);
        is_feasible
    }

    /// Keeps count of used routes after one may have become empty or ceased to be.
    fn count(&mut self, slot: usize, was_empty: bool) {
        let is_empty = self.routes[slot].is_empty();
        if was_empty == is_empty {
            return;
        }
        let empty = &mut self.empty[self.routes[slot].kind];
        if is_empty {
            empty.insert(slot as u32);
            self.used -= 1;
        } else {
            empty.remove(&(slot as u32));
            self.used += 1;
            self.high = self.high.max(slot + 1);
        }
    }

    /// The cheapest place of a job in a route with visits.
    #[inline]
    pub(super) fn place(&mut self, job: u32, slot: usize) -> Place {
        let at = job as usize * self.routes.len() + slot;
        let [version, cost, gaps] = self.cache[at];
        if version == self.versions[slot] {
            return Place { cost: cost as i32, first: gaps as u16, second: (gaps >> 16) as u16 };
        }
        let place = insertion::best(self.model, &self.routes[slot], job, None, &mut self.suffix_min);
        let gaps = u32::from(place.first) | u32::from(place.second) << 16;
        self.cache[at] = [self.versions[slot], place.cost as u32, gaps];
        place
    }

    /// What a job alone in an empty route costs, if that is possible.
    pub(super) fn place_in_empty(&mut self, job: u32, slot: usize) -> i64 {
        let place = insertion::best(self.model, &self.routes[slot], job, None, &mut self.suffix_min);
        if place.cost == NOWHERE {
            return i64::MAX;
        }
        let route = &self.routes[slot];
        let (from, to) = (route.stops[0].place, route.stops[1].place);
        let direct = self.model.table(route.kind).leg(from, to).cost;
        i64::from(place.cost) + i64::from(direct) + self.model.kinds[route.kind].fixed
    }

    /// Inserts a job where [`State::place`] found room.
    pub(super) fn insert(&mut self, job: u32, slot: usize, place: Place) {
        self.save(slot);
        let nodes = self.model.jobs[job as usize];
        if let Some(delivery) = nodes.delivery {
            self.routes[slot].put(self.model, usize::from(place.second), delivery);
        }
        self.routes[slot].put(self.model, usize::from(place.first), nodes.first);
        let is_feasible = self.refresh(slot);
        debug_assert!(is_feasible, "a computed insertion fits");
        self.route_of[job as usize] = slot as u32;
    }

    /// Takes jobs out of a route; says whether the rest is feasible (without the triangle inequality it may not be).
    pub(super) fn remove(&mut self, slot: usize, is_removed: impl Fn(u32) -> bool) -> bool {
        self.save(slot);
        let (route_of, moved) = (&mut self.route_of, &mut self.moved);
        let mut is_behind_gap = false;
        self.routes[slot].stops.retain_mut(|stop| {
            if stop.node != DEPOT && is_removed(stop.job) {
                // The second visit of a shipment finds it done.
                if std::mem::replace(&mut route_of[stop.job as usize], NO_ROUTE) != NO_ROUTE {
                    moved.push((stop.job, slot as u32));
                }
                is_behind_gap = true;
                return false;
            }
            if std::mem::take(&mut is_behind_gap) {
                stop.leg_time = UNKNOWN;
            }
            true
        });
        self.refresh(slot)
    }

    /// Two routes exchange their visits from a stop of each on; says whether both are feasible.
    pub(super) fn exchange_tails(&mut self, one: (usize, usize), other: (usize, usize)) -> bool {
        let tails = [one, other].map(|(slot, from)| {
            self.save(slot);
            let stops = &mut self.routes[slot].stops;
            let end = stops.len() - 1;
            stops.drain(from..end).collect::<Vec<_>>()
        });
        let [tail_of_one, tail_of_other] = tails;
        for ((slot, from), tail) in [(one, tail_of_other), (other, tail_of_one)] {
            for stop in &tail {
                let was = std::mem::replace(&mut self.route_of[stop.job as usize], slot as u32);
                // The second visit of a shipment finds it done.
                if was != slot as u32 {
                    self.moved.push((stop.job, was));
                }
            }
            let end = from + tail.len();
            let stops = &mut self.routes[slot].stops;
            stops.splice(from..from, tail);
            stops[from].leg_time = UNKNOWN;
            stops[end].leg_time = UNKNOWN;
        }
        let fits = self.refresh(one.0);
        self.refresh(other.0) && fits
    }

    /// The routes as lists of nodes, one a vehicle.
    pub(super) fn lists(&self) -> Vec<Vec<u32>> {
        self.routes.iter().map(|route| route.nodes().collect()).collect()
    }
}
