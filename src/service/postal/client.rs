//! The reference client of the operator's system: tells it of handovers, and asks it for events.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::url::{self, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::{Agent, Body, http::Response};

use super::{POSTAL_EVENTS_MAX, PostalAnswer, read_postal_event};
use crate::{
    domain::{CentreData, PostalHandover, SiteId},
    service::{
        Service, ServiceError,
        webhooks::{key_of, signature, tls},
    },
    store::StoredHandover,
};

/// As whom the client's events are recorded.
const RECORDED_BY: &str = "postal operator";
/// The longest that one request takes.
const TIME_OUT: Duration = Duration::from_secs(15);
/// Handovers announced in one round at most.
const AT_ONCE: u32 = 100;
/// Parts of the list of events read in one round at most.
const PARTS_MAX: usize = 50;
/// The largest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 4 << 20;
/// The longest cursor that is kept, bytes.
const CURSOR_BYTES_MAX: usize = 512;
/// Pauses after announcements that were not taken, seconds; the last goes on for ever, because what lies at the operator's
/// must be known there some day.
const PAUSES_S: [i64; 5] = [60, 300, 1_800, 7_200, 21_600];

/// How the operator's system is reached.
#[derive(Clone)]
pub struct PostalSettings {
    base: Url,
    key: Vec<u8>,
}

impl fmt::Debug for PostalSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostalSettings").finish_non_exhaustive()
    }
}

impl PostalSettings {
    /// The system below `url`, which shares `secret` with this service: `whsec_` and 24 to 64 bytes in Base64. Beyond this
    /// machine it speaks `https`.
    ///
    /// # Errors
    /// What is wrong and what is expected; never the secret.
    pub fn new(url: &str, secret: &str) -> Result<Self, String> {
        let expected =
            "post_url: expected an https URL without query and fragment, such as https://post.example.org/conthoi";
        let mut base = Url::parse(url).map_err(|_| expected.to_owned())?;
        let is_here = match base.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let is_sound = base.scheme() == "https" || (base.scheme() == "http" && is_here);
        if !is_sound || base.query().is_some() || base.fragment().is_some() || !base.username().is_empty() {
            return Err(expected.to_owned());
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let key = key_of(secret.trim()).ok_or("post_secret_file: expected whsec_ and 24 to 64 bytes in Base64")?;
        Ok(Self { base, key })
    }
}

/// The operator's system.
pub(super) struct Operator {
    settings: PostalSettings,
    agent: Agent,
}

/// What the operator answers who asks for events.
#[derive(Deserialize)]
struct EventsAnswer {
    events: Vec<Value>,
    /// From where to ask next; absent when there is nothing new.
    next: Option<String>,
}

impl Operator {
    fn new(settings: PostalSettings) -> Self {
        let config = Agent::config_builder()
            .tls_config(tls())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIME_OUT))
            .user_agent(concat!("conthoi/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { settings, agent: config.into() }
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.settings.base.clone();
        url.set_path(&format!("{}{path}", self.settings.base.path()));
        url
    }

    fn signed(&self, id: &str, now: DateTime<Utc>, payload: &str) -> [(&'static str, String); 3] {
        let timestamp = now.timestamp();
        let signature = signature(&self.settings.key, id, timestamp, payload);
        [("webhook-id", id.to_owned()), ("webhook-timestamp", timestamp.to_string()), ("webhook-signature", signature)]
    }

    /// Tells of a handover; what is wrong is said without the operator's words.
    fn announce(&self, id: &str, now: DateTime<Utc>, payload: &str) -> Result<(), String> {
        let mut request = self.agent.post(self.at("handovers").as_str()).header("content-type", "application/json");
        for (name, value) in self.signed(id, now, payload) {
            request = request.header(name, value);
        }
        let response = request.send(payload).map_err(|error| plain(&error))?;
        taken(&response)
    }

    fn events(&self, id: &str, now: DateTime<Utc>, after: Option<&str>) -> Result<EventsAnswer, String> {
        let mut url = self.at("events");
        url.query_pairs_mut().append_pair("limit", &POSTAL_EVENTS_MAX.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        // There is no body to be signed, so the question itself is.
        let asked = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let mut request = self.agent.get(url.as_str());
        for (name, value) in self.signed(id, now, &asked) {
            request = request.header(name, value);
        }
        let mut response = request.call().map_err(|error| plain(&error))?;
        taken(&response)?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let body = body.map_err(|error| plain(&error))?;
        let answer: EventsAnswer =
            serde_json::from_str(&body).map_err(|_| "its answer is not JSON as the format has it".to_owned())?;
        if answer.events.len() > POSTAL_EVENTS_MAX {
            return Err(format!("it tells more than {POSTAL_EVENTS_MAX} events at once"));
        }
        if answer.next.as_ref().is_some_and(|next| next.len() > CURSOR_BYTES_MAX) {
            return Err(format!("its cursor is longer than {CURSOR_BYTES_MAX} bytes"));
        }
        Ok(answer)
    }
}

fn taken(response: &Response<Body>) -> Result<(), String> {
    let status = response.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {}", status.as_u16())) }
}

fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "its host is not found".into(),
        ureq::Error::Timeout(_) => "it did not answer in time".into(),
        ureq::Error::BodyExceedsLimit(_) => "its answer is too long".into(),
        _ => "it cannot be reached".into(),
    }
}

/// When to tell again after so many tries.
fn pause(tries: u32) -> TimeDelta {
    let place = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1).min(PAUSES_S.len() - 1);
    TimeDelta::seconds(PAUSES_S[place])
}

impl Service {
    /// Has this process exchange handovers and events with the operator's system. A second call changes nothing.
    pub fn exchange_with_post(&self, settings: PostalSettings) {
        let _ = self.inner.postal.0.set(Operator::new(settings));
    }

    /// Whether an operator's system is configured.
    #[must_use]
    pub fn has_postal_operator(&self) -> bool {
        self.inner.postal.0.get().is_some()
    }

    /// Tells the operator's system of the handovers that it has not been told of; answers how many it took. The same handover
    /// told twice has the same id there.
    ///
    /// # Errors
    /// [`ServiceError::Store`]; that the operator does not answer is no error, and is tried again.
    pub fn announce_postal_handovers(&self) -> Result<usize, ServiceError> {
        let Some(operator) = self.inner.postal.0.get() else { return Ok(0) };
        let centre = self.centre()?;
        let mut taken = 0;
        for StoredHandover { handover, announce_tries, .. } in
            self.store().postal_handovers_to_announce(centre.centre.id, self.now(), AT_ONCE)?
        {
            self.record_giving(&centre, &handover)?;
            let payload = self.announcement(&centre, &handover)?;
            let now = self.now();
            let told = operator.announce(&format!("handover_{}", handover.id.simple()), now, &payload);
            let tries = announce_tries.saturating_add(1);
            let failed = told.as_ref().err().map(|problem| (problem.as_str(), now + pause(tries)));
            self.store().settle_postal_announcement(centre.centre.id, handover.id, now, failed)?;
            taken += usize::from(told.is_ok());
        }
        Ok(taken)
    }

    /// What the operator is told of a handover. Names and addresses stand on the parcels, and are not repeated.
    fn announcement(&self, centre: &CentreData, handover: &PostalHandover) -> Result<String, ServiceError> {
        let office = |id: SiteId| centre.site(id).map(|site| json!({ "code": site.code, "name": site.name }));
        let parcels = self.store().postal_parcels(centre.centre.id, &[handover.id])?;
        let parcels = parcels.iter().map(
            |parcel| json!({ "number": parcel.number, "pieces": parcel.items.len(), "weight_g": parcel.weight_g }),
        );
        let told = json!({
            "id": handover.id,
            "centre": centre.centre.code,
            "handed_at": handover.handed_at.with_timezone(&centre.centre.time_zone).to_rfc3339(),
            "from": office(handover.from),
            "to": office(handover.to),
            "parcels": parcels.collect::<Vec<Value>>(),
        });
        Ok(told.to_string())
    }

    /// Reads what the operator's system has to tell since the last time; answers how many events were new. Its place in the list
    /// is kept after the events, so that what broke off is read again.
    ///
    /// # Errors
    /// [`ServiceError::Store`], and [`ServiceError::PostalOperator`] when the operator does not answer as it should.
    pub fn read_postal_events(&self) -> Result<usize, ServiceError> {
        let Some(operator) = self.inner.postal.0.get() else { return Ok(0) };
        let centre = self.centre()?.centre.id;
        let mut new = 0;
        for _ in 0..PARTS_MAX {
            let after = self.store().postal_cursor(centre)?;
            let id = format!("poll_{}", self.fresh_uuid().simple());
            let answer = operator
                .events(&id, self.now(), after.as_deref())
                .map_err(|problem| ServiceError::PostalOperator { problem })?;
            let told = answer.events.into_iter().map(read_postal_event).collect();
            let answers = self.take_postal_events(told, RECORDED_BY)?;
            new += answers.iter().filter(|answer| **answer == PostalAnswer::Created).count();
            let refused = answers.iter().filter(|it| matches!(it, PostalAnswer::Rejected(_) | PostalAnswer::Conflict));
            let refused = refused.count();
            if refused > 0 {
                tracing::warn!(refused, "events of the postal operator could not be accepted");
            }
            match answer.next {
                Some(next) if Some(&next) != after.as_ref() => {
                    self.store().set_postal_cursor(centre, &next, self.now())?;
                }
                _ => break,
            }
        }
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn only_the_own_machine_is_reached_in_clear() {
        assert!(PostalSettings::new("https://post.example.org/conthoi", SECRET).is_ok());
        assert!(PostalSettings::new("http://127.0.0.1:9000", SECRET).is_ok());
        for url in ["http://post.example.org/", "ftp://127.0.0.1/", "https://post.example.org/?x=1", "post"] {
            assert!(PostalSettings::new(url, SECRET).is_err(), "{url}");
        }
        let said = PostalSettings::new("https://post.example.org/", "whsec_x").unwrap_err();
        assert!(!said.contains("whsec_x"), "{said}");
    }

    #[test]
    fn the_pauses_grow_and_never_end() {
        let pauses: Vec<i64> = (1..=7).map(|tries| pause(tries).num_seconds()).collect();
        assert_eq!(pauses, [60, 300, 1_800, 7_200, 21_600, 21_600, 21_600]);
    }
}
