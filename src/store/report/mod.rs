//! What reports are made of, counted by the database.
//!
//! Rows here are counts by day and by what the report tells apart, never single persons' rows; adding up and rates are the
//! domain's formulas. A day is a day of the centre's clocks: instants are cut into days with the offset in force, so each query is
//! made once for each [`Stretch`] of one offset.
//!
//! Statements are written out, because both backends count and divide alike in plain SQL; only numbers and the centre's own id
//! are written into them.

mod custody;
mod dossiers;
mod homes;
mod plans;
mod said;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, query_builder::QueryId, query_dsl::LoadQuery, sql_query};

use super::{
    Store, StoreError,
    connection::{AnyConnection, on_backend},
};
use crate::domain::{CentreId, SiteId};
use uuid::Uuid;

pub use custody::{DiscrepancyCount, ScanOfTrip};
pub use dossiers::SettlementCount;
pub use homes::{HomeAsked, HomeDelivered, LegTaken};
pub use plans::{RouteRidden, TripPlanned};
pub use said::{ComplaintStanding, PaidCount, RatingCount};

/// A stretch of time in which the centre's clocks keep one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end, which does not belong to it.
    pub until: DateTime<Utc>,
    /// How far the clocks are ahead of UTC, seconds.
    pub offset_s: i64,
}

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

impl Stretch {
    /// The number of the day since 1970 on which the instant in `column` falls.
    fn day(self, column: &str) -> String {
        format!("(({column} + {}) / {DAY_MICROS})", self.offset_s * 1_000_000)
    }

    /// Whether the instant in `column` lies in the stretch.
    fn holds(self, column: &str) -> String {
        let (from, until) = (self.from.timestamp_micros(), self.until.timestamp_micros());
        format!("({column} >= {from} AND {column} < {until})")
    }
}

/// The day with this number since 1970.
fn day(number: i64) -> Result<NaiveDate, StoreError> {
    let beyond = || StoreError::Invalid { field: "from", problem: "it lies beyond any date".into() };
    let days = i32::try_from(number).map_err(|_| beyond())?;
    NaiveDate::from_epoch_days(days).ok_or_else(beyond)
}

/// A count, read back.
fn counted(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

impl Store {
    /// The rows that statements give. `{centre}` in them stands for the centre's id.
    fn count_rows<R>(&self, centre: CentreId, statements: &[String]) -> Result<Vec<R>, StoreError>
    where
        R: Send + 'static,
        diesel::query_builder::SqlQuery: for<'a> LoadQuery<'a, diesel::PgConnection, R>
            + for<'a> LoadQuery<'a, diesel::SqliteConnection, R>
            + QueryId,
    {
        self.count_rows_with(centre, None, statements)
    }

    /// The same where `{site}` stands for a site's id.
    fn count_rows_with<R>(
        &self,
        centre: CentreId,
        site: Option<SiteId>,
        statements: &[String],
    ) -> Result<Vec<R>, StoreError>
    where
        R: Send + 'static,
        diesel::query_builder::SqlQuery: for<'a> LoadQuery<'a, diesel::PgConnection, R>
            + for<'a> LoadQuery<'a, diesel::SqliteConnection, R>
            + QueryId,
    {
        self.snapshot(|connection| {
            let literal = |id: Uuid| match connection {
                AnyConnection::Postgres(_) => format!("'\\x{}'::bytea", id.simple()),
                AnyConnection::Sqlite(_) => format!("x'{}'", id.simple()),
            };
            let (centre, site) = (literal(centre.uuid()), literal(site.map_or(Uuid::nil(), SiteId::uuid)));
            let mut rows: Vec<R> = Vec::new();
            for statement in statements {
                let text = statement.replace("{centre}", &centre).replace("{site}", &site);
                let found: Vec<R> = on_backend!(connection, |c| sql_query(text.as_str()).load(c))?;
                rows.extend(found);
            }
            Ok(rows)
        })
    }
}
