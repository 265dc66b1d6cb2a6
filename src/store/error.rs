use chrono::NaiveDate;
use diesel::result::DatabaseErrorKind;

use crate::domain::DomainError;

/// Why the database could not do as asked. No message holds a password or a person's data.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A text that names no database.
    #[error(
        "database URL: {problem}; accepted are sqlite:PATH, a PATH that ends in .sqlite or .db, and postgres://USER@HOST/DATABASE"
    )]
    Url {
        /// What is wrong with it.
        problem: String,
    },
    /// No connection.
    #[error("cannot open {target}: {problem}")]
    Connect {
        /// The database, without password.
        target: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The database's tables are not there yet, or not all of them.
    #[error("the database is not migrated: run its migrations first (missing: {missing})")]
    NotMigrated {
        /// What was looked for in vain.
        missing: String,
    },
    /// The database was migrated by a newer release.
    #[error("the database has migration {version}, which this release does not know: use the newer release")]
    NewerSchema {
        /// The unknown migration's version.
        version: String,
    },
    /// A migration failed; the database is as before.
    #[error("migration failed, nothing was changed: {0}")]
    Migration(String),
    /// Another process has kept the database locked for too long.
    #[error("the database stayed locked by another process: try again when its work is done")]
    Busy,
    /// Nothing can be written now; trying again later may help.
    #[error("nothing can be written now: {problem}")]
    Unavailable {
        /// What is in the way.
        problem: String,
    },
    /// Somebody else has saved the plan in between.
    #[error("the plan of {date} is now at {}, not at {}: read it again and decide anew", revision(*found), revision(*expected))]
    LostRace {
        /// The day.
        date: NaiveDate,
        /// The revision it was to replace.
        expected: Option<u32>,
        /// The revision found.
        found: Option<u32>,
    },
    /// The day is closed, and nothing of it changes any more.
    #[error("{date} is closed")]
    Closed {
        /// The day.
        date: NaiveDate,
    },
    /// The locks of a day have changed since the caller saw them.
    #[error("the locks of {date} are at version {found}")]
    LocksChanged {
        /// The day.
        date: NaiveDate,
        /// The version found.
        found: u32,
    },
    /// The proposal is not open any more.
    #[error("the proposal {id} is not open")]
    ProposalEnded {
        /// Its id.
        id: uuid::Uuid,
    },
    /// A field that names a row which is not there.
    #[error("{field} names {what} that this centre does not have")]
    Missing {
        /// The field.
        field: &'static str,
        /// What it should name.
        what: &'static str,
    },
    /// A row that is already there.
    #[error("a row with the same id or code is already there ({constraint})")]
    Duplicate {
        /// What the database says of it, without values.
        constraint: String,
    },
    /// A row that is to go but that others name.
    #[error(
        "{what} {code} is no longer in the data, but stored rows still name it: keep its row, and end it by its dates"
    )]
    StillReferred {
        /// The kind of row.
        what: &'static str,
        /// Its code.
        code: String,
    },
    /// A value that the database cannot hold.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// A stored row that makes no sense.
    #[error("the database holds a bad row in {table}: {problem}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A value that the domain refuses.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// Any other failure of the database.
    #[error("the database failed: {0}")]
    Database(#[source] diesel::result::Error),
}

/// What SQLite and PostgreSQL say when the disk is full or fails, or the server ends.
const UNAVAILABLE: [&str; 11] = [
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "readonly database",
    "No space left on device",
    "could not extend file",
    "terminating connection",
    "server closed the connection",
    "shutting down",
    "no connection to the server",
    "SSL connection has been closed",
];

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        let diesel::result::Error::DatabaseError(kind, information) = &error else { return Self::Database(error) };
        // Only the message: details of a violated constraint quote the row, which may hold a person's data.
        let message = information.message();
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Duplicate { constraint: message.to_owned() },
            DatabaseErrorKind::ForeignKeyViolation => {
                Self::Missing { field: "a field", what: "a row (a site, dossier, home delivery, courier or item)" }
            }
            DatabaseErrorKind::Unknown if message.contains("database is locked") => Self::Busy,
            DatabaseErrorKind::ClosedConnection => Self::Unavailable { problem: "the connection was closed".into() },
            DatabaseErrorKind::Unknown if UNAVAILABLE.iter().any(|part| message.contains(part)) => {
                Self::Unavailable { problem: message.trim().to_owned() }
            }
            DatabaseErrorKind::Unknown if message.contains("no such table") || is_unknown_relation(message) => {
                Self::NotMigrated { missing: message.to_owned() }
            }
            // A lookup by a text with a NUL character; SQLite finds nothing, PostgreSQL refuses to look.
            DatabaseErrorKind::Unknown if message.contains("invalid byte sequence for encoding") => {
                Self::Invalid { field: "a text", problem: "it holds a NUL character: leave that out".into() }
            }
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Busy | Self::Unavailable { .. })
    }

    /// `error`, which for a violated foreign key means that `field` names `what` that is not there.
    pub(super) fn naming(error: diesel::result::Error, field: &'static str, what: &'static str) -> Self {
        match error {
            diesel::result::Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::Missing { field, what }
            }
            error => error.into(),
        }
    }
}

/// PostgreSQL's `relation "items" does not exist`.
fn is_unknown_relation(message: &str) -> bool {
    message.contains("relation \"") && message.contains("does not exist")
}

fn revision(revision: Option<u32>) -> String {
    revision.map_or_else(|| "no revision".to_owned(), |revision| format!("revision {revision}"))
}
