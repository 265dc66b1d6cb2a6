use chrono::NaiveDate;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Binary},
};

use super::{Stretch, counted, day};
use crate::{
    domain::{CentreId, SiteId, report::SettlementTally},
    store::{Store, StoreError, columns::Id},
};

/// Dossiers of one department on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementCount {
    /// The day.
    pub day: NaiveDate,
    /// The department.
    pub department: SiteId,
    /// How many.
    pub tally: SettlementTally,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Binary)]
    department: Id,
    #[diesel(sql_type = BigInt)]
    received: i64,
    #[diesel(sql_type = BigInt)]
    settled: i64,
    #[diesel(sql_type = BigInt)]
    on_time: i64,
}

impl Store {
    /// Dossiers by day and department: received by the day of receipt, settled by that of settlement. On time is what was settled
    /// not after the instant that the appointment names.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn settlement_counts(
        &self,
        centre: CentreId,
        stretches: &[Stretch],
    ) -> Result<Vec<SettlementCount>, StoreError> {
        let statements: Vec<String> = stretches
            .iter()
            .flat_map(|stretch| {
                let received = format!(
                    "SELECT {day} AS day, department_id AS department, COUNT(*) AS received, \
                     CAST(0 AS BIGINT) AS settled, CAST(0 AS BIGINT) AS on_time FROM dossiers \
                     WHERE centre_id = {{centre}} AND {holds} GROUP BY {day}, department_id",
                    day = stretch.day("received_at"),
                    holds = stretch.holds("received_at"),
                );
                let settled = format!(
                    "SELECT {day} AS day, department_id AS department, CAST(0 AS BIGINT) AS received, \
                     COUNT(*) AS settled, \
                     CAST(SUM(CASE WHEN settled_at <= appointment_at THEN 1 ELSE 0 END) AS BIGINT) AS on_time \
                     FROM dossiers WHERE centre_id = {{centre}} AND settled_at IS NOT NULL AND {holds} \
                     GROUP BY {day}, department_id",
                    day = stretch.day("settled_at"),
                    holds = stretch.holds("settled_at"),
                );
                [received, settled]
            })
            .collect();
        let rows: Vec<Row> = self.count_rows(centre, &statements)?;
        rows.into_iter()
            .map(|row| {
                let tally = SettlementTally {
                    received: counted(row.received),
                    settled: counted(row.settled),
                    on_time: counted(row.on_time),
                };
                Ok(SettlementCount { day: day(row.day)?, department: row.department.into(), tally })
            })
            .collect()
    }
}
