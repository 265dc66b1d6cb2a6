use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::CentreId;

/// A plan job's id, a UUIDv7.
pub type JobId = uuid::Uuid;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is at work.
    Running,
    /// Its plan is stored.
    Done,
    /// It ended without a plan.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

/// The planning of one day as long work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanJob {
    /// Its id.
    pub id: JobId,
    /// The centre.
    pub centre_id: CentreId,
    /// The day to plan.
    pub date: NaiveDate,
    /// The seed of the search.
    pub seed: u64,
    /// How far it has come.
    pub state: JobState,
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
    /// What it is at, in a word.
    pub phase: String,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The revision of the plan it stored.
    pub revision: Option<u32>,
}
