use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    AttemptFailure, CentreId, CourierId, DeliveryEvent, DeliveryFact, DeliveryReach, DossierId, EvidenceRef,
    HomeDeliveryId, Phone,
};

/// How a citizen's request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// The one-time code has not been given yet.
    AwaitingCode,
    /// It is final: the result is brought home.
    Confirmed,
    /// The citizen fetches the result at the counter instead.
    CounterPickup,
    /// The citizen wants it no more, or never gave the code.
    Cancelled,
}

impl RequestState {
    const WORDS: [(&'static str, Self); 4] = [
        ("awaiting_code", Self::AwaitingCode),
        ("confirmed", Self::Confirmed),
        ("counter_pickup", Self::CounterPickup),
        ("cancelled", Self::Cancelled),
    ];
}

word_enum!(RequestState, "state of a request");

/// Somebody who may receive a result for its citizen.
#[derive(Clone, PartialEq, Eq)]
pub struct Delegate {
    /// The name.
    pub name: String,
    /// What the authorisation is: its number, or who has certified it.
    pub authorisation: String,
}

/// The personal data of a request. It shows none of them by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct HomeContact {
    /// The citizen's name.
    pub name: String,
    /// The citizen's number.
    pub phone: Phone,
    /// Who receives the result, where it is not the citizen.
    pub delegate: Option<Delegate>,
}

impl fmt::Debug for HomeContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HomeContact").field("has_delegate", &self.delegate.is_some()).finish_non_exhaustive()
    }
}

/// A place in the queue at the centre's counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueTicket {
    /// The day.
    pub date: NaiveDate,
    /// The number, from 1 each day.
    pub number: u32,
}

/// What a citizen has asked for, beside the [`super::HomeDelivery`] that planning reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRequest {
    /// The home delivery.
    pub id: HomeDeliveryId,
    /// The centre.
    pub centre_id: CentreId,
    /// The dossier whose result is wanted.
    pub dossier_id: DossierId,
    /// How it stands.
    pub state: RequestState,
    /// How often it was changed.
    pub revision: u32,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Until when its half-day is kept free while the code is awaited.
    pub held_until: DateTime<Utc>,
    /// When the code was given.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it ended otherwise than by a delivery.
    pub ended_at: Option<DateTime<Utc>>,
    /// How far it goes.
    pub reach: DeliveryReach,
    /// What it costs, đồng.
    pub fee_dong: u32,
    /// The version of the text that was agreed to.
    pub consent_version: String,
    /// When.
    pub consented_at: DateTime<Utc>,
    /// Whose it is; `None` once that is erased.
    pub contact: Option<HomeContact>,
    /// The place in the queue, for a pick-up at the counter.
    pub ticket: Option<QueueTicket>,
}

impl HomeRequest {
    /// Whether its half-day is taken at `now`.
    #[must_use]
    pub fn holds_its_half_day(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            RequestState::AwaitingCode => now < self.held_until,
            RequestState::Confirmed => true,
            RequestState::CounterPickup | RequestState::Cancelled => false,
        }
    }
}

/// Who stood at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// The citizen.
    Recipient,
    /// The delegate, who showed the authorisation too.
    Delegate,
}

impl Receiver {
    const WORDS: [(&'static str, Self); 2] = [("recipient", Self::Recipient), ("delegate", Self::Delegate)];
}

word_enum!(Receiver, "receiver");

/// The kinds of identity documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityDocument {
    /// Thẻ căn cước, căn cước công dân.
    IdentityCard,
    /// The same in the application `VNeID`.
    ElectronicIdentity,
    /// Hộ chiếu.
    Passport,
    /// Another with a photo.
    Other,
}

impl IdentityDocument {
    const WORDS: [(&'static str, Self); 4] = [
        ("identity_card", Self::IdentityCard),
        ("electronic_identity", Self::ElectronicIdentity),
        ("passport", Self::Passport),
        ("other", Self::Other),
    ];
}

word_enum!(IdentityDocument, "identity document");

/// What proves a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A signature on the device.
    Signature,
    /// A photo.
    Photo,
    /// The one-time code that the recipient told.
    Code,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Signature, Self::Photo, Self::Code];
    const WORDS: [(&'static str, Self); 3] =
        [("signature", Self::Signature), ("photo", Self::Photo), ("code", Self::Code)];

    /// The rule that says whether the centre takes it.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Signature => "proof_signature",
            Self::Photo => "proof_photo",
            Self::Code => "proof_code",
        }
    }
}

word_enum!(Proof, "proof of a delivery");

/// What somebody of the centre has recorded of a home delivery. Nothing personal but the last digits of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HomeEvent {
    /// The carrier received the result.
    Accepted,
    /// An identity document was looked at.
    IdentityChecked {
        /// Whose.
        receiver: Receiver,
        /// Its kind.
        document: IdentityDocument,
        /// Its last four digits or letters at most.
        last_digits: String,
    },
    /// The delivery was proved.
    Proved {
        /// How.
        proof: Proof,
        /// The signature or the photo.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<EvidenceRef>,
    },
    /// Originals that must be withdrawn were taken back at the door.
    DocumentsWithdrawn {
        /// How many were to be.
        expected: u32,
        /// How many were.
        collected: u32,
    },
    /// They were brought back to the authority.
    DocumentsReturned {
        /// How many.
        count: u32,
    },
    /// The fee was paid at the door.
    FeeCollected {
        /// How much, đồng.
        amount_dong: u32,
        /// To whom.
        courier_id: CourierId,
    },
    /// The result was handed over.
    Delivered,
    /// An attempt failed.
    AttemptFailed {
        /// Why.
        reason: AttemptFailure,
    },
    /// The recipient was invited once more without a visit.
    Invited,
    /// It went back to the authority.
    Returned,
    /// It is lost. What that is made good with is a [`super::Compensation`].
    Lost,
}

impl HomeEvent {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::IdentityChecked { .. } => "identity_checked",
            Self::Proved { .. } => "proved",
            Self::DocumentsWithdrawn { .. } => "documents_withdrawn",
            Self::DocumentsReturned { .. } => "documents_returned",
            Self::FeeCollected { .. } => "fee_collected",
            Self::Delivered => "delivered",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::Invited => "invited",
            Self::Returned => "returned",
            Self::Lost => "lost",
        }
    }

    /// What it is to the legal clock.
    #[must_use]
    pub fn of_the_clock(&self) -> Option<DeliveryEvent> {
        Some(match self {
            Self::Accepted => DeliveryEvent::Accepted,
            Self::Delivered => DeliveryEvent::Delivered,
            Self::AttemptFailed { reason } => DeliveryEvent::Failed(*reason),
            // An invitation without a visit counts as one at which nobody came.
            Self::Invited => DeliveryEvent::Failed(AttemptFailure::Absent),
            Self::Returned => DeliveryEvent::Returned,
            Self::Lost => DeliveryEvent::Lost,
            Self::IdentityChecked { .. }
            | Self::Proved { .. }
            | Self::DocumentsWithdrawn { .. }
            | Self::DocumentsReturned { .. }
            | Self::FeeCollected { .. } => return None,
        })
    }
}

/// Something recorded of a home delivery. Never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeFact {
    /// Its id, made by whoever recorded it.
    pub id: Uuid,
    /// The centre.
    pub centre_id: CentreId,
    /// The home delivery.
    pub home_delivery_id: HomeDeliveryId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// By whom, as the audit log names them.
    pub recorded_by: String,
    /// What.
    pub event: HomeEvent,
}

impl HomeFact {
    /// What it is to the legal clock.
    #[must_use]
    pub fn of_the_clock(&self) -> Option<DeliveryFact> {
        self.event.of_the_clock().map(|event| DeliveryFact { at: self.at, event })
    }
}
