//! What can be wrong with a problem, told so that its author can mend it.

use std::fmt;

use thiserror::Error;

use super::exclusion::ExclusionReason;
use super::solution::Visit;
use super::units::{Place, Seconds};

/// The part of a problem that an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The matrix of this index.
    Matrix(usize),
    /// The vehicle of this index.
    Vehicle(usize),
    /// The job of this index.
    Job(usize),
    /// The initial route of this index.
    Initial(usize),
    /// The problem as a whole.
    Problem,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matrix(index) => write!(f, "matrix {index}"),
            Self::Vehicle(index) => write!(f, "vehicle {index}"),
            Self::Job(index) => write!(f, "job {index}"),
            Self::Initial(index) => write!(f, "initial route {index}"),
            Self::Problem => f.write_str("problem"),
        }
    }
}

/// Why [`Problem::new`](super::Problem::new) refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are what the messages say they are")]
pub enum ProblemError {
    /// A measure below zero.
    #[error("{subject}: {field} is {value}; it must not be negative")]
    Negative { subject: Subject, field: &'static str, value: i64 },
    /// A measure too large to add up safely.
    #[error("{subject}: {field} is {value}; the most is {limit}")]
    TooLarge { subject: Subject, field: &'static str, value: i64, limit: i64 },
    /// A forerunner that is not there.
    #[error("job {job}: follows.job is {forerunner}; there are {jobs} jobs, counted from 0")]
    NoSuchForerunner { job: usize, forerunner: usize, jobs: usize },
    /// Jobs that follow each other in a circle.
    #[error("job {job}: it follows itself, by way of others or at once; let one of them follow nobody")]
    FollowsItself { job: usize },
    /// A group of jobs that names one that is not there.
    #[error("problem: group {group} of {field} names job {job}; there are {jobs} jobs, counted from 0")]
    GroupJob { field: &'static str, group: usize, job: usize, jobs: usize },
    /// A group of jobs that names one twice.
    #[error("problem: group {group} of {field} names job {job} twice; name it once")]
    GroupJobTwice { field: &'static str, group: usize, job: usize },
    /// Two jobs that must and must not share a vehicle.
    #[error(
        "problem: jobs {job} and {other} are both in group {together} of together and in group {apart} of apart; take one of them out"
    )]
    TogetherAndApart { job: usize, other: usize, together: usize, apart: usize },
    /// A sum of costs that would not fit 64 bits.
    #[error(
        "problem: its costs could reach {worst} units of 1/3600000; the most is {limit}; lower the prices, the due costs or the matrix entries"
    )]
    CostTooLarge { worst: i128, limit: i64 },
    /// A window that ends before it starts.
    #[error("{subject}: {field} window {index} runs from {start} to {end}; it must not end before it starts")]
    WindowReversed { subject: Subject, field: &'static str, index: usize, start: Seconds, end: Seconds },
    /// Windows out of order or overlapping.
    #[error(
        "{subject}: {field} window {index} starts at {start}, not after the window before it ends ({previous_end}); sort and merge them"
    )]
    WindowsOverlap { subject: Subject, field: &'static str, index: usize, start: Seconds, previous_end: Seconds },
    /// A break without any window.
    #[error("{subject}: {field} has no window; give at least one")]
    NoWindow { subject: Subject, field: &'static str },
    /// A place beyond the matrices.
    #[error("{subject}: {field} is {place}; there are {places} places, counted from 0")]
    NoSuchPlace { subject: Subject, field: &'static str, place: Place, places: usize },
    /// A table of the wrong size.
    #[error("matrix {matrix}: {field} has {actual} entries; {places} places need {expected}")]
    MatrixShape { matrix: usize, field: &'static str, places: usize, actual: usize, expected: usize },
    /// A way from a place to itself.
    #[error("matrix {matrix}: {field} from place {place} to itself is {value}; it must be 0")]
    MatrixDiagonal { matrix: usize, field: &'static str, place: Place, value: u32 },
    /// A speed that is none.
    #[error("matrix {matrix}: speeds {index} is {permille} thousandths; it must be from 1 to 10000")]
    Speed { matrix: usize, index: usize, permille: u32 },
    /// Periods of speed out of order.
    #[error("matrix {matrix}: speeds {index} starts at {from}, not after the one before it ({previous}); sort them")]
    SpeedsUnsorted { matrix: usize, index: usize, from: Seconds, previous: Seconds },
    /// A matrix that is not there.
    #[error("vehicle {vehicle}: matrix is {matrix}; there are {matrices} matrices, counted from 0")]
    NoSuchMatrix { vehicle: usize, matrix: usize, matrices: usize },
    /// An amount or capacity with another number of dimensions.
    #[error("{subject}: {field} has {actual} dimensions; the problem has {expected}")]
    Dimensions { subject: Subject, field: &'static str, actual: usize, expected: usize },
    /// A priority above 100.
    #[error("job {job}: priority is {priority}; the most is 100")]
    Priority { job: usize, priority: u8 },
    /// What only a shipment can have.
    #[error("job {job}: {field} is set, but only a shipment can have it; unset it or make the job a shipment")]
    NotAShipment { job: usize, field: &'static str },
    /// A latest departure outside the shift.
    #[error("vehicle {vehicle}: start_late is {start_late}; it must lie within the shift, {start} to {end}")]
    StartLateOutsideShift { vehicle: usize, start_late: Seconds, start: Seconds, end: Seconds },
    /// A break that no route of the vehicle could take.
    #[error(
        "vehicle {vehicle}: the windows of break {index} end at {last_end}, before the shift starts ({shift_start}); remove the break"
    )]
    BreakBeforeShift { vehicle: usize, index: usize, last_end: Seconds, shift_start: Seconds },
    /// A reload that allows no trip.
    #[error("vehicle {vehicle}: reload.max_trips is 0; it counts the first trip, so it is at least 1")]
    NoTrips { vehicle: usize },
    /// An initial route of a vehicle that is not there.
    #[error("initial route {initial}: vehicle is {vehicle}; there are {vehicles} vehicles, counted from 0")]
    InitialVehicle { initial: usize, vehicle: usize, vehicles: usize },
    /// Two initial routes of one vehicle.
    #[error("initial route {initial}: vehicle {vehicle} already has one; merge them")]
    InitialVehicleTwice { initial: usize, vehicle: usize },
    /// A trip without visits.
    #[error("initial route {initial}: trip {trip} is empty; leave it out")]
    InitialTripEmpty { initial: usize, trip: usize },
    /// More trips than the vehicle may make.
    #[error("initial route {initial}: it has {trips} trips; vehicle {vehicle} may make {most}")]
    InitialTrips { initial: usize, trips: usize, vehicle: usize, most: usize },
    /// A visit of no job or break, or not of its job's kind.
    #[error(
        "initial route {initial}: trip {trip}, visit {position} ({visit:?}) names no such job or break, or does not fit the job's kind"
    )]
    InitialVisit { initial: usize, trip: usize, position: usize, visit: Visit },
    /// The same visit in two places.
    #[error(
        "initial route {initial}: trip {trip}, visit {position} ({visit:?}) already stands in an initial route; keep one"
    )]
    InitialVisitTwice { initial: usize, trip: usize, position: usize, visit: Visit },
    /// A shipment of which only a part stands in a trip, or the delivery before the pickup.
    #[error("initial route {initial}: trip {trip} must hold the pickup of shipment {job} and, after it, its delivery")]
    InitialShipment { initial: usize, trip: usize, job: usize },
    /// More visits locked than there are.
    #[error("initial route {initial}: locked is {locked}; it has {visits} visits")]
    LockedTooMany { initial: usize, locked: usize, visits: usize },
    /// A locked trip with breaks only.
    #[error("initial route {initial}: the locked visits of trip {trip} are breaks only; lock a job with them or none")]
    LockedTripWithoutJob { initial: usize, trip: usize },
    /// Locked visits that no plan could keep.
    #[error(
        "initial route {initial}: vehicle {vehicle} cannot keep its locked visits: {reason}; unlock them or relax what forbids them"
    )]
    LockedInfeasible { initial: usize, vehicle: usize, reason: ExclusionReason },
}
