//! Recognises who makes a request, before any handler sees it.
//!
//! A bearer token goes before a cookie. Requests that change something and do not carry a token are refused when a browser says
//! that another site made them (`Sec-Fetch-Site`, else `Origin`): such a request might ride on somebody's cookie. Programs that
//! are no browsers send neither header, and no cookie of somebody else.

use std::sync::Arc;

use actix_web::{
    Error, HttpMessage, ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap},
    middleware::Next,
    web,
};

use sha2::{Digest as _, Sha256};

use super::{
    blocking,
    caller::Origin,
    limits::{Counted, Limits},
    problem::Failure,
    problem_code::ProblemCode,
};
use crate::service::{Credential, Principal, PublicUrl, Service, ServiceError};

/// The cookie of a session.
pub(crate) const COOKIE: &str = "conthoi_session";

/// What is known of who makes a request.
#[derive(Debug, Clone)]
pub(crate) enum Recognised {
    /// Who it is.
    As(Arc<Principal>),
    /// Whoever it was, it is nobody now.
    NoMore,
    /// It cannot be said.
    Failed(Failure),
}

/// What a request carries.
enum Carried {
    Cookie(String),
    Bearer(String),
}

impl Carried {
    fn of(headers: &HeaderMap) -> Option<Self> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let text = value.to_str().unwrap_or_default();
            let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
            let token = if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" };
            return Some(Self::Bearer(token.to_owned()));
        }
        cookie(headers, COOKIE).map(|value| Self::Cookie(value.to_owned()))
    }

    fn credential(&self) -> Credential<'_> {
        match self {
            Self::Cookie(text) => Credential::Cookie(text),
            Self::Bearer(text) => Credential::Bearer(text),
        }
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Whether a browser says that another site's page made the request.
fn is_of_another_site(headers: &HeaderMap, public: Option<&PublicUrl>) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    let host = text(header::HOST).unwrap_or_default();
    let own = authority.eq_ignore_ascii_case(host) || public.is_some_and(|public| origin == public.to_string());
    authority.is_empty() || !own
}

/// Keeps what is known of the caller beside the request, for [`super::caller::Caller`].
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(service) = request.app_data::<web::Data<Service>>().cloned() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let carried = Carried::of(request.headers());
    let by_token = matches!(carried, Some(Carried::Bearer(_)));
    let public = service.access_settings().public_url.as_ref();
    if !request.method().is_safe() && !by_token && is_of_another_site(request.headers(), public) {
        let detail = "a page of another site made this request: make it from this site's own pages, or with a token";
        return Ok(request.into_response(Failure::new(ProblemCode::CROSS_SITE, detail).error_response()));
    }
    let remembered = carried.as_ref().and_then(|carried| service.remembered(carried.credential()));
    let allowance = match request.app_data::<web::Data<Limits>>() {
        None => None,
        Some(limits) => match limits
            .check(counted(&request, remembered.as_deref()), &key(&request, &service, remembered.as_deref()))
        {
            Ok(allowance) => Some(allowance),
            Err(exceeded) => return Ok(request.into_response(exceeded.response())),
        },
    };
    let found = match carried {
        Some(carried) => match remembered {
            Some(principal) => Some(Recognised::As(principal)),
            None => Some(recognise(&service, carried).await),
        },
        // Without a centre nobody can come in, and that is what has to be said.
        None if ["/v1/", "/epcis/"].iter().any(|api| request.path().starts_with(api)) => {
            match blocking(&service, Service::centre).await {
                Ok(_) => None,
                Err(failure) => Some(Recognised::Failed(failure)),
            }
        }
        None => None,
    };
    if let Some(found) = found {
        request.extensions_mut().insert(found);
    }
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(allowance) = allowance {
        allowance.tell(response.headers_mut());
    }
    Ok(response)
}

/// Whether the request would come in, or enrol a device.
fn is_at_the_door(request: &ServiceRequest) -> bool {
    let path = request.path();
    let tries = ["/login", "/v1/login", "/v1/devices", "/account/password"].contains(&path)
        || path.starts_with("/setup/")
        || path.starts_with("/reset/");
    // A browser comes back from an identity provider by GET.
    (tries && !request.method().is_safe()) || path.starts_with("/login/oidc")
}

/// Whether the request is a citizen's that costs something or could be a guess.
fn is_a_citizens(request: &ServiceRequest) -> bool {
    let path = request.path();
    // Half-days are found by planning, which takes its time.
    path == "/v1/home-deliveries/half-days"
        || path == "/ask"
        || path.starts_with("/t/")
        || (!request.method().is_safe() && (path == "/v1/home-deliveries" || path.starts_with("/v1/track/")))
}

fn counted(request: &ServiceRequest, known: Option<&Principal>) -> Counted {
    match known {
        _ if is_at_the_door(request) => Counted::Door,
        _ if is_a_citizens(request) => Counted::Citizen,
        Some(_) => Counted::Caller,
        None => Counted::Address,
    }
}

/// Under what a request is counted: what its caller came with, or where it comes from.
fn key(request: &ServiceRequest, service: &Service, known: Option<&Principal>) -> [u8; 32] {
    match known {
        Some(principal) if !is_at_the_door(request) && !is_a_citizens(request) => *principal.secret_sha256(),
        _ => Sha256::digest(Origin::of(request.request(), service).text().as_bytes()).into(),
    }
}

async fn recognise(service: &web::Data<Service>, carried: Carried) -> Recognised {
    let found =
        blocking(service, move |service| -> Result<_, ServiceError> { service.recognise(carried.credential()) });
    match found.await {
        Ok(Some(principal)) => Recognised::As(principal),
        Ok(None) => Recognised::NoMore,
        Err(failure) => Recognised::Failed(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn what_other_sites_do() {
        let public: PublicUrl = "https://conthoi.example.vn".parse().unwrap();
        let cases: &[(&[(&'static str, &str)], bool)] = &[
            (&[], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], false),
            (&[("origin", "http://localhost:8080"), ("host", "localhost:8080")], false),
            (&[("origin", "http://localhost:9"), ("host", "localhost:8080")], true),
            (&[("origin", "https://conthoi.example.vn"), ("host", "10.0.0.1:8080")], false),
            (&[("origin", "null"), ("host", "localhost:8080")], true),
        ];
        for (pairs, expected) in cases {
            assert_eq!(is_of_another_site(&headers(pairs), Some(&public)), *expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_token_goes_before_a_cookie() {
        let both = headers(&[("cookie", "a=b; conthoi_session=xyz"), ("authorization", "bearer t1")]);
        assert!(matches!(Carried::of(&both), Some(Carried::Bearer(token)) if token == "t1"));
        let cookie = headers(&[("cookie", "a=b; conthoi_session=xyz")]);
        assert!(matches!(Carried::of(&cookie), Some(Carried::Cookie(secret)) if secret == "xyz"));
        assert!(Carried::of(&headers(&[("cookie", "other=1")])).is_none());
        let basic = headers(&[("authorization", "Basic bGFuOmxhbg==")]);
        assert!(matches!(Carried::of(&basic), Some(Carried::Bearer(token)) if token.is_empty()));
    }
}
