//! From the engine's answers to the plan that people and programs read.

use super::{
    DispatchError,
    day::Day,
    journey::{Journey, RunLeg},
    outcome::Outcomes,
    rounds::DepotRounds,
    runs::{PlannedRuns, RunJob},
    safety,
};
use crate::{
    domain::{
        Courier, IdSource, ItemId, Place, Plan, PlanId, PlannedRound, PlannedRun, RoundId, Route, RouteId, RunId, Stop,
        StopId, Unassigned, UnassignedReason, Vehicle, VehicleProfile,
    },
    planner::{self, Problem, Seconds},
};

pub(super) fn plan(
    day: &Day<'_>,
    journeys: &[Journey<'_>],
    outcomes: Outcomes,
    runs: &PlannedRuns<'_>,
    rounds: &[DepotRounds<'_>],
    ids: &mut dyn IdSource,
) -> Result<Plan, DispatchError> {
    let mut maker = Maker { day, journeys, ids };
    let id = PlanId::new(maker.ids);
    let planned_runs = maker.runs(runs);
    let run_ids: Vec<RunId> = planned_runs.iter().map(|run| run.id).collect();
    let mut planned_rounds: Vec<PlannedRound> = rounds.iter().flat_map(|depot| maker.rounds(depot)).collect();
    planned_rounds.sort_by_key(|round| {
        (round.half_day, day.sites[&round.depot_id].code.clone(), courier_code(day, round.route.courier_id))
    });
    let warnings =
        safety::warnings(day, &runs.network, &runs.jobs, &runs.solution.unassigned, journeys, &outcomes, &run_ids)?;
    let mut profiles: Vec<VehicleProfile> = day.couriers().map(|(_, vehicle)| vehicle.profile).collect();
    profiles.sort_unstable();
    profiles.dedup();
    let mut plan = Plan {
        id,
        centre_id: day.centre.centre.id,
        date: day.input.date,
        revision: day.input.previous.map_or(1, |previous| previous.revision + 1),
        made_at: day.input.made_at,
        travel: day.input.travel.basis(&profiles),
        runs: planned_runs,
        rounds: planned_rounds,
        unassigned: Vec::new(),
        continues: Vec::new(),
        warnings,
    };
    for (journey, outcome) in journeys.iter().zip(outcomes.of) {
        let item_id = journey.item.id;
        if safety::arrival(journey, &outcome).is_some() {
            continue;
        }
        if outcome.run_legs.is_empty() {
            let reason = outcome.stopped.unwrap_or(UnassignedReason::NoTime);
            plan.unassigned.push(Unassigned { item_id, reason });
        } else {
            plan.continues.push(item_id);
        }
    }
    plan.unassigned.sort_by_key(|unassigned| unassigned.item_id);
    plan.continues.sort_unstable();
    Ok(plan)
}

fn courier_code(day: &Day<'_>, id: crate::domain::CourierId) -> String {
    day.centre.couriers.iter().find(|courier| courier.id == id).map_or_else(String::new, |courier| courier.code.clone())
}

struct Maker<'m, 'a> {
    day: &'m Day<'a>,
    journeys: &'m [Journey<'m>],
    ids: &'m mut dyn IdSource,
}

/// What one step of the engine's route does.
struct Handover {
    place: Place,
    load: Vec<ItemId>,
    unload: Vec<ItemId>,
}

impl Maker<'_, '_> {
    fn runs(&mut self, runs: &PlannedRuns<'_>) -> Vec<PlannedRun> {
        let mut planned: Vec<PlannedRun> = Vec::with_capacity(self.day.runs.len());
        for run in &self.day.runs {
            let previous =
                self.day.input.previous.and_then(|plan| plan.runs.iter().find(|old| old.code == run.pattern.code));
            planned.push(PlannedRun {
                id: previous.map_or_else(|| RunId::new(self.ids), |old| old.id),
                code: run.pattern.code.clone(),
                kind: run.pattern.kind,
                name: run.pattern.name.clone(),
                departs_at: self.day.clock.instant(run.listed.0),
                back_by: self.day.clock.instant(run.listed.1),
                routes: Vec::new(),
            });
        }
        let hub = Place::Site(self.day.hub.id);
        for route in &runs.solution.routes {
            let vehicle = &runs.network.vehicles[route.vehicle];
            let run_id = planned[vehicle.run].id;
            let old = self.day.input.previous.and_then(|plan| plan.runs.iter().find(|run| run.id == run_id));
            let old = old.and_then(|run| run.routes.iter().find(|old| old.courier_id == vehicle.courier.id));
            let handover = |job: usize| match &runs.jobs[job] {
                RunJob::Call { site, .. } => Handover { place: Place::Site(*site), load: vec![], unload: vec![] },
                RunJob::Carry(consignment) => {
                    let items = self.items(&consignment.journeys);
                    let place = Place::Site(consignment.leg.site());
                    match consignment.leg {
                        RunLeg::Collect(_) => Handover { place, load: items, unload: vec![] },
                        RunLeg::Deliver(_) => Handover { place, load: vec![], unload: items },
                    }
                }
            };
            let stops = stops(self.day, &runs.problem, route, hub, &handover);
            let route = self.route(old.map(|old| old.id), vehicle.courier, vehicle.vehicle, route, stops);
            planned[vehicle.run].routes.push(route);
        }
        planned
    }

    fn rounds(&mut self, rounds: &DepotRounds<'_>) -> Vec<PlannedRound> {
        let depot = Place::Site(rounds.depot);
        let mut planned = Vec::new();
        for route in &rounds.solution.routes {
            let vehicle = &rounds.vehicles[route.vehicle];
            let old = self.day.input.previous.and_then(|plan| {
                plan.rounds.iter().find(|old| {
                    old.half_day == vehicle.half_day
                        && old.depot_id == rounds.depot
                        && old.route.courier_id == vehicle.courier.id
                })
            });
            let handover = |job: usize| {
                let job = &rounds.jobs[job];
                Handover { place: Place::Home(job.home), load: vec![], unload: self.items(&job.journeys) }
            };
            let stops = stops(self.day, &rounds.problem, route, depot, &handover);
            planned.push(PlannedRound {
                id: old.map_or_else(|| RoundId::new(self.ids), |old| old.id),
                half_day: vehicle.half_day,
                depot_id: rounds.depot,
                route: self.route(old.map(|old| old.route.id), vehicle.courier, vehicle.vehicle, route, stops),
            });
        }
        planned
    }

    fn items(&self, journeys: &[usize]) -> Vec<ItemId> {
        journeys.iter().map(|journey| self.journeys[*journey].item.id).collect()
    }

    fn route(
        &mut self,
        old: Option<RouteId>,
        courier: &Courier,
        vehicle: &Vehicle,
        route: &planner::Route,
        mut stops: Vec<Stop>,
    ) -> Route {
        for stop in &mut stops {
            stop.id = StopId::new(self.ids);
        }
        let lateness = route.cost.lateness;
        Route {
            id: old.unwrap_or_else(|| RouteId::new(self.ids)),
            courier_id: courier.id,
            vehicle_id: vehicle.id,
            profile: vehicle.profile,
            cost_dong: (route.cost.total() - lateness).rounded(),
            stops,
        }
    }
}

/// The stops of an engine's route; successive steps at one place are one stop. Their ids are still to be given.
fn stops(
    day: &Day<'_>,
    problem: &Problem,
    route: &planner::Route,
    depot: Place,
    handover: &dyn Fn(usize) -> Handover,
) -> Vec<Stop> {
    let at = |seconds: Seconds| day.clock.instant(seconds);
    let unnamed = StopId::from_uuid(uuid::Uuid::nil());
    let mut stops = Vec::new();
    for trip in &route.trips {
        let mut departed = trip.departs;
        let mut previous_place = 0;
        let first = stops.len();
        stops.push(Stop {
            id: unnamed,
            place: depot,
            arrives_at: at(trip.departs),
            starts_at: at(trip.departs),
            departs_at: at(trip.departs),
            distance_m: 0,
            travel_s: 0,
            load: Vec::new(),
            unload: Vec::new(),
        });
        let mut collected = Vec::new();
        for step in &trip.steps {
            let Some(job) = step.visit.job() else { continue };
            let done = handover(job);
            stops[first].load.extend(&done.unload);
            collected.extend(&done.load);
            let place = problem.task(step.visit).map_or(previous_place, |task| task.place);
            let same = stops.len() > first + 1 && stops.last().is_some_and(|stop: &Stop| stop.place == done.place);
            if same {
                if let Some(stop) = stops.last_mut() {
                    stop.departs_at = at(step.end);
                    stop.load.extend(done.load);
                    stop.unload.extend(done.unload);
                }
            } else {
                let leg = problem.leg(route.vehicle, previous_place, place);
                stops.push(Stop {
                    id: unnamed,
                    place: done.place,
                    arrives_at: at(step.arrival),
                    starts_at: at(step.start),
                    departs_at: at(step.end),
                    distance_m: step.distance_from_previous,
                    travel_s: leg.map_or(step.arrival - departed, |leg| leg.duration),
                    load: done.load,
                    unload: done.unload,
                });
            }
            departed = step.end;
            previous_place = place;
        }
        let leg = problem.leg(route.vehicle, previous_place, 0);
        stops.push(Stop {
            id: unnamed,
            place: depot,
            arrives_at: at(trip.returns),
            starts_at: at(trip.returns),
            departs_at: at(trip.returns),
            distance_m: trip.distance_to_end,
            travel_s: leg.map_or(trip.returns - departed, |leg| leg.duration),
            load: Vec::new(),
            unload: collected,
        });
    }
    stops
}
