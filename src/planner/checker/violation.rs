//! What a checker can find wrong, with the place and the numbers.

use std::fmt;

use thiserror::Error;

use crate::planner::solution::Visit;
use crate::planner::units::{JobIndex, Load, Metres, Place, Seconds, Skill, VehicleIndex};

/// One rule broken at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The index into the solution's routes, where the fault lies in one.
    pub route: Option<usize>,
    /// The trip within the route, where it lies in one.
    pub trip: Option<usize>,
    /// The step within the trip, where it lies at one.
    pub step: Option<usize>,
    /// Which rule, with the numbers that show it.
    pub rule: Rule,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, index) in [("route", self.route), ("trip", self.trip), ("step", self.step)] {
            if let Some(index) = index {
                write!(f, "{name} {index}, ")?;
            }
        }
        write!(f, "{}", self.rule)
    }
}

impl std::error::Error for Violation {}

/// A cause of cost, by the name of its field in [`CostSplit`](crate::planner::CostSplit).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "documented at CostSplit")]
pub enum Cause {
    Fixed,
    Duration,
    Travel,
    Distance,
    Lateness,
    Overtime,
}

/// The rules a solution must keep.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are what the messages say they are")]
pub enum Rule {
    /// A route of a vehicle that is not there.
    #[error("there is no vehicle {vehicle}")]
    UnknownVehicle { vehicle: VehicleIndex },
    /// Two routes of one vehicle.
    #[error("vehicle {vehicle} has another route already")]
    VehicleTwice { vehicle: VehicleIndex },
    /// A route without trips, or with more than the vehicle may make.
    #[error("{trips} trips; the vehicle makes at least 1 and at most {most}")]
    Trips { trips: usize, most: usize },
    /// A trip that serves no job.
    #[error("the trip serves no job")]
    TripWithoutJob,
    /// A visit of no job or break, or not of its job's kind.
    #[error("{visit:?} names no such job or break, or does not fit the job's kind")]
    UnknownVisit { visit: Visit },
    /// A visit made twice.
    #[error("{visit:?} is made more than once")]
    VisitTwice { visit: Visit },
    /// A job both planned and left out.
    #[error("job {job} is planned and also listed as unassigned")]
    PlannedAndUnassigned { job: JobIndex },
    /// A job neither planned nor left out.
    #[error("job {job} is neither planned nor listed as unassigned")]
    Missing { job: JobIndex },
    /// An entry of the unassigned list that is no job or stands there twice.
    #[error("unassigned job {job} is unknown or listed twice")]
    Unassigned { job: JobIndex },
    /// A shipment that is not picked up and then delivered within one trip.
    #[error("shipment {job} is not picked up and then delivered within this trip")]
    ShipmentSplit { job: JobIndex },
    /// Jobs on different vehicles that must share one.
    #[error("jobs {job} and {other} of group {group} must share a vehicle, but do not")]
    NotTogether { group: usize, job: JobIndex, other: JobIndex },
    /// Jobs on one vehicle that must not share any.
    #[error("jobs {job} and {other} of group {group} share a vehicle, but must not")]
    NotApart { group: usize, job: JobIndex, other: JobIndex },
    /// A job planned without the one that brings its goods.
    #[error("job {job} is planned, but job {forerunner}, which brings its goods, is not")]
    ForerunnerMissing { job: JobIndex, forerunner: JobIndex },
    /// A job loaded before its goods have come.
    #[error("job {job} is loaded at {loaded}, before the goods that job {forerunner} brings are ready at {ready}")]
    LoadedBeforeArrival { job: JobIndex, forerunner: JobIndex, loaded: Seconds, ready: Seconds },
    /// A shipment on board too long.
    #[error("shipment {job} is on board for {on_board} s; the most is {limit} s")]
    MaxOnBoard { job: JobIndex, on_board: Seconds, limit: Seconds },
    /// A job on a vehicle that cannot do it.
    #[error("job {job} needs skill {skill}")]
    Skill { job: JobIndex, skill: Skill },
    /// A claimed time that no shift could contain.
    #[error("{claimed} is no time of a day")]
    TimeOutOfRange { claimed: Seconds },
    /// A first trip that departs outside what the vehicle allows.
    #[error("departs at {departs}, outside {earliest} to {latest}")]
    Departure { departs: Seconds, earliest: Seconds, latest: Seconds },
    /// A trip that departs before the vehicle is ready for it.
    #[error("departs at {departs}, before the vehicle is ready at {ready}")]
    DepartsUnready { departs: Seconds, ready: Seconds },
    /// Goods that move before they are ready.
    #[error("job {job} moves at {time}, before it is ready at {release}")]
    Release { job: JobIndex, time: Seconds, release: Seconds },
    /// A leg that does not exist.
    #[error("there is no way from place {from} to place {to}")]
    Unreachable { from: Place, to: Place },
    /// An arrival other than the previous end plus the leg.
    #[error("claims to arrive at {claimed}, but arrives at {derived}")]
    Arrival { claimed: Seconds, derived: Seconds },
    /// A start before the arrival.
    #[error("starts at {start}, before it arrives at {arrival}")]
    StartsBeforeArrival { start: Seconds, arrival: Seconds },
    /// A start outside all windows.
    #[error("starts at {start}, outside all its windows")]
    OutsideWindows { start: Seconds },
    /// An end other than the start plus set-up and service.
    #[error("claims to end at {claimed}, but ends at {derived}")]
    End { claimed: Seconds, derived: Seconds },
    /// A distance other than the matrix's.
    #[error("claims {claimed} m, but it is {derived} m")]
    Distance { claimed: Metres, derived: Metres },
    /// A load on board other than what was loaded and unloaded.
    #[error("claims a load of {claimed:?}, but carries {derived:?}")]
    Load { claimed: Vec<Load>, derived: Vec<Load> },
    /// More on board than fits.
    #[error("carries {load} in dimension {dimension}; the capacity is {capacity}")]
    Capacity { dimension: usize, load: Load, capacity: Load },
    /// A return other than the last end plus the leg.
    #[error("claims to return at {claimed}, but returns at {derived}")]
    Returns { claimed: Seconds, derived: Seconds },
    /// A return after the shift.
    #[error("returns at {returns}, after the shift ends at {shift_end}")]
    Shift { returns: Seconds, shift_end: Seconds },
    /// Too many stops.
    #[error("{stops} stops; the most is {limit}")]
    MaxStops { stops: usize, limit: usize },
    /// Too many visits.
    #[error("{tasks} visits; the most is {limit}")]
    MaxTasks { tasks: usize, limit: usize },
    /// Too long.
    #[error("lasts {duration} s; the most is {limit} s")]
    MaxDuration { duration: Seconds, limit: Seconds },
    /// Too much driving.
    #[error("drives {travel_time} s; the most is {limit} s")]
    MaxTravelTime { travel_time: Seconds, limit: Seconds },
    /// Too far.
    #[error("drives {distance} m; the most is {limit} m")]
    MaxDistance { distance: Metres, limit: Metres },
    /// A break left out although the route does not return in time for it.
    #[error(
        "break {index} is left out, though the route returns at {returns}, after its last window ends at {last_end}"
    )]
    BreakMissing { index: usize, returns: Seconds, last_end: Seconds },
    /// A locked visit that is not where it was locked.
    #[error("visit {position} of trip {trip} is locked to {expected:?}, but is {found:?}")]
    Locked { trip: usize, position: usize, expected: Visit, found: Option<Visit> },
    /// A trip before the last locked visit that was changed behind its own locked visits.
    #[error("trip {trip} is locked to {expected} visits, but has {found}")]
    LockedTripExtended { trip: usize, expected: usize, found: usize },
    /// A vehicle with locked visits that stays at home.
    #[error("vehicle {vehicle} has locked visits, but no route")]
    LockedRouteMissing { vehicle: VehicleIndex },
    /// A claimed cost other than the derived one.
    #[error("claims a cost of {claimed} by {cause:?}, but it is {derived}")]
    Cost { cause: Cause, claimed: i64, derived: i128 },
}
