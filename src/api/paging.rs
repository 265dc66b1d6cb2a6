use actix_web::{HttpResponse, http::header};
use serde::Serialize;

use super::{params::QueryParams, problem::Problem};

/// How many elements a list gives when it is not told.
const LIMIT_DEFAULT: u64 = 100;
/// How many it gives at most.
const LIMIT_MAX: u64 = 1000;

/// The `limit` of a list.
pub(crate) fn limit(query: &mut QueryParams) -> u32 {
    let wanted = query.get::<u64>("limit").unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&wanted) {
        query.refuse("limit", format!("{wanted} is out of range: expected 1 to {LIMIT_MAX}"));
    }
    u32::try_from(wanted.clamp(1, LIMIT_MAX)).unwrap_or(1)
}

/// A page of a list with a link to the next one.
pub(crate) fn page(query: &QueryParams, next: Option<&str>, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = next {
        let others = query.without("cursor");
        let separator = if others.is_empty() { "" } else { "&" };
        response.insert_header((
            header::LINK,
            format!("<{}?{others}{separator}cursor={cursor}>; rel=\"next\"", query.path),
        ));
    }
    Ok(response.json(body))
}
