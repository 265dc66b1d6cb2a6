//! Dossiers in from the one-stop system, one by one and by the file.

pub(super) mod import;
pub(super) mod one;
