use actix_web::{HttpRequest, get, http::header, web};

use super::{html, page, see_other, told};
use crate::{
    api::{
        Answer,
        authentication::cookie,
        blocking,
        caller::Origin,
        fallback::no_such_path,
        login::{cookie_of, secure},
        params::NoQuery,
    },
    service::{Service, ServiceError, SignOnAnswer},
};

/// What a browser keeps while its person is at the identity provider's.
const COOKIE: &str = "conthoi_oidc";

/// A cookie for the two addresses here only. The provider's page leads back, so it has to be sent along from there.
fn cookie_text(service: &Service, value: &str, seconds: i64) -> String {
    format!("{COOKIE}={value}; Path=/login/oidc; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(service))
}

/// Why somebody is not let in, on a page that leads to the beginning.
fn refusal(error: ServiceError) -> Answer {
    let Some((status, say)) = told(&error) else { return Err(error.into()) };
    let body = html::told(Some(&say)) + "<p><a href=\"/login\">Đăng nhập · Log in</a></p>";
    Ok(page(status, "Đăng nhập · Log in", &body))
}

/// Leads to the identity provider.
#[get("/login/oidc")]
pub(super) async fn show_way(service: web::Data<Service>, _: NoQuery) -> Answer {
    match blocking(&service, |service| Ok(service.begin_sign_on())).await? {
        Ok(None) => Err(no_such_path()),
        Ok(Some(start)) => {
            let cookie = cookie_text(&service, start.cookie.reveal(), start.lasts.num_seconds());
            Ok(see_other(&start.url).insert_header((header::SET_COOKIE, cookie)).finish())
        }
        Err(error) => refusal(error),
    }
}

/// Where the provider leads back to. It may add parameters that nobody here knows (RFC 6749, 4.1.2).
#[get("/login/oidc/callback")]
pub(super) async fn come_back(service: web::Data<Service>, request: HttpRequest, origin: Origin) -> Answer {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let mut answer = SignOnAnswer::default();
    for (name, value) in pairs.map(web::Query::into_inner).unwrap_or_default() {
        match name.as_str() {
            "state" => answer.state = value,
            "code" => answer.code = Some(value),
            "iss" => answer.issuer = Some(value),
            _ => {}
        }
    }
    let kept = cookie(request.headers(), COOKIE).map(str::to_owned);
    let tried = blocking(&service, move |service| {
        let tried = service.finish_sign_on(kept.as_deref(), &answer, &origin.text());
        Ok(tried.map(|session| session.map(|session| cookie_of(service, &session))))
    });
    let mut response = match tried.await? {
        Ok(None) => return Err(no_such_path()),
        Ok(Some(cookie)) => see_other("/account").insert_header((header::SET_COOKIE, cookie)).finish(),
        Err(error) => refusal(error)?,
    };
    // What was kept is good for one try.
    if let Ok(none) = header::HeaderValue::from_str(&cookie_text(&service, "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, none);
    }
    Ok(response)
}
