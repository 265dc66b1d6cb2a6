//! What had to be explained, and the scans of trips.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::{
    QueryableByName, prelude::*,
    sql_types::{BigInt, Nullable, Text},
};
use uuid::Uuid;

use super::{Stretch, counted, day};
use crate::{
    domain::{CentreId, SiteId},
    store::{
        DiscrepancyState, ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros},
        schema::scan_events,
    },
};

/// Discrepancies of one kind, owner and state that count from one day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscrepancyCount {
    /// The day.
    pub day: NaiveDate,
    /// Its kind's word.
    pub kind: String,
    /// Who has to explain it, as JSON.
    pub owner: Option<String>,
    /// How it stands.
    pub state: DiscrepancyState,
    /// How many.
    pub count: u64,
    /// Of them closed by the time they had to be.
    pub in_time: u64,
}

/// A scan on a run or a round: its content is the caller's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanOfTrip {
    /// When it was first received.
    pub received_at: chrono::DateTime<chrono::Utc>,
    /// Its content.
    pub content: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    owner: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    in_time: i64,
}

impl Store {
    /// Discrepancies by day, kind, owner and state.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn discrepancy_counts(
        &self,
        centre: CentreId,
        stretches: &[Stretch],
    ) -> Result<Vec<DiscrepancyCount>, StoreError> {
        let statement = |stretch: &Stretch| {
            format!(
                "SELECT {day} AS day, kind, owner, state, COUNT(*) AS count, \
                 CAST(SUM(CASE WHEN closed_at <= due_at THEN 1 ELSE 0 END) AS BIGINT) AS in_time \
                 FROM discrepancies WHERE centre_id = {{centre}} AND {holds} GROUP BY {day}, kind, owner, state",
                day = stretch.day("raised_at"),
                holds = stretch.holds("raised_at"),
            )
        };
        let rows: Vec<Row> = self.count_rows(centre, &stretches.iter().map(statement).collect::<Vec<_>>())?;
        rows.into_iter()
            .map(|row| {
                let state = DiscrepancyState::ALL.into_iter().find(|state| state.as_str() == row.state);
                let corrupt = || StoreError::Corrupt { table: "discrepancies", problem: "unknown state".into() };
                Ok(DiscrepancyCount {
                    day: day(row.day)?,
                    kind: row.kind,
                    owner: row.owner,
                    state: state.ok_or_else(corrupt)?,
                    count: counted(row.count),
                    in_time: counted(row.in_time),
                })
            })
            .collect()
    }

    /// The scans on these runs and rounds, by trip and position; a trip without scans is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_of_trips(
        &self,
        centre: CentreId,
        trips: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Vec<ScanOfTrip>>, StoreError> {
        self.snapshot(|connection| {
            let mut found: BTreeMap<Uuid, Vec<ScanOfTrip>> = BTreeMap::new();
            for trips in trips.chunks(ROWS_AT_ONCE) {
                let rows: Vec<(Option<Id>, Micros, String)> = scan_events::table
                    .filter(scan_events::centre_id.eq(Id::from(centre)))
                    .filter(scan_events::trip_id.assume_not_null().eq_any(trips.iter().map(|id| Id(*id))))
                    .order((scan_events::trip_id, scan_events::position))
                    .select((scan_events::trip_id, scan_events::received_at, scan_events::content))
                    .load(connection)?;
                for (trip, received_at, content) in rows {
                    let Some(trip) = trip else { continue };
                    let scan = ScanOfTrip { received_at: received_at.into(), content };
                    found.entry(trip.0).or_default().push(scan);
                }
            }
            Ok(found)
        })
    }

    /// The sites among the departments of these things' dossiers: the department for each item's code that is known.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn departments_of_items(
        &self,
        centre: CentreId,
        codes: &[String],
    ) -> Result<BTreeMap<String, (Option<SiteId>, Option<String>)>, StoreError> {
        use crate::store::schema::{dossiers, home_deliveries, items};
        self.snapshot(|connection| {
            let mut found = BTreeMap::new();
            for codes in codes.chunks(ROWS_AT_ONCE) {
                let rows: Vec<(String, Option<Id>, Option<String>)> = items::table
                    .left_join(
                        dossiers::table.on(dossiers::centre_id
                            .eq(items::centre_id)
                            .and(dossiers::id.nullable().eq(items::dossier_id))),
                    )
                    .left_join(
                        home_deliveries::table.on(home_deliveries::centre_id
                            .eq(items::centre_id)
                            .and(home_deliveries::id.nullable().eq(items::to_home_delivery_id))),
                    )
                    .filter(items::centre_id.eq(Id::from(centre)))
                    .filter(items::code.eq_any(codes))
                    .select((
                        items::code,
                        dossiers::department_id.nullable(),
                        home_deliveries::commune_code.nullable(),
                    ))
                    .load(connection)?;
                found.extend(
                    rows.into_iter().map(|(code, department, commune)| (code, (department.map(SiteId::from), commune))),
                );
            }
            Ok(found)
        })
    }
}
