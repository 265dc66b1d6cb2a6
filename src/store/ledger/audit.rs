//! What proves the ledger, part by part, for whoever checks it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::Digest;
use crate::{
    domain::{CentreId, ScanId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, digest},
        connection::on_backend,
        schema::{scan_chains, scan_codes, scan_days, scan_events},
    },
};

/// One link of a code's chain with the entry that it chains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// The code.
    pub code: String,
    /// The entry's position.
    pub position: i64,
    /// The stored link.
    pub link: Digest,
    /// The entry's scan.
    pub scan: ScanId,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The digest stored with its content.
    pub content_sha256: Digest,
}

/// The stored end of a code's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// The code.
    pub code: String,
    /// How many scans it has.
    pub scans: i64,
    /// The position of the last one.
    pub position: i64,
    /// The last link.
    pub link: Digest,
}

/// A day of the ledger that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerDay {
    /// The day, on the centre's clocks.
    pub date: NaiveDate,
    /// The position of its first scan.
    pub first_position: i64,
    /// The position of its last scan.
    pub last_position: i64,
    /// The root over its scans.
    pub root: Digest,
    /// The root chained to the day before.
    pub link: Digest,
}

/// Code, position, link; of the entry its scan, time of receipt and digest.
type LinkRow = (String, i64, Vec<u8>, Id, Micros, Vec<u8>);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scan_days)]
struct DayRow {
    centre_id: Id,
    date: NaiveDate,
    first_position: i64,
    last_position: i64,
    root: Vec<u8>,
    link: Vec<u8>,
}

impl Store {
    /// Links by code and position, after the one given, at most `limit`. The part of a list that is equal to one code is read
    /// in order of position.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn chain_links(
        &self,
        centre: CentreId,
        after: Option<(&str, i64)>,
        limit: u32,
    ) -> Result<Vec<ChainLink>, StoreError> {
        let (code, position) = after.unwrap_or(("", 0));
        let same_event =
            scan_events::centre_id.eq(scan_codes::centre_id).and(scan_events::position.eq(scan_codes::position));
        self.read(|connection| {
            let rows: Vec<LinkRow> = scan_codes::table
                .inner_join(scan_events::table.on(same_event))
                .filter(scan_codes::centre_id.eq(Id::from(centre)))
                .filter(scan_codes::code.ge(code))
                .filter(scan_codes::code.gt(code).or(scan_codes::position.gt(position)))
                .order((scan_codes::code, scan_codes::position))
                .limit(limit.into())
                .select((
                    scan_codes::code,
                    scan_codes::position,
                    scan_codes::link,
                    scan_events::id,
                    scan_events::received_at,
                    scan_events::content_sha256,
                ))
                .load(connection)?;
            rows.into_iter()
                .map(|(code, position, link, scan, received_at, content_sha256)| {
                    Ok(ChainLink {
                        code,
                        position,
                        link: digest("scan_codes", link)?,
                        scan: scan.into(),
                        received_at: received_at.into(),
                        content_sha256: digest("scan_events", content_sha256)?,
                    })
                })
                .collect()
        })
    }

    /// Ends of chains by code, after the one given, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn chain_ends(&self, centre: CentreId, after: &str, limit: u32) -> Result<Vec<ChainEnd>, StoreError> {
        self.read(|connection| {
            let rows: Vec<(String, i64, i64, Vec<u8>)> = scan_chains::table
                .filter(scan_chains::centre_id.eq(Id::from(centre)))
                .filter(scan_chains::code.gt(after))
                .order(scan_chains::code)
                .limit(limit.into())
                .select((scan_chains::code, scan_chains::scans, scan_chains::position, scan_chains::link))
                .load(connection)?;
            rows.into_iter()
                .map(|(code, scans, position, link)| {
                    Ok(ChainEnd { code, scans, position, link: digest("scan_chains", link)? })
                })
                .collect()
        })
    }

    /// The days whose root is kept, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn ledger_days(&self, centre: CentreId) -> Result<Vec<LedgerDay>, StoreError> {
        self.read(|connection| {
            let rows: Vec<DayRow> = scan_days::table
                .filter(scan_days::centre_id.eq(Id::from(centre)))
                .order(scan_days::date)
                .select(DayRow::as_select())
                .load(connection)?;
            rows.into_iter().map(day_of).collect()
        })
    }

    /// The last day whose root is kept.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn last_ledger_day(&self, centre: CentreId) -> Result<Option<LedgerDay>, StoreError> {
        self.read(|connection| {
            let row: Option<DayRow> = scan_days::table
                .filter(scan_days::centre_id.eq(Id::from(centre)))
                .order(scan_days::date.desc())
                .select(DayRow::as_select())
                .first(connection)
                .optional()?;
            row.map(day_of).transpose()
        })
    }

    /// Keeps the root of a day, unless one is kept already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep_ledger_day(&self, centre: CentreId, day: &LedgerDay) -> Result<(), StoreError> {
        let row = DayRow {
            centre_id: centre.into(),
            date: day.date,
            first_position: day.first_position,
            last_position: day.last_position,
            root: day.root.to_vec(),
            link: day.link.to_vec(),
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(scan_days::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            Ok(())
        })
    }
}

fn day_of(row: DayRow) -> Result<LedgerDay, StoreError> {
    Ok(LedgerDay {
        date: row.date,
        first_position: row.first_position,
        last_position: row.last_position,
        root: digest("scan_days", row.root)?,
        link: digest("scan_days", row.link)?,
    })
}
