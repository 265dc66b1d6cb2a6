use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{DomainError, Effective, parse_time};

/// What a rule's value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleUnit {
    /// `HH:MM` on the centre's clocks.
    TimeOfDay,
    /// Seconds.
    Second,
    /// Working days.
    WorkingDay,
    /// A day of the month, from 1.
    DayOfMonth,
    /// Months.
    Month,
    /// Years.
    Year,
    /// A bare number.
    Count,
    /// Đồng.
    Dong,
}

impl RuleUnit {
    const WORDS: [(&'static str, Self); 8] = [
        ("time_of_day", Self::TimeOfDay),
        ("second", Self::Second),
        ("working_day", Self::WorkingDay),
        ("day_of_month", Self::DayOfMonth),
        ("month", Self::Month),
        ("year", Self::Year),
        ("count", Self::Count),
        ("dong", Self::Dong),
    ];
}

word_enum!(RuleUnit, "unit of a rule");

/// One rule of law or local habit, for the days on which it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name, such as `cut_off_time`.
    pub name: String,
    /// Its value, in `unit`.
    pub value: String,
    /// What the value counts.
    pub unit: RuleUnit,
    /// The days on which it is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// The article it comes from, or why it is assumed.
    pub source: String,
}

/// The rules that a day's planning needs, read for one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRules {
    /// A dossier received later than this moves at the start of the next working day.
    pub cut_off_time: NaiveTime,
    /// Paper reaches its department within this many working days.
    pub paper_to_department_days: i32,
    /// J + this many working days within one district.
    pub home_same_district_days: i32,
    /// J + this many working days within the province.
    pub home_within_province_days: i32,
    /// What a joint count takes at any stop, seconds.
    pub joint_count_base_s: i64,
    /// What it takes for each item, seconds.
    pub joint_count_per_item_s: i64,
    /// What a home visit takes, seconds.
    pub home_stop_base_s: i64,
    /// What it takes for each item, seconds.
    pub home_stop_per_item_s: i64,
    /// How long before a departure an item must lie at its depot, seconds.
    pub loading_lead_s: i64,
    /// How long after a return its items are ready to leave again, seconds.
    pub unloading_s: i64,
    /// What an hour of waiting or riding of one item is worth, đồng: it makes the planner prefer earlier runs.
    pub transit_cost_per_item_hour: i64,
    /// What an hour of lateness of one item is worth, đồng.
    pub late_cost_per_item_hour: i64,
}

/// Dated rules of law and local habit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rules {
    rows: Vec<Rule>,
}

impl Rules {
    /// Rules made of `rows`.
    ///
    /// # Errors
    /// [`DomainError::BadRule`] for a value that does not fit its unit, or two rows of one name in force at once.
    pub fn new(mut rows: Vec<Rule>) -> Result<Self, DomainError> {
        rows.sort_by(|a, b| (&a.name, a.effective.from).cmp(&(&b.name, b.effective.from)));
        for (n, row) in rows.iter().enumerate() {
            row.check()?;
            if let Some(next) = rows.get(n + 1)
                && next.name == row.name
                && next.effective.overlaps(&row.effective)
            {
                return Err(row.bad("another row of this name is in force on the same days"));
            }
        }
        Ok(Self { rows })
    }

    /// Every row, by name and first day in force.
    #[must_use]
    pub fn rows(&self) -> &[Rule] {
        &self.rows
    }

    /// The row of `name` in force on `date`.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`].
    pub fn row(&self, name: &str, date: NaiveDate) -> Result<&Rule, DomainError> {
        self.rows
            .iter()
            .find(|row| row.name == name && row.effective.contains(date))
            .ok_or_else(|| DomainError::MissingRule { name: name.to_owned(), date })
    }

    /// The seconds that the rule `name` gives on `date`.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`] and [`DomainError::BadRule`].
    pub fn seconds(&self, name: &str, date: NaiveDate) -> Result<i64, DomainError> {
        self.number(name, RuleUnit::Second, date)
    }

    /// The whole number that the rule `name` gives on `date`, in the unit that is expected.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`] and [`DomainError::BadRule`].
    pub fn count(&self, name: &str, unit: RuleUnit, date: NaiveDate) -> Result<i64, DomainError> {
        self.number(name, unit, date)
    }

    /// A whole number in the expected unit.
    fn number(&self, name: &str, unit: RuleUnit, date: NaiveDate) -> Result<i64, DomainError> {
        let row = self.row(name, date)?;
        if row.unit != unit {
            return Err(row.bad(&format!("expected the unit {unit}, found {}", row.unit)));
        }
        row.value.parse().map_err(|_| row.bad("expected a whole number"))
    }

    /// What planning needs, as in force on `date`.
    ///
    /// # Errors
    /// [`DomainError::MissingRule`] and [`DomainError::BadRule`].
    pub fn on(&self, date: NaiveDate) -> Result<DayRules, DomainError> {
        let seconds = |name: &str| self.number(name, RuleUnit::Second, date);
        let days = |name: &str| {
            let days = self.number(name, RuleUnit::WorkingDay, date)?;
            i32::try_from(days).map_err(|_| DomainError::BadRule {
                name: name.to_owned(),
                value: days.to_string(),
                problem: "expected a small number of working days".into(),
            })
        };
        let cut_off = self.row("cut_off_time", date)?;
        Ok(DayRules {
            cut_off_time: parse_time(&cut_off.value).map_err(|error| cut_off.bad(&error.to_string()))?,
            paper_to_department_days: days("paper_to_department")?,
            home_same_district_days: days("home_delivery_same_district")?,
            home_within_province_days: days("home_delivery_within_province")?,
            joint_count_base_s: seconds("joint_count_base")?,
            joint_count_per_item_s: seconds("joint_count_per_item")?,
            home_stop_base_s: seconds("home_stop_base")?,
            home_stop_per_item_s: seconds("home_stop_per_item")?,
            loading_lead_s: seconds("loading_lead_time")?,
            unloading_s: seconds("unloading_time")?,
            transit_cost_per_item_hour: self.number("transit_cost_per_item_hour", RuleUnit::Dong, date)?,
            late_cost_per_item_hour: self.number("late_cost_per_item_hour", RuleUnit::Dong, date)?,
        })
    }
}

impl Rule {
    fn bad(&self, problem: &str) -> DomainError {
        DomainError::BadRule { name: self.name.clone(), value: self.value.clone(), problem: problem.to_owned() }
    }

    fn check(&self) -> Result<(), DomainError> {
        match self.unit {
            RuleUnit::TimeOfDay => parse_time(&self.value).map(|_| ()).map_err(|error| self.bad(&error.to_string())),
            _ => match self.value.parse::<i64>() {
                Ok(0..=1_000_000) => Ok(()),
                _ => Err(self.bad("expected a whole number from 0 to 1000000")),
            },
        }
    }
}
