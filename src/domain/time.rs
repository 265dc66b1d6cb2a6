use chrono::{DateTime, Duration, DurationRound, LocalResult, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::DomainError;

/// `at` without what is finer than a microsecond, because PostgreSQL keeps no more.
#[must_use]
pub fn to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(Duration::microseconds(1)).unwrap_or(at)
}

/// Reads `HH:MM` or `HH:MM:SS`.
///
/// # Errors
/// [`DomainError::Code`] when the text is neither.
pub fn parse_time(text: &str) -> Result<NaiveTime, DomainError> {
    ["%H:%M", "%H:%M:%S"].iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok()).ok_or_else(|| {
        DomainError::Code {
            what: "time of day",
            text: text.to_owned(),
            problem: "expected HH:MM, 00:00 to 23:59".into(),
        }
    })
}

/// A part of a local day; it ends after it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalWindow {
    /// Its beginning.
    pub from: NaiveTime,
    /// Its end.
    pub to: NaiveTime,
}

impl LocalWindow {
    /// The window from `from` to `to`.
    ///
    /// # Errors
    /// [`DomainError::EmptyWindow`] unless `from < to`.
    pub fn new(from: NaiveTime, to: NaiveTime) -> Result<Self, DomainError> {
        if from < to {
            Ok(Self { from, to })
        } else {
            Err(DomainError::EmptyWindow { from: from.format("%H:%M").to_string(), to: to.format("%H:%M").to_string() })
        }
    }
}

/// Converts between instants and whole seconds from one local day's midnight, which is the planner's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayClock {
    date: NaiveDate,
    zone: Tz,
    midnight: DateTime<Utc>,
}

impl DayClock {
    /// The clock of `date` in `zone`.
    #[must_use]
    pub fn new(date: NaiveDate, zone: Tz) -> Self {
        Self { date, zone, midnight: instant_of(date, NaiveTime::MIN, zone) }
    }

    /// The day.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// Whole seconds from the day's midnight to `at`, rounded down; negative before it.
    #[must_use]
    pub fn seconds(&self, at: DateTime<Utc>) -> i64 {
        (at - self.midnight).num_milliseconds().div_euclid(1000)
    }

    /// Seconds from midnight to a time on the wall.
    #[must_use]
    pub fn seconds_at(&self, time: NaiveTime) -> i64 {
        self.seconds(self.at(time))
    }

    /// The instant `seconds` after the day's midnight.
    #[must_use]
    pub fn instant(&self, seconds: i64) -> DateTime<Utc> {
        self.midnight + Duration::seconds(seconds)
    }

    /// The instant at which the wall shows `time` on this day.
    #[must_use]
    pub fn at(&self, time: NaiveTime) -> DateTime<Utc> {
        instant_of(self.date, time, self.zone)
    }

    /// The local day on which `at` falls.
    #[must_use]
    pub fn date_of(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
        at.with_timezone(&zone).date_naive()
    }
}

/// The first instant at which the wall in `zone` shows this; a time skipped by a clock change is taken an hour on.
fn instant_of(date: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let local = date.and_time(time);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => zone
            .from_local_datetime(&(local + Duration::hours(1)))
            .earliest()
            .map_or_else(|| Utc.from_utc_datetime(&local), |at| at.with_timezone(&Utc)),
    }
}
