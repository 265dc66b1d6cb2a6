//! Notifications of browsers: Web Push (RFC 8030), encrypted so that the browser alone can read them (RFC 8291), and signed so
//! that push services know who sends (VAPID, RFC 8292).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::{Agent, http::Uri};
use web_push_native::{
    Auth, encrypt,
    p256::{
        PublicKey,
        ecdsa::{Signature, SigningKey, signature::Signer as _},
    },
};

use super::{MessageSent, Recipient};
use crate::{
    domain::{HomeRequest, MessageText},
    service::{FieldProblem, Service, ServiceError, webhooks::check_url},
    store::OutboxMessage,
};

/// So long is a signature good: push services refuse more than a day.
const SIGNED_FOR_S: i64 = 12 * 3_600;
/// How long a push service keeps what it could not bring, where the message does not say.
const KEPT_FOR_S: i64 = 24 * 3_600;
/// Bytes of the secret that a browser shares with us.
const AUTH_BYTES: usize = 16;

/// As whom we speak to push services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    contact: String,
}

impl PushSettings {
    /// `contact` is where a push service writes when something is wrong: `mailto:it@example.vn`, or an `https` address.
    ///
    /// # Errors
    /// What is expected.
    pub fn new(contact: &str) -> Result<Self, String> {
        let mail = contact.strip_prefix("mailto:").is_some_and(|mail| mail.parse::<lettre::Address>().is_ok());
        let page = contact.parse::<Uri>().is_ok_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some());
        if mail || page {
            Ok(Self { contact: contact.to_owned() })
        } else {
            Err("contact: expected mailto: and a mailbox, or an https address".to_owned())
        }
    }
}

/// A browser that wants to be told, as it named itself. It does not show itself: whoever knows it can write to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushAddress {
    endpoint: String,
    p256dh: String,
    auth: String,
}

impl fmt::Debug for PushAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushAddress(…)")
    }
}

impl PushAddress {
    /// The address with the parts of a browser's `PushSubscription`: where to post, its public key and its secret, in Base64url.
    #[must_use]
    pub fn new(endpoint: String, p256dh: String, auth: String) -> Self {
        Self { endpoint, p256dh, auth }
    }

    fn keys(&self) -> (Option<PublicKey>, Option<Auth>) {
        let bytes = |text: &str| BASE64URL.decode(text.trim_end_matches('=')).ok();
        let public = bytes(&self.p256dh).and_then(|bytes| PublicKey::from_sec1_bytes(&bytes).ok());
        let auth = bytes(&self.auth).filter(|bytes| bytes.len() == AUTH_BYTES);
        (public, auth.map(|bytes| Auth::clone_from_slice(&bytes)))
    }

    fn problems(&self, reaches_private: bool) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if check_url(&self.endpoint, reaches_private).is_err() {
            problems.push(FieldProblem::new("endpoint", "expected the https address of a push service".to_owned()));
        }
        let (public, auth) = self.keys();
        if public.is_none() {
            problems.push(FieldProblem::new("p256dh", "expected a point of P-256 in Base64url".to_owned()));
        }
        if auth.is_none() {
            problems.push(FieldProblem::new("auth", format!("expected {AUTH_BYTES} bytes in Base64url")));
        }
        problems
    }
}

/// How a citizen's browser can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushOffer {
    /// The key that a browser has to be given, an uncompressed point in Base64url; `None` where no browser is told anything.
    pub public_key: Option<String>,
    /// Whether a browser was named.
    pub named: bool,
}

/// The header by which a push service knows who sends.
fn vapid(key: &SigningKey, contact: &str, endpoint: &Uri, now: DateTime<Utc>) -> String {
    let part = |value: serde_json::Value| BASE64URL.encode(value.to_string());
    let origin = format!(
        "{}://{}",
        endpoint.scheme_str().unwrap_or_default(),
        endpoint.authority().map(ToString::to_string).unwrap_or_default()
    );
    let claims = json!({ "aud": origin, "exp": now.timestamp() + SIGNED_FOR_S, "sub": contact });
    let told = format!("{}.{}", part(json!({ "typ": "JWT", "alg": "ES256" })), part(claims));
    let signature: Signature = key.sign(told.as_bytes());
    format!("vapid t={told}.{}, k={}", BASE64URL.encode(signature.to_bytes()), public_half(key))
}

fn public_half(key: &SigningKey) -> String {
    BASE64URL.encode(key.verifying_key().to_encoded_point(false).as_bytes())
}

/// What is sent of a message.
pub(super) struct Notification<'a> {
    pub(super) message: &'a OutboxMessage,
    pub(super) text: &'a MessageText,
    pub(super) to: &'a str,
}

impl Notification<'_> {
    /// Posts it to the browser's push service.
    pub(super) fn post(
        &self,
        agent: &Agent,
        key: &SigningKey,
        settings: &PushSettings,
        now: DateTime<Utc>,
    ) -> MessageSent {
        let refused = |problem: &str| MessageSent::Refused(problem.to_owned());
        let Ok(address) = serde_json::from_str::<PushAddress>(self.to) else {
            return refused("the browser's address cannot be read");
        };
        let (Ok(uri), (Some(public), Some(auth))) = (address.endpoint.parse::<Uri>(), address.keys()) else {
            return refused("the browser's address cannot be read");
        };
        let id = self.message.id.to_string();
        // The browser shows what comes twice under one id once.
        let told = json!({
            "id": id,
            "title": self.text.subject, "title_en": self.text.subject_en,
            "text": self.text.text, "text_en": self.text.text_en,
        });
        let Ok(body) = encrypt(told.to_string().into_bytes(), &public, &auth) else {
            return refused("it could not be encrypted for the browser");
        };
        let kept_s = self.message.good_until.map_or(KEPT_FOR_S, |until| (until - now).num_seconds());
        let answer = agent
            .post(&address.endpoint)
            .header("authorization", vapid(key, &settings.contact, &uri, now))
            .header("content-type", "application/octet-stream")
            .header("content-encoding", "aes128gcm")
            .header("ttl", kept_s.clamp(0, KEPT_FOR_S).to_string())
            // What the service still keeps under the same topic is replaced, and so brought once.
            .header("topic", BASE64URL.encode(self.message.id.as_bytes()))
            .send(&body);
        match answer {
            Ok(response) => match response.status().as_u16() {
                200..=299 => MessageSent::Taken,
                status @ (404 | 410) => MessageSent::Gone(format!("the browser is not told any more ({status})")),
                status @ (400 | 413) => MessageSent::Refused(format!("the push service answered {status}")),
                status => MessageSent::Failed(format!("the push service answered {status}")),
            },
            Err(ureq::Error::Timeout(_)) => MessageSent::Failed("the push service did not answer in time".into()),
            Err(_) => MessageSent::Failed("the push service could not be reached".into()),
        }
    }
}

impl Service {
    /// The key with which the centre signs what push services carry.
    pub(super) fn push_key(&self) -> Result<SigningKey, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut fresh = [0; 32];
        loop {
            getrandom::fill(&mut fresh).map_err(|error| ServiceError::NoRandomness { problem: error.to_string() })?;
            // Nearly every number is a key.
            if SigningKey::from_slice(&fresh).is_ok() {
                break;
            }
        }
        let kept = self.store().push_key(centre, &fresh, self.now())?;
        SigningKey::from_slice(&kept).map_err(|_| ServiceError::Panicked)
    }

    /// How the browser of a link's citizen can be told of its home delivery.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`].
    pub fn push_offer(&self, link: &str) -> Result<PushOffer, ServiceError> {
        let request = self.request_by_link(link)?;
        let named = self.store().push_subscription(request.centre_id, request.id)?.is_some();
        let public_key = if self.pushes() { Some(public_half(&self.push_key()?)) } else { None };
        Ok(PushOffer { public_key, named })
    }

    /// Tells a citizen's browser of the home delivery from now on, in place of the one that was named before.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::Invalid`], and [`ServiceError::TooLate`] where no browser is told anything.
    pub fn name_browser(&self, link: &str, address: &PushAddress) -> Result<(), ServiceError> {
        let request = self.request_by_link(link)?;
        if !self.pushes() {
            return Err(ServiceError::TooLate { why: "this centre tells browsers nothing" });
        }
        let problems = address.problems(self.exchange().reaches_private());
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let text = json!(address).to_string();
        Ok(self.store().keep_push_subscription(request.centre_id, request.id, &text, self.now())?)
    }

    /// Tells no browser of the home delivery any more.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`].
    pub fn forget_browser(&self, link: &str) -> Result<(), ServiceError> {
        let request = self.request_by_link(link)?;
        Ok(self.store().delete_push_subscription(request.centre_id, request.id)?)
    }

    /// Where the citizen of a request is reached; `None` once that was erased.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn recipient_of(&self, request: &HomeRequest) -> Result<Option<Recipient>, ServiceError> {
        let Some(contact) = &request.contact else { return Ok(None) };
        let push = if self.pushes() { self.store().push_subscription(request.centre_id, request.id)? } else { None };
        Ok(Some(Recipient { phone: Some(contact.phone.clone()), email: None, push }))
    }
}

#[cfg(test)]
mod tests {
    use web_push_native::p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    use super::*;

    #[test]
    fn a_push_service_can_check_who_sends() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let header =
            vapid(&key, "mailto:it@example.vn", &"https://push.example.org/x/1".parse().unwrap(), DateTime::UNIX_EPOCH);
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let key = VerifyingKey::from_sec1_bytes(&BASE64URL.decode(public).unwrap()).unwrap();
        let (told, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&BASE64URL.decode(signature).unwrap()).unwrap();
        key.verify(told.as_bytes(), &signature).unwrap();
        let claims = BASE64URL.decode(told.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let expected = json!({ "aud": "https://push.example.org", "exp": SIGNED_FOR_S, "sub": "mailto:it@example.vn" });
        assert_eq!(claims, expected);
    }

    #[test]
    fn who_to_write_to_is_a_mailbox_or_a_page() {
        for good in ["mailto:it@example.vn", "https://example.vn/contact"] {
            assert!(PushSettings::new(good).is_ok(), "{good}");
        }
        for bad in ["", "it@example.vn", "mailto:", "mailto:it", "http://example.vn", "https:"] {
            assert!(PushSettings::new(bad).is_err(), "{bad}");
        }
    }
}
