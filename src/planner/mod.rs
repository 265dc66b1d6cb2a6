//! The vehicle-routing engine: numbers in, routes out.
//!
//! A [`Problem`] is vehicles, jobs and travel matrices, validated once. [`solve()`] turns it into a [`Solution`], a
//! value that states every time it claims; [`search`] does so within a budget that the caller keeps, such as a time.
//! Problems that need no more than a clock and a load are searched by `plain`, all others by `engine`.
//! [`checker::check`] verifies a solution without any help of either. [`explain`] says why a job is left out and what
//! moving one by hand would cost. [`formats`] reads the benchmark files of the field.
//!
//! Invariants:
//! - every solution of [`solve()`], also of a search that was stopped, passes the checker;
//! - the same problem, seed and iterations give the same solution, on one thread or many;
//! - all quantities are integers; no cost is ever rounded.
//!
//! What this layer does not know: documents, offices, calendars, maps, files, clocks. Times are seconds from a
//! day's start that the caller chose, places are indices into the caller's matrices, money is in the caller's
//! currency. It could be published as a crate of its own.

pub mod checker;
mod cooling;
mod cost;
mod engine;
mod error;
mod exclusion;
pub mod explain;
pub mod formats;
mod job;
mod locked;
mod matrix;
mod plain;
mod problem;
mod solution;
mod solve;
mod units;
mod validate;
mod vehicle;

pub use cost::{Cost, CostSplit, Score};
pub use error::{ProblemError, Subject};
pub use exclusion::{Exclusion, ExclusionReason, Scope};
pub use job::{Follows, Job, JobKind, SoftDue, Task};
pub use matrix::{Leg, Matrix, SpeedPeriod, UNREACHABLE};
pub use problem::{InitialRoute, Problem, ProblemParts};
pub use solution::{Route, Solution, Step, Trip, Visit};
pub use solve::{Control, Goal, Pace, Phase, Progress, SearchOptions, SolveOptions, search, solve};
pub use units::{
    JobIndex, Load, MAX_LOAD, MAX_MEASURE, MAX_PRIORITY, Metres, Place, Price, Seconds, Skill, TimeWindow, VehicleIndex,
};
pub use vehicle::{Break, Overtime, Reload, Vehicle, VehicleCosts};
