use std::collections::BTreeSet;

use actix_web::{HttpResponse, delete, get, http::header, post};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    params::{NoQuery, PathParams},
    places::local,
};
use crate::{
    domain::{AccountId, Act, Scope, TokenId},
    service::{AccessToken, NewToken},
};

/// With what another system comes in. Its secret is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenResponse {
    /// Its id.
    id: Uuid,
    /// What it is for.
    label: String,
    /// The secret's first characters.
    #[schema(example = "conthoi_t_Zr0cQ8")]
    prefix: String,
    /// What it allows.
    scopes: Vec<&'static str>,
    /// When it was made.
    created_at: DateTime<FixedOffset>,
    /// Until when it is good.
    expires_at: Option<DateTime<FixedOffset>>,
    /// Since when it is not good any more.
    revoked_at: Option<DateTime<FixedOffset>>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<FixedOffset>>,
}

impl TokenResponse {
    fn of(token: &AccessToken, zone: Tz) -> Self {
        let at = |at: Option<DateTime<Utc>>| at.map(|at| local(at, zone));
        Self {
            id: token.id.uuid(),
            label: token.label.clone(),
            prefix: token.prefix.clone(),
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: local(token.created_at, zone),
            expires_at: at(token.expires_at),
            revoked_at: at(token.revoked_at),
            last_used_at: at(token.last_used_at),
        }
    }
}

/// A token that was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenResponse {
    /// The secret, to be sent as `Authorization: Bearer`; shown here and never again.
    secret: String,
    /// The token.
    token: TokenResponse,
}

/// The tokens of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// The tokens, oldest first.
    tokens: Vec<TokenResponse>,
}

/// A token to be issued.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewTokenBody {
    /// What it is for, 1 to 100 characters.
    #[schema(example = "Phần mềm một cửa")]
    label: String,
    /// What it allows: `centre:read`, `items:read`, `items:write`, `dossiers:write`, `plans:read`, `plans:write`, `scans:write`,
    /// `custody:read`, `events:read`, `epcis:write`, `paper:print` or `solve`.
    scopes: Vec<String>,
    /// Until when it is good; when absent, until it is revoked.
    expires_at: Option<DateTime<FixedOffset>>,
}

/// The tokens of another system's account.
#[utoipa::path(tag = "access",
    params(("id" = Uuid, Path, description = "The account's id")),
    responses((status = 200, description = "Its tokens, without their secrets", body = TokenList)))]
#[get("/v1/accounts/{id}/tokens")]
pub(crate) async fn list_tokens((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadAccounts)?;
    let id = AccountId::from_uuid(path.get("id")?);
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        Ok(TokenList { tokens: service.tokens(id)?.iter().map(|token| TokenResponse::of(token, zone)).collect() })
    });
    Ok(HttpResponse::Ok().json(list.await?))
}

/// Issue a token for another system.
#[utoipa::path(tag = "access",
    params(("id" = Uuid, Path, description = "The id of an account with the role integration")),
    request_body = NewTokenBody,
    responses((status = 201, description = "The token with its secret", body = NewTokenResponse)))]
#[post("/v1/accounts/{id}/tokens")]
pub(crate) async fn issue_token((service, caller): Asked, path: PathParams, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::ManageAccounts)?;
    let id = AccountId::from_uuid(path.get("id")?);
    let mut fields = Fields::of(body.json)?;
    let label = fields.required::<String>("label");
    let words = fields.required::<Vec<String>>("scopes");
    let mut scopes = BTreeSet::new();
    for (n, word) in words.iter().flatten().enumerate() {
        match word.parse::<Scope>() {
            Ok(scope) => {
                scopes.insert(scope);
            }
            Err(error) => fields.refuse_inside("scopes", n, error.to_string()),
        }
    }
    let expires_at = fields.parsed::<DateTime<Utc>>("expires_at", false);
    let new = fields.finish(label.map(|label| NewToken { label, scopes, expires_at }))?;
    let response = blocking(&service, move |service| {
        let (token, secret) = service.issue_token(&caller.actor(), id, &new)?;
        let zone = service.centre()?.centre.time_zone;
        Ok(NewTokenResponse { secret: secret.reveal().to_owned(), token: TokenResponse::of(&token, zone) })
    });
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(response.await?))
}

/// Revoke a token. The next request with it is refused.
#[utoipa::path(tag = "access",
    params(("id" = Uuid, Path, description = "The token's id")),
    responses((status = 200, description = "The token, revoked now or before", body = TokenResponse)))]
#[delete("/v1/tokens/{id}")]
pub(crate) async fn revoke_token((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageAccounts)?;
    let id = TokenId::from_uuid(path.get("id")?);
    let token = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        Ok(TokenResponse::of(&service.revoke_token(&caller.actor(), id)?, zone))
    });
    Ok(HttpResponse::Ok().json(token.await?))
}
