//! Use cases.

mod evidence;
mod import;
mod reports;
mod simulate;
