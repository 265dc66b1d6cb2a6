//! That one route can be driven as claimed.

use std::collections::BTreeSet;

use super::violation::{Rule, Violation};
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::matrix::SpeedPeriod;
use crate::planner::problem::Problem;
use crate::planner::solution::{Route, Step, Trip, Visit};
use crate::planner::units::{MAX_MEASURE, Metres, Place, Seconds, TimeWindow};
use crate::planner::vehicle::Vehicle;

pub(super) fn check(problem: &Problem, index: usize, route: &Route, violations: &mut Vec<Violation>) {
    let Some(vehicle) = problem.vehicles().get(route.vehicle) else {
        let rule = Rule::UnknownVehicle { vehicle: route.vehicle };
        violations.push(Violation { route: Some(index), trip: None, step: None, rule });
        return;
    };
    let check =
        RouteCheck { problem, vehicle, route, index, violations, trip: None, step: None, totals: Totals::default() };
    check.run();
}

/// What adds up over the trips.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) travel_time: Seconds,
    pub(super) distance: Metres,
    pub(super) stops: usize,
    pub(super) tasks: usize,
    pub(super) lateness: i128,
    pub(super) breaks: BTreeSet<usize>,
}

pub(super) struct RouteCheck<'a> {
    pub(super) problem: &'a Problem,
    pub(super) vehicle: &'a Vehicle,
    pub(super) route: &'a Route,
    pub(super) index: usize,
    pub(super) violations: &'a mut Vec<Violation>,
    /// Where the check stands, for the reports.
    pub(super) trip: Option<usize>,
    pub(super) step: Option<usize>,
    pub(super) totals: Totals,
}

impl RouteCheck<'_> {
    fn run(mut self) {
        let trips = self.route.trips.len();
        let most = self.vehicle.reload.map_or(1, |reload| reload.max_trips);
        if trips == 0 || trips > most {
            self.report(Rule::Trips { trips, most });
            return;
        }
        if !self.times_are_of_this_world() || !self.visits_exist() {
            return;
        }
        for trip in 0..trips {
            self.trip = Some(trip);
            self.check_trip(trip);
        }
        self.trip = None;
        self.check_totals();
        self.check_cost();
    }

    pub(super) fn report(&mut self, rule: Rule) {
        self.violations.push(Violation { route: Some(self.index), trip: self.trip, step: self.step, rule });
    }

    /// No feasible time lies outside a shift; and sums of times inside the limits cannot overflow.
    fn times_are_of_this_world(&mut self) -> bool {
        let mut claims = Vec::new();
        for trip in &self.route.trips {
            claims.extend([trip.departs, trip.returns]);
            claims.extend(trip.steps.iter().flat_map(|step| [step.arrival, step.start, step.end]));
        }
        claims.retain(|claimed| !(0..=MAX_MEASURE).contains(claimed));
        for &claimed in &claims {
            self.report(Rule::TimeOutOfRange { claimed });
        }
        claims.is_empty()
    }

    fn visits_exist(&mut self) -> bool {
        let mut all_exist = true;
        for visit in self.route.trips.iter().flat_map(|trip| &trip.steps).map(|step| step.visit) {
            let exists = match visit {
                Visit::Break(index) => index < self.vehicle.breaks.len(),
                _ => self.task_of(visit).is_some(),
            };
            if !exists {
                self.report(Rule::UnknownVisit { visit });
                all_exist = false;
            }
        }
        all_exist
    }

    pub(super) fn task_of(&self, visit: Visit) -> Option<(usize, &Job, &Task)> {
        let (index, job) = match visit {
            Visit::Serve(index) | Visit::PickUp(index) | Visit::Deliver(index) => {
                (index, self.problem.jobs().get(index)?)
            }
            Visit::Break(_) => return None,
        };
        match (visit, &job.kind) {
            (Visit::Serve(_), JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. }) => {
                Some((index, job, task))
            }
            (Visit::PickUp(_), JobKind::Shipment { pickup, .. }) => Some((index, job, pickup)),
            (Visit::Deliver(_), JobKind::Shipment { delivery, .. }) => Some((index, job, delivery)),
            _ => None,
        }
    }

    /// Travels a leg from `departs` on, adds it up, and returns its seconds and metres.
    fn travel(&mut self, departs: Seconds, from: Option<Place>, to: Option<Place>) -> (Seconds, Metres) {
        let (Some(from), Some(to)) = (from, to) else {
            return (0, 0);
        };
        let matrix = &self.problem.matrices()[self.vehicle.matrix];
        let entry = from * self.problem.places() + to;
        let (duration, distance) = (matrix.durations[entry], matrix.distances[entry]);
        if duration == u32::MAX || distance == u32::MAX {
            self.report(Rule::Unreachable { from, to });
            return (0, 0);
        }
        let leg = (driving_time(&matrix.speeds, departs, Seconds::from(duration)), Metres::from(distance));
        self.totals.travel_time += leg.0;
        self.totals.distance += leg.1;
        leg
    }

    fn check_trip(&mut self, number: usize) {
        let trip: &Trip = &self.route.trips[number];
        let reload_place = self.vehicle.reload.map(|reload| reload.place);
        let begins_at = if number == 0 { self.vehicle.start } else { reload_place };
        let ends_at = if number + 1 == self.route.trips.len() { self.vehicle.end } else { reload_place };

        let Some(first_job_step) = trip.steps.iter().position(|step| step.visit.job().is_some()) else {
            self.report(Rule::TripWithoutJob);
            return;
        };
        self.check_departure(number, trip, first_job_step);

        let mut clock = trip.departs;
        let mut here = begins_at;
        for (position, step) in trip.steps.iter().enumerate().skip(first_job_step) {
            self.step = Some(position);
            let mut derived_distance = 0;
            let (windows, lasting): (&[TimeWindow], Seconds);
            if let Visit::Break(index) = step.visit {
                let rest = &self.vehicle.breaks[index];
                (windows, lasting) = (&rest.windows, rest.service);
                self.compare_arrival(step, clock);
                self.take_break(index);
            } else {
                let Some(task) = self.task_of(step.visit).map(|(_, _, task)| task.clone()) else {
                    continue;
                };
                let (duration, distance) = self.travel(clock, here, Some(task.place));
                derived_distance = distance;
                self.compare_arrival(step, clock + duration);
                let comes_from_elsewhere = here != Some(task.place);
                let setup = if comes_from_elsewhere { task.setup } else { 0 };
                if comes_from_elsewhere || position == first_job_step {
                    self.totals.stops += 1;
                }
                self.totals.tasks += 1;
                here = Some(task.place);
                self.compare_start_and_end(step, &task.windows, task.service + setup);
                if step.distance_from_previous != derived_distance {
                    let (claimed, derived) = (step.distance_from_previous, derived_distance);
                    self.report(Rule::Distance { claimed, derived });
                }
                self.check_job(step, trip);
                clock = step.end;
                continue;
            }
            self.compare_start_and_end(step, windows, lasting);
            if step.distance_from_previous != derived_distance {
                self.report(Rule::Distance { claimed: step.distance_from_previous, derived: derived_distance });
            }
            clock = step.end;
        }
        self.step = None;

        let (duration, distance) = self.travel(clock, here, ends_at);
        if trip.distance_to_end != distance {
            self.report(Rule::Distance { claimed: trip.distance_to_end, derived: distance });
        }
        if trip.returns != clock + duration {
            self.report(Rule::Returns { claimed: trip.returns, derived: clock + duration });
        }
        self.check_shipments(trip);
        self.check_time_on_board(trip);
        self.check_load(trip);
    }

    /// Breaks before the first visit are taken where the trip starts, and the trip departs after them.
    fn check_departure(&mut self, number: usize, trip: &Trip, first_job_step: usize) {
        let mut ready = match (number.checked_sub(1), self.vehicle.reload) {
            (Some(before), Some(reload)) => self.route.trips[before].returns + reload.service,
            _ => self.vehicle.shift.start,
        };
        for (position, step) in trip.steps[..first_job_step].iter().enumerate() {
            let Visit::Break(index) = step.visit else {
                continue;
            };
            self.step = Some(position);
            self.compare_arrival(step, ready);
            self.take_break(index);
            let rest = &self.vehicle.breaks[index];
            self.compare_start_and_end(step, &rest.windows, rest.service);
            if step.distance_from_previous != 0 {
                self.report(Rule::Distance { claimed: step.distance_from_previous, derived: 0 });
            }
            ready = step.end;
        }
        self.step = None;
        let departs = trip.departs;
        if number == 0 {
            let earliest = self.vehicle.shift.start;
            let latest = self.vehicle.start_late.unwrap_or(self.vehicle.shift.end);
            if departs < earliest || departs > latest {
                self.report(Rule::Departure { departs, earliest, latest });
            }
        }
        if departs < ready {
            self.report(Rule::DepartsUnready { departs, ready });
        }
    }

    fn compare_arrival(&mut self, step: &Step, derived: Seconds) {
        if step.arrival != derived {
            self.report(Rule::Arrival { claimed: step.arrival, derived });
        }
    }

    fn compare_start_and_end(&mut self, step: &Step, windows: &[TimeWindow], lasting: Seconds) {
        let start = step.start;
        if start < step.arrival {
            self.report(Rule::StartsBeforeArrival { start, arrival: step.arrival });
        }
        if !windows.is_empty() && !windows.iter().any(|window| window.start <= start && start <= window.end) {
            self.report(Rule::OutsideWindows { start });
        }
        if step.end != start + lasting {
            self.report(Rule::End { claimed: step.end, derived: start + lasting });
        }
    }

    fn take_break(&mut self, index: usize) {
        if !self.totals.breaks.insert(index) {
            self.report(Rule::VisitTwice { visit: Visit::Break(index) });
        }
    }

    /// Skills, release and lateness of the job a step serves.
    fn check_job(&mut self, step: &Step, trip: &Trip) {
        let Some((index, job, _)) = self.task_of(step.visit) else {
            return;
        };
        let missing_skills: Vec<_> =
            job.skills.iter().copied().filter(|skill| !self.vehicle.skills.contains(skill)).collect();
        let (moves_at, arrives_at) = match (step.visit, &job.kind) {
            (Visit::Serve(_), JobKind::Delivery(_) | JobKind::Exchange { .. }) => {
                (Some(trip.departs), Some(step.start))
            }
            (Visit::Serve(_), JobKind::Pickup(_)) => (Some(step.start), Some(trip.returns)),
            (Visit::PickUp(_), _) => (Some(step.start), None),
            (Visit::Deliver(_), _) => (None, Some(step.start)),
            _ => (None, None),
        };
        let release = job.release;
        let mut lateness = 0;
        if let Some(arrival) = arrives_at {
            for due in &job.due {
                if arrival > due.at {
                    lateness += i128::from(arrival - due.at) * i128::from(due.cost_per_hour) * 1_000;
                }
            }
        }
        self.totals.lateness += lateness;
        for skill in missing_skills {
            self.report(Rule::Skill { job: index, skill });
        }
        if let Some(time) = moves_at.filter(|&time| time < release) {
            self.report(Rule::Release { job: index, time, release });
        }
    }
}

/// How long a way takes that is begun at `departs` and takes `duration` at the ordinary speed: by halving, the shortest
/// time in which the progress made, in thousandths of a second of the ordinary speed, covers it.
fn driving_time(speeds: &[SpeedPeriod], departs: Seconds, duration: Seconds) -> Seconds {
    let progress_until = |time: Seconds| {
        let until_first = speeds.first().map_or(time, |first| time.min(first.from));
        let mut progress = until_first * 1_000;
        for (index, period) in speeds.iter().enumerate() {
            let ends = speeds.get(index + 1).map_or(time, |next| time.min(next.from));
            progress += (ends - period.from).max(0) * Seconds::from(period.permille);
        }
        progress
    };
    let begun = progress_until(departs);
    let (mut too_short, mut enough) = (-1, duration * 1_000);
    while enough - too_short > 1 {
        let middle = too_short + (enough - too_short) / 2;
        if progress_until(departs + middle) - begun >= duration * 1_000 {
            enough = middle;
        } else {
            too_short = middle;
        }
    }
    enough
}
