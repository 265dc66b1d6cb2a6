use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};

use super::{
    folder::Folder,
    problem::{Checked, Problems, quoted},
    sheet::{Entry, Row, Sheet, refuse_overlaps},
};
use crate::domain::{Commune, CommuneKind, Position};

pub(super) const COMMUNES: &str = "communes.csv";

/// A wider circle is no commune.
const SPREAD_RADIUS_M_MAX: u32 = 50_000;
const POPULATION_MAX: u32 = 10_000_000;

/// Opens `communes.csv`.
pub(super) fn open(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
    let columns = &[
        "code",
        "name",
        "kind",
        "district_code",
        "district",
        "lat",
        "lon",
        "position_quality",
        "spread_radius_m",
        "population",
        "population_status",
        "effective_from",
        "effective_to",
        "merged_into",
        "status",
        "source",
    ];
    Sheet::read(folder, COMMUNES, columns, problems)
}

/// What `communes.csv` says.
pub(super) struct Communes {
    pub(super) entries: Vec<Entry<Commune>>,
    by_code: HashMap<String, Vec<usize>>,
    /// The codes of rows that could not be read.
    broken: HashSet<String>,
}

/// What is known of a commune's code on a date.
pub(super) enum Found {
    /// The index of its row.
    Row(usize),
    /// A row of that code is broken, or no one knows which rows there are: it has its problem already.
    Unsure,
    /// No such commune exists on that date.
    Nothing,
}

impl Communes {
    /// The row of `code` in force on `date`.
    pub(super) fn find(&self, code: &str, date: NaiveDate) -> Found {
        let rows = self.by_code.get(code).map_or(&[][..], Vec::as_slice);
        match rows.iter().find(|row| self.entries[**row].value.effective.contains(date)) {
            Some(row) => Found::Row(*row),
            None if self.broken.contains(code) => Found::Unsure,
            None => Found::Nothing,
        }
    }

    /// A unit that was merged must have gone into units in force on the day after.
    fn check_mergers(&self, problems: &mut Problems) {
        for entry in &self.entries {
            let Some(after) = entry.value.effective.to.and_then(|to| to.checked_add_days(Days::new(1))) else {
                continue;
            };
            for code in &entry.value.merged_into {
                if matches!(self.find(code, after), Found::Nothing) {
                    let reason = format!("{} is not the code of a commune in force on {after}", quoted(code));
                    problems.in_column(COMMUNES, entry.line, "merged_into", reason);
                }
            }
        }
    }
}

/// Reads the communes.
pub(super) fn read(sheet: &Sheet, problems: &mut Problems) -> Communes {
    let mut entries = sheet.rows(problems, |row| {
        let code = row.code("code");
        let name = row.text("name");
        let kind = row.word::<CommuneKind>("kind");
        let district = match (row.optional("district_code"), row.optional("district")) {
            (Some(_), None) => row.wrong("district", "it is empty although the district has a code"),
            (None, Some(_)) => row.wrong("district_code", "it is empty although the district has a name"),
            both => Ok(both),
        };
        let position = position(row).and_then(|position| match position {
            Some(position) => Ok(position),
            None => row.wrong("lat", "it is empty: a commune needs a point inside it"),
        });
        let position_quality = row.word("position_quality");
        let spread_radius_m = row.number("spread_radius_m", 1, SPREAD_RADIUS_M_MAX);
        let population = row.number("population", 0, POPULATION_MAX);
        // A population split from the merged unit's is not one of the five certainties.
        let population_status = match row.raw("population_status") {
            split @ "split_from_2025" => Ok(split.to_owned()),
            _ => row.certainty("population_status"),
        };
        let effective = row.effective();
        let merged_into: Vec<String> = row.list("merged_into").into_iter().map(str::to_owned).collect();
        let merger = match effective {
            Ok(effective) if effective.to.is_none() && !merged_into.is_empty() => {
                row.wrong("merged_into", "a unit without an effective_to has not been merged")
            }
            _ => Ok(()),
        };
        let status = row.certainty("status");
        let source = row.text("source");
        merger.and(status)?;
        let (district_code, district) = district?;
        Ok(Commune {
            code: code?,
            name: name?,
            kind: kind?,
            district_code,
            district,
            position: position?,
            position_quality: position_quality?,
            spread_radius_m: spread_radius_m?,
            population: population?,
            population_status: population_status?,
            effective: effective?,
            merged_into,
            source: source?,
        })
    });
    refuse_overlaps(COMMUNES, "code", &mut entries, |commune| (commune.code.clone(), commune.effective), problems);
    let mut by_code: HashMap<String, Vec<usize>> = HashMap::new();
    for (n, entry) in entries.iter().enumerate() {
        by_code.entry(entry.value.code.clone()).or_default().push(n);
    }
    let communes = Communes { broken: sheet.broken("code", &entries), entries, by_code };
    if sheet.declared("code").is_some() {
        communes.check_mergers(problems);
    }
    communes
}

/// The columns `lat` and `lon`: both, in Việt Nam, or neither.
pub(super) fn position(row: &mut Row) -> Checked<Option<Position>> {
    // The country with its islands; data of a centre that lies outside it has a mistake in it.
    let in_vietnam = |lat: f64, lon: f64| (6.0..=24.0).contains(&lat) && (102.0..=118.0).contains(&lon);
    let (lat, lon) = (row.degrees("lat"), row.degrees("lon"));
    match (lat?, lon?) {
        (None, None) => Ok(None),
        (Some(_), None) => row.wrong("lon", "it is empty although lat is given: give both or neither"),
        (None, Some(_)) => row.wrong("lat", "it is empty although lon is given: give both or neither"),
        (Some(lat), Some(lon)) if in_vietnam(lat, lon) => {
            Position::new(lat, lon).map(Some).or_else(|error| row.wrong("lat", error.to_string()))
        }
        (Some(lat), Some(lon)) if in_vietnam(lon, lat) => {
            row.wrong("lat", format!("lat {lat} and lon {lon} look swapped: latitude comes first"))
        }
        (Some(lat), Some(lon)) => row.wrong(
            "lat",
            format!("lat {lat}, lon {lon} is not in Việt Nam: lat runs from 6 to 24, lon from 102 to 118"),
        ),
    }
}
