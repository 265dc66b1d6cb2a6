//! What is handed to the postal operator, and what the operator tells of it.
//!
//! `handover` keeps handovers with their parcels and gives numbers out, `event` keeps what comes back. A number is taken and the
//! parcel is kept in one transaction, behind a lock on the range's counter: no number is given twice, whoever asks at once.

mod event;
mod handover;

pub use event::{ToldEvent, ToldOf};
pub use handover::{HandedOver, NewParcel, StoredHandover};
