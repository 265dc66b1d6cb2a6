use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    patch, post,
};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    etag,
    paging::{self, page},
    params::{NoQuery, PathParams, QueryParams},
    parties::PartyRef,
    places::local,
};
use crate::{
    domain::{AccountId, Act, CentreData, Party, Role},
    service::{Account, AccountChange, NamedParty, NewAccount, OneTimeLink, Service},
};

/// Somebody who may come in, or another system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountResponse {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "lan.tran")]
    name: String,
    /// `admin`, `dispatcher`, `courier`, `clerk`, `supervisor` or `integration`.
    #[schema(example = "clerk")]
    role: &'static str,
    /// The office of a clerk, the courier that a courier is.
    acts_for: Option<PartyRef>,
    /// The address under which an identity provider may vouch for the person.
    email: Option<String>,
    /// Under which identity a provider has vouched for the person: its issuer, `#` and its subject.
    #[schema(example = "https://id.example.vn#248289761001")]
    oidc_subject: Option<String>,
    /// Whether a password is set.
    has_password: bool,
    /// Whether it is shut.
    disabled: bool,
    /// When it was made.
    created_at: DateTime<FixedOffset>,
    /// Counts its changes; also its `ETag`.
    revision: u32,
}

impl AccountResponse {
    fn of(centre: &CentreData, account: &Account) -> Self {
        Self {
            id: account.id.uuid(),
            name: account.name.to_string(),
            role: account.role.as_str(),
            acts_for: account.acts_for.map(|party| PartyRef::of(centre, party)),
            email: account.email.clone(),
            oidc_subject: account.oidc_subject.clone(),
            has_password: account.password_hash.is_some(),
            disabled: account.disabled_at.is_some(),
            created_at: local(account.created_at, centre.centre.time_zone),
            revision: account.revision,
        }
    }
}

/// An account that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewAccountResponse {
    /// The account.
    account: AccountResponse,
    /// The link with which the person sets a password; shown here and never again. Null for another system.
    link: Option<LinkResponse>,
}

/// A link with which a password is set once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkResponse {
    /// The link; only a path where the service has no public URL.
    #[schema(example = "https://conthoi.example.vn/setup/Zr0c…")]
    url: String,
    /// Until when it can be used.
    expires_at: DateTime<FixedOffset>,
}

impl LinkResponse {
    fn of(service: &Service, centre: &CentreData, link: &OneTimeLink) -> Self {
        let base = service.access_settings().public_url.as_ref().map(ToString::to_string).unwrap_or_default();
        Self { url: format!("{base}{}", link.path()), expires_at: local(link.expires_at, centre.centre.time_zone) }
    }
}

/// A part of the list of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountList {
    /// The accounts, by name.
    accounts: Vec<AccountResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// An account to be added.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewAccountBody {
    /// 2 to 64 letters a-z, digits and `. _ - @`.
    #[schema(example = "lan.tran")]
    name: String,
    /// `admin`, `dispatcher`, `courier`, `clerk`, `supervisor` or `integration`.
    #[schema(example = "clerk")]
    role: String,
    /// The code of a clerk's office.
    #[schema(example = "STNMT")]
    site: Option<String>,
    /// The code of the courier that a courier is.
    courier: Option<String>,
    /// The address under which an identity provider may vouch for the person.
    email: Option<String>,
}

/// What an account shall be; what is left out stays as it is.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct AccountChangeBody {
    /// The role; of another role than clerk and courier it ends what the account acted for.
    role: Option<String>,
    /// The code of a clerk's office.
    site: Option<String>,
    /// The code of the courier that a courier is.
    courier: Option<String>,
    /// The e-mail address; an empty text takes it away. Another address ends the identity that came by the former.
    email: Option<String>,
    /// Under which identity a provider knows the person: its issuer, `#` and its subject. An empty text takes it away, and the
    /// next login by the provider finds the person by the address again.
    oidc_subject: Option<String>,
    /// Whether it is shut.
    disabled: Option<bool>,
}

/// Reads a party from two fields of which at most one is given.
fn read_acts_for(fields: &mut Fields) -> Option<NamedParty> {
    match (fields.optional::<String>("site"), fields.optional::<String>("courier")) {
        (Some(_), Some(_)) => {
            fields.refuse_whole("expected at most one of site and courier");
            None
        }
        (Some(code), None) => Some(NamedParty::Site(code)),
        (None, Some(code)) => Some(NamedParty::Courier(code)),
        (None, None) => None,
    }
}

/// The party of an account by the code that its label has.
fn named(centre: &CentreData, party: Party) -> Option<NamedParty> {
    match party {
        Party::Site(id) => centre.site(id).map(|site| NamedParty::Site(site.code.clone())),
        Party::Courier(id) => centre
            .couriers
            .iter()
            .find(|courier| courier.id == id)
            .map(|courier| NamedParty::Courier(courier.code.clone())),
        Party::Recipient => None,
    }
}

/// List accounts.
#[utoipa::path(tag = "access",
    params(
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Accounts; the Link header leads to the next part", body = AccountList)))]
#[get("/v1/accounts")]
pub(crate) async fn list_accounts((service, caller): Asked, mut query: QueryParams) -> Answer {
    caller.may(Act::ReadAccounts)?;
    let after = query.get::<String>("cursor");
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let centre = service.centre()?;
        let found = service.accounts(after.as_deref(), limit)?;
        Ok(AccountList {
            accounts: found.accounts.iter().map(|account| AccountResponse::of(&centre, account)).collect(),
            next: found.next,
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Add an account.
#[utoipa::path(tag = "access",
    request_body = NewAccountBody,
    responses(
        (status = 201, description = "It is added", body = NewAccountResponse),
        (status = 409, description = "The name or address is taken"),
    ))]
#[post("/v1/accounts")]
pub(crate) async fn create_account((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::ManageAccounts)?;
    let mut fields = Fields::of(body.json)?;
    let (name, role) = (fields.required::<String>("name"), fields.parsed::<Role>("role", true));
    let acts_for = read_acts_for(&mut fields);
    let email = fields.optional::<String>("email");
    let new = name.zip(role).map(|(name, role)| NewAccount { name, role, acts_for, email });
    let new = fields.finish(new)?;
    let response = blocking(&service, move |service| {
        let (account, link) = service.add_account(&caller.actor(), &new)?;
        let centre = service.centre()?;
        Ok(NewAccountResponse {
            account: AccountResponse::of(&centre, &account),
            link: link.map(|link| LinkResponse::of(service, &centre, &link)),
        })
    })
    .await?;
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header((header::LOCATION, format!("/v1/accounts/{}", response.account.id)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(response))
}

fn with_etag(account: AccountResponse) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", account.revision))).json(account)
}

/// Get one account.
#[utoipa::path(tag = "access",
    params(("id" = Uuid, Path, description = "The account's id")),
    responses((status = 200, description = "The account, with its ETag", body = AccountResponse)))]
#[get("/v1/accounts/{id}")]
pub(crate) async fn get_account((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ReadAccounts)?;
    let id = AccountId::from_uuid(path.get("id")?);
    let account =
        blocking(&service, move |service| Ok(AccountResponse::of(&*service.centre()?, &service.account(id)?)));
    Ok(with_etag(account.await?))
}

/// Change an account's role, office or courier, address, or shut it. Its sessions end.
#[utoipa::path(tag = "access",
    params(
        ("id" = Uuid, Path, description = "The account's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the account that the client has seen"),
    ),
    request_body = AccountChangeBody,
    responses(
        (status = 200, description = "The account as it is now", body = AccountResponse),
        (status = 409, description = "It is the only admin who can come in"),
        (status = 412, description = "It is another one by now"),
    ))]
#[patch("/v1/accounts/{id}")]
pub(crate) async fn change_account(
    (service, caller): Asked,
    request: HttpRequest,
    path: PathParams,
    _: NoQuery,
    body: JsonBody,
) -> Answer {
    caller.may(Act::ManageAccounts)?;
    let id = AccountId::from_uuid(path.get("id")?);
    let expected = etag::must_be(&request)?;
    let mut fields = Fields::of(body.json)?;
    let role = fields.parsed::<Role>("role", false);
    let acts_for = read_acts_for(&mut fields);
    let email = fields.optional::<String>("email");
    let oidc_subject = fields.optional::<String>("oidc_subject");
    let disabled = fields.optional::<bool>("disabled");
    fields.finish(Some(()))?;
    let account = blocking(&service, move |service| {
        let centre = service.centre()?;
        let before = service.account(id)?;
        let role = role.unwrap_or(before.role);
        let kept = before.acts_for.filter(|_| role == before.role).and_then(|party| named(&centre, party));
        let given = |text: Option<String>, before: &Option<String>| match text {
            None => before.clone(),
            Some(text) => Some(text).filter(|text| !text.is_empty()),
        };
        let change = AccountChange {
            role,
            acts_for: acts_for.or(kept),
            email: given(email, &before.email),
            oidc_subject: given(oidc_subject, &before.oidc_subject),
            disabled: disabled.unwrap_or(before.disabled_at.is_some()),
        };
        // What was left out stays as it was read here, so the change is made over just that revision.
        let expected = expected.unwrap_or_else(|| vec![before.revision.to_string()]);
        let after = service.change_account(&caller.actor(), id, Some(&expected), &change)?;
        Ok(AccountResponse::of(&centre, &after))
    });
    Ok(with_etag(account.await?))
}

/// Make a link with which the person sets a new password. Earlier links are void; the present password stays until then.
#[utoipa::path(tag = "access",
    params(("id" = Uuid, Path, description = "The account's id")),
    responses((status = 201, description = "The link; shown here and never again", body = LinkResponse)))]
#[post("/v1/accounts/{id}/link")]
pub(crate) async fn make_link((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageAccounts)?;
    let id = AccountId::from_uuid(path.get("id")?);
    let link = blocking(&service, move |service| {
        let link = service.reset_password(&caller.actor(), id)?;
        Ok(LinkResponse::of(service, &*service.centre()?, &link))
    });
    Ok(HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(link.await?))
}
