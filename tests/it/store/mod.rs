//! The same suite on SQLite and PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod centre;
mod complaints;
mod contention;
mod items;
mod jobs;
mod open;
mod plans;
mod scans;
mod schema;
mod season;
mod statistics;
mod url;
