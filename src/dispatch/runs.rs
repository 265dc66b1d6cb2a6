//! The runs of the day as one vehicle-routing problem: every (run, courier) is a vehicle that leaves at the timetable's time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    DispatchError,
    consignment::{ChunkLimit, Consignment, LegToPlan, group, priority, urgency},
    day::Day,
    explain,
    journey::{Journey, RunLeg},
    outcome::{Outcomes, RunLegOutcome},
    progress::{Phase, Reporter},
    rest::Rest,
    search::{Effort, planner_vehicle, profiles, solve_checked},
};
use crate::{
    domain::{Courier, LegCarrier, Place, SiteId, Vehicle, VehicleProfile},
    planner::{
        self, InitialRoute, Job, JobKind, Matrix, Problem, ProblemParts, Seconds, Skill, Solution, Task, TimeWindow,
        Visit,
    },
};

/// Skills below this are run indices; from here on, "calls at the place" by place index.
const CALLS_AT: Skill = 1 << 16;

/// A courier on one run.
pub(super) struct RunVehicle<'a> {
    pub(super) run: usize,
    pub(super) courier: &'a Courier,
    pub(super) vehicle: &'a Vehicle,
    /// When the courier leaves: with the run, or once back from a route before.
    departs: Seconds,
    /// When the next run of the same courier leaves, or the run's own limit.
    back_by: Seconds,
}

/// Places, travel times and vehicles of the day's runs.
pub(super) struct RunNetwork<'a> {
    /// The centre first, then every office that something goes to or comes from.
    pub(super) places: Vec<SiteId>,
    place_of: HashMap<SiteId, usize>,
    windows: Vec<Vec<TimeWindow>>,
    /// For each place the runs that call there.
    pub(super) calling: Vec<Vec<usize>>,
    matrices: Vec<Matrix>,
    profiles: Vec<VehicleProfile>,
    pub(super) vehicles: Vec<RunVehicle<'a>>,
}

/// What a job of the problem stands for.
#[derive(Debug, Clone)]
pub(super) enum RunJob {
    /// Items.
    Carry(Consignment),
    /// A call at an office that wants one on every run.
    Call { run: usize, site: SiteId },
}

/// The planned runs.
pub(super) struct PlannedRuns<'a> {
    pub(super) network: RunNetwork<'a>,
    pub(super) jobs: Vec<RunJob>,
    pub(super) problem: Problem,
    pub(super) solution: Solution,
}

impl<'a> RunNetwork<'a> {
    pub(super) fn new(day: &Day<'a>, journeys: &[Journey<'_>]) -> Result<Self, DispatchError> {
        let mut sites: BTreeSet<SiteId> =
            journeys.iter().flat_map(|journey| journey.run_legs.iter().map(|leg| leg.site())).collect();
        sites.extend(day.sites.values().filter(|site| site.always_visit).map(|site| site.id));
        sites.remove(&day.hub.id);
        let places: Vec<SiteId> = std::iter::once(day.hub.id).chain(sites).collect();
        let vehicles = run_vehicles(day);
        let profiles = profiles(vehicles.iter().map(|vehicle| vehicle.vehicle));
        let positions: Vec<_> = places.iter().map(|place| day.sites[place].position).collect();
        let matrices = profiles
            .iter()
            .map(|profile| day.matrix(*profile, &positions, &|place| day.is_shut(places[place])))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            place_of: places.iter().enumerate().map(|(index, site)| (*site, index)).collect(),
            windows: places.iter().map(|place| day.open_windows(day.sites[place])).collect::<Result<_, _>>()?,
            calling: places.iter().map(|place| day.runs_calling_at(day.sites[place])).collect(),
            matrices,
            places,
            profiles,
            vehicles,
        })
    }

    pub(super) fn place(&self, site: SiteId) -> usize {
        self.place_of[&site]
    }

    /// When the office's counter is open today.
    pub(super) fn windows(&self, site: SiteId) -> &[TimeWindow] {
        &self.windows[self.place(site)]
    }

    /// Time on the way from the centre to an office for the quickest vehicle that calls there.
    pub(super) fn shortest_ride(&self, site: SiteId) -> Option<Seconds> {
        let place = self.place(site);
        self.matrices.iter().filter_map(|matrix| matrix.leg(self.places.len(), 0, place)).map(|leg| leg.duration).min()
    }

    /// Plans first legs, then first and second legs together.
    pub(super) fn plan(
        self,
        day: &Day<'a>,
        journeys: &[Journey<'_>],
        outcomes: &mut Outcomes,
        progress: &mut Reporter<'_>,
    ) -> Result<PlannedRuns<'a>, DispatchError> {
        let legs = self.first_legs(day, journeys, outcomes);
        let mut jobs = self.calls(day);
        jobs.extend(group(day, journeys, &legs, self.chunk_limit()).into_iter().map(RunJob::Carry));
        let (problem, solution) = self.solve(day, &jobs, &BTreeMap::new(), Vec::new(), progress)?;
        self.record(day, journeys, outcomes, &jobs, &problem, &solution);

        progress.enter(Phase::Relays, journeys.len())?;
        let second = self.second_legs(day, journeys, outcomes);
        if second.is_empty() {
            return Ok(PlannedRuns { network: self, jobs, problem, solution });
        }
        let bound = relays_by_run(&jobs, &solution, &self.vehicles, journeys);
        let initial = initial_routes(&solution);
        let first_jobs = jobs.len();
        let mut all = jobs.clone();
        all.extend(group(day, journeys, &second, self.chunk_limit()).into_iter().map(RunJob::Carry));
        let (with_relays, relayed) = self.solve(day, &all, &bound, initial, progress)?;
        // The engine weighs what it leaves out by priority only; a second leg without its first would be nonsense.
        let first_legs_kept = relayed.unassigned.iter().all(|job| *job >= first_jobs || !bound.contains_key(job));
        if first_legs_kept {
            self.record(day, journeys, outcomes, &all, &with_relays, &relayed);
            Ok(PlannedRuns { network: self, jobs: all, problem: with_relays, solution: relayed })
        } else {
            for leg in second {
                outcomes.of[leg.journey].stopped = Some(crate::domain::UnassignedReason::NoTime);
            }
            Ok(PlannedRuns { network: self, jobs, problem, solution })
        }
    }

    fn first_legs(&self, day: &Day<'_>, journeys: &[Journey<'_>], outcomes: &mut Outcomes) -> Vec<LegToPlan> {
        let mut legs = Vec::new();
        for (index, journey) in journeys.iter().enumerate() {
            if outcomes.of[index].stopped.is_some() || journey.run_legs.is_empty() {
                continue;
            }
            let relays = journey.run_legs.len() > 1;
            let due = if day.is_urgent(journey.item.id) {
                Some(journey.release)
            } else if journey.is_last_run_leg(0) {
                journey.due
            } else {
                relays.then(|| self.last_feeding_return(day, journey)).flatten()
            };
            self.add_leg(
                day,
                journey,
                LegToPlan { journey: index, leg_no: 0, release: journey.release, due, relays },
                outcomes,
                &mut legs,
            );
        }
        legs
    }

    fn second_legs(&self, day: &Day<'_>, journeys: &[Journey<'_>], outcomes: &mut Outcomes) -> Vec<LegToPlan> {
        let mut legs = Vec::new();
        for (index, journey) in journeys.iter().enumerate() {
            if journey.run_legs.len() > 1
                && let Some(first) = outcomes.of[index].run_legs.first()
            {
                let release = day.relay_ready(first.run);
                let due = journey.is_last_run_leg(1).then_some(journey.due).flatten();
                let due = if day.is_urgent(journey.item.id) { Some(release) } else { due };
                self.add_leg(
                    day,
                    journey,
                    LegToPlan { journey: index, leg_no: 1, release, due, relays: false },
                    outcomes,
                    &mut legs,
                );
            }
        }
        legs
    }

    /// Takes a leg into planning, or notes why no run can take it whatever the routes are.
    fn add_leg(
        &self,
        day: &Day<'_>,
        journey: &Journey<'_>,
        leg: LegToPlan,
        outcomes: &mut Outcomes,
        legs: &mut Vec<LegToPlan>,
    ) {
        match explain::before_planning(day, self, journey, &leg) {
            Some(reason) => outcomes.of[leg.journey].stopped = Some(reason),
            None => legs.push(leg),
        }
    }

    /// When an item that changes at the centre must be back there to reach its office by its due time today.
    fn last_feeding_return(&self, day: &Day<'_>, journey: &Journey<'_>) -> Option<Seconds> {
        let target = journey.run_legs.get(1)?.site();
        let due = journey.due?;
        let onward = self.calling[self.place(target)].iter().map(|run| day.runs[*run].departs);
        let last = onward.filter(|departs| departs + self.shortest_ride(target).unwrap_or(0) <= due).max()?;
        (0..day.runs.len()).filter(|run| day.relay_ready(*run) <= last).map(|run| day.runs[run].back_by).max()
    }

    fn calls(&self, day: &Day<'_>) -> Vec<RunJob> {
        let mut calls = Vec::new();
        for (place, site) in self.places.iter().enumerate().filter(|(_, site)| day.sites[*site].always_visit) {
            for &run in &self.calling[place] {
                let departs = day.runs[run].departs;
                let open = |window: &TimeWindow| window.start < day.runs[run].back_by && window.end > departs;
                if day.rest.is_some_and(|rest| is_called_at(day, rest, run, *site)) {
                    continue;
                }
                if self.windows[place].iter().any(open) {
                    calls.push(RunJob::Call { run, site: *site });
                }
            }
        }
        calls
    }

    fn chunk_limit(&self) -> ChunkLimit {
        let least = |capacity: fn(&Vehicle) -> u32| {
            self.vehicles.iter().map(|vehicle| i64::from(capacity(vehicle.vehicle))).min().unwrap_or(1)
        };
        ChunkLimit {
            items: (least(|vehicle| vehicle.capacity_items) / 4).max(1),
            weight_g: (least(|vehicle| vehicle.capacity_g) / 4).max(1),
        }
    }

    fn solve(
        &self,
        day: &Day<'_>,
        jobs: &[RunJob],
        bound: &BTreeMap<usize, usize>,
        initial: Vec<InitialRoute>,
        progress: &mut Reporter<'_>,
    ) -> Result<(Problem, Solution), DispatchError> {
        let problem = Problem::new(ProblemParts {
            places: self.places.len(),
            dimensions: 2,
            matrices: self.matrices.clone(),
            vehicles: self.vehicles.iter().map(|vehicle| self.planner_vehicle(vehicle)).collect(),
            jobs: jobs.iter().enumerate().map(|(index, job)| self.planner_job(day, job, bound.get(&index))).collect(),
            initial,
            ..ProblemParts::default()
        })?;
        let solution = solve_checked(&problem, Effort::RUNS, day.input.seed, progress)?;
        Ok((problem, solution))
    }

    fn planner_vehicle(&self, vehicle: &RunVehicle<'_>) -> planner::Vehicle {
        let departs = vehicle.departs;
        let calls = |place: &usize| self.calling[*place].contains(&vehicle.run);
        let skills = (0..self.places.len()).filter(calls).map(calls_at).chain([run_skill(vehicle.run)]);
        planner::Vehicle {
            start_late: Some(departs),
            skills: skills.collect(),
            ..planner_vehicle(vehicle.vehicle, &self.profiles, TimeWindow::new(departs, vehicle.back_by))
        }
    }

    fn planner_job(&self, day: &Day<'_>, job: &RunJob, bound_to: Option<&usize>) -> Job {
        let task = |site: SiteId, count: i64| Task {
            place: self.place(site),
            setup: day.rules.joint_count_base_s,
            service: day.rules.joint_count_per_item_s * count,
            windows: self.windows(site).to_vec(),
        };
        match job {
            RunJob::Carry(consignment) => {
                let count = consignment.count();
                let site = consignment.leg.site();
                let kind = match consignment.leg {
                    RunLeg::Collect(_) => JobKind::Pickup(task(site, count)),
                    RunLeg::Deliver(_) => JobKind::Delivery(task(site, count)),
                };
                let skills = std::iter::once(calls_at(self.place(site))).chain(bound_to.map(|run| run_skill(*run)));
                Job {
                    skills: skills.collect(),
                    priority: priority(consignment.due),
                    release: consignment.release,
                    due: urgency(&day.rules, count, consignment.release, consignment.due),
                    ..Job::new(kind, vec![count, consignment.weight_g])
                }
            }
            RunJob::Call { run, site } => Job {
                skills: [run_skill(*run)].into(),
                priority: 5,
                ..Job::new(JobKind::Delivery(task(*site, 0)), vec![0, 0])
            },
        }
    }

    /// Writes what a solution means into the outcomes of the journeys.
    fn record(
        &self,
        day: &Day<'_>,
        journeys: &[Journey<'_>],
        outcomes: &mut Outcomes,
        jobs: &[RunJob],
        problem: &Problem,
        solution: &Solution,
    ) {
        let carried = |job: usize| match &jobs[job] {
            RunJob::Carry(consignment) => Some(consignment),
            RunJob::Call { .. } => None,
        };
        for consignment in (0..jobs.len()).filter_map(carried) {
            for &journey in &consignment.journeys {
                outcomes.of[journey].run_legs.clear();
            }
        }
        let mut legs: Vec<(usize, usize, RunLegOutcome)> = Vec::new();
        for route in &solution.routes {
            let run = self.vehicles[route.vehicle].run;
            for trip in &route.trips {
                for step in &trip.steps {
                    if let Some(consignment) = step.visit.job().and_then(carried) {
                        let arrives = match consignment.leg {
                            RunLeg::Collect(_) => trip.returns,
                            RunLeg::Deliver(_) => step.start,
                        };
                        let leg = RunLegOutcome { run, arrives };
                        legs.extend(consignment.journeys.iter().map(|journey| (*journey, consignment.leg_no, leg)));
                    }
                }
            }
        }
        legs.sort_unstable_by_key(|(journey, leg_no, _)| (*journey, *leg_no));
        for (journey, _, leg) in legs {
            let outcome = &mut outcomes.of[journey];
            outcome.run_legs.push(leg);
            if outcome.run_legs.len() == journeys[journey].run_legs.len() {
                outcome.stopped = None;
            }
        }
        for &job in &solution.unassigned {
            if let Some(consignment) = carried(job) {
                for &journey in &consignment.journeys {
                    let reason = explain::after_planning(day, problem, solution, job, &journeys[journey], consignment);
                    outcomes.of[journey].stopped = Some(reason);
                }
            }
        }
    }
}

/// Whether a route that stays as it is calls at a site on a run.
fn is_called_at(day: &Day<'_>, rest: &Rest, run: usize, site: SiteId) -> bool {
    let code = &day.runs[run].pattern.code;
    let id = day.input.previous.and_then(|plan| plan.runs.iter().find(|old| old.code == *code)).map(|old| old.id);
    rest.kept.iter().any(|(carrier, route)| {
        id.is_some_and(|id| *carrier == LegCarrier::Run(id))
            && route.stops.iter().any(|stop| stop.place == Place::Site(site))
    })
}

fn run_skill(run: usize) -> Skill {
    Skill::try_from(run).unwrap_or(CALLS_AT - 1)
}

fn calls_at(place: usize) -> Skill {
    CALLS_AT + Skill::try_from(place).unwrap_or(Skill::MAX - CALLS_AT)
}

/// Every courier on every run they ride; one must be back before the next one leaves.
fn run_vehicles<'a>(day: &Day<'a>) -> Vec<RunVehicle<'a>> {
    let mut vehicles = Vec::new();
    for (index, run) in day.runs.iter().enumerate() {
        for &(courier, vehicle) in &run.couriers {
            let next = day.runs[index + 1..].iter().find(|later| later.riders.contains(&courier.id));
            let back_by = next.map_or(run.back_by, |next| run.back_by.min(next.departs));
            let departs = run.departs.max(day.busy_until(courier.id));
            if back_by > departs {
                vehicles.push(RunVehicle { run: index, courier, vehicle, departs, back_by });
            }
        }
    }
    vehicles
}

/// The jobs whose items go on with another run, each with the run that it is on.
fn relays_by_run(
    jobs: &[RunJob],
    solution: &Solution,
    vehicles: &[RunVehicle<'_>],
    journeys: &[Journey<'_>],
) -> BTreeMap<usize, usize> {
    let mut bound = BTreeMap::new();
    for route in &solution.routes {
        for step in route.trips.iter().flat_map(|trip| &trip.steps) {
            if let Some(job) = step.visit.job()
                && let RunJob::Carry(consignment) = &jobs[job]
                && consignment.journeys.iter().any(|journey| journeys[*journey].run_legs.len() > 1)
            {
                bound.insert(job, vehicles[route.vehicle].run);
            }
        }
    }
    bound
}

fn initial_routes(solution: &Solution) -> Vec<InitialRoute> {
    let visits = |trip: &planner::Trip| trip.steps.iter().map(|step| step.visit).collect::<Vec<Visit>>();
    solution
        .routes
        .iter()
        .map(|route| InitialRoute {
            vehicle: route.vehicle,
            trips: route.trips.iter().map(visits).collect(),
            locked: 0,
        })
        .collect()
}
