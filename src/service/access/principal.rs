use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::{
    Actor,
    secret::{DEVICE, TOKEN, digest},
};
use crate::{
    domain::{AccountId, Authority, DeviceId, Party, Role, TokenId},
    service::{Service, ServiceError},
    store::{Account, DeviceShift, SecretDigest, StoreError},
};

/// How long it is remembered who a secret is: the longest that another process's revocation goes unnoticed here.
pub const PRINCIPAL_FRESH: Duration = Duration::from_secs(3);
/// How many are remembered at most.
const REMEMBERED_MAX: usize = 20_000;
/// How often it is written down that a session, token or device was used.
const TOUCHED_EVERY: chrono::Duration = chrono::Duration::seconds(60);

/// With what a request comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// The cookie of a session.
    Cookie(&'a str),
    /// The token of another system or of a device.
    Bearer(&'a str),
}

/// By what somebody was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A session.
    Session,
    /// The token of another system.
    Token(TokenId),
    /// The token of a device.
    Device(DeviceId),
}

/// Somebody who was recognised.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account; a device has none.
    pub account_id: Option<AccountId>,
    /// The account's name, or the device's.
    pub name: String,
    /// What they may do.
    pub authority: Authority,
    /// By what.
    pub via: Via,
    /// Whose the device was and is.
    pub shifts: Vec<DeviceShift>,
    /// From when on they have to come in again.
    good_until: Option<DateTime<Utc>>,
    secret_sha256: SecretDigest,
}

impl Principal {
    /// Who it is, for the audit log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { account_id: self.account_id, name: self.name.clone() }
    }

    /// Who sends what comes in under this: `account:`, `token:` or `device:` and an id.
    #[must_use]
    pub fn sender(&self) -> String {
        match (self.via, self.account_id) {
            (Via::Device(id), _) => format!("device:{id}"),
            (Via::Token(id), _) => format!("token:{id}"),
            (Via::Session, Some(id)) => format!("account:{id}"),
            (Via::Session, None) => "account:?".to_owned(),
        }
    }

    /// The digest of what they came with, by which requests are counted.
    #[must_use]
    pub fn secret_sha256(&self) -> &SecretDigest {
        &self.secret_sha256
    }
}

/// When somebody was looked up, by the machine's time and by the service's clock, which may be set.
#[derive(Debug, Clone, Copy)]
struct ReadAt(Instant, DateTime<Utc>);

impl ReadAt {
    fn is_fresh(self, now: DateTime<Utc>) -> bool {
        self.0.elapsed() < PRINCIPAL_FRESH && (now - self.1).abs().to_std().is_ok_and(|age| age < PRINCIPAL_FRESH)
    }
}

#[derive(Default)]
struct Remembered {
    by_secret: HashMap<SecretDigest, (ReadAt, Arc<Principal>)>,
    /// Counts the revocations, so that what was looked up before one is not remembered after it.
    revocations: u64,
}

/// Who was recognised a moment ago.
#[derive(Default)]
pub(super) struct PrincipalCache(Mutex<Remembered>);

impl PrincipalCache {
    fn kept(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everybody: somebody was revoked.
    pub(super) fn forget(&self) {
        let mut kept = self.kept();
        kept.by_secret.clear();
        kept.revocations += 1;
    }
}

impl Service {
    /// Who was recognised by this credential a moment ago; without any work of the database.
    #[must_use]
    pub fn remembered(&self, credential: Credential<'_>) -> Option<Arc<Principal>> {
        let (Credential::Cookie(text) | Credential::Bearer(text)) = credential;
        let kept = self.inner.access.principals.kept();
        let (read_at, principal) = kept.by_secret.get(&digest(text))?;
        let cookie = matches!(credential, Credential::Cookie(_));
        let fits = cookie == (principal.via == Via::Session);
        let now = self.now();
        let good = principal.good_until.is_none_or(|until| until > now);
        (fits && good && read_at.is_fresh(now)).then(|| Arc::clone(principal))
    }

    /// Who comes with this credential; `None` when it is nobody's, has expired or was revoked.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn recognise(&self, credential: Credential<'_>) -> Result<Option<Arc<Principal>>, ServiceError> {
        if let Some(principal) = self.remembered(credential) {
            return Ok(Some(principal));
        }
        let revocations = self.inner.access.principals.kept().revocations;
        let found = match credential {
            Credential::Cookie(text) => self.by_cookie(digest(text))?,
            Credential::Bearer(text) if text.starts_with(TOKEN) => self.by_token(digest(text))?,
            Credential::Bearer(text) if text.starts_with(DEVICE) => self.by_device(digest(text))?,
            Credential::Bearer(_) => None,
        };
        let Some(principal) = found.map(Arc::new) else { return Ok(None) };
        let mut kept = self.inner.access.principals.kept();
        if kept.revocations == revocations {
            if kept.by_secret.len() >= REMEMBERED_MAX {
                kept.by_secret.clear();
            }
            kept.by_secret
                .insert(principal.secret_sha256, (ReadAt(Instant::now(), self.now()), Arc::clone(&principal)));
        }
        Ok(Some(principal))
    }

    fn by_cookie(&self, secret: SecretDigest) -> Result<Option<Principal>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let now = self.now();
        let Some((session, account)) = self.store().session(centre, &secret)? else { return Ok(None) };
        let idle = self.inner.access.settings.session_idle;
        let mut good_until = session.expires_at.min(session.last_seen_at + idle);
        if account.disabled_at.is_some() || good_until <= now {
            return Ok(None);
        }
        if now - session.last_seen_at >= TOUCHED_EVERY {
            noted(self.store().touch_session(centre, &secret, now));
            good_until = session.expires_at.min(now + idle);
        }
        Ok(Some(principal_of(&account, BTreeSet::new(), Via::Session, Some(good_until), secret)))
    }

    fn by_token(&self, secret: SecretDigest) -> Result<Option<Principal>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let now = self.now();
        let Some((token, account)) = self.store().token_by_secret(centre, &secret)? else { return Ok(None) };
        let expired = token.expires_at.is_some_and(|until| until <= now);
        // A token is another system's; one whose account became a person's is good for nothing.
        let right_role = account.role == Role::Integration;
        if account.disabled_at.is_some() || token.revoked_at.is_some() || expired || !right_role {
            return Ok(None);
        }
        if token.last_used_at.is_none_or(|used| now - used >= TOUCHED_EVERY) {
            noted(self.store().touch_token(centre, token.id, now));
        }
        Ok(Some(principal_of(&account, token.scopes, Via::Token(token.id), token.expires_at, secret)))
    }

    fn by_device(&self, secret: SecretDigest) -> Result<Option<Principal>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let now = self.now();
        let Some(device) = self.store().device_by_secret(centre, &secret)? else { return Ok(None) };
        if device.revoked_at.is_some() {
            return Ok(None);
        }
        if device.last_seen_at.is_none_or(|seen| now - seen >= TOUCHED_EVERY) {
            noted(self.store().touch_device(centre, device.id, now));
        }
        let shifts = self.store().device_shifts(centre, device.id)?;
        let party = shifts.iter().rfind(|shift| shift.until.is_none()).map(|shift| shift.party);
        let role = if matches!(party, Some(Party::Site(_))) { Role::Clerk } else { Role::Courier };
        Ok(Some(Principal {
            account_id: None,
            name: device.name,
            authority: Authority { role, acts_for: party, scopes: BTreeSet::new() },
            via: Via::Device(device.id),
            shifts,
            good_until: None,
            secret_sha256: secret,
        }))
    }
}

/// Who comes in is let in, even when that cannot be written down now.
fn noted(written: Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "it cannot be noted when somebody was last seen");
    }
}

fn principal_of(
    account: &Account,
    scopes: BTreeSet<crate::domain::Scope>,
    via: Via,
    good_until: Option<DateTime<Utc>>,
    secret_sha256: SecretDigest,
) -> Principal {
    Principal {
        account_id: Some(account.id),
        name: account.name.to_string(),
        authority: Authority { role: account.role, acts_for: account.acts_for, scopes },
        via,
        shifts: Vec::new(),
        good_until,
        secret_sha256,
    }
}
