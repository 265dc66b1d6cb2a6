use std::{
    io::{self, Read},
    pin::Pin,
};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodyStream, MessageBody},
    http::header,
    post, web,
};
use serde::Serialize;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use crate::{
    api::{Answer, Asked, blocking, params::QueryParams, problem::Failure, problem_code::ProblemCode},
    domain::Act,
    service::{DossierFormat, DossierReport, ImportedRow, RowColumn, RowResult},
};

/// Bytes of one file at most.
const FILE_BYTES_MAX: usize = 64 << 20;
/// Chunks of a file on their way to its reader.
const CHUNKS_MAX: usize = 16;

/// What became of a file of dossiers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// How many dossiers are new.
    created: usize,
    /// How many have other content now.
    updated: usize,
    /// How many were so already.
    exists: usize,
    /// How many rows cannot be accepted.
    rejected: usize,
    /// How many sound rows were not stored, because with `atomic` another one cannot be accepted.
    skipped: usize,
    /// Why reading ended before the end of the file; null when all of it was read.
    unread: Option<String>,
    /// Each row, in order.
    rows: Vec<ImportRow>,
}

/// What became of one row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportRow {
    /// The number of the dossier in the file, from 1.
    row: u64,
    /// The line on which it begins, in CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The dossier's code, where one could be read.
    code: Option<String>,
    /// `created`, `updated`, `exists`, `rejected` or `skipped`.
    #[schema(example = "created")]
    result: &'static str,
    /// What is wrong with a `rejected` one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ImportError>,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportError {
    /// The column; null when it is the row as a whole.
    column: Option<String>,
    /// What is wrong and what is expected.
    message: String,
}

impl From<RowColumn> for ImportError {
    fn from(error: RowColumn) -> Self {
        Self { column: Some(error.column).filter(|column| !column.is_empty()), message: error.message }
    }
}

impl From<ImportedRow> for ImportRow {
    fn from(row: ImportedRow) -> Self {
        Self {
            row: row.row,
            line: row.line,
            code: row.code,
            result: row.result.as_str(),
            errors: row.errors.into_iter().map(ImportError::from).collect(),
        }
    }
}

impl From<DossierReport> for ImportReport {
    fn from(report: DossierReport) -> Self {
        Self {
            created: report.count(RowResult::Created),
            updated: report.count(RowResult::Updated),
            exists: report.count(RowResult::Exists),
            rejected: report.count(RowResult::Rejected),
            skipped: report.count(RowResult::Skipped),
            unread: report.unread,
            rows: report.rows.into_iter().map(ImportRow::from).collect(),
        }
    }
}

/// Create and replace dossiers from a file, as CSV or as a JSON list.
///
/// CSV has a header with the columns `code`, `department`, `procedure`, `received_at`, `appointment_at` and `settled_at`, of
/// which `procedure` and `settled_at` may be left out; JSON has objects with the same names. Each row is answered by itself:
/// what is sound is stored, and what is not is named with line, column and reason. At most 200000 rows and 64 MiB.
#[utoipa::path(tag = "dossiers",
    params(("atomic" = Option<bool>, Query, description = "Store all rows or, when one cannot be accepted, none; false when not given")),
    request_body(content(
        (String = "text/csv", example = "code,department,received_at,appointment_at\n000.00.00.H51-190614-0001,STNMT,2019-06-13T09:00:00+07:00,2019-06-20T17:00:00+07:00\n"),
        (Vec<Value> = "application/json"),
    ), description = "The file"),
    responses((status = 200, description = "What became of each row", body = ImportReport)))]
#[post("/v1/dossiers/import")]
pub(crate) async fn import_dossiers(
    (service, caller): Asked,
    request: HttpRequest,
    mut query: QueryParams,
    payload: web::Payload,
) -> Answer {
    caller.may(Act::WriteDossiers)?;
    let atomic = query.get::<bool>("atomic").unwrap_or(false);
    query.finish()?;
    let format = format_of(&request)?;
    let (sender, receiver) = mpsc::channel(CHUNKS_MAX);
    let file = Chunks { receiver, chunk: web::Bytes::new() };
    let (sent, report) = tokio::join!(
        forward(payload, sender),
        blocking(&service, move |service| service.import_dossiers(file, format, atomic)),
    );
    // What is wrong with the request explains what is wrong with the file.
    sent?;
    Ok(HttpResponse::Ok().json(ImportReport::from(report?)))
}

fn format_of(request: &HttpRequest) -> Result<DossierFormat, Failure> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let unsupported = |detail: String| Failure::new(ProblemCode::UNSUPPORTED_MEDIA_TYPE, detail);
    if let Some(encoding) = header(header::CONTENT_ENCODING).filter(|it| !it.eq_ignore_ascii_case("identity")) {
        return Err(unsupported(format!("the body is encoded as {encoding:?}: send it as it is")));
    }
    let given = header(header::CONTENT_TYPE).unwrap_or_default();
    match given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "text/csv" => Ok(DossierFormat::Csv),
        "application/json" => Ok(DossierFormat::Json),
        _ => Err(unsupported(format!("the body is {given:?}: expected text/csv or application/json"))),
    }
}

/// Hands a body on chunk by chunk to whoever reads it.
async fn forward(payload: web::Payload, sender: mpsc::Sender<io::Result<web::Bytes>>) -> Result<(), Failure> {
    let mut body = std::pin::pin!(BodyStream::new(payload));
    let mut bytes = 0;
    loop {
        let next = std::future::poll_fn(|context| Pin::as_mut(&mut body).poll_next(context)).await;
        let failure = match next {
            None => return Ok(()),
            Some(Ok(chunk)) => {
                bytes += chunk.len();
                if bytes <= FILE_BYTES_MAX {
                    // A reader that has seen enough reads no more; the rest is let go.
                    if !sender.is_closed() {
                        let _ = sender.send(Ok(chunk)).await;
                    }
                    continue;
                }
                let detail = format!("the body has more than {FILE_BYTES_MAX} bytes, which is the most that is read");
                Failure::new(ProblemCode::BODY_TOO_LARGE, detail)
            }
            Some(Err(error)) => Failure::new(ProblemCode::BAD_REQUEST, format!("the body cannot be read: {error}")),
        };
        let _ = sender.send(Err(io::Error::other("the body ends before its end"))).await;
        return Err(failure);
    }
}

/// A body as a file, on a thread that may wait for it.
struct Chunks {
    receiver: mpsc::Receiver<io::Result<web::Bytes>>,
    chunk: web::Bytes,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.chunk = chunk?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.chunk.len());
        buffer[..count].copy_from_slice(&self.chunk.split_to(count));
        Ok(count)
    }
}
