use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, http::header};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking, etag,
    manifest::ManifestItem,
    paging::{self, page},
    params::{NoQuery, PathParams, QueryParams},
    places::local,
    route_view::{RoundOut, RunOut},
    travel::TravelBasisOut,
    warning::WarningOut,
};
use crate::{
    domain::{Act, PlanSummary, UnassignedReason},
    service::{DayPlan, ServiceError},
};

/// A plan in figures.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SummaryOut {
    /// Items with at least one leg.
    pub(crate) items_planned: usize,
    /// Items without.
    pub(crate) items_unassigned: usize,
    /// Unassigned items by reason.
    pub(crate) unassigned_by_reason: BTreeMap<String, usize>,
    /// Planned items that go on from a depot on a later day.
    pub(crate) items_continuing: usize,
    /// Planned items that come after their due time.
    pub(crate) items_late: usize,
    /// Items whose next run is their last safe one.
    pub(crate) items_on_last_safe_run: usize,
    /// The share of planned items that keep their due time, hundredths of a percent; null when nothing is planned.
    pub(crate) on_time_basis_points: Option<usize>,
    /// Couriers' routes that go out.
    pub(crate) routes: usize,
    /// Stops outside the depots.
    pub(crate) stops: usize,
    /// Length of all routes, metres.
    pub(crate) distance_m: i64,
    /// Time from leaving to being back over all routes, seconds.
    pub(crate) duration_s: i64,
    /// Time on the way over all routes, seconds.
    pub(crate) travel_s: i64,
    /// Cost of all routes, đồng.
    pub(crate) cost_dong: i64,
}

impl From<PlanSummary> for SummaryOut {
    fn from(summary: PlanSummary) -> Self {
        Self {
            on_time_basis_points: summary.on_time_basis_points(),
            items_planned: summary.items_planned,
            items_unassigned: summary.items_unassigned,
            unassigned_by_reason: summary.unassigned_by_reason,
            items_continuing: summary.items_continuing,
            items_late: summary.items_late,
            items_on_last_safe_run: summary.items_on_last_safe_run,
            routes: summary.routes,
            stops: summary.stops,
            distance_m: summary.distance_m,
            duration_s: summary.duration_s,
            travel_s: summary.travel_s,
            cost_dong: summary.cost_dong,
        }
    }
}

/// Why an item is not planned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ReasonOut {
    /// The stable code.
    #[schema(example = "after_cut_off")]
    code: &'static str,
    /// One plain Vietnamese sentence.
    sentence_vi: String,
    /// One plain English sentence.
    sentence_en: String,
}

impl From<&UnassignedReason> for ReasonOut {
    fn from(reason: &UnassignedReason) -> Self {
        Self { code: reason.code(), sentence_vi: reason.sentence_vi(), sentence_en: reason.sentence_en() }
    }
}

/// An item on no route.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UnassignedOut {
    /// The item.
    item: ManifestItem,
    /// Why it is left out.
    reason: ReasonOut,
}

/// The plan of one working day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanResponse {
    /// Its id, new at each planning.
    id: Uuid,
    /// The centre's code.
    centre: String,
    /// The day.
    date: NaiveDate,
    /// How often the day has been planned.
    revision: u32,
    /// When it was made.
    made_at: DateTime<FixedOffset>,
    /// Whether its items are those of a synthetic season.
    synthetic: bool,
    /// What its travel times rest on.
    travel: TravelBasisOut,
    /// The plan in figures.
    pub(crate) summary: SummaryOut,
    /// Its runs, by departure.
    runs: Vec<RunOut>,
    /// Its rounds, by half-day, depot and courier.
    rounds: Vec<RoundOut>,
    /// The items on no route, each with its reason.
    unassigned: Vec<UnassignedOut>,
    /// The planned items that reach a depot today and go on from there on a later day.
    continues: Vec<ManifestItem>,
    /// What a dispatcher should know.
    warnings: Vec<WarningOut>,
}

impl From<&DayPlan> for PlanResponse {
    fn from(day: &DayPlan) -> Self {
        let plan = &day.plan;
        let unassigned = plan.unassigned.iter().map(|unassigned| UnassignedOut {
            item: ManifestItem::of(day, unassigned.item_id),
            reason: ReasonOut::from(&unassigned.reason),
        });
        Self {
            id: plan.id.uuid(),
            centre: day.centre.centre.code.clone(),
            date: plan.date,
            revision: plan.revision,
            made_at: local(plan.made_at, day.centre.centre.time_zone),
            synthetic: day.is_synthetic(),
            travel: TravelBasisOut::from(&plan.travel),
            summary: SummaryOut::from(plan.summary()),
            runs: plan.runs.iter().map(|run| RunOut::of(day, run)).collect(),
            rounds: plan.rounds.iter().map(|round| RoundOut::of(day, round)).collect(),
            unassigned: unassigned.collect(),
            continues: plan.continues.iter().map(|id| ManifestItem::of(day, *id)).collect(),
            warnings: plan.warnings.iter().map(|warning| WarningOut::of(day, warning)).collect(),
        }
    }
}

/// A day that has been planned.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanDateOut {
    /// The day.
    date: NaiveDate,
    /// How often it has been planned.
    revision: u32,
    /// When it was last planned.
    made_at: DateTime<FixedOffset>,
    /// The `ETag` of its plan.
    etag: String,
    /// Where its plan is.
    href: String,
}

/// A part of the list of planned days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanList {
    /// The days, in order.
    plans: Vec<PlanDateOut>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// List the days that have been planned.
#[utoipa::path(tag = "plans",
    params(
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Days; the Link header leads to the next part", body = PlanList)))]
#[get("/v1/plans")]
pub(crate) async fn list_plans((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadPlans)?;
    let after = query.get::<NaiveDate>("cursor");
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        // One more than wanted tells whether the list goes on.
        let mut dates = service.plan_dates(after, limit.saturating_add(1))?;
        let more = dates.len() > limit as usize;
        dates.truncate(limit as usize);
        Ok(PlanList {
            next: dates.last().filter(|_| more).map(|last| last.date.to_string()),
            plans: dates
                .into_iter()
                .map(|day| PlanDateOut {
                    date: day.date,
                    revision: day.version.revision,
                    made_at: local(day.version.made_at, zone),
                    etag: etag::etag(day.version),
                    href: format!("/v1/plans/{}", day.date),
                })
                .collect(),
        })
    });
    let list = list.await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Get the plan of a day.
#[utoipa::path(tag = "plans",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the plan that the client has"),
    ),
    responses(
        (status = 200, description = "The plan; its ETag changes whenever the day is planned again", body = PlanResponse),
        (status = 304, description = "The client has it already"),
    ))]
#[get("/v1/plans/{date}")]
pub(crate) async fn get_plan((service, caller): Asked, request: HttpRequest, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    let date: NaiveDate = path.get("date")?;
    let version =
        blocking(&service, move |service| service.plan_version(date)?.ok_or(ServiceError::NotPlanned { date }));
    let version = version.await?;
    if etag::client_has(&request, version)? {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag::etag(version))).finish());
    }
    let (plan, version) = blocking(&service, move |service| {
        let day = service.day_plan_for(&caller.authority(), date)?;
        Ok((PlanResponse::from(&day), crate::service::PlanVersion::from(day.plan.as_ref())))
    })
    .await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag::etag(version))).json(plan))
}
