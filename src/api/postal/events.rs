use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Caller,
        params::NoQuery,
        problem::{Failure, Problem, ProblemField},
    },
    domain::Act,
    service::{FieldProblem, POSTAL_EVENTS_MAX, PostalAnswer, Service, read_postal_event},
};

/// Events that the postal operator tells.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, of which each event is read by itself")]
pub(crate) struct PostalEventsBody {
    /// 1 to 1000 events, in any order.
    events: Vec<PostalEventBody>,
}

/// Something that happened to a parcel.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct PostalEventBody {
    /// The operator's own id of the event, 1 to 64 visible ASCII characters: the same event told again has the same one.
    #[schema(example = "VNP-20190614-000017")]
    id: String,
    /// The parcel's S10 number.
    #[schema(example = "RR473124829VN")]
    number: String,
    /// `accepted` (received and counted: the legal clock begins), `in_transit`, `out_for_delivery`, `attempt_failed`, `delivered` or
    /// `returned` (brought back to the office that gave it).
    #[schema(example = "accepted")]
    event: String,
    /// Of `attempt_failed`: `wrong_address`, `moved`, `not_found`, `absent`, `refused`, `no_document`, `damaged` or `not_reached`.
    reason: Option<String>,
    /// When it happened.
    #[schema(example = "2019-06-14T16:40:00+07:00")]
    at: DateTime<FixedOffset>,
    /// The handover by which the operator got it, where that is known.
    handover_id: Option<Uuid>,
}

/// What became of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalEventResult {
    /// The event's id, where one could be read.
    id: Option<String>,
    /// `created`, `exists` (told before, the same), `conflict` (another event has this id; nothing was kept) or `rejected`.
    #[schema(example = "created")]
    result: &'static str,
    /// Why it was rejected, with pointers into the event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
}

/// What became of each event, in the order in which they came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostalEventResults {
    /// One for each event.
    results: Vec<PostalEventResult>,
}

/// Take in what the postal operator tells. Each event is answered for by itself; telling one again is harmless.
#[utoipa::path(tag = "post",
    request_body = PostalEventsBody,
    responses(
        (status = 200, description = "What became of each event", body = PostalEventResults),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/postal-events")]
pub(crate) async fn record_postal_events(
    service: web::Data<Service>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::TellOfPost)?;
    let mut fields = Fields::of(body.json)?;
    let events = fields.required::<Vec<Value>>("events");
    if events.as_ref().is_some_and(|events| !(1..=POSTAL_EVENTS_MAX).contains(&events.len())) {
        fields.refuse("events", format!("expected 1 to {POSTAL_EVENTS_MAX} events"));
    }
    let events = fields.finish(events)?;
    let results = blocking(&service, move |service| {
        let ids: Vec<Option<String>> =
            events.iter().map(|event| event["id"].as_str().filter(|id| id.len() <= 64).map(str::to_owned)).collect();
        let told = events.into_iter().map(read_postal_event).collect();
        let answers = service.take_postal_events(told, &caller.actor().name)?;
        Ok(ids.into_iter().zip(answers).map(|(id, answer)| result_of(id, answer)).collect())
    });
    Ok(HttpResponse::Ok().json(PostalEventResults { results: results.await? }))
}

fn result_of(id: Option<String>, answer: PostalAnswer) -> PostalEventResult {
    let pointed = |problem: FieldProblem| ProblemField::at(format!("/{}", problem.field), problem.message);
    let (result, errors) = match answer {
        PostalAnswer::Created => ("created", Vec::new()),
        PostalAnswer::Exists => ("exists", Vec::new()),
        PostalAnswer::Conflict => ("conflict", Vec::new()),
        PostalAnswer::Rejected(problems) => ("rejected", problems.into_iter().map(pointed).collect()),
    };
    PostalEventResult { id, result, errors }
}
