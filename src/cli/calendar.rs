use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{Datelike, NaiveDate};
use serde_json::json;

use super::{args::Calendar, config::Config, error::CliError, output};
use crate::{
    domain::{Calendar as WorkingCalendar, DomainError},
    service::{ServiceError, import},
};

pub(super) fn run(config: &Config, options: &Calendar) -> Result<(), CliError> {
    let calendar = calendar(config)?;
    let whole = |year: i32| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?));
    let period = match (options.year, options.from, options.to) {
        (Some(year), ..) => whole(year),
        (None, Some(from), Some(to)) => Some((from, to)),
        _ => Some((calendar.from(), calendar.to())),
    };
    let (from, to) = period.ok_or_else(|| CliError::Usage("that year has no days".into()))?;
    if to < from {
        return Err(CliError::Usage(format!("--to {to} comes before --from {from}")));
    }
    let days = days(&calendar, from, to).map_err(ServiceError::from)?;
    if config.json {
        let days: Vec<_> = days
            .iter()
            .map(|(date, working)| {
                let special = calendar.special(*date);
                json!({
                    "date": date,
                    "working": working,
                    "kind": special.map(|day| day.kind.as_str()),
                    "name": special.map(|day| day.name.clone()),
                    "status": special.map(|day| day.status.clone()),
                })
            })
            .collect();
        return output::print_json(&days);
    }
    output::print(&text(&calendar, from, to, &days))
}

/// The loaded centre's calendar, else the built-in one.
fn calendar(config: &Config) -> Result<WorkingCalendar, CliError> {
    if config.is_untouched() {
        return Ok(import::embedded().calendar);
    }
    match config.open()?.centre() {
        Ok(centre) => Ok(centre.calendar.clone()),
        Err(ServiceError::NoCentre) => Ok(import::embedded().calendar),
        Err(other) => Err(other.into()),
    }
}

fn days(calendar: &WorkingCalendar, from: NaiveDate, to: NaiveDate) -> Result<Vec<(NaiveDate, bool)>, DomainError> {
    from.iter_days().take_while(|date| *date <= to).map(|date| Ok((date, calendar.is_working_day(date)?))).collect()
}

fn text(calendar: &WorkingCalendar, from: NaiveDate, to: NaiveDate, days: &[(NaiveDate, bool)]) -> String {
    let working = days.iter().filter(|(_, working)| *working).count();
    let mut months: BTreeMap<(i32, u32), usize> = BTreeMap::new();
    for (date, working) in days {
        *months.entry((date.year(), date.month())).or_default() += usize::from(*working);
    }
    let mut text = format!("{from} to {to}: {} days, {working} working days\n", days.len());
    for ((year, month), working) in months {
        let _ = writeln!(text, "  {year}-{month:02}  {working:>2} working days");
    }
    for day in calendar.special_days().filter(|day| (from..=to).contains(&day.date)) {
        let _ = writeln!(text, "  {} {}  {:<18} {} ({})", day.date, day.date.weekday(), day.kind, day.name, day.status);
    }
    text
}
