use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{ConflictingScan, Digest, NewScan, StoredAside};
use crate::{
    domain::{CentreId, ScanId},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, digest},
        connection::AnyConnection,
        schema::{scan_asides, scan_codes, scan_conflicts, scan_events},
    },
};

const TABLE: &str = "scan_events";

/// A scan of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScan {
    /// Its position, from 1 without gaps.
    pub position: i64,
    /// Its id.
    pub id: ScanId,
    /// When it was first received.
    pub received_at: DateTime<Utc>,
    /// The run or round on which it was.
    pub trip: Option<Uuid>,
    /// Its content.
    pub content: String,
    /// The digest stored with the content.
    pub content_sha256: Digest,
    /// What is kept apart, unless it was erased.
    pub aside: Option<StoredAside>,
}

impl StoredScan {
    pub(super) fn of_new(scan: &NewScan, position: i64, received_at: DateTime<Utc>) -> Self {
        Self {
            position,
            id: scan.id,
            received_at,
            trip: scan.trip,
            content: scan.content.clone(),
            content_sha256: scan.content_sha256,
            aside: scan.aside.clone(),
        }
    }
}

type EventColumns = (
    scan_events::position,
    scan_events::id,
    scan_events::received_at,
    scan_events::trip_id,
    scan_events::content,
    scan_events::content_sha256,
);
const EVENT: EventColumns = (
    scan_events::position,
    scan_events::id,
    scan_events::received_at,
    scan_events::trip_id,
    scan_events::content,
    scan_events::content_sha256,
);
type EventRow = (i64, Id, Micros, Option<Id>, String, Vec<u8>);

fn with_asides(connection: &mut AnyConnection, centre: Id, rows: Vec<EventRow>) -> Result<Vec<StoredScan>, StoreError> {
    let mut scans = Vec::with_capacity(rows.len());
    for (position, id, received_at, trip, content, content_sha256) in rows {
        scans.push(StoredScan {
            position,
            id: id.into(),
            received_at: received_at.into(),
            trip: trip.map(|trip| trip.0),
            content,
            content_sha256: digest(TABLE, content_sha256)?,
            aside: None,
        });
    }
    scans.sort_unstable_by_key(|scan| scan.position);
    for scans in scans.chunks_mut(ROWS_AT_ONCE) {
        let positions: Vec<i64> = scans.iter().map(|scan| scan.position).collect();
        let asides: Vec<(i64, Vec<u8>, String)> = scan_asides::table
            .filter(scan_asides::centre_id.eq(centre))
            .filter(scan_asides::position.eq_any(positions))
            .select((scan_asides::position, scan_asides::salt, scan_asides::content))
            .load(connection)?;
        for (position, salt, text) in asides {
            let corrupt = |_| StoreError::Corrupt { table: "scan_asides", problem: "a salt has 16 bytes".into() };
            let salt = salt.try_into().map_err(corrupt)?;
            if let Ok(place) = scans.binary_search_by_key(&position, |scan| scan.position) {
                scans[place].aside = Some(StoredAside { salt, text });
            }
        }
    }
    Ok(scans)
}

/// The scans with these ids, by position.
pub(super) fn by_ids(
    connection: &mut AnyConnection,
    centre: CentreId,
    ids: &[ScanId],
) -> Result<Vec<StoredScan>, StoreError> {
    let centre = Id::from(centre);
    let mut rows = Vec::new();
    for ids in ids.chunks(ROWS_AT_ONCE) {
        let found: Vec<EventRow> = scan_events::table
            .filter(scan_events::centre_id.eq(centre))
            .filter(scan_events::id.eq_any(ids.iter().map(|id| Id::from(*id))))
            .select(EVENT)
            .load(connection)?;
        rows.extend(found);
    }
    if rows.is_empty() { Ok(Vec::new()) } else { with_asides(connection, centre, rows) }
}

impl Store {
    /// What else came under the id of a scan, in the order in which it came.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn conflicting_scans(&self, centre_id: CentreId, id: ScanId) -> Result<Vec<ConflictingScan>, StoreError> {
        self.read(|connection| {
            let rows: Vec<(Micros, String, Vec<u8>)> = scan_conflicts::table
                .filter(scan_conflicts::centre_id.eq(Id::from(centre_id)))
                .filter(scan_conflicts::id.eq(Id::from(id)))
                .order((scan_conflicts::received_at, scan_conflicts::content_sha256))
                .select((scan_conflicts::received_at, scan_conflicts::content, scan_conflicts::content_sha256))
                .load(connection)?;
            let read = |(received_at, content, content_sha256): (Micros, String, Vec<u8>)| {
                let content_sha256 = digest("scan_conflicts", content_sha256)?;
                Ok(ConflictingScan { centre_id, id, content, content_sha256, received_at: received_at.into() })
            };
            rows.into_iter().map(read).collect()
        })
    }

    /// The scans with these ids, by position; an id that is unknown is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans(&self, centre: CentreId, ids: &[ScanId]) -> Result<Vec<StoredScan>, StoreError> {
        self.snapshot(|connection| by_ids(connection, centre, ids))
    }

    /// The scans that are found under any of these codes, by position.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_of_codes(&self, centre: CentreId, codes: &[String]) -> Result<Vec<StoredScan>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let mut positions: Vec<i64> = Vec::new();
            for codes in codes.chunks(ROWS_AT_ONCE) {
                let found: Vec<i64> = scan_codes::table
                    .filter(scan_codes::centre_id.eq(centre))
                    .filter(scan_codes::code.eq_any(codes))
                    .select(scan_codes::position)
                    .load(connection)?;
                positions.extend(found);
            }
            positions.sort_unstable();
            positions.dedup();
            let mut rows = Vec::with_capacity(positions.len());
            for positions in positions.chunks(ROWS_AT_ONCE) {
                let found: Vec<EventRow> = scan_events::table
                    .filter(scan_events::centre_id.eq(centre))
                    .filter(scan_events::position.eq_any(positions))
                    .select(EVENT)
                    .load(connection)?;
                rows.extend(found);
            }
            with_asides(connection, centre, rows)
        })
    }

    /// The scans at these positions, by position; a position that there is not is left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_at(&self, centre: CentreId, positions: &[i64]) -> Result<Vec<StoredScan>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let mut rows = Vec::with_capacity(positions.len());
            for positions in positions.chunks(ROWS_AT_ONCE) {
                let found: Vec<EventRow> = scan_events::table
                    .filter(scan_events::centre_id.eq(centre))
                    .filter(scan_events::position.eq_any(positions))
                    .select(EVENT)
                    .load(connection)?;
                rows.extend(found);
            }
            with_asides(connection, centre, rows)
        })
    }

    /// The scans of a run or a round, by position.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_of_trip(&self, centre: CentreId, trip: Uuid) -> Result<Vec<StoredScan>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let rows = scan_events::table
                .filter(scan_events::centre_id.eq(centre))
                .filter(scan_events::trip_id.eq(Id(trip)))
                .select(EVENT)
                .load(connection)?;
            with_asides(connection, centre, rows)
        })
    }

    /// The scans after a position, by position, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn scans_after(&self, centre: CentreId, position: i64, limit: u32) -> Result<Vec<StoredScan>, StoreError> {
        let centre = Id::from(centre);
        self.snapshot(|connection| {
            let rows = scan_events::table
                .filter(scan_events::centre_id.eq(centre))
                .filter(scan_events::position.gt(position))
                .order(scan_events::position)
                .limit(limit.into())
                .select(EVENT)
                .load(connection)?;
            with_asides(connection, centre, rows)
        })
    }
}
