//! How much there is.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::{dsl, prelude::*};

use super::{
    Counts, Store, StoreError,
    columns::{Id, Micros},
    schema::{centres, dossiers, home_deliveries, items, plans},
};
use crate::domain::{CentreId, DayClock};

/// Counts the rows of a centre in a table that pass a condition.
macro_rules! count {
    ($connection:ident, $centre:ident, $table:ident $(, $condition:expr)?) => {
        $table::table
            .filter($table::centre_id.eq($centre))
            $(.filter($condition))?
            .count()
            .get_result::<i64>($connection)?
            .cast_unsigned()
    };
}

impl Store {
    /// How much the centre has stored; all zero for an unknown one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn counts(&self, centre: CentreId) -> Result<Counts, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|c| {
            let zone: Option<String> = centres::table.find(centre).select(centres::time_zone).first(c).optional()?;
            let Some(zone) = zone else { return Ok(Counts::default()) };
            let zone: Tz = zone.parse().map_err(|error| StoreError::Corrupt {
                table: "centres",
                problem: format!("time zone {zone:?}: {error}"),
            })?;
            let received = dossiers::table.filter(dossiers::centre_id.eq(centre));
            let first: Option<Micros> = received.select(dsl::min(dossiers::received_at)).first(c)?;
            let last: Option<Micros> = received.select(dsl::max(dossiers::received_at)).first(c)?;
            let day = |at: Micros| -> NaiveDate { DayClock::date_of(DateTime::<Utc>::from(at), zone) };
            Ok(Counts {
                dossiers: count!(c, centre, dossiers),
                settled: count!(c, centre, dossiers, dossiers::settled_at.is_not_null()),
                items: count!(c, centre, items),
                delivered: count!(c, centre, items, items::delivered_at.is_not_null()),
                home_deliveries: count!(c, centre, home_deliveries),
                synthetic_dossiers: count!(c, centre, dossiers, dossiers::synthetic.eq(true)),
                synthetic_items: count!(c, centre, items, items::synthetic.eq(true)),
                synthetic_home_deliveries: count!(c, centre, home_deliveries, home_deliveries::synthetic.eq(true)),
                plans: count!(c, centre, plans),
                first_received: first.map(day),
                last_received: last.map(day),
            })
        })
    }
}
