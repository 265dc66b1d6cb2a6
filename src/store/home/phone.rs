use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, Dossier, DossierId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, digest},
        connection::{AnyConnection, on_backend},
        dossier::DossierRow,
        ledger::Digest,
        schema::{dossier_phones, dossiers, phone_keys},
    },
};

impl Store {
    /// The key under which the centre digests telephone numbers: the one kept first, which is `fresh` where there was none.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    ///
    /// # Panics
    /// Never: a key is there once it was put there.
    pub fn phone_key(&self, centre: CentreId, fresh: &[u8; 32], now: DateTime<Utc>) -> Result<[u8; 32], StoreError> {
        let centre = Id::from(centre);
        let kept = |connection: &mut AnyConnection| -> Result<Option<[u8; 32]>, StoreError> {
            let kept: Option<Vec<u8>> =
                phone_keys::table.find(centre).select(phone_keys::secret).first(connection).optional()?;
            kept.map(|kept| digest("phone_keys", kept)).transpose()
        };
        if let Some(key) = self.read(kept)? {
            return Ok(key);
        }
        self.write(|connection| {
            let row = (
                phone_keys::centre_id.eq(centre),
                phone_keys::secret.eq(fresh.to_vec()),
                phone_keys::made_at.eq(Micros::from(now)),
            );
            on_backend!(connection, |c| diesel::insert_into(phone_keys::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
            Ok(kept(connection)?.expect("a key was there, or was put there just now"))
        })
    }

    /// The centre's dossier with this code, and the digest of its number where it has one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn dossier_with_phone(
        &self,
        centre: CentreId,
        code: &str,
    ) -> Result<Option<(Dossier, Option<Digest>)>, StoreError> {
        let found: Option<(DossierRow, Option<Vec<u8>>)> = self.read(|connection| {
            let phone =
                dossier_phones::centre_id.eq(dossiers::centre_id).and(dossier_phones::dossier_id.eq(dossiers::id));
            let found = dossiers::table
                .left_join(dossier_phones::table.on(phone))
                .filter(dossiers::centre_id.eq(Id::from(centre)))
                .filter(dossiers::code.eq(code))
                .select((DossierRow::as_select(), dossier_phones::phone_hmac.nullable()))
                .first(connection)
                .optional()?;
            Ok(found)
        })?;
        let Some((row, phone)) = found else { return Ok(None) };
        let phone = phone.map(|phone| digest("dossier_phones", phone)).transpose()?;
        Ok(Some((row.into(), phone)))
    }
}

/// Keeps the digest of a dossier's number; answers whether that changed anything.
pub(in crate::store) fn keep_phone(
    connection: &mut AnyConnection,
    centre: CentreId,
    dossier: DossierId,
    phone: &Digest,
) -> Result<bool, StoreError> {
    let (centre, dossier) = (Id::from(centre), Id::from(dossier));
    let target = dossier_phones::table.find((centre, dossier));
    let known: Option<Vec<u8>> = target.select(dossier_phones::phone_hmac).first(connection).optional()?;
    match known {
        Some(known) if known == phone => return Ok(false),
        Some(_) => {
            let set = dossier_phones::phone_hmac.eq(phone.to_vec());
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
        }
        None => {
            let row = (
                dossier_phones::centre_id.eq(centre),
                dossier_phones::dossier_id.eq(dossier),
                dossier_phones::phone_hmac.eq(phone.to_vec()),
            );
            on_backend!(connection, |c| diesel::insert_into(dossier_phones::table).values(row).execute(c))?;
        }
    }
    Ok(true)
}
