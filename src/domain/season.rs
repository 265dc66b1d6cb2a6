use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::LocalWindow;

/// What a centre has published about a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFigures {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Dossiers received.
    pub dossiers_received: u32,
    /// Of them settled.
    pub dossiers_settled: u32,
    /// Of those settled early or on time.
    pub dossiers_settled_on_time: u32,
    /// Results brought home.
    pub home_deliveries: u32,
    /// Administrative procedures received at the centre.
    pub procedures: u32,
    /// Ratings given on rating devices.
    pub ratings: u32,
    /// Of them satisfied, hundredths of a percent.
    pub ratings_satisfied_basis_points: u32,
    /// Document runs each working day.
    pub document_runs_per_day: u32,
    /// The day of publication.
    pub published_on: NaiveDate,
    /// How sure the figures are.
    pub status: String,
    /// Where they were published.
    pub source: String,
}

/// The shape of a synthetic season: everything in it is assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonProfile {
    /// How sure the shape is.
    pub status: String,
    /// When dossiers come in.
    pub arrivals: Arrivals,
    /// When results are promised and ready.
    pub settlement: Settlement,
    /// What a dossier is physically.
    pub items: ItemShapes,
    /// Where home deliveries go.
    pub home_delivery: HomeDeliveryShares,
}

/// When dossiers come in, by weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// By working day of the week.
    pub weekday_weight: WeekdayWeights,
    /// By month.
    pub month_weight: MonthWeights,
    /// Within a day.
    pub span: Vec<ArrivalSpan>,
}

/// Weights of the working days of a week.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeekdayWeights {
    pub mon: u32,
    pub tue: u32,
    pub wed: u32,
    pub thu: u32,
    pub fri: u32,
    /// Of a working Saturday.
    pub sat: u32,
}

/// Weights of the months of a year.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthWeights {
    pub jan: u32,
    pub feb: u32,
    pub mar: u32,
    pub apr: u32,
    pub may: u32,
    pub jun: u32,
    pub jul: u32,
    pub aug: u32,
    pub sep: u32,
    pub oct: u32,
    pub nov: u32,
    pub dec: u32,
}

/// A part of the day with its weight; arrivals are uniform inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalSpan {
    /// From when to when.
    #[serde(flatten)]
    pub window: LocalWindow,
    /// Its weight.
    pub weight: u32,
}

/// When results are promised and ready, in working days by weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// From receipt to the appointment.
    pub appointment: Vec<AppointmentDays>,
    /// By how much a result that is on time comes before its appointment.
    pub early: Vec<AppointmentDays>,
    /// By how much a late one comes after it.
    pub late: Vec<AppointmentDays>,
}

/// A number of working days with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentDays {
    /// How many.
    pub working_days: u32,
    /// Its weight.
    pub weight: u32,
}

/// What a dossier is physically.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemShapes {
    /// Into how many items it is packed, by weight.
    pub per_dossier: Vec<ItemsPerDossier>,
    /// The lightest item, grams.
    pub weight_g_min: u32,
    /// The heaviest item, grams.
    pub weight_g_max: u32,
    /// Of a thousand dossiers, those a second department must see as well.
    pub second_department_permille: u32,
}

/// A number of items with its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsPerDossier {
    /// How many.
    pub items: u32,
    /// Its weight.
    pub weight: u32,
}

/// Where home deliveries go: by population, times a factor for the people of one district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeDeliveryShares {
    /// The district whose people use the centre more.
    pub city_district_code: String,
    /// How much more, hundredths.
    pub city_factor_percent: u32,
    /// Weight of wanting a morning.
    pub morning_weight: u32,
    /// Weight of wanting an afternoon.
    pub afternoon_weight: u32,
}
