//! Use cases.

mod evidence;
mod import;
mod simulate;
