use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::DomainError;

/// Why a day differs from the ordinary week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday (Bộ luật Lao động, Điều 112).
    PublicHoliday,
    /// A weekday off, made up for by a working Saturday.
    DayOffSwapped,
    /// A weekday off because the holiday fell on a weekend.
    DayOffSubstitute,
    /// A Saturday worked in place of a swapped day off.
    WorkingSaturday,
}

impl DayKind {
    const WORDS: [(&'static str, Self); 4] = [
        ("public_holiday", Self::PublicHoliday),
        ("day_off_swapped", Self::DayOffSwapped),
        ("day_off_substitute", Self::DayOffSubstitute),
        ("working_saturday", Self::WorkingSaturday),
    ];
}

word_enum!(DayKind, "kind of day");

/// A day that differs from the ordinary week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// The day.
    pub date: NaiveDate,
    /// How it differs.
    pub kind: DayKind,
    /// Its name, such as `Tết Nguyên Đán`.
    pub name: String,
    /// How sure the row is: `checked`, `published`, `derived`, `assumption` or `unverified`.
    pub status: String,
}

/// The working days of a country between two dates: Monday to Friday, but for the special days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    from: NaiveDate,
    to: NaiveDate,
    special: BTreeMap<NaiveDate, SpecialDay>,
}

impl Calendar {
    /// The calendar that knows the days from `from` to `to`, of which `special` differ from the ordinary week.
    ///
    /// # Errors
    /// [`DomainError::EmptyPeriod`], or [`DomainError::CalendarDay`] for a date outside the period, given twice, or a
    /// working Saturday that is not a Saturday.
    pub fn new(from: NaiveDate, to: NaiveDate, special: Vec<SpecialDay>) -> Result<Self, DomainError> {
        if to < from {
            return Err(DomainError::EmptyPeriod { from, to });
        }
        let mut days = BTreeMap::new();
        for day in special {
            let date = day.date;
            let problem = if date < from || date > to {
                Some(format!("it is outside the calendar's period {from} to {to}"))
            } else if day.kind == DayKind::WorkingSaturday && date.weekday() != Weekday::Sat {
                Some(format!("a working_saturday must be a Saturday, this is a {}", date.weekday()))
            } else if days.insert(date, day).is_some() {
                Some("it has two rows".to_owned())
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(DomainError::CalendarDay { date, problem });
            }
        }
        Ok(Self { from, to, special: days })
    }

    /// First day known.
    #[must_use]
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// Last day known.
    #[must_use]
    pub fn to(&self) -> NaiveDate {
        self.to
    }

    /// The days that differ from the ordinary week, in order.
    pub fn special_days(&self) -> impl Iterator<Item = &SpecialDay> {
        self.special.values()
    }

    /// What is special about `date`, if anything.
    #[must_use]
    pub fn special(&self, date: NaiveDate) -> Option<&SpecialDay> {
        self.special.get(&date)
    }

    /// Whether offices work on `date`.
    ///
    /// # Errors
    /// [`DomainError::OutsideCalendar`] when the calendar does not know that day.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, DomainError> {
        if date < self.from || date > self.to {
            return Err(DomainError::OutsideCalendar { date, from: self.from, to: self.to });
        }
        Ok(match self.special.get(&date) {
            Some(day) => day.kind == DayKind::WorkingSaturday,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        })
    }

    /// The weekday whose opening hours apply on `date`: a working Saturday keeps a Monday's hours.
    #[must_use]
    pub fn office_weekday(&self, date: NaiveDate) -> Weekday {
        match self.special.get(&date) {
            Some(day) if day.kind == DayKind::WorkingSaturday => Weekday::Mon,
            _ => date.weekday(),
        }
    }

    /// `date` itself when it is a working day, else the first one after it.
    ///
    /// # Errors
    /// [`DomainError::OutsideCalendar`] when the search leaves the calendar.
    pub fn working_day_from(&self, date: NaiveDate) -> Result<NaiveDate, DomainError> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = self.step(day, true)?;
        }
        Ok(day)
    }

    /// The working day `count` working days after `date` (before it when negative). From a day off, counting starts
    /// at the next working day's eve: one working day after a Sunday is the Monday.
    ///
    /// # Errors
    /// [`DomainError::OutsideCalendar`] when the count leaves the calendar.
    pub fn add_working_days(&self, date: NaiveDate, count: i32) -> Result<NaiveDate, DomainError> {
        let mut day = date;
        let mut left = count.unsigned_abs();
        self.is_working_day(day)?;
        while left > 0 {
            day = self.step(day, count > 0)?;
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// How many working days lie in `from..=to`; zero when `to` comes before `from`.
    ///
    /// # Errors
    /// [`DomainError::OutsideCalendar`] when one of the days is not known.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<u32, DomainError> {
        let mut count = 0;
        for day in from.iter_days().take_while(|day| *day <= to) {
            count += u32::from(self.is_working_day(day)?);
        }
        Ok(count)
    }

    fn step(&self, date: NaiveDate, forward: bool) -> Result<NaiveDate, DomainError> {
        let next = if forward { date.checked_add_days(Days::new(1)) } else { date.checked_sub_days(Days::new(1)) };
        next.ok_or(DomainError::OutsideCalendar { date, from: self.from, to: self.to })
    }
}
