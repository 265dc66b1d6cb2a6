use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
    unversioned::{resolver::DefaultResolver, transport::DefaultConnector},
};

use super::{TakenDelivery, back_off, endpoints::key_of, guard::PublicOnly};
use crate::{
    service::{ExchangeSettings, Service, ServiceError},
    store::{DeliveryState, SentDelivery},
};

/// What an attempt to send came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The endpoint answered with this status.
    Answered(u16),
    /// It did not answer.
    Failed(String),
}

/// Sends requests, to public addresses only unless that is configured otherwise.
pub(in crate::service) struct Sender(Agent);

impl Sender {
    pub(in crate::service) fn new(settings: &ExchangeSettings) -> Self {
        let reaches_private = settings.reaches_private();
        let config = Agent::config_builder()
            .tls_config(tls())
            .https_only(!reaches_private)
            .http_status_as_error(false)
            // Where a redirect leads was never checked, and a webhook is told where it lives.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(settings.time_out()))
            // Another machine's resolver would decide which addresses are reached.
            .proxy(None)
            .user_agent(concat!("conthoi/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = DefaultConnector::default();
        Self(if reaches_private {
            Agent::with_parts(config, connector, DefaultResolver::default())
        } else {
            Agent::with_parts(config, connector, PublicOnly::default())
        })
    }
}

/// How requests go out encrypted.
pub(in crate::service) fn tls() -> TlsConfig {
    TlsConfig::builder()
        .root_certs(system_roots())
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

/// The certificates that the operating system trusts.
fn system_roots() -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate that the system trusts cannot be read");
    }
    let roots = found.certs.iter().map(|root| Certificate::from_der(root.as_ref()).to_owned());
    RootCerts::Specific(Arc::new(roots.collect()))
}

/// The signature of Standard Webhooks: over id, time and payload.
pub(in crate::service) fn signature(key: &[u8], id: &str, timestamp: i64, payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.{payload}").as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}

impl Service {
    /// Sends a delivery once, and waits for the answer as long as the settings have it. Nothing is kept of what came of it.
    #[must_use]
    pub fn send_delivery(&self, taken: &TakenDelivery) -> SendOutcome {
        let TakenDelivery { delivery, endpoint } = taken;
        let Some(key) = key_of(&endpoint.secret) else {
            return SendOutcome::Failed(
                "its secret is not as it should be: delete the webhook and make it anew".into(),
            );
        };
        let id = format!("msg_{}", delivery.id.simple());
        let timestamp = self.now().timestamp();
        let sender = self.inner.sender.get_or_init(|| Sender::new(self.exchange()));
        let answer = sender
            .0
            .post(&endpoint.url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature(&key, &id, timestamp, &delivery.payload))
            .send(delivery.payload.as_str());
        match answer {
            Ok(response) => SendOutcome::Answered(response.status().as_u16()),
            Err(ureq::Error::HostNotFound) => {
                SendOutcome::Failed("its host has no address that may be reached from here".into())
            }
            Err(ureq::Error::Timeout(_)) => SendOutcome::Failed("it did not answer in time".into()),
            Err(error) => SendOutcome::Failed(error.to_string()),
        }
    }

    /// Keeps what came of sending a delivery: delivered, to be tried again, or given up. An endpoint that answers 410 is told
    /// nothing any more.
    ///
    /// # Errors
    /// [`ServiceError::Store`]: then the delivery is sent again, with the same id.
    pub fn settle_delivery(&self, taken: &TakenDelivery, attempt: &SendOutcome) -> Result<(), ServiceError> {
        let now = self.now();
        let attempts = taken.delivery.attempts.saturating_add(1);
        let (status, problem) = match attempt {
            SendOutcome::Answered(status) if (200..300).contains(status) => (Some(*status), None),
            SendOutcome::Answered(status) => (Some(*status), Some(format!("the endpoint answered {status}"))),
            SendOutcome::Failed(problem) => (None, Some(problem.clone())),
        };
        let gone = status == Some(410);
        let again = back_off(attempts).filter(|_| !gone);
        let state = match (&problem, again) {
            (None, _) => DeliveryState::Delivered,
            (Some(_), Some(_)) => DeliveryState::Waiting,
            (Some(_), None) => DeliveryState::Dead,
        };
        let sent = SentDelivery {
            state,
            attempts,
            due_at: again.map_or(now, |pause| now + pause),
            status: status.map(u32::from),
            problem,
        };
        let disable = gone.then_some("the endpoint answered 410 Gone");
        let centre = self.centre()?.centre.id;
        self.store().settle_delivery(centre, taken.delivery.id, &sent, now, disable)?;
        Ok(())
    }
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_published_example_has_its_signature() {
        let key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let payload = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, payload),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
