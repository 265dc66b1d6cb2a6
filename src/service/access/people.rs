use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Actor, Secret, audit::Done, secret::digest};
use crate::{
    domain::{AccountId, AccountName, CentreData, Party, Role},
    service::{FieldProblem, NamedParty, Service, ServiceError, named_party, paging::cut},
    store::{Account, AccountLink, StoreError},
};

/// The name of the first admin, who may give it to nobody else.
const FIRST_ADMIN: &str = "admin";

/// An account to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The office of a clerk, the courier that a courier is; of others nothing.
    pub acts_for: Option<NamedParty>,
    /// The address under which an identity provider may vouch for the person.
    pub email: Option<String>,
}

/// What an account shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Its role.
    pub role: Role,
    /// As in [`NewAccount`].
    pub acts_for: Option<NamedParty>,
    /// As in [`NewAccount`].
    pub email: Option<String>,
    /// Under which identity, as `ISSUER#SUBJECT`, a provider knows the person; an identity goes with the address it came by.
    pub oidc_subject: Option<String>,
    /// Whether it is shut.
    pub disabled: bool,
}

/// A link with which a password is set once.
#[derive(Debug, Clone)]
pub struct OneTimeLink {
    /// What it holds.
    pub secret: Secret,
    /// For whom.
    pub account: Account,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

impl OneTimeLink {
    /// The path of the page that sets the password.
    #[must_use]
    pub fn path(&self) -> String {
        let page = if self.account.password_hash.is_none() { "setup" } else { "reset" };
        format!("/{page}/{}", self.secret.reveal())
    }
}

/// A part of the list of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts, by name.
    pub accounts: Vec<Account>,
    /// The name of the last when the list goes on.
    pub next: Option<String>,
}

pub(super) fn no_such_account(id: AccountId) -> ServiceError {
    ServiceError::not_found("account", &id)
}

/// An account without its secrets, for the audit log.
fn told(account: &Account) -> Value {
    json!({
        "name": account.name.as_str(),
        "role": account.role.as_str(),
        "acts_for": account.acts_for,
        "has_email": account.email.is_some(),
        "oidc_subject": account.oidc_subject,
        "disabled": account.disabled_at.is_some(),
        "revision": account.revision,
    })
}

/// The party that a role acts for, or what is wrong with it.
fn party_for(
    centre: &CentreData,
    role: Role,
    named: Option<&NamedParty>,
    problems: &mut Vec<FieldProblem>,
) -> Option<Party> {
    let mut refuse = |field: &str, message: &str| {
        problems.push(FieldProblem::new(field, message));
        None
    };
    match (role, named) {
        (Role::Clerk, Some(NamedParty::Courier(_)) | None) => refuse("site", "a clerk needs the code of an office"),
        (Role::Courier, Some(NamedParty::Site(_)) | None) => {
            refuse("courier", "this role needs the code of the courier that it is")
        }
        (Role::Clerk | Role::Courier, Some(named)) => named_party(centre, named, "", problems),
        (_, None) => None,
        (_, Some(NamedParty::Site(_))) => refuse("site", "only a clerk has an office: leave it out"),
        (_, Some(NamedParty::Courier(_))) => refuse("courier", "only the role courier has one: leave it out"),
    }
}

/// An address as an identity provider would write it, or what is wrong with it.
fn email_of(text: Option<&str>, problems: &mut Vec<FieldProblem>) -> Option<String> {
    let text = text?.trim().to_lowercase();
    let (name, host) = text.split_once('@').unwrap_or_default();
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if name.is_empty() || !host.contains('.') || host.contains('@') || !plain {
        problems.push(FieldProblem::new("email", "it is no e-mail address: expected NAME@HOST"));
        return None;
    }
    Some(text)
}

/// An identity as a provider's issuer and subject, or what is wrong with it.
fn identity_of(text: Option<&str>, problems: &mut Vec<FieldProblem>) -> Option<String> {
    let text = text?;
    let (issuer, subject) = text.split_once('#').unwrap_or_default();
    let is_url = issuer.starts_with("https://") || issuer.starts_with("http://");
    // OpenID Connect Core, 2: a subject has at most 255 ASCII characters.
    let is_subject = (1..=255).contains(&subject.len()) && subject.chars().all(|c| c.is_ascii() && !c.is_control());
    if !is_url || issuer.len() > 1024 || issuer.contains(|c: char| c.is_whitespace() || c.is_control()) || !is_subject {
        let message = "it is no identity: expected ISSUER#SUBJECT, such as https://id.example.vn#248289761001";
        problems.push(FieldProblem::new("oidc_subject", message));
        return None;
    }
    Some(text.to_owned())
}

impl Service {
    /// The accounts after the one with the name `after`, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn accounts(&self, after: Option<&str>, limit: u32) -> Result<AccountPage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut accounts = self.store().accounts(centre, after, limit.saturating_add(1))?;
        let next = cut(&mut accounts, limit, |last| last.name.to_string());
        Ok(AccountPage { accounts, next })
    }

    /// One account.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn account(&self, id: AccountId) -> Result<Account, ServiceError> {
        self.store().account(self.centre()?.centre.id, id)?.ok_or_else(|| no_such_account(id))
    }

    /// The account with this name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::Domain`] for a text that can be no name.
    pub fn account_named(&self, name: &str) -> Result<Account, ServiceError> {
        let name = AccountName::parse(name)?;
        let found = self.store().account_by_name(self.centre()?.centre.id, &name)?;
        found.ok_or_else(|| ServiceError::not_found("account", &name))
    }

    /// Adds an account. A person gets a one-time link to set a password with.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every wrong field, [`ServiceError::NameTaken`].
    pub fn add_account(&self, actor: &Actor, new: &NewAccount) -> Result<(Account, Option<OneTimeLink>), ServiceError> {
        let centre = self.centre()?;
        let mut problems = Vec::new();
        let name = AccountName::parse(&new.name)
            .map_err(|error| problems.push(FieldProblem::new("name", error.to_string())))
            .ok();
        let acts_for = party_for(&centre, new.role, new.acts_for.as_ref(), &mut problems);
        let email = email_of(new.email.as_deref(), &mut problems);
        let (Some(name), true) = (name, problems.is_empty()) else { return Err(ServiceError::Invalid(problems)) };
        let account = Account {
            id: AccountId::from_uuid(self.fresh_uuid()),
            centre_id: centre.centre.id,
            name,
            role: new.role,
            acts_for,
            email,
            oidc_subject: None,
            password_hash: None,
            disabled_at: None,
            created_at: self.now(),
            revision: 1,
        };
        let done = Done {
            act: "account_created",
            kind: "account",
            id: account.id.to_string(),
            before: None,
            after: Some(told(&account)),
        };
        let entry = self.audit_entry(account.centre_id, actor, done);
        self.store().insert_account(&account, &entry).map_err(taken)?;
        let link = if account.role == Role::Integration { None } else { Some(self.make_link(actor, &account)?) };
        Ok((account, link))
    }

    /// Makes an account what `change` says, if it is still at revision `expected` (where one is given). Its sessions end.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`], [`ServiceError::AccountChanged`], [`ServiceError::LastAdmin`].
    pub fn change_account(
        &self,
        actor: &Actor,
        id: AccountId,
        expected: Option<&[String]>,
        change: &AccountChange,
    ) -> Result<Account, ServiceError> {
        let centre = self.centre()?;
        let before = self.account(id)?;
        if expected.is_some_and(|tags| !tags.contains(&before.revision.to_string())) {
            return Err(ServiceError::AccountChanged { revision: before.revision });
        }
        let mut problems = Vec::new();
        let acts_for = party_for(&centre, change.role, change.acts_for.as_ref(), &mut problems);
        let email = email_of(change.email.as_deref(), &mut problems);
        let identity = identity_of(change.oidc_subject.as_deref(), &mut problems);
        if (before.role == Role::Integration) != (change.role == Role::Integration) {
            let message = "another system's account stays one, and a person's too: add another account";
            problems.push(FieldProblem::new("role", message));
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let disabled_at = if change.disabled { before.disabled_at.or_else(|| Some(self.now())) } else { None };
        let after = Account {
            role: change.role,
            acts_for,
            // Who vouched for the person under the former address may not be who has the new one.
            oidc_subject: identity.filter(|it| email == before.email || Some(it) != before.oidc_subject.as_ref()),
            email,
            disabled_at,
            revision: before.revision + 1,
            ..before.clone()
        };
        let was_admin = before.role == Role::Admin && before.disabled_at.is_none();
        if was_admin && (after.role != Role::Admin || after.disabled_at.is_some()) {
            let others = self.store().admins(centre.centre.id)?;
            if !others.iter().any(|admin| admin.id != id && admin.password_hash.is_some()) {
                return Err(ServiceError::LastAdmin);
            }
        }
        let done = Done {
            act: "account_changed",
            kind: "account",
            id: id.to_string(),
            before: Some(told(&before)),
            after: Some(told(&after)),
        };
        let entry = self.audit_entry(after.centre_id, actor, done);
        if !self.store().update_account(&after, before.revision, &entry).map_err(taken)? {
            return Err(ServiceError::AccountChanged { revision: before.revision + 1 });
        }
        self.inner.access.principals.forget();
        Ok(after)
    }

    /// Makes a one-time link with which a person sets a new password; earlier links are void. The present password stays until
    /// then.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::Invalid`] for another system's account.
    pub fn reset_password(&self, actor: &Actor, id: AccountId) -> Result<OneTimeLink, ServiceError> {
        let account = self.account(id)?;
        if account.role == Role::Integration {
            let message = "another system has no password: issue a token instead";
            return Err(ServiceError::Invalid(vec![FieldProblem::new("id", message)]));
        }
        self.make_link(actor, &account)
    }

    fn make_link(&self, actor: &Actor, account: &Account) -> Result<OneTimeLink, ServiceError> {
        let secret = Secret::fresh("")?;
        let now = self.now();
        let link = AccountLink {
            centre_id: account.centre_id,
            secret_sha256: secret.digest(),
            account_id: account.id,
            created_at: now,
            expires_at: now + self.access_settings().link_lasts,
            used_at: None,
        };
        let done = Done { act: "link_made", kind: "account", id: account.id.to_string(), before: None, after: None };
        self.store().insert_link(&link, &self.audit_entry(account.centre_id, actor, done))?;
        Ok(OneTimeLink { secret, account: account.clone(), expires_at: link.expires_at })
    }

    /// The account whose password a one-time link sets.
    ///
    /// # Errors
    /// [`ServiceError::LinkVoid`] when it is unknown, was used, has expired, or the account is shut.
    pub fn account_of_link(&self, secret: &str) -> Result<Account, ServiceError> {
        let centre = self.centre()?.centre.id;
        let link = self.store().link(centre, &digest(secret))?;
        let good = link.filter(|link| link.used_at.is_none() && link.expires_at > self.now());
        let account = match good {
            Some(link) => self.store().account(centre, link.account_id)?,
            None => None,
        };
        account.filter(|account| account.disabled_at.is_none()).ok_or(ServiceError::LinkVoid)
    }

    /// Whether an admin can come in.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn has_admin(&self) -> Result<bool, ServiceError> {
        let admins = self.store().admins(self.centre()?.centre.id)?;
        Ok(admins.iter().any(|admin| admin.password_hash.is_some() || admin.oidc_subject.is_some()))
    }

    /// The link for the first admin, where no admin can come in yet. It is made anew each time; earlier ones are void.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn first_admin_link(&self) -> Result<Option<OneTimeLink>, ServiceError> {
        if self.has_admin()? {
            return Ok(None);
        }
        let actor = Actor::operator();
        if let Some(admin) = self.store().admins(self.centre()?.centre.id)?.into_iter().next() {
            return self.make_link(&actor, &admin).map(Some);
        }
        let new = NewAccount { name: FIRST_ADMIN.to_owned(), role: Role::Admin, acts_for: None, email: None };
        match self.add_account(&actor, &new) {
            // Another process was faster, and its link is void now.
            Err(ServiceError::NameTaken) => {
                let account = self.account_named(FIRST_ADMIN)?;
                self.make_link(&actor, &account).map(Some)
            }
            added => added.map(|(_, link)| link),
        }
    }
}

fn taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::Duplicate { .. } => ServiceError::NameTaken,
        other => other.into(),
    }
}
