//! Papers: what is on them is gathered here, how they look is `paper`'s.
//!
//! `rights` shows to each what is theirs. `labels`, `manifests` and `minutes` only read. `slips` issues control slips: the statement of each is signed and kept, so
//! that `verify` can say of a code or of the text of a 2-D code whether it is genuine and whether the ledger has grown since.

mod labels;
mod manifests;
mod minutes;
mod names;
mod rights;
mod slips;
mod story;
mod verify;

pub use labels::{LABELS_MAX, LabelFormat};
pub use slips::IssuedSlip;
pub use verify::{SlipCheck, SlipFault, SlipVerdict, verify_offline};
