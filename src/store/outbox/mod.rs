//! What is told to people: messages on their way.
//!
//! A message is inserted in the transaction of the change that it tells of, so that neither is there without the other, and an
//! event is told on a channel once, whoever inserts it again. Sending is leased: whoever takes a message has it for a while,
//! and when nothing is heard of that process another one takes it, with the same id. Once a message is delivered or given
//! up, nothing in it says to whom it went.

mod read;

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Store, StoreError,
    columns::{Id, Micros, from_json, to_json, unsigned, without_nul, word},
    connection::{AnyConnection, on_backend},
    schema::{outbox_attempts, outbox_messages},
};
use crate::domain::{CentreId, Channel, HomeDeliveryId, MessageKind, MessageParameters};

const TABLE: &str = "outbox_messages";

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// It is still to be sent, perhaps again.
    Waiting,
    /// Somebody is sending it.
    Sending,
    /// It was taken by what carries it on.
    Delivered,
    /// It was given up.
    Dead,
}

impl MessageState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Delivered, Self::Dead];

    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

/// A message on its way. It shows neither to whom it goes nor what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its id, the same each time it is sent.
    pub id: Uuid,
    /// What it is about: one event is told on a channel once.
    pub event: String,
    /// On what way it goes.
    pub channel: Channel,
    /// What it tells.
    pub kind: MessageKind,
    /// What it says; forgotten when it is delivered.
    pub parameters: Option<MessageParameters>,
    /// To whom it goes; forgotten when it is delivered or given up.
    pub recipient: Option<String>,
    /// The home delivery that it is about.
    pub home: Option<HomeDeliveryId>,
    /// Whether it is sent in quiet hours, too.
    pub urgent: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How it stands.
    pub state: MessageState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is to be sent next.
    pub due_at: DateTime<Utc>,
    /// Until when it is worth telling.
    pub good_until: Option<DateTime<Utc>>,
    /// Until when whoever is sending it has it.
    pub leased_until: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub last_problem: Option<String>,
    /// When it was delivered or given up.
    pub ended_at: Option<DateTime<Utc>>,
}

impl fmt::Debug for OutboxMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxMessage")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("channel", &self.channel)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What became of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// How it stands now.
    pub state: MessageState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is to be sent next, while it waits.
    pub due_at: DateTime<Utc>,
    /// What went wrong.
    pub problem: Option<String>,
}

/// A time at which a message was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageAttempt {
    /// When what came of it was known.
    pub at: DateTime<Utc>,
    /// What went wrong; `None` when it was delivered.
    pub problem: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox_messages, treat_none_as_default_value = false)]
struct MessageRow {
    centre_id: Id,
    id: Id,
    event: String,
    channel: String,
    template: String,
    parameters: Option<String>,
    recipient: Option<String>,
    home_delivery_id: Option<Id>,
    urgent: bool,
    created_at: Micros,
    state: String,
    attempts: i64,
    due_at: Micros,
    good_until: Option<Micros>,
    leased_until: Option<Micros>,
    last_problem: Option<String>,
    ended_at: Option<Micros>,
}

impl MessageRow {
    fn new(centre: CentreId, message: &OutboxMessage) -> Result<Self, StoreError> {
        without_nul("event", &message.event)?;
        if let Some(recipient) = &message.recipient {
            without_nul("recipient", recipient)?;
        }
        Ok(Self {
            centre_id: centre.into(),
            id: Id(message.id),
            event: message.event.clone(),
            channel: message.channel.as_str().to_owned(),
            template: message.kind.as_str().to_owned(),
            parameters: message.parameters.as_ref().map(to_json),
            recipient: message.recipient.clone(),
            home_delivery_id: message.home.map(Id::from),
            urgent: message.urgent,
            created_at: message.created_at.into(),
            state: message.state.as_str().to_owned(),
            attempts: message.attempts.into(),
            due_at: message.due_at.into(),
            good_until: message.good_until.map(Micros::from),
            leased_until: message.leased_until.map(Micros::from),
            last_problem: message.last_problem.clone(),
            ended_at: message.ended_at.map(Micros::from),
        })
    }
}

impl TryFrom<MessageRow> for OutboxMessage {
    type Error = StoreError;
    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let state = MessageState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id.0,
            event: row.event,
            channel: word(TABLE, &row.channel)?,
            kind: word(TABLE, &row.template)?,
            parameters: row.parameters.as_deref().map(|json| from_json(TABLE, json)).transpose()?,
            recipient: row.recipient,
            home: row.home_delivery_id.map(HomeDeliveryId::from),
            urgent: row.urgent,
            created_at: row.created_at.into(),
            state: state.ok_or_else(|| StoreError::Corrupt {
                table: TABLE,
                problem: format!("{:?} is no state of a message", row.state),
            })?,
            attempts: unsigned(TABLE, row.attempts)?,
            due_at: row.due_at.into(),
            good_until: row.good_until.map(DateTime::from),
            leased_until: row.leased_until.map(DateTime::from),
            last_problem: row.last_problem,
            ended_at: row.ended_at.map(DateTime::from),
        })
    }
}

/// The kinds of which nothing is kept that they said.
fn secret_kinds() -> impl Iterator<Item = &'static str> {
    MessageKind::ALL.into_iter().filter(|kind| kind.is_secret()).map(MessageKind::as_str)
}

/// Inserts messages, in the transaction of what they tell of; those whose event was told on their channel before are left out.
pub(super) fn insert_messages(
    connection: &mut AnyConnection,
    centre: CentreId,
    messages: &[OutboxMessage],
) -> Result<(), StoreError> {
    for message in messages {
        let row = MessageRow::new(centre, message)?;
        on_backend!(connection, |c| diesel::insert_into(outbox_messages::table)
            .values(&row)
            .on_conflict((outbox_messages::centre_id, outbox_messages::event, outbox_messages::channel))
            .do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// Gives up what waits to be told about a home, and forgets to whom and what.
pub(super) fn erase_messages(
    connection: &mut AnyConnection,
    centre: Id,
    home: Id,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of_home = || {
        outbox_messages::table
            .filter(outbox_messages::centre_id.eq(centre))
            .filter(outbox_messages::home_delivery_id.assume_not_null().eq(home))
    };
    let waiting = of_home().filter(outbox_messages::ended_at.is_null());
    let dead = (
        outbox_messages::state.eq("dead"),
        outbox_messages::recipient.eq(None::<String>),
        outbox_messages::leased_until.eq(None::<Micros>),
        outbox_messages::last_problem.eq(Some("its recipient's data were erased")),
        outbox_messages::ended_at.eq(Some(Micros::from(now))),
    );
    on_backend!(connection, |c| diesel::update(waiting).set(dead).execute(c))?;
    let all = of_home().filter(outbox_messages::parameters.is_not_null());
    let none = outbox_messages::parameters.eq(None::<String>);
    on_backend!(connection, |c| diesel::update(all).set(none).execute(c))?;
    Ok(())
}

impl Store {
    /// Adds messages; those whose event was told on their channel before are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn add_messages(&self, centre: CentreId, messages: &[OutboxMessage]) -> Result<(), StoreError> {
        if messages.is_empty() {
            return Ok(());
        }
        self.write(|connection| insert_messages(connection, centre, messages))
    }

    /// Takes messages of a channel that are due at `now`, until `until`, at most so many that `at_once` are under way; with
    /// `urgent_only` no others. What is not worth telling any more is given up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn lease_messages(
        &self,
        centre: CentreId,
        channel: Channel,
        (now, until): (DateTime<Utc>, DateTime<Utc>),
        urgent_only: bool,
        at_once: u32,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        let (centre, now) = (Id::from(centre), Micros::from(now));
        let open = || {
            outbox_messages::table
                .filter(outbox_messages::centre_id.eq(centre))
                .filter(outbox_messages::channel.eq(channel.as_str()))
                .filter(outbox_messages::ended_at.is_null())
        };
        let free =
            || outbox_messages::leased_until.is_null().or(outbox_messages::leased_until.le(now)).assume_not_null();
        let due = || {
            open()
                .filter(outbox_messages::due_at.le(now))
                .filter(free())
                .filter(outbox_messages::urgent.eq(true).or(outbox_messages::urgent.eq(urgent_only)))
        };
        self.expire_messages(centre, channel, now)?;
        // Nearly always nothing is due, and then nobody's turn to write is taken.
        let any: Option<Id> =
            self.read(|connection| Ok(due().select(outbox_messages::id).first(connection).optional()?))?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        self.write(|connection| {
            let under_way: i64 = open().filter(outbox_messages::leased_until.gt(now)).count().get_result(connection)?;
            let limit = i64::from(at_once) - under_way;
            if limit <= 0 {
                return Ok(Vec::new());
            }
            let rows: Vec<MessageRow> = due()
                .order((outbox_messages::due_at, outbox_messages::id))
                .limit(limit)
                .select(MessageRow::as_select())
                .load(connection)?;
            let mut taken = Vec::with_capacity(rows.len());
            for row in rows {
                // Another process may take it at this moment.
                let mine = outbox_messages::table
                    .find((centre, row.id))
                    .filter(outbox_messages::ended_at.is_null())
                    .filter(free());
                let set =
                    (outbox_messages::state.eq("sending"), outbox_messages::leased_until.eq(Some(Micros::from(until))));
                if on_backend!(connection, |c| diesel::update(mine).set(set).execute(c))? == 1 {
                    let row = MessageRow {
                        state: MessageState::Sending.as_str().to_owned(),
                        leased_until: Some(until.into()),
                        ..row
                    };
                    taken.push(row.try_into()?);
                }
            }
            Ok(taken)
        })
    }

    /// Gives up what is not worth telling any more.
    fn expire_messages(&self, centre: Id, channel: Channel, now: Micros) -> Result<(), StoreError> {
        let late = || {
            outbox_messages::table
                .filter(outbox_messages::centre_id.eq(centre))
                .filter(outbox_messages::channel.eq(channel.as_str()))
                .filter(outbox_messages::ended_at.is_null())
                .filter(outbox_messages::good_until.le(now))
                .filter(
                    outbox_messages::leased_until.is_null().or(outbox_messages::leased_until.le(now)).assume_not_null(),
                )
        };
        let any: Option<Id> =
            self.read(|connection| Ok(late().select(outbox_messages::id).first(connection).optional()?))?;
        if any.is_none() {
            return Ok(());
        }
        self.write(|connection| {
            let secret = late().filter(outbox_messages::template.eq_any(secret_kinds()));
            let none = outbox_messages::parameters.eq(None::<String>);
            on_backend!(connection, |c| diesel::update(secret).set(none).execute(c))?;
            let dead = (
                outbox_messages::state.eq("dead"),
                outbox_messages::recipient.eq(None::<String>),
                outbox_messages::leased_until.eq(None::<Micros>),
                outbox_messages::last_problem.eq(Some("it could not be sent while it was worth telling")),
                outbox_messages::ended_at.eq(Some(now)),
            );
            on_backend!(connection, |c| diesel::update(late()).set(dead).execute(c))?;
            Ok(())
        })
    }

    /// Keeps what became of sending a message. That it was delivered counts whoever says so; that it was not, only from whoever
    /// still has it, as it was taken. Answers whether it counted.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn settle_message(
        &self,
        centre: CentreId,
        message: &OutboxMessage,
        sent: &SentMessage,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (centre, id, now) = (Id::from(centre), Id(message.id), Micros::from(at));
        let delivered = sent.state == MessageState::Delivered;
        let ended = sent.state != MessageState::Waiting;
        self.write(|connection| {
            let (state, leased): (String, Option<Micros>) = outbox_messages::table
                .find((centre, id))
                .select((outbox_messages::state, outbox_messages::leased_until))
                .first(connection)?;
            let still_mine = state == "sending" && leased == message.leased_until.map(Micros::from);
            if state == "delivered" || !(delivered || still_mine) {
                return Ok(false);
            }
            // What was seen may have changed at this moment.
            let target = outbox_messages::table.find((centre, id)).filter(outbox_messages::state.eq(state));
            let outcome = (
                outbox_messages::state.eq(sent.state.as_str()),
                outbox_messages::attempts.eq(i64::from(sent.attempts)),
                outbox_messages::due_at.eq(Micros::from(sent.due_at)),
                outbox_messages::leased_until.eq(None::<Micros>),
                outbox_messages::last_problem.eq(sent.problem.as_deref()),
                outbox_messages::ended_at.eq(ended.then_some(now)),
            );
            let recipient = message.recipient.as_deref().filter(|_| !ended);
            let kept = message.parameters.as_ref().filter(|_| !(delivered || ended && message.kind.is_secret()));
            let kept = (outbox_messages::recipient.eq(recipient), outbox_messages::parameters.eq(kept.map(to_json)));
            if on_backend!(connection, |c| diesel::update(target).set((outcome, kept)).execute(c))? == 0 {
                return Ok(false);
            }
            let attempt = (
                outbox_attempts::centre_id.eq(centre),
                outbox_attempts::message_id.eq(id),
                outbox_attempts::attempt.eq(next_attempt(connection, centre, id)?),
                outbox_attempts::at.eq(now),
                outbox_attempts::problem.eq(sent.problem.as_deref()),
            );
            on_backend!(connection, |c| diesel::insert_into(outbox_attempts::table).values(attempt).execute(c))?;
            Ok(true)
        })
    }

    /// Makes a message that was given up wait again, for this recipient; answers whether it was given up and still says what
    /// it said.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn revive_message(
        &self,
        centre: CentreId,
        id: Uuid,
        recipient: &str,
        (due_at, good_until): (DateTime<Utc>, Option<DateTime<Utc>>),
    ) -> Result<bool, StoreError> {
        self.write(|connection| {
            let dead = outbox_messages::table
                .find((Id::from(centre), Id(id)))
                .filter(outbox_messages::state.eq("dead"))
                .filter(outbox_messages::parameters.is_not_null());
            let set = (
                outbox_messages::state.eq("waiting"),
                outbox_messages::recipient.eq(Some(recipient)),
                outbox_messages::attempts.eq(0_i64),
                outbox_messages::due_at.eq(Micros::from(due_at)),
                outbox_messages::good_until.eq(good_until.map(Micros::from)),
                outbox_messages::ended_at.eq(None::<Micros>),
            );
            Ok(on_backend!(connection, |c| diesel::update(dead).set(set).execute(c))? == 1)
        })
    }
}

/// The number of the attempt after the last.
fn next_attempt(connection: &mut AnyConnection, centre: Id, message: Id) -> Result<i64, StoreError> {
    let last: Option<i64> = outbox_attempts::table
        .filter(outbox_attempts::centre_id.eq(centre))
        .filter(outbox_attempts::message_id.eq(message))
        .order(outbox_attempts::attempt.desc())
        .select(outbox_attempts::attempt)
        .first(connection)
        .optional()?;
    Ok(last.unwrap_or(0) + 1)
}
