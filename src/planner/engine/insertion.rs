//! Where in a route a job fits best.

use super::chain::Node;
use super::ties::Ties;
use super::tour::{Gap, Tour, jobs_of, start_and_service};
use super::{Fleet, Scratch, schedule};
use crate::planner::cost::Cost;
use crate::planner::exclusion::ExclusionReason;
use crate::planner::job::JobKind;
use crate::planner::solution::Visit;
use crate::planner::units::{JobIndex, Metres, Place, Seconds, VehicleIndex};

/// How a job's visits are put into a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planner) enum Spot {
    /// Before these nodes of an existing trip; the second is that of a shipment's delivery.
    Within(usize, usize),
    /// As a trip of their own, after the trip that ends before this node.
    TripAfter(usize),
    /// As a trip of their own, before all others.
    TripFirst,
}

/// A feasible insertion and what it adds to the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planner) struct Insertion {
    pub(in crate::planner) added: Cost,
    pub(in crate::planner) spot: Spot,
}

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planner) enum Effort {
    /// The spots of least detour, until a few were feasible.
    Quick,
    /// Every spot.
    Exhaustive,
}

/// Feasible spots that a quick look schedules before it is content with the best of them.
const QUICK_FEASIBLE_MAX: usize = 4;
/// Spots that a quick look schedules at all.
const QUICK_ATTEMPTS_MAX: usize = 16;

/// The visits a job consists of.
fn visits_of(fleet: &Fleet, job: JobIndex) -> (Visit, Option<Visit>) {
    match fleet.problem.jobs()[job].kind {
        JobKind::Delivery(_) | JobKind::Pickup(_) | JobKind::Exchange { .. } => (Visit::Serve(job), None),
        JobKind::Shipment { .. } => (Visit::PickUp(job), Some(Visit::Deliver(job))),
    }
}

/// The nodes of a route with a job put in.
pub(in crate::planner) fn insert(fleet: &Fleet, nodes: &[Node], job: JobIndex, spot: Spot) -> Vec<Node> {
    let mut with: Vec<Node> = Vec::with_capacity(nodes.len() + 3);
    insert_into(&mut with, fleet, nodes, job, spot);
    with
}

fn insert_into(with: &mut Vec<Node>, fleet: &Fleet, nodes: &[Node], job: JobIndex, spot: Spot) {
    let (visit, delivery) = visits_of(fleet, job);
    let visits = || std::iter::once(visit).chain(delivery).map(Node::Visit);
    with.clear();
    match spot {
        Spot::Within(first, second) => {
            with.extend_from_slice(&nodes[..first]);
            with.push(Node::Visit(visit));
            if let Some(delivery) = delivery {
                with.extend_from_slice(&nodes[first..second]);
                with.push(Node::Visit(delivery));
                with.extend_from_slice(&nodes[second..]);
            } else {
                with.extend_from_slice(&nodes[first..]);
            }
        }
        Spot::TripAfter(gap) => {
            with.extend_from_slice(&nodes[..gap]);
            with.push(Node::Reload);
            with.extend(visits());
            with.extend_from_slice(&nodes[gap..]);
        }
        Spot::TripFirst => {
            with.extend(visits());
            with.push(Node::Reload);
            with.extend_from_slice(nodes);
        }
    }
}

/// What a tour costs with a job put in at a spot.
pub(in crate::planner) fn cost_with(
    fleet: &Fleet,
    ties: &Ties,
    tour: &Tour,
    job: JobIndex,
    spot: Spot,
    scratch: &mut Scratch,
) -> Result<Cost, ExclusionReason> {
    let with = insert(fleet, &tour.nodes, job, spot);
    let bounds = ties.bounds(fleet, tour.vehicle, jobs_of(&with));
    Ok(schedule::evaluate(fleet, tour.vehicle, &with, &bounds, scratch)?.total())
}

/// The cheapest insertion of a job into a tour, or the constraint that came nearest to allowing one.
pub(in crate::planner) fn best(
    fleet: &Fleet,
    ties: &Ties,
    tour: &Tour,
    job: JobIndex,
    effort: Effort,
    scratch: &mut Scratch,
) -> Result<Insertion, ExclusionReason> {
    best_below(fleet, ties, tour, job, effort, Cost(i64::MAX), scratch)
}

/// The same, but a quick look passes over spots whose way alone costs as much as `limit` or the best spot so far.
pub(super) fn best_below(
    fleet: &Fleet,
    ties: &Ties,
    tour: &Tour,
    job: JobIndex,
    effort: Effort,
    limit: Cost,
    scratch: &mut Scratch,
) -> Result<Insertion, ExclusionReason> {
    if let Some(reason) = fleet.missing_skill(tour.vehicle, job) {
        return Err(reason);
    }
    ties.allow(fleet, tour.vehicle, job)?;
    let bounds = ties.bounds(fleet, tour.vehicle, tour.jobs().chain([job]));
    let mut spots = Spots::new(fleet, tour, job, effort).collect();
    spots.sort_by_key(|&(detour, _)| (detour.cost, detour.travel));
    let costs = &fleet.problem.vehicles()[tour.vehicle].costs;
    let leaves_home = if tour.nodes.is_empty() { Cost::of_currency(costs.fixed) } else { Cost::ZERO };
    let mut best: Option<Insertion> = None;
    let mut nearest = ExclusionReason::Locked;
    let (mut feasible, mut attempts) = (0, 0);
    let mut with = std::mem::take(&mut scratch.nodes);
    for (detour, spot) in spots {
        if effort == Effort::Quick {
            if feasible == QUICK_FEASIBLE_MAX || attempts == QUICK_ATTEMPTS_MAX {
                break;
            }
            if leaves_home + detour.of_way >= best.map_or(limit, |best| best.added.min(limit)) {
                continue;
            }
        }
        attempts += 1;
        insert_into(&mut with, fleet, &tour.nodes, job, spot);
        match schedule::evaluate(fleet, tour.vehicle, &with, &bounds, scratch) {
            Ok(split) => {
                feasible += 1;
                let added = split.total() - tour.cost;
                if best.is_none_or(|best| added < best.added) {
                    best = Some(Insertion { added, spot });
                }
            }
            Err(reason) if reason.nearness() > nearest.nearness() => nearest = reason,
            Err(_) => {}
        }
    }
    scratch.nodes = with;
    best.ok_or(nearest)
}

/// What it takes to go by way of a job.
#[derive(Debug, Clone, Copy)]
struct Detour {
    /// As if the route took so much longer.
    cost: Cost,
    travel: Seconds,
    /// What is due even if the route would have waited meanwhile.
    of_way: Cost,
}

impl Detour {
    fn and(self, other: Self) -> Self {
        Self { cost: self.cost + other.cost, travel: self.travel + other.travel, of_way: self.of_way + other.of_way }
    }
}

/// Collects the spots of one job in one tour, each with its detour.
struct Spots<'a> {
    fleet: &'a Fleet<'a>,
    tour: &'a Tour,
    job: JobIndex,
    effort: Effort,
    found: Vec<(Detour, Spot)>,
}

impl<'a> Spots<'a> {
    fn new(fleet: &'a Fleet<'a>, tour: &'a Tour, job: JobIndex, effort: Effort) -> Self {
        Self { fleet, tour, job, effort, found: Vec::new() }
    }

    fn collect(mut self) -> Vec<(Detour, Spot)> {
        let (visit, delivery) = visits_of(self.fleet, self.job);
        let locked = self.fleet.plans[self.tour.vehicle].locked;
        let mut first = 0;
        for trip in self.tour.nodes.split(|&node| node == Node::Reload) {
            let last = first + trip.len();
            for gap in first.max(locked)..=last {
                if let Some(delivery) = delivery {
                    self.pairs(gap, last, visit, delivery);
                } else if let Some(detour) = self.detour(self.tour.gaps[gap], visit) {
                    self.found.push((detour, Spot::Within(gap, gap)));
                }
            }
            first = last + 1;
        }
        self.new_trips(visit, delivery, locked);
        self.found
    }

    /// The delivery goes right behind the pickup, or into any later gap of the trip.
    fn pairs(&mut self, gap: usize, last: usize, pickup: Visit, delivery: Visit) {
        let here = self.tour.gaps[gap];
        let places = (self.place(pickup), self.place(delivery));
        if let Some(detour) = self.detour_through(here, &[places.0, places.1]) {
            self.found.push((detour, Spot::Within(gap, gap)));
        }
        let Some(there_and_on) = self.detour(here, pickup) else {
            return;
        };
        for second in gap + 1..=last {
            if let Some(detour) = self.detour(self.tour.gaps[second], delivery) {
                self.found.push((there_and_on.and(detour), Spot::Within(gap, second)));
            }
        }
    }

    fn new_trips(&mut self, visit: Visit, delivery: Option<Visit>, locked: usize) {
        let nodes = &self.tour.nodes;
        let vehicle = &self.fleet.problem.vehicles()[self.tour.vehicle];
        if nodes.is_empty() || self.tour.trips() >= vehicle.max_trips() {
            return;
        }
        let through: Vec<Place> =
            std::iter::once(self.place(visit)).chain(delivery.map(|delivery| self.place(delivery))).collect();
        let depot = vehicle.reload.map(|reload| reload.place);
        let around = |from, to| Gap { from, to, leaves: 0, must_arrive: 0 };
        let ends = (locked.max(1)..=nodes.len()).filter(|&gap| nodes.get(gap).is_none_or(|&node| node == Node::Reload));
        for gap in ends {
            let to = if gap == nodes.len() { vehicle.end } else { depot };
            if let Some(detour) = self.detour_through(around(depot, to), &through) {
                self.found.push((detour, Spot::TripAfter(gap)));
            }
        }
        if locked == 0
            && let Some(detour) = self.detour_through(around(vehicle.start, depot), &through)
        {
            self.found.push((detour, Spot::TripFirst));
        }
    }

    fn place(&self, visit: Visit) -> Place {
        self.fleet.problem.task(visit).expect("the visits of a job fit its kind").place
    }

    /// The detour of one visit in one gap, or `None` when the clock forbids it (which only a quick look asks).
    fn detour(&self, gap: Gap, visit: Visit) -> Option<Detour> {
        if self.effort == Effort::Quick {
            let (problem, vehicle) = (self.fleet.problem, self.tour.vehicle);
            let matrix = problem.matrix_of(vehicle);
            let job = &problem.jobs()[self.job];
            let leaves = if job.kind.is_loaded_at_depot() { gap.leaves.max(job.release) } else { gap.leaves };
            let there = leg(self.fleet, vehicle, gap.from, Some(self.place(visit)))?;
            let (start, lasting) = start_and_service(problem, visit, matrix.arrival(leaves, there.0), gap.from)?;
            let onward = leg(self.fleet, vehicle, Some(self.place(visit)), gap.to)?;
            if matrix.arrival(start + lasting, onward.0) > gap.must_arrive {
                return None;
            }
            let direct = leg(self.fleet, vehicle, gap.from, gap.to).unwrap_or((0, 0));
            return Some(self.price(there.0 + onward.0 - direct.0, there.1 + onward.1 - direct.1));
        }
        self.detour_through(gap, &[self.place(visit)])
    }

    fn detour_through(&self, gap: Gap, places: &[Place]) -> Option<Detour> {
        let (fleet, vehicle) = (self.fleet, self.tour.vehicle);
        // An exhaustive look wants every spot, the unreachable ones too, to say what is wrong with them.
        let missing = (self.effort == Effort::Exhaustive).then_some((0, 0));
        let direct = leg(fleet, vehicle, gap.from, gap.to).unwrap_or((0, 0));
        let (mut travel, mut distance) = (-direct.0, -direct.1);
        let mut here = gap.from;
        for to in places.iter().copied().map(Some).chain([gap.to]) {
            let leg = leg(fleet, vehicle, here, to).or(missing)?;
            travel += leg.0;
            distance += leg.1;
            here = to;
        }
        Some(self.price(travel, distance))
    }

    fn price(&self, travel: Seconds, distance: Metres) -> Detour {
        let costs = &self.fleet.problem.vehicles()[self.tour.vehicle].costs;
        let of_distance = Cost::of_distance(distance, costs.per_km);
        let cost = Cost::of_time(travel, costs.per_hour + costs.per_travel_hour) + of_distance;
        Detour { cost, travel, of_way: of_distance }
    }
}

fn leg(fleet: &Fleet, vehicle: VehicleIndex, from: Option<Place>, to: Option<Place>) -> Option<(Seconds, Metres)> {
    match (from, to) {
        (Some(from), Some(to)) => fleet.problem.leg(vehicle, from, to).map(|leg| (leg.duration, leg.distance)),
        _ => Some((0, 0)),
    }
}

/// Tries every spot of every tour for the jobs that no tour has, the important ones first, and inserts those that
/// fit. So a job that stays left out fits nowhere as the tours stand. Stops early when `goes_on` says so.
pub(in crate::planner) fn insert_all_that_fit(
    fleet: &Fleet,
    tours: &mut [Tour],
    scratch: &mut Scratch,
    mut goes_on: impl FnMut(&[Tour], usize) -> bool,
) {
    let mut is_planned = vec![false; fleet.problem.jobs().len()];
    for job in tours.iter().flat_map(Tour::jobs) {
        is_planned[job] = true;
    }
    let mut left_out: Vec<JobIndex> = (0..is_planned.len()).filter(|&job| !is_planned[job]).collect();
    left_out.sort_by_key(|&job| fleet.urgency(job));
    let mut ties = Ties::of(fleet, tours);
    loop {
        let before = left_out.len();
        let mut still_left_out = Vec::new();
        for (position, &job) in left_out.iter().enumerate() {
            if !goes_on(tours, before - position + still_left_out.len()) {
                return;
            }
            let is_spare = fleet.is_spare(tours);
            let candidates = tours.iter().enumerate().filter(|&(index, _)| !is_spare[index]);
            let found = candidates.filter_map(|(index, tour)| {
                best(fleet, &ties, tour, job, Effort::Exhaustive, scratch).ok().map(|insertion| (insertion, index))
            });
            let Some((insertion, index)) = found.min_by_key(|(insertion, _)| insertion.added) else {
                still_left_out.push(job);
                continue;
            };
            let nodes = insert(fleet, &tours[index].nodes, job, insertion.spot);
            let tour = Tour::tied(fleet, &ties, tours[index].vehicle, nodes, scratch);
            tours[index] = tour.expect("a computed insertion fits");
            ties.record(&tours[index]);
        }
        // Where jobs wait for each other, an insertion can make room for what did not fit before.
        if !fleet.has_relays() || still_left_out.len() == before {
            return;
        }
        left_out = still_left_out;
    }
}
