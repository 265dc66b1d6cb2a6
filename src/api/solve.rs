use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, post};

use super::{
    Answer, Asked, blocking,
    body::JsonBytes,
    params::QueryParams,
    problem::Failure,
    problem_code::ProblemCode,
    solve_schema::{SolveInput, SolveOutput, example},
};
use crate::{
    domain::Act,
    service::solve::{SolveLimits, SolveRequest},
};

/// The largest input that is read, bytes: durations and distances between more than a thousand places.
const INPUT_BYTES_MAX: usize = 32 << 20;
/// The shortest search worth asking for, seconds.
const TIME_MIN_S: f64 = 0.001;
const SEED_DEFAULT: u64 = 1;

/// Tells the search that nobody waits for it any more.
struct GoneWhenDropped(Arc<AtomicBool>);

impl Drop for GoneWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Solve a routing problem of your own: VROOM's input JSON in, VROOM's output JSON out.
///
/// The answer comes when the time is up, or when the client goes away, at once. Where the input brings no matrices,
/// travel is by the road network that the service has loaded or, without one, by estimate; the member `travel` of the
/// answer, which VROOM does not have, says which. What VROOM knows and this does not is refused by name.
#[utoipa::path(tag = "solve",
    params(
        ("time" = Option<f64>, Query, description = "Seconds to search; half a second and 15 ms for each task when absent, and never more than the service allows", example = 5.0),
        ("seed" = Option<u64>, Query, description = "Where the random choices come from; 1 when absent"),
        ("threads" = Option<u64>, Query, description = "How many threads search side by side; 1 when absent"),
    ),
    request_body(content = SolveInput, example = json!(example())),
    responses(
        (status = 200, description = "The routes, also where tasks are left out", body = SolveOutput),
        (status = 400, description = "A member that cannot be accepted, named by JSON pointer"),
        (status = 413, description = "Too many bytes, tasks or vehicles"),
        (status = 429, description = "Enough problems are being solved already; Retry-After says when to ask again"),
    ))]
#[post("/v1/solve")]
pub(crate) async fn solve(
    (service, caller): Asked,
    mut query: QueryParams,
    body: JsonBytes<INPUT_BYTES_MAX>,
) -> Answer {
    caller.may(Act::Solve)?;
    let request = request(&mut query, &service.solve_limits())?;
    let permit = service.solve_permit()?;
    let cancelled = Arc::new(AtomicBool::new(false));
    let gone = GoneWhenDropped(Arc::clone(&cancelled));
    let answer = blocking(&service, move |service| service.solve(&permit, &body.0, &request, &cancelled)).await;
    drop(gone);
    match answer {
        Ok(answer) => Ok(HttpResponse::Ok().json(answer)),
        Err(failure) => Err(failure),
    }
}

/// What the query asks of the search.
fn request(query: &mut QueryParams, limits: &SolveLimits) -> Result<SolveRequest, Failure> {
    let most = limits.time_max.as_secs_f64();
    let seconds = query.get::<f64>("time");
    if let Some(seconds) = seconds.filter(|seconds| !(TIME_MIN_S..=most).contains(seconds)) {
        query.refuse("time", format!("{seconds} is out of range: expected {TIME_MIN_S} to {most} seconds"));
    }
    let seed = query.get::<u64>("seed").unwrap_or(SEED_DEFAULT);
    let threads = query.get::<u64>("threads");
    let threads_max = limits.threads_max as u64;
    if let Some(threads) = threads.filter(|threads| !(1..=threads_max).contains(threads)) {
        query.refuse("threads", format!("{threads} is out of range: expected 1 to {threads_max}"));
    }
    query.finish()?;
    Ok(SolveRequest {
        time: seconds.map(Duration::from_secs_f64),
        seed,
        threads: threads.and_then(|threads| usize::try_from(threads).ok()),
    })
}

impl Failure {
    /// That the search was broken off because the service ends.
    pub(crate) fn stopping() -> Self {
        Self::new(ProblemCode::STOPPING, "the service is ending and has broken off the search: ask again once it runs")
    }
}
