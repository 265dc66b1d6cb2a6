use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    Inserted, Store, StoreError,
    columns::{Id, Micros, without_nul},
    connection::on_backend,
    schema::idempotency_keys,
};
use crate::domain::CentreId;

/// The answer once given to a creation, kept under the key that the client chose for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The centre in which something was created.
    pub centre_id: CentreId,
    /// The client's key.
    pub key: String,
    /// The digest of the request's body.
    pub body_sha256: [u8; 32],
    /// The HTTP status answered.
    pub status: u16,
    /// The body answered.
    pub response: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
struct KeyRow {
    centre_id: Id,
    key: String,
    body_sha256: Vec<u8>,
    status: i32,
    response: String,
    created_at: Micros,
}

impl From<&IdempotencyKey> for KeyRow {
    fn from(key: &IdempotencyKey) -> Self {
        Self {
            centre_id: key.centre_id.into(),
            key: key.key.clone(),
            body_sha256: key.body_sha256.to_vec(),
            status: key.status.into(),
            response: key.response.clone(),
            created_at: key.created_at.into(),
        }
    }
}

impl TryFrom<KeyRow> for IdempotencyKey {
    type Error = StoreError;
    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let corrupt = |problem: &str| StoreError::Corrupt { table: "idempotency_keys", problem: problem.to_owned() };
        Ok(Self {
            centre_id: row.centre_id.into(),
            key: row.key,
            body_sha256: row.body_sha256.try_into().map_err(|_| corrupt("a SHA-256 digest has 32 bytes"))?,
            status: row.status.try_into().map_err(|_| corrupt("an HTTP status has three digits"))?,
            response: row.response,
            created_at: row.created_at.into(),
        })
    }
}

impl Store {
    /// Remembers the answer to a creation, unless one is remembered under its key already: then that one stays, and the
    /// answer is [`Inserted::Exists`] for the same body and a conflict in `body_sha256` for another.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn remember_key(&self, key: &IdempotencyKey) -> Result<Inserted, StoreError> {
        without_nul("key", &key.key)?;
        without_nul("response", &key.response)?;
        let row = KeyRow::from(key);
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(idempotency_keys::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            if new == 1 {
                return Ok(Inserted::Created);
            }
            let digest: Vec<u8> = idempotency_keys::table
                .find((row.centre_id, &row.key))
                .select(idempotency_keys::body_sha256)
                .first(connection)?;
            Ok(if digest == row.body_sha256 { Inserted::Exists } else { Inserted::Conflict { field: "body_sha256" } })
        })
    }

    /// The answer remembered under a key.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn recall_key(&self, centre: CentreId, key: &str) -> Result<Option<IdempotencyKey>, StoreError> {
        self.read(|connection| {
            let row: Option<KeyRow> = idempotency_keys::table
                .find((Id::from(centre), key))
                .select(KeyRow::as_select())
                .first(connection)
                .optional()?;
            row.map(IdempotencyKey::try_from).transpose()
        })
    }
}
