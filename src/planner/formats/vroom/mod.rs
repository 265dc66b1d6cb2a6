//! VROOM's JSON (its API of versions 1.14 and 1.15) as a problem, and a solution as VROOM's JSON.
//!
//! ```text
//! table    matrices, read entry by entry without a document in between
//! member   an object's members, each with its JSON pointer
//! input    what the JSON says: vehicles, jobs, shipments
//! steps    a vehicle's own steps as a route to start from
//! times    from the input's seconds, which may be timestamps, to the planner's, and back
//! build    the input as a problem
//! output   a solution in VROOM's words
//! ```
//!
//! What VROOM knows and this does not is refused by name, as is a member that VROOM does not know, so that nothing is
//! ignored in silence. Where no matrix comes with the input, [`VroomInput::unmeasured`] lists the places, and the
//! caller measures them. Times of legs are whole seconds: a `speed_factor` rounds each leg to the nearest.
//!
//! Three differences in meaning remain. A break is left out by a route that has ended by the end of the break's last
//! window; VROOM would wait for it. A break is taken where the vehicle stands after a visit, never on the way.
//! VROOM weighs a shipment's priority twice, once for each of its tasks, when it must leave something out; here a shipment counts once.

mod build;
mod error;
mod fleet;
mod input;
mod member;
mod output;
mod steps;
mod table;
mod times;

pub use build::{Unmeasured, VroomProblem};
pub use error::{MemberProblem, VroomError};
pub use input::{VroomInput, VroomOptions};
pub use output::{ComputingTimes, VroomOutput, VroomRoute, VroomStep, VroomSummary, VroomTotals, VroomUnassigned};
