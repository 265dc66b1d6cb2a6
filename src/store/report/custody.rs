//! What had to be explained, and the scans of trips.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::{
    QueryableByName,
    prelude::*,
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

/// The department of an item's dossier, and the commune of the home it goes to.
type Belonging = (Option<SiteId>, Option<String>);

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

    /// Where the items with these codes belong; a code that is unknown is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn departments_of_items(
        &self,
        centre: CentreId,
        codes: &[String],
    ) -> Result<BTreeMap<String, Belonging>, StoreError> {
        use crate::store::schema::{dossiers, home_deliveries, items};
        self.snapshot(|connection| {
            let mut found = BTreeMap::new();
            for codes in codes.chunks(ROWS_AT_ONCE) {
                let rows: Vec<(String, Option<Id>, Option<String>)> = items::table
                    .left_join(dossiers::table.on(
                        dossiers::centre_id.eq(items::centre_id).and(dossiers::id.nullable().eq(items::dossier_id)),
                    ))
                    .left_join(
                        home_deliveries::table.on(home_deliveries::centre_id
                            .eq(items::centre_id)
                            .and(home_deliveries::id.nullable().eq(items::to_home_delivery_id))),
                    )
                    .filter(items::centre_id.eq(Id::from(centre)))
                    .filter(items::code.eq_any(codes))
                    .select((items::code, dossiers::department_id.nullable(), home_deliveries::commune_code.nullable()))
                    .load(connection)?;
                found.extend(
                    rows.into_iter().map(|(code, department, commune)| (code, (department.map(SiteId::from), commune))),
                );
            }
            Ok(found)
        })
    }
}

/// A look at the ledger: `None` behind its end.
#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = BigInt)]
    received_at: i64,
}

impl Store {
    /// The contents of the scans first received in a stretch whose text has `mark` in it. The ledger's time never runs backwards,
    /// so the stretch's positions are found by halving, without reading what lies before.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_marked(&self, centre: CentreId, stretch: Stretch, mark: &str) -> Result<Vec<ScanOfTrip>, StoreError> {
        let first = self.first_received_at(centre, stretch.from)?;
        let end = self.first_received_at(centre, stretch.until)?;
        self.read(|connection| {
            let rows: Vec<(Micros, String)> = scan_events::table
                .filter(scan_events::centre_id.eq(Id::from(centre)))
                .filter(scan_events::position.ge(first))
                .filter(scan_events::position.lt(end))
                .filter(scan_events::content.like(format!("%{}%", mark.replace('_', "\\_"))).escape('\\'))
                .order(scan_events::position)
                .select((scan_events::received_at, scan_events::content))
                .load(connection)?;
            Ok(rows
                .into_iter()
                .map(|(received_at, content)| ScanOfTrip { received_at: received_at.into(), content })
                .collect())
        })
    }

    /// The position of the first scan received at `at` or later; behind the last one where there is none.
    fn first_received_at(&self, centre: CentreId, at: chrono::DateTime<chrono::Utc>) -> Result<i64, StoreError> {
        let at = at.timestamp_micros();
        let look = |from: i64, descending: bool| -> Result<Option<Place>, StoreError> {
            let order = if descending { " DESC" } else { "" };
            let statement = format!(
                "SELECT position, received_at FROM scan_events WHERE centre_id = {{centre}} AND position >= {from} \
                 ORDER BY position{order} LIMIT 1"
            );
            Ok(self.count_rows(centre, &[statement])?.pop())
        };
        let Some(last) = look(0, true)? else { return Ok(1) };
        if last.received_at < at {
            return Ok(last.position + 1);
        }
        // Whatever lies at `low` or before is earlier, whatever lies at `high` or behind is not.
        let (mut low, mut high) = (0, last.position);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match look(middle, false)? {
                Some(place) if place.received_at < at => low = place.position,
                _ => high = middle,
            }
        }
        Ok(high)
    }
}
