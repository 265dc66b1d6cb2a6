use actix_web::{HttpResponse, get, http::StatusCode, put, web};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        blocking,
        body::{Fields, JsonBody},
        caller::Caller,
        params::{NoQuery, PathParams, QueryParams},
        places::local,
        problem::{Failure, Problem},
    },
    domain::Act,
    service::{CourierFees, Service},
};

/// One courier's fees of one day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CourierFeesOut {
    /// The courier's code.
    courier: String,
    /// For how many home deliveries fees were collected.
    deliveries: usize,
    /// What was collected, đồng.
    collected_dong: i64,
    /// What was handed in, đồng.
    handed_in_dong: i64,
    /// What is still to be handed in; below zero when too much was.
    outstanding_dong: i64,
}

impl From<&CourierFees> for CourierFeesOut {
    fn from(fees: &CourierFees) -> Self {
        Self {
            courier: fees.courier.clone(),
            deliveries: fees.deliveries,
            collected_dong: fees.collected_dong,
            handed_in_dong: fees.handed_in_dong,
            outstanding_dong: fees.outstanding_dong(),
        }
    }
}

/// The fees of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeesResponse {
    /// The day.
    date: NaiveDate,
    /// By the couriers' codes.
    couriers: Vec<CourierFeesOut>,
    /// Whether everything collected was handed in, and no more.
    reconciled: bool,
}

/// The fees collected at the door and handed in, by courier. A courier sees the own.
#[utoipa::path(tag = "home deliveries",
    params(("date" = NaiveDate, Query, description = "The day on which they were collected")),
    responses(
        (status = 200, description = "The fees of that day", body = FeesResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/fees")]
pub(crate) async fn get_fees(
    service: web::Data<Service>,
    caller: Caller,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadFees)?;
    let date = query.get::<NaiveDate>("date");
    query.finish()?;
    let Some(date) = date else { return Err(Failure::parameter("date", "it is missing: expected YYYY-MM-DD")) };
    let authority = caller.authority();
    let fees = blocking(&service, move |service| service.fees_of(&authority, date)).await?;
    Ok(HttpResponse::Ok().json(FeesResponse {
        date,
        reconciled: fees.iter().all(|row| row.outstanding_dong() == 0),
        couriers: fees.iter().map(CourierFeesOut::from).collect(),
    }))
}

/// Money that a courier hands in.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct HandInBody {
    /// The courier's code.
    #[schema(example = "CP04")]
    courier: String,
    /// The day on which it was collected.
    date: NaiveDate,
    /// How much, đồng.
    amount_dong: u32,
}

/// Money that a courier has handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandInResponse {
    /// Its id.
    id: Uuid,
    /// The courier's code.
    courier: String,
    /// The day on which it was collected.
    date: NaiveDate,
    /// How much, đồng.
    amount_dong: u32,
    /// When it was handed in.
    at: DateTime<FixedOffset>,
}

/// Record what a courier hands in of a day's fees. Sending the same again changes nothing.
#[utoipa::path(tag = "home deliveries",
    params(("id" = Uuid, Path, description = "An id that the client has made for it")),
    request_body = HandInBody,
    responses(
        (status = 201, description = "It is recorded", body = HandInResponse),
        (status = 200, description = "It was recorded before", body = HandInResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[put("/v1/fees/hand-ins/{id}")]
pub(crate) async fn hand_in(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::TakeFees)?;
    let id = path.get::<Uuid>("id")?;
    let mut fields = Fields::of(body.json)?;
    let courier = fields.required::<String>("courier");
    let date = fields.parsed::<NaiveDate>("date", true);
    let amount = fields.required::<u32>("amount_dong");
    let handed = (|| Some((courier?, date?, amount?)))();
    let (courier, date, amount_dong) = fields.finish(handed)?;
    let answer = blocking(&service, move |service| {
        let of = (courier.as_str(), date, amount_dong);
        let (handed, is_new) = service.take_fees(&caller.actor().name, id, of)?;
        let at = local(handed.at, service.centre()?.centre.time_zone);
        Ok((HandInResponse { id, courier, date, amount_dong, at }, is_new))
    });
    let (handed, is_new) = answer.await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(HttpResponse::build(status).json(handed))
}
