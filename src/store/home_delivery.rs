//! Home deliveries.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    Inserted, ROWS_AT_ONCE, Store, StoreError,
    columns::{Id, Micros, four_digit_year, position, without_nul, word},
    connection::insert_once,
    schema::home_deliveries,
};
use crate::domain::{CentreId, HomeDelivery, HomeDeliveryId, WantedHalfDay};

const TABLE: &str = "home_deliveries";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = home_deliveries, primary_key(centre_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct HomeDeliveryRow {
    centre_id: Id,
    id: Id,
    dossier_id: Option<Id>,
    address: String,
    commune_code: String,
    lat: f64,
    lon: f64,
    position_quality: String,
    requested_at: Micros,
    wanted_date: Option<NaiveDate>,
    wanted_half_day: Option<String>,
    synthetic: bool,
}

impl HomeDeliveryRow {
    pub(super) fn id(&self) -> Id {
        self.id
    }
}

impl From<&HomeDelivery> for HomeDeliveryRow {
    fn from(home: &HomeDelivery) -> Self {
        let half_day = home.wanted.and_then(|wanted| wanted.half_day);
        Self {
            centre_id: home.centre_id.into(),
            id: home.id.into(),
            dossier_id: home.dossier_id.map(Id::from),
            address: home.address.clone(),
            commune_code: home.commune_code.clone(),
            lat: home.position.lat(),
            lon: home.position.lon(),
            position_quality: home.position_quality.as_str().to_owned(),
            requested_at: home.requested_at.into(),
            wanted_date: home.wanted.map(|wanted| wanted.date),
            wanted_half_day: half_day.map(|half| half.as_str().to_owned()),
            synthetic: home.synthetic,
        }
    }
}

impl TryFrom<HomeDeliveryRow> for HomeDelivery {
    type Error = StoreError;
    fn try_from(row: HomeDeliveryRow) -> Result<Self, StoreError> {
        let half_day = row.wanted_half_day.as_deref().map(|half| word(TABLE, half)).transpose()?;
        Ok(Self {
            id: row.id.into(),
            centre_id: row.centre_id.into(),
            dossier_id: row.dossier_id.map(Into::into),
            address: row.address,
            commune_code: row.commune_code,
            position: position(TABLE, row.lat, row.lon)?,
            position_quality: word(TABLE, &row.position_quality)?,
            requested_at: row.requested_at.into(),
            wanted: row.wanted_date.map(|date| WantedHalfDay { date, half_day }),
            synthetic: row.synthetic,
        })
    }
}

impl Store {
    /// Stores a home delivery, unless one with its id is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it names a dossier that the centre does not have.
    pub fn insert_home_delivery(&self, home_delivery: &HomeDelivery) -> Result<Inserted, StoreError> {
        without_nul("address", &home_delivery.address)?;
        without_nul("commune_code", &home_delivery.commune_code)?;
        if let Some(wanted) = home_delivery.wanted {
            four_digit_year("wanted.date", wanted.date)?;
        }
        let row = HomeDeliveryRow::from(home_delivery);
        self.write(|connection| {
            let what = "a dossier";
            Ok(insert_once!(connection, home_deliveries, row: HomeDeliveryRow, "dossier_id": what, |known| known == row))
        })
    }

    /// The centre's home deliveries with these ids, by id; an id that is unknown is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_deliveries(&self, centre: CentreId, ids: &[HomeDeliveryId]) -> Result<Vec<HomeDelivery>, StoreError> {
        self.snapshot(|connection| {
            let mut found: Vec<HomeDelivery> = Vec::with_capacity(ids.len());
            for ids in ids.chunks(ROWS_AT_ONCE) {
                let rows: Vec<HomeDeliveryRow> = home_deliveries::table
                    .filter(home_deliveries::centre_id.eq(Id::from(centre)))
                    .filter(home_deliveries::id.eq_any(ids.iter().map(|id| Id::from(*id))))
                    .select(HomeDeliveryRow::as_select())
                    .load(connection)?;
                for row in rows {
                    found.push(row.try_into()?);
                }
            }
            found.sort_by_key(|home| home.id);
            found.dedup_by_key(|home| home.id);
            Ok(found)
        })
    }
}
