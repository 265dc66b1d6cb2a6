use std::collections::HashSet;

use chrono::{Days, NaiveDate};

use super::{
    folder::Folder,
    problem::{Checked, Problems},
    sheet::{Sheet, refuse_overlaps, values},
};
use crate::domain::{FormColumn, FormKind, PaperForm};

const FORMS: &str = "forms.csv";
/// The forms that are printed.
const NEEDED: [FormKind; 2] = [FormKind::ControlSlip, FormKind::HandoverMinute];

/// Reads the forms; each must be in force on every day of `range`.
pub(super) fn forms(
    folder: &Folder,
    range: Checked<(NaiveDate, NaiveDate)>,
    problems: &mut Problems,
) -> Checked<Vec<PaperForm>> {
    let columns = &[
        "form",
        "number",
        "regulation",
        "title",
        "columns",
        "headings",
        "effective_from",
        "effective_to",
        "status",
        "source",
    ];
    let sheet = Sheet::read(folder, FORMS, columns, problems)?;
    let mut entries = sheet.rows(problems, |row| {
        let kind = row.word::<FormKind>("form");
        let number = row.optional("number").unwrap_or_default();
        let regulation = row.text("regulation");
        let title = row.text("title");
        let columns = row.words::<FormColumn>("columns");
        let headings: Vec<String> = row.list("headings").into_iter().map(str::to_owned).collect();
        let columns = match columns {
            Ok(columns) if columns.is_empty() && kind == Ok(FormKind::ControlSlip) => {
                row.wrong("columns", "it is empty: a control slip has columns".to_owned())
            }
            Ok(columns) if columns.len() != headings.len() => {
                let reason =
                    format!("{} headings for {} columns: expected one for each", headings.len(), columns.len());
                row.wrong("headings", reason)
            }
            Ok(columns) => Ok(columns.into_iter().zip(headings).collect::<Vec<_>>()),
            Err(reported) => Err(reported),
        };
        let effective = row.effective();
        let status = row.certainty("status");
        let source = row.text("source");
        Ok(PaperForm {
            kind: kind?,
            number,
            regulation: regulation?,
            title: title?,
            columns: columns?,
            effective: effective?,
            status: status?,
            source: source?,
        })
    });
    refuse_overlaps(FORMS, "form", &mut entries, |form| (form.kind, form.effective), problems);
    let broken = sheet.broken("form", &entries);
    let forms = values(entries);
    if let Ok(range) = range {
        check_gaps(&forms, &broken, range, problems);
    }
    Ok(forms)
}

/// Records, for each needed form, the first day of `range` on which it has no row. A form of which a row is broken has its
/// problem already.
fn check_gaps(
    forms: &[PaperForm],
    broken: &HashSet<String>,
    (first, last): (NaiveDate, NaiveDate),
    problems: &mut Problems,
) {
    for kind in NEEDED.into_iter().filter(|kind| !broken.contains(kind.as_str())) {
        let rows: Vec<&PaperForm> = forms.iter().filter(|form| form.kind == kind).collect();
        let ends = rows.iter().filter_map(|form| form.effective.to?.checked_add_days(Days::new(1)));
        let mut days: Vec<NaiveDate> = ends.chain([first]).filter(|day| (first..=last).contains(day)).collect();
        days.sort_unstable();
        if let Some(day) = days.into_iter().find(|day| !rows.iter().any(|form| form.effective.contains(*day))) {
            let reason = format!("there is no row for {kind} on {day}: it is needed from {first} to {last}");
            problems.in_file(FORMS, reason);
        }
    }
}
