//! What can be wrong with an input, and where.

use std::fmt;

use thiserror::Error;

use crate::planner::error::ProblemError;

/// A member that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct VroomError {
    /// Where it stands, as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What is wrong with it.
    pub problem: MemberProblem,
}

impl VroomError {
    pub(super) fn new(pointer: impl Into<String>, problem: MemberProblem) -> Self {
        Self { pointer: pointer.into(), problem }
    }

    /// Whether the member is sound, but asks for what is not supported here.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.problem, MemberProblem::Unsupported { .. })
    }
}

impl fmt::Display for VroomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the input" } else { &self.pointer };
        write!(f, "{pointer}: {}", self.problem)
    }
}

/// Why a member cannot be accepted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are what the messages say they are")]
pub enum MemberProblem {
    /// The text is no JSON.
    #[error("it is not JSON: {0}")]
    Json(String),
    /// A member that must be there.
    #[error("it is missing; give {0}")]
    Missing(&'static str),
    /// A value of another kind.
    #[error("it is {found}; expected {expected}")]
    Kind { found: &'static str, expected: &'static str },
    /// A number below zero.
    #[error("it is {0}; it must not be negative")]
    Negative(String),
    /// A number that is not whole.
    #[error("it is {0}; expected a whole number")]
    Fraction(String),
    /// A number above what is accepted.
    #[error("it is {value}; the most is {limit}")]
    TooLarge { value: String, limit: u64 },
    /// A number outside its range.
    #[error("it is {value}; expected {expected}")]
    Range { value: String, expected: &'static str },
    /// A member that neither VROOM nor this knows.
    #[error("it is unknown here; expected {expected}; take it out, or correct its name")]
    Unknown { expected: String },
    /// A member that VROOM knows and this does not support.
    #[error("{what} is not supported here; {instead}")]
    Unsupported { what: &'static str, instead: &'static str },
    /// An id given twice.
    #[error("the {kind} id {id} is taken by {first}; give each its own")]
    Duplicate { kind: &'static str, id: u64, first: String },
    /// A list with another number of components.
    #[error("it has {actual} components; {expected} are expected, as in {as_in}")]
    Dimensions { actual: usize, expected: usize, as_in: String },
    /// A list with nothing in it.
    #[error("it is empty; {0}")]
    Empty(&'static str),
    /// A window that ends before it starts.
    #[error("it runs from {start} to {end}; it must not end before it starts")]
    Reversed { start: u64, end: u64 },
    /// Windows that overlap.
    #[error("the windows {first:?} and {second:?} overlap; merge them")]
    Overlap { first: (u64, u64), second: (u64, u64) },
    /// A window too far from the others.
    #[error("it starts {seconds} s after the earliest time that counts; the most is {limit} s")]
    TooLate { seconds: i64, limit: i64 },
    /// A break that no route could take.
    #[error("it can begin only before the vehicle's time_window starts; take the break out, or move it")]
    BreakBeforeStart,
    /// A row of another length than there are rows.
    #[error("it has {actual} entries; the matrix has {expected} rows, and it must be square")]
    RowLength { actual: usize, expected: usize },
    /// A matrix of another size than the others.
    #[error("it is for {actual} places; {first} is for {expected}")]
    MatrixSize { actual: usize, expected: usize, first: String },
    /// A way from a place to itself.
    #[error("it is {0}, the way from a place to itself; it must be 0")]
    Diagonal(u32),
    /// A place beyond the matrices.
    #[error("it is {index}; the matrices are for {places} places, counted from 0")]
    NoSuchPlace { index: u64, places: usize },
    /// A profile without a matrix while others have one.
    #[error("there are no durations for the profile {0:?} under /matrices; give them, or no matrices at all")]
    NoMatrix(String),
    /// A profile that nobody can measure.
    #[error("the profile {profile:?} cannot be measured: {reason}; give its durations under /matrices")]
    NotMeasured { profile: String, reason: String },
    /// A step of a task that is not there.
    #[error("there is no {kind} with the id {id}")]
    NoSuchTask { kind: &'static str, id: u64 },
    /// A step that stands in two places.
    #[error("the {kind} {id} stands in the steps twice; keep one")]
    StepTwice { kind: &'static str, id: u64 },
    /// Steps that make no feasible route.
    #[error("these steps break a rule of the problem: {0}; correct them, or leave them out")]
    Steps(String),
    /// Numbers that do not make a problem.
    #[error("{0}")]
    Problem(ProblemError),
}
