use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::{DomainError, Effective, LocalWindow};

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// A set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekdays(u8);

impl Weekdays {
    /// Monday to Friday.
    pub const MON_TO_FRI: Self = Self(0b1_1111);

    /// Whether `day` is in the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    fn in_both(self, other: Self) -> Option<&'static str> {
        WEEKDAYS.iter().find(|(_, day)| self.contains(*day) && other.contains(*day)).map(|(word, _)| *word)
    }
}

impl std::fmt::Display for Weekdays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<&str> = WEEKDAYS.iter().filter(|(_, day)| self.contains(*day)).map(|(word, _)| *word).collect();
        f.write_str(&words.join(";"))
    }
}

impl std::str::FromStr for Weekdays {
    type Err = DomainError;

    /// Reads words and ranges separated by `;`, such as `mon-fri` or `mon;wed;fri`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || DomainError::UnknownWord {
            what: "set of weekdays",
            text: text.to_owned(),
            expected: "mon, tue, wed, thu, fri, sat, sun, or ranges such as mon-fri, separated by ;".into(),
        };
        let index = |word: &str| WEEKDAYS.iter().position(|(known, _)| *known == word.trim()).ok_or_else(unknown);
        let mut set = 0;
        for part in text.split(';') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (index(first)?, index(last)?);
            if first > last {
                return Err(unknown());
            }
            for day in first..=last {
                set |= 1 << day;
            }
        }
        Ok(Self(set))
    }
}

impl TryFrom<String> for Weekdays {
    type Error = DomainError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Weekdays> for String {
    fn from(value: Weekdays) -> Self {
        value.to_string()
    }
}

/// One opening of an office on some weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpeningRow {
    /// The weekdays it applies to.
    pub weekdays: Weekdays,
    /// From when to when it is open.
    pub window: LocalWindow,
    /// The days on which the row is in force.
    pub effective: Effective,
}

impl std::fmt::Display for OpeningRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}–{}", self.window.from.format("%H:%M"), self.window.to.format("%H:%M"))
    }
}

/// When an office is open on working days; no two rows overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpeningHours {
    rows: Vec<OpeningRow>,
}

impl OpeningHours {
    /// Opening hours made of `rows`, in any order.
    ///
    /// # Errors
    /// [`DomainError::OverlappingHours`] when two rows share a time on some weekday while both are in force.
    pub fn new(mut rows: Vec<OpeningRow>) -> Result<Self, DomainError> {
        rows.sort_by_key(|row| (row.effective.from, row.window.from, row.weekdays));
        for (n, first) in rows.iter().enumerate() {
            for second in &rows[n + 1..] {
                let share_time = first.window.from < second.window.to && second.window.from < first.window.to;
                if let Some(weekday) = first.weekdays.in_both(second.weekdays)
                    && share_time
                    && first.effective.overlaps(&second.effective)
                {
                    return Err(DomainError::OverlappingHours {
                        first: first.to_string(),
                        second: second.to_string(),
                        weekday: weekday.to_owned(),
                    });
                }
            }
        }
        Ok(Self { rows })
    }

    /// The rows, by first day in force and time.
    #[must_use]
    pub fn rows(&self) -> &[OpeningRow] {
        &self.rows
    }

    /// Whether there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The openings on `date` were it the given weekday, in order of time. Whether `date` is a working day at all is the
    /// calendar's to say.
    #[must_use]
    pub fn windows(&self, date: NaiveDate, weekday: Weekday) -> Vec<LocalWindow> {
        let mut windows: Vec<LocalWindow> = self
            .rows
            .iter()
            .filter(|row| row.effective.contains(date) && row.weekdays.contains(weekday))
            .map(|row| row.window)
            .collect();
        windows.sort();
        windows
    }

    /// The end of the last opening on `date` were it the given weekday.
    #[must_use]
    pub fn closing_time(&self, date: NaiveDate, weekday: Weekday) -> Option<NaiveTime> {
        self.windows(date, weekday).last().map(|window| window.to)
    }
}
