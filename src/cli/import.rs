use std::{fmt::Write as _, path::Path};

use serde_json::json;

use super::{
    args::{Import, ImportCommand},
    config::Config,
    error::CliError,
    output,
};
use crate::service::RowResult;

pub(super) fn run(config: &Config, options: &Import) -> Result<(), CliError> {
    if let Some(ImportCommand::Dossiers { file, atomic }) = &options.command {
        return dossiers(config, file, *atomic);
    }
    let service = config.open()?;
    let centre = match &options.folder {
        Some(folder) => service.import_folder(folder)?,
        None => service.import_embedded()?,
    };
    let about = &centre.centre;
    if config.json {
        return output::print_json(&json!({
            "centre": about.code,
            "name": about.name,
            "sites": centre.sites.len(),
            "communes": centre.communes.len(),
            "runs": centre.timetable.runs().len(),
            "vehicles": centre.vehicles.len(),
            "couriers": centre.couriers.len(),
            "rules": centre.rules.rows().len(),
            "calendar_from": centre.calendar.from(),
            "calendar_to": centre.calendar.to(),
        }));
    }
    output::print(&format!(
        "Loaded {} ({}): {} sites, {} communes, {} runs, {} couriers, {} vehicles, {} rules; calendar {} to {}.\n",
        about.name,
        about.code,
        centre.sites.len(),
        centre.communes.len(),
        centre.timetable.runs().len(),
        centre.couriers.len(),
        centre.vehicles.len(),
        centre.rules.rows().len(),
        centre.calendar.from(),
        centre.calendar.to(),
    ))
}

/// Results that are told apart, with their words.
const RESULTS: [RowResult; 5] =
    [RowResult::Created, RowResult::Updated, RowResult::Exists, RowResult::Rejected, RowResult::Skipped];

fn dossiers(config: &Config, file: &Path, atomic: bool) -> Result<(), CliError> {
    let report = config.open()?.import_dossier_file(file, atomic)?;
    let counts = RESULTS.map(|result| (result.as_str(), report.count(result)));
    let bad = || report.rows.iter().filter(|row| row.result == RowResult::Rejected);
    if config.json {
        let rejected: Vec<_> = bad()
            .map(|row| {
                let errors = row.errors.iter().map(|error| json!({ "column": error.column, "message": error.message }));
                let errors: Vec<_> = errors.collect();
                json!({ "row": row.row, "line": row.line, "code": row.code, "errors": errors })
            })
            .collect();
        let mut told = json!({ "unread": report.unread, "rows": rejected });
        for (word, count) in counts {
            told[word] = count.into();
        }
        output::print_json(&told)?;
    } else {
        let mut text = counts.map(|(word, count)| format!("{count} {word}")).join(", ") + "\n";
        for row in bad() {
            let place = row.line.map_or_else(|| format!("row {}", row.row), |line| format!("line {line}"));
            for error in &row.errors {
                let column = if error.column.is_empty() { String::new() } else { format!(", {}", error.column) };
                let _ = writeln!(text, "{place}{column}: {}", error.message);
            }
        }
        if let Some(unread) = &report.unread {
            let _ = writeln!(text, "not read to its end: {unread}");
        }
        output::print(&text)?;
    }
    match report.count(RowResult::Rejected) {
        0 if report.unread.is_none() => Ok(()),
        count => Err(CliError::RowsRejected { count }),
    }
}
