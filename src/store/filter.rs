use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{Item, ItemId, SiteId};

/// What became of a row that was to be inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is new.
    Created,
    /// It was there before, with the same content.
    Exists,
    /// Another row is in its way.
    Conflict {
        /// The field that both share, such as `id` or `code`.
        field: &'static str,
    },
}

/// Which items to list; a field that is `None` lets every item pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Waiting at this site.
    pub from: Option<SiteId>,
    /// Going to this site.
    pub to: Option<SiteId>,
    /// Waiting at this site, going to it, or come to it on the way.
    pub concerning: Option<SiteId>,
    /// Ready at or after.
    pub ready_from: Option<DateTime<Utc>>,
    /// Ready before.
    pub ready_until: Option<DateTime<Utc>>,
    /// Arrived, or not yet.
    pub delivered: Option<bool>,
    /// With a code that begins so, capitals and small letters told apart.
    pub code_prefix: Option<String>,
    /// Belonging to the dossier with this code.
    pub dossier_code: Option<String>,
}

/// The place in a list of items after the item with these two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemCursor {
    /// When it is ready.
    pub ready_at: DateTime<Utc>,
    /// Its id.
    pub id: ItemId,
}

impl From<&Item> for ItemCursor {
    fn from(item: &Item) -> Self {
        Self { ready_at: item.ready_at, id: item.id }
    }
}

/// How much a centre has stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Dossiers received.
    pub dossiers: u64,
    /// Of them settled.
    pub settled: u64,
    /// Items.
    pub items: u64,
    /// Of them arrived.
    pub delivered: u64,
    /// Home deliveries asked for.
    pub home_deliveries: u64,
    /// Dossiers made by the simulator.
    pub synthetic_dossiers: u64,
    /// Items made by the simulator.
    pub synthetic_items: u64,
    /// Home deliveries made by the simulator.
    pub synthetic_home_deliveries: u64,
    /// Days with a plan.
    pub plans: u64,
    /// The day of the first dossier, on the centre's clocks.
    pub first_received: Option<NaiveDate>,
    /// The day of the last dossier, on the centre's clocks.
    pub last_received: Option<NaiveDate>,
}
