use actix_web::{HttpResponse, delete, get, http::header, post};
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    paging::{self, After, page},
    params::{NoQuery, Param, PathParams, QueryParams},
    places::local,
};
use crate::{
    domain::Act,
    service::{DeliveryState, NewWebhook, WebhookDelivery, WebhookDetail, WebhookKind},
};

/// An endpoint to be told.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct NewWebhookBody {
    /// An https URL of the public network.
    #[schema(example = "https://partner.example.org/hooks/conthoi")]
    url: String,
    /// Of what: `handoff.recorded`, `delivery.made`, `discrepancy.opened`; all of them when absent.
    types: Option<Vec<String>>,
    /// `whsec_` and 24 to 64 bytes in Base64; made by the service when absent.
    secret: Option<String>,
}

/// An endpoint that is told, as Standard Webhooks has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookResponse {
    /// Its id.
    id: Uuid,
    /// Where it is told.
    url: String,
    /// Of what.
    types: Vec<&'static str>,
    /// With what deliveries are signed. Shown once, when the endpoint is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// When it was made; it is told of what happens from then on.
    created_at: DateTime<FixedOffset>,
    /// Since when it is told nothing any more.
    disabled_at: Option<DateTime<FixedOffset>>,
    /// Why.
    disabled_reason: Option<String>,
}

impl WebhookResponse {
    fn of(webhook: WebhookDetail, zone: Tz) -> Self {
        let (disabled_at, disabled_reason) = webhook.disabled.unzip();
        Self {
            id: webhook.id,
            url: webhook.url,
            types: webhook.types.into_iter().map(WebhookKind::as_str).collect(),
            secret: webhook.secret,
            created_at: local(webhook.created_at, zone),
            disabled_at: disabled_at.map(|at| local(at, zone)),
            disabled_reason,
        }
    }
}

/// The endpoints that are told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// The endpoints, the oldest first.
    webhooks: Vec<WebhookResponse>,
}

/// Something that an endpoint is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryResponse {
    /// Its id. `webhook-id` is `msg_` and this without dashes, the same each time that it is sent.
    id: Uuid,
    /// What it is about.
    #[schema(example = "handoff.recorded")]
    r#type: String,
    /// What is sent.
    #[schema(value_type = Object)]
    payload: Value,
    /// `waiting`, `delivered` or `dead`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// How often it was sent.
    attempts: u32,
    /// When it was made.
    created_at: DateTime<FixedOffset>,
    /// When it is to be sent next; null unless it waits.
    due_at: Option<DateTime<FixedOffset>>,
    /// What the endpoint answered last.
    last_status: Option<u32>,
    /// What went wrong last.
    last_problem: Option<String>,
    /// When it was delivered or given up.
    ended_at: Option<DateTime<FixedOffset>>,
}

impl DeliveryResponse {
    fn of(delivery: WebhookDelivery, zone: Tz) -> Self {
        Self {
            id: delivery.id,
            r#type: delivery.kind,
            payload: serde_json::from_str(&delivery.payload).unwrap_or(Value::Null),
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            created_at: local(delivery.created_at, zone),
            due_at: (delivery.state == DeliveryState::Waiting).then(|| local(delivery.due_at, zone)),
            last_status: delivery.last_status,
            last_problem: delivery.last_problem,
            ended_at: delivery.ended_at.map(|at| local(at, zone)),
        }
    }
}

/// A part of the list of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryList {
    /// The deliveries, the newest first.
    deliveries: Vec<DeliveryResponse>,
    /// The cursor of the next part; null at the end.
    next: Option<String>,
}

/// Add an endpoint. It is told of what happens from now on.
///
/// Deliveries are POST requests with a JSON body `{"type", "timestamp", "data"}`, signed as Standard Webhooks has it. What is not
/// answered with a status from 200 to 299 within 15 seconds is sent again with back-off for three days. 410 disables the
/// endpoint. Deliveries may come out of order, and twice with the same `webhook-id`.
#[utoipa::path(tag = "webhooks",
    request_body = NewWebhookBody,
    responses((status = 201, description = "It is added; the secret is shown only now", body = WebhookResponse)))]
#[post("/v1/webhooks")]
pub(crate) async fn create_webhook((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let mut fields = Fields::of(body.json)?;
    let url = fields.required::<String>("url");
    let types = fields.optional::<Vec<String>>("types").unwrap_or_default();
    let secret = fields.optional::<String>("secret");
    let new = fields.finish(url.map(|url| NewWebhook { url, types, secret }))?;
    let webhook = blocking(&service, move |service| {
        Ok(WebhookResponse::of(service.create_webhook(&new)?, service.centre()?.centre.time_zone))
    })
    .await?;
    let location = format!("/v1/webhooks/{}", webhook.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(webhook))
}

/// List the endpoints.
#[utoipa::path(tag = "webhooks",
    responses((status = 200, description = "All of them", body = WebhookList)))]
#[get("/v1/webhooks")]
pub(crate) async fn list_webhooks((service, caller): Asked, _: NoQuery) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let list = blocking(&service, |service| {
        let zone = service.centre()?.centre.time_zone;
        let webhooks = service.webhooks()?.into_iter().map(|webhook| WebhookResponse::of(webhook, zone)).collect();
        Ok(WebhookList { webhooks })
    });
    Ok(HttpResponse::Ok().json(list.await?))
}

/// Get one endpoint.
#[utoipa::path(tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint's id")),
    responses((status = 200, description = "The endpoint", body = WebhookResponse)))]
#[get("/v1/webhooks/{id}")]
pub(crate) async fn get_webhook((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let id: Uuid = path.get("id")?;
    let webhook = blocking(&service, move |service| {
        Ok(WebhookResponse::of(service.webhook(id)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Ok().json(webhook.await?))
}

/// Delete an endpoint with all its deliveries.
#[utoipa::path(tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint's id")),
    responses((status = 204, description = "It is gone")))]
#[delete("/v1/webhooks/{id}")]
pub(crate) async fn delete_webhook((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let id: Uuid = path.get("id")?;
    blocking(&service, move |service| service.delete_webhook(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send an endpoint a delivery of type `ping`, to try it.
#[utoipa::path(tag = "webhooks",
    params(("id" = Uuid, Path, description = "The endpoint's id")),
    responses(
        (status = 202, description = "It is on its way; the list of deliveries shows what comes of it", body = DeliveryResponse),
    ))]
#[post("/v1/webhooks/{id}/ping")]
pub(crate) async fn ping_webhook((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let id: Uuid = path.get("id")?;
    let delivery = blocking(&service, move |service| {
        Ok(DeliveryResponse::of(service.ping_webhook(id)?, service.centre()?.centre.time_zone))
    });
    Ok(HttpResponse::Accepted().json(delivery.await?))
}

impl Param for DeliveryState {
    fn read(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("{text:?} is no state of a delivery: expected waiting, delivered or dead"))
    }
}

/// List an endpoint's deliveries, the newest first. Those in state `dead` were given up.
#[utoipa::path(tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The endpoint's id"),
        ("state" = Option<String>, Query, description = "In this state: waiting, delivered or dead"),
        ("limit" = Option<u32>, Query, description = "At most so many, 1 to 1000; 100 when not given"),
        ("cursor" = Option<String>, Query, description = "`next` of the part before"),
    ),
    responses((status = 200, description = "Deliveries; the Link header leads to the next part", body = DeliveryList)))]
#[get("/v1/webhooks/{id}/deliveries")]
pub(crate) async fn list_deliveries((service, caller): Asked, path: PathParams, mut query: QueryParams) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let id: Uuid = path.get("id")?;
    let state = query.get::<DeliveryState>("state");
    let before = query.get::<After>("cursor").map(|After { at, id }| (at, id));
    let limit = paging::limit(&mut query);
    query.finish()?;
    let list = blocking(&service, move |service| {
        let zone = service.centre()?.centre.time_zone;
        let found = service.webhook_deliveries(id, state, before, limit)?;
        Ok(DeliveryList {
            deliveries: found.deliveries.into_iter().map(|delivery| DeliveryResponse::of(delivery, zone)).collect(),
            next: found.next.map(|(at, id)| After { at, id }.to_string()),
        })
    })
    .await?;
    Ok(page(&query, list.next.as_deref(), &list))
}

/// Send a delivery that was given up again.
#[utoipa::path(tag = "webhooks",
    params(
        ("id" = Uuid, Path, description = "The endpoint's id"),
        ("delivery" = Uuid, Path, description = "The delivery's id"),
    ),
    responses((status = 202, description = "It is on its way again, with the same webhook-id")))]
#[post("/v1/webhooks/{id}/deliveries/{delivery}/retry")]
pub(crate) async fn retry_delivery((service, caller): Asked, path: PathParams, _: NoQuery) -> Answer {
    caller.may(Act::ManageWebhooks)?;
    let (id, delivery): (Uuid, Uuid) = (path.get("id")?, path.get("delivery")?);
    blocking(&service, move |service| service.retry_delivery(id, delivery)).await?;
    Ok(HttpResponse::Accepted().finish())
}
