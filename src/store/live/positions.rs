use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, PositionFix},
    store::{
        Store, StoreError,
        columns::{Id, Micros, position, unsigned},
        connection::on_backend,
        schema::positions,
    },
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = positions, treat_none_as_default_value = false)]
struct Row {
    centre_id: Id,
    courier_id: Id,
    at: Micros,
    lat: f64,
    lon: f64,
    accuracy_m: Option<i64>,
    received_at: Micros,
}

impl Store {
    /// Keeps positions; one that is there for the same courier and time stays as it was. Answers of each whether it is new.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the centre is not there.
    pub fn insert_positions(
        &self,
        centre: CentreId,
        fixes: &[PositionFix],
        received_at: DateTime<Utc>,
    ) -> Result<Vec<bool>, StoreError> {
        self.write(|connection| {
            let mut new = Vec::with_capacity(fixes.len());
            for fix in fixes {
                let row = Row {
                    centre_id: centre.into(),
                    courier_id: fix.courier_id.into(),
                    at: fix.at.into(),
                    lat: fix.position.lat(),
                    lon: fix.position.lon(),
                    accuracy_m: fix.accuracy_m.map(i64::from),
                    received_at: received_at.into(),
                };
                let inserted = on_backend!(connection, |c| diesel::insert_into(positions::table)
                    .values(&row)
                    .on_conflict((positions::centre_id, positions::courier_id, positions::at))
                    .do_nothing()
                    .execute(c))
                .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
                new.push(inserted > 0);
            }
            Ok(new)
        })
    }

    /// Deletes the positions from before a time; answers how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn delete_positions(&self, centre: CentreId, before: DateTime<Utc>) -> Result<usize, StoreError> {
        self.write(|connection| {
            let old = positions::table
                .filter(positions::centre_id.eq(Id::from(centre)))
                .filter(positions::at.lt(Micros::from(before)));
            Ok(on_backend!(connection, |c| diesel::delete(old).execute(c))?)
        })
    }

    /// The positions from one time to another, the other not included, by time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn positions(
        &self,
        centre: CentreId,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Vec<PositionFix>, StoreError> {
        self.read(|connection| {
            let rows: Vec<Row> = positions::table
                .filter(positions::centre_id.eq(Id::from(centre)))
                .filter(positions::at.ge(Micros::from(from)))
                .filter(positions::at.lt(Micros::from(to)))
                .order((positions::at, positions::courier_id))
                .select(Row::as_select())
                .load(connection)?;
            let fix = |row: Row| {
                Ok(PositionFix {
                    courier_id: row.courier_id.into(),
                    at: row.at.into(),
                    position: position("positions", row.lat, row.lon)?,
                    accuracy_m: row.accuracy_m.map(|metres| unsigned("positions", metres)).transpose()?,
                })
            };
            rows.into_iter().map(fix).collect()
        })
    }
}
