use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};

use crate::domain::{CentreData, DomainError};

use super::Cell;

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many of them.
    pub part: u64,
    /// How many there are.
    pub whole: u64,
}

impl Rate {
    /// The rate in hundredths of a percent, rounded to the nearest, as the centre publishes it; `None` of nothing.
    ///
    /// ```
    /// use conthoi::domain::report::Rate;
    /// assert_eq!(Rate { part: 21_578, whole: 21_648 }.basis_points(), Some(9_968));
    /// assert_eq!(Rate { part: 0, whole: 0 }.basis_points(), None);
    /// ```
    #[must_use]
    pub fn basis_points(self) -> Option<u32> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        (whole > 0).then(|| u32::try_from((part * 20_000 + whole) / (whole * 2)).unwrap_or(u32::MAX))
    }

    pub(super) fn cell(self) -> Cell {
        self.basis_points().map_or(Cell::Empty, Cell::BasisPoints)
    }
}

/// The smallest of `sorted` that at least `percent` of them do not exceed.
#[must_use]
pub fn nearest_rank(sorted: &[i64], percent: u32) -> Option<i64> {
    let rank = (sorted.len() * percent as usize).div_ceil(100).max(1);
    sorted.get(rank - 1).or(sorted.last()).copied()
}

/// What the legal clock of a home delivery is read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeClock<'a> {
    /// The commune of the home.
    pub commune: &'a str,
    /// J: the day on which the carrier had the result.
    pub ready_on: NaiveDate,
    /// The day that the recipient wished for.
    pub wanted_on: Option<NaiveDate>,
}

impl HomeClock<'_> {
    /// The last day in time: J + n working days by TT 17/2017/TT-BTTTT Điều 7, or the day that the recipient wished for where that
    /// is later. The planner's due times follow the same rule.
    ///
    /// # Errors
    /// [`DomainError`] when rules or calendar do not cover the day.
    pub fn due_on(&self, centre: &CentreData) -> Result<NaiveDate, DomainError> {
        let district = |code: &str| centre.commune(code, self.ready_on).and_then(|it| it.district_code.as_deref());
        let own = district(&centre.hub().commune_code);
        let rules = centre.rules.on(self.ready_on)?;
        let days = if own.is_some() && own == district(self.commune) {
            rules.home_same_district_days
        } else {
            rules.home_within_province_days
        };
        let calendar = &centre.calendar;
        let by_clock = calendar.add_working_days(calendar.working_day_from(self.ready_on)?, days)?;
        Ok(self.wanted_on.map_or(by_clock, |wanted| wanted.max(by_clock)))
    }
}

/// Three months of a year, as the law's reports have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i32,
    number: u32,
}

impl Quarter {
    /// The quarter in which `date` lies.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        Self { year: date.year(), number: date.month0() / 3 + 1 }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// 1 to 4.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// Its first day.
    ///
    /// # Panics
    /// Never: a quarter is made from a date, or from a year of four digits.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, (self.number - 1) * 3 + 1, 1).expect("a quarter begins on a day")
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or(NaiveDate::MAX)
    }

    /// The one after.
    #[must_use]
    pub fn next(self) -> Self {
        match self.number {
            4 => Self { year: self.year + 1, number: 1 },
            number => Self { year: self.year, number: number + 1 },
        }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = DomainError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || DomainError::Code {
            what: "quarter",
            text: text.to_owned(),
            problem: "expected a year and a quarter, such as 2019-Q2".into(),
        };
        let (year, number) = text.split_once("-Q").ok_or_else(bad)?;
        let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
        let year = year.parse().ok().filter(|_| digits).ok_or_else(bad)?;
        let number = ["1", "2", "3", "4"].into_iter().zip(1..).find(|(word, _)| *word == number).ok_or_else(bad)?.1;
        Ok(Self { year, number })
    }
}
