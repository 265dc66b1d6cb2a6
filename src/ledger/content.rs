//! The canonical form of a scan: one line of JSON that is hashed and stored as it is.
//!
//! Its keys are in alphabetical order without blanks, absent fields are left out, ids are UUIDs in small letters, times are
//! RFC 3339 in UTC with no more than microseconds, numbers are whole; so it is also canonical by RFC 8785. Codes carry
//! their kind in front. `aside` is the digest of what is kept apart.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Action, Code, DeviceId, EvidenceRef, LegCarrier, Party, Place, Position, Scan, ScanId};

/// A stored scan that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// It is not the canonical form of a scan.
    #[error("the content is not a scan: {0}")]
    Unreadable(String),
    /// What is kept apart is not what the scan came with.
    #[error("what is kept apart of the scan is not what its content names")]
    Aside,
}

// The fields are in alphabetical order, which makes the form canonical.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    action: Action,
    actor: Party,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aside: Option<String>,
    codes: Vec<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counterparty: Option<Party>,
    device_id: DeviceId,
    device_seq: u64,
    device_time: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceRef>,
    id: ScanId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trip: Option<LegCarrier>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsideContent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
}

/// What of a scan may have to be erased one day: where the actor was and what the actor remarked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Random bytes that keep the digest from being guessed once the text is erased.
    pub salt: [u8; 16],
    /// Note and position as JSON.
    pub text: String,
}

impl Aside {
    /// What is kept apart of `scan`; `None` when there is nothing.
    ///
    /// # Panics
    /// Never: a note and a position have a JSON form.
    #[must_use]
    pub fn of(scan: &Scan, salt: [u8; 16]) -> Option<Self> {
        if scan.note.is_none() && scan.position.is_none() {
            return None;
        }
        let content = AsideContent { note: scan.note.clone(), position: scan.position };
        Some(Self { salt, text: serde_json::to_string(&content).expect("a note and a position have a JSON form") })
    }

    /// The digest by which the content names it.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::new().chain_update(self.salt).chain_update(self.text.as_bytes()).finalize())
    }
}

/// The canonical form of `scan`, which names `aside`.
///
/// # Panics
/// Never: a scan has a JSON form.
#[must_use]
pub fn canonical(scan: &Scan, aside: Option<&Aside>) -> String {
    let content = Content {
        action: scan.action.clone(),
        actor: scan.actor,
        aside: aside.map(Aside::digest),
        codes: scan.codes.clone(),
        counterparty: scan.counterparty,
        device_id: scan.device_id,
        device_seq: scan.device_seq,
        device_time: scan.device_time,
        evidence: scan.evidence.clone(),
        id: scan.id,
        place: scan.place,
        trip: scan.trip,
    };
    serde_json::to_string(&content).expect("a scan is made of strings, numbers and lists")
}

/// Reads a canonical form back. Without `aside` (it may have been erased) the scan has no note and no position.
///
/// # Errors
/// [`ContentError`] for a text that is no scan, or an aside that is not the one it names.
pub fn read(text: &str, aside: Option<&Aside>) -> Result<Scan, ContentError> {
    let unreadable = |error: serde_json::Error| ContentError::Unreadable(error.to_string());
    let content: Content = serde_json::from_str(text).map_err(unreadable)?;
    let kept_apart = match aside {
        None => AsideContent { note: None, position: None },
        Some(aside) if content.aside.as_deref() == Some(&*aside.digest()) => {
            serde_json::from_str(&aside.text).map_err(unreadable)?
        }
        Some(_) => return Err(ContentError::Aside),
    };
    Ok(Scan {
        id: content.id,
        device_id: content.device_id,
        device_seq: content.device_seq,
        device_time: content.device_time,
        actor: content.actor,
        action: content.action,
        codes: content.codes,
        counterparty: content.counterparty,
        trip: content.trip,
        place: content.place,
        position: kept_apart.position,
        evidence: content.evidence,
        note: kept_apart.note,
    })
}

/// Whether a stored scan is `scan`: the same in everything, but for what was erased of the stored one.
///
/// # Errors
/// [`ContentError`] when the stored text is no scan.
pub fn is_of(text: &str, aside: Option<&Aside>, scan: &Scan) -> Result<bool, ContentError> {
    let stored = read(text, aside)?;
    let names_aside = serde_json::from_str::<Content>(text).is_ok_and(|content| content.aside.is_some());
    if names_aside && aside.is_none() {
        return Ok(stored == Scan { note: None, position: None, ..scan.clone() });
    }
    Ok(stored == *scan)
}

/// The digest of a content.
#[must_use]
pub fn sha256(content: &str) -> [u8; 32] {
    Sha256::digest(content.as_bytes()).into()
}

/// Bytes as digits of 0-9 and a-f.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
