//! What citizens said, and what was paid.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary, Date, Nullable, Text},
};

use super::{Stretch, counted, day};
use crate::{
    domain::{CentreId, LossKind, RatingStep, SiteId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, word},
    },
};

/// Ratings of one step on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingCount {
    /// The day.
    pub day: NaiveDate,
    /// The department, where one is known.
    pub department: Option<SiteId>,
    /// The commune, of home deliveries.
    pub commune: Option<String>,
    /// The step.
    pub step: RatingStep,
    /// How many.
    pub ratings: u64,
}

/// A complaint without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintStanding {
    /// The day on which it was received.
    pub day: NaiveDate,
    /// The department, where one is known.
    pub department: Option<SiteId>,
    /// The commune, of home deliveries.
    pub commune: Option<String>,
    /// The last day in time.
    pub due_on: NaiveDate,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// Compensations of one kind on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidCount {
    /// The day.
    pub day: NaiveDate,
    /// The department, where one is known.
    pub department: Option<SiteId>,
    /// The kind.
    pub kind: LossKind,
    /// How many.
    pub paid: u64,
    /// What they come to, đồng.
    pub dong: u64,
}

#[derive(QueryableByName)]
struct RatingRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    department: Option<Id>,
    #[diesel(sql_type = Nullable<Text>)]
    commune: Option<String>,
    #[diesel(sql_type = BigInt)]
    step: i64,
    #[diesel(sql_type = BigInt)]
    ratings: i64,
}

#[derive(QueryableByName)]
struct ComplaintRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    department: Option<Id>,
    #[diesel(sql_type = Nullable<Text>)]
    commune: Option<String>,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Nullable<BigInt>)]
    answered_at: Option<Micros>,
}

#[derive(QueryableByName)]
struct PaidRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    department: Option<Id>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    paid: i64,
    #[diesel(sql_type = BigInt)]
    dong: i64,
}

/// Joins what a row of `said` is about: its home delivery `h` and its dossier `d`.
const ABOUT: &str = "LEFT JOIN home_deliveries AS h ON h.centre_id = said.centre_id AND h.id = said.home_delivery_id \
     LEFT JOIN dossiers AS d ON d.centre_id = said.centre_id AND d.id = COALESCE(said.dossier_id, h.dossier_id)";

impl Store {
    /// Ratings by day, department, commune and step.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn rating_counts(&self, centre: CentreId, stretches: &[Stretch]) -> Result<Vec<RatingCount>, StoreError> {
        let statement = |stretch: &Stretch| {
            format!(
                "SELECT {day} AS day, d.department_id AS department, h.commune_code AS commune, said.step AS step, \
                 COUNT(*) AS ratings FROM ratings AS said {ABOUT} WHERE said.centre_id = {{centre}} AND {holds} \
                 GROUP BY {day}, d.department_id, h.commune_code, said.step",
                day = stretch.day("said.at"),
                holds = stretch.holds("said.at"),
            )
        };
        let rows: Vec<RatingRow> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                let corrupt = || StoreError::Corrupt { table: "ratings", problem: format!("{} is no step", row.step) };
                Ok(RatingCount {
                    day: day(row.day)?,
                    department: row.department.map(SiteId::from),
                    commune: row.commune,
                    step: RatingStep::from_number(row.step).ok_or_else(corrupt)?,
                    ratings: counted(row.ratings),
                })
            })
            .collect()
    }

    /// How each complaint stands, without its words.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn complaint_standings(
        &self,
        centre: CentreId,
        stretches: &[Stretch],
    ) -> Result<Vec<ComplaintStanding>, StoreError> {
        let statement = |stretch: &Stretch| {
            format!(
                "SELECT {day} AS day, d.department_id AS department, h.commune_code AS commune, said.due_on AS due_on, \
                 said.answered_at AS answered_at FROM complaints AS said {ABOUT} \
                 WHERE said.centre_id = {{centre}} AND {holds}",
                day = stretch.day("said.received_at"),
                holds = stretch.holds("said.received_at"),
            )
        };
        let rows: Vec<ComplaintRow> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                Ok(ComplaintStanding {
                    day: day(row.day)?,
                    department: row.department.map(SiteId::from),
                    commune: row.commune,
                    due_on: row.due_on,
                    answered_at: row.answered_at.map(DateTime::from),
                })
            })
            .collect()
    }

    /// Compensations by day, department and kind.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn compensation_counts(&self, centre: CentreId, stretches: &[Stretch]) -> Result<Vec<PaidCount>, StoreError> {
        let statement = |stretch: &Stretch| {
            format!(
                "SELECT {day} AS day, d.department_id AS department, said.kind AS kind, COUNT(*) AS paid, \
                 CAST(SUM(said.dong) AS BIGINT) AS dong FROM compensations AS said {ABOUT} \
                 WHERE said.centre_id = {{centre}} AND {holds} GROUP BY {day}, d.department_id, said.kind",
                day = stretch.day("said.at"),
                holds = stretch.holds("said.at"),
            )
        };
        let rows: Vec<PaidRow> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                Ok(PaidCount {
                    day: day(row.day)?,
                    department: row.department.map(SiteId::from),
                    kind: word("compensations", &row.kind)?,
                    paid: counted(row.paid),
                    dong: counted(row.dong),
                })
            })
            .collect()
    }
}
