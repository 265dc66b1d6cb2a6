//! What is told of each kind. The same for whoever follows the feed and for webhooks.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::FeedKind;
use crate::{
    domain::{Action, CentreData, Code, LegCarrier, Party, Place},
    ledger::Recorded,
    service::ServiceError,
    store::StoreError,
};

fn local(centre: &CentreData, at: DateTime<Utc>) -> String {
    at.with_timezone(&centre.centre.time_zone).to_rfc3339()
}

fn party(centre: &CentreData, party: Party) -> Value {
    match party {
        Party::Courier(id) => {
            let courier = centre.couriers.iter().find(|courier| courier.id == id);
            json!({ "type": "courier", "code": courier.map_or_else(|| id.to_string(), |courier| courier.code.clone()) })
        }
        Party::Site(id) => site(centre, id),
        Party::Recipient => json!({ "type": "recipient" }),
    }
}

fn site(centre: &CentreData, id: crate::domain::SiteId) -> Value {
    match centre.site(id) {
        Some(site) => json!({ "type": "site", "code": site.code, "name": site.name }),
        None => json!({ "type": "site", "code": id.to_string(), "name": "" }),
    }
}

/// A recorded scan, without what only those may see who have to deal with it.
pub(super) fn scan(centre: &CentreData, position: i64, record: &Recorded) -> Value {
    let scan = &record.scan;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| {
        told.insert(name.to_owned(), value);
    };
    tell("position", position.into());
    tell("id", scan.id.to_string().into());
    tell("action", scan.action.word().into());
    tell("codes", scan.codes.iter().map(Code::text).collect::<Vec<_>>().into());
    if let Some(pouch) = scan.action.pouch() {
        tell("pouch", pouch.text().into());
    }
    if let Action::AttemptFailed { reason } = &scan.action {
        tell("reason", reason.as_str().into());
    }
    if let Action::Correct { scan } = &scan.action {
        tell("corrects", scan.to_string().into());
    }
    tell("actor", party(centre, scan.actor));
    if let Some(other) = scan.counterparty {
        tell("counterparty", party(centre, other));
    }
    match scan.place {
        Some(Place::Site(id)) => tell("place", site(centre, id)),
        Some(Place::Home(id)) => tell("place", json!({ "type": "home", "home_delivery_id": id.to_string() })),
        None => {}
    }
    match scan.trip {
        Some(LegCarrier::Run(id)) => tell("run_id", id.to_string().into()),
        Some(LegCarrier::Round(id)) => tell("round_id", id.to_string().into()),
        None => {}
    }
    tell("happened_at", local(centre, record.at()).into());
    tell("received_at", local(centre, record.received_at).into());
    Value::Object(told)
}

/// What the store tells of a discrepancy.
#[derive(Deserialize)]
struct DiscrepancyEntry {
    id: Uuid,
    kind: String,
    subject: Option<String>,
    scan_id: Uuid,
    raised_at: i64,
    due_at: i64,
}

/// Anything but a scan.
pub(super) fn other(centre: &CentreData, kind: FeedKind, detail: &str) -> Result<Value, ServiceError> {
    let corrupt = |problem: String| ServiceError::Store(StoreError::Corrupt { table: "feed_entries", problem });
    if matches!(kind, FeedKind::PlanStored | FeedKind::AlertRaised) {
        return serde_json::from_str(detail).map_err(|error| corrupt(error.to_string()));
    }
    let entry: DiscrepancyEntry = serde_json::from_str(detail).map_err(|error| corrupt(error.to_string()))?;
    let time = |micros: i64| {
        let at = DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt("a time is beyond any date".into()))?;
        Ok::<_, ServiceError>(local(centre, at))
    };
    let code = entry.subject.and_then(|subject| subject.parse::<Code>().ok());
    Ok(json!({
        "id": entry.id,
        "kind": entry.kind,
        "code": code.map(|code| code.text()),
        "scan_id": entry.scan_id,
        "raised_at": time(entry.raised_at)?,
        "due_at": time(entry.due_at)?,
    }))
}
