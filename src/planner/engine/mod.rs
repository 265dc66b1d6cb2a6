//! The engine's machinery: routes as node lists, their schedules, and insertion into them.
//!
//! A route of the search is a flat list of [`Node`]s: visits of jobs, with `Reload` between two trips, and the
//! breaks that are locked. Every other break is placed by the schedule. A [`Tour`] is such a list with its cost
//! and what is needed to turn down most insertions without scheduling them. Only what [`schedule::evaluate`]
//! accepts ever becomes a tour, so every tour is feasible at any moment.
//!
//! What jobs ask of each other across tours (to share a vehicle or not, to take on what another brings) stands in
//! [`Ties`]. Whoever changes tours keeps them so: it forgets the tour that was and records the one that is, takes along
//! what [`ties::drag_along`] names, inserts in the order of [`Fleet::urgency`], and makes tours by [`Tour::tied`] only.
//! Then each tour keeps at any moment what the others ask of it.
//!
//! Nothing here knows the checker, and the checker knows nothing of this.

mod breaks;
mod chain;
mod clock;
pub(super) mod construct;
pub(super) mod improve;
pub(super) mod insertion;
mod memo;
mod neighbours;
mod on_board;
mod recreate;
mod relay;
mod render;
mod ruin;
mod schedule;
mod ties;
mod tour;

pub(super) use chain::Node;
pub(super) use render::{render, tours_of};
pub(super) use schedule::Scratch;
pub(super) use ties::Ties;
pub(super) use tour::Tour;

use self::ties::Bonds;
use super::exclusion::ExclusionReason;
use super::problem::{InitialRoute, Problem};
use super::solution::Visit;
use super::units::{JobIndex, VehicleIndex};

/// A problem with what the search derives from it once.
pub(super) struct Fleet<'p> {
    pub(super) problem: &'p Problem,
    pub(super) plans: Vec<VehiclePlan>,
    /// Jobs that have a locked visit, and so must stay on their route.
    pub(super) is_locked: Vec<bool>,
    /// Whether any shipment may be on board only so long.
    limits_on_board: bool,
    bonds: Option<Bonds>,
}

/// What the search derives from one vehicle.
pub(super) struct VehiclePlan {
    /// In which order the vehicle takes its breaks: first the locked ones, then by window.
    break_order: Vec<usize>,
    /// How many nodes at the front are locked.
    pub(super) locked: usize,
    /// The smallest route that keeps what is locked; empty where nothing is.
    base: Vec<Node>,
    /// The first vehicle that is equal in everything and, like this one, starts from nothing. Where several such
    /// vehicles stay at home, trying one of them is enough.
    twin_of: VehicleIndex,
}

impl<'p> Fleet<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        Self::keeping(problem, problem.initial())
    }

    /// The same with nothing locked.
    pub(super) fn unlocked(problem: &'p Problem) -> Self {
        Self::keeping(problem, &[])
    }

    fn keeping(problem: &'p Problem, initial: &[InitialRoute]) -> Self {
        let vehicles = problem.vehicles();
        let mut is_locked = vec![false; problem.jobs().len()];
        let mut plans: Vec<VehiclePlan> = Vec::with_capacity(vehicles.len());
        for (index, vehicle) in vehicles.iter().enumerate() {
            let kept = initial.iter().find(|route| route.vehicle == index);
            let (base, locked) = kept.map_or_else(Default::default, locked_base);
            for job in base[..locked].iter().filter_map(|node| node.job()) {
                is_locked[job] = true;
            }
            let locked_breaks = base.iter().filter_map(|node| match node {
                Node::Visit(Visit::Break(index)) => Some(*index),
                _ => None,
            });
            let mut break_order: Vec<usize> = locked_breaks.collect();
            let mut others: Vec<usize> = (0..vehicle.breaks.len()).filter(|rest| !break_order.contains(rest)).collect();
            others.sort_by_key(|&rest| vehicle.breaks[rest].windows.last().map(|window| (window.end, window.start)));
            break_order.extend(others);
            let twin = |&other: &usize| {
                base.is_empty()
                    && plans[other].base.is_empty()
                    && plans[other].twin_of == other
                    && vehicles[other] == *vehicle
            };
            let twin_of = (0..index).find(twin).unwrap_or(index);
            plans.push(VehiclePlan { break_order, locked, base, twin_of });
        }
        let limits_on_board = problem.jobs().iter().any(|job| job.max_on_board.is_some());
        Self { problem, plans, is_locked, limits_on_board, bonds: Bonds::of(problem) }
    }

    /// The skill a vehicle lacks for a job, if any.
    pub(super) fn missing_skill(&self, vehicle: VehicleIndex, job: JobIndex) -> Option<ExclusionReason> {
        let skills = &self.problem.vehicles()[vehicle].skills;
        let missing = self.problem.jobs()[job].skills.iter().find(|skill| !skills.contains(skill))?;
        Some(ExclusionReason::Skills { missing: *missing })
    }

    /// The tour of a vehicle that stays at home.
    pub(super) fn empty_tour(&self, vehicle: VehicleIndex) -> Tour {
        let empty = Tour::new(self, vehicle, Vec::new(), &mut Scratch::default());
        empty.expect("whoever stays at home breaks no rule")
    }

    /// For each vehicle, whether an equal vehicle that also stays at home comes before it.
    pub(super) fn is_spare(&self, tours: &[Tour]) -> Vec<bool> {
        let mut stays_home = vec![false; tours.len()];
        tours
            .iter()
            .map(|tour| {
                let twin = self.plans[tour.vehicle].twin_of;
                tour.nodes.is_empty() && std::mem::replace(&mut stays_home[twin], true)
            })
            .collect()
    }
}

/// The locked visits of an initial route, completed by the deliveries of their open shipments, and how many of
/// these nodes are locked.
fn locked_base(initial: &InitialRoute) -> (Vec<Node>, usize) {
    let mut base = Vec::new();
    let mut locked = 0;
    let mut left = initial.locked;
    for visits in &initial.trips {
        if left == 0 {
            break;
        }
        if !base.is_empty() {
            base.push(Node::Reload);
        }
        let (kept, rest) = visits.split_at(left.min(visits.len()));
        left -= kept.len();
        base.extend(kept.iter().map(|&visit| Node::Visit(visit)));
        locked = base.len();
        let is_open = |visit: &&Visit| matches!(visit, Visit::Deliver(job) if kept.contains(&Visit::PickUp(*job)));
        base.extend(rest.iter().filter(is_open).map(|&visit| Node::Visit(visit)));
    }
    (base, locked)
}

/// Tours of these nodes, one for each vehicle, that keep every rule; or a vehicle that cannot.
///
/// As tours may wait for each other's goods, they are scheduled again and again, each at the times the others have
/// reached. Times only rise, so this settles within as many rounds as there are jobs, unless tours wait in a circle.
fn jointly(
    fleet: &Fleet,
    all: &[Vec<Node>],
    scratch: &mut Scratch,
) -> Result<Vec<Tour>, (VehicleIndex, ExclusionReason)> {
    let mut tours: Vec<Tour> = Vec::with_capacity(all.len());
    let mut ties = Ties::of(fleet, &[]);
    for (vehicle, nodes) in all.iter().enumerate() {
        let tour = Tour::waiting(fleet, &ties, vehicle, nodes.clone(), scratch).map_err(|reason| (vehicle, reason))?;
        if let Some(reason) = tour.jobs().find_map(|job| fleet.missing_skill(vehicle, job)) {
            return Err((vehicle, reason));
        }
        ties.record(&tour);
        tours.push(tour);
    }
    let refused = |tour: &Tour| tour.jobs().find_map(|job| ties.allow(fleet, tour.vehicle, job).err());
    if let Some(refused) = tours.iter().find_map(|tour| Some((tour.vehicle, refused(tour)?))) {
        return Err(refused);
    }
    for _ in 0..fleet.problem.jobs().len() {
        let mut is_settled = true;
        for tour in &mut tours {
            let vehicle = tour.vehicle;
            if ties.unready(fleet, tour).is_some() {
                is_settled = false;
                let again = Tour::waiting(fleet, &ties, vehicle, tour.nodes.clone(), scratch);
                *tour = again.map_err(|reason| (vehicle, reason))?;
                ties.record(tour);
            }
        }
        if is_settled {
            break;
        }
    }
    match tours.iter().find_map(|tour| Some((tour.vehicle, ties.unready(fleet, tour)?))) {
        Some(refused) => Err(refused),
        None => Ok(tours),
    }
}

/// The smallest tours that keep what is locked, one for each vehicle; or a vehicle that cannot keep it.
pub(super) fn locked_tours(fleet: &Fleet, scratch: &mut Scratch) -> Result<Vec<Tour>, (VehicleIndex, ExclusionReason)> {
    let bases: Vec<Vec<Node>> = fleet.plans.iter().map(|plan| plan.base.clone()).collect();
    jointly(fleet, &bases, scratch)
}

/// The tours to start from: all initial routes if they are feasible; else each that is beside those before it; else
/// what is locked of it.
pub(super) fn warm_start(fleet: &Fleet, scratch: &mut Scratch) -> Vec<Tour> {
    let mut hints: Vec<Vec<Node>> = fleet.plans.iter().map(|plan| plan.base.clone()).collect();
    for route in fleet.problem.initial() {
        let locked = fleet.plans[route.vehicle].locked;
        hints[route.vehicle] = render::nodes_of(route.trips.iter().cloned(), locked);
    }
    if let Ok(tours) = jointly(fleet, &hints, scratch) {
        return tours;
    }
    let mut tours = locked_tours(fleet, scratch).expect("a valid problem can keep what is locked");
    let mut ties = Ties::of(fleet, &tours);
    for route in fleet.problem.initial() {
        let vehicle = route.vehicle;
        let Ok(tour) = Tour::tied(fleet, &ties, vehicle, hints[vehicle].clone(), scratch) else { continue };
        let mut with = ties.clone();
        with.forget(&tours[vehicle]);
        with.record(&tour);
        let fits = |job| fleet.missing_skill(vehicle, job).is_none() && with.allow(fleet, vehicle, job).is_ok();
        if tour.jobs().all(fits) {
            tours[vehicle] = tour;
            ties = with;
        }
    }
    tours
}
