use std::fmt::Write as _;

use comfy_table::{Cell as TableCell, CellAlignment, Table as TextTable, presets::UTF8_FULL_CONDENSED};
use serde_json::json;

use super::{
    args::{Report as Options, ReportForm},
    config::Config,
    error::CliError,
    output,
    print::write,
};
use crate::{
    api::ReportResponse,
    domain::report::{Cell, Grouping, Quarter, Report, Row, Unit},
    service::{ReportRequest, ReportTable, Service},
};

pub(super) fn run(config: &Config, options: &Options) -> Result<(), CliError> {
    let usage = |message: String| CliError::Usage(message);
    if options.name == "list" {
        return list(config.json);
    }
    let quarter: Option<Quarter> =
        options.quarter.as_deref().map(str::parse).transpose().map_err(|error| usage(format!("--quarter: {error}")))?;
    if options.name == "quarterly" {
        let service = config.open()?;
        let quarter = match quarter {
            Some(quarter) => quarter,
            None => service.last_quarter()?,
        };
        let out = options.out.as_deref().ok_or_else(|| usage("--out is missing: the report is a PDF".into()))?;
        return write(out, &service.quarterly_report_pdf(quarter)?);
    }
    let report: Report = options.name.parse().map_err(|_| {
        let known: Vec<&str> = Report::ALL.iter().map(|report| report.as_str()).collect();
        usage(format!("{:?} is no report: expected list, quarterly, {}", options.name, known.join(", ")))
    })?;
    let by: Option<Grouping> =
        options.by.as_deref().map(str::parse).transpose().map_err(|error| usage(format!("--by: {error}")))?;
    let (from, to) = match (quarter, options.from, options.to) {
        (Some(quarter), None, None) => (quarter.first_day(), quarter.last_day()),
        (None, Some(from), Some(to)) => (from, to),
        _ => return Err(usage("say either --from and --to or --quarter".into())),
    };
    let service = config.open()?;
    let made = service.report(&ReportRequest { report, from, to, by })?;
    let bytes = match (options.format, config.json) {
        (Some(ReportForm::Csv), _) => made.csv(),
        (Some(ReportForm::Xlsx), _) => made.xlsx()?,
        (Some(ReportForm::Json), _) | (None, true) => json_of(&service, &made)?,
        (None, false) => text(&made).into_bytes(),
    };
    match options.out.as_deref() {
        Some(out) => write(out, &bytes),
        None => write(std::path::Path::new("-"), &bytes),
    }
}

fn list(as_json: bool) -> Result<(), CliError> {
    let by = |report: Report| report.groupings().iter().map(|by| by.as_str()).collect::<Vec<_>>();
    if as_json {
        let reports = Report::ALL.map(|report| json!({ "name": report.as_str(), "by": by(report) }));
        return output::print_json(&reports);
    }
    let mut text = String::new();
    for report in Report::ALL {
        let _ = writeln!(text, "{:<16} {}; by {}", report.as_str(), report.title().1, by(report).join(", "));
    }
    text += "quarterly        The law's report of a quarter, as PDF\n";
    output::print(&text)
}

fn json_of(service: &Service, made: &ReportTable) -> Result<Vec<u8>, CliError> {
    let body = ReportResponse::of(&*service.centre()?, made);
    let mut bytes = serde_json::to_vec_pretty(&body).map_err(|error| CliError::Output(error.into()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The report for a terminal.
fn text(made: &ReportTable) -> String {
    let mut table = TextTable::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let legs = made.table.rows.iter().any(|row| row.leg.is_some()) && made.by != Grouping::Leg;
    let mut head = vec![made.by.to_string(), "name".to_owned()];
    head.extend(legs.then(|| "leg".to_owned()));
    head.extend(made.table.columns.iter().map(|column| column.en.to_owned()));
    table.set_header(head);
    for row in made.table.rows.iter().chain(&made.table.totals) {
        table.add_row(line(row, made, legs));
    }
    let title = made.request.report.title().1;
    let mark = if made.synthetic { " (synthetic season)" } else { "" };
    format!("{title}, {} to {}{mark}\n{table}\n", made.request.from, made.request.to)
}

fn line(row: &Row, made: &ReportTable, legs: bool) -> Vec<TableCell> {
    let total = if row.key.is_none() && row.name == "Tổng cộng" { "total" } else { "" };
    let mut cells = vec![TableCell::new(row.key.as_deref().unwrap_or(total)), TableCell::new(&row.name)];
    if legs {
        cells.push(TableCell::new(row.leg.unwrap_or_default()));
    }
    let numbers = row.cells.iter().zip(&made.table.columns).map(|(cell, column)| {
        let text = match (*cell, column.unit) {
            (Cell::Empty, _) => "–".to_owned(),
            (Cell::BasisPoints(points), _) => format!("{}.{:02} %", points / 100, points % 100),
            (Cell::Number(number), Unit::Second) => {
                format!("{}:{:02}:{:02}", number / 3_600, number / 60 % 60, number % 60)
            }
            (Cell::Number(number), _) => number.to_string(),
        };
        TableCell::new(text).set_alignment(CellAlignment::Right)
    });
    cells.extend(numbers);
    cells
}
