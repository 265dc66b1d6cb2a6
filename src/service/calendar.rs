use chrono::{DateTime, NaiveDate, Utc, Weekday};

use super::{Service, ServiceError};
use crate::domain::{Calendar, DayClock, RunPattern, SpecialDay};

/// One day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// The day.
    pub date: NaiveDate,
    /// Whether offices work.
    pub working: bool,
    /// Why it differs from the ordinary week, if it does.
    pub special: Option<SpecialDay>,
}

/// One day's runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimetableDay {
    /// The day.
    pub day: CalendarDay,
    /// Its runs with departure and return, by departure; none on a day off.
    pub runs: Vec<(RunPattern, DateTime<Utc>, DateTime<Utc>)>,
}

impl Service {
    /// The days from `from` to `to`.
    ///
    /// # Errors
    /// [`ServiceError::OutsideCalendar`].
    pub fn calendar(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<CalendarDay>, ServiceError> {
        let centre = self.centre()?;
        from.iter_days().take_while(|date| *date <= to).map(|date| day_of(&centre.calendar, date)).collect()
    }

    /// The runs of `date`.
    ///
    /// # Errors
    /// [`ServiceError::OutsideCalendar`].
    pub fn timetable(&self, date: NaiveDate) -> Result<TimetableDay, ServiceError> {
        let centre = self.centre()?;
        let day = day_of(&centre.calendar, date)?;
        let clock = DayClock::new(date, centre.centre.time_zone);
        let runs = if day.working { centre.timetable.on(date) } else { Vec::new() };
        let runs = runs.into_iter().map(|run| (run.clone(), clock.at(run.departs), clock.at(run.back_by))).collect();
        Ok(TimetableDay { day, runs })
    }

    /// Today, on the centre's clocks.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn today(&self) -> Result<NaiveDate, ServiceError> {
        Ok(DayClock::date_of(self.now(), self.centre()?.centre.time_zone))
    }
}

fn day_of(calendar: &Calendar, date: NaiveDate) -> Result<CalendarDay, ServiceError> {
    let working = calendar.is_working_day(date)?;
    Ok(CalendarDay { date, working, special: calendar.special(date).cloned() })
}

/// Refuses a day on which nothing can be planned.
pub(super) fn check_working_day(calendar: &Calendar, date: NaiveDate) -> Result<(), ServiceError> {
    if calendar.is_working_day(date)? {
        return Ok(());
    }
    let reason = match calendar.special(date) {
        Some(day) => day.name.clone(),
        None => match chrono::Datelike::weekday(&date) {
            Weekday::Sat => "a Saturday".to_owned(),
            _ => "a Sunday".to_owned(),
        },
    };
    Err(ServiceError::NotAWorkingDay { date, reason, next: calendar.working_day_from(date)? })
}
