use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{DeliveryReach, Effective, PostalRange};

/// What a home delivery costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// How far it goes.
    pub reach: DeliveryReach,
    /// The price, đồng.
    pub fee_dong: u32,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}

/// A procedure whose result is handed over in person only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceDuty {
    /// Its national code.
    pub procedure: String,
    /// Its name.
    pub name: String,
    /// Why one has to come, in Vietnamese.
    pub reason: String,
    /// The same in English.
    pub reason_en: String,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}

/// What a citizen agrees to who asks for a home delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version that is kept with the request.
    pub version: String,
    /// The text, in Vietnamese.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}

/// On what terms results are brought home.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HomeTerms {
    /// The tariff.
    pub tariffs: Vec<Tariff>,
    /// The procedures that are excluded.
    pub presence: Vec<PresenceDuty>,
    /// The texts of the consent.
    pub consents: Vec<Consent>,
    /// The numbers that the postal operator has given the centre, in order.
    #[serde(default)]
    pub postal_ranges: Vec<PostalRange>,
}

impl HomeTerms {
    /// The price of a reach on `date`, đồng.
    #[must_use]
    pub fn fee_dong(&self, reach: DeliveryReach, date: NaiveDate) -> Option<u32> {
        let row = self.tariffs.iter().find(|row| row.reach == reach && row.effective.contains(date));
        row.map(|row| row.fee_dong)
    }

    /// Why the result of a procedure is handed over in person only, where that is so.
    #[must_use]
    pub fn presence_duty(&self, procedure: &str, date: NaiveDate) -> Option<&PresenceDuty> {
        self.presence.iter().find(|row| row.procedure == procedure && row.effective.contains(date))
    }

    /// The consent asked for on `date`.
    #[must_use]
    pub fn consent(&self, date: NaiveDate) -> Option<&Consent> {
        self.consents.iter().find(|row| row.effective.contains(date))
    }
}
