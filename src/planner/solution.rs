//! A solution: a value that states every time it claims, so that a checker can verify exactly what a plan shows.

use serde::{Deserialize, Serialize};

use super::cost::{Cost, CostSplit, Score};
use super::problem::Problem;
use super::units::{JobIndex, Load, Metres, Seconds, VehicleIndex};

/// One thing done along a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visit {
    /// The single task of a delivery, a pickup or an exchange.
    Serve(JobIndex),
    /// The pickup of a shipment.
    PickUp(JobIndex),
    /// The delivery of a shipment.
    Deliver(JobIndex),
    /// A break of the vehicle, by its index in [`Vehicle::breaks`](super::Vehicle::breaks).
    Break(usize),
}

impl Visit {
    /// The job it belongs to; none for a break.
    #[must_use]
    pub const fn job(self) -> Option<JobIndex> {
        match self {
            Self::Serve(job) | Self::PickUp(job) | Self::Deliver(job) => Some(job),
            Self::Break(_) => None,
        }
    }
}

/// Routes for some vehicles and the jobs that none of them takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Solution {
    /// At most one a vehicle, by ascending vehicle; a vehicle without one stays at home.
    pub routes: Vec<Route>,
    /// The jobs left out, ascending.
    pub unassigned: Vec<JobIndex>,
}

impl Solution {
    /// The claimed cost, by cause.
    #[must_use]
    pub fn cost_split(&self) -> CostSplit {
        self.routes.iter().map(|route| route.cost).sum()
    }

    /// The claimed cost.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.cost_split().total()
    }

    /// What it is judged by.
    ///
    /// # Panics
    /// When the solution leaves out a job that the problem does not have.
    #[must_use]
    pub fn score(&self, problem: &Problem) -> Score {
        let left_out = self.unassigned.iter().map(|&job| 1 + i64::from(problem.jobs()[job].priority)).sum();
        Score { left_out, cost: self.cost() }
    }

    /// The route of a vehicle, if it leaves at all.
    #[must_use]
    pub fn route_of(&self, vehicle: VehicleIndex) -> Option<&Route> {
        self.routes.iter().find(|route| route.vehicle == vehicle)
    }
}

/// All trips of one vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Whose.
    pub vehicle: VehicleIndex,
    /// In order; at least one, each with at least one job.
    pub trips: Vec<Trip>,
    /// What it is claimed to cost.
    pub cost: CostSplit,
}

impl Route {
    /// When the first trip departs. `None` for a (malformed) route without trips.
    #[must_use]
    pub fn departs(&self) -> Option<Seconds> {
        self.trips.first().map(|trip| trip.departs)
    }

    /// When the last trip returns. `None` for a (malformed) route without trips.
    #[must_use]
    pub fn returns(&self) -> Option<Seconds> {
        self.trips.last().map(|trip| trip.returns)
    }

    /// How far it drives, by its own claims.
    #[must_use]
    pub fn distance(&self) -> Metres {
        self.trips.iter().map(Trip::distance).sum()
    }
}

/// From a depot, by way of some visits, to a depot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// When it leaves the place where it starts (after any break that precedes its first visit).
    pub departs: Seconds,
    /// What is on board when it departs: the amounts of all its deliveries and of what its exchanges give.
    pub load_at_departure: Vec<Load>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// How far the way from the last step to the trip's end is.
    pub distance_to_end: Metres,
    /// When it reaches the place where it ends.
    pub returns: Seconds,
}

impl Trip {
    /// How far it drives, by its own claims.
    #[must_use]
    pub fn distance(&self) -> Metres {
        self.steps.iter().map(|step| step.distance_from_previous).sum::<Metres>() + self.distance_to_end
    }
}

/// One visit of a trip with its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub visit: Visit,
    /// When the vehicle is there. For a break, when the driver is free for it.
    pub arrival: Seconds,
    /// When it starts; the time from `arrival` is waiting.
    pub start: Seconds,
    /// When it is done, and the vehicle drives on.
    pub end: Seconds,
    /// What is on board afterwards.
    pub load_after: Vec<Load>,
    /// How far it was from the previous step, or from where the trip starts.
    pub distance_from_previous: Metres,
}
