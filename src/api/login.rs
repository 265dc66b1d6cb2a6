use actix_web::{HttpResponse, get, http::header, post, web};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked,
    authentication::COOKIE,
    blocking,
    body::{Fields, JsonBody},
    caller::Origin,
    params::NoQuery,
    parties::PartyRef,
    places::local,
};
use crate::{
    domain::Act,
    service::{NewSession, Service, Via},
};

/// The cookie of a session that begins.
pub(crate) fn cookie_of(service: &Service, session: &NewSession) -> String {
    let seconds = (session.expires_at - service.now()).num_seconds();
    format!(
        "{COOKIE}={}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}",
        session.secret.reveal(),
        secure(service)
    )
}

/// What takes the cookie away.
pub(crate) fn no_cookie(service: &Service) -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{}", secure(service))
}

/// Keeps a cookie to https where people come by it.
pub(crate) fn secure(service: &Service) -> &'static str {
    let https = service.access_settings().public_url.as_ref().is_some_and(crate::service::PublicUrl::is_https);
    if https { "; Secure" } else { "" }
}

/// Name and password.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct LoginBody {
    /// The account's name.
    #[schema(example = "lan.tran")]
    name: String,
    /// Its password.
    #[schema(format = Password)]
    password: String,
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeResponse {
    /// The account's name, or the device's.
    name: String,
    /// The role: `admin`, `dispatcher`, `courier`, `clerk`, `supervisor` or `integration`.
    #[schema(example = "clerk")]
    role: &'static str,
    /// For whom a courier or a clerk acts.
    acts_for: Option<PartyRef>,
    /// What a token allows.
    scopes: Vec<&'static str>,
    /// By what the caller was recognised: `session`, `token` or `device`.
    #[schema(example = "session")]
    via: &'static str,
    /// The account's id; a device has none.
    account_id: Option<Uuid>,
    /// The device's id.
    device_id: Option<Uuid>,
}

impl MeResponse {
    fn of(service: &Service, principal: &crate::service::Principal) -> Result<Self, crate::service::ServiceError> {
        let centre = service.centre()?;
        let authority = &principal.authority;
        Ok(Self {
            name: principal.name.clone(),
            role: authority.role.as_str(),
            acts_for: authority.acts_for.map(|party| PartyRef::of(&centre, party)),
            scopes: authority.scopes.iter().map(|scope| scope.as_str()).collect(),
            via: match principal.via {
                Via::Session => "session",
                Via::Token(_) => "token",
                Via::Device(_) => "device",
            },
            account_id: principal.account_id.map(crate::domain::AccountId::uuid),
            device_id: match principal.via {
                Via::Device(id) => Some(id.uuid()),
                Via::Session | Via::Token(_) => None,
            },
        })
    }
}

/// A session that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginResponse {
    /// The account's name.
    name: String,
    /// Its role.
    role: &'static str,
    /// When the session ends whatever happens.
    expires_at: DateTime<FixedOffset>,
}

/// Come in with name and password. The answer sets the session's cookie.
#[utoipa::path(tag = "access",
    request_body = LoginBody,
    security(()),
    responses(
        (status = 200, description = "The session; the cookie `conthoi_session` is set", body = LoginResponse),
        (status = 401, description = "Name or password is wrong"),
        (status = 429, description = "Too many tries have failed; try again after Retry-After seconds"),
    ))]
#[post("/v1/login")]
pub(crate) async fn login(service: web::Data<Service>, origin: Origin, _: NoQuery, body: JsonBody) -> Answer {
    let mut fields = Fields::of(body.json)?;
    let (name, password) = (fields.required::<String>("name"), fields.required::<String>("password"));
    let (name, password) = fields.finish(name.zip(password))?;
    let (cookie, response) = blocking(&service, move |service| {
        let session = service.login(&name, &password, &origin.text())?;
        let response = LoginResponse {
            name: session.account.name.to_string(),
            role: session.account.role.as_str(),
            expires_at: local(session.expires_at, service.centre()?.centre.time_zone),
        };
        Ok((cookie_of(service, &session), response))
    })
    .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::SET_COOKIE, cookie))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(response))
}

/// End the session.
#[utoipa::path(tag = "access",
    responses((status = 204, description = "It has ended, and the cookie is taken away")))]
#[post("/v1/logout")]
pub(crate) async fn logout((service, caller): Asked, _: NoQuery) -> Answer {
    caller.may(Act::ManageOneself)?;
    let principal = caller.principal();
    blocking(&service, move |service| service.logout(&principal)).await?;
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, no_cookie(&service))).finish())
}

/// Who the caller is.
#[utoipa::path(tag = "access",
    responses((status = 200, description = "The caller", body = MeResponse)))]
#[get("/v1/me")]
pub(crate) async fn get_me((service, caller): Asked, _: NoQuery) -> Answer {
    caller.may(Act::ManageOneself)?;
    let principal = caller.principal();
    let me = blocking(&service, move |service| MeResponse::of(service, &principal)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(me))
}
