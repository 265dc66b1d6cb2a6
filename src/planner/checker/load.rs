//! That what is on board fits, and that shipments stay whole.

use super::route::RouteCheck;
use super::violation::Rule;
use crate::planner::job::JobKind;
use crate::planner::solution::{Trip, Visit};
use crate::planner::units::Load;

impl RouteCheck<'_> {
    pub(super) fn check_shipments(&mut self, trip: &Trip) {
        for (position, step) in trip.steps.iter().enumerate() {
            let (job, is_whole) = match step.visit {
                Visit::PickUp(job) => {
                    (job, trip.steps[position..].iter().any(|later| later.visit == Visit::Deliver(job)))
                }
                Visit::Deliver(job) => {
                    (job, trip.steps[..position].iter().any(|earlier| earlier.visit == Visit::PickUp(job)))
                }
                Visit::Serve(_) | Visit::Break(_) => continue,
            };
            if !is_whole {
                self.step = Some(position);
                self.report(Rule::ShipmentSplit { job });
            }
        }
        self.step = None;
    }

    pub(super) fn check_time_on_board(&mut self, trip: &Trip) {
        for (position, delivered) in trip.steps.iter().enumerate() {
            let Visit::Deliver(job) = delivered.visit else { continue };
            let Some(limit) = self.problem.jobs()[job].max_on_board else { continue };
            for taken in trip.steps.iter().filter(|step| step.visit == Visit::PickUp(job)) {
                let on_board = delivered.start - taken.end;
                if on_board > limit {
                    self.step = Some(position);
                    self.report(Rule::MaxOnBoard { job, on_board, limit });
                }
            }
        }
        self.step = None;
    }

    pub(super) fn check_load(&mut self, trip: &Trip) {
        let mut on_board: Vec<Load> = vec![0; self.problem.dimensions()];
        for step in &trip.steps {
            if let Some((_, job, _)) = self.task_of(step.visit)
                && matches!(job.kind, JobKind::Delivery(_) | JobKind::Exchange { .. })
            {
                for (load, amount) in on_board.iter_mut().zip(&job.amount) {
                    *load += amount;
                }
            }
        }
        if trip.load_at_departure != on_board {
            self.report(Rule::Load { claimed: trip.load_at_departure.clone(), derived: on_board.clone() });
        }
        self.check_capacity(&on_board);
        for (position, step) in trip.steps.iter().enumerate() {
            self.step = Some(position);
            if let Some((_, job, _)) = self.task_of(step.visit) {
                let none = vec![0; on_board.len()];
                let (given, taken) = match (step.visit, &job.kind) {
                    (Visit::Serve(_), JobKind::Exchange { taken, .. }) => (&job.amount, taken),
                    (Visit::Serve(_), JobKind::Delivery(_)) | (Visit::Deliver(_), _) => (&job.amount, &none),
                    _ => (&none, &job.amount),
                };
                for (load, (given, taken)) in on_board.iter_mut().zip(given.iter().zip(taken)) {
                    *load = *load - given + taken;
                }
            }
            if step.load_after != on_board {
                self.report(Rule::Load { claimed: step.load_after.clone(), derived: on_board.clone() });
            }
            self.check_capacity(&on_board);
        }
        self.step = None;
    }

    fn check_capacity(&mut self, on_board: &[Load]) {
        for (dimension, (&load, &capacity)) in on_board.iter().zip(&self.vehicle.capacity).enumerate() {
            if load > capacity {
                self.report(Rule::Capacity { dimension, load, capacity });
            }
        }
    }
}
