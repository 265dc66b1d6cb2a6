//! The problem: everything the planner knows, validated once and never changed.

use serde::{Deserialize, Serialize};

use super::error::ProblemError;
use super::job::{Job, JobKind, Task};
use super::matrix::{Leg, Matrix};
use super::solution::Visit;
use super::units::{JobIndex, Place, VehicleIndex};
use super::vehicle::Vehicle;
use super::{locked, validate};

/// What a problem is made of. [`Problem::new`] turns it into a problem or says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProblemParts {
    /// How many places there are.
    pub places: usize,
    /// How many dimensions every amount and capacity has.
    pub dimensions: usize,
    /// Travel between the places, one matrix for each way of travelling.
    pub matrices: Vec<Matrix>,
    /// Who carries.
    pub vehicles: Vec<Vehicle>,
    /// What is to be carried.
    pub jobs: Vec<Job>,
    /// Routes to start from; at most one a vehicle.
    pub initial: Vec<InitialRoute>,
    /// Groups of jobs that must share a vehicle: those of a group that are planned are all on one.
    #[serde(default)]
    pub together: Vec<Vec<JobIndex>>,
    /// Groups of jobs that must not share a vehicle: no two of a group are on one.
    #[serde(default)]
    pub apart: Vec<Vec<JobIndex>>,
}

/// A route to start from, of which a front part may be locked.
///
/// The unlocked part is a hint: the engine keeps of it what it likes. The first `locked` visits (counted over
/// all trips) stay where they are: the same visits, in the same order, at the same position of the same trip.
/// A trip that ends before the last locked visit is therefore locked as a whole.
///
/// Breaks may stand among the visits. Each shipment in the route stands with both its visits, in one trip. Each
/// trip with a locked visit has a locked visit of a job. The locked visits, completed by the deliveries of the
/// shipments they picked up (in the order given here), must make a feasible route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialRoute {
    /// Whose.
    pub vehicle: VehicleIndex,
    /// Its trips in order, none empty.
    pub trips: Vec<Vec<Visit>>,
    /// How many visits from the front must stay.
    pub locked: usize,
}

/// A vehicle-routing problem. Immutable: what is in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ProblemParts", into = "ProblemParts")]
pub struct Problem {
    parts: ProblemParts,
}

impl Problem {
    /// Checks the parts and makes a problem of them.
    ///
    /// # Errors
    /// The first fault found, naming the vehicle, job, matrix or initial route by its index, and the field.
    pub fn new(parts: ProblemParts) -> Result<Self, ProblemError> {
        validate::parts(&parts)?;
        let problem = Self { parts };
        locked::verify(&problem)?;
        Ok(problem)
    }

    /// How many places there are.
    #[must_use]
    pub fn places(&self) -> usize {
        self.parts.places
    }

    /// How many dimensions of load there are.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.parts.dimensions
    }

    /// The matrices, one for each way of travelling.
    #[must_use]
    pub fn matrices(&self) -> &[Matrix] {
        &self.parts.matrices
    }

    /// Who carries.
    #[must_use]
    pub fn vehicles(&self) -> &[Vehicle] {
        &self.parts.vehicles
    }

    /// What is to be carried.
    #[must_use]
    pub fn jobs(&self) -> &[Job] {
        &self.parts.jobs
    }

    /// Routes to start from.
    #[must_use]
    pub fn initial(&self) -> &[InitialRoute] {
        &self.parts.initial
    }

    /// Groups of jobs that must share a vehicle.
    #[must_use]
    pub fn together(&self) -> &[Vec<JobIndex>] {
        &self.parts.together
    }

    /// Groups of jobs that must not share a vehicle.
    #[must_use]
    pub fn apart(&self) -> &[Vec<JobIndex>] {
        &self.parts.apart
    }

    /// The leg a vehicle would travel from one place to another, or `None` where it has no way.
    #[must_use]
    #[inline]
    pub fn leg(&self, vehicle: VehicleIndex, from: Place, to: Place) -> Option<Leg> {
        let matrix = self.parts.vehicles[vehicle].matrix;
        self.parts.matrices[matrix].leg(self.parts.places, from, to)
    }

    /// How a vehicle travels.
    #[must_use]
    #[inline]
    pub fn matrix_of(&self, vehicle: VehicleIndex) -> &Matrix {
        &self.parts.matrices[self.parts.vehicles[vehicle].matrix]
    }

    /// What is done at a visit; `None` for a break and for a visit that does not fit the kind of its job.
    #[must_use]
    #[inline]
    pub fn task(&self, visit: Visit) -> Option<&Task> {
        match (visit, &self.parts.jobs.get(visit.job()?)?.kind) {
            (Visit::Serve(_), JobKind::Delivery(task) | JobKind::Pickup(task) | JobKind::Exchange { task, .. })
            | (Visit::PickUp(_), JobKind::Shipment { pickup: task, .. })
            | (Visit::Deliver(_), JobKind::Shipment { delivery: task, .. }) => Some(task),
            _ => None,
        }
    }

    /// The parts, to build a changed problem from.
    #[must_use]
    pub fn into_parts(self) -> ProblemParts {
        self.parts
    }
}

impl TryFrom<ProblemParts> for Problem {
    type Error = ProblemError;
    fn try_from(parts: ProblemParts) -> Result<Self, Self::Error> {
        Self::new(parts)
    }
}

impl From<Problem> for ProblemParts {
    fn from(problem: Problem) -> Self {
        problem.into_parts()
    }
}
