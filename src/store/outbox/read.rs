use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{MessageAttempt, MessageRow, MessageState, OutboxMessage};
use crate::{
    domain::{CentreId, Channel},
    store::{
        Store, StoreError,
        columns::{Id, Micros},
        schema::{outbox_attempts, outbox_messages},
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
}
