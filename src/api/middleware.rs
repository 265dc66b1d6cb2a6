use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};

use super::{
    epcis,
    problem::{Failure, PROBLEM_JSON, Problem},
    problem_code::ProblemCode,
    shown::{may_be_personal_number, shown_path},
};
use crate::service::Service;
pub(crate) use crate::web::Page;

/// The header that names a request in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone)]
struct RequestId(String);

/// Gives every request an id, keeps foreign hosts out, lets HEAD ask for what GET answers, and logs what was answered.
///
/// The log has the pattern of the path, not the path, and no query: both may hold codes or worse.
pub(crate) async fn accompany(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let path = request.path().to_owned();
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    if method == Method::HEAD {
        // The connection knows that it answers a HEAD and leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let mut response = if is_local(&request) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let detail = "the service answers only requests to a loopback name, such as localhost or 127.0.0.1, and to the name of \
                      its --public-url";
        let problem = Problem {
            instance: Some(shown_path(&path, None)),
            ..Failure::new(ProblemCode::FOREIGN_HOST, detail).document()
        };
        request.into_response(problem_response(Problem { request_id: Some(id.clone()), ..problem }))
    };
    let pattern = response.request().match_pattern().unwrap_or_else(|| "(no route)".to_owned());
    let status = response.status().as_u16();
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "conthoi::access", request_id = %id, %method, path = %pattern, status, ms, "answered");
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    epcis::add_headers(&path, headers);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    // What one person was shown is not shown to the next one at the same browser.
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Authorization"));
    Ok(response)
}

/// Makes every failure a problem document that names its path and request, whoever answered it.
pub(crate) async fn explain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let answered = next.call(request).await?;
    let status = answered.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(answered.map_into_boxed_body());
    }
    if answered.response().extensions().contains::<Page>() {
        return Ok(answered.map_into_boxed_body());
    }
    let (request, mut response) = answered.into_parts();
    let known = response.extensions_mut().remove::<Problem>();
    let mut problem = known.unwrap_or_else(|| {
        let reason = status.canonical_reason().unwrap_or("the request failed");
        Failure::new(ProblemCode::of_status(status), reason).document()
    });
    epcis::name_exception(request.path(), &mut problem);
    problem.instance = Some(shown_path(request.path(), request.match_pattern().as_deref()));
    problem.request_id = id;
    let mut explained = problem_response(problem);
    let rate_limit = ["ratelimit", "ratelimit-policy"].map(HeaderName::from_static);
    let kept = [header::ALLOW, header::RETRY_AFTER, header::ETAG, header::WWW_AUTHENTICATE];
    for name in kept.into_iter().chain(rate_limit) {
        if let Some(value) = response.headers().get(&name) {
            explained.headers_mut().insert(name, value.clone());
        }
    }
    Ok(ServiceResponse::new(request, explained))
}

fn problem_response(problem: Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type(PROBLEM_JSON).json(problem)
}

/// The client's own id where it is plain and as long as ids are, else a new one: the log must not hold what somebody typed.
fn request_id(request: &ServiceRequest) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (16..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            && id.bytes().any(|b| b.is_ascii_digit())
            && (uuid::Uuid::try_parse(id).is_ok() || !may_be_personal_number(id))
    };
    match (given.filter(plain), request.app_data::<web::Data<Service>>()) {
        (Some(id), _) => id.to_owned(),
        (None, Some(service)) => service.fresh_uuid().to_string(),
        (None, None) => String::new(),
    }
}

/// Whether the request was made to a name of this service. A page of some other site that points its own name at this machine
/// (DNS rebinding) is not answered. Where the service listens beyond this machine and has no public name, any name will do:
/// cookies belong to names, so that a foreign one brings none.
fn is_local(request: &ServiceRequest) -> bool {
    let service = request.app_data::<web::Data<Service>>();
    let public = service.and_then(|service| service.access_settings().public_url.as_ref());
    let beyond = request.app_config().local_addr().ip();
    if public.is_none() && !beyond.is_loopback() {
        return true;
    }
    let Some(host) = request.headers().get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.to_ascii_lowercase();
    if public.is_some_and(|public| public.authority() == host.to_ascii_lowercase()) {
        return true;
    }
    if !beyond.is_loopback() && name.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
