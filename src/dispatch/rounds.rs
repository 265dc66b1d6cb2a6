//! The rounds of each depot as a vehicle-routing problem of its own: every (half-day, courier) is a vehicle.

use std::collections::BTreeMap;

use super::{
    DispatchError,
    consignment::{priority, urgency},
    day::{DAY_END, Day},
    explain::{self, Binding},
    journey::{Journey, RunLeg, wanted_later},
    outcome::{Outcome, Outcomes},
    progress::Reporter,
    search::{Effort, planner_vehicle, profiles, solve_checked},
};
use crate::{
    domain::{Courier, HalfDay, HomeDeliveryId, Position, SiteId, UnassignedReason, Vehicle},
    planner::{Job, JobKind, Load, Problem, ProblemParts, Seconds, Solution, Task, TimeWindow},
};

/// A courier in one half-day.
pub(super) struct RoundVehicle<'a> {
    pub(super) half_day: HalfDay,
    pub(super) courier: &'a Courier,
    pub(super) vehicle: &'a Vehicle,
    shift: TimeWindow,
}

/// One home to visit, with everything for it that is there in time.
pub(super) struct RoundJob {
    pub(super) home: HomeDeliveryId,
    pub(super) journeys: Vec<usize>,
    release: Seconds,
    windows: Vec<TimeWindow>,
}

/// The planned rounds of one depot.
pub(super) struct DepotRounds<'a> {
    pub(super) depot: SiteId,
    pub(super) jobs: Vec<RoundJob>,
    pub(super) vehicles: Vec<RoundVehicle<'a>>,
    pub(super) problem: Problem,
    pub(super) solution: Solution,
}

pub(super) fn plan<'a>(
    day: &Day<'a>,
    journeys: &[Journey<'_>],
    outcomes: &mut Outcomes,
    progress: &mut Reporter<'_>,
) -> Result<Vec<DepotRounds<'a>>, DispatchError> {
    let mut rounds = Vec::new();
    for (depot, homes) in homes_by_depot(day, journeys, outcomes) {
        let vehicles = round_vehicles(day, depot);
        let mut jobs = Vec::new();
        for (home, members) in homes {
            let Some(job) = round_job(day, journeys, outcomes, &vehicles, home, &members) else {
                for journey in members {
                    let depot = day.sites[&depot].name.clone();
                    outcomes.of[journey].stopped = Some(UnassignedReason::NoRound { depot });
                }
                continue;
            };
            jobs.push(job);
        }
        if jobs.is_empty() {
            continue;
        }
        let homes: Vec<Position> = jobs.iter().map(|job| day.homes[&job.home].position).collect();
        let planner_jobs = jobs.iter().enumerate().map(|(index, job)| planner_job(day, journeys, job, index + 1));
        let problem = problem(day, depot, &vehicles, &homes, planner_jobs.collect())?;
        let solution = solve_checked(&problem, Effort::ROUNDS, day.input.seed, progress)?;
        let planned = DepotRounds { depot, jobs, vehicles, problem, solution };
        record(day, outcomes, &planned);
        rounds.push(planned);
    }
    Ok(rounds)
}

/// The journeys that stand before their home leg at the end of the runs, by depot and home. Those whose recipients want
/// another day are told so and left out.
fn homes_by_depot(
    day: &Day<'_>,
    journeys: &[Journey<'_>],
    outcomes: &mut Outcomes,
) -> BTreeMap<SiteId, BTreeMap<HomeDeliveryId, Vec<usize>>> {
    let mut depots: BTreeMap<SiteId, BTreeMap<HomeDeliveryId, Vec<usize>>> = BTreeMap::new();
    for (index, journey) in journeys.iter().enumerate() {
        let outcome = &mut outcomes.of[index];
        let Some(leg) = journey.home_leg else { continue };
        if outcome.stopped.is_some() || outcome.run_legs.len() < journey.run_legs.len() {
            continue;
        }
        match wanted_later(day, day.homes[&leg.home]) {
            Some(reason) => outcome.stopped = Some(reason),
            None => depots.entry(leg.depot).or_default().entry(leg.home).or_default().push(index),
        }
    }
    depots
}

pub(super) fn round_vehicles<'a>(day: &Day<'a>, depot: SiteId) -> Vec<RoundVehicle<'a>> {
    let mut vehicles = Vec::new();
    let begins = day.begins();
    let can_ride = |half: HalfDay, courier: &Courier| {
        day.rest
            .is_none_or(|rest| !rest.upset.is_out(courier) && !rest.kept_rounds.contains(&(half, depot, courier.id)))
    };
    for half in &day.halves {
        for (courier, vehicle) in day.couriers() {
            if courier.base == depot
                && can_ride(half.half_day, courier)
                && courier.rounds.contains(&half.half_day)
                && let Some(shift) = free_part(day, courier, half.window)
                && let Some(shift) = from(shift, begins.max(day.busy_until(courier.id)))
            {
                vehicles.push(RoundVehicle { half_day: half.half_day, courier, vehicle, shift });
            }
        }
    }
    vehicles
}

/// What of a shift is left from some time on.
fn from(shift: TimeWindow, begins: Seconds) -> Option<TimeWindow> {
    (begins < shift.end).then(|| TimeWindow::new(shift.start.max(begins), shift.end))
}

/// The longest part of a half-day in which the courier is not out on a run.
fn free_part(day: &Day<'_>, courier: &Courier, half: TimeWindow) -> Option<TimeWindow> {
    let mut parts = vec![half];
    for run in day.runs.iter().filter(|run| run.riders.contains(&courier.id)) {
        parts = parts
            .into_iter()
            .flat_map(|part| {
                [
                    TimeWindow::new(part.start, part.end.min(run.listed.0)),
                    TimeWindow::new(part.start.max(run.back_by), part.end),
                ]
            })
            .filter(|part| part.start < part.end)
            .collect();
        parts.dedup();
    }
    parts.into_iter().max_by_key(|part| (part.end - part.start, -part.start))
}

/// When the result for a home lies ready at its depot.
fn release(day: &Day<'_>, journey: &Journey<'_>, outcome: &Outcome) -> Seconds {
    match (journey.run_legs.last(), outcome.run_legs.last()) {
        (Some(RunLeg::Collect(_)), Some(leg)) => day.relay_ready(leg.run),
        (Some(RunLeg::Deliver(_)), Some(leg)) => leg.arrives + day.rules.unloading_s + day.rules.loading_lead_s,
        _ => journey.release,
    }
}

/// What there is for a home in time for a round; `None` when no round leaves after it is there.
fn round_job(
    day: &Day<'_>,
    journeys: &[Journey<'_>],
    outcomes: &Outcomes,
    vehicles: &[RoundVehicle<'_>],
    home: HomeDeliveryId,
    members: &[usize],
) -> Option<RoundJob> {
    let wanted = day.homes[&home].wanted.filter(|wanted| wanted.date == day.input.date);
    let wanted_half = wanted.and_then(|wanted| wanted.half_day);
    let halves = day.halves.iter().filter(|half| wanted_half.is_none_or(|wanted| wanted == half.half_day));
    let windows: Vec<TimeWindow> = halves.map(|half| half.window).collect();
    let release = members.iter().map(|index| release(day, &journeys[*index], &outcomes.of[*index])).max()?;
    let leaves_in_time = |vehicle: &RoundVehicle<'_>| {
        vehicle.shift.end > release
            && windows.iter().any(|window| window.start < vehicle.shift.end && vehicle.shift.start < window.end)
    };
    vehicles.iter().any(leaves_in_time).then(|| RoundJob { home, journeys: members.to_vec(), release, windows })
}

/// The rounds of a depot: each home is a place, behind the depot, and has the job of its place.
pub(super) fn problem(
    day: &Day<'_>,
    depot: SiteId,
    vehicles: &[RoundVehicle<'_>],
    homes: &[Position],
    jobs: Vec<Job>,
) -> Result<Problem, DispatchError> {
    let positions: Vec<_> = std::iter::once(day.sites[&depot].position).chain(homes.iter().copied()).collect();
    let profiles = profiles(vehicles.iter().map(|vehicle| vehicle.vehicle));
    let parts = ProblemParts {
        places: positions.len(),
        dimensions: 2,
        matrices: profiles
            .iter()
            .map(|profile| day.matrix(*profile, &positions, &|place| place == 0 && day.is_shut(depot)))
            .collect::<Result<_, _>>()?,
        vehicles: vehicles.iter().map(|vehicle| planner_vehicle(vehicle.vehicle, &profiles, vehicle.shift)).collect(),
        jobs,
        ..ProblemParts::default()
    };
    Ok(Problem::new(parts)?)
}

fn planner_job(day: &Day<'_>, journeys: &[Journey<'_>], job: &RoundJob, place: usize) -> Job {
    let count = Load::try_from(job.journeys.len()).unwrap_or(Load::MAX);
    let weight_g = job.journeys.iter().map(|journey| Load::from(journeys[*journey].item.weight_g)).sum();
    let urgent = |journey: &&usize| day.is_urgent(journeys[**journey].item.id);
    let urgent = job.journeys.iter().find(urgent).map(|_| job.release);
    let due = job.journeys.iter().filter_map(|journey| journeys[*journey].due).chain(urgent).min();
    let due = due.filter(|due| *due < DAY_END).map(|due| due.max(0));
    let service = day.rules.home_stop_base_s + day.rules.home_stop_per_item_s * count;
    let task = Task::at(place, service).within(job.windows.clone());
    Job {
        priority: priority(due),
        release: job.release,
        due: urgency(&day.rules, count, job.release, due),
        ..Job::new(JobKind::Delivery(task), vec![count, weight_g])
    }
}

fn record(day: &Day<'_>, outcomes: &mut Outcomes, rounds: &DepotRounds<'_>) {
    for step in rounds.solution.routes.iter().flat_map(|route| &route.trips).flat_map(|trip| &trip.steps) {
        if let Some(job) = step.visit.job() {
            for &journey in &rounds.jobs[job].journeys {
                outcomes.of[journey].home = Some(step.start);
            }
        }
    }
    for &job in &rounds.solution.unassigned {
        let reason = reason(day, rounds, job);
        for &journey in &rounds.jobs[job].journeys {
            outcomes.of[journey].stopped = Some(reason.clone());
        }
    }
}

fn reason(day: &Day<'_>, rounds: &DepotRounds<'_>, job: usize) -> UnassignedReason {
    let depot = || day.sites[&rounds.depot].name.clone();
    match explain::binding(&rounds.problem, &rounds.solution, job) {
        Binding::Release | Binding::Closed | Binding::NobodyGoes => UnassignedReason::NoRound { depot: depot() },
        Binding::NoWay => {
            let home = day.homes[&rounds.jobs[job].home];
            let commune = day.centre.commune(&home.commune_code, day.input.date);
            let place = commune.map_or_else(|| home.commune_code.clone(), |commune| commune.name.clone());
            UnassignedReason::Unreachable { place }
        }
        Binding::TooLarge => UnassignedReason::TooLarge,
        Binding::Full => UnassignedReason::NoCapacity,
        Binding::NoTime => UnassignedReason::NoTime,
    }
}
