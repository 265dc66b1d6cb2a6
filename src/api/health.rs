use actix_web::{HttpResponse, ResponseError, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Answer, blocking,
    params::NoQuery,
    problem::{Failure, ProblemField},
    problem_code::ProblemCode,
};
use crate::service::Service;

/// That the process runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Liveness {
    /// Always `alive`.
    status: &'static str,
    /// The release.
    version: &'static str,
}

/// That requests can be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadinessResponse {
    /// Always `ready`; what is not ready is answered with a problem.
    status: &'static str,
    /// The code of the centre that is served.
    centre: String,
}

/// Whether the process runs.
#[utoipa::path(tag = "health", security(()), responses((status = 200, description = "It runs", body = Liveness)))]
#[get("/health/live")]
pub(crate) async fn live(_: NoQuery) -> HttpResponse {
    HttpResponse::Ok().json(Liveness { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// Whether requests can be answered: the database answers, its tables are up to date, a centre is loaded.
#[utoipa::path(tag = "health", security(()), responses(
    (status = 200, description = "All is well", body = ReadinessResponse),
    (status = 503, description = "Something is missing"),
))]
#[get("/health/ready")]
pub(crate) async fn ready(service: web::Data<Service>, _: NoQuery) -> Answer {
    let readiness = blocking(&service, |service| Ok(service.readiness())).await?;
    let mut missing = Vec::new();
    let mut note = |name: &str, problem: Option<&String>| {
        missing.extend(problem.map(|problem| ProblemField::parameter(name, problem.clone())));
    };
    note("database", readiness.database.as_ref().err());
    note("migrations", readiness.migrations.as_ref().err());
    note("centre", readiness.centre.as_ref().err());
    match readiness.centre {
        Ok(centre) if missing.is_empty() => Ok(HttpResponse::Ok().json(ReadinessResponse { status: "ready", centre })),
        _ => Ok(Failure::new(ProblemCode::NOT_READY, "the service cannot answer requests yet")
            .with_errors(missing)
            .error_response()),
    }
}
