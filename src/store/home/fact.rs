use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::{CentreId, CourierId, HomeDeliveryId, HomeEvent, HomeFact},
    store::{
        Inserted, Store, StoreError,
        columns::{Id, Micros, from_json, to_json, unsigned},
        connection::insert_once,
        schema::{compensations, fee_handins, home_facts},
    },
};

const TABLE: &str = "home_facts";

/// Money that a courier has handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeHandIn {
    /// Its id, made by whoever recorded it.
    pub id: Uuid,
    /// The centre.
    pub centre_id: CentreId,
    /// Who handed it in.
    pub courier_id: CourierId,
    /// The day on which it was collected.
    pub date: NaiveDate,
    /// How much, đồng.
    pub amount_dong: u32,
    /// When it was handed in.
    pub at: DateTime<Utc>,
    /// Who took it, as the audit log names them.
    pub received_by: String,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = home_facts, treat_none_as_default_value = false)]
struct FactRow {
    centre_id: Id,
    id: Id,
    home_delivery_id: Id,
    at: Micros,
    recorded_at: Micros,
    recorded_by: String,
    kind: String,
    event: String,
    courier_id: Option<Id>,
    fee_date: Option<NaiveDate>,
}

impl FactRow {
    fn of(fact: &HomeFact, date: NaiveDate) -> Self {
        let courier = match fact.event {
            HomeEvent::FeeCollected { courier_id, .. } => Some(courier_id),
            _ => None,
        };
        Self {
            centre_id: fact.centre_id.into(),
            id: Id(fact.id),
            home_delivery_id: fact.home_delivery_id.into(),
            at: fact.at.into(),
            recorded_at: fact.recorded_at.into(),
            recorded_by: fact.recorded_by.clone(),
            kind: fact.event.word().to_owned(),
            event: to_json(&fact.event),
            courier_id: courier.map(Id::from),
            fee_date: courier.map(|_| date),
        }
    }
}

impl TryFrom<FactRow> for HomeFact {
    type Error = StoreError;
    fn try_from(row: FactRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.0,
            centre_id: row.centre_id.into(),
            home_delivery_id: row.home_delivery_id.into(),
            at: row.at.into(),
            recorded_at: row.recorded_at.into(),
            recorded_by: row.recorded_by,
            event: from_json(TABLE, &row.event)?,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = fee_handins)]
struct HandInRow {
    centre_id: Id,
    id: Id,
    courier_id: Id,
    date: NaiveDate,
    amount_dong: i64,
    at: Micros,
    received_by: String,
}

impl Store {
    /// Keeps a fact, unless one with its id is there; `date` is its day on the centre's clocks.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown home delivery.
    pub fn insert_home_fact(&self, fact: &HomeFact, date: NaiveDate) -> Result<Inserted, StoreError> {
        let row = FactRow::of(fact, date);
        self.write(|connection| {
            Ok(insert_once!(connection, home_facts, row: FactRow, "home_delivery_id": "a home delivery", |known| {
                // Who records it again, and when, is not what it says.
                row == FactRow { recorded_at: row.recorded_at, recorded_by: row.recorded_by.clone(), ..known }
            }))
        })
    }

    /// What was recorded of a home delivery, in the order in which it happened.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn home_facts(&self, centre: CentreId, home: HomeDeliveryId) -> Result<Vec<HomeFact>, StoreError> {
        self.read(|connection| {
            let rows: Vec<FactRow> = home_facts::table
                .filter(home_facts::centre_id.eq(Id::from(centre)))
                .filter(home_facts::home_delivery_id.eq(Id::from(home)))
                .order((home_facts::at, home_facts::id))
                .select(FactRow::as_select())
                .load(connection)?;
            rows.into_iter().map(HomeFact::try_from).collect()
        })
    }

    /// With what the loss or damage of a home delivery was made good, and when, đồng.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn compensations_of_home(
        &self,
        centre: CentreId,
        home: HomeDeliveryId,
    ) -> Result<Vec<(DateTime<Utc>, i64)>, StoreError> {
        self.read(|connection| {
            let rows: Vec<(Micros, i64)> = compensations::table
                .filter(compensations::centre_id.eq(Id::from(centre)))
                .filter(compensations::home_delivery_id.assume_not_null().eq(Id::from(home)))
                .order((compensations::at, compensations::id))
                .select((compensations::at, compensations::dong))
                .load(connection)?;
            Ok(rows.into_iter().map(|(at, dong)| (at.into(), dong)).collect())
        })
    }

    /// The fees collected on a day.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn fees_collected(&self, centre: CentreId, date: NaiveDate) -> Result<Vec<HomeFact>, StoreError> {
        self.read(|connection| {
            let rows: Vec<FactRow> = home_facts::table
                .filter(home_facts::centre_id.eq(Id::from(centre)))
                .filter(home_facts::fee_date.assume_not_null().eq(date))
                .order((home_facts::at, home_facts::id))
                .select(FactRow::as_select())
                .load(connection)?;
            rows.into_iter().map(HomeFact::try_from).collect()
        })
    }

    /// Keeps money handed in, unless it is there by its id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown courier.
    pub fn insert_fee_hand_in(&self, handed: &FeeHandIn) -> Result<Inserted, StoreError> {
        let row = HandInRow {
            centre_id: handed.centre_id.into(),
            id: Id(handed.id),
            courier_id: handed.courier_id.into(),
            date: handed.date,
            amount_dong: handed.amount_dong.into(),
            at: handed.at.into(),
            received_by: handed.received_by.clone(),
        };
        self.write(|connection| {
            Ok(insert_once!(connection, fee_handins, row: HandInRow, "courier": "a courier", |known| {
                row == HandInRow { at: row.at, received_by: row.received_by.clone(), ..known }
            }))
        })
    }

    /// What was handed in of a day's fees.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn fee_hand_ins(&self, centre: CentreId, date: NaiveDate) -> Result<Vec<FeeHandIn>, StoreError> {
        self.read(|connection| {
            let rows: Vec<HandInRow> = fee_handins::table
                .filter(fee_handins::centre_id.eq(Id::from(centre)))
                .filter(fee_handins::date.eq(date))
                .order((fee_handins::at, fee_handins::id))
                .select(HandInRow::as_select())
                .load(connection)?;
            let hand_in = |row: HandInRow| {
                Ok(FeeHandIn {
                    id: row.id.0,
                    centre_id: row.centre_id.into(),
                    courier_id: row.courier_id.into(),
                    date: row.date,
                    amount_dong: unsigned("fee_handins", row.amount_dong)?,
                    at: row.at.into(),
                    received_by: row.received_by,
                })
            };
            rows.into_iter().map(hand_in).collect()
        })
    }
}
