//! One transaction's worth of scans.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query};

use super::{
    Appended, Chaining, ConflictingScan, Digest, NewScan, StoredDiscrepancy, StoredScan, read::by_ids, review::note,
};
use crate::{
    domain::{CentreId, ScanId},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, digest, without_nul},
        connection::{AnyConnection, on_backend},
        schema::{scan_asides, scan_chains, scan_codes, scan_conflicts, scan_events},
    },
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scan_events, treat_none_as_default_value = false)]
struct EventRow<'a> {
    centre_id: Id,
    position: i64,
    id: Id,
    received_at: Micros,
    trip_id: Option<Id>,
    content: std::borrow::Cow<'a, str>,
    content_sha256: std::borrow::Cow<'a, [u8]>,
}

#[derive(Insertable)]
#[diesel(table_name = scan_codes)]
struct CodeRow<'a> {
    centre_id: Id,
    code: &'a str,
    position: i64,
    link: Vec<u8>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scan_chains)]
struct ChainRow {
    centre_id: Id,
    code: String,
    scans: i64,
    position: i64,
    link: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = scan_asides)]
struct AsideRow<'a> {
    centre_id: Id,
    position: i64,
    salt: &'a [u8],
    content: &'a str,
}

#[derive(Insertable)]
#[diesel(table_name = scan_conflicts)]
struct ConflictRow<'a> {
    centre_id: Id,
    id: Id,
    content_sha256: &'a [u8],
    content: &'a str,
    received_at: Micros,
}

/// The end of a code's chain while scans are added to it.
struct Chain {
    scans: i64,
    position: i64,
    link: Digest,
    is_new: bool,
}

/// Writers of several processes queue here, because positions and chains have to follow one another.
fn lock(connection: &mut AnyConnection, centre: CentreId) -> Result<(), StoreError> {
    if let AnyConnection::Postgres(c) = connection {
        let (high, low) = centre.uuid().as_u64_pair();
        sql_query(format!("SELECT pg_advisory_xact_lock({})", (high ^ low).cast_signed())).execute(c)?;
    }
    Ok(())
}

fn last(connection: &mut AnyConnection, centre: Id) -> Result<(i64, Option<Micros>), StoreError> {
    let last: Option<(i64, Micros)> = scan_events::table
        .filter(scan_events::centre_id.eq(centre))
        .order(scan_events::position.desc())
        .select((scan_events::position, scan_events::received_at))
        .first(connection)
        .optional()?;
    Ok(last.map_or((0, None), |(position, at)| (position, Some(at))))
}

fn chains<'a>(
    connection: &mut AnyConnection,
    centre: Id,
    codes: &[&'a str],
) -> Result<HashMap<&'a str, Chain>, StoreError> {
    let mut found = HashMap::new();
    for codes in codes.chunks(ROWS_AT_ONCE) {
        let rows: Vec<ChainRow> = scan_chains::table
            .filter(scan_chains::centre_id.eq(centre))
            .filter(scan_chains::code.eq_any(codes))
            .select(ChainRow::as_select())
            .load(connection)?;
        let mut by_code: HashMap<String, ChainRow> = rows.into_iter().map(|row| (row.code.clone(), row)).collect();
        for code in codes {
            if let Some(row) = by_code.remove(*code) {
                let link = digest("scan_chains", row.link)?;
                found.insert(*code, Chain { scans: row.scans, position: row.position, link, is_new: false });
            }
        }
    }
    Ok(found)
}

/// Adds what is new of `scans`, which were received at the times given, and answers what became of each. Must be in a write
/// transaction.
pub(super) fn append(
    connection: &mut AnyConnection,
    centre_id: CentreId,
    scans: &[(&NewScan, DateTime<Utc>)],
    chaining: Chaining,
) -> Result<Vec<Appended>, StoreError> {
    lock(connection, centre_id)?;
    let centre = Id::from(centre_id);
    let ids: Vec<ScanId> = scans.iter().map(|(scan, _)| scan.id).collect();
    let mut known: HashMap<ScanId, StoredScan> =
        by_ids(connection, centre_id, &ids)?.into_iter().map(|scan| (scan.id, scan)).collect();
    let (mut position, mut received_at) = last(connection, centre)?;
    let mut codes: Vec<&str> = scans.iter().flat_map(|(scan, _)| scan.codes.iter().map(String::as_str)).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut chains = chains(connection, centre, &codes)?;

    let mut answers = Vec::with_capacity(scans.len());
    let (mut events, mut links, mut asides) = (Vec::new(), Vec::new(), Vec::new());
    for (scan, at) in scans {
        if let Some(known) = known.get(&scan.id) {
            answers.push(Appended::Known(Box::new(known.clone())));
            continue;
        }
        without_nul("content", &scan.content)?;
        position += 1;
        // The server's clock may have been set back; the ledger's time never runs backwards.
        let micros = received_at.map_or(Micros::from(*at), |before| before.max((*at).into()));
        received_at = Some(micros);
        let received = DateTime::from(micros);
        let leaf = (chaining.leaf)(position, received, &scan.content_sha256);
        for code in &scan.codes {
            let chain = chains.entry(code).or_insert(Chain { scans: 0, position: 0, link: [0; 32], is_new: true });
            let before = (chain.scans > 0).then_some(&chain.link);
            chain.link = (chaining.link)(before, &leaf);
            chain.scans += 1;
            chain.position = position;
            links.push(CodeRow { centre_id: centre, code, position, link: chain.link.to_vec() });
        }
        if let Some(aside) = &scan.aside {
            without_nul("aside", &aside.text)?;
            asides.push(AsideRow { centre_id: centre, position, salt: &aside.salt, content: &aside.text });
        }
        events.push(EventRow {
            centre_id: centre,
            position,
            id: scan.id.into(),
            received_at: micros,
            trip_id: scan.trip.map(Id),
            content: scan.content.as_str().into(),
            content_sha256: scan.content_sha256.as_slice().into(),
        });
        answers.push(Appended::Created { position, received_at: received });
        known.insert(scan.id, StoredScan::of_new(scan, position, received));
    }
    insert(connection, &events, &links, &asides)?;
    if !events.is_empty() {
        keep_chains(connection, centre, chains)?;
    }
    Ok(answers)
}

fn insert(
    connection: &mut AnyConnection,
    events: &[EventRow<'_>],
    links: &[CodeRow<'_>],
    asides: &[AsideRow<'_>],
) -> Result<(), StoreError> {
    match connection {
        // A statement for one row is prepared once and kept; one for many rows is prepared each time.
        AnyConnection::Sqlite(c) => {
            for row in events {
                diesel::insert_into(scan_events::table).values(row).execute(c)?;
            }
            for row in links {
                diesel::insert_into(scan_codes::table).values(row).execute(c)?;
            }
            for row in asides {
                diesel::insert_into(scan_asides::table).values(row).execute(c)?;
            }
        }
        // Each statement is a way to the server and back.
        AnyConnection::Postgres(c) => {
            for rows in events.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(scan_events::table).values(rows).execute(c)?;
            }
            for rows in links.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(scan_codes::table).values(rows).execute(c)?;
            }
            for rows in asides.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(scan_asides::table).values(rows).execute(c)?;
            }
        }
    }
    Ok(())
}

fn keep_chains(connection: &mut AnyConnection, centre: Id, chains: HashMap<&str, Chain>) -> Result<(), StoreError> {
    // In order of code, as every other writer goes.
    let mut rows: Vec<(ChainRow, bool)> = chains
        .into_iter()
        .map(|(code, chain)| {
            let Chain { scans, position, link, is_new } = chain;
            (ChainRow { centre_id: centre, code: code.to_owned(), scans, position, link: link.to_vec() }, is_new)
        })
        .collect();
    rows.sort_unstable_by(|(a, _), (b, _)| a.code.cmp(&b.code));
    match connection {
        AnyConnection::Sqlite(c) => {
            for (row, is_new) in &rows {
                if *is_new {
                    diesel::insert_into(scan_chains::table).values(row).execute(c)?;
                } else {
                    diesel::update(scan_chains::table.find((centre, &row.code)))
                        .set((
                            scan_chains::scans.eq(row.scans),
                            scan_chains::position.eq(row.position),
                            scan_chains::link.eq(&row.link),
                        ))
                        .execute(c)?;
                }
            }
        }
        AnyConnection::Postgres(c) => {
            use diesel::upsert::excluded;
            let rows: Vec<ChainRow> = rows.into_iter().map(|(row, _)| row).collect();
            for rows in rows.chunks(ROWS_AT_ONCE) {
                diesel::insert_into(scan_chains::table)
                    .values(rows)
                    .on_conflict((scan_chains::centre_id, scan_chains::code))
                    .do_update()
                    .set((
                        scan_chains::scans.eq(excluded(scan_chains::scans)),
                        scan_chains::position.eq(excluded(scan_chains::position)),
                        scan_chains::link.eq(excluded(scan_chains::link)),
                    ))
                    .execute(c)?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Keeps a scan that came with the id of another one, once, and what is to be explained about it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep_conflict(&self, conflict: &ConflictingScan, found: &StoredDiscrepancy) -> Result<(), StoreError> {
        without_nul("content", &conflict.content)?;
        let row = ConflictRow {
            centre_id: conflict.centre_id.into(),
            id: conflict.id.into(),
            content_sha256: &conflict.content_sha256,
            content: &conflict.content,
            received_at: conflict.received_at.into(),
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(scan_conflicts::table)
                .values(&row)
                .on_conflict_do_nothing()
                .execute(c))?;
            note(connection, conflict.centre_id, found)
        })
    }
}
