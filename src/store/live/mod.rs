//! The live day: positions, alerts, what dispatchers changed.

mod alerts;
mod day;
mod positions;
mod proposals;

pub use alerts::{RaisedCause, StoredAlert};
pub use day::{Archived, LiveState, Origin, OriginKind, Revision};
pub use proposals::{ProposalState, StoredProposal};
