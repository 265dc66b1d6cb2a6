use super::{Cell, Column, Rate, Unit};

/// A number of a report: the column that names it, and how it follows from the counts of a tally.
#[derive(Debug)]
pub struct Measure<T: 'static> {
    /// Its column.
    pub column: Column,
    number: Number<T>,
}

#[derive(Debug)]
enum Number<T: 'static> {
    Amount(fn(&T) -> u64),
    Rate(fn(&T) -> Rate),
    /// What need not be there.
    Seconds(fn(&T) -> Option<i64>),
}

impl<T> Measure<T> {
    /// How many there are of something, by its word and its names in Vietnamese and English.
    pub(super) const fn count(key: &'static str, vi: &'static str, en: &'static str, of: fn(&T) -> u64) -> Self {
        Self::amount(Unit::Count, key, vi, en, of)
    }

    /// How much there is of something.
    pub(super) const fn amount(
        unit: Unit,
        key: &'static str,
        vi: &'static str,
        en: &'static str,
        of: fn(&T) -> u64,
    ) -> Self {
        Self { column: Column { key, vi, en, unit }, number: Number::Amount(of) }
    }

    pub(super) const fn rate(key: &'static str, vi: &'static str, en: &'static str, of: fn(&T) -> Rate) -> Self {
        Self { column: Column { key, vi, en, unit: Unit::Percent }, number: Number::Rate(of) }
    }

    pub(super) const fn seconds(
        key: &'static str,
        vi: &'static str,
        en: &'static str,
        of: fn(&T) -> Option<i64>,
    ) -> Self {
        Self { column: Column { key, vi, en, unit: Unit::Second }, number: Number::Seconds(of) }
    }

    /// Its number in a tally.
    pub(super) fn of(&self, tally: &T) -> Cell {
        match self.number {
            Number::Amount(of) => Cell::Number(i64::try_from(of(tally)).unwrap_or(i64::MAX)),
            Number::Rate(of) => of(tally).basis_points().map_or(Cell::Empty, Cell::BasisPoints),
            Number::Seconds(of) => of(tally).map_or(Cell::Empty, Cell::Number),
        }
    }
}

/// Adds the named counts of `$other` to those of `$this`.
macro_rules! add_counts {
    ($this:ident, $other:ident: $($field:ident)+) => { $($this.$field += $other.$field;)+ };
}
pub(super) use add_counts;
