use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Account, AuditEntry, PasswordHash, SecretDigest, audit, person::AccountRow, person::end_sessions};
use crate::{
    domain::{AccountId, CentreId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, digest},
        connection::on_backend,
        schema::{account_links, accounts, sessions},
    },
};

/// A one-time link with which the password of an account is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLink {
    /// The centre.
    pub centre_id: CentreId,
    /// The digest of the secret in the link.
    pub secret_sha256: SecretDigest,
    /// The account.
    pub account_id: AccountId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = account_links, treat_none_as_default_value = false)]
struct LinkRow {
    centre_id: Id,
    secret_sha256: Vec<u8>,
    account_id: Id,
    created_at: Micros,
    expires_at: Micros,
    used_at: Option<Micros>,
}

impl TryFrom<LinkRow> for AccountLink {
    type Error = StoreError;
    fn try_from(row: LinkRow) -> Result<Self, StoreError> {
        Ok(Self {
            centre_id: row.centre_id.into(),
            secret_sha256: digest("account_links", row.secret_sha256)?,
            account_id: row.account_id.into(),
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
            used_at: row.used_at.map(DateTime::from),
        })
    }
}

/// Somebody's stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The centre.
    pub centre_id: CentreId,
    /// The digest of the cookie's secret.
    pub secret_sha256: SecretDigest,
    /// Whose it is.
    pub account_id: AccountId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    centre_id: Id,
    secret_sha256: Vec<u8>,
    account_id: Id,
    created_at: Micros,
    last_seen_at: Micros,
    expires_at: Micros,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            centre_id: session.centre_id.into(),
            secret_sha256: session.secret_sha256.to_vec(),
            account_id: session.account_id.into(),
            created_at: session.created_at.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;
    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            centre_id: row.centre_id.into(),
            secret_sha256: digest("sessions", row.secret_sha256)?,
            account_id: row.account_id.into(),
            created_at: row.created_at.into(),
            last_seen_at: row.last_seen_at.into(),
            expires_at: row.expires_at.into(),
        })
    }
}

impl Store {
    /// Adds a link; earlier ones of the account that were not used are void.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown account.
    pub fn insert_link(&self, link: &AccountLink, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = LinkRow {
            centre_id: link.centre_id.into(),
            secret_sha256: link.secret_sha256.to_vec(),
            account_id: link.account_id.into(),
            created_at: link.created_at.into(),
            expires_at: link.expires_at.into(),
            used_at: link.used_at.map(Micros::from),
        };
        self.write(|connection| {
            let open = account_links::table
                .filter(account_links::centre_id.eq(row.centre_id))
                .filter(account_links::account_id.eq(row.account_id))
                .filter(account_links::used_at.is_null());
            on_backend!(connection, |c| diesel::delete(open).execute(c))?;
            on_backend!(connection, |c| diesel::insert_into(account_links::table).values(&row).execute(c))?;
            audit::note(connection, entry)
        })
    }

    /// The link with this secret, used or not.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn link(&self, centre: CentreId, secret: &SecretDigest) -> Result<Option<AccountLink>, StoreError> {
        self.read(|connection| {
            let found = account_links::table.find((Id::from(centre), secret.to_vec())).select(LinkRow::as_select());
            found.first(connection).optional()?.map(AccountLink::try_from).transpose()
        })
    }

    /// Sets a password and ends every session and link of the account, but for the link that it is set with, which is used up.
    /// Answers whether that link could still be used.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn set_password(
        &self,
        account: &Account,
        hash: &PasswordHash,
        link: Option<&SecretDigest>,
        at: DateTime<Utc>,
        entry: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let (centre, id) = (Id::from(account.centre_id), Id::from(account.id));
        let at = Micros::from(at);
        self.write(|connection| {
            if let Some(secret) = link {
                let open = account_links::table
                    .find((centre, secret.to_vec()))
                    .filter(account_links::account_id.eq(id))
                    .filter(account_links::used_at.is_null())
                    .filter(account_links::expires_at.gt(at));
                let used = account_links::used_at.eq(Some(at));
                if on_backend!(connection, |c| diesel::update(open).set(used).execute(c))? == 0 {
                    return Ok(false);
                }
            }
            let target = accounts::table.find((centre, id));
            let set =
                (accounts::password_hash.eq(Some(hash.0.as_str())), accounts::revision.eq(accounts::revision + 1));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            end_sessions(connection, centre, id)?;
            audit::note(connection, entry)?;
            Ok(true)
        })
    }

    /// Remembers under which subject an identity provider knows the account, where that is not known yet and the account is
    /// still as it was seen. Answers whether it was.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another account has it.
    pub fn set_subject(&self, account: &Account, subject: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        self.write(|connection| {
            let target = accounts::table
                .find((Id::from(account.centre_id), Id::from(account.id)))
                .filter(accounts::oidc_subject.is_null())
                .filter(accounts::revision.eq(i64::from(account.revision)));
            let set = (accounts::oidc_subject.eq(Some(subject)), accounts::revision.eq(accounts::revision + 1));
            if on_backend!(connection, |c| diesel::update(target).set(set).execute(c))? == 0 {
                return Ok(false);
            }
            audit::note(connection, entry)?;
            Ok(true)
        })
    }

    /// Adds a session, and forgets those of the centre that have ended by `now` or were not used since `idle_since`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown account.
    pub fn insert_session(&self, session: &Session, idle_since: DateTime<Utc>) -> Result<(), StoreError> {
        let row = SessionRow::from(session);
        let idle_since = Micros::from(idle_since);
        self.write(|connection| {
            let ended = sessions::table
                .filter(sessions::centre_id.eq(row.centre_id))
                .filter(sessions::expires_at.le(row.created_at).or(sessions::last_seen_at.le(idle_since)));
            on_backend!(connection, |c| diesel::delete(ended).execute(c))?;
            on_backend!(connection, |c| diesel::insert_into(sessions::table).values(&row).execute(c))?;
            Ok(())
        })
    }

    /// The session with this secret and whose it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn session(&self, centre: CentreId, secret: &SecretDigest) -> Result<Option<(Session, Account)>, StoreError> {
        self.read(|connection| {
            let found: Option<(SessionRow, AccountRow)> = sessions::table
                .inner_join(
                    accounts::table
                        .on(accounts::centre_id.eq(sessions::centre_id).and(accounts::id.eq(sessions::account_id))),
                )
                .filter(sessions::centre_id.eq(Id::from(centre)))
                .filter(sessions::secret_sha256.eq(secret.to_vec()))
                .select((SessionRow::as_select(), AccountRow::as_select()))
                .first(connection)
                .optional()?;
            found.map(|(session, account)| Ok((session.try_into()?, account.try_into()?))).transpose()
        })
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn touch_session(&self, centre: CentreId, secret: &SecretDigest, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = sessions::table.find((Id::from(centre), secret.to_vec()));
            let set = sessions::last_seen_at.eq(Micros::from(at));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            Ok(())
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn delete_session(&self, centre: CentreId, secret: &SecretDigest) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = sessions::table.find((Id::from(centre), secret.to_vec()));
            on_backend!(connection, |c| diesel::delete(target).execute(c))?;
            Ok(())
        })
    }
}
