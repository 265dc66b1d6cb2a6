use actix_web::{HttpResponse, get};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Asked, blocking, params::QueryParams, problem::Failure};
use crate::{
    domain::Act,
    service::{CalendarDay, Service},
};

/// The longest period that is answered at once, days.
const DAYS_MAX: i64 = 731;

/// One day of the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarDayOut {
    /// The day.
    date: NaiveDate,
    /// `mon` to `sun`.
    weekday: String,
    /// Whether offices work.
    working: bool,
    /// How it differs from the ordinary week: `public_holiday`, `day_off_swapped`, `day_off_substitute` or `working_saturday`.
    kind: Option<&'static str>,
    /// The name of the occasion.
    name: Option<String>,
    /// How sure that is.
    status: Option<String>,
}

impl From<CalendarDay> for CalendarDayOut {
    fn from(day: CalendarDay) -> Self {
        Self {
            date: day.date,
            weekday: day.date.weekday().to_string().to_lowercase(),
            working: day.working,
            kind: day.special.as_ref().map(|special| special.kind.as_str()),
            name: day.special.as_ref().map(|special| special.name.clone()),
            status: day.special.map(|special| special.status),
        }
    }
}

/// Some days of the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarResponse {
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// How many of the days are working days.
    working_days: usize,
    /// The days.
    days: Vec<CalendarDayOut>,
}

/// Working days and days off.
#[utoipa::path(tag = "centre",
    params(
        ("from" = Option<NaiveDate>, Query, description = "First day; when neither is given, the current year's first"),
        ("to" = Option<NaiveDate>, Query, description = "Last day, at most two years on; when not given, the last day of the year of `from`"),
    ),
    responses((status = 200, description = "The days", body = CalendarResponse)))]
#[get("/v1/calendar")]
pub(crate) async fn get_calendar((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadCentre)?;
    let (from, to) = (query.get::<NaiveDate>("from"), query.get::<NaiveDate>("to"));
    query.finish()?;
    let from = match (from, to) {
        (Some(from), _) => from,
        (None, Some(to)) => new_year(to.year()),
        (None, None) => new_year(blocking(&service, Service::today).await?.year()),
    };
    let to = to.unwrap_or_else(|| NaiveDate::from_ymd_opt(from.year(), 12, 31).unwrap_or(from));
    if to < from {
        return Err(Failure::parameter("to", format!("{to} comes before `from`, which is {from}")));
    }
    if (to - from).num_days() >= DAYS_MAX {
        return Err(Failure::parameter(
            "to",
            format!("the period from {from} has more than {DAYS_MAX} days: ask for less at once"),
        ));
    }
    let days = blocking(&service, move |service| service.calendar(from, to)).await?;
    let working_days = days.iter().filter(|day| day.working).count();
    let days = days.into_iter().map(CalendarDayOut::from).collect();
    Ok(HttpResponse::Ok().json(CalendarResponse { from, to, working_days, days }))
}

fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}
