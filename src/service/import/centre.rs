use std::collections::HashSet;

use chrono::NaiveDate;

use super::{
    folder::Folder,
    ids::id_of,
    keys::{Document, Keys},
    problem::{Checked, Problems, Reported},
};
use crate::domain::{Centre, CentreId, DossierCodePattern, DossierCodePatterns, Effective, PublishedFigures};

pub(super) const CENTRE: &str = "centre.toml";

/// What `centre.toml` says.
pub(super) struct CentreFile {
    pub(super) centre: Centre,
    pub(super) calendar_from: NaiveDate,
    pub(super) calendar_to: NaiveDate,
    pub(super) published: Option<PublishedFigures>,
}

/// Reads `centre.toml`; `centre_sites` are the codes of the sites that are a centre, when `sites.csv` could be read.
pub(super) fn read(
    folder: &Folder,
    centre_sites: Option<&HashSet<String>>,
    problems: &mut Problems,
) -> Checked<CentreFile> {
    let document = Document::read(folder, CENTRE, problems)?;
    let root = document.open(problems)?;
    let mut keys = document.root(&root, problems);
    let code = short_code(&mut keys);
    let name = keys.text("name");
    let name_en = keys.text("name_en");
    let site_code = keys.text("site").and_then(|site| {
        if centre_sites.is_none_or(|known| known.contains(&site)) {
            Ok(site)
        } else {
            keys.wrong("site", format!("{site:?} is not the code of a site of kind centre in sites.csv"))
        }
    });
    let time_zone = keys.text("time_zone").and_then(|zone| {
        zone.parse()
            .or_else(|_| keys.wrong("time_zone", format!("{zone:?} is not an IANA time zone such as Asia/Ho_Chi_Minh")))
    });
    let calendar_from = keys.date("calendar_from");
    let calendar_to = keys.date("calendar_to").and_then(|to| match calendar_from {
        Ok(from) if to < from => keys.wrong("calendar_to", format!("{to} comes before calendar_from, {from}")),
        _ => Ok(to),
    });
    let pattern_tables = keys.tables("dossier_code");
    let published_table = keys.optional_table("published");
    keys.finish();
    let patterns = pattern_tables.and_then(|tables| {
        let rows: Vec<Checked<DossierCodePattern>> =
            tables.into_iter().map(|table| read_pattern(document.keys("dossier_code", table, problems))).collect();
        let rows = rows.into_iter().collect::<Checked<Vec<_>>>()?;
        DossierCodePatterns::new(rows).map_err(|error| problems.in_file(CENTRE, error.to_string()))
    });
    let published = match published_table {
        Ok(Some(table)) => read_published(document.keys("published", table, problems)).map(Some),
        Ok(None) => Ok(None),
        Err(reported) => Err(reported),
    };
    let code = code?;
    let centre = Centre {
        id: CentreId::from_uuid(id_of(&code, "centre", &code)),
        code,
        name: name?,
        name_en: name_en?,
        site_code: site_code?,
        time_zone: time_zone?,
        dossier_codes: patterns?,
    };
    Ok(CentreFile { centre, calendar_from: calendar_from?, calendar_to: calendar_to?, published: published? })
}

fn short_code(keys: &mut Keys) -> Checked<String> {
    let code = keys.text("code")?;
    if code.len() <= 32 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(code)
    } else {
        keys.wrong("code", format!("{code:?} is not an agency's code such as H51: expected letters and digits"))
    }
}

fn read_pattern(mut keys: Keys) -> Checked<DossierCodePattern> {
    let name = keys.text("name");
    let pattern = keys.text("pattern");
    let example = keys.text("example");
    let from = keys.date("effective_from");
    let to = keys.optional_date("effective_to");
    let status = keys.certainty("status");
    let effective = match (from, to) {
        (Ok(from), Ok(to)) => Effective::new(from, to).or_else(|error| keys.wrong("effective_to", error.to_string())),
        _ => Err(Reported),
    };
    let row = (|| {
        status?;
        Ok(DossierCodePattern { name: name?, pattern: pattern?, example: example?, effective: effective? })
    })();
    let row = row.and_then(|row: DossierCodePattern| match DossierCodePatterns::new(vec![row.clone()]) {
        Ok(_) => Ok(row),
        Err(error) => {
            // The regular expression's own message draws a caret under it, over several lines.
            keys.wrong("pattern", error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
        }
    });
    keys.finish();
    row
}

fn read_published(mut keys: Keys) -> Checked<PublishedFigures> {
    let from = keys.date("from");
    let to = keys.date("to");
    let published_on = keys.date("published_on");
    let received = keys.number("dossiers_received", u32::MAX);
    let settled = keys.number("dossiers_settled", received.unwrap_or(u32::MAX));
    let on_time = keys.number("dossiers_settled_on_time", settled.unwrap_or(u32::MAX));
    let home_deliveries = keys.number("home_deliveries", u32::MAX);
    let procedures = keys.number("procedures", u32::MAX);
    let ratings = keys.number("ratings", u32::MAX);
    let satisfied_basis_points = keys.number("ratings_satisfied_basis_points", 10_000);
    let runs_per_day = keys.number("document_runs_per_day", 1000);
    let source = keys.text("source");
    let status = keys.certainty("status");
    let period = match (from, to) {
        (Ok(from), Ok(to)) if to < from => keys.wrong("to", format!("{to} comes before from, {from}")),
        (Ok(from), Ok(to)) => Ok((from, to)),
        _ => Err(Reported),
    };
    keys.finish();
    let (from, to) = period?;
    Ok(PublishedFigures {
        from,
        to,
        published_on: published_on?,
        dossiers_received: received?,
        dossiers_settled: settled?,
        dossiers_settled_on_time: on_time?,
        home_deliveries: home_deliveries?,
        procedures: procedures?,
        ratings: ratings?,
        ratings_satisfied_basis_points: satisfied_basis_points?,
        document_runs_per_day: runs_per_day?,
        status: status?,
        source: source?,
    })
}
