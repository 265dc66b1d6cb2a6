//! Messages to people: an outbox.
//!
//! A message is a row that is inserted in the transaction of the change that it tells of, one for each channel that the centre
//! has words for and the recipient an address. `compose` makes the rows, `send` takes those that are due, sends them by the
//! gateways of `settings` and keeps what came of it, `desk` shows the people of the centre how messages stand.
//!
//! A message is sent at least once: whoever sends it has it for a while only. Its id goes with it as idempotency key, so that a
//! gateway that knows such keys tells nobody twice. What is not urgent waits in quiet hours. Where no gateway is configured
//! messages wait. To whom one went is forgotten when it is delivered or given up; no log and no error has it.

mod compose;
mod desk;
mod send;
mod settings;

use std::fmt;

use chrono::{DateTime, Utc};

pub use desk::{ChannelStanding, NotificationPage};
pub use send::MessageSent;
pub use settings::{Gateway, GatewayWords, MailServer, NotifySettings};

pub(super) use compose::promised;
pub(super) use send::Sending;

use super::{Service, ServiceError};
use crate::{
    domain::{Channel, HomeDeliveryId, MessageKind, MessageParameters, Phone},
    store::{MessageState, SentMessage},
};

/// Where somebody is reached. It shows itself only when asked.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Recipient {
    /// The telephone.
    pub phone: Option<Phone>,
    /// The mailbox.
    pub email: Option<lettre::Address>,
}

impl Recipient {
    /// The address on a channel.
    fn on(&self, channel: Channel) -> Option<String> {
        match channel {
            Channel::Email => self.email.as_ref().map(ToString::to_string),
            Channel::Sms | Channel::Zalo => self.phone.as_ref().map(|phone| phone.reveal().to_owned()),
        }
    }
}

impl From<Phone> for Recipient {
    fn from(phone: Phone) -> Self {
        Self { phone: Some(phone), email: None }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// Something to tell a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about: one event is told on a channel once.
    pub event: String,
    /// What it tells.
    pub kind: MessageKind,
    /// What it says.
    pub parameters: MessageParameters,
    /// To whom.
    pub to: Recipient,
    /// The home delivery that it is about.
    pub home: Option<HomeDeliveryId>,
    /// Until when it is worth telling, where that differs from the centre's rule.
    pub good_until: Option<DateTime<Utc>>,
}

/// A message that was taken out by hand. It shows neither number nor text by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct TakenText {
    /// What it is about.
    pub event: String,
    /// To whom.
    pub to: Phone,
    /// What it says, in both languages.
    pub text: String,
}

impl fmt::Debug for TakenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TakenText").field("event", &self.event).finish_non_exhaustive()
    }
}

impl Service {
    /// Has a message sent. Where it tells of a change that is written, insert it with that change instead.
    ///
    /// # Errors
    /// [`ServiceError::Store`], and [`ServiceError::NoHomeDelivery`] for a secret that the centre has no words for.
    pub fn tell(&self, message: &Message) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let rows = self.outbox_rows(&centre, message)?;
        Ok(self.store().add_messages(centre.centre.id, &rows)?)
    }

    /// Tells the citizen of a home delivery something: that it is out, comes at another time, was handed over, could not be
    /// handed over, or that a complaint was answered. `occasion` tells it from others of the kind. Whose data were erased is
    /// told nothing.
    ///
    /// # Errors
    /// As [`Service::tell`].
    pub fn tell_home(
        &self,
        home: HomeDeliveryId,
        kind: MessageKind,
        parameters: MessageParameters,
        occasion: &str,
    ) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let Some(request) = self.store().home_request(centre.centre.id, home)? else { return Ok(()) };
        let rows = self.home_messages(&centre, &request, kind, parameters, occasion)?;
        Ok(self.store().add_messages(centre.centre.id, &rows)?)
    }

    /// Takes the texts that are due out of the outbox, for whoever reads them out to people: they count as delivered.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn take_texts(&self) -> Result<Vec<TakenText>, ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let mut taken = Vec::new();
        for channel in [Channel::Sms, Channel::Zalo] {
            let lease = (now, now + send::lease(channel));
            taken.extend(self.store().lease_messages(centre.centre.id, channel, lease, false, u32::MAX)?);
        }
        taken.sort_by(|one, other| (one.created_at, &one.event).cmp(&(other.created_at, &other.event)));
        let mut texts = Vec::with_capacity(taken.len());
        for message in &taken {
            let text = compose::text_of(&centre, message);
            let to = message.recipient.as_deref().and_then(|phone| phone.parse().ok());
            let (Ok(text), Some(to)) = (text, to) else { continue };
            let sent = SentMessage {
                state: MessageState::Delivered,
                attempts: message.attempts.saturating_add(1),
                due_at: now,
                problem: None,
            };
            self.store().settle_message(centre.centre.id, message, &sent, now)?;
            texts.push(TakenText { event: message.event.clone(), to, text: text.both() });
        }
        Ok(texts)
    }

    /// As [`Service::take_texts`], with none where the database fails.
    #[must_use]
    pub fn take_messages(&self) -> Vec<TakenText> {
        self.take_texts().unwrap_or_else(|error| {
            tracing::warn!(%error, "messages could not be taken out");
            Vec::new()
        })
    }
}
