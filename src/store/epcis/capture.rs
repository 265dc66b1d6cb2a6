//! Events come in.

use std::collections::HashSet;

use diesel::{prelude::*, sql_query};
use uuid::Uuid;

use super::{
    CaptureJob, Captured, ErrorBehaviour, EventKeys, NewEvent, ToldScans, WaitingCorrection, lock_key,
    rows::{CaptureRow, EventRow, TermRow, Text},
};
use crate::{
    domain::{CentreId, ScanId},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, digest, without_nul},
        connection::{AnyConnection, on_backend},
        ledger::Digest,
        schema::{epcis_captures, epcis_cursors, epcis_events, epcis_terms, epcis_waiting},
    },
};

fn lock(connection: &mut AnyConnection, centre: CentreId) -> Result<(), StoreError> {
    if let AnyConnection::Postgres(c) = connection {
        sql_query(format!("SELECT pg_advisory_xact_lock({})", lock_key(centre))).execute(c)?;
    }
    Ok(())
}

fn last_number(connection: &mut AnyConnection, centre: Id) -> Result<i64, StoreError> {
    let last: Option<i64> = epcis_events::table
        .filter(epcis_events::centre_id.eq(centre))
        .select(diesel::dsl::max(epcis_events::number))
        .first(connection)?;
    Ok(last.unwrap_or(0))
}

/// Of these hashes those of events that are there, each with whether it is that of an error declaration.
fn known(connection: &mut AnyConnection, centre: Id, hashes: &[Digest]) -> Result<HashSet<(Digest, bool)>, StoreError> {
    let mut found = HashSet::new();
    for hashes in hashes.chunks(ROWS_AT_ONCE) {
        let rows: Vec<(Vec<u8>, bool)> = epcis_events::table
            .filter(epcis_events::centre_id.eq(centre))
            .filter(epcis_events::event_hash.eq_any(hashes.iter().map(|hash| hash.to_vec())))
            .select((epcis_events::event_hash, epcis_events::declared_at.is_not_null()))
            .load(connection)?;
        for (hash, declared) in rows {
            found.insert((digest("epcis_events", hash)?, declared));
        }
    }
    Ok(found)
}

/// Adds events from `number` on.
fn add<'a>(
    connection: &mut AnyConnection,
    centre: CentreId,
    mut number: i64,
    events: impl Iterator<Item = (&'a EventKeys, Text<'a>)>,
) -> Result<(), StoreError> {
    let (mut rows, mut terms) = (Vec::new(), Vec::new());
    for (keys, text) in events {
        rows.push(EventRow::new(centre, number, keys, text));
        terms.extend(keys.terms.iter().map(|term| TermRow { centre_id: centre.into(), term, number }));
        number += 1;
    }
    match connection {
        // A statement for one row is prepared once and kept; one for many rows is prepared each time.
        AnyConnection::Sqlite(c) => {
            for row in &rows {
                diesel::insert_into(epcis_events::table).values(row).execute(c)?;
            }
            for row in &terms {
                diesel::insert_into(epcis_terms::table).values(row).execute(c)?;
            }
        }
        // Each statement is a way to the server and back.
        AnyConnection::Postgres(c) => {
            for rows in rows.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(epcis_events::table).values(rows).execute(c)?;
            }
            for rows in terms.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(epcis_terms::table).values(rows).execute(c)?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Stores a partner's events in their order, but for those that are there already: an event counts as the same when its
    /// hash is and both or neither take one back. With [`ErrorBehaviour::Rollback`] one that is there keeps all others out.
    /// `job` makes of what became of them what is kept of the capture; `None` keeps nothing of it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn capture_events(
        &self,
        centre: CentreId,
        events: &[NewEvent],
        behaviour: ErrorBehaviour,
        job: impl FnOnce(&Captured) -> Option<CaptureJob>,
    ) -> Result<Captured, StoreError> {
        self.write(|connection| {
            lock(connection, centre)?;
            let hashes: Vec<Digest> = events.iter().map(|event| event.keys.event_hash).collect();
            let mut seen = known(connection, centre.into(), &hashes)?;
            let mut fresh = Vec::with_capacity(events.len());
            let mut captured = Captured { known: Vec::new(), stored: 0 };
            for (place, event) in events.iter().enumerate() {
                if seen.insert((event.keys.event_hash, event.keys.declared_at.is_some())) {
                    fresh.push(event);
                } else {
                    captured.known.push(place);
                }
            }
            if behaviour == ErrorBehaviour::Proceed || captured.known.is_empty() {
                captured.stored = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
                let number = last_number(connection, centre.into())? + 1;
                let texts = fresh
                    .iter()
                    .map(|event| (&event.keys, Text::Foreign(event.content.as_str(), event.context.as_deref())));
                add(connection, centre, number, texts)?;
            }
            if let Some(job) = job(&captured) {
                without_nul("errors", &job.errors)?;
                let row = CaptureRow::new(centre, &job);
                on_backend!(connection, |c| diesel::insert_into(epcis_captures::table).values(&row).execute(c))?;
            }
            Ok(captured)
        })
    }

    /// One capture.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn capture_job(&self, centre: CentreId, id: Uuid) -> Result<Option<CaptureJob>, StoreError> {
        self.read(|connection| {
            let row: Option<CaptureRow<'static>> = epcis_captures::table
                .find((Id::from(centre), Id(id)))
                .select(CaptureRow::as_select())
                .first(connection)
                .optional()?;
            row.map(CaptureJob::try_from).transpose()
        })
    }

    /// The captures, the newest first, from before the one with the id `before` on, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn capture_jobs(
        &self,
        centre: CentreId,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<CaptureJob>, StoreError> {
        self.read(|connection| {
            let mut query = epcis_captures::table
                .filter(epcis_captures::centre_id.eq(Id::from(centre)))
                .select(CaptureRow::as_select())
                .into_boxed();
            if let Some(before) = before {
                query = query.filter(epcis_captures::id.lt(Id(before)));
            }
            // The ids are made in the order of time.
            let rows: Vec<CaptureRow<'static>> =
                query.order(epcis_captures::id.desc()).limit(limit.into()).load(connection)?;
            rows.into_iter().map(CaptureJob::try_from).collect()
        })
    }

    /// How far the ledger has been told as events.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn told_position(&self, centre: CentreId) -> Result<i64, StoreError> {
        self.read(|connection| {
            let position: Option<i64> = epcis_cursors::table
                .find(Id::from(centre))
                .select(epcis_cursors::position)
                .first(connection)
                .optional()?;
            Ok(position.unwrap_or(0))
        })
    }

    /// The corrections that wait for one of these scans.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn waiting_corrections(
        &self,
        centre: CentreId,
        scans: &[ScanId],
    ) -> Result<Vec<WaitingCorrection>, StoreError> {
        self.read(|connection| {
            let mut found = Vec::new();
            for scans in scans.chunks(ROWS_AT_ONCE) {
                let rows: Vec<(Id, i64)> = epcis_waiting::table
                    .filter(epcis_waiting::centre_id.eq(Id::from(centre)))
                    .filter(epcis_waiting::scan_id.eq_any(scans.iter().map(|id| Id::from(*id))))
                    .select((epcis_waiting::scan_id, epcis_waiting::position))
                    .order((epcis_waiting::scan_id, epcis_waiting::position))
                    .load(connection)?;
                found.extend(rows.into_iter().map(|(id, position)| WaitingCorrection { scan_id: id.into(), position }));
            }
            Ok(found)
        })
    }

    /// Keeps as what events the ledger from one position to another is told. Answers `false`, and keeps nothing, when
    /// somebody else was faster.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep_told_scans(
        &self,
        centre: CentreId,
        (from, to): (i64, i64),
        told: &ToldScans,
    ) -> Result<bool, StoreError> {
        let id = Id::from(centre);
        self.write(|connection| {
            lock(connection, centre)?;
            if from == 0 {
                let row = (epcis_cursors::centre_id.eq(id), epcis_cursors::position.eq(0));
                on_backend!(connection, |c| diesel::insert_into(epcis_cursors::table)
                    .values(row)
                    .on_conflict_do_nothing()
                    .execute(c))?;
            }
            let mine = epcis_cursors::table.find(id).filter(epcis_cursors::position.eq(from));
            let set = epcis_cursors::position.eq(to);
            if on_backend!(connection, |c| diesel::update(mine).set(set).execute(c))? == 0 {
                return Ok(false);
            }
            let number = last_number(connection, id)? + 1;
            let events = told.events.iter().map(|event| (&event.keys, Text::Scan(event.position)));
            add(connection, centre, number, events)?;
            for WaitingCorrection { scan_id, position } in &told.waiting {
                let row = (
                    epcis_waiting::centre_id.eq(id),
                    epcis_waiting::scan_id.eq(Id::from(*scan_id)),
                    epcis_waiting::position.eq(*position),
                );
                on_backend!(connection, |c| diesel::insert_into(epcis_waiting::table).values(row).execute(c))?;
            }
            for WaitingCorrection { scan_id, position } in &told.arrived {
                let gone = epcis_waiting::table.find((id, Id::from(*scan_id), *position));
                on_backend!(connection, |c| diesel::delete(gone).execute(c))?;
            }
            Ok(true)
        })
    }
}
