use actix_web::{HttpResponse, get, http::header, post};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Codes, MatterRef, read_part, show};
use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        paging::page,
        params::{NoQuery, PathParams, QueryParams},
        places::local,
    },
    domain::{Act, CentreData, Complaint, ComplaintId, DayClock},
    service::{Service, ServiceError},
};

/// A complaint without the citizen's words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintResponse {
    /// Its id.
    id: Uuid,
    /// What it is about.
    about: MatterRef,
    /// `in_province` or `between_provinces`: decides how soon it is answered.
    #[schema(example = "in_province")]
    reach: &'static str,
    /// `open`, `overdue` (open, and its last day in time is over) or `answered`.
    #[schema(example = "open")]
    state: &'static str,
    /// When it was received.
    received_at: DateTime<FixedOffset>,
    /// The last day on which it is answered in time.
    due_on: NaiveDate,
    /// When it was answered.
    answered_at: Option<DateTime<FixedOffset>>,
    /// Whether it lies in a database with a synthetic season.
    synthetic: bool,
}

impl ComplaintResponse {
    fn of(centre: &CentreData, complaint: &Complaint, codes: &Codes, today: NaiveDate) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            id: complaint.id.uuid(),
            about: MatterRef::of(complaint.about, codes),
            reach: complaint.reach.as_str(),
            state: match complaint.answer {
                Some(_) => "answered",
                None if today > complaint.due_on => "overdue",
                None => "open",
            },
            received_at: local(complaint.received_at, zone),
            due_on: complaint.due_on,
            answered_at: complaint.answer.as_ref().map(|answer| local(answer.at, zone)),
            synthetic: complaint.synthetic,
        }
    }
}

/// One complaint with the words of both sides.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintDetail {
    #[serde(flatten)]
    complaint: ComplaintResponse,
    /// In the citizen's own words: personal.
    text: String,
    /// What it was answered with.
    answer: Option<String>,
}

impl ComplaintDetail {
    fn of(service: &Service, complaint: Complaint) -> Result<Self, ServiceError> {
        let centre = service.centre()?;
        let codes = service.codes_of_dossiers(std::iter::once(complaint.about))?;
        Ok(Self {
            complaint: ComplaintResponse::of(&centre, &complaint, &codes, today(service, &centre)),
            text: complaint.text,
            answer: complaint.answer.map(|answer| answer.text),
        })
    }
}

fn today(service: &Service, centre: &CentreData) -> NaiveDate {
    DayClock::date_of(service.now(), centre.centre.time_zone)
}

/// A part of the list of complaints.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintList {
    /// The complaints, by the time they were received and then by id.
    complaints: Vec<ComplaintResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// List complaints, without words.
#[utoipa::path(tag = "complaints",
    params(
        ("from" = Option<NaiveDate>, Query, description = "Received on this day or later"),
        ("to" = Option<NaiveDate>, Query, description = "Received on this day or earlier"),
        ("answered" = Option<bool>, Query, description = "Only those that are answered, or are not"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses(
        (status = 200, description = "Complaints; the Link header leads to the next part", body = ComplaintList),
    ))]
#[get("/v1/complaints")]
pub(crate) async fn list_complaints((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadComplaints)?;
    let part = read_part(&mut query);
    let answered = query.get::<bool>("answered");
    query.finish()?;
    let list = blocking(&service, move |service| {
        let today = today(service, &*service.centre()?);
        let found = service.complaints(&part, answered)?;
        let (complaints, next) =
            show(service, &found, |centre, it, codes| ComplaintResponse::of(centre, it, codes, today))?;
        Ok(ComplaintList { complaints, next })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Get one complaint with its words.
#[utoipa::path(tag = "complaints",
    params(("id" = Uuid, Path, description = "The complaint's id")),
    responses((status = 200, description = "The complaint", body = ComplaintDetail)))]
#[get("/v1/complaints/{id}")]
pub(crate) async fn get_complaint((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadComplaints)?;
    let id: Uuid = path.get("id")?;
    let detail =
        blocking(&service, move |service| ComplaintDetail::of(service, service.complaint(ComplaintId::from_uuid(id))?));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(detail.await?))
}

/// With what a complaint is answered.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct AnswerBody {
    /// What the citizen is told, 1 to 4000 characters.
    answer: String,
}

/// Answer a complaint, once. The same answer again is harmless.
#[utoipa::path(tag = "complaints",
    params(("id" = Uuid, Path, description = "The complaint's id")),
    request_body = AnswerBody,
    responses(
        (status = 200, description = "The complaint as it is now", body = ComplaintDetail),
        (status = 409, description = "It has another answer"),
    ))]
#[post("/v1/complaints/{id}/answer")]
pub(crate) async fn answer_complaint((service, caller): Asked, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::AnswerComplaints)?;
    let id: Uuid = path.get("id")?;
    let mut fields = Fields::of(body.json)?;
    let answer = fields.required::<String>("answer");
    let answer = fields.finish(answer)?;
    let detail = blocking(&service, move |service| {
        let complaint = service.answer_complaint(ComplaintId::from_uuid(id), &answer)?;
        service.note_act(&caller.actor(), "complaint_answered", ("complaint", id.to_string()), None)?;
        ComplaintDetail::of(service, complaint)
    });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(detail.await?))
}
