//! Custody as a pure function of a set of scans.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod chain;
mod content;
pub(crate) mod epcis;
mod long;
mod rules;
mod sequence;
mod simulation;
mod town;
