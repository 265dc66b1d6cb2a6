//! Who may come in, with what, and what was done to that.
//!
//! Everything that changes rights is written in one transaction with its line in the audit log. What is looked up by a secret
//! is looked up by the secret's SHA-256 digest; secrets themselves never come here.

mod attempt;
mod audit;
mod device;
mod login;
mod person;
mod sender;
mod token;

pub use attempt::{Attempt, Attempted, LockAfter};
pub(super) use audit::note;
pub use audit::{AuditCursor, AuditEntry};
pub use device::{Device, DeviceShift, Enrolled, Enrolment};
pub use login::{AccountLink, Session};
pub use person::{Account, PasswordHash};
pub use sender::ScanDoubt;
pub use token::AccessToken;

use super::{StoreError, columns::Id};
use crate::domain::{CourierId, Party, SiteId};

/// The SHA-256 digest of a secret.
pub type SecretDigest = [u8; 32];

/// A party as two columns: the site and the courier.
fn party_columns(party: Option<Party>) -> (Option<Id>, Option<Id>) {
    match party {
        Some(Party::Site(id)) => (Some(id.into()), None),
        Some(Party::Courier(id)) => (None, Some(id.into())),
        Some(Party::Recipient) | None => (None, None),
    }
}

/// The party of two columns.
fn party_of(table: &'static str, site: Option<Id>, courier: Option<Id>) -> Result<Option<Party>, StoreError> {
    match (site, courier) {
        (Some(site), None) => Ok(Some(Party::Site(SiteId::from(site)))),
        (None, Some(courier)) => Ok(Some(Party::Courier(CourierId::from(courier)))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            Err(StoreError::Corrupt { table, problem: "it names a site and a courier: one of the two".into() })
        }
    }
}
