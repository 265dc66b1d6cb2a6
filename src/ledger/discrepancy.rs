use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::{Code, DeviceId, Party, ScanId};

/// How long things may take before they count as wrong. They come from the centre's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From handing over to receipt, and from a receipt to the scan of its handing over, seconds.
    pub handover_s: i64,
    /// From the first sight of a gap in a device's numbers, or of a clock that is ahead, until it counts, seconds.
    pub device_s: i64,
    /// From being raised until it must be resolved, seconds.
    pub resolve_s: i64,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DiscrepancyKind {
    /// Somebody acted on a thing that somebody else should have had.
    UnexpectedHolder {
        /// Who should have had it; `None` when nobody had it yet.
        expected: Option<Party>,
        /// Who had it.
        found: Party,
    },
    /// It was given, and the other side did not scan the receipt.
    NotReceived {
        /// Who gave it.
        giver: Party,
        /// Who should have received it.
        receiver: Party,
    },
    /// It was received, and the other side did not scan the handing over.
    NotGiven {
        /// Who should have given it.
        giver: Party,
        /// Who received it.
        receiver: Party,
    },
    /// It was reported missing and has not turned up.
    Missing,
    /// It was reported damaged.
    Damaged,
    /// It was sealed into a pouch and not in it when that was opened.
    MissingInPouch {
        /// The pouch.
        pouch: Code,
    },
    /// It was in a pouch into which it had not been sealed.
    ExtraInPouch {
        /// The pouch.
        pouch: Code,
    },
    /// It was scanned by itself while it should have been in a sealed pouch.
    OutsidePouch {
        /// The pouch.
        pouch: Code,
    },
    /// Scans of a device have not come in.
    SequenceGap {
        /// The device.
        device_id: DeviceId,
        /// The first number that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Two scans of a device have the same number.
    SequenceRepeated {
        /// The device.
        device_id: DeviceId,
        /// The number.
        number: u64,
    },
    /// A device's clock is ahead: its scan came in before the time that it shows.
    ClockAhead {
        /// The device.
        device_id: DeviceId,
        /// The day, in UTC, on which that came in.
        received_on: NaiveDate,
    },
    /// A scan came in again with other content; the first one counts, the other is kept aside.
    Conflict {
        /// The device that sent the other one.
        device_id: DeviceId,
    },
}

impl DiscrepancyKind {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::UnexpectedHolder { .. } => "unexpected_holder",
            Self::NotReceived { .. } => "not_received",
            Self::NotGiven { .. } => "not_given",
            Self::Missing => "missing",
            Self::Damaged => "damaged",
            Self::MissingInPouch { .. } => "missing_in_pouch",
            Self::ExtraInPouch { .. } => "extra_in_pouch",
            Self::OutsidePouch { .. } => "outside_pouch",
            Self::SequenceGap { .. } => "sequence_gap",
            Self::SequenceRepeated { .. } => "sequence_repeated",
            Self::ClockAhead { .. } => "clock_ahead",
            Self::Conflict { .. } => "conflict",
        }
    }
}

/// Something that somebody has to explain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Discrepancy {
    /// The thing; `None` when it is about a device.
    pub code: Option<Code>,
    /// The scan that shows it.
    pub scan: ScanId,
    /// What is wrong.
    pub kind: DiscrepancyKind,
    /// Who has to explain it; `None` when only the dispatcher can.
    pub owner: Option<Party>,
    /// From when on it counts: a late scan may explain it before.
    pub raised_at: DateTime<Utc>,
    /// When it must be resolved.
    pub due_at: DateTime<Utc>,
}

impl Discrepancy {
    pub(super) fn new(
        code: Option<Code>,
        scan: ScanId,
        kind: DiscrepancyKind,
        owner: Option<Party>,
        raised_at: DateTime<Utc>,
        limits: &Limits,
    ) -> Self {
        let due_at = raised_at + Duration::seconds(limits.resolve_s);
        Self { code, scan, kind, owner: owner.filter(|owner| *owner != Party::Recipient), raised_at, due_at }
    }

    /// The discrepancy of a device's scan.
    #[must_use]
    pub fn of_device(
        scan: ScanId,
        kind: DiscrepancyKind,
        owner: Option<Party>,
        raised_at: DateTime<Utc>,
        limits: &Limits,
    ) -> Self {
        Self::new(None, scan, kind, owner, raised_at, limits)
    }

    /// Its id: the same finding has the same one, however often the scans are looked at.
    ///
    /// # Panics
    /// Never: a kind of discrepancy has a JSON form.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let kind = serde_json::to_string(&self.kind).expect("a kind is made of strings and numbers");
        let digest = Sha256::new()
            .chain_update(self.code.as_ref().map(ToString::to_string).unwrap_or_default())
            .chain_update([0])
            // A gap is one finding, whichever scan shows it.
            .chain_update(if matches!(self.kind, DiscrepancyKind::SequenceGap { .. }) {
                [0; 16]
            } else {
                *self.scan.uuid().as_bytes()
            })
            .chain_update(kind)
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}
