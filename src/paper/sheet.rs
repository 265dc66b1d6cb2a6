//! Reports as sheets: CSV for programs, a spreadsheet for people.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::PaperError;
use crate::domain::report::{Cell, Column, Grouping, Row, Table, Unit};

/// In what language a sheet's heads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetLanguage {
    /// Vietnamese.
    Vietnamese,
    /// English.
    English,
}

/// The report as CSV by RFC 4180: the group, its name, the leg where legs are told apart, and the columns by their stable words;
/// percents with two decimals. Totals are left to the reader.
///
/// # Panics
/// Never: memory takes every record.
#[must_use]
pub fn sheet_csv(table: &Table, by: Grouping) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let legs = has_legs(table);
    let mut head: Vec<&str> = vec![by.as_str(), "name"];
    head.extend(legs.then_some("leg_of"));
    head.extend(table.columns.iter().map(|column| column.key));
    let mut records: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for row in &table.rows {
        let mut record = vec![row.key.clone().unwrap_or_default(), harmless(&row.name)];
        if legs {
            record.push(row.leg.unwrap_or_default().to_owned());
        }
        record.extend(row.cells.iter().map(|cell| written(*cell)));
        records.push(record);
    }
    for record in records {
        writer.write_record(&record).expect("memory takes every record");
    }
    writer.into_inner().expect("memory is flushed")
}

fn has_legs(table: &Table) -> bool {
    table.rows.iter().any(|row| row.leg.is_some())
}

/// A name that a spreadsheet takes for no formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn written(cell: Cell) -> String {
    match cell {
        Cell::Number(number) => number.to_string(),
        Cell::BasisPoints(points) => format!("{}.{:02}", points / 100, points % 100),
        Cell::Empty => String::new(),
    }
}

/// The report as a spreadsheet with its totals below. The same report made at the same time gives the same bytes.
///
/// # Errors
/// [`PaperError::Unrendered`] when it cannot be written.
pub fn sheet_xlsx(
    table: &Table,
    title: &str,
    language: SheetLanguage,
    made_at: DateTime<Utc>,
) -> Result<Vec<u8>, PaperError> {
    workbook(table, title, language, made_at).map_err(|_| PaperError::Unrendered)
}

fn workbook(table: &Table, title: &str, language: SheetLanguage, made_at: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made_at.timestamp())?;
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    let (name, legs) = (sheet.set_name("Report")?, has_legs(table));
    let strong = Format::new().set_bold();
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Center);
    name.write_string_with_format(0, 0, title, &strong)?;
    let heads: &[&str] = match language {
        SheetLanguage::Vietnamese => &["Mã", "Tên", "Chặng"],
        SheetLanguage::English => &["Key", "Name", "Leg"],
    };
    let of_column = |column: &Column| match language {
        SheetLanguage::Vietnamese => column.vi,
        SheetLanguage::English => column.en,
    };
    let fixed = if legs { 3 } else { 2 };
    let all = heads.iter().take(fixed).copied().chain(table.columns.iter().map(of_column));
    for (place, text) in (0_u16..).zip(all) {
        name.write_string_with_format(2, place, text, &head)?;
        name.set_column_width(place, if place == 1 { 40.0 } else { 16.0 })?;
    }
    name.set_freeze_panes(3, 0)?;
    let mut line = 3_u32;
    for (rows, bold) in [(&table.rows, false), (&table.totals, true)] {
        for row in rows {
            write_row(name, line, row, &table.columns, (legs, bold))?;
            line += 1;
        }
    }
    book.save_to_buffer()
}

fn write_row(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    row: &Row,
    columns: &[Column],
    (legs, bold): (bool, bool),
) -> Result<(), XlsxError> {
    let plain = if bold { Format::new().set_bold() } else { Format::new() };
    let mut texts = vec![row.key.as_deref().unwrap_or_default(), row.name.as_str()];
    if legs {
        texts.push(row.leg.unwrap_or_default());
    }
    let mut place = 0_u16;
    for text in texts {
        sheet.write_string_with_format(line, place, text, &plain)?;
        place += 1;
    }
    for (cell, column) in row.cells.iter().zip(columns) {
        let format = match column.unit {
            Unit::Percent => plain.clone().set_num_format("0.00%"),
            _ => plain.clone().set_num_format("#,##0"),
        };
        match *cell {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet's numbers are floats")]
            Cell::Number(number) => sheet.write_number_with_format(line, place, number as f64, &format)?,
            Cell::BasisPoints(points) => {
                sheet.write_number_with_format(line, place, f64::from(points) / 10_000.0, &format)?
            }
            Cell::Empty => sheet.write_blank(line, place, &format)?,
        };
        place += 1;
    }
    Ok(())
}
