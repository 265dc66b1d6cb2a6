use chrono::{DateTime, Duration, Utc};
use diesel::{prelude::*, sql_query};

use super::SecretDigest;
use crate::{
    domain::CentreId,
    store::{
        Store, StoreError,
        columns::{Id, Micros, unsigned},
        connection::{AnyConnection, on_backend},
        schema::login_attempts,
    },
};

/// How long to lock after so many failures.
pub type LockAfter<'a> = dyn Fn(u32) -> Option<Duration> + 'a;

/// Whose tries are counted.
pub struct Attempted<'a> {
    /// A digest of the account's name, or of the address.
    pub subject_sha256: SecretDigest,
    /// How long to lock.
    pub lock_after: &'a LockAfter<'a>,
}

/// What became of a try to come in, before anything was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may be made. It counts as failed until it is forgotten.
    Open,
    /// Too many have failed.
    LockedUntil(DateTime<Utc>),
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = login_attempts, treat_none_as_null = true, treat_none_as_default_value = false)]
struct AttemptRow {
    centre_id: Id,
    subject_sha256: Vec<u8>,
    failures: i64,
    last_at: Micros,
    locked_until: Option<Micros>,
}

impl Store {
    /// Counts a try of each subject before it is made, so that tries side by side count too: all of them, or none when one
    /// subject is locked. `lock_after` says for how long to lock after so many failures; failures are forgotten when none came
    /// for `memory`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn count_attempt(
        &self,
        centre: CentreId,
        subjects: &[Attempted<'_>],
        at: DateTime<Utc>,
        memory: Duration,
    ) -> Result<Attempt, StoreError> {
        let centre = Id::from(centre);
        self.write(|connection| {
            let mut rows = Vec::with_capacity(subjects.len());
            for Attempted { subject_sha256: subject, lock_after } in subjects {
                if let AnyConnection::Postgres(c) = connection {
                    // Tries side by side wait for each other, so that none is counted as the same number; SQLite has one writer.
                    // All take the locks of name and address in that order, so that nobody waits for ever.
                    let key = subject.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
                    sql_query(format!("SELECT pg_advisory_xact_lock({key})")).execute(c)?;
                }
                let known: Option<AttemptRow> = login_attempts::table
                    .find((centre, subject.to_vec()))
                    .select(AttemptRow::as_select())
                    .first(connection)
                    .optional()?;
                let is_known = known.is_some();
                if let Some(until) = known.as_ref().and_then(|row| row.locked_until).map(DateTime::from)
                    && until > at
                {
                    return Ok(Attempt::LockedUntil(until));
                }
                let remembered = known.filter(|row| DateTime::<Utc>::from(row.last_at) + memory > at);
                let before = remembered.map_or(Ok(0), |row| unsigned("login_attempts", row.failures))?;
                let failures = before.saturating_add(1);
                let row = AttemptRow {
                    centre_id: centre,
                    subject_sha256: subject.to_vec(),
                    failures: failures.into(),
                    last_at: at.into(),
                    locked_until: lock_after(failures).map(|delay| Micros::from(at + delay)),
                };
                rows.push((row, is_known));
            }
            for (row, is_known) in rows {
                if is_known {
                    let target = login_attempts::table.find((centre, row.subject_sha256.clone()));
                    on_backend!(connection, |c| diesel::update(target).set(&row).execute(c))?;
                } else {
                    // Another process may have been faster; then its count stands.
                    on_backend!(connection, |c| diesel::insert_into(login_attempts::table)
                        .values(&row)
                        .on_conflict_do_nothing()
                        .execute(c))?;
                }
            }
            Ok(Attempt::Open)
        })
    }

    /// Forgets the failures of a subject that came in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn forget_attempts(&self, centre: CentreId, subject: &SecretDigest) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = login_attempts::table.find((Id::from(centre), subject.to_vec()));
            on_backend!(connection, |c| diesel::delete(target).execute(c))?;
            Ok(())
        })
    }

    /// Takes one counted failure of a subject back: the try was none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn uncount_attempt(&self, centre: CentreId, subject: &SecretDigest) -> Result<(), StoreError> {
        self.write(|connection| {
            let target =
                login_attempts::table.find((Id::from(centre), subject.to_vec())).filter(login_attempts::failures.gt(0));
            let set = (
                login_attempts::failures.eq(login_attempts::failures - 1),
                login_attempts::locked_until.eq(None::<Micros>),
            );
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            Ok(())
        })
    }
}
