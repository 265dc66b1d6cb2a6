//! Why a job does not fit a route.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::units::{JobIndex, Load, Metres, Place, Seconds, Skill, VehicleIndex};

/// The constraint that keeps a job out of a route, with the numbers that show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are what the messages say they are")]
pub enum ExclusionReason {
    /// The vehicle lacks a skill the job needs.
    #[error("skill {missing} is missing")]
    Skills { missing: Skill },
    /// A job that it must share a vehicle with is on another.
    #[error("job {mate}, which must be on the same vehicle, is on vehicle {vehicle}")]
    Together { mate: JobIndex, vehicle: VehicleIndex },
    /// A job that it must not share a vehicle with is on this one.
    #[error("job {rival}, which must be on another vehicle, is on this one")]
    Apart { rival: JobIndex },
    /// The job that brings its goods is left out.
    #[error("job {forerunner}, which brings its goods, is not planned")]
    ForerunnerUnplanned { forerunner: JobIndex },
    /// In its own route, the job that brings the goods of a job arrives only behind.
    #[error("job {job} would be loaded before job {forerunner} of the same route has brought its goods")]
    ForerunnerBehind { job: JobIndex, forerunner: JobIndex },
    /// The goods arrive too late for the rest of the route.
    #[error("its goods come with job {forerunner} and are ready at {ready}, too late for this route")]
    ForerunnerLate { forerunner: JobIndex, ready: Seconds },
    /// A job of the route would arrive too late for the one on another route that takes on its goods.
    #[error("job {job} would arrive at {arrival}; job {follower}, which takes on its goods, needs them by {by}")]
    FollowerWaits { job: JobIndex, follower: JobIndex, arrival: Seconds, by: Seconds },
    /// The route already makes as many visits as it may.
    #[error("{tasks} visits where {limit} are allowed")]
    MaxTasks { tasks: usize, limit: usize },
    /// The route already makes as many stops as it may.
    #[error("{stops} stops where {limit} are allowed")]
    MaxStops { stops: usize, limit: usize },
    /// There is no way between two places.
    #[error("there is no way from place {from} to place {to}")]
    Unreachable { from: Place, to: Place },
    /// The route would drive too far.
    #[error("{distance} m where {limit} m are allowed")]
    MaxDistance { distance: Metres, limit: Metres },
    /// The route would drive too long.
    #[error("{travel_time} s of driving where {limit} s are allowed")]
    MaxTravelTime { travel_time: Seconds, limit: Seconds },
    /// The trip would carry too much.
    #[error("a load of {load} in dimension {dimension} where the capacity is {capacity}")]
    Capacity { dimension: usize, load: Load, capacity: Load },
    /// The goods are ready too late for the vehicle: a delivery or exchange after its latest departure (`latest`), a
    /// pickup or shipment so late that the shift ends first (`latest` is the shift's end).
    #[error("job {job} is ready at {ready}, too late for a vehicle bound by {latest}")]
    Release { job: JobIndex, ready: Seconds, latest: Seconds },
    /// A visit (of this or another job of the route) could not start before its last window has closed.
    #[error("job {job} would be reached at {arrival}, after its last window has closed at {closes}")]
    Window { job: JobIndex, arrival: Seconds, closes: Seconds },
    /// A shipment (this or another of the route) would be on board too long.
    #[error("job {job} would be on board for {on_board} s where {limit} s are allowed")]
    MaxOnBoard { job: JobIndex, on_board: Seconds, limit: Seconds },
    /// A break would find no window.
    #[error("break {index} could not begin in any of its windows")]
    Break { index: usize },
    /// The route would return after the shift.
    #[error("the return would be at {returns}, after the shift ends at {shift_end}")]
    Shift { returns: Seconds, shift_end: Seconds },
    /// The route would last too long.
    #[error("{duration} s of duration where {limit} s are allowed")]
    MaxDuration { duration: Seconds, limit: Seconds },
    /// Every place in the route where the job could stand is locked.
    #[error("the route is locked there")]
    Locked,
    /// There is no such trip or position in the route, or no trip may be added.
    #[error("the route has no such trip or position")]
    NoSuchPosition,
}

/// Whether a job is impossible for a vehicle in itself or for want of room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The vehicle could not take the job even if its route were empty.
    EmptyRoute,
    /// The vehicle could take the job alone, but not with the present routes, its own and those of others.
    PresentRoute,
}

/// Why one vehicle does not take a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Which vehicle.
    pub vehicle: VehicleIndex,
    /// Whether in itself or for want of room.
    pub scope: Scope,
    /// What keeps it out.
    pub reason: ExclusionReason,
}

impl ExclusionReason {
    /// How many kinds of constraint were met before this one failed: of several reasons, the one with the most
    /// came nearest to fitting. The engine checks constraints in this order.
    pub(super) const fn nearness(self) -> u8 {
        match self {
            Self::NoSuchPosition | Self::Locked => 0,
            Self::Skills { .. } | Self::Together { .. } | Self::Apart { .. } | Self::ForerunnerUnplanned { .. } => 1,
            Self::Unreachable { .. } => 2,
            Self::Capacity { .. } => 3,
            Self::MaxTasks { .. } | Self::MaxStops { .. } => 4,
            Self::MaxDistance { .. } => 5,
            Self::MaxTravelTime { .. } => 6,
            Self::Release { .. } | Self::ForerunnerBehind { .. } => 7,
            Self::Window { .. } => 8,
            Self::MaxOnBoard { .. } => 9,
            Self::Break { .. } => 10,
            Self::Shift { .. } | Self::ForerunnerLate { .. } | Self::FollowerWaits { .. } => 11,
            Self::MaxDuration { .. } => 12,
        }
    }
}
