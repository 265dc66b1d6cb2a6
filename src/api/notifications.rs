use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    blocking,
    body::{Fields, JsonBody},
    caller::Caller,
    paging::{self, page},
    params::{NoQuery, Param, PathParams, QueryParams},
    places::local,
    problem::{Failure, Problem},
};
use crate::{
    domain::{
        Act, Channel, HomeDeliveryId, MessageKind, MessageParameter, MessageParameters, MessageTemplate, MessageText,
    },
    service::{ChannelStanding, MessageState, OutboxMessage, Service},
};

/// A message to a person: not to whom, nor what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationResponse {
    /// Its id, which gateways get as idempotency key each time that it is sent.
    id: Uuid,
    /// What it tells.
    #[schema(example = "home_confirmed")]
    template: &'static str,
    /// On what way: `email`, `sms` or `zalo`.
    #[schema(example = "sms")]
    channel: &'static str,
    /// The home delivery that it is about.
    home_delivery_id: Option<Uuid>,
    /// Whether it is sent in quiet hours, too.
    urgent: bool,
    /// `waiting`, `sending`, `delivered` or `dead`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// How often it was sent since it was made, or since it was sent again by hand.
    attempts: u32,
    /// When it was made.
    created_at: DateTime<FixedOffset>,
    /// When it is to be sent next; null unless it waits.
    due_at: Option<DateTime<FixedOffset>>,
    /// Until when it is worth telling.
    good_until: Option<DateTime<FixedOffset>>,
    /// What went wrong last.
    last_problem: Option<String>,
    /// When it was delivered or given up.
    ended_at: Option<DateTime<FixedOffset>>,
}

impl NotificationResponse {
    fn of(message: OutboxMessage, zone: Tz) -> Self {
        Self {
            id: message.id,
            template: message.kind.as_str(),
            channel: message.channel.as_str(),
            home_delivery_id: message.home.map(HomeDeliveryId::uuid),
            urgent: message.urgent,
            state: message.state.as_str(),
            attempts: message.attempts,
            created_at: local(message.created_at, zone),
            due_at: (message.state == MessageState::Waiting).then(|| local(message.due_at, zone)),
            good_until: message.good_until.map(|at| local(at, zone)),
            last_problem: message.last_problem,
            ended_at: message.ended_at.map(|at| local(at, zone)),
        }
    }
}

/// How a channel stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelResponse {
    /// `email`, `sms` or `zalo`.
    #[schema(example = "sms")]
    channel: &'static str,
    /// Whether a gateway is configured for it.
    configured: bool,
    /// How many messages are neither delivered nor given up.
    open: u64,
    /// Why messages wait, where that is not only for their turn.
    why: Option<String>,
}

impl ChannelResponse {
    fn of(standing: &ChannelStanding, zone: Tz) -> Self {
        let section = if standing.channel == Channel::Email { "smtp" } else { standing.channel.as_str() };
        let why = match standing.quiet_until {
            _ if !standing.configured => {
                Some(format!("no gateway is configured: give the configuration file a section [{section}]"))
            }
            Some(until) => {
                let until = local(until, zone).format("%H:%M");
                Some(format!("what is not urgent waits for the end of quiet hours at {until}"))
            }
            None => None,
        };
        Self { channel: standing.channel.as_str(), configured: standing.configured, open: standing.open, why }
    }
}

/// A part of the list of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotificationList {
    /// The messages, the newest first.
    notifications: Vec<NotificationResponse>,
    /// How each channel stands.
    channels: Vec<ChannelResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// The words of a message on a channel, as in force today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateResponse {
    /// What it tells.
    #[schema(example = "home_confirmed")]
    template: &'static str,
    /// On what way.
    #[schema(example = "sms")]
    channel: &'static str,
    /// Whether it is told in quiet hours, too.
    urgent: bool,
    /// What a letter is about, in Vietnamese.
    subject: String,
    /// The same in English.
    subject_en: String,
    /// The words in Vietnamese, with parameters in braces.
    text: String,
    /// The same in English.
    text_en: String,
    /// The parameters that it may name, each with an example.
    #[schema(value_type = BTreeMap<String, String>)]
    parameters: BTreeMap<&'static str, &'static str>,
}

impl From<MessageTemplate> for TemplateResponse {
    fn from(row: MessageTemplate) -> Self {
        let parameters = row.kind.parameters().iter();
        Self {
            template: row.kind.as_str(),
            channel: row.channel.as_str(),
            urgent: row.urgent,
            subject: row.subject,
            subject_en: row.subject_en,
            text: row.text,
            text_en: row.text_en,
            parameters: parameters.map(|parameter| (parameter.as_str(), parameter.example())).collect(),
        }
    }
}

/// The words of all messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateList {
    /// By message and channel.
    templates: Vec<TemplateResponse>,
}

/// What to show.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct PreviewBody {
    /// What is told.
    #[schema(example = "home_confirmed")]
    template: String,
    /// On what way: `email`, `sms` or `zalo`.
    #[schema(example = "sms")]
    channel: String,
    /// Values of parameters; examples stand for those that are not given.
    parameters: Option<BTreeMap<String, String>>,
}

/// What somebody would read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewResponse {
    /// What a letter is about, in Vietnamese.
    subject: String,
    /// The same in English.
    subject_en: String,
    /// The words in Vietnamese.
    text: String,
    /// The same in English.
    text_en: String,
}

impl From<MessageText> for PreviewResponse {
    fn from(text: MessageText) -> Self {
        Self { subject: text.subject, subject_en: text.subject_en, text: text.text, text_en: text.text_en }
    }
}

impl Param for MessageState {
    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is no state of a message: expected waiting, sending, delivered or dead"))
    }
}

impl Param for MessageKind {
    fn read(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|error| error.to_string())
    }
}

impl Param for Channel {
    fn read(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|error| error.to_string())
    }
}

/// The place after a message in the list: its time in microseconds and its id.
struct Cursor(DateTime<Utc>, Uuid);

impl Param for Cursor {
    fn read(text: &str) -> Result<Self, String> {
        let unreadable = || "it is not the `next` of a list of notifications".to_owned();
        let (micros, id) = text.split_once('.').ok_or_else(unreadable)?;
        let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros).ok_or_else(unreadable)?;
        Ok(Self(at, id.parse().map_err(|_| unreadable())?))
    }
}

/// List the messages to people, the newest first, without recipient and text. Those in state `dead` were given up.
///
/// `channels` says why messages wait: no gateway is configured, or the hours are quiet.
#[utoipa::path(tag = "notifications",
    params(
        ("state" = Option<String>, Query, description = "In this state: waiting, sending, delivered or dead"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses(
        (status = 200, description = "Messages; the Link header leads to the next part", body = NotificationList),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/notifications")]
pub(crate) async fn list_notifications(
    service: web::Data<Service>,
    caller: Caller,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadNotifications)?;
    let state = query.get::<MessageState>("state");
    let before = query.get::<Cursor>("cursor").map(|Cursor(at, id)| (at, id));
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        let found = service.notifications(state, before, limit)?;
        let channels = service.message_channels()?;
        Ok(NotificationList {
            notifications: found.messages.into_iter().map(|row| NotificationResponse::of(row, zone)).collect(),
            channels: channels.iter().map(|standing| ChannelResponse::of(standing, zone)).collect(),
            next: found.next.map(|(at, id)| format!("{}.{}", at.timestamp_micros(), id.simple())),
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// List the words of messages, as in force today.
#[utoipa::path(tag = "notifications",
    responses(
        (status = 200, description = "All of them", body = TemplateList),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/notifications/templates")]
pub(crate) async fn list_templates(
    service: web::Data<Service>,
    caller: Caller,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadNotifications)?;
    let list = blocking(&service, |service| {
        let templates = service.message_templates()?.into_iter().map(TemplateResponse::from).collect();
        Ok(TemplateList { templates })
    });
    Ok(HttpResponse::Ok().json(list.await?))
}

/// Show what a message would say today. Nothing is sent.
#[utoipa::path(tag = "notifications",
    request_body = PreviewBody,
    responses(
        (status = 200, description = "What somebody would read", body = PreviewResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/notifications/templates/preview")]
pub(crate) async fn preview_template(
    service: web::Data<Service>,
    caller: Caller,
    _: NoQuery,
    body: JsonBody,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadNotifications)?;
    let mut fields = Fields::of(body.json)?;
    let kind = fields.parsed::<MessageKind>("template", true);
    let channel = fields.parsed::<Channel>("channel", true);
    let mut parameters = MessageParameters::default();
    for (name, value) in fields.optional::<BTreeMap<String, String>>("parameters").unwrap_or_default() {
        match name.parse::<MessageParameter>() {
            Ok(parameter) => parameters = parameters.with(parameter, value),
            Err(_) => fields.refuse("parameters", "it has a member that no message has".to_owned()),
        }
    }
    let (kind, channel) = fields.finish(kind.zip(channel))?;
    let text = blocking(&service, move |service| service.preview_message(kind, channel, &parameters));
    Ok(HttpResponse::Ok().json(PreviewResponse::from(text.await?)))
}

/// Send a message that was given up again, with the same id, to whom the home delivery names now.
#[utoipa::path(tag = "notifications",
    params(("id" = Uuid, Path, description = "The message's id")),
    responses(
        (status = 202, description = "It waits to be sent again"),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/v1/notifications/{id}/retry")]
pub(crate) async fn retry_notification(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::RetryNotifications)?;
    let id: Uuid = path.get("id")?;
    blocking(&service, move |service| service.retry_notification(id)).await?;
    Ok(HttpResponse::Accepted().finish())
}
