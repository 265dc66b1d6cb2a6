use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use ureq::http::Uri;
use uuid::Uuid;

use super::guard;
use crate::{
    service::{FieldProblem, Service, ServiceError},
    store::{DeliveryState, StoreError, WebhookDelivery, WebhookEndpoint},
};

/// Endpoints of one centre at most.
const ENDPOINTS_MAX: usize = 50;
const URL_CHARS_MAX: usize = 2_000;
/// What stands in front of every secret.
const SECRET_PREFIX: &str = "whsec_";

/// What an endpoint can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// Things were given, received or handed back.
    HandoffRecorded,
    /// Things reached their recipient.
    DeliveryMade,
    /// Something has to be explained.
    DiscrepancyOpened,
}

impl WebhookKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::HandoffRecorded, Self::DeliveryMade, Self::DiscrepancyOpened];

    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HandoffRecorded => "handoff.recorded",
            Self::DeliveryMade => "delivery.made",
            Self::DiscrepancyOpened => "discrepancy.opened",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An endpoint to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where it is told.
    pub url: String,
    /// Of what; all kinds when empty.
    pub types: Vec<String>,
    /// With what it is signed; made here when not given.
    pub secret: Option<String>,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDetail {
    /// Its id.
    pub id: Uuid,
    /// Where it is told.
    pub url: String,
    /// Of what.
    pub types: Vec<WebhookKind>,
    /// The secret, which is shown once, when the endpoint is made.
    pub secret: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it is told nothing any more, and why.
    pub disabled: Option<(DateTime<Utc>, String)>,
}

/// A part of the list of an endpoint's deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookPage {
    /// The deliveries, the newest first.
    pub deliveries: Vec<WebhookDelivery>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<(DateTime<Utc>, Uuid)>,
}

/// The kinds that an endpoint is told of.
pub(super) fn kinds(endpoint: &WebhookEndpoint) -> Result<Vec<WebhookKind>, ServiceError> {
    let words: Option<Vec<String>> = serde_json::from_str(&endpoint.types).ok();
    words.map(|words| words.iter().filter_map(|word| WebhookKind::of(word)).collect()).ok_or_else(|| {
        let problem = "its types are no list of words".into();
        ServiceError::Store(StoreError::Corrupt { table: "webhook_endpoints", problem })
    })
}

/// The bytes of a secret; `None` unless it is `whsec_` and 24 to 64 bytes in Base64.
pub(in crate::service) fn key_of(secret: &str) -> Option<Vec<u8>> {
    let key = BASE64.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

fn detail(endpoint: WebhookEndpoint, secret: Option<String>) -> Result<WebhookDetail, ServiceError> {
    Ok(WebhookDetail {
        types: kinds(&endpoint)?,
        id: endpoint.id,
        url: endpoint.url,
        secret,
        created_at: endpoint.created_at,
        disabled: endpoint.disabled,
    })
}

impl Service {
    /// Adds an endpoint, which is told of what happens from now on.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted.
    pub fn create_webhook(&self, new: &NewWebhook) -> Result<WebhookDetail, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut problems = Vec::new();
        if let Err(message) = check_url(&new.url, self.exchange().reaches_private()) {
            problems.push(FieldProblem::new("url", message));
        }
        let known: Vec<&str> = WebhookKind::ALL.into_iter().map(WebhookKind::as_str).collect();
        for (place, word) in new.types.iter().enumerate() {
            if WebhookKind::of(word).is_none() {
                let message = format!("{word:?} is no type: expected {}", known.join(", "));
                problems.push(FieldProblem::new(format!("types/{place}"), message));
            }
        }
        if new.secret.as_deref().is_some_and(|secret| key_of(secret).is_none()) {
            problems.push(FieldProblem::new("secret", "expected whsec_ and 24 to 64 bytes in Base64"));
        }
        if self.store().webhooks(centre)?.len() >= ENDPOINTS_MAX {
            problems.push(FieldProblem::new("url", format!("there are {ENDPOINTS_MAX} endpoints, which is the most")));
        }
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let secret = new.secret.clone().unwrap_or_else(|| self.fresh_secret());
        let mut types: Vec<&str> = known;
        if !new.types.is_empty() {
            types.retain(|word| new.types.iter().any(|wanted| wanted == word));
        }
        let endpoint = WebhookEndpoint {
            id: self.fresh_uuid(),
            url: new.url.clone(),
            secret: secret.clone(),
            types: json!(types).to_string(),
            created_at: self.now(),
            disabled: None,
            place: self.store().feed_end(centre)?,
        };
        self.store().insert_webhook(centre, &endpoint)?;
        detail(endpoint, Some(secret))
    }

    /// Thirty-two bytes that nobody can guess: the random bits of five fresh ids.
    fn fresh_secret(&self) -> String {
        let mut hasher = Sha256::new();
        for _ in 0..5 {
            hasher.update(self.fresh_uuid().as_bytes());
        }
        let key: [u8; 32] = hasher.finalize().into();
        format!("{SECRET_PREFIX}{}", BASE64.encode(key))
    }

    /// The endpoints, the oldest first.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn webhooks(&self) -> Result<Vec<WebhookDetail>, ServiceError> {
        let endpoints = self.store().webhooks(self.centre()?.centre.id)?;
        endpoints.into_iter().map(|endpoint| detail(endpoint, None)).collect()
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn webhook(&self, id: Uuid) -> Result<WebhookDetail, ServiceError> {
        let endpoint = self.store().webhook(self.centre()?.centre.id, id)?;
        detail(endpoint.ok_or_else(|| ServiceError::not_found("webhook", &id))?, None)
    }

    /// Deletes an endpoint with all its deliveries.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn delete_webhook(&self, id: Uuid) -> Result<(), ServiceError> {
        let there = self.store().delete_webhook(self.centre()?.centre.id, id)?;
        if there { Ok(()) } else { Err(ServiceError::not_found("webhook", &id)) }
    }

    /// Makes a delivery of type `ping`, to try the endpoint.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::WebhookDisabled`] for an endpoint that is told nothing any more.
    pub fn ping_webhook(&self, id: Uuid) -> Result<WebhookDelivery, ServiceError> {
        let endpoint = self.webhook(id)?;
        if let Some((_, reason)) = endpoint.disabled {
            return Err(ServiceError::WebhookDisabled { id, reason });
        }
        let now = self.now();
        let payload = json!({ "type": "ping", "timestamp": super::fan_out::stamp(now), "data": { "webhook_id": id } });
        let delivery = WebhookDelivery {
            id: self.fresh_uuid(),
            endpoint_id: id,
            kind: "ping".into(),
            payload: payload.to_string(),
            created_at: now,
            state: DeliveryState::Waiting,
            attempts: 0,
            due_at: now,
            last_status: None,
            last_problem: None,
            ended_at: None,
        };
        self.store().add_delivery(self.centre()?.centre.id, &delivery)?;
        self.stir_feed();
        Ok(delivery)
    }

    /// Sends a delivery that was given up again.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] unless the endpoint has such a delivery, given up.
    pub fn retry_delivery(&self, endpoint: Uuid, id: Uuid) -> Result<(), ServiceError> {
        let detail = self.webhook(endpoint)?;
        if let Some((_, reason)) = detail.disabled {
            return Err(ServiceError::WebhookDisabled { id: endpoint, reason });
        }
        let revived = self.store().revive_delivery(self.centre()?.centre.id, endpoint, id, self.now())?;
        self.stir_feed();
        if revived { Ok(()) } else { Err(ServiceError::not_found("delivery that was given up", &id)) }
    }

    /// The deliveries of an endpoint, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn webhook_deliveries(
        &self,
        endpoint: Uuid,
        state: Option<DeliveryState>,
        before: Option<(DateTime<Utc>, Uuid)>,
        limit: u32,
    ) -> Result<WebhookPage, ServiceError> {
        self.webhook(endpoint)?;
        let centre = self.centre()?.centre.id;
        let mut deliveries = self.store().deliveries(centre, endpoint, state, before, limit.saturating_add(1))?;
        let more = deliveries.len() > limit as usize;
        deliveries.truncate(limit as usize);
        let next = deliveries.last().filter(|_| more).map(|last| (last.created_at, last.id));
        Ok(WebhookPage { deliveries, next })
    }
}

fn check_url(text: &str, reaches_private: bool) -> Result<(), String> {
    let expected = "expected an https URL, such as https://partner.example.org/hooks/conthoi";
    let uri: Uri = text.parse().map_err(|_| expected.to_owned())?;
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().ok_or(expected)?;
    if scheme != "https" && !(scheme == "http" && reaches_private) {
        return Err(expected.to_owned());
    }
    if text.len() > URL_CHARS_MAX || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(format!("{expected}, without a user, of at most {URL_CHARS_MAX} characters"));
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let literal = host.parse().is_ok_and(|address| !guard::is_public(address));
    if !reaches_private && (literal || host.eq_ignore_ascii_case("localhost")) {
        return Err("it leads into a private network, which is not allowed here".to_owned());
    }
    Ok(())
}
