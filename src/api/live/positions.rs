use actix_web::{HttpResponse, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        Answer, Asked, blocking,
        body::{Fields, JsonBody},
        params::NoQuery,
        problem::ProblemField,
    },
    domain::{Act, Position},
    service::{FieldProblem, IncomingPosition, POSITIONS_MAX, PositionAnswer},
};

/// Where a courier was.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct PositionTold {
    /// The courier's code; a courier's own device may leave it out.
    courier: Option<String>,
    /// When, by the device's clock.
    at: DateTime<Utc>,
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// How far off it may be, metres.
    accuracy_m: Option<u32>,
}

/// Positions that a device has gathered.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read field by field")]
pub(crate) struct PositionsBody {
    /// 1 to 1000 of them.
    positions: Vec<PositionTold>,
}

/// What became of a position.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PositionResult {
    /// `created`, `exists`, `expired` (older than positions are kept) or `rejected`.
    result: &'static str,
    /// Why it was rejected.
    errors: Vec<ProblemField>,
}

/// What became of each position.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PositionResults {
    /// In the order of the request.
    results: Vec<PositionResult>,
}

fn read_position(told: Value) -> Result<IncomingPosition, Vec<FieldProblem>> {
    let mut fields = Fields::lone(told)?;
    let courier = fields.optional::<String>("courier");
    let at = fields.parsed::<DateTime<Utc>>("at", true);
    let (lat, lon) = (fields.required::<f64>("lat"), fields.required::<f64>("lon"));
    let accuracy_m = fields.optional::<u32>("accuracy_m");
    let position = match (lat, lon) {
        (Some(lat), Some(lon)) => Position::new(lat, lon)
            .map_err(|_| fields.refuse("lat", "expected degrees north in lat and degrees east in lon".into()))
            .ok(),
        _ => None,
    };
    let told = at.zip(position).map(|(at, position)| IncomingPosition { courier, at, position, accuracy_m });
    fields.finish_lone(told)
}

/// Tell where couriers are. Positions are kept as briefly as the rule `position_kept` says, and then deleted.
#[utoipa::path(tag = "live",
    request_body = PositionsBody,
    responses((status = 200, description = "What became of each position", body = PositionResults)))]
#[post("/v1/positions")]
pub(crate) async fn tell_positions((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::SendPositions)?;
    let mut fields = Fields::of(body.json)?;
    let positions = fields.required::<Vec<Value>>("positions");
    if positions.as_ref().is_some_and(|positions| !(1..=POSITIONS_MAX).contains(&positions.len())) {
        fields.refuse("positions", format!("expected 1 to {POSITIONS_MAX} positions"));
    }
    let told = fields.finish(positions)?.into_iter().map(read_position).collect();
    let answers = blocking(&service, move |service| service.take_positions(&caller.authority(), told));
    let result = |answer| match answer {
        PositionAnswer::Created => PositionResult { result: "created", errors: Vec::new() },
        PositionAnswer::Exists => PositionResult { result: "exists", errors: Vec::new() },
        PositionAnswer::Expired => PositionResult { result: "expired", errors: Vec::new() },
        PositionAnswer::Rejected(problems) => PositionResult {
            result: "rejected",
            errors: problems
                .into_iter()
                .map(|problem| ProblemField::at(format!("/{}", problem.field), problem.message))
                .collect(),
        },
    };
    let results = answers.await?.into_iter().map(result).collect();
    Ok(HttpResponse::Ok().json(PositionResults { results }))
}
