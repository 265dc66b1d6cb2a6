//! The live day.

pub(super) mod alerts;
pub(super) mod close;
pub(super) mod day;
pub(super) mod locks;
pub(super) mod moves;
pub(super) mod positions;
pub(super) mod replan;
