use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    Inserted, Store, StoreError,
    columns::{Id, Micros, digest, from_json, to_json},
    connection::on_backend,
    schema::{signing_keys, slips},
};
use crate::domain::CentreId;

/// The key with which a centre signs, opaque here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigningKey {
    /// The secret half.
    pub secret: [u8; 32],
    /// The public half.
    pub public: [u8; 32],
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// A control slip that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSlip {
    /// The centre.
    pub centre_id: CentreId,
    /// The code under which it can be verified.
    pub code: String,
    /// The dossier's code.
    pub dossier: String,
    /// The codes of the things whose scans it rests on.
    pub things: Vec<String>,
    /// What it states, with its signature.
    pub statement: Vec<u8>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = slips)]
struct SlipRow {
    centre_id: Id,
    code: String,
    dossier: String,
    things: String,
    statement: Vec<u8>,
    issued_at: Micros,
}

impl TryFrom<SlipRow> for StoredSlip {
    type Error = StoreError;
    fn try_from(row: SlipRow) -> Result<Self, StoreError> {
        Ok(Self {
            centre_id: row.centre_id.into(),
            code: row.code,
            dossier: row.dossier,
            things: from_json("slips", &row.things)?,
            statement: row.statement,
            issued_at: row.issued_at.into(),
        })
    }
}

impl Store {
    /// The key with which the centre signs: the one kept first, which is `fresh` where there was none.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn signing_key(
        &self,
        centre: CentreId,
        fresh: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<SigningKey, StoreError> {
        if let Some(kept) = self.kept_signing_key(centre)? {
            return Ok(kept);
        }
        let row = (
            signing_keys::centre_id.eq(Id::from(centre)),
            signing_keys::secret.eq(fresh.secret.to_vec()),
            signing_keys::public.eq(fresh.public.to_vec()),
            signing_keys::made_at.eq(Micros::from(now)),
        );
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(signing_keys::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            Ok(())
        })?;
        let lost = StoreError::Corrupt { table: "signing_keys", problem: "a key that was kept is gone".into() };
        self.kept_signing_key(centre)?.ok_or(lost)
    }

    fn kept_signing_key(&self, centre: CentreId) -> Result<Option<SigningKey>, StoreError> {
        self.read(|connection| {
            let row: Option<(Vec<u8>, Vec<u8>)> = signing_keys::table
                .find(Id::from(centre))
                .select((signing_keys::secret, signing_keys::public))
                .first(connection)
                .optional()?;
            let half = |bytes| digest("signing_keys", bytes);
            row.map(|(secret, public)| Ok(SigningKey { secret: half(secret)?, public: half(public)? })).transpose()
        })
    }

    /// Keeps a slip that is being issued.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn keep_slip(&self, slip: &StoredSlip) -> Result<Inserted, StoreError> {
        let row = SlipRow {
            centre_id: slip.centre_id.into(),
            code: slip.code.clone(),
            dossier: slip.dossier.clone(),
            things: to_json(&slip.things),
            statement: slip.statement.clone(),
            issued_at: slip.issued_at.into(),
        };
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(slips::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            Ok(if new == 1 { Inserted::Created } else { Inserted::Exists })
        })
    }

    /// The slip that was issued under a code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn slip(&self, centre: CentreId, code: &str) -> Result<Option<StoredSlip>, StoreError> {
        self.read(|connection| {
            let row: Option<SlipRow> = slips::table
                .find((Id::from(centre), code))
                .select(SlipRow::as_select())
                .first(connection)
                .optional()?;
            row.map(StoredSlip::try_from).transpose()
        })
    }

    /// The slip of a dossier that was issued last.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn last_slip(&self, centre: CentreId, dossier: &str) -> Result<Option<StoredSlip>, StoreError> {
        self.read(|connection| {
            let row: Option<SlipRow> = slips::table
                .filter(slips::centre_id.eq(Id::from(centre)))
                .filter(slips::dossier.eq(dossier))
                .order((slips::issued_at.desc(), slips::code))
                .select(SlipRow::as_select())
                .first(connection)
                .optional()?;
            row.map(StoredSlip::try_from).transpose()
        })
    }
}
