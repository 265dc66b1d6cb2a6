//! What is known of a centre before a day's work, saved whole and read whole.
//!
//! A centre is known by its code, and its sites, vehicles and couriers by theirs: saving again keeps their ids, because
//! items and plans name them. A site, vehicle or courier that is no longer in the data is removed if nothing names it;
//! else saving is refused, because only whoever keeps the data can say on which day it ended.

mod insert;
mod known;
mod read;
mod rows;
mod to_rows;

use diesel::prelude::*;

use super::{Store, StoreError, columns::Id, connection::AnyConnection, schema::centres};
use crate::domain::CentreData;
use known::with_known_ids;
use read::read_centre;

impl Store {
    /// Stores a centre's data in place of what is stored under its code, and answers the data with the ids in force:
    /// those of rows already known by their code, the given ones for the rest.
    ///
    /// # Errors
    /// [`StoreError::StillReferred`] when a site, vehicle or courier is no longer in the data though stored rows name it;
    /// [`StoreError::Missing`] when the data name a site or vehicle that they do not have. Then nothing is changed.
    pub fn save_centre(&self, data: &CentreData) -> Result<CentreData, StoreError> {
        self.write(|connection| {
            lock(connection, &data.centre.code)?;
            let (data, known) = with_known_ids(connection, data)?;
            insert::save(connection, &data, &known)?;
            Ok(data)
        })
    }

    /// The codes of all centres, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn centre_codes(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| Ok(centres::table.select(centres::code).order(centres::code).load(connection)?))
    }

    /// The data of the centre with this code; equal to what [`Store::save_centre`] answered.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn centre(&self, code: &str) -> Result<Option<CentreData>, StoreError> {
        self.snapshot(|connection| read_centre(connection, code))
    }
}

/// Makes another import of the same centre wait; SQLite has one writer anyway.
fn lock(connection: &mut AnyConnection, code: &str) -> Result<(), StoreError> {
    if let AnyConnection::Postgres(c) = connection {
        centres::table.filter(centres::code.eq(code)).select(centres::id).for_update().load::<Id>(c)?;
    }
    Ok(())
}
