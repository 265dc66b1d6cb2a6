use actix_web::{HttpRequest, HttpResponse, get, http::header, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        etag,
        params::{NoQuery, PathParams},
    },
    domain::{Act, Lock, RoundId, RouteId, RunId, StopId},
    service::DayLocks,
};

/// What must stay as it is: exactly one of the ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockOut {
    /// All routes of a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Uuid>,
    /// A round.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<Uuid>,
    /// One courier's route.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Uuid>,
    /// One stop. A re-plan then keeps its whole route.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<Uuid>,
}

impl LockOut {
    fn read(&self) -> Option<Lock> {
        match (self.run, self.round, self.route, self.stop) {
            (Some(id), None, None, None) => Some(Lock::Run(RunId::from_uuid(id))),
            (None, Some(id), None, None) => Some(Lock::Round(RoundId::from_uuid(id))),
            (None, None, Some(id), None) => Some(Lock::Route(RouteId::from_uuid(id))),
            (None, None, None, Some(id)) => Some(Lock::Stop(StopId::from_uuid(id))),
            _ => None,
        }
    }
}

impl From<&Lock> for LockOut {
    fn from(lock: &Lock) -> Self {
        match lock {
            Lock::Run(id) => Self { run: Some(id.uuid()), ..Self::default() },
            Lock::Round(id) => Self { round: Some(id.uuid()), ..Self::default() },
            Lock::Route(id) => Self { route: Some(id.uuid()), ..Self::default() },
            Lock::Stop(id) => Self { stop: Some(id.uuid()), ..Self::default() },
        }
    }
}

/// What must stay on a day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct LocksBody {
    /// The locks.
    locks: Vec<LockOut>,
}

fn render(locks: &DayLocks) -> HttpResponse {
    let body = LocksBody { locks: locks.locks.iter().map(LockOut::from).collect() };
    HttpResponse::Ok().insert_header((header::ETAG, format!("\"locks-{}\"", locks.version))).json(body)
}

/// What must stay on a day, whatever is planned anew.
#[utoipa::path(tag = "live",
    params(("date" = NaiveDate, Path, description = "The day", example = "2019-06-14")),
    responses((status = 200, description = "The locks, with their ETag", body = LocksBody)))]
#[get("/v1/plans/{date}/locks")]
pub(crate) async fn get_locks((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadLive)?;
    let date: NaiveDate = path.get("date")?;
    Ok(render(&blocking(&service, move |service| service.locks(date)).await?))
}

/// Replace what must stay on a day.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the locks that the client has seen"),
    ),
    request_body = LocksBody,
    responses(
        (status = 200, description = "The locks, with their new ETag", body = LocksBody),
        (status = 412, description = "The locks are others by now"),
    ))]
#[put("/v1/plans/{date}/locks")]
pub(crate) async fn put_locks(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::MakePlans)?;
    let date: NaiveDate = path.get("date")?;
    let seen = etag::must_be(&request)?;
    let mut fields = Fields::of(body.json)?;
    let told = fields.required::<Vec<LockOut>>("locks");
    let mut locks = Vec::new();
    for (n, lock) in told.iter().flatten().enumerate() {
        match lock.read() {
            Some(lock) => locks.push(lock),
            None => fields.refuse_inside("locks", n, "expected exactly one of run, round, route and stop".into()),
        }
    }
    let locks = fields.finish(told.map(|_| locks))?;
    let actor = caller.actor();
    let locks = blocking(&service, move |service| service.put_locks(&actor, date, seen.as_deref(), locks));
    Ok(render(&locks.await?))
}
