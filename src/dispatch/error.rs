use chrono::NaiveDate;

use crate::{domain::DomainError, planner::ProblemError, roads::RoadsError};

/// Why a day could not be planned.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// Offices do not work on that day.
    #[error("{date} is not a working day ({why}): plan a working day, the next one is {next}")]
    NotAWorkingDay {
        /// The day asked for.
        date: NaiveDate,
        /// Its name, or that it is a weekend.
        why: String,
        /// The next working day.
        next: NaiveDate,
    },
    /// A rule or the calendar does not cover the day.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// An item names something that was not given.
    #[error("item {item} refers to the unknown {what} {id}")]
    Dangling {
        /// The item's code.
        item: String,
        /// What kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// Travel times could not be had.
    #[error("travel times: {0}")]
    Roads(#[from] RoadsError),
    /// The planner was given an impossible problem: a fault of this layer or of the fleet's data.
    #[error("the day makes no valid planning problem: {0}")]
    Problem(#[from] ProblemError),
    /// The checker refused the engine's routes: a fault of the engine. Nothing is stored.
    #[error("the plan was refused by its checker and is not stored: {0}")]
    Refused(String),
    /// A season that cannot be ridden again.
    #[error("the season cannot be replayed: {0}")]
    Season(String),
    /// The caller stopped it.
    #[error("planning was cancelled")]
    Cancelled,
}
