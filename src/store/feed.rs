//! The feed: what has happened, in order.
//!
//! Scans are in order already, by their positions in the ledger. Everything else gets a position here, in the transaction
//! that makes it happen, so that a reader who has seen one position will never miss a smaller one.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*, sql_query};

use super::{
    Store, StoreError,
    columns::{Id, Micros},
    connection::{AnyConnection, on_backend},
    schema::{feed_entries, scan_events},
};
use crate::domain::CentreId;

/// Something that has happened besides a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its place in the order.
    pub position: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What, such as `plan.stored`.
    pub kind: String,
    /// What belongs to its kind, as JSON.
    pub detail: String,
}

/// A place in the feed: how many scans and how many other things lie before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct FeedPlace {
    /// The position of the last scan before it.
    pub scans: i64,
    /// The position of the last other entry before it.
    pub others: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = feed_entries)]
struct Row {
    centre_id: Id,
    position: i64,
    at: Micros,
    kind: String,
    detail: String,
}

/// Adds entries to the feed. Must be the last thing that a transaction does: on PostgreSQL others wait from here on until it
/// ends, so that positions are seen in their order.
pub(super) fn tell(
    connection: &mut AnyConnection,
    centre: CentreId,
    at: Micros,
    entries: Vec<(&'static str, String)>,
) -> Result<(), StoreError> {
    const FEED: u64 = 0x6665_6564_0000_0001;
    if entries.is_empty() {
        return Ok(());
    }
    if let AnyConnection::Postgres(c) = connection {
        let (high, low) = centre.uuid().as_u64_pair();
        sql_query(format!("SELECT pg_advisory_xact_lock({})", (high ^ low ^ FEED).cast_signed())).execute(c)?;
    }
    let last = last(connection, centre.into())?;
    for (position, (kind, detail)) in (last + 1..).zip(entries) {
        let row = Row { centre_id: centre.into(), position, at, kind: kind.to_owned(), detail };
        on_backend!(connection, |c| diesel::insert_into(feed_entries::table).values(&row).execute(c))?;
    }
    Ok(())
}

fn last(connection: &mut AnyConnection, centre: Id) -> Result<i64, StoreError> {
    let last: Option<i64> = feed_entries::table
        .filter(feed_entries::centre_id.eq(centre))
        .select(dsl::max(feed_entries::position))
        .first(connection)?;
    Ok(last.unwrap_or(0))
}

impl Store {
    /// The end of the feed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn feed_end(&self, centre: CentreId) -> Result<FeedPlace, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let scans: Option<i64> = scan_events::table
                .filter(scan_events::centre_id.eq(centre))
                .select(dsl::max(scan_events::position))
                .first(connection)?;
            Ok(FeedPlace { scans: scans.unwrap_or(0), others: last(connection, centre)? })
        })
    }

    /// The entries after a position, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn feed_after(&self, centre: CentreId, position: i64, limit: u32) -> Result<Vec<FeedEntry>, StoreError> {
        self.read(|connection| {
            let rows: Vec<Row> = feed_entries::table
                .filter(feed_entries::centre_id.eq(Id::from(centre)))
                .filter(feed_entries::position.gt(position))
                .order(feed_entries::position)
                .limit(limit.into())
                .select(Row::as_select())
                .load(connection)?;
            let entry =
                |row: Row| FeedEntry { position: row.position, at: row.at.into(), kind: row.kind, detail: row.detail };
            Ok(rows.into_iter().map(entry).collect())
        })
    }
}
