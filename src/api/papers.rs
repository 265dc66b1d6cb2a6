use actix_web::{HttpResponse, get, http::header, post, web};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    caller::Caller,
    params::{NoQuery, Param, PathParams, QueryParams},
    problem::Failure,
};
use crate::{
    domain::{Act, RoundId, RunId, ScanId},
    service::{IssuedSlip, LABELS_MAX, LabelFormat, Outcome, Service, ServiceError, SlipRow},
};

const PDF: &str = "application/pdf";
const ZPL: &str = "application/zpl";

/// A paper to be shown by the browser, under a name for those who save it.
fn paper(media_type: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{plain}\"")))
        .body(bytes)
}

impl Param for LabelPaper {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "a4" => Ok(Self::A4),
            "single" => Ok(Self::Single),
            "zpl" => Ok(Self::Zpl),
            other => Err(format!("{other:?} is not a format: expected a4, single or zpl")),
        }
    }
}

/// How labels are printed.
#[derive(Debug, Clone, Copy)]
enum LabelPaper {
    A4,
    Single,
    Zpl,
}

/// Labels that are asked for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct LabelsBody {
    /// The codes, in the order in which they are printed.
    codes: Vec<String>,
    /// `a4` for sheets of 24 labels of 70 × 37 mm, `single` for pages of 100 × 50 mm, `zpl` for thermal printers; `a4` when
    /// not given.
    #[schema(example = "a4")]
    format: Option<String>,
    /// The first free label of the first sheet, 1 to 24; only with `a4`.
    start: Option<u32>,
}

async fn labels(
    service: &web::Data<Service>,
    caller: Caller,
    codes: Vec<String>,
    format: Option<LabelPaper>,
    start: Option<usize>,
) -> Answer {
    let format = match format.unwrap_or(LabelPaper::A4) {
        LabelPaper::A4 => LabelFormat::Sheets { start: start.unwrap_or(1) },
        LabelPaper::Single => LabelFormat::Single,
        LabelPaper::Zpl => LabelFormat::Zpl,
    };
    let bytes = blocking(service, move |service| service.labels_for(&caller.authority(), &codes, format)).await?;
    Ok(match format {
        LabelFormat::Zpl => paper(ZPL, "labels.zpl", bytes),
        _ => paper(PDF, "labels.pdf", bytes),
    })
}

/// The rest of what is wrong with `start`, which the other formats do not have.
fn check_start(format: Option<LabelPaper>, start: Option<u64>) -> Result<Option<usize>, &'static str> {
    match (format.unwrap_or(LabelPaper::A4), start) {
        (_, None) => Ok(None),
        (LabelPaper::A4, Some(start @ 1..=24)) => Ok(usize::try_from(start).ok()),
        (LabelPaper::A4, Some(_)) => Err("a sheet has the labels 1 to 24"),
        (_, Some(_)) => Err("only sheets (format a4) have a first free label: leave it out"),
    }
}

/// Labels for a few codes.
#[utoipa::path(tag = "papers",
    params(
        ("codes" = String, Query, description = "Codes, separated by commas", example = "BGH510001234B"),
        ("format" = Option<String>, Query, description = "`a4` for sheets of 24 labels of 70 × 37 mm, `single` for pages of 100 × 50 mm, `zpl` for thermal printers; `a4` when not given"),
        ("start" = Option<u32>, Query, description = "The first free label of the first sheet, 1 to 24; only with `a4`"),
    ),
    responses(
        (status = 200, description = "The labels", content((Vec<u8> = "application/pdf"), (String = "application/zpl"))),
    ))]
#[get("/v1/labels")]
pub(crate) async fn get_labels((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::PrintPaper)?;
    let codes = query.get::<String>("codes");
    let format = query.get::<LabelPaper>("format");
    let start = query.get::<u64>("start");
    let start = check_start(format, start).unwrap_or_else(|problem| {
        query.refuse("start", problem);
        None
    });
    query.finish()?;
    let codes = codes.filter(|codes| !codes.trim().is_empty());
    let missing = "it is missing: give the codes to print, separated by commas";
    let codes = codes.ok_or_else(|| Failure::parameter("codes", missing))?;
    let codes: Vec<String> = codes.split(',').map(|code| code.trim().to_owned()).collect();
    let answer = labels(&service, caller, codes, format, start).await;
    // What the body of the other request would be is one parameter here.
    answer.map_err(|failure| failure.of_parameter("codes"))
}

/// Labels for up to 5,000 codes.
#[utoipa::path(tag = "papers", request_body = LabelsBody,
    responses(
        (status = 200, description = "The labels", content((Vec<u8> = "application/pdf"), (String = "application/zpl"))),
    ))]
#[post("/v1/labels")]
pub(crate) async fn print_labels((service, caller): Asked, body: JsonBody, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let mut fields = Fields::of(body.json)?;
    let codes: Option<Vec<String>> = fields.required("codes");
    let format = fields.parsed::<LabelPaper>("format", false);
    let start = fields.optional::<u64>("start");
    if codes.as_ref().is_some_and(|codes| !(1..=LABELS_MAX).contains(&codes.len())) {
        fields.refuse("codes", format!("expected 1 to {LABELS_MAX} codes"));
    }
    let start = check_start(format, start).unwrap_or_else(|problem| {
        fields.refuse("start", problem.to_owned());
        None
    });
    let codes = fields.finish(codes)?;
    labels(&service, caller, codes, format, start).await
}

/// The manifest of a run on paper: each courier's stops in order, the items to be ticked.
#[utoipa::path(tag = "papers",
    params(("id" = uuid::Uuid, Path, description = "The run's id")),
    responses((status = 200, description = "The manifest", body = Vec<u8>, content_type = "application/pdf")))]
#[get("/v1/runs/{id}/manifest.pdf")]
pub(crate) async fn get_run_manifest_pdf((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let id: RunId = path.get("id")?;
    let bytes = blocking(&service, move |service| service.run_manifest_pdf_for(&caller.authority(), id)).await?;
    Ok(paper(PDF, &format!("manifest-{id}.pdf"), bytes))
}

/// The manifest of a round on paper, with the addresses that the courier needs.
#[utoipa::path(tag = "papers",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses((status = 200, description = "The manifest", body = Vec<u8>, content_type = "application/pdf")))]
#[get("/v1/rounds/{id}/manifest.pdf")]
pub(crate) async fn get_round_manifest_pdf((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let id: RoundId = path.get("id")?;
    let bytes = blocking(&service, move |service| service.round_manifest_pdf_for(&caller.authority(), id)).await?;
    Ok(paper(PDF, &format!("manifest-{id}.pdf"), bytes))
}

/// The minute of a handover, to be counted by and signed by both sides.
///
/// The handover is named by a scan of either side: a `give`, a `receive` or a `hand_back`. The minute lists the things of that
/// scan and shows of each whether the other side has scanned it too.
#[utoipa::path(tag = "papers",
    params(("scan_id" = uuid::Uuid, Path, description = "The scan of the giver or of the receiver")),
    responses((status = 200, description = "The minute", body = Vec<u8>, content_type = "application/pdf")))]
#[get("/v1/handovers/{scan_id}/minute.pdf")]
pub(crate) async fn get_handover_minute((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let id = ScanId::from_uuid(path.get("scan_id")?);
    let bytes = blocking(&service, move |service| service.handover_minute_for(&caller.authority(), id)).await?;
    Ok(paper(PDF, &format!("minute-{id}.pdf"), bytes))
}

/// A control slip: what its PDF shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipResponse {
    /// The form's number.
    #[schema(example = "Mẫu số 06")]
    form: String,
    /// The regulation that prescribes it.
    regulation: String,
    /// Its title.
    title: String,
    /// The dossier's code.
    dossier: String,
    /// The department that settles it.
    department: String,
    /// When it was received.
    filed_at: DateTime<FixedOffset>,
    /// When its result is promised.
    appointment_at: DateTime<FixedOffset>,
    /// When it was settled.
    settled_at: Option<DateTime<FixedOffset>>,
    /// `early`, `on_time` or `late`; null until it is settled.
    result: Option<String>,
    /// The handoffs in order.
    rows: Vec<SlipRowOut>,
    /// When the slip was issued.
    issued_at: DateTime<FixedOffset>,
    /// The zone of all its times.
    #[schema(example = "Asia/Ho_Chi_Minh")]
    time_zone: String,
    /// The short code for `GET /verify/{code}`.
    verification_code: String,
    /// The text of its 2-D code: the signed statement.
    statement: String,
    /// Whether it is made of a synthetic season.
    synthetic: bool,
}

/// One handoff.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlipRowOut {
    /// Who gave.
    giver: String,
    /// Who received.
    receiver: String,
    /// When it was given; null when the giver did not scan.
    given_at: Option<DateTime<FixedOffset>>,
    /// When it was received; null when the receiver has not scanned.
    received_at: Option<DateTime<FixedOffset>>,
    /// The entries of the ledger that stand for the signatures.
    signatures: String,
    /// `early`, `on_time` or `late`, where the step has a time by which it is due.
    result: Option<String>,
    /// What is remarkable.
    note: String,
}

fn outcome_word(outcome: Outcome) -> String {
    match outcome {
        Outcome::Early => "early",
        Outcome::OnTime => "on_time",
        Outcome::Late => "late",
    }
    .to_owned()
}

/// A time of the slip, which has them as they stand on the centre's clocks.
fn on_clocks(at: NaiveDateTime, zone: Tz) -> DateTime<FixedOffset> {
    let read = zone.from_local_datetime(&at).earliest();
    read.unwrap_or_else(|| zone.from_utc_datetime(&at)).fixed_offset()
}

impl SlipRowOut {
    fn new(row: &SlipRow, zone: Tz) -> Self {
        Self {
            giver: row.giver.clone(),
            receiver: row.receiver.clone(),
            given_at: row.given_at.map(|at| on_clocks(at, zone)),
            received_at: row.received_at.map(|at| on_clocks(at, zone)),
            signatures: row.signatures.clone(),
            result: row.outcome.map(outcome_word),
            note: row.note.clone(),
        }
    }
}

impl From<&IssuedSlip> for SlipResponse {
    fn from(slip: &IssuedSlip) -> Self {
        let paper = &slip.paper;
        let local = |at| on_clocks(at, paper.zone);
        Self {
            form: paper.form.number.clone(),
            regulation: paper.form.regulation.clone(),
            title: paper.form.title.clone(),
            dossier: paper.dossier.clone(),
            department: paper.department.clone(),
            filed_at: local(paper.filed_at),
            appointment_at: local(paper.appointment_at),
            settled_at: paper.settled.map(|(at, _)| local(at)),
            result: paper.settled.map(|(_, outcome)| outcome_word(outcome)),
            rows: paper.rows.iter().map(|row| SlipRowOut::new(row, paper.zone)).collect(),
            issued_at: local(paper.issued_at),
            time_zone: paper.zone.name().to_owned(),
            verification_code: paper.verification.clone(),
            statement: paper.statement.clone(),
            synthetic: paper.synthetic,
        }
    }
}

/// The control slip of a dossier on paper: a row for each handoff, a verification code, and a signed 2-D code.
///
/// The slip is issued when it is asked for. As long as nothing new was scanned, asking again gives the same slip.
#[utoipa::path(tag = "papers",
    params(("code" = String, Path, description = "The dossier's code", example = "000.00.00.H51-190614-0001")),
    responses((status = 200, description = "The slip", body = Vec<u8>, content_type = "application/pdf")))]
#[get("/v1/dossiers/{code}/control-slip.pdf")]
pub(crate) async fn get_control_slip_pdf((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let code = path.text("code").to_owned();
    let name = format!("control-slip-{code}.pdf");
    let bytes =
        blocking(&service, move |service| service.slip_pdf(&service.control_slip_for(&caller.authority(), &code)?))
            .await;
    Ok(paper(PDF, &name, bytes?))
}

/// The control slip of a dossier as data.
#[utoipa::path(tag = "papers",
    params(("code" = String, Path, description = "The dossier's code", example = "000.00.00.H51-190614-0001")),
    responses((status = 200, description = "The slip", body = SlipResponse)))]
#[get("/v1/dossiers/{code}/control-slip.json")]
pub(crate) async fn get_control_slip((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::PrintPaper)?;
    let code = path.text("code").to_owned();
    let slip = blocking(&service, move |service| {
        Ok::<_, ServiceError>(SlipResponse::from(&service.control_slip_for(&caller.authority(), &code)?))
    });
    Ok(HttpResponse::Ok().json(slip.await?))
}
