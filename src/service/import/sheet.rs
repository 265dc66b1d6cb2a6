use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    hash::Hash,
    str::FromStr,
};

use chrono::{NaiveDate, NaiveTime};

use super::{
    folder::Folder,
    problem::{Checked, Problems, quoted},
};
use crate::domain::{DomainError, Effective, SiteKind, parse_time};

/// Longer cells are mistakes, such as a quote that is never closed.
const CELL_CHARS_MAX: usize = 1000;

/// The words by which a row says how sure it is.
const CERTAINTIES: [&str; 5] = ["checked", "published", "derived", "assumption", "unverified"];

/// A CSV file whose header is right; its cells in the order of `columns`.
pub(super) struct Sheet {
    pub(super) file: &'static str,
    columns: &'static [&'static str],
    records: Vec<Record>,
}

struct Record {
    line: u64,
    cells: Vec<String>,
    /// It has too few or too many cells, so that nobody knows which is which.
    ragged: bool,
}

/// What a row was read as, and on which line it stands.
#[derive(Debug, Clone)]
pub(super) struct Entry<T> {
    pub(super) line: u64,
    pub(super) value: T,
}

impl Sheet {
    /// Reads the file's shape: header, number of cells, no control characters.
    pub(super) fn read(
        folder: &Folder,
        file: &'static str,
        columns: &'static [&'static str],
        problems: &mut Problems,
    ) -> Checked<Self> {
        let text = folder.text(file, problems)?;
        let mut rows = split(&text).into_iter();
        let Some(header) = rows.next() else {
            return Err(problems.in_file(file, format!("the file is empty: expected the header {}", columns.join(","))));
        };
        let order = read_header(file, columns, &header, problems)?;
        let mut records = Vec::new();
        for row in rows {
            let (found, expected) = (row.cells.len(), header.cells.len());
            let ragged = found != expected;
            if ragged {
                let hint = if row.spans_lines() { "; a quote in it is perhaps never closed" } else { "" };
                problems.at_line(file, row.line, format!("the row has {found} cells, the header has {expected}{hint}"));
            }
            let cells = order.iter().map(|index| row.cells.get(*index).cloned().unwrap_or_default()).collect();
            records.push(Record { line: row.line, cells, ragged });
        }
        Ok(Self { file, columns, records })
    }

    /// Reads every row with `read`, which records what is wrong; rows that failed are left out.
    pub(super) fn rows<T>(
        &self,
        problems: &mut Problems,
        mut read: impl FnMut(&mut Row) -> Checked<T>,
    ) -> Vec<Entry<T>> {
        let mut entries = Vec::new();
        for record in self.records.iter().filter(|record| !record.ragged) {
            let mut row = Row { sheet: self, record, problems };
            if row.is_plain()
                && let Ok(value) = read(&mut row)
            {
                entries.push(Entry { line: record.line, value });
            }
        }
        entries
    }

    /// Every text in `column`, also of rows that are broken elsewhere: a reference to such a row is not a second mistake.
    /// `None` when a row may have swallowed others, so that nobody knows what is missing.
    pub(super) fn declared(&self, column: &str) -> Option<HashSet<String>> {
        self.declared_where(column, |_| true)
    }

    /// As [`declared`](Self::declared), of the sites that are of `kind`, or of no kind that exists.
    pub(super) fn declared_of_kind(&self, kind: SiteKind) -> Option<HashSet<String>> {
        let index = self.index("kind");
        self.declared_where("code", |record| record.cells[index].parse().map_or(true, |found: SiteKind| found == kind))
    }

    fn declared_where(&self, column: &str, include: impl Fn(&Record) -> bool) -> Option<HashSet<String>> {
        let index = self.index(column);
        let complete = !self.records.iter().any(Record::spans_lines);
        let records = self.records.iter().filter(|record| include(record));
        complete.then(|| records.map(|record| record.cells[index].clone()).filter(|text| !text.is_empty()).collect())
    }

    /// The texts in `column` of the rows that did not become one of `entries`.
    pub(super) fn broken<T>(&self, column: &str, entries: &[Entry<T>]) -> HashSet<String> {
        let index = self.index(column);
        let read: HashSet<u64> = entries.iter().map(|entry| entry.line).collect();
        let broken = self.records.iter().filter(|record| !read.contains(&record.line));
        broken.map(|record| record.cells[index].clone()).collect()
    }

    /// How many rows the file has, broken ones included.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    fn index(&self, column: &str) -> usize {
        self.columns.iter().position(|known| *known == column).expect("code names only columns it asked for")
    }
}

impl Record {
    fn spans_lines(&self) -> bool {
        self.cells.iter().any(|cell| cell.contains('\n'))
    }
}

/// Splits CSV text into trimmed cells; blank lines are skipped.
fn split(text: &str) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    let (mut counted_to, mut line) = (0, 1);
    for record in reader.records() {
        let record = record.expect("text in memory is UTF-8 and reading it cannot fail");
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted_to);
        // The reader's position is that of the blank lines before the record, if there are any.
        let blank = text[start..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text[counted_to..start + blank].bytes().filter(|byte| *byte == b'\n').count() as u64;
        counted_to = start + blank;
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells != [""] {
            records.push(Record { line, cells, ragged: false });
        }
    }
    records
}

/// For each expected column, where it stands in the header.
fn read_header(file: &str, columns: &[&str], header: &Record, problems: &mut Problems) -> Checked<Vec<usize>> {
    for (n, name) in header.cells.iter().enumerate() {
        if !columns.contains(&name.as_str()) {
            let reason = format!("{} is not a column of this file: expected {}", quoted(name), columns.join(","));
            problems.at_line(file, header.line, reason);
        } else if header.cells[..n].contains(name) {
            problems.in_column(file, header.line, name, "the header names it twice");
        }
    }
    let mut order = Ok(Vec::with_capacity(columns.len()));
    for column in columns {
        match (header.cells.iter().position(|name| name == column), &mut order) {
            (Some(index), Ok(order)) => order.push(index),
            (Some(_), Err(_)) => {}
            (None, order) => *order = Err(problems.in_column(file, header.line, column, "the header lacks it")),
        }
    }
    order
}

/// One row being read: each method reads a cell, or records what is wrong with it.
pub(super) struct Row<'s, 'p> {
    sheet: &'s Sheet,
    record: &'s Record,
    problems: &'p mut Problems,
}

impl<'s> Row<'s, '_> {
    /// Records what is wrong with a cell.
    pub(super) fn wrong<T>(&mut self, column: &str, reason: impl Into<String>) -> Checked<T> {
        Err(self.problems.in_column(self.sheet.file, self.record.line, column, reason))
    }

    /// The cell as it stands.
    pub(super) fn raw(&self, column: &str) -> &'s str {
        &self.record.cells[self.sheet.index(column)]
    }

    fn is_plain(&mut self) -> bool {
        let (sheet, record) = (self.sheet, self.record);
        let mut plain = true;
        for (column, cell) in sheet.columns.iter().zip(&record.cells) {
            let reason = if cell.chars().any(char::is_control) {
                "the cell has a line break or control character: a quote before it is perhaps never closed".to_owned()
            } else if cell.chars().count() > CELL_CHARS_MAX {
                format!("the cell has more than {CELL_CHARS_MAX} characters")
            } else {
                continue;
            };
            plain = false;
            let _ = self.wrong::<()>(column, reason);
        }
        plain
    }

    fn checked<T, E: Display>(&mut self, column: &str, value: Result<T, E>) -> Checked<T> {
        value.or_else(|error| self.wrong(column, error.to_string()))
    }

    /// A text that may be empty.
    pub(super) fn optional(&self, column: &str) -> Option<String> {
        Some(self.raw(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A text that may not be empty.
    pub(super) fn text(&mut self, column: &str) -> Checked<String> {
        match self.optional(column) {
            Some(text) => Ok(text),
            None => self.wrong(column, "it is empty: a value is expected"),
        }
    }

    /// A short code: letters, digits, `_`, `-` and `.`.
    pub(super) fn code(&mut self, column: &str) -> Checked<String> {
        let text = self.text(column)?;
        let fits = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if fits {
            Ok(text)
        } else {
            self.wrong(column, format!("{} is not a code: expected at most 64 of A-Z a-z 0-9 _ - .", quoted(&text)))
        }
    }

    /// A code that a row of another file declares; all of them pass when that file could not be read.
    pub(super) fn reference(
        &mut self,
        column: &str,
        known: Option<&HashSet<String>>,
        in_file: &str,
    ) -> Checked<String> {
        let code = self.text(column)?;
        if known.is_none_or(|known| known.contains(&code)) {
            Ok(code)
        } else {
            self.wrong(column, format!("{} is not in {in_file}", quoted(&code)))
        }
    }

    /// One word of an enumeration.
    pub(super) fn word<T: FromStr<Err = DomainError>>(&mut self, column: &str) -> Checked<T> {
        let word = self.text(column)?.parse();
        self.checked(column, word)
    }

    /// Words of an enumeration, separated by `;`, none twice.
    pub(super) fn words<T: FromStr<Err = DomainError> + PartialEq>(&mut self, column: &str) -> Checked<Vec<T>> {
        let mut words = Vec::new();
        for text in self.list(column) {
            let word = text.parse();
            let word = self.checked(column, word)?;
            if words.contains(&word) {
                return self.wrong(column, format!("{} is there twice", quoted(text)));
            }
            words.push(word);
        }
        Ok(words)
    }

    /// Texts separated by `;`; none when the cell is empty.
    pub(super) fn list(&self, column: &str) -> Vec<&'s str> {
        match self.raw(column) {
            "" => Vec::new(),
            cell => cell.split(';').map(str::trim).collect(),
        }
    }

    /// A whole number of at least `min` and at most `max`.
    pub(super) fn number(&mut self, column: &str, min: u32, max: u32) -> Checked<u32> {
        let text = self.text(column)?;
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => {
                let reason = format!("{} is not a whole number from {min} to {max}", quoted(&text));
                self.wrong(column, reason)
            }
        }
    }

    /// Decimal degrees; `None` when the cell is empty.
    pub(super) fn degrees(&mut self, column: &str) -> Checked<Option<f64>> {
        match self.raw(column) {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(degrees) if degrees.is_finite() => Ok(Some(degrees)),
                _ => self.wrong(column, format!("{} is not a number of degrees such as 9.60254", quoted(text))),
            },
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, column: &str) -> Checked<bool> {
        match self.raw(column) {
            "true" => Ok(true),
            "false" => Ok(false),
            other => self.wrong(column, format!("{} is neither true nor false", quoted(other))),
        }
    }

    /// A date such as 2019-06-14.
    pub(super) fn date(&mut self, column: &str) -> Checked<NaiveDate> {
        let text = self.text(column)?;
        let date = Some(&text)
            .filter(|text| text.len() == "2019-06-14".len())
            .and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        match date {
            Some(date) => Ok(date),
            None => self.wrong(column, format!("{} is not a date: expected one such as 2019-06-14", quoted(&text))),
        }
    }

    /// A time of day such as 07:30.
    pub(super) fn time(&mut self, column: &str) -> Checked<NaiveTime> {
        let text = self.text(column)?;
        self.checked(column, parse_time(&text))
    }

    /// The columns `effective_from` and `effective_to`.
    pub(super) fn effective(&mut self) -> Checked<Effective> {
        let from = self.date("effective_from");
        let to = match self.raw("effective_to") {
            "" => Ok(None),
            _ => self.date("effective_to").map(Some),
        };
        let effective = Effective::new(from?, to?);
        self.checked("effective_to", effective)
    }

    /// One of the words for how sure a value is.
    pub(super) fn certainty(&mut self, column: &str) -> Checked<String> {
        let text = self.text(column)?;
        self.certainty_of(column, text)
    }

    /// One of the words for how sure a value is, or the empty text where there is no value.
    pub(super) fn optional_certainty(&mut self, column: &str) -> Checked<String> {
        self.optional(column).map_or(Ok(String::new()), |text| self.certainty_of(column, text))
    }

    fn certainty_of(&mut self, column: &str, text: String) -> Checked<String> {
        if let Some(reason) = not_a_certainty(&text) { self.wrong(column, reason) } else { Ok(text) }
    }
}

/// Why `text` does not say how sure a value is, if it does not.
pub(super) fn not_a_certainty(text: &str) -> Option<String> {
    (!CERTAINTIES.contains(&text))
        .then(|| format!("{} is not a certainty: expected one of {}", quoted(text), CERTAINTIES.join(", ")))
}

/// Records and drops every row that has the key of an earlier row on some of the days on which both are in force.
pub(super) fn refuse_overlaps<T, K: Eq + Hash>(
    file: &str,
    column: &str,
    entries: &mut Vec<Entry<T>>,
    key: impl Fn(&T) -> (K, Effective),
    problems: &mut Problems,
) {
    let mut seen: HashMap<K, Vec<(Effective, u64)>> = HashMap::new();
    entries.retain(|entry| {
        let (key, effective) = key(&entry.value);
        let periods = seen.entry(key).or_default();
        let earlier = periods.iter().find(|(period, _)| period.overlaps(&effective)).map(|(_, line)| *line);
        if let Some(line) = earlier {
            problems.in_column(file, entry.line, column, format!("line {line} is in force for it on the same days"));
        } else {
            periods.push((effective, entry.line));
        }
        earlier.is_none()
    });
}

/// Records and drops every row that has the key of an earlier row.
pub(super) fn refuse_repeats<T, K: Eq + Hash>(
    file: &str,
    column: &str,
    entries: &mut Vec<Entry<T>>,
    key: impl Fn(&T) -> K,
    problems: &mut Problems,
) {
    let mut seen: HashMap<K, u64> = HashMap::new();
    entries.retain(|entry| {
        let earlier = seen.get(&key(&entry.value)).copied();
        if let Some(line) = earlier {
            problems.in_column(file, entry.line, column, format!("line {line} has it already"));
        } else {
            seen.insert(key(&entry.value), entry.line);
        }
        earlier.is_none()
    });
}

/// The values without their lines.
pub(super) fn values<T>(entries: Vec<Entry<T>>) -> Vec<T> {
    entries.into_iter().map(|entry| entry.value).collect()
}
