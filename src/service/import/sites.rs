use std::collections::{BTreeMap, HashSet};

use super::{
    communes::{COMMUNES, Communes, Found, position},
    folder::Folder,
    ids::id_of,
    problem::{Checked, Problems, Reported, quoted},
    sheet::{Entry, Row, Sheet, refuse_repeats, values},
    spread::spread,
};
use crate::domain::{CentreId, Commune, OpeningHours, Position, PositionQuality, Site, SiteId, SiteKind};

const SITES: &str = "sites.csv";

/// Opens `sites.csv`.
pub(super) fn open(folder: &Folder, problems: &mut Problems) -> Checked<Sheet> {
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

/// Reads the sites, in order of their codes; `communes` is `None` when that file could not be read, `commune_codes` when
/// it may have rows that nobody could read.
pub(super) fn read(
    sheet: &Sheet,
    centre: (CentreId, &str),
    (communes, commune_codes): (Option<&Communes>, Option<&HashSet<String>>),
    problems: &mut Problems,
) -> Vec<Site> {
    let mut drafts = sheet.rows(problems, |row| {
        let code = row.code("code");
        let name = row.text("name");
        let kind = row.word::<SiteKind>("kind");
        let address = row.optional("address");
        let address_status = match (&address, row.raw("address_status")) {
            (Some(_), "") => row.wrong("address_status", "it is empty although there is an address"),
            (None, status) if !status.is_empty() => row.wrong("address_status", "there is no address to be sure of"),
            _ => row.optional_certainty("address_status"),
        };
        let commune_code = row.reference("commune_code", commune_codes, COMMUNES);
        let effective = row.effective();
        let commune = match (&commune_code, effective, communes) {
            (Ok(code), Ok(effective), Some(communes)) => match communes.find(code, effective.from) {
                Found::Row(found) => Ok(found),
                Found::Unsure => Err(Reported),
                Found::Nothing if commune_codes.is_none() => Err(Reported),
                Found::Nothing => {
                    let reason =
                        format!("{} is not in force on {}, the site's first day", quoted(code), effective.from);
                    row.wrong("commune_code", reason)
                }
            },
            _ => Err(Reported),
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
        let Some(communes) = communes else { return Err(Reported) };
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
                position: position.unwrap_or(communes.entries[commune].value.position),
                position_quality: position_quality?,
                always_visit: always_visit?,
                hours: None::<OpeningHours>,
                effective: effective?,
                source: source?,
            },
            spread_in: if position.is_some() { None } else { Some(commune) },
        })
    });
    refuse_repeats(SITES, "code", &mut drafts, |draft| draft.site.code.clone(), problems);
    let mut drafts = values(drafts);
    drafts.sort_by(|a, b| a.site.code.cmp(&b.site.code));
    if let Some(communes) = communes {
        spread_all(&mut drafts, &communes.entries, problems);
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
