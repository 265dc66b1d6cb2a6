//! The scan: what a device observed, as the device tells it.

use std::{collections::BTreeSet, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Code, CourierId, DeviceId, LegCarrier, Place, Position, ScanId, SiteId};

/// Codes in one scan at most.
pub const SCAN_CODES_MAX: usize = 1_000;
/// References to evidence in one scan at most.
pub const SCAN_EVIDENCE_MAX: usize = 50;
/// Characters of a note at most.
pub const SCAN_NOTE_CHARS_MAX: usize = 1_000;

/// Who can hold a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A courier.
    Courier(CourierId),
    /// An office, for which its clerk acts.
    Site(SiteId),
    /// The person to whom it was delivered.
    Recipient,
}

/// Why a delivery attempt failed. The first five are the cases of Luật Bưu chính Điều 17.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptFailure {
    /// The address is missing or wrong.
    WrongAddress,
    /// The recipient has moved.
    Moved,
    /// The recipient was not found at the address.
    NotFound,
    /// Nobody was there; an invitation was left.
    Absent,
    /// The recipient refused it.
    Refused,
    /// No identity document, or no authorisation of a delegate.
    NoDocument,
    /// It was damaged and was not handed over.
    Damaged,
    /// The place could not be reached.
    NotReached,
}

impl AttemptFailure {
    const WORDS: [(&'static str, Self); 8] = [
        ("wrong_address", Self::WrongAddress),
        ("moved", Self::Moved),
        ("not_found", Self::NotFound),
        ("absent", Self::Absent),
        ("refused", Self::Refused),
        ("no_document", Self::NoDocument),
        ("damaged", Self::Damaged),
        ("not_reached", Self::NotReached),
    ];
}

word_enum!(AttemptFailure, "reason of a failed attempt");

/// What was done with the things scanned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A label was put on; the actor holds the thing.
    Register,
    /// The things were put into a pouch, which was sealed.
    Seal {
        /// The pouch.
        pouch: Code,
        /// The number on the seal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<String>,
    },
    /// A pouch was opened and its content counted: the codes are what was found in it.
    Open {
        /// The pouch.
        pouch: Code,
    },
    /// The things came on board.
    Load,
    /// The actor handed the things to the counterparty.
    Give,
    /// The actor took the things from the counterparty.
    Receive,
    /// The things went off the vehicle; the actor still has them.
    Unload,
    /// The things reached their recipient.
    Deliver,
    /// The things could not be delivered.
    AttemptFailed {
        /// Why.
        reason: AttemptFailure,
    },
    /// What could not be delivered was handed back to an office, which is the counterparty.
    HandBack,
    /// The things are not where they should be.
    ReportMissing,
    /// The things are damaged.
    ReportDamaged,
    /// The things turned up; the actor has them.
    ReportFound,
    /// The actor counted the things that lie there.
    Count,
    /// An earlier scan was wrong about the codes given here: of that scan they are struck out. A correction itself cannot
    /// be struck out; what it took away wrongly is scanned again.
    Correct {
        /// The earlier scan.
        scan: ScanId,
    },
}

impl Action {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Seal { .. } => "seal",
            Self::Open { .. } => "open",
            Self::Load => "load",
            Self::Give => "give",
            Self::Receive => "receive",
            Self::Unload => "unload",
            Self::Deliver => "deliver",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::HandBack => "hand_back",
            Self::ReportMissing => "report_missing",
            Self::ReportDamaged => "report_damaged",
            Self::ReportFound => "report_found",
            Self::Count => "count",
            Self::Correct { .. } => "correct",
        }
    }

    /// The pouch that is sealed or opened.
    #[must_use]
    pub fn pouch(&self) -> Option<&Code> {
        match self {
            Self::Seal { pouch, .. } | Self::Open { pouch } => Some(pouch),
            _ => None,
        }
    }
}

/// A reference to evidence, such as a photo or a signature: the SHA-256 digest of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceRef([u8; 32]);

impl EvidenceRef {
    /// The reference to evidence with this digest.
    #[must_use]
    pub fn from_sha256(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EvidenceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl TryFrom<String> for EvidenceRef {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let expected = || "expected the SHA-256 digest of the evidence: 64 digits of 0-9 and a-f".to_owned();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Err(expected());
        }
        let mut digest = [0; 32];
        for (byte, place) in digest.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).map_err(|_| expected())?;
        }
        Ok(Self(digest))
    }
}

impl From<EvidenceRef> for String {
    fn from(evidence: EvidenceRef) -> Self {
        evidence.to_string()
    }
}

/// What a device observed. Never changed, never deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Its id, a `UUIDv7` made by the device: the same scan sent again has the same one.
    pub id: ScanId,
    /// The device.
    pub device_id: DeviceId,
    /// Its running number on that device, from 1, without gaps: the order in which the device observed.
    pub device_seq: u64,
    /// What the device's clock showed, which may be wrong.
    pub device_time: DateTime<Utc>,
    /// Who scanned.
    pub actor: Party,
    /// What was done.
    pub action: Action,
    /// What was scanned, without repetition.
    pub codes: Vec<Code>,
    /// Who gave or received.
    pub counterparty: Option<Party>,
    /// The run or round on which it was.
    pub trip: Option<LegCarrier>,
    /// At which place.
    pub place: Option<Place>,
    /// Where on Earth.
    pub position: Option<Position>,
    /// Photos, signatures.
    pub evidence: Vec<EvidenceRef>,
    /// What the actor remarked.
    pub note: Option<String>,
}

/// What is wrong with a field of a scan. The message never repeats a value that may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanProblem {
    /// The field, as a path of names and places: `codes/3`.
    pub field: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Scan {
    /// Checks what must hold between the fields; answers every problem.
    ///
    /// # Errors
    /// All [`ScanProblem`]s, at least one.
    pub fn validate(&self) -> Result<(), Vec<ScanProblem>> {
        let mut problems = Vec::new();
        let mut note = |field: &str, message: &str| {
            problems.push(ScanProblem { field: field.to_owned(), message: message.to_owned() });
        };
        if self.id.uuid().get_version_num() != 7 {
            note("id", "expected a UUID of version 7, made by the device");
        }
        if !(1..=i64::MAX.cast_unsigned()).contains(&self.device_seq) {
            note("device_seq", "expected the scan's running number on its device, from 1");
        }
        if self.device_time.timestamp() < 0 || self.device_time.timestamp() > 253_402_300_799 {
            note("device_time", "expected a time between 1970 and 9999");
        }
        if self.actor == Party::Recipient {
            note("actor", "a recipient does not scan: expected a courier or a site");
        }
        self.check_codes(&mut note);
        self.check_counterparty(&mut note);
        if self.evidence.len() > SCAN_EVIDENCE_MAX {
            note("evidence", "at most 50 references are accepted");
        }
        if let Some(text) = &self.note
            && (text.chars().count() > SCAN_NOTE_CHARS_MAX || text.chars().any(|c| c.is_control() && c != '\n'))
        {
            note("note", "expected at most 1000 characters without control characters");
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn check_codes(&self, note: &mut impl FnMut(&str, &str)) {
        let may_be_empty = matches!(self.action, Action::Open { .. } | Action::Count);
        if self.codes.is_empty() && !may_be_empty {
            note("codes", "nothing was scanned: expected 1 to 1000 codes");
        }
        if self.codes.len() > SCAN_CODES_MAX {
            note("codes", "more than 1000 codes: split the scan");
        }
        let mut seen = BTreeSet::new();
        for (place, code) in self.codes.iter().enumerate() {
            if !code.names_a_thing() {
                note(&format!("codes/{place}"), "it names a place or a kind of document, not a thing that can be held");
            } else if !seen.insert(code) {
                note(&format!("codes/{place}"), "it is in the list already");
            }
        }
        if let Some(pouch) = self.action.pouch() {
            if !pouch.names_a_container() {
                note("action/pouch", "expected the code of a pouch, or an SSCC");
            } else if seen.contains(pouch) {
                note("codes", "the pouch itself cannot be among its content");
            }
        }
        match &self.action {
            Action::Seal { seal: Some(seal), .. }
                if !(1..=64).contains(&seal.len()) || !seal.bytes().all(|byte| byte.is_ascii_graphic()) =>
            {
                note("action/seal", "expected 1 to 64 visible ASCII characters");
            }
            Action::Correct { scan } if *scan == self.id => note("action/scan", "a scan cannot correct itself"),
            _ => {}
        }
    }

    fn check_counterparty(&self, note: &mut impl FnMut(&str, &str)) {
        let field = "counterparty";
        match (&self.action, self.counterparty) {
            (Action::Give | Action::Receive | Action::HandBack, None) => {
                note(field, "it is missing: say to whom or from whom");
            }
            (Action::Give | Action::Receive | Action::HandBack, Some(Party::Recipient)) => {
                note(field, "what goes to a recipient is delivered: expected a courier or a site");
            }
            (Action::HandBack, Some(Party::Courier(_))) => note(field, "things are handed back to a site"),
            (Action::Give | Action::Receive | Action::HandBack, Some(other)) if other == self.actor => {
                note(field, "it is the actor: expected the other party");
            }
            (Action::Give | Action::Receive | Action::HandBack, Some(_)) | (_, None) => {}
            (_, Some(_)) => note(field, "this action has no counterparty: leave it out"),
        }
    }
}
