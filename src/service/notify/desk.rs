use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::compose::template_of;
use crate::{
    domain::{Channel, DayClock, MessageKind, MessageParameters, MessageTemplate, MessageText},
    service::{FieldProblem, Service, ServiceError},
    store::{MessageAttempt, MessageState, OutboxMessage},
};

/// How a channel stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelStanding {
    /// Which.
    pub channel: Channel,
    /// Whether messages can be sent on it.
    pub configured: bool,
    /// How many messages are neither delivered nor given up.
    pub open: u64,
    /// Until when what is not urgent waits for the end of quiet hours.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// A part of the list of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationPage {
    /// The messages, the newest first.
    pub messages: Vec<OutboxMessage>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<(DateTime<Utc>, Uuid)>,
}

impl Service {
    /// How each channel stands.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn message_channels(&self) -> Result<Vec<ChannelStanding>, ServiceError> {
        let centre = self.centre()?;
        let quiet_until = super::compose::quiet_until(&centre, self.now());
        let standing = |channel| {
            Ok(ChannelStanding {
                channel,
                configured: self.sending().carries(channel),
                open: self.store().open_messages(centre.centre.id, channel)?,
                quiet_until,
            })
        };
        Channel::ALL.into_iter().map(standing).collect()
    }

    /// Messages, the newest first.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn notifications(
        &self,
        state: Option<MessageState>,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u32,
    ) -> Result<NotificationPage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut messages = self.store().messages(centre, state, before, limit.saturating_add(1))?;
        let more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        let next = messages.last().filter(|_| more).map(|last| (last.created_at, last.id));
        Ok(NotificationPage { messages, next })
    }

    /// When a message was sent, and what went wrong each time.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn notification_attempts(&self, id: Uuid) -> Result<Vec<MessageAttempt>, ServiceError> {
        Ok(self.store().message_attempts(self.centre()?.centre.id, id)?)
    }

    /// Has a message that was given up sent again, with the same id, to whom the home delivery names now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] unless it was given up; [`ServiceError::TooLate`] when what it said or whom it was for is
    /// not known any more.
    pub fn retry_notification(&self, id: Uuid) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let gone = || ServiceError::not_found("notification that was given up", &id);
        let found = self.store().message(centre.centre.id, id)?;
        let message = found.filter(|message| message.state == MessageState::Dead).ok_or_else(gone)?;
        if message.parameters.is_none() {
            return Err(ServiceError::TooLate { why: "what the message said was secret and is forgotten" });
        }
        let request = match message.home {
            Some(home) => self.store().home_request(centre.centre.id, home)?,
            None => None,
        };
        let contact = request.and_then(|request| request.contact);
        let to = contact.map(|contact| super::Recipient::from(contact.phone));
        let Some(recipient) = to.and_then(|to| to.on(message.channel)) else {
            return Err(ServiceError::TooLate { why: "whom the message was for is forgotten" });
        };
        let now = self.now();
        let due_at = super::compose::quiet_until(&centre, now).filter(|_| !message.urgent).unwrap_or(now);
        let times = (due_at, self.good_until(&centre, due_at));
        let revived = self.store().revive_message(centre.centre.id, id, &recipient, times)?;
        if revived { Ok(()) } else { Err(gone()) }
    }

    /// The words in force today.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn message_templates(&self) -> Result<Vec<MessageTemplate>, ServiceError> {
        let centre = self.centre()?;
        let today = DayClock::date_of(self.now(), centre.centre.time_zone);
        let mut rows: Vec<MessageTemplate> =
            centre.templates.iter().filter(|row| row.effective.contains(today)).cloned().collect();
        rows.sort_by_key(|row| (row.kind, row.channel));
        Ok(rows)
    }

    /// What a message of a kind would say today. Parameters that are not given are examples.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every parameter that cannot be read, and says so where there are no words.
    pub fn preview_message(
        &self,
        kind: MessageKind,
        channel: Channel,
        given: &MessageParameters,
    ) -> Result<MessageText, ServiceError> {
        let centre = self.centre()?;
        let today = DayClock::date_of(self.now(), centre.centre.time_zone);
        let examples = MessageParameters::examples(kind);
        let parameters = given.iter().fold(examples, |all, (parameter, value)| all.with(parameter, value));
        let problems = parameters.problems(kind).into_iter();
        let mut problems: Vec<FieldProblem> = problems
            .map(|(parameter, problem)| FieldProblem::new(format!("parameters/{parameter}"), problem))
            .collect();
        let template = template_of(&centre, kind, channel, today);
        if template.is_none() {
            let problem = format!("there are no words for {kind} by {channel} today: add a row to templates.csv");
            problems.push(FieldProblem::new("template", problem));
        }
        let Some(template) = template.filter(|_| problems.is_empty()) else {
            return Err(ServiceError::Invalid(problems));
        };
        template
            .render(&parameters)
            .map_err(|problem| ServiceError::Invalid(vec![FieldProblem::new("parameters", problem)]))
    }
}
