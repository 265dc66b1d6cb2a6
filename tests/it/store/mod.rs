//! The same suite on SQLite and PostgreSQL.

mod centre;
mod contention;
mod items;
mod jobs;
mod open;
mod plans;
mod schema;
mod season;
mod url;
