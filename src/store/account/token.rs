use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Account, AuditEntry, SecretDigest, audit, person::AccountRow};
use crate::{
    domain::{AccountId, CentreId, Scope, TokenId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, from_json, to_json, without_nul},
        connection::on_backend,
        schema::{access_tokens, accounts},
    },
};

/// With what another system comes in. The secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The centre.
    pub centre_id: CentreId,
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is for, in its owner's words.
    pub label: String,
    /// The secret's first characters.
    pub prefix: String,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when it is not good any more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = access_tokens, treat_none_as_default_value = false)]
struct TokenRow {
    centre_id: Id,
    id: Id,
    account_id: Id,
    label: String,
    prefix: String,
    secret_sha256: Vec<u8>,
    scopes: String,
    created_at: Micros,
    expires_at: Option<Micros>,
    revoked_at: Option<Micros>,
    last_used_at: Option<Micros>,
}

impl TryFrom<TokenRow> for AccessToken {
    type Error = StoreError;
    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            centre_id: row.centre_id.into(),
            id: row.id.into(),
            account_id: row.account_id.into(),
            label: row.label,
            prefix: row.prefix,
            scopes: from_json("access_tokens", &row.scopes)?,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.map(DateTime::from),
            revoked_at: row.revoked_at.map(DateTime::from),
            last_used_at: row.last_used_at.map(DateTime::from),
        })
    }
}

impl Store {
    /// Adds a token under the digest of its secret.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown account.
    pub fn insert_token(
        &self,
        token: &AccessToken,
        secret: &SecretDigest,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        without_nul("label", &token.label)?;
        let row = TokenRow {
            centre_id: token.centre_id.into(),
            id: token.id.into(),
            account_id: token.account_id.into(),
            label: token.label.clone(),
            prefix: token.prefix.clone(),
            secret_sha256: secret.to_vec(),
            scopes: to_json(&token.scopes),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.map(Micros::from),
            revoked_at: token.revoked_at.map(Micros::from),
            last_used_at: token.last_used_at.map(Micros::from),
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(access_tokens::table).values(&row).execute(c))?;
            audit::note(connection, entry)
        })
    }

    /// The tokens of an account, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn tokens(&self, centre: CentreId, account: AccountId) -> Result<Vec<AccessToken>, StoreError> {
        self.read(|connection| {
            let rows: Vec<TokenRow> = access_tokens::table
                .filter(access_tokens::centre_id.eq(Id::from(centre)))
                .filter(access_tokens::account_id.eq(Id::from(account)))
                .order((access_tokens::created_at, access_tokens::id))
                .select(TokenRow::as_select())
                .load(connection)?;
            rows.into_iter().map(AccessToken::try_from).collect()
        })
    }

    /// One token.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn token(&self, centre: CentreId, id: TokenId) -> Result<Option<AccessToken>, StoreError> {
        self.read(|connection| {
            let found = access_tokens::table.find((Id::from(centre), Id::from(id))).select(TokenRow::as_select());
            found.first(connection).optional()?.map(AccessToken::try_from).transpose()
        })
    }

    /// The token with this secret and whose it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn token_by_secret(
        &self,
        centre: CentreId,
        secret: &SecretDigest,
    ) -> Result<Option<(AccessToken, Account)>, StoreError> {
        self.read(|connection| {
            let found: Option<(TokenRow, AccountRow)> = access_tokens::table
                .inner_join(accounts::table.on(
                    accounts::centre_id.eq(access_tokens::centre_id).and(accounts::id.eq(access_tokens::account_id)),
                ))
                .filter(access_tokens::centre_id.eq(Id::from(centre)))
                .filter(access_tokens::secret_sha256.eq(secret.to_vec()))
                .select((TokenRow::as_select(), AccountRow::as_select()))
                .first(connection)
                .optional()?;
            found.map(|(token, account)| Ok((token.try_into()?, account.try_into()?))).transpose()
        })
    }

    /// Revokes a token; answers whether it was good until now.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn revoke_token(
        &self,
        centre: CentreId,
        id: TokenId,
        at: DateTime<Utc>,
        entry: &AuditEntry,
    ) -> Result<bool, StoreError> {
        self.write(|connection| {
            let good =
                access_tokens::table.find((Id::from(centre), Id::from(id))).filter(access_tokens::revoked_at.is_null());
            let revoked = access_tokens::revoked_at.eq(Some(Micros::from(at)));
            let changed = on_backend!(connection, |c| diesel::update(good).set(revoked).execute(c))? == 1;
            if changed {
                audit::note(connection, entry)?;
            }
            Ok(changed)
        })
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn touch_token(&self, centre: CentreId, id: TokenId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = access_tokens::table.find((Id::from(centre), Id::from(id)));
            let set = access_tokens::last_used_at.eq(Some(Micros::from(at)));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            Ok(())
        })
    }
}
