//! What citizens ask for.
//!
//! A request lies beside the home delivery that planning reads, under the same id: `request` writes both together, so that a
//! promise, what planning sees of it and where the dossier's items go never differ. A day's promises have a revision: whoever
//! promises says which one the promise was checked against, and finds out when another was faster.
//!
//! Personal data lie in few columns, which `erase` empties. Links and codes are kept as digests.

mod erase;
mod fact;
mod link;
mod phone;
mod request;

pub use fact::FeeHandIn;
pub use link::{CodePurpose, CodeTried, NewCode, NewLink};
pub(super) use phone::keep_phone;
pub use request::{Changed, HomeCursor, HomeFilter, ItemsGo, PromiseDay};
