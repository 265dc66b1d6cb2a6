use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Days;

use super::{
    folder::Folder,
    ids::id_of,
    problem::{Checked, Problems, quoted},
    sheet::{Entry, Row, Sheet, refuse_overlaps, refuse_repeats, values},
    spread::spread,
};
use crate::domain::{CentreId, Commune, CommuneKind, OpeningHours, Position, PositionQuality, Site, SiteId, SiteKind};

pub(super) const COMMUNES: &str = "communes.csv";
pub(super) const SITES: &str = "sites.csv";

/// A wider circle is no commune.
const SPREAD_RADIUS_M_MAX: u32 = 50_000;
const POPULATION_MAX: u32 = 10_000_000;

/// Opens `communes.csv`.
pub(super) fn open_communes(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
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

/// Reads the communes, each with its line.
pub(super) fn communes(sheet: &Sheet, problems: &mut Problems) -> Vec<Entry<Commune>> {
    let entries = sheet.rows(problems, |row| {
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
    refuse_overlaps(COMMUNES, "code", &entries, |commune| (commune.code.clone(), commune.effective), problems);
    check_mergers(&entries, &sheet.declared("code"), problems);
    entries
}

/// A unit that was merged must have gone into units in force on the day after.
fn check_mergers(entries: &[Entry<Commune>], declared: &HashSet<String>, problems: &mut Problems) {
    let by_code = rows_by_code(entries);
    for entry in entries {
        let Some(after) = entry.value.effective.to.and_then(|to| to.checked_add_days(Days::new(1))) else { continue };
        for code in &entry.value.merged_into {
            let rows = by_code.get(code.as_str());
            // A code declared only by rows that are broken themselves has its problem already.
            let in_force = rows.map_or(declared.contains(code), |rows| {
                rows.iter().any(|row| entries[*row].value.effective.contains(after))
            });
            if !in_force {
                let reason = format!("{} is not the code of a commune in force on {after}", quoted(code));
                problems.in_column(COMMUNES, entry.line, "merged_into", reason);
            }
        }
    }
}

fn rows_by_code(entries: &[Entry<Commune>]) -> HashMap<&str, Vec<usize>> {
    let mut by_code: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, entry) in entries.iter().enumerate() {
        by_code.entry(entry.value.code.as_str()).or_default().push(n);
    }
    by_code
}

/// The columns `lat` and `lon`: both, in Việt Nam, or neither.
fn position(row: &mut Row) -> Checked<Option<Position>> {
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

/// Opens `sites.csv`.
pub(super) fn open_sites(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
    let columns = &[
        "code",
        "name",
        "kind",
        "address",
        "address_status",
        "commune_code",
        "lat",
        "lon",
        "position_quality",
        "always_visit",
        "effective_from",
        "effective_to",
        "status",
        "source",
    ];
    Sheet::read(folder, SITES, columns, problems)
}

/// The id of the site `code` of the centre `centre_code`.
pub(super) fn site_id(centre_code: &str, code: &str) -> SiteId {
    SiteId::from_uuid(id_of(centre_code, "site", code))
}

/// A site, and the row of the communes it is to be spread in, if it has no position of its own.
struct Draft {
    site: Site,
    spread_in: Option<usize>,
}

/// Reads the sites, in order of their codes; `communes` is `None` when that file could not be read.
pub(super) fn sites(
    sheet: &Sheet,
    centre: (CentreId, &str),
    communes: Option<(&[Entry<Commune>], &HashSet<String>)>,
    problems: &mut Problems,
) -> Vec<Site> {
    let by_code = communes.map(|(entries, _)| rows_by_code(entries));
    let drafts = sheet.rows(problems, |row| {
        let code = row.code("code");
        let name = row.text("name");
        let kind = row.word::<SiteKind>("kind");
        let address = row.optional("address");
        let address_status = match (&address, row.raw("address_status")) {
            (Some(_), "") => row.wrong("address_status", "it is empty although there is an address"),
            (None, status) if !status.is_empty() => row.wrong("address_status", "there is no address to be sure of"),
            _ => row.optional_certainty("address_status"),
        };
        let commune_code = row.reference("commune_code", communes.map(|(_, declared)| declared), COMMUNES);
        let effective = row.effective();
        let commune = match (&commune_code, effective) {
            (Ok(code), Ok(effective)) => {
                let rows = by_code.as_ref().and_then(|by_code| by_code.get(code.as_str()));
                let entries = communes.map_or(&[][..], |(entries, _)| entries);
                match rows.map(|rows| rows.iter().find(|row| entries[**row].value.effective.contains(effective.from))) {
                    Some(Some(found)) => Ok(Some(*found)),
                    Some(None) => {
                        let reason =
                            format!("{} is not in force on {}, the site's first day", quoted(code), effective.from);
                        row.wrong("commune_code", reason)
                    }
                    // The commune's row is broken itself, or its whole file.
                    None => Ok(None),
                }
            }
            _ => Ok(None),
        };
        let position = position(row);
        let position_quality = row.word::<PositionQuality>("position_quality").and_then(|quality| match position {
            Ok(given) => agree(row, given, quality),
            Err(_) => Ok(quality),
        });
        let always_visit = row.boolean("always_visit");
        let status = row.certainty("status");
        let source = row.text("source");
        status?;
        let (code, position, commune) = (code?, position?, commune?);
        let spread_in = if position.is_none() { commune } else { None };
        let fallback = communes.zip(commune).map(|((entries, _), row)| entries[row].value.position);
        let Some(position) = position.or(fallback) else { return Err(super::problem::Reported) };
        Ok(Draft {
            site: Site {
                id: site_id(centre.1, &code),
                centre_id: centre.0,
                code,
                name: name?,
                kind: kind?,
                address,
                address_status: address_status?,
                commune_code: commune_code?,
                position,
                position_quality: position_quality?,
                always_visit: always_visit?,
                hours: None::<OpeningHours>,
                effective: effective?,
                source: source?,
            },
            spread_in,
        })
    });
    refuse_repeats(SITES, "code", &drafts, |draft| draft.site.code.clone(), problems);
    let mut drafts = values(drafts);
    drafts.sort_by(|a, b| a.site.code.cmp(&b.site.code));
    if let Some((entries, _)) = communes {
        spread_all(&mut drafts, entries, problems);
    }
    drafts.into_iter().map(|draft| draft.site).collect()
}

/// A surveyed point needs coordinates, and a point by rule must not have them.
fn agree(row: &mut Row, given: Option<Position>, quality: PositionQuality) -> Checked<PositionQuality> {
    let by_rule = matches!(quality, PositionQuality::Commune | PositionQuality::AssumedCommune);
    match given {
        Some(_) if by_rule => {
            row.wrong("position_quality", format!("{quality} means that lat and lon are not known, but they are given"))
        }
        None if !by_rule => {
            row.wrong("position_quality", format!("{quality} means that lat and lon are known, but they are empty"))
        }
        _ => Ok(quality),
    }
}

/// Places the sites without coordinates by the rule of [`spread`]; `drafts` are in order of their codes.
fn spread_all(drafts: &mut [Draft], communes: &[Entry<Commune>], problems: &mut Problems) {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, draft) in drafts.iter().enumerate() {
        if let Some(commune) = draft.spread_in {
            groups.entry(commune).or_default().push(n);
        }
    }
    for (commune, members) in groups {
        let Entry { line, value: commune } = &communes[commune];
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        for (rank, member) in (0..count).zip(members) {
            match spread(commune.position, commune.spread_radius_m, rank, count) {
                Ok(position) => drafts[member].site.position = position,
                Err(error) => {
                    problems.in_column(COMMUNES, *line, "spread_radius_m", error.to_string());
                }
            }
        }
    }
}
