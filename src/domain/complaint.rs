//! Complaints with their legal clock, and what loss and damage are made good with.
//!
//! A complaint may be made within `complaint_window` months after the matter has ended and is answered within
//! `complaint_answer_in_province` or `complaint_answer_between_provinces` working days: dated rows of rules.csv, read for the day
//! on which the complaint was received.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Calendar, CentreId, CompensationId, ComplaintId, DeliveryReach, DomainError, ItemId, Matter, RuleUnit, Rules,
};

/// The longest complaint, and the longest answer, characters.
pub const COMPLAINT_CHARS_MAX: usize = 4_000;

/// How far the matter of a complaint reached, which decides how soon it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintReach {
    /// It stayed in the province.
    InProvince,
    /// It went to another.
    BetweenProvinces,
}

impl ComplaintReach {
    const WORDS: [(&'static str, Self); 2] =
        [("in_province", Self::InProvince), ("between_provinces", Self::BetweenProvinces)];

    /// The rule that says within how many working days it is answered.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::InProvince => "complaint_answer_in_province",
            Self::BetweenProvinces => "complaint_answer_between_provinces",
        }
    }
}

word_enum!(ComplaintReach, "reach of a complaint");

impl From<DeliveryReach> for ComplaintReach {
    fn from(reach: DeliveryReach) -> Self {
        match reach {
            DeliveryReach::SameDistrict | DeliveryReach::WithinProvince => Self::InProvince,
            DeliveryReach::ContiguousProvinces | DeliveryReach::OtherProvinces => Self::BetweenProvinces,
        }
    }
}

/// The legal clock of a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintClock {
    /// The last day on which it may be made; none while the matter is under way.
    pub open_until: Option<NaiveDate>,
    /// The last day on which it is answered in time.
    pub answer_due_on: NaiveDate,
}

impl ComplaintClock {
    /// The clock of a complaint received on `received_on` about a matter that ended on `ended_on`, such as a delivery on the day
    /// it was handed over; `None` while it is under way.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`], [`DomainError::BadRule`], and [`DomainError::OutsideCalendar`] for days that no calendar knows.
    pub fn of(
        ended_on: Option<NaiveDate>,
        received_on: NaiveDate,
        reach: ComplaintReach,
        calendar: &Calendar,
        rules: &Rules,
    ) -> Result<Self, DomainError> {
        let number = |name: &str, unit: RuleUnit| {
            let number = rules.count(name, unit, received_on)?;
            u16::try_from(number).map_err(|_| DomainError::BadRule {
                name: name.to_owned(),
                value: number.to_string(),
                problem: "expected a small number".into(),
            })
        };
        let months = Months::new(number("complaint_window", RuleUnit::Month)?.into());
        let days = number(reach.rule(), RuleUnit::WorkingDay)?;
        Ok(Self {
            open_until: ended_on.and_then(|day| day.checked_add_months(months)),
            answer_due_on: calendar.add_working_days(received_on, days.into())?,
        })
    }

    /// Whether a complaint may still be made on `date`.
    #[must_use]
    pub fn is_open_on(&self, date: NaiveDate) -> bool {
        self.open_until.is_none_or(|until| date <= until)
    }
}

/// What a complaint was answered with.
#[derive(Clone, PartialEq, Eq)]
pub struct ComplaintAnswer {
    /// When.
    pub at: DateTime<Utc>,
    /// In the centre's words: personal, as they speak of the citizen's matter.
    pub text: String,
}

/// A citizen's complaint.
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Its id.
    pub id: ComplaintId,
    /// The centre it is made to.
    pub centre_id: CentreId,
    /// What it is about.
    pub about: Matter,
    /// How far that reached.
    pub reach: ComplaintReach,
    /// In the citizen's own words: personal.
    pub text: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The last day on which it is answered in time.
    pub due_on: NaiveDate,
    /// What it was answered with, once it is.
    pub answer: Option<ComplaintAnswer>,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
}

/// Leaves the words out, so that no log can hold them.
impl std::fmt::Debug for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Complaint")
            .field("id", &self.id)
            .field("about", &self.about)
            .field("received_at", &self.received_at)
            .field("due_on", &self.due_on)
            .field("answered_at", &self.answer.as_ref().map(|answer| answer.at))
            .finish_non_exhaustive()
    }
}

/// What happened to a thing that is made good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// It is gone.
    Lost,
    /// It is spoiled.
    Damaged,
}

impl LossKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Lost, Self::Damaged];
    const WORDS: [(&'static str, Self); 2] = [("lost", Self::Lost), ("damaged", Self::Damaged)];
}

word_enum!(LossKind, "kind of loss");

/// The record that a loss or a damage was made good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compensation {
    /// Its id.
    pub id: CompensationId,
    /// The centre that pays.
    pub centre_id: CentreId,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: LossKind,
    /// What it is about.
    pub about: Matter,
    /// The thing, where one is known.
    pub item_id: Option<ItemId>,
    /// The complaint that led to it.
    pub complaint_id: Option<ComplaintId>,
    /// What is paid, đồng.
    pub dong: u32,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
}
