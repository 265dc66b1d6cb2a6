//! Dossiers.

use chrono::DateTime;
use diesel::prelude::*;

use super::{
    Inserted, ROWS_AT_ONCE, Store, StoreError,
    columns::{Id, Micros, without_nul},
    connection::on_backend,
    schema::dossiers,
};
use crate::domain::{CentreId, Dossier, DossierCode, DossierId};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = dossiers, treat_none_as_default_value = false)]
pub(super) struct DossierRow {
    centre_id: Id,
    id: Id,
    code: String,
    department_id: Id,
    received_at: Micros,
    appointment_at: Micros,
    settled_at: Option<Micros>,
    synthetic: bool,
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
