use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Actor, Secret, audit::Done, secret::TOKEN};
use crate::{
    domain::{AccountId, Role, Scope, TokenId},
    service::{FieldProblem, Service, ServiceError},
    store::AccessToken,
};

/// The longest label, characters.
const LABEL_CHARS_MAX: usize = 100;

/// A token to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub label: String,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// Until when it is good.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Issues a token for another system. Its secret is answered here and never again.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] and [`ServiceError::Invalid`].
    pub fn issue_token(
        &self,
        actor: &Actor,
        account: AccountId,
        new: &NewToken,
    ) -> Result<(AccessToken, Secret), ServiceError> {
        let account = self.account(account)?;
        let now = self.now();
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: String| problems.push(FieldProblem::new(field, message));
        if account.role != Role::Integration {
            refuse("account", "only the account of another system (role integration) has tokens".into());
        } else if account.disabled_at.is_some() {
            refuse("account", "it is shut: open it first".into());
        }
        let label = new.label.trim();
        if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX || label.contains('\0') {
            refuse("label", format!("expected 1 to {LABEL_CHARS_MAX} characters that say what it is for"));
        }
        if new.scopes.is_empty() {
            refuse("scopes", format!("expected one or more of {}", Scope::ALL.map(Scope::as_str).join(", ")));
        }
        if new.expires_at.is_some_and(|at| at <= now) {
            refuse("expires_at", "it has passed".into());
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let secret = Secret::fresh(TOKEN)?;
        let token = AccessToken {
            centre_id: account.centre_id,
            id: TokenId::from_uuid(self.fresh_uuid()),
            account_id: account.id,
            label: label.to_owned(),
            prefix: secret.prefix(),
            scopes: new.scopes.clone(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        let after =
            json!({ "account": account.name.as_str(), "label": label, "prefix": token.prefix, "scopes": token.scopes });
        let done =
            Done { act: "token_issued", kind: "token", id: token.id.to_string(), before: None, after: Some(after) };
        self.store().insert_token(&token, &secret.digest(), &self.audit_entry(account.centre_id, actor, done))?;
        Ok((token, secret))
    }

    /// The tokens of an account, without their secrets.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn tokens(&self, account: AccountId) -> Result<Vec<AccessToken>, ServiceError> {
        let account = self.account(account)?;
        Ok(self.store().tokens(account.centre_id, account.id)?)
    }

    /// Revokes a token; the next request with it is refused. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<AccessToken, ServiceError> {
        let centre = self.centre()?.centre.id;
        let find = || self.store().token(centre, id)?.ok_or_else(|| ServiceError::not_found("token", &id));
        let token = find()?;
        let before = json!({ "label": token.label, "prefix": token.prefix });
        let done = Done { act: "token_revoked", kind: "token", id: id.to_string(), before: Some(before), after: None };
        self.store().revoke_token(centre, id, self.now(), &self.audit_entry(centre, actor, done))?;
        self.inner.access.principals.forget();
        find()
    }
}
