//! What can be wrong with a benchmark file.

use thiserror::Error;

use crate::planner::error::ProblemError;

/// Why a text is not a benchmark of the expected format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// A part every file of the format has is missing.
    #[error("the file has no {section}; is it of another format?")]
    Missing {
        /// Which part.
        section: &'static str,
    },
    /// A line has too few fields.
    #[error("line {line} has {actual} fields where {expected} are needed")]
    Fields {
        /// Counted from 1.
        line: usize,
        /// How many there are.
        actual: usize,
        /// How many are needed.
        expected: usize,
    },
    /// A field is not a whole number, or is out of range.
    #[error("line {line}: {field} is {value:?}, which is no number from {least} to {most}")]
    Number {
        /// Counted from 1.
        line: usize,
        /// Which field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// The least allowed.
        least: i64,
        /// The most allowed.
        most: i64,
    },
    /// Customers are not numbered from 0 (or, in CVRPLIB, 1) without gaps.
    #[error("line {line}: number {actual} stands where {expected} is due")]
    Numbering {
        /// Counted from 1.
        line: usize,
        /// What stands there.
        actual: i64,
        /// What is due.
        expected: usize,
    },
    /// A pickup and its delivery do not name each other.
    #[error("customer {customer} is neither picked up nor delivered together with another that says so too")]
    Unpaired {
        /// Which.
        customer: usize,
    },
    /// A member of the format that is not supported.
    #[error("{key} {value:?} is not supported; only {supported} is")]
    Unsupported {
        /// Which member.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        supported: &'static str,
    },
    /// The numbers do not make a problem.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}
