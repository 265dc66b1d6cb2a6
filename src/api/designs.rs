use actix_web::{
    HttpResponse, delete, get,
    http::{StatusCode, header},
    post,
};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    params::{NoQuery, PathParams},
    places::local,
    problem::Failure,
};
use crate::{
    domain::{Act, parse_time},
    service::{
        DESIGN_RUNS_MAX, DesignAim, DesignJob, DesignOrder, DesignOutcome, DesignState, DesignedTimetable,
        OwnTimetable, RunTime,
    },
};

/// A timetable of one's own to be tried.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct OwnTimetableBody {
    /// Departures with the times by which they are back, as `07:45-09:30`; they may not overlap.
    #[schema(example = json!(["08:00-09:45", "13:30-15:15"]))]
    runs: Vec<String>,
    /// Couriers on each run, with a vehicle each.
    #[schema(example = 2)]
    couriers: u32,
}

/// A design to be made.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read field by field so that every problem is found")]
pub(crate) struct NewDesignBody {
    /// The first day of the season that is ridden again.
    #[schema(example = "2019-01-04")]
    from: NaiveDate,
    /// Its last day.
    #[schema(example = "2019-06-15")]
    to: NaiveDate,
    /// The rate of items in time that is to be reached: the cheapest timetable that does is looked for. When absent, timetables are
    /// only evaluated.
    #[schema(example = 99.5)]
    on_time_percent: Option<f64>,
    /// Timetables of one's own.
    timetables: Option<Vec<OwnTimetableBody>>,
    /// Evenly spread timetables are tried with up to so many runs a day, 1 to 8; 6 when absent.
    runs_max: Option<u32>,
    /// With up to so many couriers on a run, 1 to 12; as many as now and one more when absent.
    couriers_max: Option<u32>,
    /// Each so long, 40 to 240 minutes; as the longest of now when absent.
    run_minutes: Option<u32>,
}

/// One run of a timetable.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunTimeOut {
    /// When it leaves the centre, on the centre's clocks.
    #[schema(value_type = String, example = "07:45")]
    departs: String,
    /// When it must be back.
    #[schema(value_type = String, example = "09:30")]
    back_by: String,
}

/// A timetable as it was tried.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimetableOut {
    /// Its runs.
    runs: Vec<RunTimeOut>,
    /// Couriers on each, with a vehicle each.
    couriers: u32,
    /// Whether it is the one in force.
    current: bool,
    /// Whether no other is at least as good in cost, punctuality and transit, and better in one.
    on_front: bool,
    /// Of the items with a due time those that arrived by it, percent.
    on_time_percent: Option<f64>,
    /// Items that arrived.
    arrived: u64,
    /// Items still under way when the last day was over.
    under_way: u64,
    /// From ready to arrived, nights and days off included: the median, seconds.
    transit_p50_s: i64,
    /// Nine of ten took no longer, seconds.
    transit_p90_s: i64,
    /// The way of all routes, metres.
    distance_m: i64,
    /// Hours of couriers on the way, in seconds.
    crew_s: i64,
    /// What it costs, đồng.
    cost_dong: i64,
}

impl TimetableOut {
    fn of(tried: &DesignedTimetable) -> Self {
        let time = |at: NaiveTime| at.format("%H:%M").to_string();
        let figures = &tried.figures;
        Self {
            runs: tried
                .scenario
                .runs()
                .iter()
                .map(|run| RunTimeOut { departs: time(run.departs), back_by: time(run.back_by) })
                .collect(),
            couriers: tried.scenario.riders(),
            current: tried.is_current,
            on_front: tried.is_on_front,
            on_time_percent: figures.on_time_rate().basis_points().map(|points| f64::from(points) / 100.0),
            arrived: figures.arrived,
            under_way: figures.under_way,
            transit_p50_s: figures.transit_p50_s,
            transit_p90_s: figures.transit_p90_s,
            distance_m: figures.distance_m,
            crew_s: figures.crew_s,
            cost_dong: figures.cost_dong,
        }
    }
}

/// What a design came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignOut {
    /// Working days of the season.
    working_days: usize,
    /// Its items on document runs.
    items: usize,
    /// The cheapest timetable that reaches the rate asked for.
    suggested: Option<TimetableOut>,
    /// The timetables tried, the cheapest first.
    timetables: Vec<TimetableOut>,
}

impl DesignOut {
    pub(crate) fn of(outcome: &DesignOutcome) -> Self {
        Self {
            working_days: outcome.working_days,
            items: outcome.items,
            suggested: outcome.suggested.and_then(|place| outcome.timetables.get(place)).map(TimetableOut::of),
            timetables: outcome.timetables.iter().map(TimetableOut::of).collect(),
        }
    }
}

/// A design, as long work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignJobResponse {
    /// Its id.
    id: Uuid,
    /// The first day of the season.
    from: NaiveDate,
    /// Its last day.
    to: NaiveDate,
    /// `running`, `done`, `failed` or `cancelled`.
    #[schema(example = "running")]
    state: &'static str,
    /// Timetables tried.
    done: u64,
    /// How many there may be; 0 where it is not known.
    total: u64,
    /// Why it failed.
    error: Option<String>,
    /// When it was asked for.
    created_at: DateTime<FixedOffset>,
    /// When it ended.
    finished_at: Option<DateTime<FixedOffset>>,
    /// What it came to, once it is done.
    outcome: Option<DesignOut>,
}

impl DesignJobResponse {
    fn of(job: &DesignJob, zone: Tz) -> Self {
        let (state, error, outcome) = match &job.state {
            DesignState::Running => ("running", None, None),
            DesignState::Done(outcome) => ("done", None, Some(DesignOut::of(outcome))),
            DesignState::Failed(error) => ("failed", Some(error.clone()), None),
            DesignState::Cancelled => ("cancelled", None, None),
        };
        Self {
            id: job.id,
            from: job.order.from,
            to: job.order.to,
            state,
            done: job.done,
            total: job.total,
            error,
            created_at: local(job.created_at, zone),
            finished_at: job.finished_at.map(|at| local(at, zone)),
            outcome,
        }
    }
}

/// Reads `07:45-09:30`.
fn read_run(text: &str) -> Result<RunTime, String> {
    let times = text.split_once('-').and_then(|(departs, back_by)| {
        Some(RunTime { departs: parse_time(departs.trim()).ok()?, back_by: parse_time(back_by.trim()).ok()? })
    });
    times.ok_or_else(|| format!("{text:?} is no run: expected departure and return, such as 07:45-09:30"))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    runs: Vec<String>,
    couriers: u32,
}

fn read_design(body: JsonBody) -> Result<DesignOrder, Failure> {
    let mut fields = Fields::of(body.json)?;
    let (from, to) = (fields.parsed::<NaiveDate>("from", true), fields.parsed::<NaiveDate>("to", true));
    let aim = match fields.optional::<f64>("on_time_percent") {
        None => DesignAim::Evaluate,
        Some(percent) if (0.0..=100.0).contains(&percent) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is 0 to 10000")]
            let on_time_basis_points = (percent * 100.0).round() as u32;
            DesignAim::Suggest { on_time_basis_points }
        }
        Some(_) => {
            fields.refuse("on_time_percent", "expected 0 to 100".into());
            DesignAim::Evaluate
        }
    };
    let mut own = Vec::new();
    for (nth, timetable) in fields.optional::<Vec<Own>>("timetables").unwrap_or_default().into_iter().enumerate() {
        match timetable.runs.iter().map(|run| read_run(run)).collect::<Result<Vec<_>, _>>() {
            Ok(runs) => own.push(OwnTimetable { runs, couriers: timetable.couriers }),
            Err(message) => fields.refuse_inside("timetables", nth, message),
        }
    }
    let runs_max = fields.optional::<u32>("runs_max").unwrap_or(DESIGN_RUNS_MAX.min(6));
    let couriers_max = fields.optional::<u32>("couriers_max");
    let run_minutes = fields.optional::<u32>("run_minutes");
    let order = from.zip(to).map(|(from, to)| DesignOrder { from, to, aim, own, runs_max, couriers_max, run_minutes });
    fields.finish(order)
}

/// Try other timetables on a season. The work is a job: follow it at the Location of the answer.
#[utoipa::path(tag = "timetable-designs",
    request_body = NewDesignBody,
    responses(
        (status = 202, description = "The job has begun; Location says where to follow it", body = DesignJobResponse),
        (status = 429, description = "Another design is being made"),
    ))]
#[post("/v1/timetable-designs")]
pub(crate) async fn create_design((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::DesignTimetable)?;
    let order = read_design(body)?;
    let job = blocking(&service, move |service| {
        let job = service.start_design(&order)?;
        Ok(DesignJobResponse::of(&job, service.centre()?.centre.time_zone))
    })
    .await?;
    let mut response = HttpResponse::Accepted();
    response.insert_header((header::LOCATION, format!("/v1/timetable-designs/{}", job.id)));
    response.insert_header((header::RETRY_AFTER, "2"));
    Ok(response.json(job))
}

/// How far a design has come, and what it came to.
#[utoipa::path(tag = "timetable-designs",
    params(("id" = Uuid, Path, description = "The job's id")),
    responses((status = 200, description = "The job", body = DesignJobResponse)))]
#[get("/v1/timetable-designs/{id}")]
pub(crate) async fn get_design((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::DesignTimetable)?;
    let id: Uuid = path.get("id")?;
    let job = blocking(&service, move |service| {
        Ok(DesignJobResponse::of(&service.design_job(id)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(job.await?))
}

/// Cancel a design. It ends soon after.
#[utoipa::path(tag = "timetable-designs",
    params(("id" = Uuid, Path, description = "The job's id")),
    responses(
        (status = 202, description = "It will end", body = DesignJobResponse),
        (status = 200, description = "It was cancelled before", body = DesignJobResponse),
        (status = 409, description = "It has ended otherwise"),
    ))]
#[delete("/v1/timetable-designs/{id}")]
pub(crate) async fn cancel_design((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::DesignTimetable)?;
    let id: Uuid = path.get("id")?;
    let job = blocking(&service, move |service| {
        Ok(DesignJobResponse::of(&service.cancel_design(id)?, service.centre()?.centre.time_zone))
    });
    let job = job.await?;
    let status = if job.state == "cancelled" { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(HttpResponse::build(status).json(job))
}
