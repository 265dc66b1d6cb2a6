use actix_web::{HttpResponse, get, http::StatusCode, post, put, web};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        params::{NoQuery, PathParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::{CentreData, Complaint, RatingStep},
    service::Service,
};

/// How satisfied the citizen was.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct LinkRatingBody {
    /// `very_dissatisfied`, `dissatisfied`, `neutral`, `satisfied` or `very_satisfied`.
    #[schema(example = "very_satisfied")]
    step: String,
    /// In the citizen's own words.
    comment: Option<String>,
}

/// The rating that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkRatingResponse {
    /// Which step.
    step: &'static str,
    /// When it was given.
    at: DateTime<FixedOffset>,
}

/// Rate a home delivery that is over, in the five steps of the rating devices. A second, other rating is refused.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    request_body = LinkRatingBody,
    responses(
        (status = 201, description = "It is taken", body = LinkRatingResponse),
        (status = 200, description = "It was taken before", body = LinkRatingResponse),
        (status = 409, description = "It is too early, or another one was taken", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[put("/v1/track/{link}/rating")]
pub(crate) async fn rate(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let mut fields = Fields::of(body.json)?;
    let step = fields.parsed::<RatingStep>("step", true);
    let comment = fields.optional::<String>("comment");
    let (step, comment) = fields.finish(step.map(|step| (step, comment)))?;
    let link = path.text("link").to_owned();
    let answer = blocking(&service, move |service| {
        let (rating, new) = service.rate_by_link(&link, step, comment)?;
        let zone = service.centre()?.centre.time_zone;
        Ok((LinkRatingResponse { step: rating.step.as_str(), at: local(rating.at, zone) }, new))
    });
    let (rating, new) = answer.await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(rating))
}

/// What the citizen complains of.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct LinkComplaintBody {
    /// In the citizen's own words.
    text: String,
}

/// A complaint as its citizen sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkComplaintResponse {
    /// When it was received.
    received_at: DateTime<FixedOffset>,
    /// The last day on which the law has it answered.
    due_on: NaiveDate,
    /// In the citizen's own words.
    text: String,
    /// When it was answered.
    answered_at: Option<DateTime<FixedOffset>>,
    /// With what.
    answer: Option<String>,
}

impl LinkComplaintResponse {
    fn of(centre: &CentreData, complaint: Complaint) -> Self {
        let zone = centre.centre.time_zone;
        Self {
            received_at: local(complaint.received_at, zone),
            due_on: complaint.due_on,
            text: complaint.text,
            answered_at: complaint.answer.as_ref().map(|answer| local(answer.at, zone)),
            answer: complaint.answer.map(|answer| answer.text),
        }
    }
}

/// Complain about a home delivery, within the time that the law gives. Sending the same again changes nothing.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given"),
        ("id" = Uuid, Path, description = "An id that the client has made for the complaint"),
    ),
    request_body = LinkComplaintBody,
    responses(
        (status = 201, description = "It is taken, with the day on which it is answered at the latest", body = LinkComplaintResponse),
        (status = 200, description = "It was taken before", body = LinkComplaintResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[put("/v1/track/{link}/complaints/{id}")]
pub(crate) async fn complain(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    let id = path.get::<Uuid>("id")?;
    let mut fields = Fields::of(body.json)?;
    let text = fields.required::<String>("text");
    let text = fields.finish(text)?;
    let link = path.text("link").to_owned();
    let answer = blocking(&service, move |service| {
        let (complaint, new) = service.complain_by_link(&link, id, &text)?;
        Ok((LinkComplaintResponse::of(&*service.centre()?, complaint), new))
    });
    let (complaint, new) = answer.await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(complaint))
}

/// Read one's own complaint and its answer.
#[utoipa::path(tag = "home deliveries", security(()),
    params(
        ("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given"),
        ("id" = Uuid, Path, description = "The id that the client has made for the complaint"),
    ),
    responses(
        (status = 200, description = "The complaint", body = LinkComplaintResponse),
        (status = 404, description = "There is nothing under this link, or no such complaint", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/track/{link}/complaints/{id}")]
pub(crate) async fn get_own_complaint(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    let id = path.get::<Uuid>("id")?;
    let link = path.text("link").to_owned();
    let answer = blocking(&service, move |service| {
        let complaint = service.complaint_by_link(&link, id)?;
        Ok(LinkComplaintResponse::of(&*service.centre()?, complaint))
    });
    Ok(HttpResponse::Ok().json(answer.await?))
}

/// Have one's personal data erased, once the home delivery is over or cancelled. The link is erased with them.
#[utoipa::path(tag = "home deliveries", security(()),
    params(("link" = String, Path, description = "What stands behind /v1/track/ in the link that was given")),
    responses(
        (status = 204, description = "They are gone"),
        (status = 409, description = "It is under way: cancel it first", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/track/{link}/erasure")]
pub(crate) async fn erase(service: web::Data<Service>, path: PathParams, _: NoQuery) -> Result<HttpResponse, Failure> {
    let link = path.text("link").to_owned();
    blocking(&service, move |service| service.erase_by_link(&link).map(|_| ())).await?;
    Ok(HttpResponse::NoContent().finish())
}
