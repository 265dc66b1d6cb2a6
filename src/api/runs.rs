use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, Asked, blocking,
    caller::Caller,
    manifest::{Manifest, RouteManifest},
    params::{NoQuery, PathParams},
    route_view::{RoundOut, RouteOut, RunOut, StopOut},
    travel::TravelBasisOut,
};
use crate::{
    domain::{Act, PlannedRound, PlannedRun, RoundId, Route, RunId},
    service::{DayPlan, Service, TripScans},
};

/// A run with its day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunResponse {
    /// The day.
    date: NaiveDate,
    /// How often the day has been planned.
    revision: u32,
    /// What its travel times rest on.
    travel: TravelBasisOut,
    /// The run.
    #[serde(flatten)]
    run: RunOut,
}

/// A round with its day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoundResponse {
    /// The day.
    date: NaiveDate,
    /// How often the day has been planned.
    revision: u32,
    /// What its travel times rest on.
    travel: TravelBasisOut,
    /// The round.
    #[serde(flatten)]
    round: RoundOut,
}

/// The stops of each route.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StopsResponse {
    /// The day.
    date: NaiveDate,
    /// How often the day has been planned.
    revision: u32,
    /// What its travel times rest on.
    travel: TravelBasisOut,
    /// The routes with their stops.
    routes: Vec<RouteStops>,
}

/// One route's stops.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RouteStops {
    /// The route.
    route: RouteOut,
    /// Its stops; the first leaves the depot, the last comes back to it.
    stops: Vec<StopOut>,
}

fn stops_of(day: &DayPlan, routes: &[&Route]) -> StopsResponse {
    StopsResponse {
        date: day.plan.date,
        revision: day.plan.revision,
        travel: TravelBasisOut::from(&day.plan.travel),
        routes: routes
            .iter()
            .map(|route| RouteStops { route: RouteOut::of(day, route), stops: StopOut::all_of(day, route) })
            .collect(),
    }
}

fn manifest_of(day: &DayPlan, name: String, routes: &[&Route], scans: &TripScans) -> Manifest {
    Manifest {
        date: day.plan.date,
        name,
        revision: day.plan.revision,
        synthetic: day.is_synthetic(),
        routes: routes.iter().map(|route| RouteManifest::of(day, route, scans)).collect(),
    }
}

/// Looks up the run's plan off the async threads and renders it there.
async fn with_run<T>(
    service: &web::Data<Service>,
    caller: Caller,
    path: &PathParams,
    render: fn(&DayPlan, RunId) -> Option<T>,
) -> Answer
where
    T: Serialize + Send + 'static,
{
    let id: RunId = path.get("id")?;
    let body =
        blocking(service, move |service| Ok(render(&service.plan_of_run_for(&caller.authority(), id)?, id))).await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn with_round<T>(
    service: &web::Data<Service>,
    caller: Caller,
    path: &PathParams,
    render: fn(&DayPlan, RoundId) -> Option<T>,
) -> Answer
where
    T: Serialize + Send + 'static,
{
    let id: RoundId = path.get("id")?;
    let body =
        blocking(service, move |service| Ok(render(&service.plan_of_round_for(&caller.authority(), id)?, id))).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Get a run.
#[utoipa::path(tag = "runs",
    params(("id" = uuid::Uuid, Path, description = "The run's id")),
    responses((status = 200, description = "The run with a route for each courier", body = RunResponse)))]
#[get("/v1/runs/{id}")]
pub(crate) async fn get_run((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    with_run(&service, caller, &path, |day, id| {
        let run = RunOut::of(day, day.run(id)?);
        Some(RunResponse {
            date: day.plan.date,
            revision: day.plan.revision,
            travel: TravelBasisOut::from(&day.plan.travel),
            run,
        })
    })
    .await
}

/// The stops of a run.
#[utoipa::path(tag = "runs",
    params(("id" = uuid::Uuid, Path, description = "The run's id")),
    responses((status = 200, description = "The stops of each courier's route", body = StopsResponse)))]
#[get("/v1/runs/{id}/stops")]
pub(crate) async fn get_run_stops((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    with_run(&service, caller, &path, |day, id| Some(stops_of(day, &day.run(id)?.routes.iter().collect::<Vec<_>>())))
        .await
}

/// The manifest of a run: what each courier must have on board at departure and after each stop, and what was scanned of it.
#[utoipa::path(tag = "runs",
    params(("id" = uuid::Uuid, Path, description = "The run's id")),
    responses((status = 200, description = "The manifest", body = Manifest)))]
#[get("/v1/runs/{id}/manifest")]
pub(crate) async fn get_run_manifest((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    let id: RunId = path.get("id")?;
    let manifest = blocking(&service, move |service| {
        let authority = caller.authority();
        let day = service.plan_of_run_for(&authority, id)?;
        let scans = service.trip_scans(id.uuid())?.seen_by(&authority);
        let manifest =
            |run: &PlannedRun| manifest_of(&day, run.code.clone(), &run.routes.iter().collect::<Vec<_>>(), &scans);
        Ok(day.run(id).map(manifest))
    });
    Ok(HttpResponse::Ok().json(manifest.await?))
}

/// Get a round.
#[utoipa::path(tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses((status = 200, description = "The round with its route", body = RoundResponse)))]
#[get("/v1/rounds/{id}")]
pub(crate) async fn get_round((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    with_round(&service, caller, &path, |day, id| {
        let round = RoundOut::of(day, day.round(id)?);
        Some(RoundResponse {
            date: day.plan.date,
            revision: day.plan.revision,
            travel: TravelBasisOut::from(&day.plan.travel),
            round,
        })
    })
    .await
}

/// The stops of a round, with the addresses that the courier needs.
#[utoipa::path(tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses((status = 200, description = "The stops", body = StopsResponse)))]
#[get("/v1/rounds/{id}/stops")]
pub(crate) async fn get_round_stops((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    with_round(&service, caller, &path, |day, id| Some(stops_of(day, &[&day.round(id)?.route]))).await
}

/// The manifest of a round: what the courier must have on board at departure and after each stop, and what was scanned of
/// it.
#[utoipa::path(tag = "rounds",
    params(("id" = uuid::Uuid, Path, description = "The round's id")),
    responses((status = 200, description = "The manifest", body = Manifest)))]
#[get("/v1/rounds/{id}/manifest")]
pub(crate) async fn get_round_manifest((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadPlans)?;
    let id: RoundId = path.get("id")?;
    let manifest = blocking(&service, move |service| {
        let authority = caller.authority();
        let day = service.plan_of_round_for(&authority, id)?;
        let scans = service.trip_scans(id.uuid())?.seen_by(&authority);
        let manifest =
            |round: &PlannedRound| manifest_of(&day, round.half_day.as_str().to_owned(), &[&round.route], &scans);
        Ok(day.round(id).map(manifest))
    });
    Ok(HttpResponse::Ok().json(manifest.await?))
}
