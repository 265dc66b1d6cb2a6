use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{MessageAttempt, MessageRow, MessageState, OutboxMessage};
use crate::{
    domain::{CentreId, Channel, HomeDeliveryId, MessageKind, RequestState},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros},
        schema::{home_deliveries, home_requests, outbox_attempts, outbox_messages},
    },
};

impl Store {
    /// One message.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn message(&self, centre: CentreId, id: Uuid) -> Result<Option<OutboxMessage>, StoreError> {
        self.read(|connection| {
            let row: Option<MessageRow> = outbox_messages::table
                .find((Id::from(centre), Id(id)))
                .select(MessageRow::as_select())
                .first(connection)
                .optional()?;
            row.map(OutboxMessage::try_from).transpose()
        })
    }

    /// Messages, the newest first, from before the one with this time and id on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn messages(
        &self,
        centre: CentreId,
        state: Option<MessageState>,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        self.read(|connection| {
            let mut query = outbox_messages::table
                .filter(outbox_messages::centre_id.eq(Id::from(centre)))
                .select(MessageRow::as_select())
                .into_boxed();
            if let Some(state) = state {
                query = query.filter(outbox_messages::state.eq(state.as_str()));
            }
            if let Some((at, id)) = before {
                let at = Micros::from(at);
                query = query
                    .filter(outbox_messages::created_at.le(at))
                    .filter(outbox_messages::created_at.lt(at).or(outbox_messages::id.lt(Id(id))));
            }
            let rows: Vec<MessageRow> = query
                .order((outbox_messages::created_at.desc(), outbox_messages::id.desc()))
                .limit(limit.into())
                .load(connection)?;
            rows.into_iter().map(OutboxMessage::try_from).collect()
        })
    }

    /// How many messages of a channel are neither delivered nor given up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn open_messages(&self, centre: CentreId, channel: Channel) -> Result<u64, StoreError> {
        self.read(|connection| {
            let open: i64 = outbox_messages::table
                .filter(outbox_messages::centre_id.eq(Id::from(centre)))
                .filter(outbox_messages::channel.eq(channel.as_str()))
                .filter(outbox_messages::ended_at.is_null())
                .count()
                .get_result(connection)?;
            Ok(u64::try_from(open).unwrap_or(0))
        })
    }

    /// The times at which a message was sent, with what went wrong each time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn message_attempts(&self, centre: CentreId, id: Uuid) -> Result<Vec<MessageAttempt>, StoreError> {
        self.read(|connection| {
            let rows: Vec<(Micros, Option<String>)> = outbox_attempts::table
                .filter(outbox_attempts::centre_id.eq(Id::from(centre)))
                .filter(outbox_attempts::message_id.eq(Id(id)))
                .order(outbox_attempts::attempt)
                .select((outbox_attempts::at, outbox_attempts::problem))
                .load(connection)?;
            Ok(rows.into_iter().map(|(at, problem)| MessageAttempt { at: at.into(), problem }).collect())
        })
    }

    /// The confirmed home deliveries asked for between two days whose citizen is known and has not been told their end, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn homes_to_tell(
        &self,
        centre: CentreId,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Vec<HomeDeliveryId>, StoreError> {
        let ends: Vec<&str> =
            MessageKind::ALL.into_iter().filter(|kind| kind.is_last()).map(MessageKind::as_str).collect();
        self.read(|connection| {
            let home =
                home_requests::centre_id.eq(home_deliveries::centre_id).and(home_requests::id.eq(home_deliveries::id));
            let ended = outbox_messages::table
                .filter(outbox_messages::centre_id.eq(home_requests::centre_id))
                .filter(outbox_messages::home_delivery_id.assume_not_null().eq(home_requests::id))
                .filter(outbox_messages::template.eq_any(ends));
            let ids: Vec<Id> = home_requests::table
                .inner_join(home_deliveries::table.on(home))
                .filter(home_requests::centre_id.eq(Id::from(centre)))
                .filter(home_requests::state.eq(RequestState::Confirmed.as_str()))
                .filter(home_requests::phone.is_not_null())
                .filter(home_deliveries::wanted_date.assume_not_null().between(from, to))
                .filter(diesel::dsl::not(diesel::dsl::exists(ended)))
                .order((home_requests::requested_at, home_requests::id))
                .select(home_requests::id)
                .load(connection)?;
            Ok(ids.into_iter().map(Into::into).collect())
        })
    }

    /// What was told of home deliveries, with its event, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn told_of_homes(
        &self,
        centre: CentreId,
        homes: &[HomeDeliveryId],
    ) -> Result<Vec<(HomeDeliveryId, MessageKind, String)>, StoreError> {
        self.read(|connection| {
            let mut told = Vec::new();
            for part in homes.chunks(ROWS_AT_ONCE) {
                let ids: Vec<Id> = part.iter().copied().map(Id::from).collect();
                let rows: Vec<(Option<Id>, String, String)> = outbox_messages::table
                    .filter(outbox_messages::centre_id.eq(Id::from(centre)))
                    .filter(outbox_messages::home_delivery_id.assume_not_null().eq_any(ids))
                    .order((outbox_messages::created_at, outbox_messages::id))
                    .select((outbox_messages::home_delivery_id, outbox_messages::template, outbox_messages::event))
                    .load(connection)?;
                for (home, kind, event) in rows {
                    let (Some(home), Ok(kind)) = (home, kind.parse()) else { continue };
                    told.push((home.into(), kind, event));
                }
            }
            Ok(told)
        })
    }
}
