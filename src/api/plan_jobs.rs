use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::{StatusCode, header},
    post,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    etag, events,
    params::{NoQuery, PathParams},
    places::local,
};
use crate::{
    domain::Act,
    service::{DayRequest, PlanJob},
};

/// The largest seed: what every JSON reader keeps exactly.
const SEED_MAX: u64 = (1 << 53) - 1;
/// The seed when none is given.
const SEED_DEFAULT: u64 = 1;

/// A day to be planned.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewPlanBody {
    /// The day.
    #[schema(example = "2019-06-14")]
    date: NaiveDate,
    /// The same seed gives the same plan; 1 when absent.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    seed: Option<u64>,
}

/// The planning of one day, as long work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanJobResponse {
    /// Its id.
    id: Uuid,
    /// The day.
    date: NaiveDate,
    /// The seed of the search.
    seed: u64,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    #[schema(example = "running")]
    state: &'static str,
    /// What is under way, in a word.
    phase: String,
    /// How much of it is done.
    done: u64,
    /// How much there is; 0 where it is not known.
    total: u64,
    /// Why it failed.
    error: Option<String>,
    /// When it was asked for.
    created_at: DateTime<FixedOffset>,
    /// When it ended.
    finished_at: Option<DateTime<FixedOffset>>,
    /// The revision of the plan that it stored.
    revision: Option<u32>,
    /// Where that plan is.
    plan: Option<String>,
}

impl PlanJobResponse {
    pub(crate) fn of(job: &PlanJob, zone: Tz) -> Self {
        Self {
            id: job.id,
            date: job.date,
            seed: job.seed,
            state: job.state.as_str(),
            phase: job.phase.clone(),
            done: job.done,
            total: job.total,
            error: job.error.clone(),
            created_at: local(job.created_at, zone),
            finished_at: job.finished_at.map(|at| local(at, zone)),
            revision: job.revision,
            plan: job.revision.map(|_| format!("/v1/plans/{}", job.date)),
        }
    }
}

/// Plan a day. The work is a job: follow it at the Location of the answer.
///
/// With `If-Match` the plan is made only over the version that the client has seen; with `If-None-Match: *` only when
/// the day has none.
#[utoipa::path(tag = "plans",
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan to replace"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only when the day has no plan"),
    ),
    request_body = NewPlanBody,
    responses(
        (status = 202, description = "The job has begun; Location says where to follow it", body = PlanJobResponse),
        (status = 412, description = "The plan is another one by now"),
    ))]
#[post("/v1/plans")]
pub(crate) async fn create_plan((service, caller): Asked, request: HttpRequest, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::MakePlans)?;
    let expected = etag::expected(&request)?;
    let mut fields = Fields::of(body.json)?;
    let date = fields.parsed::<NaiveDate>("date", true);
    let seed = fields.optional::<u64>("seed").unwrap_or(SEED_DEFAULT);
    if seed > SEED_MAX {
        fields.refuse("seed", format!("{seed} is too large: expected 0 to {SEED_MAX}"));
    }
    let date = fields.finish(date)?;
    let order = DayRequest { date, seed, expected };
    let job = blocking(&service, move |service| {
        let job = service.start_plan(&order)?;
        Ok(PlanJobResponse::of(&job, service.centre()?.centre.time_zone))
    })
    .await?;
    let mut response = HttpResponse::Accepted();
    response.insert_header((header::LOCATION, format!("/v1/plan-jobs/{}", job.id)));
    response.insert_header((header::RETRY_AFTER, "1"));
    Ok(response.json(job))
}

/// How far a plan job has come.
#[utoipa::path(tag = "plans",
    params(("id" = Uuid, Path, description = "The job's id")),
    responses((status = 200, description = "The job", body = PlanJobResponse)))]
#[get("/v1/plan-jobs/{id}")]
pub(crate) async fn get_plan_job((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlanJobs)?;
    let id: Uuid = path.get("id")?;
    let job = blocking(&service, move |service| {
        Ok(PlanJobResponse::of(&service.plan_job(id)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(job.await?))
}

/// Follow a plan job as server-sent events: `progress` as it goes, then one `ended`, then the stream ends.
#[utoipa::path(tag = "plans",
    params(("id" = Uuid, Path, description = "The job's id")),
    responses(
        (status = 200, description = "Each event's data is the job as JSON", body = events::ServerSentEvent, content_type = "text/event-stream"),
    ))]
#[get("/v1/plan-jobs/{id}/events")]
pub(crate) async fn follow_plan_job((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlanJobs)?;
    let id: Uuid = path.get("id")?;
    let zone = blocking(&service, move |service| {
        service.plan_job(id)?;
        Ok(service.centre()?.centre.time_zone)
    })
    .await?;
    Ok(events::stream(service, id, zone))
}

/// Cancel a plan job. It ends soon after; what was stored before stays.
#[utoipa::path(tag = "plans",
    params(("id" = Uuid, Path, description = "The job's id")),
    responses(
        (status = 202, description = "It will end", body = PlanJobResponse),
        (status = 200, description = "It was cancelled before", body = PlanJobResponse),
        (status = 409, description = "It has ended otherwise"),
    ))]
#[delete("/v1/plan-jobs/{id}")]
pub(crate) async fn cancel_plan_job((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::MakePlans)?;
    let id: Uuid = path.get("id")?;
    let job = blocking(&service, move |service| {
        Ok(PlanJobResponse::of(&service.cancel_job(id)?, service.centre()?.centre.time_zone))
    });
    let job = job.await?;
    let status = if job.state == "cancelled" { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(HttpResponse::build(status).json(job))
}
