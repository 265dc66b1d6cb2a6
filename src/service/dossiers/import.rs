use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ReaderBuilder};
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use super::NewDossier;
use crate::{
    domain::{CentreData, Dossier},
    service::{
        Service, ServiceError,
        homes::{PhoneDigest, PhoneKey},
    },
    store::PutDossier,
};

/// Rows of one file at most.
pub const IMPORT_ROWS_MAX: usize = 200_000;
/// Rows in one transaction, unless all are.
const ROWS_AT_ONCE: usize = 500;
/// Longer values are mistakes, such as a quote that is never closed.
const CELL_BYTES_MAX: usize = 1_000;

const COLUMNS: [&str; 7] = ["code", "department", "procedure", "received_at", "appointment_at", "settled_at", "phone"];
const REQUIRED: [&str; 4] = ["code", "department", "received_at", "appointment_at"];

/// What a file of dossiers is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DossierFormat {
    /// CSV with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowResult {
    /// The dossier is new.
    Created,
    /// The dossier was there, and has other content now.
    Updated,
    /// The dossier was there with this content.
    Exists,
    /// The row cannot be accepted.
    Rejected,
    /// The row is sound, but was not stored because another one cannot be accepted and all were wanted or none.
    Skipped,
}

impl RowResult {
    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Exists => "exists",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
        }
    }
}

/// What is wrong with a value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowColumn {
    /// The column; empty when it is the row as a whole.
    pub column: String,
    /// What is wrong and what is expected.
    pub message: String,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// The row's number among the dossiers, from 1.
    pub row: u64,
    /// The line on which it begins, where the format has lines.
    pub line: Option<u64>,
    /// The dossier's code, where one could be read.
    pub code: Option<String>,
    /// What became of it.
    pub result: RowResult,
    /// What is wrong with a rejected one.
    pub errors: Vec<RowColumn>,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierReport {
    /// Its rows, in order.
    pub rows: Vec<ImportedRow>,
    /// Why reading ended before the end of the file.
    pub unread: Option<String>,
}

impl DossierReport {
    /// How many rows ended so.
    #[must_use]
    pub fn count(&self, result: RowResult) -> usize {
        self.rows.iter().filter(|row| row.result == result).count()
    }
}

impl Service {
    /// Creates and replaces dossiers from a file, which is read once and never held as a whole. What is wrong with a row keeps
    /// that row out and is told; with `atomic` it keeps all of them out.
    ///
    /// # Errors
    /// [`ServiceError::DossierFile`] when the file's head cannot be read or its bytes do not come.
    pub fn import_dossiers(
        &self,
        file: impl Read,
        format: DossierFormat,
        atomic: bool,
    ) -> Result<DossierReport, ServiceError> {
        let centre = self.centre()?;
        let synthetic = self.holds_a_synthetic_season(&centre)?;
        let key = self.phone_key()?;
        let mut import = Import {
            service: self,
            centre: &centre,
            synthetic,
            key,
            atomic,
            report: DossierReport::default(),
            sound: Vec::new(),
        };
        match format {
            DossierFormat::Csv => import.csv(file)?,
            DossierFormat::Json => import.json(file)?,
        }
        import.finish()
    }
}

impl Service {
    /// The same of a file by its path; a name that ends in `.json` holds a list of objects, any other CSV.
    ///
    /// # Errors
    /// [`ServiceError::File`] too.
    pub fn import_dossier_file(&self, path: &Path, atomic: bool) -> Result<DossierReport, ServiceError> {
        let file = File::open(path).map_err(|error| ServiceError::file("file of dossiers", path, &error))?;
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let format = if is_json { DossierFormat::Json } else { DossierFormat::Csv };
        self.import_dossiers(file, format, atomic)
    }
}

struct Import<'a> {
    service: &'a Service,
    centre: &'a CentreData,
    synthetic: bool,
    key: PhoneKey,
    atomic: bool,
    report: DossierReport,
    /// Sound rows that are not stored yet: their places in the report, and the dossiers.
    sound: Vec<(usize, (Dossier, Option<PhoneDigest>))>,
}

impl Import<'_> {
    /// Takes a row whose values are found by the names of their columns. Answers whether there may be more.
    fn take(&mut self, line: Option<u64>, row: Result<Row, Vec<RowColumn>>) -> Result<bool, ServiceError> {
        let place = self.report.rows.len();
        if place >= IMPORT_ROWS_MAX {
            self.report.unread = Some(format!("at most {IMPORT_ROWS_MAX} rows are read at once: split the file"));
            return Ok(false);
        }
        let code = row.as_ref().ok().map(|row| row.code.clone());
        let accepted = row.and_then(|row| {
            let found = self.service.accept_dossier(self.centre, &row.code, &row.dossier, self.synthetic, &self.key);
            found.map_err(|problems| {
                let column = |field: String, message: String| RowColumn { column: field, message };
                problems.into_iter().map(|problem| column(problem.field, problem.message)).collect()
            })
        });
        let (result, errors) = match accepted {
            Ok(dossier) => {
                self.sound.push((place, dossier));
                (RowResult::Skipped, Vec::new())
            }
            Err(errors) => (RowResult::Rejected, errors),
        };
        self.report.rows.push(ImportedRow { row: place as u64 + 1, line, code, result, errors });
        if !self.atomic && self.sound.len() >= ROWS_AT_ONCE {
            self.store()?;
        }
        Ok(true)
    }

    fn store(&mut self) -> Result<(), ServiceError> {
        let (places, accepted): (Vec<usize>, Vec<_>) = std::mem::take(&mut self.sound).into_iter().unzip();
        let (dossiers, phones): (Vec<Dossier>, Vec<_>) = accepted.into_iter().unzip();
        let put = self.service.store().put_dossiers(self.centre.centre.id, &dossiers, &phones, |_, _| true)?;
        for (place, outcome) in places.into_iter().zip(put.unwrap_or_default()) {
            self.report.rows[place].result = match outcome {
                PutDossier::Created => RowResult::Created,
                PutDossier::Updated => RowResult::Updated,
                PutDossier::Exists => RowResult::Exists,
            };
        }
        Ok(())
    }

    fn finish(mut self) -> Result<DossierReport, ServiceError> {
        let all = self.report.unread.is_none() && self.report.count(RowResult::Rejected) == 0;
        if (all || !self.atomic) && !self.sound.is_empty() {
            self.store()?;
        }
        Ok(self.report)
    }

    fn csv(&mut self, file: impl Read) -> Result<(), ServiceError> {
        let mut reader =
            ReaderBuilder::new().flexible(true).from_reader(LineFeeds { file: BufReader::new(file), held: false });
        let header = reader.byte_headers().map_err(|error| ServiceError::DossierFile(error.to_string()))?;
        let columns = read_header(header).map_err(ServiceError::DossierFile)?;
        let mut record = ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return Err(ServiceError::DossierFile(error.to_string())),
            }
            let line = record.position().map(csv::Position::line);
            let row = cells(&columns, &record).and_then(|cells| read_row(&cells));
            if !self.take(line, row)? {
                return Ok(());
            }
        }
    }

    fn json(&mut self, file: impl Read) -> Result<(), ServiceError> {
        let mut failure = None;
        let mut deserializer = serde_json::Deserializer::from_reader(io::BufReader::new(file));
        let mut take = |value: Value| match self.take(None, object(value).and_then(|cells| read_row(&cells))) {
            Ok(more) => more,
            Err(error) => {
                failure = Some(error);
                false
            }
        };
        let read = Rows(&mut take)
            .deserialize(&mut deserializer)
            .and_then(|whole| if whole { deserializer.end() } else { Ok(()) });
        match (failure, read) {
            (Some(failure), _) => Err(failure),
            // Reading was ended here, which the reader does not know.
            (None, Err(_)) if self.report.unread.is_some() => Ok(()),
            (None, Err(error)) if error.is_io() => Err(ServiceError::DossierFile(error.to_string())),
            (None, Err(error)) if self.report.rows.is_empty() => Err(ServiceError::DossierFile(error.to_string())),
            (None, Err(error)) => {
                self.report.unread = Some(error.to_string());
                Ok(())
            }
            (None, Ok(())) => Ok(()),
        }
    }
}

/// A file with LF where it has CR LF: the reader of CSV counts the line of a row before it has seen the LF in front of it.
struct LineFeeds<R> {
    file: BufReader<R>,
    /// A CR whose next byte has not come yet.
    held: bool,
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        // A CR that turns out to stand alone takes a place of its own.
        while written + 1 < buffer.len() {
            let available = self.file.fill_buf()?;
            let Some(&byte) = available.first() else {
                if std::mem::take(&mut self.held) {
                    buffer[written] = b'\r';
                    written += 1;
                }
                return Ok(written);
            };
            if std::mem::replace(&mut self.held, byte == b'\r') && byte != b'\n' {
                buffer[written] = b'\r';
                written += 1;
            }
            if byte != b'\r' {
                buffer[written] = byte;
                written += 1;
            }
            self.file.consume(1);
            // What is there is handed on before more is waited for.
            if written > 0 && self.file.buffer().is_empty() {
                break;
            }
        }
        Ok(written)
    }
}

/// A row as it was read.
struct Row {
    code: String,
    dossier: NewDossier,
}

/// Values by the names of their columns.
type Cells = Vec<(&'static str, String)>;

/// The columns of a header, in its order.
fn read_header(header: &ByteRecord) -> Result<Vec<&'static str>, String> {
    let mut columns = Vec::new();
    for cell in header {
        let name = std::str::from_utf8(cell).unwrap_or_default().trim();
        let expected = || format!("expected {}", COLUMNS.join(","));
        let known = COLUMNS.into_iter().find(|known| *known == name);
        let known = known.ok_or_else(|| format!("line 1: {name:?} is no column: {}", expected()))?;
        if columns.contains(&known) {
            return Err(format!("line 1: the column {known} is there twice"));
        }
        columns.push(known);
    }
    match REQUIRED.into_iter().find(|required| !columns.contains(required)) {
        Some(missing) => Err(format!("line 1: the column {missing} is missing")),
        None => Ok(columns),
    }
}

fn whole(message: impl Into<String>) -> Vec<RowColumn> {
    vec![RowColumn { column: String::new(), message: message.into() }]
}

fn cells(columns: &[&'static str], record: &ByteRecord) -> Result<Cells, Vec<RowColumn>> {
    if record.len() != columns.len() {
        return Err(whole(format!("it has {} cells, and the header has {}", record.len(), columns.len())));
    }
    let mut cells = Vec::with_capacity(columns.len());
    for (column, cell) in columns.iter().zip(record) {
        let refuse = |message: &str| vec![RowColumn { column: (*column).to_owned(), message: message.to_owned() }];
        let text = std::str::from_utf8(cell).map_err(|_| refuse("it is not UTF-8"))?;
        if text.len() > CELL_BYTES_MAX {
            return Err(refuse("it is too long: is a quotation mark missing?"));
        }
        cells.push((*column, text.to_owned()));
    }
    Ok(cells)
}

fn object(value: Value) -> Result<Cells, Vec<RowColumn>> {
    let Value::Object(members) = value else { return Err(whole("expected an object")) };
    let mut cells = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in members {
        let mut refuse = |message: String| errors.push(RowColumn { column: name.clone(), message });
        match (COLUMNS.into_iter().find(|known| *known == name), value) {
            (None, _) => refuse(format!("it is unknown here: expected {}", COLUMNS.join(", "))),
            (Some(_), Value::Null) => {}
            (Some(_), Value::String(text)) if text.len() > CELL_BYTES_MAX => refuse("it is too long".into()),
            (Some(known), Value::String(text)) => cells.push((known, text)),
            (Some(_), _) => refuse("expected a text".into()),
        }
    }
    if errors.is_empty() { Ok(cells) } else { Err(errors) }
}

fn read_row(cells: &Cells) -> Result<Row, Vec<RowColumn>> {
    let mut errors = Vec::new();
    let text = |name: &str| {
        let cell = cells.iter().find(|(column, _)| *column == name);
        cell.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    };
    let mut required = |name: &str| {
        if text(name).is_none() {
            errors.push(RowColumn { column: name.to_owned(), message: "it is missing".to_owned() });
        }
        text(name)
    };
    let (code, department) = (required("code"), required("department"));
    let times = (required("received_at"), required("appointment_at"), text("settled_at"));
    let mut time = |name: &str, text: Option<&str>| -> Option<DateTime<Utc>> {
        match DateTime::parse_from_rfc3339(text?) {
            Ok(at) => Some(at.with_timezone(&Utc)),
            Err(_) => {
                let message = "expected a time with its offset, such as 2019-06-14T07:30:00+07:00".to_owned();
                errors.push(RowColumn { column: name.to_owned(), message });
                None
            }
        }
    };
    let received_at = time("received_at", times.0);
    let appointment_at = time("appointment_at", times.1);
    let settled_at = time("settled_at", times.2);
    match (code, department, received_at, appointment_at) {
        (Some(code), Some(department), Some(received_at), Some(appointment_at)) if errors.is_empty() => Ok(Row {
            code: code.to_owned(),
            dossier: NewDossier {
                department: department.to_owned(),
                procedure: text("procedure").map(str::to_owned),
                received_at,
                appointment_at,
                settled_at,
                phone: text("phone").map(str::to_owned),
            },
        }),
        _ => Err(errors),
    }
}

/// A list whose elements are handed on one by one; answers whether it was read to its end.
struct Rows<'a>(&'a mut dyn FnMut(Value) -> bool);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of dossiers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<bool, A::Error> {
        while let Some(element) = elements.next_element()? {
            if !(self.0)(element) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
