//! Dossiers.

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use diesel::prelude::*;

use super::{
    Inserted, ROWS_AT_ONCE, Store, StoreError,
    columns::{Id, Micros, without_nul},
    connection::{AnyConnection, on_backend},
    home::keep_phone,
    ledger::Digest,
    schema::dossiers,
};
use crate::domain::{CentreId, Dossier, DossierCode, DossierId};

/// What became of a dossier that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutDossier {
    /// It is new.
    Created,
    /// It was there, and has other content now.
    Updated,
    /// It was there with this content.
    Exists,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dossiers, primary_key(centre_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct DossierRow {
    centre_id: Id,
    id: Id,
    code: String,
    department_id: Id,
    received_at: Micros,
    appointment_at: Micros,
    settled_at: Option<Micros>,
    synthetic: bool,
    procedure_code: Option<String>,
}

impl From<&Dossier> for DossierRow {
    fn from(dossier: &Dossier) -> Self {
        Self {
            centre_id: dossier.centre_id.into(),
            id: dossier.id.into(),
            code: dossier.code.as_str().to_owned(),
            department_id: dossier.department_id.into(),
            received_at: dossier.received_at.into(),
            appointment_at: dossier.appointment_at.into(),
            settled_at: dossier.settled_at.map(Micros::from),
            synthetic: dossier.synthetic,
            procedure_code: dossier.procedure_code.clone(),
        }
    }
}

impl From<DossierRow> for Dossier {
    fn from(row: DossierRow) -> Self {
        Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            code: DossierCode::from_trusted(row.code),
            department_id: row.department_id.into(),
            received_at: row.received_at.into(),
            appointment_at: row.appointment_at.into(),
            settled_at: row.settled_at.map(DateTime::from),
            synthetic: row.synthetic,
            procedure_code: row.procedure_code,
        }
    }
}

impl Store {
    /// Stores a dossier, unless one with its id or code is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it names a centre or department that does not exist.
    pub fn insert_dossier(&self, dossier: &Dossier) -> Result<Inserted, StoreError> {
        without_nul("code", dossier.code.as_str())?;
        let row = DossierRow::from(dossier);
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(dossiers::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "department_id", "a department"))?;
            if new == 1 {
                return Ok(Inserted::Created);
            }
            let known: Option<DossierRow> = dossiers::table
                .find((row.centre_id, row.id))
                .select(DossierRow::as_select())
                .first(connection)
                .optional()?;
            Ok(match known {
                Some(known) if known == row => Inserted::Exists,
                Some(_) => Inserted::Conflict { field: "id" },
                None => Inserted::Conflict { field: "code" },
            })
        })
    }

    /// Stores dossiers by their codes, in order: new ones are added, known ones get this content but keep their ids. Nothing
    /// is stored when `accept`, which hears of each dossier's place and the one known under its code, refuses one. `phones`
    /// has for each dossier the digest of the number on its slip; without one the known number stays.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when one names a centre or department that does not exist.
    pub fn put_dossiers(
        &self,
        centre: CentreId,
        dossiers: &[Dossier],
        phones: &[Option<Digest>],
        mut accept: impl FnMut(usize, Option<&Dossier>) -> bool,
    ) -> Result<Option<Vec<PutDossier>>, StoreError> {
        for dossier in dossiers {
            without_nul("code", dossier.code.as_str())?;
        }
        self.write(|connection| {
            let mut outcomes = Vec::with_capacity(dossiers.len());
            for (nth, part) in dossiers.chunks(ROWS_AT_ONCE).enumerate() {
                let mut known = by_codes(connection, centre, part)?;
                // Of several with one code each changes what the one before has left.
                let mut changed: BTreeMap<String, (DossierRow, bool)> = BTreeMap::new();
                for (place, dossier) in part.iter().enumerate() {
                    let code = dossier.code.as_str();
                    let before = known.get(code).cloned();
                    if !accept(nth * ROWS_AT_ONCE + place, before.clone().map(Dossier::from).as_ref()) {
                        return Ok(None);
                    }
                    let mut row = DossierRow::from(dossier);
                    let outcome = match &before {
                        None => PutDossier::Created,
                        Some(before) => {
                            row.id = before.id;
                            row.synthetic = before.synthetic;
                            if row == *before { PutDossier::Exists } else { PutDossier::Updated }
                        }
                    };
                    if outcome != PutDossier::Exists {
                        let is_new = changed.get(code).map_or(before.is_none(), |(_, is_new)| *is_new);
                        changed.insert(code.to_owned(), (row.clone(), is_new));
                        known.insert(code.to_owned(), row);
                    }
                    outcomes.push(outcome);
                }
                keep(connection, changed.into_values())?;
                for (place, dossier) in part.iter().enumerate() {
                    let place = nth * ROWS_AT_ONCE + place;
                    let phone = phones.get(place).and_then(Option::as_ref);
                    if let Some((phone, row)) = phone.zip(known.get(dossier.code.as_str()))
                        && keep_phone(connection, centre, row.id.into(), phone)?
                        && outcomes[place] == PutDossier::Exists
                    {
                        outcomes[place] = PutDossier::Updated;
                    }
                }
            }
            Ok(Some(outcomes))
        })
    }

    /// The centre's dossiers with these ids, by id; an id that is unknown is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn dossiers(&self, centre: CentreId, ids: &[DossierId]) -> Result<Vec<Dossier>, StoreError> {
        self.snapshot(|connection| {
            let mut found: Vec<Dossier> = Vec::with_capacity(ids.len());
            for ids in ids.chunks(ROWS_AT_ONCE) {
                let rows: Vec<DossierRow> = dossiers::table
                    .filter(dossiers::centre_id.eq(Id::from(centre)))
                    .filter(dossiers::id.eq_any(ids.iter().map(|id| Id::from(*id))))
                    .select(DossierRow::as_select())
                    .load(connection)?;
                found.extend(rows.into_iter().map(Dossier::from));
            }
            found.sort_by_key(|dossier| dossier.id);
            found.dedup_by_key(|dossier| dossier.id);
            Ok(found)
        })
    }

    /// The centre's dossier with this code.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn dossier_by_code(&self, centre: CentreId, code: &str) -> Result<Option<Dossier>, StoreError> {
        self.read(|connection| {
            let row: Option<DossierRow> = dossiers::table
                .filter(dossiers::centre_id.eq(Id::from(centre)))
                .filter(dossiers::code.eq(code))
                .select(DossierRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row.map(Dossier::from))
        })
    }
}

/// The dossiers with the codes of these.
fn by_codes(
    connection: &mut AnyConnection,
    centre: CentreId,
    dossiers: &[Dossier],
) -> Result<HashMap<String, DossierRow>, StoreError> {
    let rows: Vec<DossierRow> = dossiers::table
        .filter(dossiers::centre_id.eq(Id::from(centre)))
        .filter(dossiers::code.eq_any(dossiers.iter().map(|dossier| dossier.code.as_str())))
        .select(DossierRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Adds and changes rows.
fn keep(connection: &mut AnyConnection, rows: impl Iterator<Item = (DossierRow, bool)>) -> Result<(), StoreError> {
    let missing = |error| StoreError::naming(error, "department_id", "a department");
    let (new, known): (Vec<_>, Vec<_>) = rows.partition(|(_, is_new)| *is_new);
    let new: Vec<DossierRow> = new.into_iter().map(|(row, _)| row).collect();
    if !new.is_empty() {
        on_backend!(connection, |c| diesel::insert_into(dossiers::table).values(&new).execute(c)).map_err(missing)?;
    }
    for (row, _) in known {
        let target = dossiers::table.find((row.centre_id, row.id));
        on_backend!(connection, |c| diesel::update(target).set(&row).execute(c)).map_err(missing)?;
    }
    Ok(())
}
