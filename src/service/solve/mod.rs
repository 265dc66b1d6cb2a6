//! Solving routing problems that come as files or requests; nothing of it touches the database.
//!
//! `search` keeps the budget by the clock and lets the checker judge the answer before anybody sees it; `benchmark`
//! answers the files of the field, `vroom` VROOM's JSON; `limits` says how much of this a server does at once.

mod benchmark;
mod error;
mod limits;
mod search;
mod vroom;

pub use benchmark::{BenchmarkAnswer, RouteLine, solve_benchmark};
pub use error::SolveError;
pub(super) use limits::Solving;
pub use limits::{SolveLimits, SolvePermit, SolveRequest};
pub use search::{SearchListener, SearchOrder, SearchStep};
pub use vroom::{VroomAnswer, solve_vroom};

/// What the edges see of the formats.
pub use crate::planner::formats::{
    Convention, Format,
    vroom::{MemberProblem, VroomError, VroomInput, VroomOptions, VroomOutput, VroomRoute, VroomStep},
};
