//! The use cases.
pub mod import;
pub mod simulate;
