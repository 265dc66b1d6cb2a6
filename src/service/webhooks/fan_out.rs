use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{WebhookKind, endpoints::kinds};
use crate::{
    domain::Action,
    service::{FeedCursor, FeedEvent, FeedKind, Service, ServiceError},
    store::{DeliveryState, WebhookDelivery, WebhookEndpoint},
};

/// Whoever takes a delivery has it for so long; sending takes at most fifteen seconds.
const LEASE: Duration = Duration::seconds(60);
/// Deliveries of one endpoint under way at once, so that a slow one does not keep the others waiting.
const AT_ONCE: u32 = 4;

/// A delivery to be sent, with where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenDelivery {
    /// The delivery.
    pub delivery: WebhookDelivery,
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
}

/// A time as payloads have it.
pub(super) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// What an event of the feed is to endpoints.
fn kind_of(event: &FeedEvent) -> Option<WebhookKind> {
    match (event.kind, &event.action) {
        (FeedKind::ScanRecorded, Some(Action::Give | Action::Receive | Action::HandBack)) => {
            Some(WebhookKind::HandoffRecorded)
        }
        (FeedKind::ScanRecorded, Some(Action::Deliver)) => Some(WebhookKind::DeliveryMade),
        (FeedKind::DiscrepancyOpened, _) => Some(WebhookKind::DiscrepancyOpened),
        _ => None,
    }
}

/// The id of a delivery, which follows from endpoint and event.
fn id_of(endpoint: Uuid, cursor: FeedCursor) -> Uuid {
    let digest = Sha256::new().chain_update(endpoint.as_bytes()).chain_update(cursor.to_string()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

impl Service {
    /// Makes the deliveries of what has happened, and takes those that are due, to be sent with
    /// [`Service::send_delivery`] and kept with [`Service::settle_delivery`].
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn take_deliveries(&self) -> Result<Vec<TakenDelivery>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut taken = Vec::new();
        for endpoint in self.store().webhooks(centre)?.into_iter().filter(|endpoint| endpoint.disabled.is_none()) {
            self.fan_out(&endpoint)?;
            let now = self.now();
            let leased = self.store().lease_deliveries(centre, endpoint.id, (now, now + LEASE), AT_ONCE)?;
            taken.extend(leased.into_iter().map(|delivery| TakenDelivery { delivery, endpoint: endpoint.clone() }));
        }
        Ok(taken)
    }

    /// Makes what deliveries the feed holds for an endpoint.
    fn fan_out(&self, endpoint: &WebhookEndpoint) -> Result<(), ServiceError> {
        let centre = self.centre()?.centre.id;
        let wanted = kinds(endpoint)?;
        let mut from = FeedCursor(endpoint.place);
        loop {
            if self.feed_end()? == from {
                return Ok(());
            }
            let part = self.feed_after(from, &[FeedKind::ScanRecorded, FeedKind::DiscrepancyOpened])?;
            if part.cursor == from {
                return Ok(());
            }
            let now = self.now();
            let deliveries: Vec<WebhookDelivery> = part
                .events
                .iter()
                .filter_map(|event| Some((event, kind_of(event).filter(|kind| wanted.contains(kind))?)))
                .map(|(event, kind)| WebhookDelivery {
                    id: id_of(endpoint.id, event.cursor),
                    endpoint_id: endpoint.id,
                    kind: kind.as_str().to_owned(),
                    payload: json!({ "type": kind.as_str(), "timestamp": stamp(event.at), "data": event.data })
                        .to_string(),
                    created_at: now,
                    state: DeliveryState::Waiting,
                    attempts: 0,
                    due_at: now,
                    last_status: None,
                    last_problem: None,
                    ended_at: None,
                })
                .collect();
            // When another process was faster, it goes on from there.
            if !self.store().queue_deliveries(centre, endpoint.id, (from.0, part.cursor.0), &deliveries)? || !part.more
            {
                return Ok(());
            }
            from = part.cursor;
        }
    }
}
