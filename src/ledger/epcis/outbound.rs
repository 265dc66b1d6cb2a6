//! Our scans as events for partners.
//!
//! | scan | event | business step | disposition |
//! | --- | --- | --- | --- |
//! | register | `ObjectEvent` ADD | commissioning | active |
//! | seal, open | `AggregationEvent` ADD, DELETE | packing, unpacking | `container_closed`, `container_open` |
//! | load, unload | `ObjectEvent` OBSERVE | loading, unloading | `in_transit` |
//! | give, deliver, hand back | `ObjectEvent` OBSERVE | shipping | `in_transit`, none, returned |
//! | receive | `ObjectEvent` OBSERVE | receiving | `in_transit` |
//! | attempt failed | `ObjectEvent` OBSERVE | holding | `in_transit`, damaged |
//! | report missing, damaged, found | `ObjectEvent` OBSERVE | inspecting | unknown, damaged, `in_progress` |
//! | count | `ObjectEvent` OBSERVE | `stock_taking` | none |
//!
//! Who had the things and who has them are source and destination of type `possessing_party`. Notes, positions, evidence and
//! the recipient's home are told to nobody.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::super::Recorded;
use crate::domain::{Action, AttemptFailure, Code, Gs1Key, Party, Place, Scan};

/// How things and parties are named to partners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    base: String,
    zone: Tz,
}

impl Naming {
    /// Names below `base`, a URI of ours that ends in a slash; times in `zone`. `None` when `base` is no such URI.
    #[must_use]
    pub fn new(base: &str, zone: Tz) -> Option<Self> {
        let sound = super::identifier::is_uri(base) && base.starts_with("https://") && base.ends_with('/');
        (sound && !base.contains(['?', '#'])).then(|| Self { base: base.to_owned(), zone })
    }

    /// The URI of a thing: the Digital Link of a key of GS1, else one of ours.
    #[must_use]
    pub fn thing(&self, code: &Code) -> String {
        match code {
            Code::Gs1(Gs1Key::Sscc(digits)) => format!("https://id.gs1.org/00/{digits}"),
            Code::Gs1(Gs1Key::Gdti { kind, serial }) => {
                format!("https://id.gs1.org/253/{kind}{}", escape(serial.as_deref().unwrap_or_default()))
            }
            Code::Gs1(Gs1Key::Gln(digits)) => format!("https://id.gs1.org/414/{digits}"),
            Code::Dossier(code) => format!("{}dossiers/{}", self.base, escape(&code.to_string())),
            Code::Postal(code) => format!("{}postal/{}", self.base, escape(&code.to_string())),
            Code::Item(code) => format!("{}items/{}", self.base, escape(code.as_str())),
            Code::Pouch(code) => format!("{}pouches/{}", self.base, escape(code.as_str())),
        }
    }

    /// The URI of who holds a thing. Recipients have one in common.
    #[must_use]
    pub fn party(&self, party: Party) -> String {
        match party {
            Party::Courier(id) => format!("{}couriers/{id}", self.base),
            Party::Site(id) => format!("{}sites/{id}", self.base),
            Party::Recipient => format!("{}recipient", self.base),
        }
    }
}

/// Everything but what a URI may hold unescaped everywhere.
fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The scan as an event, to stand in a document; `None` of a count that found nothing, and of a correction, which
/// [`correction`] tells.
#[must_use]
pub fn event_of(recorded: &Recorded, naming: &Naming) -> Option<Value> {
    let scan = &recorded.scan;
    if matches!(scan.action, Action::Correct { .. }) || (scan.codes.is_empty() && scan.action.pouch().is_none()) {
        return None;
    }
    Some(told(recorded, &scan.codes, naming))
}

/// A correction as events: the declaration that the scan it corrects is wrong, and, where some of that scan's codes stand,
/// the event that is right. `None` when `correction` does not correct `wrong`.
#[must_use]
pub fn correction(wrong: &Recorded, correction: &Recorded, naming: &Naming) -> Option<Vec<Value>> {
    if !matches!(correction.scan.action, Action::Correct { scan } if scan == wrong.scan.id) {
        return None;
    }
    let mut declaration = event_of(wrong, naming)?;
    let struck = &correction.scan.codes;
    let left: Vec<Code> = wrong.scan.codes.iter().filter(|code| !struck.contains(code)).cloned().collect();
    let declared = correction.at().to_rfc3339_opts(SecondsFormat::Millis, true);
    if left.is_empty() {
        declaration["errorDeclaration"] = json!({ "declarationTime": declared, "reason": "did_not_occur" });
        return Some(vec![declaration]);
    }
    let mut right = told(wrong, &left, naming);
    let id = format!("urn:uuid:{}", correction.scan.id);
    declaration["errorDeclaration"] =
        json!({ "declarationTime": declared, "reason": "incorrect_data", "correctiveEventIDs": [id] });
    right["eventID"] = id.into();
    Some(vec![declaration, right])
}

fn told(recorded: &Recorded, codes: &[Code], naming: &Naming) -> Value {
    let scan = &recorded.scan;
    let local = recorded.at().with_timezone(&naming.zone);
    let things: Vec<String> = codes.iter().map(|code| naming.thing(code)).collect();
    let (action, step, disposition) = words(&scan.action);
    let mut event = json!({
        "eventID": format!("urn:uuid:{}", scan.id),
        "eventTime": local.to_rfc3339_opts(SecondsFormat::Millis, false),
        "eventTimeZoneOffset": local.format("%:z").to_string(),
        "recordTime": recorded.received_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "action": action,
        "bizStep": step,
    });
    if let Some(disposition) = disposition {
        event["disposition"] = disposition.into();
    }
    if let Some(pouch) = scan.action.pouch() {
        event["type"] = "AggregationEvent".into();
        event["parentID"] = naming.thing(pouch).into();
        if !things.is_empty() {
            event["childEPCs"] = things.into();
        }
    } else {
        event["type"] = "ObjectEvent".into();
        event["epcList"] = things.into();
    }
    if let Some(Place::Site(site)) = scan.place {
        event["readPoint"] = json!({ "id": naming.party(Party::Site(site)) });
    }
    if let Some((from, to)) = handed(scan) {
        event["sourceList"] = json!([{ "type": "possessing_party", "source": naming.party(from) }]);
        event["destinationList"] = json!([{ "type": "possessing_party", "destination": naming.party(to) }]);
    }
    event
}

/// Action, business step and disposition.
fn words(action: &Action) -> (&'static str, &'static str, Option<&'static str>) {
    match action {
        Action::Register => ("ADD", "commissioning", Some("active")),
        Action::Seal { .. } => ("ADD", "packing", Some("container_closed")),
        Action::Open { .. } => ("DELETE", "unpacking", Some("container_open")),
        Action::Load => ("OBSERVE", "loading", Some("in_transit")),
        Action::Unload => ("OBSERVE", "unloading", Some("in_transit")),
        Action::Give => ("OBSERVE", "shipping", Some("in_transit")),
        Action::Receive => ("OBSERVE", "receiving", Some("in_transit")),
        Action::Deliver => ("OBSERVE", "shipping", None),
        Action::HandBack => ("OBSERVE", "shipping", Some("returned")),
        Action::AttemptFailed { reason: AttemptFailure::Damaged } => ("OBSERVE", "holding", Some("damaged")),
        Action::AttemptFailed { .. } => ("OBSERVE", "holding", Some("in_transit")),
        Action::ReportMissing => ("OBSERVE", "inspecting", Some("unknown")),
        Action::ReportDamaged => ("OBSERVE", "inspecting", Some("damaged")),
        Action::ReportFound => ("OBSERVE", "inspecting", Some("in_progress")),
        Action::Count | Action::Correct { .. } => ("OBSERVE", "stock_taking", None),
    }
}

/// From whom to whom.
fn handed(scan: &Scan) -> Option<(Party, Party)> {
    match (&scan.action, scan.counterparty) {
        (Action::Give | Action::HandBack, Some(other)) => Some((scan.actor, other)),
        (Action::Receive, Some(other)) => Some((other, scan.actor)),
        (Action::Deliver, _) => Some((scan.actor, Party::Recipient)),
        _ => None,
    }
}
