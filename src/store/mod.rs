//! SQLite and PostgreSQL behind one [`Store`].

mod error;
mod filter;
mod idempotency;
mod job;
mod url;

use chrono::{DateTime, NaiveDate, Utc};

pub use error::StoreError;
pub use filter::{Counts, Inserted, ItemCursor, ItemFilter};
pub use idempotency::IdempotencyKey;
pub use job::{JobId, JobState, PlanJob};
pub use url::{Backend, DatabaseUrl};

use crate::domain::{
    CentreData, CentreId, Dossier, DossierId, HomeDelivery, HomeDeliveryId, Item, ItemId, Plan, RoundId, RouteId, RunId,
};

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Store {}

#[expect(missing_docs, clippy::missing_errors_doc, unused_variables, reason = "the interface comes first")]
impl Store {
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        todo!()
    }
    pub fn backend(&self) -> Backend {
        todo!()
    }
    pub fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// Inserts, or updates by centre code. Ids of rows already known by code are kept; the answer has the ids in force.
    /// A row that is no longer present is removed, or refused ([`StoreError::StillReferred`]) while something names it.
    pub fn save_centre(&self, data: &CentreData) -> Result<CentreData, StoreError> {
        todo!()
    }
    pub fn centre_codes(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }
    pub fn centre(&self, code: &str) -> Result<Option<CentreData>, StoreError> {
        todo!()
    }

    pub fn insert_season(
        &self,
        dossiers: &[Dossier],
        home_deliveries: &[HomeDelivery],
        items: &[Item],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        todo!()
    }
    /// Deletes synthetic dossiers, home deliveries, items and the plans that carry them; answers how many of the
    /// first three there were.
    pub fn delete_synthetic(&self, centre: CentreId) -> Result<u64, StoreError> {
        todo!()
    }
    pub fn counts(&self, centre: CentreId) -> Result<Counts, StoreError> {
        todo!()
    }

    pub fn insert_dossier(&self, dossier: &Dossier) -> Result<Inserted, StoreError> {
        todo!()
    }
    pub fn dossiers(&self, centre: CentreId, ids: &[DossierId]) -> Result<Vec<Dossier>, StoreError> {
        todo!()
    }
    pub fn dossier_by_code(&self, centre: CentreId, code: &str) -> Result<Option<Dossier>, StoreError> {
        todo!()
    }

    pub fn insert_home_delivery(&self, home_delivery: &HomeDelivery) -> Result<Inserted, StoreError> {
        todo!()
    }
    pub fn home_deliveries(&self, centre: CentreId, ids: &[HomeDeliveryId]) -> Result<Vec<HomeDelivery>, StoreError> {
        todo!()
    }

    pub fn insert_item(&self, item: &Item) -> Result<Inserted, StoreError> {
        todo!()
    }
    pub fn item(&self, centre: CentreId, id: ItemId) -> Result<Option<Item>, StoreError> {
        todo!()
    }
    pub fn item_by_code(&self, centre: CentreId, code: &str) -> Result<Option<Item>, StoreError> {
        todo!()
    }
    /// By id; unknown ids are left out.
    pub fn items_by_id(&self, centre: CentreId, ids: &[ItemId]) -> Result<Vec<Item>, StoreError> {
        todo!()
    }
    /// By `ready_at`, then id.
    pub fn items(
        &self,
        centre: CentreId,
        filter: &ItemFilter,
        after: Option<ItemCursor>,
        limit: u32,
    ) -> Result<Vec<Item>, StoreError> {
        todo!()
    }
    /// Items with `ready_at < ready_before` that are not delivered, or only at or after `undelivered_at`; by
    /// `ready_at`, then id.
    pub fn waiting_items(
        &self,
        centre: CentreId,
        ready_before: DateTime<Utc>,
        undelivered_at: DateTime<Utc>,
    ) -> Result<Vec<Item>, StoreError> {
        todo!()
    }

    /// `replaces`: the revision in force, `None` when there must be none; else [`StoreError::LostRace`].
    /// `plan.revision` must be higher than it.
    pub fn save_plan(&self, plan: &Plan, replaces: Option<u32>) -> Result<(), StoreError> {
        todo!()
    }
    pub fn plan(&self, centre: CentreId, date: NaiveDate) -> Result<Option<Plan>, StoreError> {
        todo!()
    }
    pub fn plan_revision(&self, centre: CentreId, date: NaiveDate) -> Result<Option<u32>, StoreError> {
        todo!()
    }
    /// Days with a plan after `after`, in order, with revision and the time of planning.
    pub fn plan_dates(
        &self,
        centre: CentreId,
        after: Option<NaiveDate>,
        limit: u32,
    ) -> Result<Vec<(NaiveDate, u32, DateTime<Utc>)>, StoreError> {
        todo!()
    }
    pub fn date_of_run(&self, run: RunId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        todo!()
    }
    pub fn date_of_round(&self, round: RoundId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        todo!()
    }
    pub fn date_of_route(&self, route: RouteId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        todo!()
    }

    pub fn insert_job(&self, job: &PlanJob) -> Result<(), StoreError> {
        todo!()
    }
    /// Writes the job as given unless it has ended before; answers whether it was written.
    pub fn update_job(&self, job: &PlanJob) -> Result<bool, StoreError> {
        todo!()
    }
    pub fn job(&self, id: JobId) -> Result<Option<PlanJob>, StoreError> {
        todo!()
    }
    /// Queued and running jobs, oldest first.
    pub fn open_jobs(&self, centre: CentreId) -> Result<Vec<PlanJob>, StoreError> {
        todo!()
    }
    /// At start-up: fails the jobs that were running when the process ended; answers how many.
    pub fn fail_running_jobs(&self, reason: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        todo!()
    }

    /// `Conflict { field: "body_sha256" }` when the key was used with another body; `Exists` when with this one.
    pub fn remember_key(&self, key: &IdempotencyKey) -> Result<Inserted, StoreError> {
        todo!()
    }
    pub fn recall_key(&self, centre: CentreId, key: &str) -> Result<Option<IdempotencyKey>, StoreError> {
        todo!()
    }
}
