//! The live day: what was seen of the plan, and what dispatchers do about it.
//!
//! `facts` turns recorded scans and positions into what the dispatch layer looks at; `view` shows the day as it is;
//! `alerts` keeps what was noticed; `positions` takes in where couriers are. `standing` is what every change begins with:
//! `proposals` plan the rest of a day and put that into force, `moves` are by hand and can be taken back, `locks` say what
//! must stay, `close` accounts for every item and freezes the day.
//!
//! Invariants: a plan replaces only the one that its maker has seen, so no dispatcher's change is lost; it replaces it only
//! if it undoes nothing that was done by then; the plan before is kept. A closed day never changes.

mod alerts;
mod cause;
mod close;
mod facts;
mod locks;
mod moves;
mod positions;
mod proposals;
mod standing;
mod view;

pub use alerts::AlertView;
pub use cause::NamedCause;
pub use close::{AccountedItem, CarryOver, CloseReport, DayReport, ItemAccount};
pub use locks::DayLocks;
pub use moves::MoveAnswer;
pub use positions::{IncomingPosition, POSITIONS_MAX, PositionAnswer};
pub use proposals::ProposalView;
pub use view::DayLive;
