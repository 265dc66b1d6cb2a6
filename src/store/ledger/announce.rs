//! What the feed tells of discrepancies: of each when it begins to count, and what became of it then.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use super::review::Row;
use crate::{
    domain::{CentreId, ScanId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, to_json},
        connection::{AnyConnection, on_backend},
        feed,
        schema::discrepancies,
    },
};

impl Row {
    /// What the feed tells of it.
    pub(super) fn feed_detail(&self) -> String {
        to_json(&FeedDetail {
            id: self.id.0,
            kind: &self.kind,
            subject: self.code.as_deref(),
            scan_id: ScanId::from(self.scan_id).uuid(),
            raised_at: DateTime::from(self.raised_at).timestamp_micros(),
            due_at: DateTime::from(self.due_at).timestamp_micros(),
        })
    }
}

/// What the feed tells of a discrepancy. Times are microseconds since 1970.
#[derive(Serialize)]
struct FeedDetail<'a> {
    id: Uuid,
    kind: &'a str,
    subject: Option<&'a str>,
    scan_id: Uuid,
    raised_at: i64,
    due_at: i64,
}

/// Whether the feed has told of a discrepancy.
pub(super) fn is_announced(connection: &mut AnyConnection, centre: Id, id: Id) -> Result<bool, StoreError> {
    let announced: Option<bool> = discrepancies::table
        .find((centre, id))
        .select(discrepancies::announced_at.is_not_null())
        .first(connection)
        .optional()?;
    Ok(announced.unwrap_or(false))
}

/// Tells of an open discrepancy that was changed, where it was told of before.
pub(super) fn tell_change(
    connection: &mut AnyConnection,
    centre: CentreId,
    id: Uuid,
    at: DateTime<Utc>,
    kind: &'static str,
) -> Result<(), StoreError> {
    let row: Row = discrepancies::table.find((Id::from(centre), Id(id))).select(Row::as_select()).first(connection)?;
    feed::tell(connection, centre, at.into(), vec![(kind, row.feed_detail())])
}

impl Store {
    /// Tells the feed of open discrepancies that count at `now` and of which it has not told, at most `limit`. Answers how
    /// many they were.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn announce_discrepancies(
        &self,
        centre: CentreId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let centre_id = Id::from(centre);
        let silent = || {
            discrepancies::table
                .filter(discrepancies::centre_id.eq(centre_id))
                .filter(discrepancies::announced_at.is_null())
                .filter(discrepancies::state.eq("open"))
                .filter(discrepancies::raised_at.le(Micros::from(now)))
        };
        // Nearly always there is nothing to tell, and then nobody's turn to write is taken.
        let any: Option<Id> =
            self.read(|connection| Ok(silent().select(discrepancies::id).first(connection).optional()?))?;
        if any.is_none() {
            return Ok(0);
        }
        self.write(|connection| {
            let rows: Vec<Row> = silent()
                .order((discrepancies::raised_at, discrepancies::id))
                .limit(limit.into())
                .select(Row::as_select())
                .load(connection)?;
            let mut told = Vec::new();
            for row in &rows {
                // Another process may tell of it at this moment.
                let mine = discrepancies::table.find((centre_id, row.id)).filter(discrepancies::announced_at.is_null());
                let set = discrepancies::announced_at.eq(Some(Micros::from(now)));
                if on_backend!(connection, |c| diesel::update(mine).set(set).execute(c))? == 1 {
                    told.push(("discrepancy.opened", row.feed_detail()));
                }
            }
            feed::tell(connection, centre, now.into(), told)?;
            Ok(rows.len())
        })
    }
}
