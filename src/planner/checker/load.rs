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

    pub(super) fn check_load(&mut self, trip: &Trip) {
        let mut on_board: Vec<Load> = vec![0; self.problem.dimensions()];
        for step in &trip.steps {
            if let Some((_, job, _)) = self.task_of(step.visit)
                && matches!(job.kind, JobKind::Delivery(_))
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
                let is_unloaded = matches!(
                    (step.visit, &job.kind),
                    (Visit::Serve(_), JobKind::Delivery(_)) | (Visit::Deliver(_), JobKind::Shipment { .. })
                );
                for (load, amount) in on_board.iter_mut().zip(&job.amount) {
                    *load += if is_unloaded { -amount } else { *amount };
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
