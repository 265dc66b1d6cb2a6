use chrono::{DateTime, Duration, Utc};
use sha2::{Digest as _, Sha256};

use super::{Actor, Principal, Secret, Via, audit::Done, password, people::no_such_account};
use crate::{
    domain::{AccountId, AccountName, CentreId, Role},
    service::{FieldProblem, Service, ServiceError},
    store::{Account, Attempt, Attempted, SecretDigest, Session},
};

/// So many failures of one name are free.
const NAME_FAILURES_FREE: u32 = 5;
/// So many failures from one address are free: many people may share it.
const ADDRESS_FAILURES_FREE: u32 = 30;
/// The first delay; each further failure doubles it.
const FIRST_DELAY_S: i64 = 30;
/// The longest delay: long enough to make guessing hopeless, short enough that nobody is shut out for a day by somebody else.
const LONGEST_DELAY_S: i64 = 15 * 60;
/// Failures are forgotten when none came for so long.
const MEMORY: Duration = Duration::hours(24);

/// How long to wait after so many failures.
fn delay(failures: u32, free: u32) -> Option<Duration> {
    let over = failures.checked_sub(free)?;
    let seconds = FIRST_DELAY_S.checked_shl(over.min(10)).unwrap_or(LONGEST_DELAY_S);
    Some(Duration::seconds(seconds.min(LONGEST_DELAY_S)))
}

fn name_subject(name: &str) -> SecretDigest {
    Sha256::new().chain_update("account:").chain_update(name.trim().to_lowercase()).finalize().into()
}

fn address_subject(address: &str) -> SecretDigest {
    Sha256::new().chain_update("address:").chain_update(address).finalize().into()
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// What the cookie holds.
    pub secret: Secret,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub account: Account,
}

impl Service {
    /// Lets somebody in by name and password. `address` is where they come from.
    ///
    /// An unknown name, an account without a password, a shut account and a wrong password get the same answer after the same
    /// work. After some failures of a name, or from an address, the next try has to wait, each time longer.
    ///
    /// # Errors
    /// [`ServiceError::BadCredentials`] and [`ServiceError::LoginLocked`].
    pub fn login(&self, name: &str, password: &str, address: &str) -> Result<NewSession, ServiceError> {
        let centre = self.centre()?.centre.id;
        self.count_try(centre, name, address)?;
        let known = match AccountName::parse(name) {
            Ok(name) => self.store().account_by_name(centre, &name)?,
            // What was typed may be a password, and is repeated nowhere.
            Err(_) => None,
        };
        let open = known.as_ref().filter(|account| account.disabled_at.is_none() && account.role != Role::Integration);
        let hash = open.and_then(|account| account.password_hash.as_ref());
        let right = self.inner.access.passwords.verify(password, hash)?;
        let (Some(account), true) = (open, right) else { return Err(ServiceError::BadCredentials) };
        self.forgive_tries(centre, name, address)?;
        self.open_session(account.id)
    }

    /// Forgets the failures of a name, and the try from the address, once somebody is in.
    pub(super) fn forgive_tries(&self, centre: CentreId, name: &str, address: &str) -> Result<(), ServiceError> {
        self.store().forget_attempts(centre, &name_subject(name))?;
        self.store().uncount_attempt(centre, &address_subject(address))?;
        Ok(())
    }

    /// Counts a try as failed before it is made, so that many at once count as many.
    pub(super) fn count_try(&self, centre: CentreId, name: &str, address: &str) -> Result<(), ServiceError> {
        let now = self.now();
        let of_name = |failures| delay(failures, NAME_FAILURES_FREE);
        let of_address = |failures| delay(failures, ADDRESS_FAILURES_FREE);
        let subjects = [
            Attempted { subject_sha256: name_subject(name), lock_after: &of_name },
            Attempted { subject_sha256: address_subject(address), lock_after: &of_address },
        ];
        match self.store().count_attempt(centre, &subjects, now, MEMORY)? {
            Attempt::Open => Ok(()),
            Attempt::LockedUntil(until) => {
                let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1);
                Err(ServiceError::LoginLocked { seconds })
            }
        }
    }

    /// Begins a session of somebody who has been recognised otherwise: by a one-time link, by an identity provider.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown account, [`ServiceError::BadCredentials`] for one that is shut.
    pub fn open_session(&self, id: AccountId) -> Result<NewSession, ServiceError> {
        let centre = self.centre()?.centre.id;
        let account = self.store().account(centre, id)?.ok_or_else(|| no_such_account(id))?;
        if account.disabled_at.is_some() || account.role == Role::Integration {
            return Err(ServiceError::BadCredentials);
        }
        let now = self.now();
        let settings = self.access_settings();
        let secret = Secret::fresh("")?;
        let session = Session {
            centre_id: centre,
            secret_sha256: secret.digest(),
            account_id: id,
            created_at: now,
            last_seen_at: now,
            expires_at: now + settings.session_longest,
        };
        self.store().insert_session(&session, now - settings.session_idle)?;
        Ok(NewSession { secret, expires_at: session.expires_at, account })
    }

    /// Ends the session by which somebody was recognised. A token is not ended so.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn logout(&self, principal: &Principal) -> Result<(), ServiceError> {
        if principal.via == Via::Session {
            self.store().delete_session(self.centre()?.centre.id, principal.secret_sha256())?;
            self.inner.access.principals.forget();
        }
        Ok(())
    }

    /// Changes one's own password; all sessions end, and a new one begins.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a wrong present password or a new one that is too easy, [`ServiceError::LoginLocked`] after
    /// too many wrong ones.
    pub fn change_password(
        &self,
        principal: &Principal,
        present: &str,
        new: &str,
        address: &str,
    ) -> Result<NewSession, ServiceError> {
        let centre = self.centre()?.centre.id;
        let id = principal.account_id.ok_or(ServiceError::BadCredentials)?;
        let account = self.store().account(centre, id)?.ok_or_else(|| no_such_account(id))?;
        self.count_try(centre, account.name.as_str(), address)?;
        if !self.inner.access.passwords.verify(present, account.password_hash.as_ref())? {
            let message = "it is not the present password".to_owned();
            return Err(ServiceError::Invalid(vec![FieldProblem::new("present", message)]));
        }
        self.forgive_tries(centre, account.name.as_str(), address)?;
        self.put_password(&account, &principal.actor(), "new", new, None)?;
        self.open_session(id)
    }

    /// Sets the password of the account that a one-time link is for; the link is used up, and a session begins.
    ///
    /// # Errors
    /// [`ServiceError::LinkVoid`], and [`ServiceError::Invalid`] for a password that is too easy, after which the link is still
    /// good.
    pub fn set_password_by_link(&self, secret: &str, new: &str) -> Result<NewSession, ServiceError> {
        let account = self.account_of_link(secret)?;
        let actor = Actor { account_id: Some(account.id), name: account.name.to_string() };
        self.put_password(&account, &actor, "new", new, Some(super::secret::digest(secret)))?;
        self.store().forget_attempts(account.centre_id, &name_subject(account.name.as_str()))?;
        self.open_session(account.id)
    }

    fn put_password(
        &self,
        account: &Account,
        actor: &Actor,
        field: &str,
        new: &str,
        link: Option<SecretDigest>,
    ) -> Result<(), ServiceError> {
        password::check(field, &account.name, new)?;
        let hash = self.inner.access.passwords.hash(new)?;
        let done = Done { act: "password_set", kind: "account", id: account.id.to_string(), before: None, after: None };
        let entry = self.audit_entry(account.centre_id, actor, done);
        if !self.store().set_password(account, &hash, link.as_ref(), self.now(), &entry)? {
            return Err(ServiceError::LinkVoid);
        }
        self.inner.access.principals.forget();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_until_a_quarter_of_an_hour() {
        let delays: Vec<Option<i64>> =
            (3..14).map(|failures| delay(failures, NAME_FAILURES_FREE).map(|delay| delay.num_seconds())).collect();
        let expected = [None, None, Some(30), Some(60), Some(120), Some(240), Some(480), Some(900)];
        assert_eq!(delays[..8], expected);
        assert_eq!(delay(u32::MAX, NAME_FAILURES_FREE), Some(Duration::minutes(15)));
    }
}
