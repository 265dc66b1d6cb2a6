use std::{fmt, str::FromStr};

use super::StoreError;

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, the default.
    Sqlite,
    /// A server.
    Postgres,
}

/// Where the database is. `Display` and `Debug` hide its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    backend: Backend,
}

impl DatabaseUrl {
    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;
    fn from_str(_: &str) -> Result<Self, Self::Err> {
        todo!()
    }
}
