//! The vehicle-routing engine: numbers in, routes out.
//!
//! A [`Problem`] is vehicles, jobs and travel matrices, validated once. [`Solution`] is a value that states every
//! time it claims.
//!
//! What this layer does not know: documents, offices, calendars, maps, files, clocks. Times are seconds from a
//! day's start that the caller chose, places are indices into the caller's matrices, money is in the caller's
//! currency. It could be published as a crate of its own.

pub mod checker;
mod cost;
mod error;
mod exclusion;
mod job;
mod matrix;
mod problem;
mod solution;
mod units;
mod validate;
mod vehicle;

pub use cost::{Cost, CostSplit, Score};
pub use error::{ProblemError, Subject};
pub use exclusion::{Exclusion, ExclusionReason, Scope};
pub use job::{Job, JobKind, SoftDue, Task};
pub use matrix::{Leg, Matrix, UNREACHABLE};
pub use problem::{InitialRoute, Problem, ProblemParts};
pub use solution::{Route, Solution, Step, Trip, Visit};
pub use units::{
    JobIndex, Load, MAX_LOAD, MAX_MEASURE, MAX_PRIORITY, Metres, Place, Price, Seconds, Skill, TimeWindow, VehicleIndex,
};
pub use vehicle::{Break, Reload, Vehicle, VehicleCosts};
