//! Use cases.

mod import;
mod simulate;
