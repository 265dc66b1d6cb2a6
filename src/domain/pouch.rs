use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{CentreId, DomainError, ItemId, PouchId, SiteId, item::printable_code};

printable_code! {
    /// The code on a pouch's barcode.
    PouchCode, "pouch code"
}

/// A sealed bag that moves its items as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pouch {
    /// Its id.
    pub id: PouchId,
    /// The centre it belongs to.
    pub centre_id: CentreId,
    /// The code on its barcode.
    pub code: PouchCode,
    /// Where it was packed.
    pub from: SiteId,
    /// Where it is to be opened.
    pub to: SiteId,
    /// The number on its seal, once sealed.
    pub seal: Option<String>,
    /// What is in it, without repetition.
    pub items: Vec<ItemId>,
}
