use actix_web::{HttpRequest, HttpResponse, delete, get, http::header, post};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        etag, paging,
        params::{NoQuery, PathParams, QueryParams},
        places::local,
        plans::SummaryOut,
    },
    domain::{Act, Position},
    service::{Difference, NamedCause, ProposalView},
};

/// A point, WGS 84.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct AreaBody {
    /// Degrees north of its middle.
    lat: f64,
    /// Degrees east of its middle.
    lon: f64,
    /// Its radius, 1 to 20000 metres.
    radius_m: u32,
}

/// What upsets the day. Beside `kind` it has what belongs to it.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct CauseBody {
    /// `courier_out`, `vehicle_out`, `urgent_item`, `road_closed`, `run_cancelled` or `run_late`.
    #[schema(example = "courier_out")]
    kind: String,
    /// Of `courier_out`: the courier's code.
    courier: Option<String>,
    /// Of `vehicle_out`: the vehicle's code.
    vehicle: Option<String>,
    /// Of `urgent_item`: the item's code.
    item: Option<String>,
    /// Of `road_closed`: the code of a site that cannot be reached. Either this or `area`.
    site: Option<String>,
    /// Of `road_closed`: a circle that no way leads through.
    area: Option<AreaBody>,
    /// Of `run_cancelled` and `run_late`: the run's code.
    run: Option<String>,
    /// Of `run_late`: when it leaves.
    departs_at: Option<DateTime<Utc>>,
}

/// What the rest of the day is planned anew for.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct ReplanBody {
    /// What upsets the day.
    cause: CauseBody,
}

/// One thing that changes, for all items for which it does alike.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChangeOut {
    /// `promise_broken`, `becomes_late`, `dropped`, `no_longer_late`, `taken`, `moved`, `later` or `earlier`.
    kind: &'static str,
    /// How many items.
    count: usize,
    /// Their ids.
    items: Vec<Uuid>,
    /// By how much at most, seconds, where it is about time.
    seconds: Option<i64>,
    /// One plain Vietnamese sentence.
    sentence_vi: String,
    /// One plain English sentence.
    sentence_en: String,
}

/// What two plans of one day differ in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DifferenceOut {
    /// The plan before, in figures.
    before: SummaryOut,
    /// The plan after, in figures.
    after: SummaryOut,
    /// What it costs more, đồng; negative when it costs less.
    cost_dong: i64,
    /// What changes, the worst first.
    changes: Vec<ChangeOut>,
}

impl From<&Difference> for DifferenceOut {
    fn from(difference: &Difference) -> Self {
        Self {
            cost_dong: difference.after.cost_dong - difference.before.cost_dong,
            before: SummaryOut::from(difference.before.clone()),
            after: SummaryOut::from(difference.after.clone()),
            changes: difference
                .changes
                .iter()
                .map(|change| ChangeOut {
                    kind: change.kind.word(),
                    count: change.items.len(),
                    items: change.items.iter().map(|item| item.uuid()).collect(),
                    seconds: change.seconds,
                    sentence_vi: change.sentence_vi.clone(),
                    sentence_en: change.sentence_en.clone(),
                })
                .collect(),
        }
    }
}

/// A plan that is proposed for the rest of a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProposalResponse {
    /// Its id.
    id: Uuid,
    /// The day.
    date: NaiveDate,
    /// `open`, `accepted` or `discarded`.
    state: &'static str,
    /// The kind of its cause.
    cause: &'static str,
    /// The revision that it is to replace.
    base_revision: u32,
    /// When it was made.
    made_at: DateTime<FixedOffset>,
    /// When it was decided.
    ended_at: Option<DateTime<FixedOffset>>,
    /// What it changes.
    difference: DifferenceOut,
}

impl ProposalResponse {
    fn of(view: &ProposalView, zone: Tz) -> Self {
        Self {
            id: view.id,
            date: view.date,
            state: view.state.word(),
            cause: view.cause.word(),
            base_revision: view.base_revision,
            made_at: local(view.made_at, zone),
            ended_at: view.ended_at.map(|at| local(at, zone)),
            difference: DifferenceOut::from(&view.difference),
        }
    }
}

/// The proposals for a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProposalList {
    /// Newest first.
    proposals: Vec<ProposalResponse>,
}

/// A plan that has come into force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionOut {
    /// The day.
    date: NaiveDate,
    /// The revision in force.
    revision: u32,
    /// Where the plan is.
    plan: String,
}

pub(super) fn in_force(date: NaiveDate, version: crate::service::PlanVersion) -> HttpResponse {
    let out = RevisionOut { date, revision: version.revision, plan: format!("/v1/plans/{date}") };
    HttpResponse::Ok().insert_header((header::ETAG, etag::etag(version))).json(out)
}

fn read_cause(cause: &mut Fields) -> Option<NamedCause> {
    let kind = cause.required::<String>("kind")?;
    match kind.as_str() {
        "courier_out" => Some(NamedCause::CourierOut { courier: cause.required("courier")? }),
        "vehicle_out" => Some(NamedCause::VehicleOut { vehicle: cause.required("vehicle")? }),
        "urgent_item" => Some(NamedCause::UrgentItem { item: cause.required("item")? }),
        "run_cancelled" => Some(NamedCause::RunCancelled { run: cause.required("run")? }),
        "run_late" => {
            let run = cause.required::<String>("run");
            let departs_at = cause.parsed::<DateTime<Utc>>("departs_at", true);
            Some(NamedCause::RunLate { run: run?, departs_at: departs_at? })
        }
        "road_closed" => {
            let site = cause.optional::<String>("site");
            let area = cause.optional_object("area", |area| {
                let (lat, lon) = (area.required::<f64>("lat"), area.required::<f64>("lon"));
                let radius_m = area.required::<u32>("radius_m");
                let middle = Position::new(lat?, lon?)
                    .map_err(|_| area.refuse_whole("expected degrees north in lat and degrees east in lon"))
                    .ok()?;
                Some(NamedCause::AreaClosed { middle, radius_m: radius_m? })
            });
            match (site, area) {
                (Some(site), None) => Some(NamedCause::SiteUnreachable { site }),
                (None, Some(area)) => Some(area),
                _ => {
                    cause.refuse_whole("expected exactly one of site and area");
                    None
                }
            }
        }
        _ => {
            let expected = "courier_out, vehicle_out, urgent_item, road_closed, run_cancelled or run_late";
            cause.refuse("kind", format!("expected {expected}"));
            None
        }
    }
}

/// Plan the rest of a day anew after something has upset it. What is done or locked stays. The answer is a proposal with what it
/// would change; nothing changes before it is accepted.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan that the client has seen"),
    ),
    request_body = ReplanBody,
    responses(
        (status = 201, description = "The proposal; Location says where it is", body = ProposalResponse),
        (status = 409, description = "The day is closed, the run has left, or what is locked cannot stay"),
        (status = 412, description = "The plan is another one by now"),
    ))]
#[post("/v1/plans/{date}/replan")]
pub(crate) async fn propose_replan(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::MakePlans)?;
    let date: NaiveDate = path.get("date")?;
    let expected = etag::expected(&request)?;
    let mut fields = Fields::of(body.json)?;
    let cause = fields.object("cause", read_cause);
    let cause = fields.finish(cause)?;
    let proposal = blocking(&service, move |service| {
        let proposal = service.propose_replan(date, &expected, &cause)?;
        Ok(ProposalResponse::of(&proposal, service.centre()?.centre.time_zone))
    })
    .await?;
    let location = format!("/v1/plans/{date}/proposals/{}", proposal.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(proposal))
}

/// List the proposals for a day.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
    ),
    responses((status = 200, description = "The proposals, newest first", body = ProposalList)))]
#[get("/v1/plans/{date}/proposals")]
pub(crate) async fn list_proposals((service, caller): Asked, path: PathParams, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadLive)?;
    let date: NaiveDate = path.get("date")?;
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        let proposals = service.proposals(date, limit)?;
        Ok(ProposalList { proposals: proposals.iter().map(|view| ProposalResponse::of(view, zone)).collect() })
    });
    Ok(HttpResponse::Ok().json(list.await?))
}

/// Get a proposal.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("id" = Uuid, Path, description = "The proposal's id"),
    ),
    responses((status = 200, description = "The proposal", body = ProposalResponse)))]
#[get("/v1/plans/{date}/proposals/{id}")]
pub(crate) async fn get_proposal((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadLive)?;
    let (date, id): (NaiveDate, Uuid) = (path.get("date")?, path.get("id")?);
    let proposal = blocking(&service, move |service| {
        Ok(ProposalResponse::of(&service.proposal(date, id)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(proposal.await?))
}

/// Put a proposal into force as the plan's next revision, if nothing was done in between that it would undo.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("id" = Uuid, Path, description = "The proposal's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan that the client has seen"),
    ),
    responses(
        (status = 200, description = "The revision in force, with its ETag", body = RevisionOut),
        (status = 409, description = "It has been overtaken, decided before, or the day is closed"),
        (status = 412, description = "The plan or the locks are others by now"),
    ))]
#[post("/v1/plans/{date}/proposals/{id}/accept")]
pub(crate) async fn accept_proposal(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
) -> Answer {
    caller.may(Act::MakePlans)?;
    let (date, id): (NaiveDate, Uuid) = (path.get("date")?, path.get("id")?);
    let expected = etag::expected(&request)?;
    let actor = caller.actor();
    let version = blocking(&service, move |service| service.accept_proposal(&actor, date, id, &expected));
    Ok(in_force(date, version.await?))
}

/// Put a proposal away.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("id" = Uuid, Path, description = "The proposal's id"),
    ),
    responses(
        (status = 204, description = "It is discarded"),
        (status = 409, description = "It was decided before"),
    ))]
#[delete("/v1/plans/{date}/proposals/{id}")]
pub(crate) async fn discard_proposal((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::MakePlans)?;
    let (date, id): (NaiveDate, Uuid) = (path.get("date")?, path.get("id")?);
    blocking(&service, move |service| service.discard_proposal(date, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
