//! The use cases.
pub mod simulate;
