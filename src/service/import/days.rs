use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Entry, Row, Sheet, refuse_overlaps, refuse_repeats, values},
};
use crate::domain::{Calendar, DayKind, HalfDay, HalfDayHours, LocalWindow, OpeningHours, OpeningRow, SpecialDay};

pub(super) const CALENDAR: &str = "calendar.csv";
pub(super) const OPENING_HOURS: &str = "opening_hours.csv";
pub(super) const HALF_DAYS: &str = "half_days.csv";

/// Reads the calendar of the days `range`, which `centre.toml` names.
pub(super) fn calendar(
    folder: &Folder,
    range: Checked<(NaiveDate, NaiveDate)>,
    problems: &mut Problems,
) -> Checked<Calendar> {
    let sheet = Sheet::read(folder, CALENDAR, &["date", "kind", "name", "status", "source"], problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let date = row.date("date");
        let kind = row.word::<DayKind>("kind");
        let name = row.text("name");
        let status = row.certainty("status");
        let source = row.text("source");
        source?;
        let day = SpecialDay { date: date?, kind: kind?, name: name?, status: status? };
        match range.map(|(from, to)| Calendar::new(from, to, vec![day.clone()])) {
            Ok(Err(error)) => row.wrong("date", error.to_string()),
            _ => Ok(day),
        }
    });
    refuse_repeats(CALENDAR, "date", &mut entries, |day| day.date, problems);
    let (from, to) = range?;
    let days = values(entries);
    Calendar::new(from, to, days).map_err(|error| problems.in_file(CALENDAR, error.to_string()))
}

/// The opening hours of a centre's folder.
#[derive(Default)]
pub(super) struct Hours {
    pub(super) default: OpeningHours,
    pub(super) by_site: HashMap<String, OpeningHours>,
}

/// Reads the opening hours; `sites` is `None` when that file could not be read.
pub(super) fn opening_hours(
    folder: &Folder,
    sites: Option<&HashSet<String>>,
    problems: &mut Problems,
) -> Checked<Hours> {
    const COLUMNS: &[&str] =
        &["site", "weekdays", "opens", "closes", "effective_from", "effective_to", "status", "source"];
    const EVERY_SITE: &str = "*";
    let sheet = Sheet::read(folder, OPENING_HOURS, COLUMNS, problems)?;
    let mut by_site: HashMap<String, Vec<Entry<OpeningRow>>> = HashMap::new();
    let entries = sheet.rows(problems, |row| {
        let site = match row.raw("site") {
            EVERY_SITE => Ok(EVERY_SITE.to_owned()),
            _ => row.reference("site", sites, "sites.csv, nor is it *"),
        };
        let weekdays = row.word("weekdays");
        let window = window(row, "opens", "closes");
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        status.and(source)?;
        Ok((site?, OpeningRow { weekdays: weekdays?, window: window?, effective: effective? }))
    });
    'rows: for Entry { line, value: (site, opening) } in entries {
        let rows = by_site.entry(site).or_default();
        for earlier in rows.iter() {
            if let Err(error) = OpeningHours::new(vec![earlier.value, opening]) {
                problems.in_column(OPENING_HOURS, line, "opens", format!("{error} (line {})", earlier.line));
                continue 'rows;
            }
        }
        rows.push(Entry { line, value: opening });
    }
    let mut hours = HashMap::new();
    for (site, rows) in by_site {
        let rows =
            OpeningHours::new(values(rows)).map_err(|error| problems.in_file(OPENING_HOURS, error.to_string()))?;
        hours.insert(site, rows);
    }
    let default = hours.remove(EVERY_SITE).unwrap_or_default();
    let declared = sheet.declared("site").unwrap_or_default();
    if !declared.contains(EVERY_SITE) {
        let without = sites.into_iter().flatten().filter(|site| !declared.contains(*site)).min();
        if let Some(site) = without {
            let reason = format!("there is no row for {site} and none for {EVERY_SITE}: every site needs hours");
            return Err(problems.in_file(OPENING_HOURS, reason));
        }
    }
    Ok(Hours { default, by_site: hours })
}

/// Reads the hours of the half-days.
pub(super) fn half_days(folder: &Folder, problems: &mut Problems) -> Checked<Vec<HalfDayHours>> {
    const COLUMNS: &[&str] = &["half_day", "from", "to", "effective_from", "effective_to", "status"];
    let sheet = Sheet::read(folder, HALF_DAYS, COLUMNS, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let half_day = row.word::<HalfDay>("half_day");
        let window = window(row, "from", "to");
        let effective = row.effective();
        let status = row.certainty("status");
        Ok(HalfDayHours { half_day: half_day?, window: window?, effective: effective?, status: status? })
    });
    refuse_overlaps(HALF_DAYS, "half_day", &mut entries, |hours| (hours.half_day, hours.effective), problems);
    Ok(values(entries))
}

/// Two columns of times, the first before the second.
fn window(row: &mut Row, from: &str, to: &str) -> Checked<LocalWindow> {
    let (begins, ends) = (row.time(from), row.time(to));
    LocalWindow::new(begins?, ends?).or_else(|error| row.wrong(to, error.to_string()))
}
