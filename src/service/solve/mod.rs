//! Solving routing problems that come as files or requests, without a database.
//!
//! `search` keeps the budget by the clock and lets the checker judge the answer before anybody sees it; `benchmark`
//! answers the files of the field.

mod benchmark;
mod search;

pub use benchmark::{BenchmarkAnswer, RouteLine, solve_benchmark};
pub use search::{SearchOrder, SearchStep};

/// What the edges see of the formats.
pub use crate::planner::formats::{Convention, Format};
