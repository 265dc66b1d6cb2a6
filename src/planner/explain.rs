//! Why a job is not planned, and what moving one by hand would cost.

use super::cost::Cost;
use super::engine::insertion::{self, Effort, Spot};
use super::engine::{Fleet, Node, Scratch, Ties, Tour, tours_of};
use super::exclusion::{Exclusion, ExclusionReason, Scope};
use super::job::JobKind;
use super::matrix::Matrix;
use super::problem::{Problem, ProblemParts};
use super::solution::Solution;
use super::units::{JobIndex, Place, VehicleIndex};
use super::vehicle::Reload;

/// For every vehicle that cannot take a job, the constraint that keeps it out.
///
/// A vehicle is tried with an empty route first ([`Scope::EmptyRoute`]: neither what is locked on it nor other jobs
/// count); only where that would work, with its present route. Of the constraints that fail at the different positions
/// of a route, the one named is that which came nearest to fitting. A vehicle that could take the job is not
/// listed; after a search that was not cut short there is none.
///
/// # Panics
/// When the problem has no such job, or the solution is not one of this problem that the checker accepts.
#[must_use]
pub fn unassigned(problem: &Problem, solution: &Solution, job: JobIndex) -> Vec<Exclusion> {
    let fleet = Fleet::new(problem);
    let mut scratch = Scratch::default();
    let tours = tours_of(&fleet, solution, |other| other == job, &mut scratch)
        .expect("the routes of a checked solution are feasible");
    let unlocked = Fleet::unlocked(problem);
    let ties = Ties::of(&fleet, &tours);
    let exclude = |tour: &Tour, scratch: &mut Scratch| {
        let vehicle = tour.vehicle;
        let (scope, reason) = match alone(&unlocked, job, vehicle, scratch) {
            Some(reason) => (Scope::EmptyRoute, reason),
            None => {
                let reason = insertion::best(&fleet, &ties, tour, job, Effort::Exhaustive, scratch).err()?;
                (Scope::PresentRoute, waiting(&fleet, &ties, tour, job, scratch).unwrap_or(reason))
            }
        };
        Some(Exclusion { vehicle, scope, reason })
    };
    tours.iter().filter_map(|tour| exclude(tour, &mut scratch)).collect()
}

/// What a job's insertion at a given position would add to the cost, for one question; [`WhatIf`] answers many.
///
/// # Errors
/// The constraint that forbids it.
///
/// # Panics
/// As [`WhatIf::new`] and [`WhatIf::insertion_cost`].
pub fn insertion_cost(
    problem: &Problem,
    solution: &Solution,
    job: JobIndex,
    vehicle: VehicleIndex,
    trip: usize,
    position: usize,
) -> Result<Cost, ExclusionReason> {
    WhatIf::new(problem, solution).insertion_cost(job, vehicle, trip, position)
}

/// A route and the ties without a job, or why they cannot be.
type Remainder = Result<(Tour, Ties), ExclusionReason>;

/// A solution prepared for questions of what a move by hand would cost, each answered in microseconds.
pub struct WhatIf<'p> {
    fleet: Fleet<'p>,
    tours: Vec<Tour>,
    /// What each route costs by the solution's own claim.
    costs: Vec<Cost>,
    vehicle_of: Vec<Option<VehicleIndex>>,
    ties: Ties,
    /// The job last asked about, with its route and the ties without it.
    taken_out: Option<(JobIndex, Remainder)>,
    scratch: Scratch,
}

impl<'p> WhatIf<'p> {
    /// Prepares a solution.
    ///
    /// # Panics
    /// When the solution is not one of this problem that the checker accepts.
    #[must_use]
    pub fn new(problem: &'p Problem, solution: &Solution) -> Self {
        let fleet = Fleet::new(problem);
        let mut scratch = Scratch::default();
        let tours =
            tours_of(&fleet, solution, |_| false, &mut scratch).expect("the routes of a checked solution are feasible");
        let mut costs = vec![Cost::ZERO; tours.len()];
        for route in &solution.routes {
            costs[route.vehicle] = route.cost.total();
        }
        let mut vehicle_of = vec![None; problem.jobs().len()];
        for tour in &tours {
            tour.jobs().for_each(|job| vehicle_of[job] = Some(tour.vehicle));
        }
        let ties = Ties::of(&fleet, &tours);
        Self { fleet, tours, costs, vehicle_of, ties, taken_out: None, scratch }
    }

    /// What a job's insertion at a given position would add to the cost.
    ///
    /// `position` counts the visits of the trip that stand before it, breaks that are not locked left aside; `trip`
    /// may be one past the last to open a new trip (then `position` is 0). A shipment's pickup goes to `position`,
    /// its delivery to the best place behind. A job that is planned already is taken out of its route first, and the
    /// answer is the difference of moving it; positions are then counted without it.
    ///
    /// # Errors
    /// The constraint that forbids it.
    ///
    /// # Panics
    /// When the problem has no such job.
    pub fn insertion_cost(
        &mut self,
        job: JobIndex,
        vehicle: VehicleIndex,
        trip: usize,
        position: usize,
    ) -> Result<Cost, ExclusionReason> {
        if vehicle >= self.tours.len() {
            return Err(ExclusionReason::NoSuchPosition);
        }
        if self.fleet.is_locked[job] {
            return Err(ExclusionReason::Locked);
        }
        self.take_out(job);
        let Self { fleet, tours, costs, vehicle_of, ties, taken_out, scratch } = self;
        let home = vehicle_of[job];
        let (left, ties) = match taken_out {
            Some((_, Err(reason))) => return Err(*reason),
            Some((_, Ok((tour, ties)))) => (Some(&*tour), &*ties),
            None => (None, &*ties),
        };
        let tour = left.filter(|_| home == Some(vehicle)).unwrap_or(&tours[vehicle]);
        // What taking the job away from another route saves.
        let gained = match (home, left) {
            (Some(home), Some(left)) if home != vehicle => left.cost - costs[home],
            _ => Cost::ZERO,
        };
        if let Some(reason) = fleet.missing_skill(vehicle, job) {
            return Err(reason);
        }
        ties.allow(fleet, vehicle, job)?;
        let mut best: Result<Cost, ExclusionReason> = Err(ExclusionReason::NoSuchPosition);
        for spot in spots_at(fleet, tour, job, trip, position)? {
            match (insertion::cost_with(fleet, ties, tour, job, spot, scratch), best) {
                (Ok(with), best_so_far) => {
                    let added = with - costs[vehicle] + gained;
                    best = Ok(best_so_far.map_or(added, |best| best.min(added)));
                }
                (Err(reason), Err(nearest)) if reason.nearness() > nearest.nearness() => {
                    best = Err(reason);
                }
                (Err(_), _) => {}
            }
        }
        best
    }

    /// Prepares the route of a planned job without it, unless that was done for the question before.
    fn take_out(&mut self, job: JobIndex) {
        if self.taken_out.as_ref().is_some_and(|&(known, _)| known == job) {
            return;
        }
        self.taken_out = self.vehicle_of[job].map(|home| {
            let tour = &self.tours[home];
            let nodes = tour.nodes_without(|other| other == job);
            let left = Tour::tied(&self.fleet, &self.ties, home, nodes, &mut self.scratch).map(|left| {
                let mut ties = self.ties.clone();
                ties.forget(tour);
                ties.record(&left);
                (left, ties)
            });
            (job, left)
        });
    }
}

/// The forerunner of a job, if the job would fit a tour were its goods not brought so late.
fn waiting(fleet: &Fleet, ties: &Ties, tour: &Tour, job: JobIndex, scratch: &mut Scratch) -> Option<ExclusionReason> {
    let (forerunner, ready) = ties.ready(fleet, job)?;
    let relaxed = ties.with_goods_ready(fleet, job);
    let fits = insertion::best(fleet, &relaxed, tour, job, Effort::Exhaustive, scratch).is_ok();
    fits.then_some(ExclusionReason::ForerunnerLate { forerunner, ready })
}

/// The spots that a trip and a position stand for: several for a shipment, whose delivery is free.
fn spots_at(
    fleet: &Fleet,
    tour: &Tour,
    job: JobIndex,
    trip: usize,
    position: usize,
) -> Result<Vec<Spot>, ExclusionReason> {
    let nodes = &tour.nodes;
    let trips: Vec<&[Node]> = nodes.split(|&node| node == Node::Reload).filter(|trip| !trip.is_empty()).collect();
    let locked = fleet.plans[tour.vehicle].locked;
    if trip == trips.len() && position == 0 && trip < fleet.problem.vehicles()[tour.vehicle].max_trips() {
        return Ok(vec![if nodes.is_empty() { Spot::Within(0, 0) } else { Spot::TripAfter(nodes.len()) }]);
    }
    let visits = trips.get(trip).filter(|visits| position <= visits.len()).ok_or(ExclusionReason::NoSuchPosition)?;
    let first: usize = trips[..trip].iter().map(|trip| trip.len() + 1).sum();
    let gap = first + position;
    if gap < locked {
        return Err(ExclusionReason::Locked);
    }
    Ok(match fleet.problem.jobs()[job].kind {
        JobKind::Delivery(_) | JobKind::Pickup(_) | JobKind::Exchange { .. } => vec![Spot::Within(gap, gap)],
        JobKind::Shipment { .. } => (gap..=first + visits.len()).map(|second| Spot::Within(gap, second)).collect(),
    })
}

/// Why a vehicle cannot take a job even alone. Goods that are ready too late are named before what that leads to.
fn alone(unlocked: &Fleet, job: JobIndex, vehicle: VehicleIndex, scratch: &mut Scratch) -> Option<ExclusionReason> {
    let problem = unlocked.problem;
    let empty = unlocked.empty_tour(vehicle);
    let reason = insertion::best(unlocked, &Ties::default(), &empty, job, Effort::Exhaustive, scratch).err()?;
    let wanted = &problem.jobs()[job];
    let is_about_time = reason.nearness() >= ExclusionReason::Release { job, ready: 0, latest: 0 }.nearness();
    if wanted.release == 0 || !is_about_time || !fits_if_ready(problem, job, vehicle, scratch) {
        return Some(reason);
    }
    let bounds = &problem.vehicles()[vehicle];
    let latest = if wanted.kind.is_loaded_at_depot() { bounds.latest_departure() } else { bounds.shift.end };
    Some(ExclusionReason::Release { job, ready: wanted.release, latest })
}

/// Whether a vehicle could take a job alone if it had been ready from the start: tried on a problem of these two
/// and their places only.
fn fits_if_ready(problem: &Problem, job: JobIndex, vehicle: VehicleIndex, scratch: &mut Scratch) -> bool {
    let mut places: Vec<Place> = Vec::new();
    let mut renumbered = |place: Place| {
        places.iter().position(|&known| known == place).unwrap_or_else(|| {
            places.push(place);
            places.len() - 1
        })
    };
    let mut job = problem.jobs()[job].clone();
    job.release = 0;
    job.follows = None;
    match &mut job.kind {
        JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. } => {
            task.place = renumbered(task.place);
        }
        JobKind::Shipment { pickup, delivery } => {
            pickup.place = renumbered(pickup.place);
            delivery.place = renumbered(delivery.place);
        }
    }
    let whole = &problem.matrices()[problem.vehicles()[vehicle].matrix];
    let mut vehicle = problem.vehicles()[vehicle].clone();
    vehicle.matrix = 0;
    vehicle.start = vehicle.start.map(&mut renumbered);
    vehicle.end = vehicle.end.map(&mut renumbered);
    vehicle.reload = vehicle.reload.map(|reload| Reload { place: renumbered(reload.place), ..reload });
    let entries = |table: &[u32]| {
        let entry = |(from, to): (&Place, &Place)| table[from * problem.places() + to];
        places.iter().flat_map(|from| places.iter().map(move |to| (from, to))).map(entry).collect()
    };
    let (durations, distances) = (entries(&whole.durations), entries(&whole.distances));
    let matrix = Matrix { durations, distances, speeds: whole.speeds.clone() };
    let alone = Problem::new(ProblemParts {
        places: places.len(),
        dimensions: problem.dimensions(),
        matrices: vec![matrix],
        vehicles: vec![vehicle],
        jobs: vec![job],
        ..ProblemParts::default()
    })
    .expect("a part of a valid problem is valid");
    let fleet = Fleet::new(&alone);
    let empty = fleet.empty_tour(0);
    insertion::best(&fleet, &Ties::default(), &empty, 0, Effort::Exhaustive, scratch).is_ok()
}
