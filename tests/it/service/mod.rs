//! Use cases.

mod simulate;
