use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AuditEntry, audit, party_columns, party_of};
use crate::{
    domain::{AccountId, AccountName, CentreId, Party, Role},
    store::{
        Store, StoreError,
        columns::{Id, Micros, unsigned, without_nul, word},
        connection::{AnyConnection, on_backend},
        schema::{access_tokens, account_links, accounts, sessions},
    },
};

/// The Argon2id hash of a password, as a PHC string. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Somebody who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The centre.
    pub centre_id: CentreId,
    /// The name, unique within the centre.
    pub name: AccountName,
    /// The role.
    pub role: Role,
    /// The office of a clerk; the courier that a courier is.
    pub acts_for: Option<Party>,
    /// The address under which an identity provider may vouch for the person.
    pub email: Option<String>,
    /// Under which the identity provider knows the person.
    pub oidc_subject: Option<String>,
    /// The password's hash; `None` until one is set.
    pub password_hash: Option<PasswordHash>,
    /// Since when it is shut.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Counts the changes.
    pub revision: u32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
    centre_id: Id,
    id: Id,
    name: String,
    role: String,
    site_id: Option<Id>,
    courier_id: Option<Id>,
    email: Option<String>,
    oidc_subject: Option<String>,
    password_hash: Option<String>,
    disabled_at: Option<Micros>,
    created_at: Micros,
    revision: i64,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let (site_id, courier_id) = party_columns(account.acts_for);
        Self {
            centre_id: account.centre_id.into(),
            id: account.id.into(),
            name: account.name.as_str().to_owned(),
            role: account.role.as_str().to_owned(),
            site_id,
            courier_id,
            email: account.email.clone(),
            oidc_subject: account.oidc_subject.clone(),
            password_hash: account.password_hash.as_ref().map(|hash| hash.0.clone()),
            disabled_at: account.disabled_at.map(Micros::from),
            created_at: account.created_at.into(),
            revision: account.revision.into(),
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;
    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            name: AccountName::from_trusted(row.name),
            role: word("accounts", &row.role)?,
            acts_for: party_of("accounts", row.site_id, row.courier_id)?,
            email: row.email,
            oidc_subject: row.oidc_subject,
            password_hash: row.password_hash.map(PasswordHash),
            disabled_at: row.disabled_at.map(DateTime::from),
            created_at: row.created_at.into(),
            revision: unsigned("accounts", row.revision)?,
        })
    }
}

fn check(account: &Account) -> Result<(), StoreError> {
    let texts = [("email", &account.email), ("oidc_subject", &account.oidc_subject)];
    texts.into_iter().try_for_each(|(field, text)| without_nul(field, text.as_deref().unwrap_or_default()))
}

/// Ends everything with which the account came in until now.
pub(super) fn end_sessions(connection: &mut AnyConnection, centre: Id, account: Id) -> Result<(), StoreError> {
    let of_account = sessions::table.filter(sessions::centre_id.eq(centre)).filter(sessions::account_id.eq(account));
    on_backend!(connection, |c| diesel::delete(of_account).execute(c))?;
    let links =
        account_links::table.filter(account_links::centre_id.eq(centre)).filter(account_links::account_id.eq(account));
    on_backend!(connection, |c| diesel::delete(links.filter(account_links::used_at.is_null())).execute(c))?;
    Ok(())
}

impl Store {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when its name or address is taken, [`StoreError::Missing`] for a site or courier that the
    /// centre does not have.
    pub fn insert_account(&self, account: &Account, entry: &AuditEntry) -> Result<(), StoreError> {
        check(account)?;
        let row = AccountRow::from(account);
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(accounts::table).values(&row).execute(c))
                .map_err(|error| StoreError::naming(error, "acts for", "a site or a courier"))?;
            audit::note(connection, entry)
        })
    }

    /// Writes an account anew over its revision `expected`; answers whether it was still at that. Its sessions and links end,
    /// and when it is shut its tokens too.
    ///
    /// # Errors
    /// As [`Store::insert_account`].
    pub fn update_account(&self, account: &Account, expected: u32, entry: &AuditEntry) -> Result<bool, StoreError> {
        check(account)?;
        let row = AccountRow::from(account);
        self.write(|connection| {
            let target =
                accounts::table.find((row.centre_id, row.id)).filter(accounts::revision.eq(i64::from(expected)));
            let updated = on_backend!(connection, |c| diesel::update(target).set(&row).execute(c))
                .map_err(|error| StoreError::naming(error, "acts for", "a site or a courier"))?;
            if updated == 0 {
                return Ok(false);
            }
            end_sessions(connection, row.centre_id, row.id)?;
            if let Some(at) = row.disabled_at {
                let tokens = access_tokens::table
                    .filter(access_tokens::centre_id.eq(row.centre_id))
                    .filter(access_tokens::account_id.eq(row.id))
                    .filter(access_tokens::revoked_at.is_null());
                let revoked = access_tokens::revoked_at.eq(Some(at));
                on_backend!(connection, |c| diesel::update(tokens).set(revoked).execute(c))?;
            }
            audit::note(connection, entry)?;
            Ok(true)
        })
    }

    /// The account with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn account(&self, centre: CentreId, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            let found = accounts::table.find((Id::from(centre), Id::from(id))).select(AccountRow::as_select());
            found.first(connection).optional()?.map(Account::try_from).transpose()
        })
    }

    /// The account with this name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn account_by_name(&self, centre: CentreId, name: &AccountName) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            let found = accounts::table
                .filter(accounts::centre_id.eq(Id::from(centre)))
                .filter(accounts::name.eq(name.as_str()))
                .select(AccountRow::as_select());
            found.first(connection).optional()?.map(Account::try_from).transpose()
        })
    }

    /// The account that an identity provider knows under `subject`, else the one with the address `email`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn account_of_provider(
        &self,
        centre: CentreId,
        subject: &str,
        email: Option<&str>,
    ) -> Result<Option<Account>, StoreError> {
        self.read(|connection| {
            let of_centre = || accounts::table.filter(accounts::centre_id.eq(Id::from(centre)));
            let by_subject = of_centre().filter(accounts::oidc_subject.eq(subject)).select(AccountRow::as_select());
            let mut found: Option<AccountRow> = by_subject.first(connection).optional()?;
            if let (None, Some(email)) = (&found, email) {
                let by_email = of_centre()
                    .filter(accounts::email.eq(email))
                    .filter(accounts::oidc_subject.is_null())
                    .select(AccountRow::as_select());
                found = by_email.first(connection).optional()?;
            }
            found.map(Account::try_from).transpose()
        })
    }

    /// The accounts after the one with the name `after`, by name, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn accounts(&self, centre: CentreId, after: Option<&str>, limit: u32) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let rows: Vec<AccountRow> = accounts::table
                .filter(accounts::centre_id.eq(Id::from(centre)))
                .filter(accounts::name.gt(after.unwrap_or_default()))
                .order(accounts::name)
                .limit(limit.into())
                .select(AccountRow::as_select())
                .load(connection)?;
            rows.into_iter().map(Account::try_from).collect()
        })
    }

    /// The admins who are not shut out and can come in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn admins(&self, centre: CentreId) -> Result<Vec<Account>, StoreError> {
        self.read(|connection| {
            let rows: Vec<AccountRow> = accounts::table
                .filter(accounts::centre_id.eq(Id::from(centre)))
                .filter(accounts::role.eq(Role::Admin.as_str()))
                .filter(accounts::disabled_at.is_null())
                .order(accounts::name)
                .select(AccountRow::as_select())
                .load(connection)?;
            rows.into_iter().map(Account::try_from).collect()
        })
    }
}
