use diesel::prelude::*;

use super::{Period, TimeCursor, columns, matter, over_time};
use crate::{
    domain::{CentreId, Compensation},
    store::{
        Inserted, Store, StoreError,
        columns::{Id, Micros, unsigned, word},
        connection::insert_once,
        schema::compensations,
    },
};

const TABLE: &str = "compensations";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = compensations, treat_none_as_default_value = false)]
struct CompensationRow {
    centre_id: Id,
    id: Id,
    at: Micros,
    kind: String,
    dossier_id: Option<Id>,
    home_delivery_id: Option<Id>,
    item_id: Option<Id>,
    complaint_id: Option<Id>,
    dong: i64,
    synthetic: bool,
}

impl From<&Compensation> for CompensationRow {
    fn from(paid: &Compensation) -> Self {
        let (dossier_id, home_delivery_id) = columns(Some(paid.about));
        Self {
            centre_id: paid.centre_id.into(),
            id: paid.id.into(),
            at: paid.at.into(),
            kind: paid.kind.as_str().to_owned(),
            dossier_id,
            home_delivery_id,
            item_id: paid.item_id.map(Id::from),
            complaint_id: paid.complaint_id.map(Id::from),
            dong: paid.dong.into(),
            synthetic: paid.synthetic,
        }
    }
}

impl TryFrom<CompensationRow> for Compensation {
    type Error = StoreError;
    fn try_from(row: CompensationRow) -> Result<Self, StoreError> {
        let about = matter(row.dossier_id, row.home_delivery_id);
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            at: row.at.into(),
            kind: word(TABLE, &row.kind)?,
            about: about.ok_or_else(|| StoreError::Corrupt { table: TABLE, problem: "it is about nothing".into() })?,
            item_id: row.item_id.map(Into::into),
            complaint_id: row.complaint_id.map(Into::into),
            dong: unsigned(TABLE, row.dong)?,
            synthetic: row.synthetic,
        })
    }
}

impl Store {
    /// Stores what a loss was made good with, unless a record with its id is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it names what the centre does not have.
    pub fn insert_compensation(&self, paid: &Compensation) -> Result<Inserted, StoreError> {
        let row = CompensationRow::from(paid);
        self.write(|connection| {
            let what = "a dossier, home delivery, item or complaint";
            Ok(insert_once!(connection, compensations, row: CompensationRow, "about": what, |known| known == row))
        })
    }

    /// The centre's compensations of a period, by time and then id, from after `after` on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn compensations(
        &self,
        centre: CentreId,
        period: &Period,
        after: Option<TimeCursor>,
        limit: u32,
    ) -> Result<Vec<Compensation>, StoreError> {
        self.read(|connection| {
            let mut query = compensations::table
                .filter(compensations::centre_id.eq(Id::from(centre)))
                .select(CompensationRow::as_select())
                .into_boxed();
            let rows: Vec<CompensationRow> =
                over_time!(query, compensations.at, period, after, limit).load(connection)?;
            rows.into_iter().map(Compensation::try_from).collect()
        })
    }
}
