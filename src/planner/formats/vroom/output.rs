//! A solution in VROOM's words.

use serde::Serialize;

use super::build::{Origin, VroomProblem};
use super::fleet::VehicleInput;
use super::input::{Spot, TaskInput};
use crate::planner::problem::Problem;
use crate::planner::solution::{Route, Solution, Step, Visit};
use crate::planner::units::{Load, Metres, Place, Price, Seconds};

/// VROOM's output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomOutput {
    /// 0: no error.
    pub code: u8,
    /// All routes together.
    pub summary: VroomSummary,
    /// The tasks that no route serves.
    pub unassigned: Vec<VroomUnassigned>,
    /// One for each vehicle that leaves.
    pub routes: Vec<VroomRoute>,
}

/// How long the parts of the work took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ComputingTimes {
    /// Reading the input and measuring its places.
    pub loading: u64,
    /// Searching.
    pub solving: u64,
    /// Drawing the routes on the map; none are drawn.
    pub routing: u64,
}

/// What a route comes to, or all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct VroomTotals {
    /// What is given, the shipments included; absent where no vehicle has a capacity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<Load>,
    /// The same under VROOM's former name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amount: Vec<Load>,
    /// What is taken, the shipments included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pickup: Vec<Load>,
    /// Time of setting up.
    pub setup: Seconds,
    /// Time of service, breaks included.
    pub service: Seconds,
    /// Time of travel.
    pub duration: Seconds,
    /// Time of waiting.
    pub waiting_time: Seconds,
    /// Priorities of the tasks, added up.
    pub priority: u64,
    /// How far it is; absent where no distances are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Metres>,
    /// Always empty: every rule is kept.
    pub violations: [u8; 0],
}

/// All routes together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomSummary {
    /// The cost of all routes.
    pub cost: Price,
    /// How many routes there are.
    pub routes: usize,
    /// How many tasks are left out; a shipment has two.
    pub unassigned: usize,
    /// The sums.
    #[serde(flatten)]
    pub totals: VroomTotals,
    /// How long it took.
    pub computing_times: ComputingTimes,
}

/// A task that is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomUnassigned {
    /// Its id.
    pub id: u64,
    /// Where it is, where the input says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    /// Its row of the matrices, where the input says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u64>,
    /// `job`, `pickup` or `delivery`.
    pub r#type: &'static str,
    /// The input's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One vehicle's route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomRoute {
    /// The vehicle's id.
    pub vehicle: u64,
    /// What it costs.
    pub cost: Price,
    /// The vehicle's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub totals: VroomTotals,
    /// What is done, in order.
    pub steps: Vec<VroomStep>,
}

/// One step of a route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VroomStep {
    /// `start`, `job`, `pickup`, `delivery`, `break` or `end`.
    pub r#type: &'static str,
    /// The input's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is, where the input says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    /// Its row of the matrices, where the input says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u64>,
    /// The id of the task or break.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Time of setting up.
    pub setup: Seconds,
    /// Time of service.
    pub service: Seconds,
    /// Time of waiting, before both.
    pub waiting_time: Seconds,
    /// The id of a job, under VROOM's former name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
    /// What is on board afterwards; absent where no vehicle has a capacity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub load: Vec<Load>,
    /// When the vehicle is there.
    pub arrival: Seconds,
    /// Time of travel so far.
    pub duration: Seconds,
    /// Always empty: every rule is kept.
    pub violations: [u8; 0],
    /// How far so far; absent where no distances are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Metres>,
}

impl VroomProblem {
    /// The output for a solution of this problem.
    ///
    /// # Panics
    /// When the solution is not one of this problem that the checker accepts.
    #[must_use]
    pub fn output(&self, solution: &Solution, computing_times: ComputingTimes) -> VroomOutput {
        let routes: Vec<VroomRoute> = solution.routes.iter().map(|route| self.route(route)).collect();
        let unassigned = self.unassigned(solution);
        let mut totals = VroomTotals::of(self.input.dimensions);
        totals.distance = self.distances.iter().all(Option::is_some).then_some(0);
        for route in &routes {
            totals.add(&route.totals);
        }
        VroomOutput {
            code: 0,
            summary: VroomSummary {
                cost: routes.iter().map(|route| route.cost).sum(),
                routes: routes.len(),
                unassigned: unassigned.len(),
                totals,
                computing_times,
            },
            unassigned,
            routes,
        }
    }

    fn unassigned(&self, solution: &Solution) -> Vec<VroomUnassigned> {
        let left_out = solution.unassigned.iter().map(|&job| self.origins[job]);
        let mut left_out: Vec<Origin> = left_out.chain(self.hopeless.iter().copied()).collect();
        left_out.sort_unstable();
        let of = |r#type: &'static str, task: &TaskInput| VroomUnassigned {
            id: task.id,
            location: task.spot.coordinates,
            location_index: task.spot.index,
            r#type,
            description: task.description.clone(),
        };
        let tasks = |origin: Origin| match origin {
            Origin::Job(index) => vec![of("job", &self.input.jobs[index].task)],
            Origin::Shipment(index) => {
                let shipment = &self.input.shipments[index];
                vec![of("pickup", &shipment.pickup), of("delivery", &shipment.delivery)]
            }
        };
        left_out.into_iter().flat_map(tasks).collect()
    }

    /// The input's task of a visit, what it is called, and its priority.
    fn task(&self, visit: Visit) -> Option<(&TaskInput, &'static str, u8)> {
        Some(match (self.origins[visit.job()?], visit) {
            (Origin::Job(index), _) => (&self.input.jobs[index].task, "job", self.input.jobs[index].priority),
            (Origin::Shipment(index), Visit::Deliver(_)) => {
                (&self.input.shipments[index].delivery, "delivery", self.input.shipments[index].priority)
            }
            (Origin::Shipment(index), _) => {
                (&self.input.shipments[index].pickup, "pickup", self.input.shipments[index].priority)
            }
        })
    }

    /// What a visit gives, and what it takes.
    fn moved(&self, visit: Visit) -> (&[Load], &[Load]) {
        match (visit.job().map(|job| self.origins[job]), visit) {
            (Some(Origin::Job(index)), _) => (&self.input.jobs[index].delivery, &self.input.jobs[index].pickup),
            (Some(Origin::Shipment(index)), Visit::Deliver(_)) => (&self.input.shipments[index].amount, &[]),
            (Some(Origin::Shipment(index)), _) => (&[], &self.input.shipments[index].amount),
            (None, _) => (&[], &[]),
        }
    }

    fn route(&self, route: &Route) -> VroomRoute {
        let vehicle = &self.input.vehicles[route.vehicle];
        let travelled = &route.cost;
        Telling::new(self, route).tell(VroomRoute {
            vehicle: vehicle.id,
            cost: travelled.fixed.rounded() + (travelled.travel + travelled.distance).rounded(),
            description: vehicle.description.clone(),
            totals: VroomTotals::of(self.input.dimensions),
            steps: Vec::new(),
        })
    }
}

impl VroomTotals {
    fn of(dimensions: usize) -> Self {
        let nothing = vec![0; dimensions];
        Self { delivery: nothing.clone(), amount: nothing.clone(), pickup: nothing, ..Self::default() }
    }

    fn add(&mut self, other: &Self) {
        add(&mut self.delivery, &other.delivery);
        add(&mut self.amount, &other.amount);
        add(&mut self.pickup, &other.pickup);
        self.setup += other.setup;
        self.service += other.service;
        self.duration += other.duration;
        self.waiting_time += other.waiting_time;
        self.priority += other.priority;
        self.distance = self.distance.zip(other.distance).map(|(all, more)| all + more);
    }
}

fn add(sums: &mut [Load], amounts: &[Load]) {
    for (sum, amount) in sums.iter_mut().zip(amounts) {
        *sum += amount;
    }
}

/// A route on its way into VROOM's words.
struct Telling<'a> {
    of: &'a VroomProblem,
    problem: &'a Problem,
    vehicle: &'a VehicleInput,
    route: &'a Route,
    /// Where the vehicle is, since when it is free, and what it has come through.
    here: Option<Place>,
    free_at: Seconds,
    travelled: Seconds,
    distance: Option<Metres>,
}

impl<'a> Telling<'a> {
    fn new(of: &'a VroomProblem, route: &'a Route) -> Self {
        let problem = &of.problem;
        let matrix = problem.vehicles()[route.vehicle].matrix;
        Self {
            of,
            problem,
            vehicle: &of.input.vehicles[route.vehicle],
            route,
            here: problem.vehicles()[route.vehicle].start,
            free_at: 0,
            travelled: 0,
            distance: of.distances[matrix].as_ref().map(|_| 0),
        }
    }

    fn tell(mut self, mut told: VroomRoute) -> VroomRoute {
        // VROOM has no reload, so a route is one trip.
        let trip = &self.route.trips[0];
        let starts = self.starts();
        self.free_at = if matches!(trip.steps[0].visit, Visit::Break(_)) { starts[0] } else { trip.departs };
        let spots: Vec<&Spot> =
            trip.steps.iter().filter_map(|step| self.of.task(step.visit)).map(|(task, ..)| &task.spot).collect();
        let first = self.vehicle.start.as_ref().or(spots.first().copied());
        let last = self.vehicle.end.as_ref().or(spots.last().copied());
        told.steps.push(self.end_step("start", first, &trip.load_at_departure));
        for (step, start) in trip.steps.iter().zip(starts) {
            let step = self.step(step, start, &mut told.totals);
            told.totals.setup += step.setup;
            told.totals.service += step.service;
            told.totals.waiting_time += step.waiting_time;
            told.steps.push(step);
        }
        self.go(self.problem.vehicles()[self.route.vehicle].end);
        let load = trip.steps.last().map_or(&trip.load_at_departure, |step| &step.load_after);
        told.steps.push(self.end_step("end", last, load));
        told.totals.duration = self.travelled;
        told.totals.distance = self.distance;
        told
    }

    /// When each step starts. A break before the departure, which the planner takes as early as it can, is put off
    /// as far as its windows allow, so that the route starts with it and not long before.
    fn starts(&self) -> Vec<Seconds> {
        let trip = &self.route.trips[0];
        let mut starts: Vec<Seconds> = trip.steps.iter().map(|step| step.start).collect();
        let mut bound = trip.departs;
        let leading = trip.steps.iter().take_while(|step| step.visit.job().is_none()).count();
        for (index, step) in trip.steps.iter().enumerate().take(leading).rev() {
            if let Visit::Break(rest) = step.visit {
                let rest = &self.problem.vehicles()[self.route.vehicle].breaks[rest];
                let latest = bound - rest.service;
                let window = rest.windows.iter().rev().find(|window| window.start <= latest);
                starts[index] = window.map_or(step.start, |window| latest.min(window.end)).max(step.start);
                bound = starts[index];
            }
        }
        starts
    }

    /// Goes somewhere and arrives there.
    fn go(&mut self, to: Option<Place>) {
        if let (Some(from), Some(to)) = (self.here, to) {
            let leg = self.problem.leg(self.route.vehicle, from, to).expect("a checked route has ways");
            self.free_at += leg.duration;
            self.travelled += leg.duration;
            let matrix = self.problem.vehicles()[self.route.vehicle].matrix;
            if let (Some(sum), Some(table)) = (&mut self.distance, &self.of.distances[matrix]) {
                *sum += Metres::from(table[from * self.problem.places() + to]);
            }
        }
        self.here = to.or(self.here);
    }

    fn end_step(&self, r#type: &'static str, spot: Option<&Spot>, load: &[Load]) -> VroomStep {
        VroomStep {
            r#type,
            description: None,
            location: spot.and_then(|spot| spot.coordinates),
            location_index: spot.and_then(|spot| spot.index),
            id: None,
            setup: 0,
            service: 0,
            waiting_time: 0,
            job: None,
            load: load.to_vec(),
            arrival: self.free_at + self.of.origin,
            duration: self.travelled,
            violations: [],
            distance: self.distance,
        }
    }

    fn step(&mut self, step: &Step, start: Seconds, totals: &mut VroomTotals) -> VroomStep {
        let lasting = step.end - step.start;
        let mut told = if let Some((task, r#type, priority)) = self.of.task(step.visit) {
            let planned = self.problem.task(step.visit).expect("a checked visit has a task");
            self.go(Some(planned.place));
            totals.priority += u64::from(priority);
            let (given, taken) = self.of.moved(step.visit);
            add(&mut totals.delivery, given);
            add(&mut totals.amount, given);
            add(&mut totals.pickup, taken);
            VroomStep {
                description: task.description.clone(),
                id: Some(task.id),
                job: (r#type == "job").then_some(task.id),
                setup: lasting - planned.service,
                service: planned.service,
                ..self.end_step(r#type, Some(&task.spot), &step.load_after)
            }
        } else {
            let rest = match step.visit {
                Visit::Break(rest) => self.vehicle.breaks.get(rest),
                _ => None,
            };
            VroomStep {
                description: rest.and_then(|rest| rest.description.clone()),
                id: rest.map(|rest| rest.id),
                service: lasting,
                ..self.end_step("break", None, &step.load_after)
            }
        };
        told.waiting_time = start - self.free_at;
        self.free_at = start + lasting;
        told
    }
}
