//! A route as a chain of timed links: what the schedule is computed on.

use crate::planner::exclusion::ExclusionReason;
use crate::planner::job::JobKind;
use crate::planner::problem::Problem;
use crate::planner::solution::Visit;
use crate::planner::units::{Load, Metres, Place, Seconds, TimeWindow, VehicleIndex};

/// One entry of a route during the search: a visit, or the return to the reload place between two trips.
/// Breaks stand in it only where they are locked; all others are placed by the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::planner) enum Node {
    Visit(Visit),
    Reload,
}

impl Node {
    pub(in crate::planner) fn job(self) -> Option<usize> {
        match self {
            Self::Visit(visit) => visit.job(),
            Self::Reload => None,
        }
    }
}

/// What happens at a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Depart,
    Visit(Visit),
    Reload,
    End,
}

/// One event of a route: reached by `travel`, started not before `not_before`, and lasting `lasting`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) event: Event,
    /// At the speed that the matrix's durations are for.
    pub(super) travel: Seconds,
    pub(super) distance: Metres,
    pub(super) lasting: Seconds,
    pub(super) not_before: Seconds,
    /// The job whose release makes `not_before`; any job where there is none.
    pub(super) ready_job: usize,
    /// Whether the schedule may put a break just before this link.
    pub(super) break_may_precede: bool,
    /// The longest such break.
    pub(super) longest_break: Seconds,
    /// Whether others wait for goods that arrive here, so that it is never put off.
    pub(super) is_awaited: bool,
    pub(super) start: Seconds,
    /// The latest start that changes neither the return nor any lateness; known after a backward pass.
    pub(super) latest: Seconds,
}

impl Link {
    /// An event right where the one before it was, at any time.
    pub(super) const fn new(event: Event) -> Self {
        Self {
            event,
            travel: 0,
            distance: 0,
            lasting: 0,
            not_before: 0,
            ready_job: 0,
            break_may_precede: false,
            longest_break: Seconds::MAX,
            is_awaited: false,
            start: 0,
            latest: Seconds::MAX,
        }
    }
}

/// What a chain adds up to, times aside.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    /// At the speed that the matrix's durations are for.
    pub(super) travel_time: Seconds,
    pub(super) distance: Metres,
    stops: usize,
    tasks: usize,
}

/// The windows an event may start in.
#[inline]
pub(super) fn windows_of(problem: &Problem, vehicle: VehicleIndex, event: Event) -> &[TimeWindow] {
    match event {
        Event::Visit(Visit::Break(index)) => &problem.vehicles()[vehicle].breaks[index].windows,
        Event::Visit(visit) => problem.task(visit).map_or(&[], |task| &task.windows),
        _ => &[],
    }
}

/// Fills `links` with the chain of a route and checks every limit that has nothing to do with the clock.
/// The first `locked` nodes may have no break put between them.
pub(super) fn build(
    problem: &Problem,
    vehicle_index: VehicleIndex,
    nodes: &[Node],
    locked: usize,
    links: &mut Vec<Link>,
) -> Result<Totals, ExclusionReason> {
    links.clear();
    let vehicle = &problem.vehicles()[vehicle_index];
    let mut totals = Totals::default();
    let mut here = vehicle.start;
    let mut first = 0;
    loop {
        let length = nodes[first..].iter().position(|&node| node == Node::Reload);
        let trip = &nodes[first..length.map_or(nodes.len(), |length| first + length)];
        let builder = TripBuilder { problem, vehicle_index, first, locked };
        here = builder.add(trip, here, &mut totals, links)?;
        check_capacity(problem, vehicle_index, trip)?;
        let (event, place, lasting) = match (length, vehicle.reload) {
            (Some(_), Some(reload)) => (Event::Reload, Some(reload.place), reload.service),
            (Some(_), None) => return Err(ExclusionReason::NoSuchPosition),
            (None, _) => (Event::End, vehicle.end, 0),
        };
        let (travel, distance) = leg(problem, vehicle_index, here, place)?;
        totals.travel_time += travel;
        totals.distance += distance;
        let break_may_precede = first + trip.len() >= locked;
        links.push(Link { travel, distance, lasting, break_may_precede, ..Link::new(event) });
        if length.is_none() {
            break;
        }
        here = place;
        first += trip.len() + 1;
    }
    check_limits(problem, vehicle_index, totals)?;
    if problem.matrix_of(vehicle_index).speeds.is_empty() {
        check_travel_time(problem, vehicle_index, totals.travel_time)?;
    }
    Ok(totals)
}

fn leg(
    problem: &Problem,
    vehicle: VehicleIndex,
    from: Option<Place>,
    to: Option<Place>,
) -> Result<(Seconds, Metres), ExclusionReason> {
    match (from, to) {
        (Some(from), Some(to)) => problem
            .leg(vehicle, from, to)
            .map(|leg| (leg.duration, leg.distance))
            .ok_or(ExclusionReason::Unreachable { from, to }),
        _ => Ok((0, 0)),
    }
}

struct TripBuilder<'p> {
    problem: &'p Problem,
    vehicle_index: VehicleIndex,
    /// The index of the trip's first node in the route.
    first: usize,
    locked: usize,
}

impl TripBuilder<'_> {
    /// Adds the links of a trip up to its last visit; returns where the vehicle then is.
    fn add(
        &self,
        trip: &[Node],
        start: Option<Place>,
        totals: &mut Totals,
        links: &mut Vec<Link>,
    ) -> Result<Option<Place>, ExclusionReason> {
        let vehicle = &self.problem.vehicles()[self.vehicle_index];
        let leading_breaks = trip.iter().take_while(|node| node.job().is_none()).count();
        let mut here = start;
        let mut is_first_visit = true;
        for (position, &node) in trip.iter().enumerate() {
            let Node::Visit(visit) = node else { unreachable!("a trip stands between two reloads") };
            let break_may_precede = self.first + position >= self.locked;
            if position == leading_breaks {
                links.push(self.departure(trip, break_may_precede));
            }
            let mut link = Link::new(Event::Visit(visit));
            link.break_may_precede = break_may_precede && position != leading_breaks;
            if let Visit::Break(index) = visit {
                link.lasting = vehicle.breaks[index].service;
            } else if let (Some(task), Some(index)) = (self.problem.task(visit), visit.job()) {
                (link.travel, link.distance) = leg(self.problem, self.vehicle_index, here, Some(task.place))?;
                let comes_from_elsewhere = here != Some(task.place);
                link.lasting = task.service + if comes_from_elsewhere { task.setup } else { 0 };
                let job = &self.problem.jobs()[index];
                if matches!((visit, &job.kind), (Visit::PickUp(_), _) | (_, JobKind::Pickup(_))) {
                    (link.not_before, link.ready_job) = (job.release, index);
                }
                totals.stops += usize::from(comes_from_elsewhere || is_first_visit);
                totals.tasks += 1;
                totals.travel_time += link.travel;
                totals.distance += link.distance;
                here = Some(task.place);
                is_first_visit = false;
            }
            links.push(link);
        }
        if leading_breaks == trip.len() {
            links.push(self.departure(trip, self.first + trip.len() >= self.locked));
        }
        Ok(here)
    }

    fn departure(&self, trip: &[Node], break_may_precede: bool) -> Link {
        let ready = deliveries(self.problem, trip).map(|job| (self.problem.jobs()[job].release, job)).max();
        let (not_before, ready_job) = ready.unwrap_or((0, 0));
        Link { not_before, ready_job, break_may_precede, ..Link::new(Event::Depart) }
    }
}

/// The jobs of a trip that are loaded before it departs.
pub(super) fn deliveries<'a>(problem: &'a Problem, trip: &'a [Node]) -> impl Iterator<Item = usize> + 'a {
    trip.iter().filter_map(|node| node.job()).filter(|&job| problem.jobs()[job].kind.is_loaded_at_depot())
}

/// By how much a visit changes the load in one dimension.
pub(super) fn load_change(problem: &Problem, visit: Visit, dimension: usize) -> Load {
    let Some(job) = visit.job().map(|job| &problem.jobs()[job]) else { return 0 };
    let amount = job.amount[dimension];
    match (visit, &job.kind) {
        (Visit::Serve(_), JobKind::Exchange { taken, .. }) => taken[dimension] - amount,
        (Visit::Serve(_), JobKind::Delivery(_)) | (Visit::Deliver(_), _) => -amount,
        _ => amount,
    }
}

fn check_capacity(problem: &Problem, vehicle: VehicleIndex, trip: &[Node]) -> Result<(), ExclusionReason> {
    for (dimension, &capacity) in problem.vehicles()[vehicle].capacity.iter().enumerate() {
        let amount = |job: usize| problem.jobs()[job].amount[dimension];
        let mut load: Load = deliveries(problem, trip).map(amount).sum();
        let mut peak = load;
        for node in trip {
            if let &Node::Visit(visit) = node {
                load += load_change(problem, visit, dimension);
                peak = peak.max(load);
            }
        }
        if peak > capacity {
            return Err(ExclusionReason::Capacity { dimension, load: peak, capacity });
        }
    }
    Ok(())
}

fn check_limits(problem: &Problem, vehicle: VehicleIndex, totals: Totals) -> Result<(), ExclusionReason> {
    let vehicle = &problem.vehicles()[vehicle];
    let Totals { distance, stops, tasks, .. } = totals;
    if let Some(limit) = vehicle.max_tasks.filter(|&limit| tasks > limit) {
        return Err(ExclusionReason::MaxTasks { tasks, limit });
    }
    if let Some(limit) = vehicle.max_stops.filter(|&limit| stops > limit) {
        return Err(ExclusionReason::MaxStops { stops, limit });
    }
    if let Some(limit) = vehicle.max_distance.filter(|&limit| distance > limit) {
        return Err(ExclusionReason::MaxDistance { distance, limit });
    }
    Ok(())
}

pub(super) fn check_travel_time(
    problem: &Problem,
    vehicle: VehicleIndex,
    travel_time: Seconds,
) -> Result<(), ExclusionReason> {
    match problem.vehicles()[vehicle].max_travel_time.filter(|&limit| travel_time > limit) {
        Some(limit) => Err(ExclusionReason::MaxTravelTime { travel_time, limit }),
        None => Ok(()),
    }
}
