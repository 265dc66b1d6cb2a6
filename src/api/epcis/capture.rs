use actix_web::{HttpRequest, HttpResponse, get, http::header, post};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{escaped, status_of, text::CaptureText};
use crate::{
    api::{
        Answer, Asked, blocking,
        params::{NoQuery, PathParams, QueryParams},
        places::local,
        problem::Failure,
    },
    domain::Act,
    service::{CaptureError, EndedCapture, ErrorBehaviour},
};

/// Captures in one part of their list when nothing is said, as the standard has it.
const PER_PAGE_DEFAULT: u64 = 30;
/// Captures in one part at most.
const PER_PAGE_MAX: u64 = 1_000;

const BEHAVIOUR: &str = "GS1-Capture-Error-Behaviour";

/// A capture. It has ended by the time that it is answered, and what it stored is on disk.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CaptureJobResponse {
    /// Its id.
    #[serde(rename = "captureID")]
    capture_id: Uuid,
    /// When it began.
    created_at: DateTime<FixedOffset>,
    /// Whether it is still under way.
    running: bool,
    /// Whether there was no error.
    success: bool,
    /// What kept events out, the first thousand errors.
    errors: Vec<CaptureProblem>,
    /// `rollback` or `proceed`.
    #[schema(example = "rollback")]
    capture_error_behaviour: &'static str,
    /// How many events the document holds.
    events: u32,
    /// How many of them were stored.
    stored: u32,
}

/// What kept an event out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaptureProblem {
    /// The standard's exception.
    #[schema(example = "epcisException:ValidationException")]
    r#type: &'static str,
    /// What it is, in a few words.
    title: &'static str,
    /// 400, or 409 of an event that is there already.
    status: u16,
    /// What is wrong.
    detail: String,
    /// Where in the document, as a JSON pointer.
    pointer: String,
    /// Which kind of rule is broken; `exists` of an event that is there already.
    rule: String,
}

impl From<CaptureError> for CaptureProblem {
    fn from(error: CaptureError) -> Self {
        let title =
            if error.is_repetition() { "The event is there already" } else { "The event breaks a rule of EPCIS" };
        Self {
            r#type: "epcisException:ValidationException",
            title,
            status: status_of(error.is_repetition()).as_u16(),
            detail: error.message,
            pointer: error.pointer,
            rule: error.rule,
        }
    }
}

impl CaptureJobResponse {
    fn of(capture: EndedCapture, zone: Tz) -> Self {
        Self {
            capture_id: capture.id,
            created_at: local(capture.created_at, zone),
            running: false,
            success: capture.errors.is_empty(),
            errors: capture.errors.into_iter().map(CaptureProblem::from).collect(),
            capture_error_behaviour: capture.behaviour.as_str(),
            events: capture.events,
            stored: capture.stored,
        }
    }
}

fn behaviour(request: &HttpRequest) -> Result<ErrorBehaviour, Failure> {
    let Some(value) = request.headers().get(BEHAVIOUR) else { return Ok(ErrorBehaviour::Rollback) };
    match value.to_str().map(str::trim) {
        Ok("rollback") => Ok(ErrorBehaviour::Rollback),
        Ok("proceed") => Ok(ErrorBehaviour::Proceed),
        _ => Err(Failure::parameter(BEHAVIOUR, "expected rollback or proceed")),
    }
}

/// Capture events: an `EPCISDocument`, an `EPCISQueryDocument`, or one event.
///
/// With `rollback` all events are stored or none, and a document in which an event breaks a rule is refused at once. With
/// `proceed` whatever is sound is stored, and the capture's errors name the rest. An event that is there already is an error.
#[utoipa::path(tag = "epcis",
    params(("GS1-Capture-Error-Behaviour" = Option<String>, Header, description = "`rollback`, as when it is absent, or `proceed`")),
    request_body(content = Value, description = "JSON-LD as EPCIS 2.0 has it", content_type = "application/ld+json"),
    responses(
        (status = 202, description = "The capture is under Location", body = CaptureJobResponse, headers(("Location" = String, description = "The capture"))),
        (status = 413, description = "More events or bytes than GS1-EPCIS-Capture-Limit or GS1-Capture-File-Size-Limit"),
    ))]
#[post("/epcis/capture")]
pub(crate) async fn capture_events(
    (service, caller): Asked,
    request: HttpRequest,
    _: NoQuery,
    text: CaptureText,
) -> Answer {
    caller.may(Act::CaptureEpcis)?;
    let behaviour = behaviour(&request)?;
    let (capture, zone) = blocking(&service, move |service| {
        Ok((service.capture_document(&text.0, behaviour)?, service.centre()?.centre.time_zone))
    })
    .await?;
    Ok(HttpResponse::Accepted()
        .insert_header((header::LOCATION, format!("/epcis/capture/{}", capture.id)))
        .insert_header((BEHAVIOUR, behaviour.as_str()))
        .json(CaptureJobResponse::of(capture, zone)))
}

/// List captures, the newest first.
#[utoipa::path(tag = "epcis",
    params(
        ("perPage" = Option<u32>, Query, description = "At most so many; 30 when not given, 1000 at most"),
        ("nextPageToken" = Option<String>, Query, description = "Leads on from the part before: as the Link header has it"),
    ),
    responses(
        (status = 200, description = "Captures; the Link header leads to the next part", body = [CaptureJobResponse]),
    ))]
#[get("/epcis/capture")]
pub(crate) async fn list_captures((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::CaptureEpcis)?;
    let before = query.get::<Uuid>("nextPageToken");
    let limit = query.get::<u64>("perPage").unwrap_or(PER_PAGE_DEFAULT);
    if limit == 0 {
        query.refuse("perPage", "expected a whole number from 1 on");
    }
    query.finish()?;
    let limit = u32::try_from(limit.min(PER_PAGE_MAX)).unwrap_or(1);
    let (page, zone) =
        blocking(&service, move |service| Ok((service.captures(before, limit)?, service.centre()?.centre.time_zone)))
            .await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = page.next {
        response
            .insert_header((header::LINK, next_page(&query.path, &query.without("nextPageToken"), &next.to_string())));
    }
    let captures: Vec<CaptureJobResponse> =
        page.captures.into_iter().map(|capture| CaptureJobResponse::of(capture, zone)).collect();
    Ok(response.json(captures))
}

/// The Link to the next part of a list.
pub(super) fn next_page(path: &str, others: &str, token: &str) -> String {
    let separator = if others.is_empty() { "" } else { "&" };
    format!("<{path}?{others}{separator}nextPageToken={token}>; rel=\"next\"")
}

/// Get one capture.
#[utoipa::path(tag = "epcis",
    params(("id" = Uuid, Path, description = "The capture's id")),
    responses((status = 200, description = "The capture", body = CaptureJobResponse)))]
#[get("/epcis/capture/{id}")]
pub(crate) async fn get_capture((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::CaptureEpcis)?;
    let id: Uuid = path.get("id")?;
    let (capture, zone) =
        blocking(&service, move |service| Ok((service.capture(id)?, service.centre()?.centre.time_zone))).await?;
    Ok(HttpResponse::Ok()
        .insert_header((BEHAVIOUR, capture.behaviour.as_str()))
        .json(CaptureJobResponse::of(capture, zone)))
}

/// Capture one event.
#[utoipa::path(tag = "epcis",
    request_body(content = Value, description = "An event with its `@context`", content_type = "application/ld+json"),
    responses(
        (status = 201, description = "The event as it is told from now on", body = Value, content_type = "application/ld+json", headers(("Location" = String, description = "The event"))),
        (status = 409, description = "The event is there already"),
    ))]
#[post("/epcis/events")]
pub(crate) async fn capture_event((service, caller): Asked, _: NoQuery, text: CaptureText) -> Answer {
    caller.may(Act::CaptureEpcis)?;
    let event = blocking(&service, move |service| service.capture_event(&text.0)).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/epcis/events/{}", escaped(&event.id))))
        .content_type("application/ld+json")
        .body(event.text))
}
