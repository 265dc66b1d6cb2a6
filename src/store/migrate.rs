//! Bringing a database's tables up to this release.

use diesel::{
    QueryableByName, RunQueryDsl,
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_query, sql_types,
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    Store, StoreError,
    connection::{AnyConnection, Found, on_backend},
    statistics::tell_planner,
};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, as long as every release locks the same one.
const POSTGRES_LOCK: i64 = 0x0063_6f6e_7468_6f69;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = sql_types::Text)]
    version: String,
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Migration(error.to_string())
}

/// Name and version of every migration of this release for the connection's backend, in order.
fn known(connection: &AnyConnection) -> Result<Vec<(String, String)>, StoreError> {
    fn names<DB: diesel::backend::Backend>(
        source: &impl MigrationSource<DB>,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let migrations = source.migrations().map_err(failed)?;
        let mut names: Vec<(String, String)> = migrations
            .iter()
            .map(|migration| (migration.name().to_string(), migration.name().version().to_string()))
            .collect();
        names.sort();
        Ok(names)
    }
    match connection {
        AnyConnection::Postgres(_) => names::<Pg>(&POSTGRES),
        AnyConnection::Sqlite(_) => names::<Sqlite>(&SQLITE),
    }
}

/// The names of the migrations not applied yet, in order; refuses a database that is ahead of this release.
fn pending(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let has_history = match connection {
        AnyConnection::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS found",
        AnyConnection::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations') AS found"
        }
    };
    let known = known(connection)?;
    let Found { found } = on_backend!(connection, |c| sql_query(has_history).get_result(c))?;
    let applied: Vec<Version> = if found {
        let sql = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
        on_backend!(connection, |c| sql_query(sql).load(c))?
    } else {
        Vec::new()
    };
    if let Some(unknown) = applied.iter().find(|applied| known.iter().all(|(_, version)| *version != applied.version)) {
        return Err(StoreError::NewerSchema { version: unknown.version.clone() });
    }
    Ok(known
        .into_iter()
        .filter(|(_, version)| applied.iter().all(|applied| applied.version != *version))
        .map(|(name, _)| name)
        .collect())
}

impl Store {
    /// Applies the migrations that the database lacks, in one transaction, and answers their names. Two processes may
    /// do so at once: the second waits for the first and then finds nothing to do.
    ///
    /// # Errors
    /// [`StoreError::Migration`], [`StoreError::NewerSchema`]; the database is then as before.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.write(|connection| {
            if let AnyConnection::Postgres(c) = connection {
                sql_query(format!("SELECT pg_advisory_xact_lock({POSTGRES_LOCK})")).execute(c)?;
            }
            let names = pending(connection)?;
            match connection {
                AnyConnection::Postgres(c) => c.run_pending_migrations(POSTGRES).map(|_| ()),
                AnyConnection::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|_| ()),
            }
            .map_err(failed)?;
            if let AnyConnection::Sqlite(c) = connection {
                tell_planner(c)?;
            }
            Ok(names)
        })
    }

    /// The names of the migrations that the database lacks.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`].
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.snapshot(pending)
    }
}
