//! Who is asking, and whether they may.
//!
//! `principal` recognises a session's cookie, a token or a device's token, and remembers the answer for a few seconds: what is
//! revoked in this process is refused by the next request here, and by other processes on the same database at the latest
//! after [`PRINCIPAL_FRESH`]. `login` lets people in, `sign_on` those for whom an identity provider (`provider`) vouches, `people` keeps their accounts and one-time links, `tokens` what other
//! systems come in with, `devices` the handhelds and whose they are, `senders` whether a scan's sender may speak for its actor,
//! `concerns` with whom an object has to do. What may be done is `domain::Authority`'s to say.
//!
//! Secrets come from the operating system's random source and are kept nowhere: the database has their SHA-256 digests, which is
//! enough for 256 random bits, and passwords' Argon2id hashes. No secret is in an error, a log line or a `Debug` output.

mod audit;
mod concerns;
mod devices;
mod login;
mod password;
mod people;
mod principal;
mod provider;
mod secret;
mod senders;
mod settings;
mod sign_on;
mod tokens;

pub(super) use audit::Done;
pub use audit::{Actor, AuditPage};
pub use devices::{DeviceDetail, DevicePage, NewDevice, NewEnrolment};
pub use login::NewSession;
pub use people::{AccountChange, AccountPage, NewAccount, OneTimeLink};
pub use principal::{Credential, PRINCIPAL_FRESH, Principal, Via};
pub use secret::Secret;
pub(super) use secret::{digest as secret_digest, random};
pub use settings::{AccessSettings, PasswordCost, ProviderSettings, PublicUrl};
pub use sign_on::{SignOnAnswer, SignOnError, SignOnStart};
pub use tokens::NewToken;

use principal::PrincipalCache;

/// What this process keeps for recognising people.
pub(super) struct Access {
    settings: AccessSettings,
    passwords: password::Passwords,
    principals: PrincipalCache,
    senders: senders::KnownSenders,
    provider: Option<provider::Provider>,
}

impl Access {
    pub(super) fn new(settings: AccessSettings) -> Self {
        Self {
            passwords: password::Passwords::new(settings.password),
            provider: settings.provider.clone().map(provider::Provider::new),
            settings,
            principals: PrincipalCache::default(),
            senders: senders::KnownSenders::default(),
        }
    }
}

impl super::Service {
    /// How people come in here.
    #[must_use]
    pub fn access_settings(&self) -> &AccessSettings {
        &self.inner.access.settings
    }
}
