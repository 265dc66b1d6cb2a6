//! Home deliveries as citizens see them.
//!
//! `offers` finds a home and says which half-days can be promised to it: only those in which the stop was really put among all
//! that are promised. `ask` takes a request: dossier code and telephone number of the slip must go together, and a one-time code
//! makes it final. `follow` tells by the link how it stands, `window` when the courier comes; `change` changes it until it is on
//! board; `say` takes what the citizen says of it; `tell` finds what citizens wait to hear of the way of their results. The
//! centre's people record in `facts` what the ledger does not know, and reconcile `fees`; `erase` forgets. `desk` has what all
//! of them need: the gazetteer, the key under which numbers are digested, the centre's rules.
//!
//! A citizen has no account. Whoever holds a request's link is its citizen; a link that is unknown, has expired or was erased
//! gets one and the same answer. No error says more than the citizen has told before.

mod ask;
mod change;
mod days;
mod desk;
mod erase;
mod facts;
mod fees;
mod follow;
mod offers;
mod say;
mod tell;
mod window;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

pub use ask::{AskedHome, HomeTermsNow, NewDelegate, NewHomeRequest};
pub use change::HomeChange;
pub use days::HomeDays;
pub use desk::HomePlace;
pub(super) use desk::{PhoneDigest, PhoneKey};
pub use erase::Erased;
pub use facts::{HomePage, NewHomeEvent, NewHomeFact, OpenPoint, StaffHome};
pub use fees::CourierFees;
pub use follow::{HomeStage, HomeTrack};
pub use offers::{HalfDayOffer, HomePoint};
pub use window::{HomeWindow, WindowBasis};

use crate::domain::{CentreData, CentreId, Gazetteer};

/// What this process keeps for home deliveries.
#[derive(Default)]
pub(super) struct HomeDesk {
    gazetteer: Mutex<Option<(Arc<CentreData>, Arc<Gazetteer>)>>,
    phone_keys: Mutex<HashMap<CentreId, PhoneKey>>,
}
