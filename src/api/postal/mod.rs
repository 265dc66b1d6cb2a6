//! What is handed to the postal operator, and what the operator tells of it.

pub(super) mod events;
pub(super) mod handovers;
