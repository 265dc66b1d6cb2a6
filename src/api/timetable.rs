use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Asked, blocking, params::QueryParams, places::local};
use crate::domain::{Act, CallsAt};

/// One scheduled departure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimetableRunOut {
    /// Its code in the timetable.
    #[schema(example = "1")]
    code: String,
    /// `document` or `line_haul`.
    kind: &'static str,
    /// Its name.
    name: String,
    /// When it leaves the centre.
    departs_at: DateTime<FixedOffset>,
    /// When it must be back, unloaded.
    back_by: DateTime<FixedOffset>,
    /// The kinds of site that it calls at.
    serves_kinds: Vec<&'static str>,
    /// The codes of single sites that it calls at.
    serves_sites: Vec<String>,
    /// How sure the row is.
    status: String,
}

/// The runs of one day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimetableResponse {
    /// The day.
    date: NaiveDate,
    /// Whether it is a working day; on a day off there are no runs.
    working: bool,
    /// Why it is off or worked, where it differs from the ordinary week.
    occasion: Option<String>,
    /// Its runs, by departure.
    runs: Vec<TimetableRunOut>,
}

/// The runs of a day.
#[utoipa::path(tag = "centre",
    params(("date" = Option<NaiveDate>, Query, description = "The day; today when not given", example = "2019-06-14")),
    responses((status = 200, description = "The runs", body = TimetableResponse)))]
#[get("/v1/timetable")]
pub(crate) async fn get_timetable((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadCentre)?;
    let date = query.get::<NaiveDate>("date");
    query.finish()?;
    let response = blocking(&service, move |service| {
        let date = date.map_or_else(|| service.today(), Ok)?;
        let zone = service.centre()?.centre.time_zone;
        let timetable = service.timetable(date)?;
        let runs = timetable.runs.into_iter().map(|(run, departs_at, back_by)| TimetableRunOut {
            serves_kinds: run
                .serves
                .iter()
                .filter_map(|calls| match calls {
                    CallsAt::Kind(kind) => Some(kind.as_str()),
                    CallsAt::Site(_) => None,
                })
                .collect(),
            serves_sites: run
                .serves
                .iter()
                .filter_map(|calls| match calls {
                    CallsAt::Kind(_) => None,
                    CallsAt::Site(code) => Some(code.clone()),
                })
                .collect(),
            code: run.code,
            kind: run.kind.as_str(),
            name: run.name,
            departs_at: local(departs_at, zone),
            back_by: local(back_by, zone),
            status: run.status,
        });
        Ok(TimetableResponse {
            date,
            working: timetable.day.working,
            occasion: timetable.day.special.map(|special| special.name),
            runs: runs.collect(),
        })
    });
    Ok(HttpResponse::Ok().json(response.await?))
}
