//! The mission's words as types and rules.
//!
//! Everything may use this layer and it uses nothing above it. It reads no clock, no file and no random source:
//! times, texts and new ids come in as arguments. Values here are valid by construction: a [`Position`] lies on
//! Earth, an [`OpeningHours`] has no overlap, an [`S10`] has its right check digit.
//!
//! What it does not know: databases, HTTP, road networks, how routes are found.

/// Gives an enum with a `WORDS` table its words: `as_str`, `Display` and `FromStr`.
macro_rules! word_enum {
    ($name:ident, $what:literal) => {
        impl $name {
            /// The word that stands for this in data, in the database and in the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                Self::WORDS
                    .iter()
                    .find(|(_, value)| *value == self)
                    .map(|(word, _)| *word)
                    .expect("every variant has its word in WORDS")
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::DomainError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
                    $crate::domain::DomainError::UnknownWord {
                        what: $what,
                        text: text.to_owned(),
                        expected: Self::WORDS.map(|(word, _)| word).join(", "),
                    }
                })
            }
        }
    };
}

mod account;
mod calendar;
mod centre;
mod code;
mod commune;
mod complaint;
mod delivery_clock;
mod dossier;
mod effective;
mod error;
mod fleet;
mod form;
mod gazetteer;
mod home_delivery;
mod home_request;
mod home_terms;
mod id;
mod item;
mod live;
mod message;
mod opening;
mod phone;
mod plan;
mod position;
mod postal;
mod pouch;
mod rating;
mod reason;
pub mod report;
mod rights;
mod rules;
mod s10;
mod scan;
mod season;
mod site;
mod text;
mod time;
mod timetable;

pub use account::{AccountName, NAME_CHARS_MAX, Role, Scope};
pub use calendar::{Calendar, DayKind, SpecialDay};
pub use centre::{Area, Centre, CentreData, HalfDayHours, ProcedureShare};
pub use code::{Code, Gs1Key, Misread};
pub use commune::{Commune, CommuneKind};
pub use complaint::{
    COMPLAINT_CHARS_MAX, Compensation, Complaint, ComplaintAnswer, ComplaintClock, ComplaintReach, LossKind,
};
pub use delivery_clock::{DeliveryClock, DeliveryEvent, DeliveryFact, DeliveryNext, DeliveryReach, Undeliverable};
pub use dossier::{Dossier, DossierCode, DossierCodePattern, DossierCodePatterns};
pub use effective::Effective;
pub use error::DomainError;
pub use fleet::{Courier, Vehicle, VehicleProfile};
pub use form::{FormColumn, FormKind, PaperForm};
pub use gazetteer::{Candidate, Certainty, Gazetteer};
pub use home_delivery::{HalfDay, HomeDelivery, WantedHalfDay};
pub use home_request::{
    Delegate, HomeContact, HomeEvent, HomeFact, HomeRequest, IdentityDocument, Proof, QueueTicket, Receiver,
    RequestState,
};
pub use home_terms::{Consent, HomeTerms, PresenceDuty, Tariff};
pub use id::{
    AccountId, CentreId, CompensationId, ComplaintId, CourierId, DeviceId, DossierId, HomeDeliveryId, IdSource, ItemId,
    PlanId, PouchId, RatingId, RoundId, RouteId, RunId, ScanId, SeededIds, ShiftId, SiteId, StopId, TokenId, VehicleId,
};
pub use item::{Destination, Item, ItemCode, Waypoint};
pub use live::{Disruption, Lock, PositionFix};
pub use message::{Channel, MessageKind, MessageParameter, MessageParameters, MessageTemplate, MessageText};
pub use opening::{OpeningHours, OpeningRow, Weekdays};
pub use phone::Phone;
pub use plan::{
    Leg, LegCarrier, Place, Plan, PlanSummary, PlannedRound, PlannedRun, Route, Stop, TravelBasis, TravelKind, Warning,
};
pub use position::{Position, PositionQuality};
pub use postal::{PostalEvent, PostalHandover, PostalParcel, PostalRange, PostalStep};
pub use pouch::{Pouch, PouchCode};
pub use rating::{Matter, RATING_COMMENT_CHARS_MAX, Rating, RatingSource, RatingStep, satisfied_from};
pub use reason::{Unassigned, UnassignedReason};
pub use rights::{Act, Authority, Concerns, Reach};
pub use rules::{DayRules, Rule, RuleUnit, Rules};
pub use s10::S10;
pub use scan::{
    Action, AttemptFailure, EvidenceRef, Party, SCAN_CODES_MAX, SCAN_EVIDENCE_MAX, SCAN_NOTE_CHARS_MAX, Scan,
    ScanProblem,
};
pub use season::{
    AppointmentDays, ArrivalSpan, Arrivals, HomeDeliveryShares, ItemShapes, ItemsPerDossier, MonthWeights,
    PublishedFigures, SeasonProfile, Settlement, WeekdayWeights,
};
pub use site::{Site, SiteKind};
pub use text::{SortKey, fold, sort_key};
pub use time::{DayClock, LocalWindow, parse_time, to_micros};
pub use timetable::{CallsAt, RunKind, RunPattern, Timetable};
