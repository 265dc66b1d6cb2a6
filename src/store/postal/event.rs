use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::{AttemptFailure, CentreId, PostalEvent, PostalStep, S10},
    store::{
        Inserted, ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, without_nul, word},
        connection::on_backend,
        schema::{postal_cursors, postal_events, postal_parcel_items},
    },
};

const TABLE: &str = "postal_events";

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEvent {
    /// The event.
    pub event: PostalEvent,
    /// When it was first received.
    pub recorded_at: DateTime<Utc>,
    /// Whether the parcel had been handed over.
    pub is_known: bool,
}

/// Which events to read.
#[derive(Debug, Clone, Copy)]
pub enum ToldOf<'a> {
    /// Those of these parcels.
    Numbers(&'a [S10]),
    /// Those of what nobody had handed over, that name this handover.
    ExtraOf(Uuid),
    /// The same from one time until before another, whatever handover they name.
    ExtraBetween(DateTime<Utc>, DateTime<Utc>),
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = postal_events, treat_none_as_default_value = false)]
struct EventRow {
    centre_id: Id,
    id: String,
    number: String,
    kind: String,
    reason: Option<String>,
    at: Micros,
    recorded_at: Micros,
    recorded_by: String,
    handover_id: Option<Id>,
    is_known: bool,
}

impl TryFrom<EventRow> for ToldEvent {
    type Error = StoreError;
    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        let reason: Option<AttemptFailure> = row.reason.as_deref().map(|reason| word(TABLE, reason)).transpose()?;
        let step = PostalStep::of(&row.kind, reason).ok_or_else(|| StoreError::Corrupt {
            table: TABLE,
            problem: "its kind and reason do not go together".into(),
        })?;
        let event = PostalEvent {
            id: row.id,
            number: word(TABLE, &row.number)?,
            step,
            at: row.at.into(),
            handover_id: row.handover_id.map(|id| id.0),
        };
        Ok(Self { event, recorded_at: row.recorded_at.into(), is_known: row.is_known })
    }
}

impl Store {
    /// Keeps an event, unless one with its id is there. What was returned is with the operator no more.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown handover.
    pub fn insert_postal_event(
        &self,
        centre: CentreId,
        event: &PostalEvent,
        is_known: bool,
        now: DateTime<Utc>,
        recorded_by: &str,
    ) -> Result<Inserted, StoreError> {
        without_nul("id", &event.id)?;
        let row = EventRow {
            centre_id: centre.into(),
            id: event.id.clone(),
            number: event.number.to_string(),
            kind: event.step.word().to_owned(),
            reason: event.step.reason().map(|reason| reason.as_str().to_owned()),
            at: event.at.into(),
            recorded_at: now.into(),
            recorded_by: recorded_by.to_owned(),
            handover_id: event.handover_id.map(Id),
            is_known,
        };
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(postal_events::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "handover_id", "a postal handover"))?;
            if new == 0 {
                let known: EventRow = postal_events::table
                    .find((row.centre_id, row.id.as_str()))
                    .select(EventRow::as_select())
                    .first(connection)?;
                // Who tells it again, and when, is not what it says.
                let told =
                    EventRow { is_known, recorded_at: row.recorded_at, recorded_by: row.recorded_by.clone(), ..known };
                return Ok(if told == row { Inserted::Exists } else { Inserted::Conflict { field: "id" } });
            }
            if event.step == PostalStep::Returned {
                let back = postal_parcel_items::table
                    .filter(postal_parcel_items::centre_id.eq(row.centre_id))
                    .filter(postal_parcel_items::number.eq(&row.number));
                on_backend!(connection, |c| diesel::update(back)
                    .set(postal_parcel_items::is_out.eq(false))
                    .execute(c))?;
            }
            Ok(Inserted::Created)
        })
    }

    /// What the operator has told, by time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_events(&self, centre: CentreId, of: ToldOf<'_>) -> Result<Vec<ToldEvent>, StoreError> {
        let of_centre = postal_events::centre_id.eq(Id::from(centre));
        let rows = self.snapshot(|connection| {
            let select = || postal_events::table.filter(of_centre).select(EventRow::as_select());
            let mut rows: Vec<EventRow> = Vec::new();
            match of {
                ToldOf::Numbers(numbers) => {
                    for numbers in numbers.chunks(ROWS_AT_ONCE) {
                        let numbers = numbers.iter().map(S10::as_str);
                        rows.extend(select().filter(postal_events::number.eq_any(numbers)).load(connection)?);
                    }
                }
                ToldOf::ExtraOf(handover) => {
                    let extra = select().filter(diesel::dsl::not(postal_events::is_known));
                    rows =
                        extra.filter(postal_events::handover_id.assume_not_null().eq(Id(handover))).load(connection)?;
                }
                ToldOf::ExtraBetween(from, until) => {
                    let extra = select().filter(diesel::dsl::not(postal_events::is_known));
                    rows = extra
                        .filter(postal_events::at.ge(Micros::from(from)))
                        .filter(postal_events::at.lt(Micros::from(until)))
                        .load(connection)?;
                }
            }
            Ok(rows)
        })?;
        let mut told: Vec<ToldEvent> = rows.into_iter().map(ToldEvent::try_from).collect::<Result<_, StoreError>>()?;
        told.sort_by(|a, b| (a.event.at, &a.event.id).cmp(&(b.event.at, &b.event.id)));
        Ok(told)
    }

    /// How far the operator's events have been read.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn postal_cursor(&self, centre: CentreId) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            Ok(postal_cursors::table
                .find(Id::from(centre))
                .select(postal_cursors::cursor)
                .first(connection)
                .optional()?)
        })
    }

    /// Keeps how far they have been read.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn set_postal_cursor(&self, centre: CentreId, cursor: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        without_nul("next", cursor)?;
        let centre = Id::from(centre);
        let set = (postal_cursors::cursor.eq(cursor), postal_cursors::read_at.eq(Micros::from(now)));
        self.write(|connection| {
            let new = (postal_cursors::centre_id.eq(centre), set);
            on_backend!(connection, |c| diesel::insert_into(postal_cursors::table)
                .values(new)
                .on_conflict(postal_cursors::centre_id)
                .do_update()
                .set(set)
                .execute(c))?;
            Ok(())
        })
    }
}
