use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::DomainError;

/// The days on which a row of data is in force, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Effective {
    /// First day in force.
    pub from: NaiveDate,
    /// Last day in force; `None` while no end is known.
    pub to: Option<NaiveDate>,
}

impl Effective {
    /// In force from `from` to `to`.
    ///
    /// # Errors
    /// [`DomainError::EmptyPeriod`] when `to` comes before `from`.
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Result<Self, DomainError> {
        match to {
            Some(to) if to < from => Err(DomainError::EmptyPeriod { from, to }),
            _ => Ok(Self { from, to }),
        }
    }

    /// Whether the row is in force on `date`.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// Whether some day is in both periods.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}
