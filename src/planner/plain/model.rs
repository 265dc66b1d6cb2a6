//! A plain problem in the numbers its search needs: one table of legs for each way of travelling, one node a visit.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::planner::cost::Cost;
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::problem::Problem;
use crate::planner::units::{JobIndex, VehicleIndex};
use crate::planner::vehicle::Vehicle;

/// The largest time and the dearest leg of a plain problem: three of them add up in 32 bits.
const MEASURE_MAX: i64 = 500_000_000;
/// The most jobs of a plain problem: positions in a route fit 16 bits.
const JOBS_MAX: usize = 30_000;
/// The longest a closed leg takes: longer than any shift.
const CLOSED: Leg = Leg { time: 1_000_000_000, cost: 500_000_000 };

/// From one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leg {
    pub(super) time: i32,
    /// In [`Model::unit`]s of cost.
    pub(super) cost: i32,
}

/// A number for each pair of places.
struct Grid {
    /// Row-major, from row to column.
    out: Vec<i32>,
    /// The same transposed; absent where going and coming are equal.
    into: Option<Vec<i32>>,
}

/// All legs of one way of travelling at one price.
///
/// Times and costs lie apart, and once where they are equal: most places for a visit are judged by their cost alone, and
/// the fewer bytes that takes, the more of them stay in the processor's caches.
pub(super) struct Table {
    times: Grid,
    /// Absent where they are the times.
    costs: Option<Grid>,
    places: usize,
}

impl Grid {
    fn new(out: Vec<i32>, places: usize) -> Self {
        let into = (!is_symmetric(&out, places)).then(|| transposed(&out, places));
        Self { out, into }
    }

    #[inline]
    fn from(&self, place: u32, places: usize) -> &[i32] {
        &self.out[place as usize * places..][..places]
    }

    #[inline]
    fn to(&self, place: u32, places: usize) -> &[i32] {
        &self.into.as_ref().unwrap_or(&self.out)[place as usize * places..][..places]
    }
}

impl Table {
    fn new(legs: &[Leg], places: usize) -> Self {
        let times: Vec<i32> = legs.iter().map(|leg| leg.time).collect();
        let costs: Vec<i32> = legs.iter().map(|leg| leg.cost).collect();
        let costs = (costs != times).then(|| Grid::new(costs, places));
        Self { times: Grid::new(times, places), costs, places }
    }

    #[inline]
    fn costs(&self) -> &Grid {
        self.costs.as_ref().unwrap_or(&self.times)
    }

    /// How long the legs from a place to every place take.
    #[inline]
    pub(super) fn times_from(&self, place: u32) -> &[i32] {
        self.times.from(place, self.places)
    }

    /// How long the legs to a place from every place take.
    #[inline]
    pub(super) fn times_to(&self, place: u32) -> &[i32] {
        self.times.to(place, self.places)
    }

    /// What the legs from a place to every place cost.
    #[inline]
    pub(super) fn costs_from(&self, place: u32) -> &[i32] {
        self.costs().from(place, self.places)
    }

    /// What the legs to a place from every place cost.
    #[inline]
    pub(super) fn costs_to(&self, place: u32) -> &[i32] {
        self.costs().to(place, self.places)
    }

    /// Whether going costs what coming does.
    pub(super) fn is_symmetric(&self) -> bool {
        self.costs().into.is_none()
    }

    #[inline]
    pub(super) fn leg(&self, from: u32, to: u32) -> Leg {
        let at = from as usize * self.places + to as usize;
        Leg { time: self.times.out[at], cost: self.costs().out[at] }
    }
}

/// What a visit does to the load of its trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handling {
    /// On board from the depot until here.
    Deliver,
    /// On board from here until the depot.
    PickUp,
    /// On board from here until the delivery, which is the next node.
    Take,
    /// Given here what was taken at the node before.
    Give,
}

/// One visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) job: u32,
    pub(super) place: u32,
    pub(super) open: i32,
    pub(super) close: i32,
    pub(super) service: i32,
    pub(super) handling: Handling,
    pub(super) amount: i32,
}

impl Node {
    /// What comes on board, less what goes.
    pub(super) fn change(&self) -> i32 {
        match self.handling {
            Handling::Deliver | Handling::Give => -self.amount,
            Handling::PickUp | Handling::Take => self.amount,
        }
    }
}

/// How all visits of a problem change the load: what need not be kept in other cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loads {
    /// All is on board from the depot to its visit.
    Delivered,
    /// All is on board from one visit to another.
    Carried,
    /// Anything else.
    Mixed,
}

/// What all visits of a problem have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    pub(super) loads: Loads,
    pub(super) has_shipments: bool,
    /// Whether some visit changes nothing on board.
    pub(super) has_weightless: bool,
}

impl Traits {
    fn of(nodes: &[Node]) -> Self {
        let any = |is: fn(Handling) -> bool| nodes.iter().any(|node| is(node.handling));
        let has_shipments = any(|handling| matches!(handling, Handling::Take | Handling::Give));
        let loads = match (any(|it| it == Handling::Deliver), any(|it| it == Handling::PickUp)) {
            (true, false) if !has_shipments => Loads::Delivered,
            (false, false) => Loads::Carried,
            _ => Loads::Mixed,
        };
        Self { loads, has_shipments, has_weightless: nodes.iter().any(|node| node.amount == 0) }
    }
}

/// A job's nodes.
#[derive(Debug, Clone, Copy)]
pub(super) struct JobNodes {
    /// Its only node, or that of its pickup.
    pub(super) first: u32,
    /// The delivery of a shipment.
    pub(super) delivery: Option<u32>,
}

/// Vehicles that are equal in all that matters here.
pub(super) struct Kind {
    pub(super) table: usize,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) departs: i32,
    pub(super) back_by: i32,
    pub(super) capacity: i32,
    /// In [`Model::unit`]s of cost.
    pub(super) fixed: i64,
    /// For each job, whether it lacks no skill; empty where it lacks none for any.
    may_serve: Vec<bool>,
}

impl Kind {
    #[inline]
    pub(super) fn may_serve(&self, job: u32) -> bool {
        self.may_serve.is_empty() || self.may_serve[job as usize]
    }

    /// The same kind among some of the jobs.
    pub(super) fn serving(&self, jobs: &[u32]) -> Self {
        let may_serve: Vec<bool> = jobs.iter().map(|&job| self.may_serve(job)).collect();
        Self { may_serve: if may_serve.iter().all(|&may| may) { Vec::new() } else { may_serve }, ..*self }
    }
}

/// A plain problem.
pub(super) struct Model {
    pub(super) nodes: Vec<Node>,
    pub(super) traits: Traits,
    pub(super) jobs: Vec<JobNodes>,
    /// What one unit of its costs is worth.
    pub(super) unit: i64,
    /// What leaving a job out weighs.
    pub(super) weights: Vec<i64>,
    pub(super) tables: Vec<Arc<Table>>,
    pub(super) kinds: Vec<Kind>,
    pub(super) kind_of: Vec<usize>,
}

impl Model {
    /// The model of a problem, or `None` where something in it is not plain.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        if problem.jobs().len() > JOBS_MAX
            || problem.dimensions() > 1
            || problem.initial().iter().any(|route| route.locked > 0)
            || problem.matrices().iter().any(|matrix| !matrix.speeds.is_empty())
            || !(problem.together().is_empty() && problem.apart().is_empty())
        {
            return None;
        }
        let total: i64 = problem.jobs().iter().flat_map(|job| &job.amount).sum();
        if total > MEASURE_MAX || !problem.vehicles().iter().all(is_plain_vehicle) {
            return None;
        }
        let mut nodes = Vec::with_capacity(problem.jobs().len());
        let jobs = problem.jobs().iter().enumerate();
        let jobs: Vec<JobNodes> = jobs.map(|(index, job)| add_nodes(index, job, &mut nodes)).collect::<Option<_>>()?;
        let unit = unit(problem);
        let (tables, table_of) = tables(problem, unit)?;
        let (kinds, kind_of) = kinds(problem, unit, &table_of);
        let weights = problem.jobs().iter().map(|job| 1 + i64::from(job.priority)).collect();
        let traits = Traits::of(&nodes);
        Some(Self { nodes, traits, jobs, unit, weights, tables, kinds, kind_of })
    }

    #[inline]
    pub(super) fn table(&self, kind: usize) -> &Table {
        &self.tables[self.kinds[kind].table]
    }

    /// What a route with visits costs.
    pub(super) fn cost_of(&self, slot: usize, nodes: &[u32]) -> i64 {
        let kind = &self.kinds[self.kind_of[slot]];
        let table = &self.tables[kind.table];
        let mut here = kind.start;
        let places = nodes.iter().map(|&node| self.nodes[node as usize].place).chain([kind.end]);
        let legs = places.map(|place| i64::from(table.leg(std::mem::replace(&mut here, place), place).cost));
        legs.sum::<i64>() + kind.fixed
    }

    /// The job whose first (or only) visit a node is.
    #[inline]
    pub(super) fn job_begun_by(&self, node: u32) -> Option<u32> {
        let job = self.nodes[node as usize].job;
        (self.jobs[job as usize].first == node).then_some(job)
    }

    /// The visits of a job: one, or two that stand together.
    pub(super) fn nodes_of(&self, job: JobIndex) -> &[Node] {
        let JobNodes { first, delivery } = self.jobs[job];
        &self.nodes[first as usize..=delivery.unwrap_or(first) as usize]
    }
}

fn is_plain_vehicle(vehicle: &Vehicle) -> bool {
    vehicle.start.is_some()
        && vehicle.end.is_some()
        && vehicle.shift.end <= MEASURE_MAX
        && vehicle.breaks.is_empty()
        && vehicle.costs.per_hour == 0
        && vehicle.overtime.iter().all(|piece| piece.cost_per_hour == 0)
        && vehicle.max_stops.is_none()
        && vehicle.max_tasks.is_none()
        && vehicle.max_duration.is_none()
        && vehicle.max_travel_time.is_none()
        && vehicle.max_distance.is_none()
        && vehicle.reload.is_none()
}

fn add_nodes(index: JobIndex, job: &Job, nodes: &mut Vec<Node>) -> Option<JobNodes> {
    if job.due.iter().any(|due| due.cost_per_hour > 0) || job.max_on_board.is_some() || job.follows.is_some() {
        return None;
    }
    let amount = job.amount.first().copied().unwrap_or(0) as i32;
    let node = |task: &Task, handling: Handling, release: i64| {
        let window = match task.windows[..] {
            [] => (0, MEASURE_MAX),
            [window] => (window.start, window.end.min(MEASURE_MAX)),
            _ => return None,
        };
        let open = window.0.max(release);
        if task.setup > 0 || task.service > MEASURE_MAX || open > MEASURE_MAX {
            return None;
        }
        Some(Node {
            job: index as u32,
            place: task.place as u32,
            open: open as i32,
            close: window.1 as i32,
            service: task.service as i32,
            handling,
            amount,
        })
    };
    let first = nodes.len() as u32;
    match &job.kind {
        JobKind::Exchange { .. } => return None,
        JobKind::Delivery(_) if job.release > 0 => return None,
        JobKind::Delivery(task) => nodes.push(node(task, Handling::Deliver, 0)?),
        JobKind::Pickup(task) => nodes.push(node(task, Handling::PickUp, job.release)?),
        JobKind::Shipment { pickup, delivery } => {
            nodes.push(node(pickup, Handling::Take, job.release)?);
            nodes.push(node(delivery, Handling::Give, 0)?);
            return Some(JobNodes { first, delivery: Some(first + 1) });
        }
    }
    Some(JobNodes { first, delivery: None })
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn prices(vehicle: &Vehicle) -> (i64, i64) {
    (Cost::of_time(1, vehicle.costs.per_travel_hour).0, Cost::of_distance(1, vehicle.costs.per_km).0)
}

/// The largest unit in which every cost of the problem is whole.
fn unit(problem: &Problem) -> i64 {
    let all = problem.vehicles().iter().flat_map(|vehicle| {
        let (of_time, of_distance) = prices(vehicle);
        [of_time, of_distance, Cost::of_currency(vehicle.costs.fixed).0]
    });
    all.fold(0, gcd).max(1)
}

fn tables(problem: &Problem, unit: i64) -> Option<(Vec<Arc<Table>>, Vec<usize>)> {
    let places = problem.places();
    let mut known = BTreeMap::new();
    let mut tables = Vec::new();
    let mut table_of = Vec::with_capacity(problem.vehicles().len());
    for vehicle in problem.vehicles() {
        let (of_time, of_distance) = prices(vehicle);
        let index = *known.entry((vehicle.matrix, of_time, of_distance)).or_insert(tables.len());
        table_of.push(index);
        if index < tables.len() {
            continue;
        }
        let mut out = Vec::with_capacity(places * places);
        for from in 0..places {
            for to in 0..places {
                let Some(leg) = problem.matrices()[vehicle.matrix].leg(places, from, to) else {
                    out.push(CLOSED);
                    continue;
                };
                let cost = (leg.duration * (of_time / unit)).checked_add(leg.distance * (of_distance / unit))?;
                if leg.duration > MEASURE_MAX || cost > MEASURE_MAX {
                    return None;
                }
                out.push(Leg { time: leg.duration as i32, cost: cost as i32 });
            }
        }
        tables.push(Arc::new(Table::new(&out, places)));
    }
    Some((tables, table_of))
}

/// Tables are read in squares of so many places, or each entry would be fetched for itself.
const SQUARE: usize = 32;

/// The entries of a table in squares: where the entry is, and where its mirror image.
fn mirrored(places: usize) -> impl Iterator<Item = (usize, usize)> {
    let squares = move || (0..places).step_by(SQUARE);
    squares().flat_map(move |from| squares().map(move |to| (from, to))).flat_map(move |(from, to)| {
        let rows = from..places.min(from + SQUARE);
        rows.flat_map(move |row| {
            (to..places.min(to + SQUARE)).map(move |column| (row * places + column, column * places + row))
        })
    })
}

fn is_symmetric(legs: &[i32], places: usize) -> bool {
    mirrored(places).all(|(at, mirror)| legs[at] == legs[mirror])
}

fn transposed(legs: &[i32], places: usize) -> Vec<i32> {
    let mut into = vec![0; legs.len()];
    for (at, mirror) in mirrored(places) {
        into[mirror] = legs[at];
    }
    into
}

fn kinds(problem: &Problem, unit: i64, table_of: &[usize]) -> (Vec<Kind>, Vec<usize>) {
    let mut kinds: Vec<(VehicleIndex, Kind)> = Vec::new();
    let mut kind_of = Vec::with_capacity(table_of.len());
    for (index, vehicle) in problem.vehicles().iter().enumerate() {
        let known = kinds.iter().position(|&(other, _)| problem.vehicles()[other] == *vehicle);
        kind_of.push(known.unwrap_or(kinds.len()));
        if known.is_none() {
            let may_serve: Vec<bool> = problem.jobs().iter().map(|job| job.skills.is_subset(&vehicle.skills)).collect();
            let kind = Kind {
                table: table_of[index],
                start: vehicle.start.expect("a plain vehicle has a start") as u32,
                end: vehicle.end.expect("a plain vehicle has an end") as u32,
                departs: vehicle.shift.start as i32,
                back_by: vehicle.shift.end as i32,
                capacity: vehicle.capacity.first().map_or(i32::MAX / 2, |&most| most.min(MEASURE_MAX) as i32),
                fixed: Cost::of_currency(vehicle.costs.fixed).0 / unit,
                may_serve: if may_serve.iter().all(|&may| may) { Vec::new() } else { may_serve },
            };
            kinds.push((index, kind));
        }
    }
    (kinds.into_iter().map(|(_, kind)| kind).collect(), kind_of)
}
