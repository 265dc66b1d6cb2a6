use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a centre has published about a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFigures {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// The day of publication.
    pub published_on: NaiveDate,
    /// Dossiers received.
    pub received: u32,
    /// Of them settled.
    pub settled: u32,
    /// Of those settled early or on time.
    pub on_time: u32,
    /// Results brought home.
    pub home_deliveries: u32,
    /// Administrative procedures received at the centre.
    pub procedures: u32,
    /// Ratings given.
    pub ratings: u32,
    /// Of them satisfied, hundredths of a percent.
    pub satisfied_basis_points: u32,
    /// Document runs each working day.
    pub runs_per_day: u32,
    /// Where the figures were published.
    pub source: String,
}

/// The shape of a synthetic season: everything in it is assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonProfile {
    /// Relative number of dossiers received on Monday to Friday (a working Saturday counts as a Monday).
    pub weekday_weights: [u32; 5],
    /// Relative number received in each month, January first.
    pub month_weights: [u32; 12],
    /// Relative number received in each hour of the day, from 0 to 23.
    pub hour_weights: Vec<u32>,
    /// Promised working days to a result: `[days, weight]` pairs.
    pub settlement_days: Vec<[u32; 2]>,
    /// Dossiers that pass through a second department, thousandths.
    pub second_department_permille: u32,
    /// Weight of an item: `[grams, weight]` pairs.
    pub item_weights_g: Vec<[u32; 2]>,
    /// How much more often the people of the centre's own district ask for home delivery, hundredths.
    pub home_district_factor_percent: u32,
    /// Home deliveries that name a half-day, thousandths.
    pub half_day_wanted_permille: u32,
}
