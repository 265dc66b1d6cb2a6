use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, Matter},
    store::{
        Store, StoreError,
        columns::{Id, Micros},
        schema::{dossiers, items},
    },
};

impl Store {
    /// When a matter ended: a dossier when it was settled, a home delivery when the last of its items was handed over; `None`
    /// while it is under way.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn matter_ended_at(&self, centre: CentreId, about: Matter) -> Result<Option<DateTime<Utc>>, StoreError> {
        let centre = Id::from(centre);
        self.read(|connection| match about {
            Matter::Dossier(id) => {
                let settled: Option<Option<Micros>> = dossiers::table
                    .find((centre, Id::from(id)))
                    .select(dossiers::settled_at)
                    .first(connection)
                    .optional()?;
                Ok(settled.flatten().map(DateTime::from))
            }
            Matter::HomeDelivery(id) => {
                let delivered: Vec<Option<Micros>> = items::table
                    .filter(items::centre_id.eq(centre))
                    .filter(items::to_home_delivery_id.assume_not_null().eq(Id::from(id)))
                    .select(items::delivered_at)
                    .load(connection)?;
                let all: Option<Vec<Micros>> = delivered.into_iter().collect();
                Ok(all.and_then(|times| times.into_iter().max()).map(DateTime::from))
            }
        })
    }
}
