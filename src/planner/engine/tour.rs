//! A feasible route of the search, with what turns down most insertions at a glance.

use super::chain::{Node, deliveries};
use super::clock::{earliest_in, latest_in};
use super::relay::{self, Bounds, Times};
use super::{Fleet, Scratch, Ties, schedule};
use crate::planner::cost::Cost;
use crate::planner::exclusion::ExclusionReason;
use crate::planner::job::JobKind;
use crate::planner::problem::Problem;
use crate::planner::solution::{Route, Visit};
use crate::planner::units::{JobIndex, Place, Seconds, VehicleIndex};

/// The place between two nodes of a route where something could be inserted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// Where the vehicle comes from.
    pub(super) from: Option<Place>,
    /// Where it goes next.
    pub(super) to: Option<Place>,
    /// It cannot leave for what is inserted before this time.
    pub(super) leaves: Seconds,
    /// It must be at what follows by this time. Both bounds are optimistic: they ignore breaks and limits.
    pub(super) must_arrive: Seconds,
}

/// A feasible route during the search.
#[derive(Debug, Clone)]
pub(in crate::planner) struct Tour {
    pub(in crate::planner) vehicle: VehicleIndex,
    pub(in crate::planner) nodes: Vec<Node>,
    pub(in crate::planner) cost: Cost,
    /// A number that tours have in common only if they are the same but for being of another, equal vehicle.
    pub(super) mark: u64,
    /// One more than there are nodes: gap `i` stands before node `i`.
    pub(super) gaps: Vec<Gap>,
    /// What it was scheduled to keep of other tours' times.
    pub(super) bounds: Bounds,
    /// When its jobs that take part in a relay are loaded and arrive.
    pub(super) times: Vec<(JobIndex, Times)>,
}

impl Tour {
    /// Schedules the nodes, if that is possible, for a problem whose jobs ask nothing of each other.
    pub(in crate::planner) fn new(
        fleet: &Fleet,
        vehicle: VehicleIndex,
        nodes: Vec<Node>,
        scratch: &mut Scratch,
    ) -> Result<Self, ExclusionReason> {
        Self::bound(fleet, Bounds::default(), vehicle, nodes, scratch)
    }

    /// Schedules the nodes, if that is possible, so that they keep what other tours ask of their times.
    pub(in crate::planner) fn tied(
        fleet: &Fleet,
        ties: &Ties,
        vehicle: VehicleIndex,
        nodes: Vec<Node>,
        scratch: &mut Scratch,
    ) -> Result<Self, ExclusionReason> {
        let bounds = ties.bounds(fleet, vehicle, jobs_of(&nodes));
        Self::bound(fleet, bounds, vehicle, nodes, scratch)
    }

    /// The same, but though it waits for others, it lets others wait for it.
    pub(super) fn waiting(
        fleet: &Fleet,
        ties: &Ties,
        vehicle: VehicleIndex,
        nodes: Vec<Node>,
        scratch: &mut Scratch,
    ) -> Result<Self, ExclusionReason> {
        let bounds = Bounds { awaited: Vec::new(), ..ties.bounds(fleet, vehicle, jobs_of(&nodes)) };
        Self::bound(fleet, bounds, vehicle, nodes, scratch)
    }

    fn bound(
        fleet: &Fleet,
        bounds: Bounds,
        vehicle: VehicleIndex,
        nodes: Vec<Node>,
        scratch: &mut Scratch,
    ) -> Result<Self, ExclusionReason> {
        let cost = schedule::evaluate(fleet, vehicle, &nodes, &bounds, scratch)?.total();
        let gaps = gaps(fleet.problem, vehicle, &nodes);
        let mut times = Vec::new();
        if fleet.has_relays() && !nodes.is_empty() {
            schedule::settle(fleet.problem, vehicle, scratch);
            times = relay::times(fleet, &scratch.links);
        }
        let mark = mark(fleet, vehicle, &nodes, &times);
        Ok(Self { vehicle, nodes, cost, mark, gaps, bounds, times })
    }

    /// A tour as a checked solution has it, without scheduling it.
    pub(super) fn claimed(fleet: &Fleet, route: &Route, nodes: Vec<Node>) -> Self {
        let gaps = gaps(fleet.problem, route.vehicle, &nodes);
        let times = if fleet.has_relays() { relay::times_claimed(fleet, route) } else { Vec::new() };
        let cost = route.cost.total();
        let mark = mark(fleet, route.vehicle, &nodes, &times);
        Self { vehicle: route.vehicle, nodes, cost, mark, gaps, bounds: Bounds::default(), times }
    }

    pub(in crate::planner) fn trips(&self) -> usize {
        self.nodes.split(|&node| node == Node::Reload).filter(|trip| !trip.is_empty()).count()
    }

    pub(in crate::planner) fn jobs(&self) -> impl Iterator<Item = JobIndex> + '_ {
        jobs_of(&self.nodes)
    }

    /// The nodes without those of some jobs, and without trips that became empty.
    pub(in crate::planner) fn nodes_without(&self, is_removed: impl Fn(JobIndex) -> bool) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(self.nodes.len());
        for &node in &self.nodes {
            let follows_reload = nodes.last().is_none_or(|&last| last == Node::Reload);
            if node.job().is_some_and(&is_removed) || (node == Node::Reload && follows_reload) {
                continue;
            }
            nodes.push(node);
        }
        if nodes.last() == Some(&Node::Reload) {
            nodes.pop();
        }
        nodes
    }
}

/// Mixes what a tour consists of into 64 bits: of a billion tours, two are confused once in thirty-seven times.
fn mark(fleet: &Fleet, vehicle: VehicleIndex, nodes: &[Node], times: &[(JobIndex, Times)]) -> u64 {
    let mix = |mark: u64, with: u64| {
        let mixed = (mark ^ with).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    let of_node = |node: &Node| match *node {
        Node::Reload => 0,
        Node::Visit(Visit::Serve(job)) => 4 * job as u64 + 1,
        Node::Visit(Visit::PickUp(job)) => 4 * job as u64 + 2,
        Node::Visit(Visit::Deliver(job)) => 4 * job as u64 + 3,
        Node::Visit(Visit::Break(index)) => 4 * index as u64 + 4,
    };
    let of_nodes = nodes.iter().map(of_node).fold(fleet.plans[vehicle].twin_of as u64, mix);
    let of_times = times.iter().flat_map(|(_, times)| [times.loads.cast_unsigned(), times.arrives.cast_unsigned()]);
    of_times.fold(of_nodes, mix)
}

/// The jobs of some nodes.
pub(super) fn jobs_of(nodes: &[Node]) -> impl Iterator<Item = JobIndex> + '_ {
    nodes.iter().filter_map(|node| match node {
        Node::Visit(Visit::Serve(job) | Visit::PickUp(job)) => Some(*job),
        _ => None,
    })
}

fn place_of(problem: &Problem, vehicle: VehicleIndex, node: Node, here: Option<Place>) -> Option<Place> {
    match node {
        Node::Reload => problem.vehicles()[vehicle].reload.map(|reload| reload.place),
        Node::Visit(visit) => problem.task(visit).map_or(here, |task| Some(task.place)),
    }
}

fn travel_s(problem: &Problem, vehicle: VehicleIndex, from: Option<Place>, to: Option<Place>) -> Seconds {
    match (from, to) {
        (Some(from), Some(to)) => problem.leg(vehicle, from, to).map_or(0, |leg| leg.duration),
        _ => 0,
    }
}

fn gaps(problem: &Problem, vehicle_index: VehicleIndex, nodes: &[Node]) -> Vec<Gap> {
    let vehicle = &problem.vehicles()[vehicle_index];
    let count = nodes.len();
    let ready = |first: usize| {
        let length = nodes[first..].iter().position(|&node| node == Node::Reload).unwrap_or(count - first);
        let trip = &nodes[first..first + length];
        deliveries(problem, trip).map(|job| problem.jobs()[job].release).max().unwrap_or(0)
    };

    let matrix = problem.matrix_of(vehicle_index);
    let mut here = vehicle.start;
    let mut leaves = vehicle.shift.start.max(ready(0));
    let mut gaps = Vec::with_capacity(count + 1);
    for (index, &node) in nodes.iter().enumerate() {
        let to = place_of(problem, vehicle_index, node, here);
        gaps.push(Gap { from: here, to, leaves, must_arrive: 0 });
        let arrival = matrix.arrival(leaves, travel_s(problem, vehicle_index, here, to));
        leaves = match node {
            Node::Reload => (arrival + vehicle.reload.map_or(0, |reload| reload.service)).max(ready(index + 1)),
            // A locked break: only what follows the locked part is ever asked for, and later is never assumed.
            Node::Visit(Visit::Break(_)) => arrival,
            Node::Visit(visit) => {
                start_and_service(problem, visit, arrival, here).map_or(arrival, |(start, lasting)| start + lasting)
            }
        };
        here = to;
    }
    gaps.push(Gap { from: here, to: vehicle.end, leaves, must_arrive: vehicle.shift.end });

    let mut must_arrive = vehicle.shift.end;
    for (index, &node) in nodes.iter().enumerate().rev() {
        let from = gaps[index].from;
        let onward = travel_s(problem, vehicle_index, gaps[index + 1].from, gaps[index + 1].to);
        let must_leave = matrix.latest_departure(must_arrive, onward);
        let (without_setup, with_setup) = match node {
            Node::Reload => {
                let latest = must_leave - vehicle.reload.map_or(0, |reload| reload.service);
                (latest, latest)
            }
            Node::Visit(visit) => problem.task(visit).map_or((must_leave, must_leave), |task| {
                let setup = if from == Some(task.place) { 0 } else { task.setup };
                let latest =
                    |lasting: Seconds| latest_in(&task.windows, must_leave - lasting).unwrap_or(Seconds::MIN / 2);
                (latest(task.service), latest(task.service + setup))
            }),
        };
        // What is inserted before a visit may stand at its place and save it the set-up.
        gaps[index].must_arrive = without_setup;
        must_arrive = with_setup;
    }
    gaps
}

/// When a visit starts at the earliest, and how long it lasts.
pub(super) fn start_and_service(
    problem: &Problem,
    visit: Visit,
    arrival: Seconds,
    from: Option<Place>,
) -> Option<(Seconds, Seconds)> {
    let task = problem.task(visit)?;
    let job = &problem.jobs()[visit.job()?];
    let waits_for_goods = matches!(visit, Visit::PickUp(_)) || matches!(job.kind, JobKind::Pickup(_));
    let not_before = if waits_for_goods { job.release } else { 0 };
    let setup = if from == Some(task.place) { 0 } else { task.setup };
    Some((earliest_in(&task.windows, arrival.max(not_before))?, task.service + setup))
}
