use std::{collections::BTreeMap, fmt};

use chrono::Duration;
use lettre::{Message as Letter, SmtpTransport, Transport as _, message::header::ContentType};
use ureq::Agent;

use super::{
    compose::{quiet_until, text_of},
    settings::{Gateway, MailServer, NotifySettings},
};
use crate::{
    domain::{Channel, MessageText},
    service::{Service, ServiceError, webhooks::tls},
    store::{MessageState, OutboxMessage, SentMessage},
};

/// Messages of one channel under way at once, so that a slow gateway does not keep the others waiting.
const AT_ONCE: u32 = 4;
/// After each attempt but the last: when to try again. A one-time code is worth telling for minutes only, so it begins quickly.
const BACK_OFF_S: [i64; 10] = [5, 15, 60, 300, 900, 3_600, 7_200, 18_000, 36_000, 72_000];
/// Statuses of a gateway that say that this message will never be taken.
const NEVER: [u16; 3] = [400, 413, 422];
/// Replies of a mail server that speak of the service and not of the letter: wrong password, encryption needed.
const OWN_FAULT: [u16; 4] = [530, 534, 535, 538];

/// Whoever takes a message has it for so long. A letter takes several exchanges, each of which may take its time.
pub(super) fn lease(channel: Channel) -> Duration {
    match channel {
        Channel::Email => Duration::seconds(180),
        Channel::Sms | Channel::Zalo => Duration::seconds(60),
    }
}

/// When to try again after so many attempts; `None` when it is given up.
fn back_off(attempts: u32) -> Option<Duration> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    BACK_OFF_S.get(place).map(|seconds| Duration::seconds(*seconds))
}

/// What an attempt to send came to. The problems name nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageSent {
    /// It was taken.
    Taken,
    /// It will never be taken.
    Refused(String),
    /// It was not taken now.
    Failed(String),
}

/// What sends messages.
pub(in crate::service) struct Sending {
    settings: NotifySettings,
    agent: Agent,
}

impl Sending {
    fn new(settings: NotifySettings) -> Self {
        let config = Agent::config_builder()
            .tls_config(tls())
            .http_status_as_error(false)
            // Where a redirect leads was never configured.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(settings.time_out))
            .proxy(None)
            .user_agent(concat!("conthoi/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { settings, agent: config.into() }
    }

    /// Whether messages can be sent on a channel.
    pub(super) fn carries(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.settings.mail.is_some(),
            Channel::Sms => self.settings.sms.is_some(),
            Channel::Zalo => self.settings.zalo.is_some(),
        }
    }

    fn send(&self, message: &OutboxMessage, text: &MessageText) -> MessageSent {
        let Some(to) = message.recipient.as_deref() else {
            return MessageSent::Refused("whom it is for is not known any more".into());
        };
        let missing = || MessageSent::Failed(format!("no gateway is configured for {}", message.channel));
        match message.channel {
            Channel::Email => {
                self.settings.mail.as_ref().map_or_else(missing, |mail| self.mail(mail, message, to, text))
            }
            Channel::Sms => self.settings.sms.as_ref().map_or_else(missing, |sms| self.post(sms, message, to, text)),
            Channel::Zalo => {
                self.settings.zalo.as_ref().map_or_else(missing, |zalo| self.post(zalo, message, to, text))
            }
        }
    }

    fn post(&self, gateway: &Gateway, message: &OutboxMessage, to: &str, text: &MessageText) -> MessageSent {
        let values = BTreeMap::from([
            ("id", message.id.to_string()),
            ("to", to.to_owned()),
            ("to_digits", to.trim_start_matches('+').to_owned()),
            ("text", text.both()),
            ("text_vi", text.text.clone()),
            ("text_en", text.text_en.clone()),
            ("template", message.kind.to_string()),
        ]);
        let parameters = message.parameters.clone().unwrap_or_default();
        let body = gateway.filled(&values, &parameters).to_string();
        let mut request = self.agent.post(&gateway.url).header("content-type", "application/json");
        for (name, value) in &gateway.headers {
            request = request.header(name, value);
        }
        // Errors are told in our words: theirs may repeat the URL, and that may hold a secret.
        match request.header("idempotency-key", message.id.to_string()).send(body) {
            Ok(response) => {
                let status = response.status().as_u16();
                match status {
                    200..=299 => MessageSent::Taken,
                    _ if gateway.duplicate_status == Some(status) => MessageSent::Taken,
                    _ if NEVER.contains(&status) => MessageSent::Refused(format!("the gateway answered {status}")),
                    _ => MessageSent::Failed(format!("the gateway answered {status}")),
                }
            }
            Err(ureq::Error::Timeout(_)) => MessageSent::Failed("the gateway did not answer in time".into()),
            Err(ureq::Error::HostNotFound) => MessageSent::Failed("the gateway's host is not known".into()),
            Err(ureq::Error::Tls(_) | ureq::Error::Rustls(_)) => {
                MessageSent::Failed("the gateway's certificate is not trusted".into())
            }
            Err(_) => MessageSent::Failed("the gateway could not be reached".into()),
        }
    }

    fn mail(&self, server: &MailServer, message: &OutboxMessage, to: &str, text: &MessageText) -> MessageSent {
        let Ok(to) = to.parse() else {
            return MessageSent::Refused("the mailbox cannot be written to".into());
        };
        // SMTP knows no idempotency keys, but a mailbox that gets the same Message-ID twice shows one letter.
        let id = format!("<{}@{}>", message.id, server.from.email.domain());
        let letter = Letter::builder()
            .from(server.from.clone())
            .to(lettre::message::Mailbox::new(None, to))
            .subject(format!("{} / {}", text.subject, text.subject_en))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(format!("{}\n\n{}\n", text.text, text.text_en));
        let Ok(letter) = letter else {
            return MessageSent::Refused("the letter could not be written".into());
        };
        let Ok(transport) = SmtpTransport::from_url(&server.url) else {
            return MessageSent::Failed("the mail server's URL cannot be used".into());
        };
        let transport = transport.timeout(Some(self.settings.time_out));
        let transport = match &server.credentials {
            Some(credentials) => transport.credentials(credentials.clone()),
            None => transport,
        };
        match transport.build().send(&letter) {
            Ok(_) => MessageSent::Taken,
            Err(error) => match error.status().map(u16::from) {
                // Their words may name the mailbox.
                Some(code) if error.is_permanent() && !OWN_FAULT.contains(&code) => {
                    MessageSent::Refused(format!("the mail server answered {code}"))
                }
                Some(code) => MessageSent::Failed(format!("the mail server answered {code}")),
                None if error.is_timeout() => MessageSent::Failed("the mail server did not answer in time".into()),
                None => MessageSent::Failed("the mail server could not be reached".into()),
            },
        }
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending")
    }
}

impl Service {
    /// The same service with gateways for messages. They are set once, before it serves: later ones change nothing.
    #[must_use]
    pub fn with_notifications(self, settings: NotifySettings) -> Self {
        // The first settings stay.
        let _ = self.inner.sending.set(Sending::new(settings));
        self
    }

    pub(super) fn sending(&self) -> &Sending {
        self.inner.sending.get_or_init(|| Sending::new(NotifySettings::default()))
    }

    /// Takes the messages that are due on channels with a gateway, to be sent with [`Service::send_message`] and kept with
    /// [`Service::settle_message`].
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn take_due_messages(&self) -> Result<Vec<OutboxMessage>, ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let quiet = quiet_until(&centre, now).is_some();
        let mut taken = Vec::new();
        for channel in Channel::ALL.into_iter().filter(|channel| self.sending().carries(*channel)) {
            let times = (now, now + lease(channel));
            taken.extend(self.store().lease_messages(centre.centre.id, channel, times, quiet, AT_ONCE)?);
        }
        Ok(taken)
    }

    /// Sends a message once, and waits for the answer as long as the settings have it. Nothing is kept of what came of it.
    #[must_use]
    pub fn send_message(&self, message: &OutboxMessage) -> MessageSent {
        let Ok(centre) = self.centre() else {
            return MessageSent::Failed("the centre could not be read".into());
        };
        match text_of(&centre, message) {
            Ok(text) => self.sending().send(message, &text),
            Err(problem) => MessageSent::Failed(problem),
        }
    }

    /// Keeps what came of sending a message: delivered, to be tried again, or given up.
    ///
    /// # Errors
    /// [`ServiceError::Store`]: then it is sent again when the lease is over, with the same id.
    pub fn settle_message(&self, message: &OutboxMessage, sent: &MessageSent) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let attempts = message.attempts.saturating_add(1);
        let again = back_off(attempts)
            .map(|pause| now + pause)
            .map(|at| quiet_until(&centre, at).filter(|_| !message.urgent).unwrap_or(at))
            .filter(|at| message.good_until.is_none_or(|until| *at < until));
        let (state, problem) = match (sent, again) {
            (MessageSent::Taken, _) => (MessageState::Delivered, None),
            (MessageSent::Failed(problem), Some(_)) => (MessageState::Waiting, Some(problem.clone())),
            (MessageSent::Failed(problem) | MessageSent::Refused(problem), _) => {
                (MessageState::Dead, Some(problem.clone()))
            }
        };
        let due_at = again.filter(|_| state == MessageState::Waiting).unwrap_or(now);
        let sent = SentMessage { state, attempts, due_at, problem };
        self.store().settle_message(centre.centre.id, message, &sent, now)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_often_at_first_and_then_for_more_than_a_day() {
        let first: i64 = (1..=5).filter_map(back_off).map(|pause| pause.num_seconds()).sum();
        let all: i64 = (1..50).filter_map(back_off).map(|pause| pause.num_seconds()).sum();
        assert!(first < 1_800 && (86_400..172_800).contains(&all), "{first} {all}");
        assert_eq!((back_off(0), back_off(11)), (None, None));
    }
}
