use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Caller,
        etag,
        params::{NoQuery, PathParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::Act,
    service::{CarryOver, DayReport, ItemAccount, Service},
};

/// What became of an item by the end of a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AccountOut {
    /// The item's code.
    code: String,
    /// `delivered`, `at_site`, `on_board`, `missing`, `carried_over` or `unaccounted`.
    state: &'static str,
    /// The office that has it.
    site: Option<String>,
    /// The courier who has it.
    courier: Option<String>,
    /// Why it is carried over, in Vietnamese.
    reason_vi: Option<String>,
    /// Why it is carried over, in English.
    reason_en: Option<String>,
}

/// What became of a day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct CloseReportResponse {
    /// The day.
    date: NaiveDate,
    /// The revision of the plan in force.
    revision: u32,
    /// When the day was closed; null while it is open.
    closed_at: Option<DateTime<FixedOffset>>,
    /// How many items there are in each state.
    counts: BTreeMap<String, usize>,
    /// Routes that went out.
    routes_out: usize,
    /// How many of those were back.
    routes_back: usize,
    /// Every item, by code.
    items: Vec<AccountOut>,
}

impl CloseReportResponse {
    fn of(day: DayReport, zone: Tz) -> Self {
        let account = |code: String, account: ItemAccount| {
            let mut out =
                AccountOut { code, state: account.word(), site: None, courier: None, reason_vi: None, reason_en: None };
            match account {
                ItemAccount::AtSite { site } => out.site = Some(site),
                ItemAccount::OnBoard { courier } => out.courier = Some(courier),
                ItemAccount::CarriedOver { reason_vi, reason_en } => {
                    (out.reason_vi, out.reason_en) = (Some(reason_vi), Some(reason_en));
                }
                ItemAccount::Delivered | ItemAccount::Missing | ItemAccount::Unaccounted => {}
            }
            out
        };
        let report = day.report;
        Self {
            date: report.date,
            revision: report.revision,
            closed_at: day.closed_at.map(|at| local(at, zone)),
            counts: report.counts,
            routes_out: report.routes.0,
            routes_back: report.routes.1,
            items: report.items.into_iter().map(|item| account(item.code, item.account)).collect(),
        }
    }
}

/// Why an item did not go.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarryOverBody {
    /// The item's code.
    item: String,
    /// Why.
    reason: String,
}

/// What closes a day.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct CloseBody {
    /// Items that were to be carried and did not go.
    carried_over: Option<Vec<CarryOverBody>>,
}

/// The report of a day: as it was closed, or as it would be closed now.
#[utoipa::path(tag = "live",
    params(("date" = NaiveDate, Path, description = "The day", example = "2019-06-14")),
    responses(
        (status = 200, description = "What became of every item", body = CloseReportResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/plans/{date}/close")]
pub(crate) async fn get_close_report(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadLive)?;
    let date: NaiveDate = path.get("date")?;
    let report = blocking(&service, move |service| {
        Ok(CloseReportResponse::of(service.day_report(date)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(report.await?))
}

/// Close a day. Every item must be accounted for; afterwards nothing of the day's plan changes any more.
#[utoipa::path(tag = "live",
    params(
        ("date" = NaiveDate, Path, description = "The day", example = "2019-06-14"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the plan that the client has seen"),
    ),
    request_body = CloseBody,
    responses(
        (status = 200, description = "The report", body = CloseReportResponse),
        (status = 409, description = "Items are not accounted for, or the day is closed", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The plan is another one by now", body = Problem, content_type = "application/problem+json"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/plans/{date}/close")]
pub(crate) async fn close_day(
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::MakePlans)?;
    let date: NaiveDate = path.get("date")?;
    let expected = etag::expected(&request)?;
    let mut fields = Fields::of(body.json)?;
    let told = fields.optional::<Vec<CarryOverBody>>("carried_over").unwrap_or_default();
    let carried_over: Vec<CarryOver> =
        told.into_iter().map(|told| CarryOver { item: told.item, reason: told.reason }).collect();
    let carried_over = fields.finish(Some(carried_over))?;
    let actor = caller.actor();
    let report = blocking(&service, move |service| {
        let report = service.close_day(&actor, date, &expected, &carried_over)?;
        Ok(CloseReportResponse::of(report, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(report.await?))
}
