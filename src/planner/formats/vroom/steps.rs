//! A vehicle's own steps as a route to start from.

use std::collections::{HashMap, HashSet};

use super::build::Origin;
use super::error::{MemberProblem, VroomError};
use super::fleet::StepKind;
use super::input::VroomInput;
use crate::planner::problem::InitialRoute;
use crate::planner::solution::Visit;

/// The routes to start from; `origins` says what each job of the problem is in the input.
pub(super) fn initial(input: &VroomInput, origins: &[Origin]) -> Result<Vec<InitialRoute>, VroomError> {
    let index_of: HashMap<(&str, u64), Origin> = tasks(input).collect();
    let jobs: HashMap<Origin, usize> = origins.iter().enumerate().map(|(job, &origin)| (origin, job)).collect();
    let mut seen = HashSet::new();
    let mut routes = Vec::new();
    for (vehicle, of_vehicle) in input.vehicles.iter().enumerate() {
        let mut visits = Vec::new();
        for step in of_vehicle.steps.iter().flatten() {
            let (kind, id) = (step.kind.as_str(), step.id);
            let fail = |problem| Err(VroomError::new(format!("{}/id", step.pointer), problem));
            let Some(origin) = index_of.get(&(kind, id)) else {
                return fail(MemberProblem::NoSuchTask { kind, id });
            };
            if !seen.insert((kind, id)) {
                return fail(MemberProblem::StepTwice { kind, id });
            }
            let Some(&job) = jobs.get(origin) else {
                return fail(MemberProblem::Steps(format!(
                    "the windows of {kind} {id} close before any vehicle starts"
                )));
            };
            visits.push(match step.kind {
                StepKind::Job => Visit::Serve(job),
                StepKind::Pickup => Visit::PickUp(job),
                StepKind::Delivery => Visit::Deliver(job),
            });
        }
        if !visits.is_empty() {
            routes.push(InitialRoute { vehicle, trips: vec![visits], locked: 0 });
        }
    }
    Ok(routes)
}

/// Every task of the input by kind and id.
fn tasks(input: &VroomInput) -> impl Iterator<Item = ((&'static str, u64), Origin)> + '_ {
    let jobs = input.jobs.iter().enumerate();
    let jobs = jobs.map(|(index, job)| ((StepKind::Job.as_str(), job.task.id), Origin::Job(index)));
    let shipments = input.shipments.iter().enumerate();
    let shipments = shipments.flat_map(|(index, shipment)| {
        [(StepKind::Pickup, &shipment.pickup), (StepKind::Delivery, &shipment.delivery)]
            .map(|(kind, task)| ((kind.as_str(), task.id), Origin::Shipment(index)))
    });
    jobs.chain(shipments)
}
