//! The legal clocks of a home delivery, as a fold of what happened.
//!
//! Sources: TT 17/2017/TT-BTTTT Điều 7 (J + n working days, J being the day on which the carrier received the result; the clock stops at
//! the first attempt), Luật Bưu chính Điều 17 (what is undeliverable, and that it goes back to the authority). The numbers are
//! dated rows of rules.csv: a delivery keeps the rules of the day on which it was accepted.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{AttemptFailure, Calendar, DomainError, RuleUnit, Rules};

/// How far a result travels, which is how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryReach {
    /// Within one district.
    SameDistrict,
    /// Within the province.
    WithinProvince,
    /// To a contiguous province.
    ContiguousProvinces,
    /// To any other.
    OtherProvinces,
}

impl DeliveryReach {
    const WORDS: [(&'static str, Self); 4] = [
        ("same_district", Self::SameDistrict),
        ("within_province", Self::WithinProvince),
        ("contiguous_provinces", Self::ContiguousProvinces),
        ("other_provinces", Self::OtherProvinces),
    ];

    /// The rule that says how many working days it may take.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::SameDistrict => "home_delivery_same_district",
            Self::WithinProvince => "home_delivery_within_province",
            Self::ContiguousProvinces => "home_delivery_contiguous_provinces",
            Self::OtherProvinces => "home_delivery_other_provinces",
        }
    }
}

word_enum!(DeliveryReach, "reach of a home delivery");

/// Something that happened to a home delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryEvent {
    /// The carrier received the result: J.
    Accepted,
    /// It was handed over at the door, or fetched at the counter.
    Delivered,
    /// An attempt failed.
    Failed(AttemptFailure),
    /// It went back to the authority.
    Returned,
    /// It is lost.
    Lost,
    /// Loss or damage was made good, đồng.
    Compensated(i64),
}

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryFact {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub event: DeliveryEvent,
}

/// Why a result is undeliverable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// No or wrong address.
    WrongAddress,
    /// The recipient has moved.
    Moved,
    /// The recipient was not found.
    NotFound,
    /// The recipient was invited as often as the law asks, and did not come.
    InvitedInVain,
    /// The recipient refused it.
    Refused,
}

/// What has to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryNext {
    /// The carrier has not received it.
    Accept,
    /// The first attempt, on this day at the latest.
    Attempt {
        /// J + n working days.
        by: NaiveDate,
    },
    /// The next invitation, on this day at the earliest.
    InviteAgain {
        /// So many working days after the last.
        not_before: NaiveDate,
    },
    /// Bring it back to the authority.
    Return(Undeliverable),
    /// Make loss or damage good.
    Compensate,
    /// Nothing: it is delivered, returned, or made good.
    Nothing,
}

/// Where a home delivery stands before the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryClock {
    /// J: the day on which the carrier received it.
    pub accepted_on: Option<NaiveDate>,
    /// J + n working days.
    pub due_on: Option<NaiveDate>,
    /// When the clock stopped: the first attempt, whatever came of it.
    pub first_attempt_on: Option<NaiveDate>,
    /// How often the recipient was invited.
    pub invitations: u32,
    /// What has to be done next.
    pub next: DeliveryNext,
}

impl DeliveryClock {
    /// The clock after all that happened, in whatever order it is told. Facts before the acceptance count: a device's clock
    /// may be wrong, but what it saw was seen.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`], [`DomainError::BadRule`], and [`DomainError::OutsideCalendar`] for days that no calendar knows.
    pub fn of(
        facts: &[DeliveryFact],
        reach: DeliveryReach,
        calendar: &Calendar,
        rules: &Rules,
        zone: Tz,
    ) -> Result<Self, DomainError> {
        let mut facts: Vec<(NaiveDate, DeliveryFact)> =
            facts.iter().map(|fact| (fact.at.with_timezone(&zone).date_naive(), *fact)).collect();
        facts.sort_by_key(|&(_, fact)| fact);
        let first = |is: fn(DeliveryEvent) -> bool| facts.iter().find(|(_, fact)| is(fact.event)).map(|&(day, _)| day);
        let accepted_on = first(|event| event == DeliveryEvent::Accepted);
        let mut clock = Self {
            accepted_on,
            due_on: None,
            first_attempt_on: first(is_attempt),
            invitations: 0,
            next: DeliveryNext::Accept,
        };
        let Some(accepted) = accepted_on else { return Ok(clock) };
        let number = |name: &str, unit: RuleUnit| {
            let number = rules.count(name, unit, accepted)?;
            i32::try_from(number).map_err(|_| DomainError::BadRule {
                name: name.to_owned(),
                value: number.to_string(),
                problem: "expected a small number".into(),
            })
        };
        let due_on = calendar.add_working_days(accepted, number(reach.rule(), RuleUnit::WorkingDay)?)?;
        let required = number("attempts_required", RuleUnit::Count)?;
        let gap = number("second_invitation_gap", RuleUnit::WorkingDay)?;
        clock.due_on = Some(due_on);
        clock.next = DeliveryNext::Attempt { by: due_on };
        // The first day on which one more invitation counts as another.
        let mut counts_from = None;
        for &(day, DeliveryFact { event, .. }) in &facts {
            clock.next = match (clock.next, event) {
                // What has ended has ended; what comes later is the ledger's to wonder at.
                (DeliveryNext::Nothing, _) => DeliveryNext::Nothing,
                (_, DeliveryEvent::Delivered | DeliveryEvent::Returned | DeliveryEvent::Compensated(_)) => {
                    DeliveryNext::Nothing
                }
                (DeliveryNext::Compensate, _)
                | (_, DeliveryEvent::Lost | DeliveryEvent::Failed(AttemptFailure::Damaged)) => DeliveryNext::Compensate,
                (next @ DeliveryNext::Return(_), _)
                | (next, DeliveryEvent::Accepted | DeliveryEvent::Failed(AttemptFailure::NotReached)) => next,
                (_, DeliveryEvent::Failed(AttemptFailure::WrongAddress)) => {
                    DeliveryNext::Return(Undeliverable::WrongAddress)
                }
                (_, DeliveryEvent::Failed(AttemptFailure::Moved)) => DeliveryNext::Return(Undeliverable::Moved),
                (_, DeliveryEvent::Failed(AttemptFailure::NotFound)) => DeliveryNext::Return(Undeliverable::NotFound),
                (_, DeliveryEvent::Failed(AttemptFailure::Refused)) => DeliveryNext::Return(Undeliverable::Refused),
                (_, DeliveryEvent::Failed(AttemptFailure::Absent | AttemptFailure::NoDocument)) => {
                    if counts_from.is_none_or(|from| day >= from) {
                        clock.invitations += 1;
                        counts_from = Some(calendar.add_working_days(day, gap)?);
                    }
                    match counts_from {
                        Some(not_before) if i64::from(clock.invitations) < i64::from(required) => {
                            DeliveryNext::InviteAgain { not_before }
                        }
                        _ => DeliveryNext::Return(Undeliverable::InvitedInVain),
                    }
                }
            };
        }
        Ok(clock)
    }

    /// Whether the first attempt was in time; while there is none, whether it still can be on `today`.
    #[must_use]
    pub fn is_in_time(&self, today: NaiveDate) -> bool {
        self.due_on.is_none_or(|due| self.first_attempt_on.unwrap_or(today) <= due)
    }
}

/// Whether the clock of the law stops: somebody stood at the door.
fn is_attempt(event: DeliveryEvent) -> bool {
    matches!(event, DeliveryEvent::Delivered | DeliveryEvent::Failed(_))
        && event != DeliveryEvent::Failed(AttemptFailure::NotReached)
}
