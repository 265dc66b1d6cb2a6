use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::{Message, Recipient};
use crate::{
    domain::{
        CentreData, Channel, DayClock, HalfDay, HomeDelivery, HomeRequest, MessageKind, MessageParameter,
        MessageParameters, MessageTemplate, MessageText, RuleUnit, parse_time, to_micros,
    },
    service::{Service, ServiceError},
    store::{MessageState, OutboxMessage},
};

/// The words of a kind of message on a channel, as in force on a day.
pub(super) fn template_of(
    centre: &CentreData,
    kind: MessageKind,
    channel: Channel,
    date: NaiveDate,
) -> Option<&MessageTemplate> {
    centre.templates.iter().find(|row| row.kind == kind && row.channel == channel && row.effective.contains(date))
}

/// What a message says, in the words in force on the day it was made.
pub(super) fn text_of(centre: &CentreData, message: &OutboxMessage) -> Result<MessageText, String> {
    let date = DayClock::date_of(message.created_at, centre.centre.time_zone);
    let template = template_of(centre, message.kind, message.channel, date)
        .ok_or_else(|| format!("templates.csv has no words for {} by {}", message.kind, message.channel))?;
    let parameters = message.parameters.as_ref().ok_or("what it says was erased")?;
    template.render(parameters)
}

/// When the quiet hours end, in which `now` lies.
pub(super) fn quiet_until(centre: &CentreData, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let zone = centre.centre.time_zone;
    let date = DayClock::date_of(now, zone);
    let time = |name: &str| -> Option<NaiveTime> {
        let row = centre.rules.row(name, date).ok().filter(|row| row.unit == RuleUnit::TimeOfDay)?;
        parse_time(&row.value).ok()
    };
    let (from, to) = (time("quiet_hours_from")?, time("quiet_hours_to")?);
    let clock = now.with_timezone(&zone).time();
    let day = if from <= to {
        (from <= clock && clock < to).then_some(date)
    } else if clock >= from {
        date.succ_opt()
    } else {
        (clock < to).then_some(date)
    };
    day.map(|day| DayClock::new(day, zone).at(to))
}

/// How long what is not said is worth saying.
fn validity(centre: &CentreData, date: NaiveDate) -> Option<Duration> {
    centre.rules.seconds("message_validity", date).ok().and_then(Duration::try_seconds)
}

impl Service {
    /// The rows of a message in the outbox: one for each channel that the centre has words for and the recipient an address.
    pub(in crate::service) fn outbox_rows(
        &self,
        centre: &CentreData,
        message: &Message,
    ) -> Result<Vec<OutboxMessage>, ServiceError> {
        let now = to_micros(self.now());
        let date = DayClock::date_of(now, centre.centre.time_zone);
        let quiet = quiet_until(centre, now);
        let rows: Vec<OutboxMessage> = Channel::ALL
            .into_iter()
            .filter_map(|channel| {
                let template = template_of(centre, message.kind, channel, date)?;
                let recipient = message.to.on(channel)?;
                let due_at = quiet.filter(|_| !template.urgent).unwrap_or(now);
                Some(OutboxMessage {
                    id: self.fresh_uuid(),
                    event: message.event.clone(),
                    channel,
                    kind: message.kind,
                    parameters: Some(message.parameters.clone()),
                    recipient: Some(recipient),
                    home: message.home,
                    urgent: template.urgent,
                    created_at: now,
                    state: MessageState::Waiting,
                    attempts: 0,
                    due_at,
                    good_until: message.good_until.or_else(|| self.good_until(centre, due_at)),
                    leased_until: None,
                    last_problem: None,
                    ended_at: None,
                })
            })
            .collect();
        if rows.is_empty() && message.kind.is_secret() {
            // Without the code nothing could go on.
            return Err(ServiceError::NoHomeDelivery { missing: "templates.csv" });
        }
        Ok(rows)
    }

    /// Until when a message that is due then is worth telling.
    pub(super) fn good_until(&self, centre: &CentreData, due_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let date = DayClock::date_of(self.now(), centre.centre.time_zone);
        validity(centre, date).map(|validity| due_at + validity)
    }

    /// The rows that tell the citizen of a request something; `occasion` tells it from others of the kind.
    pub(in crate::service) fn home_messages(
        &self,
        centre: &CentreData,
        request: &HomeRequest,
        kind: MessageKind,
        parameters: MessageParameters,
        occasion: &str,
    ) -> Result<Vec<OutboxMessage>, ServiceError> {
        let Some(contact) = &request.contact else { return Ok(Vec::new()) };
        let message = Message {
            event: format!("{kind}/{}/{occasion}", request.id),
            kind,
            parameters,
            to: Recipient::from(contact.phone.clone()),
            home: Some(request.id),
            // A code is told while it is good.
            good_until: kind.is_secret().then_some(request.held_until),
        };
        self.outbox_rows(centre, &message)
    }
}

/// When a result comes, and what that costs.
pub(in crate::service) fn promised(request: &HomeRequest, home: &HomeDelivery) -> Option<MessageParameters> {
    let wanted = home.wanted?;
    let half = wanted.half_day.map_or("day", HalfDay::as_str);
    Some(
        MessageParameters::default()
            .with(MessageParameter::Date, wanted.date)
            .with(MessageParameter::HalfDay, half)
            .with(MessageParameter::FeeDong, request.fee_dong),
    )
}
