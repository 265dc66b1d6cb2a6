use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Store, StoreError,
    columns::{Id, Micros, four_digit_year, unsigned, without_nul},
    connection::on_backend,
    schema::plan_jobs,
};
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

impl JobState {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The word that stands for this in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the job waits or is at work.
    #[must_use]
    pub fn is_open(self) -> bool {
        OPEN.contains(&self.as_str())
    }
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

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plan_jobs, treat_none_as_null = true, treat_none_as_default_value = false)]
struct JobRow {
    id: Id,
    centre_id: Id,
    date: NaiveDate,
    seed: i64,
    state: String,
    done: i64,
    total: i64,
    phase: String,
    error: Option<String>,
    created_at: Micros,
    finished_at: Option<Micros>,
    revision: Option<i64>,
}

impl JobRow {
    fn new(job: &PlanJob) -> Result<Self, StoreError> {
        let steps = |field, steps: u64| {
            i64::try_from(steps).map_err(|_| StoreError::Invalid {
                field,
                problem: format!("{steps} steps are more than can be stored"),
            })
        };
        four_digit_year("date", job.date)?;
        without_nul("phase", &job.phase)?;
        without_nul("error", job.error.as_deref().unwrap_or_default())?;
        Ok(Self {
            id: Id(job.id),
            centre_id: job.centre_id.into(),
            date: job.date,
            seed: job.seed.cast_signed(),
            state: job.state.as_str().to_owned(),
            done: steps("done", job.done)?,
            total: steps("total", job.total)?,
            phase: job.phase.clone(),
            error: job.error.clone(),
            created_at: job.created_at.into(),
            finished_at: job.finished_at.map(Micros::from),
            revision: job.revision.map(i64::from),
        })
    }
}

impl TryFrom<JobRow> for PlanJob {
    type Error = StoreError;
    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        let corrupt = |problem| StoreError::Corrupt { table: "plan_jobs", problem };
        let state = JobState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            id: row.id.0,
            centre_id: row.centre_id.into(),
            date: row.date,
            seed: row.seed.cast_unsigned(),
            state: state.ok_or_else(|| corrupt(format!("{:?} is no state of a job", row.state)))?,
            done: row.done.cast_unsigned(),
            total: row.total.cast_unsigned(),
            phase: row.phase,
            error: row.error,
            created_at: row.created_at.into(),
            finished_at: row.finished_at.map(DateTime::from),
            revision: row.revision.map(|revision| unsigned("plan_jobs", revision)).transpose()?,
        })
    }
}

const OPEN: [&str; 2] = ["queued", "running"];

impl Store {
    /// Stores a new job.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when its id is taken, [`StoreError::Missing`] for an unknown centre.
    pub fn insert_job(&self, job: &PlanJob) -> Result<(), StoreError> {
        let row = JobRow::new(job)?;
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(plan_jobs::table).values(&row).execute(c))?;
            Ok(())
        })
    }

    /// Writes the job as given, unless it is unknown or has ended before: an end is final, so that a late report of
    /// progress does not undo a cancellation. Answers whether it was written.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn update_job(&self, job: &PlanJob) -> Result<bool, StoreError> {
        let row = JobRow::new(job)?;
        self.write(|connection| {
            let open = plan_jobs::table.filter(plan_jobs::id.eq(row.id)).filter(plan_jobs::state.eq_any(OPEN));
            Ok(on_backend!(connection, |c| diesel::update(open).set(&row).execute(c))? == 1)
        })
    }

    /// The job with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn job(&self, id: JobId) -> Result<Option<PlanJob>, StoreError> {
        self.read(|connection| {
            let row: Option<JobRow> = plan_jobs::table
                .filter(plan_jobs::id.eq(Id(id)))
                .select(JobRow::as_select())
                .first(connection)
                .optional()?;
            row.map(PlanJob::try_from).transpose()
        })
    }

    /// The queued and running jobs of a centre, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn open_jobs(&self, centre: CentreId) -> Result<Vec<PlanJob>, StoreError> {
        self.read(|connection| {
            let rows: Vec<JobRow> = plan_jobs::table
                .filter(plan_jobs::centre_id.eq(Id::from(centre)))
                .filter(plan_jobs::state.eq_any(OPEN))
                .order((plan_jobs::created_at, plan_jobs::id))
                .select(JobRow::as_select())
                .load(connection)?;
            rows.into_iter().map(PlanJob::try_from).collect()
        })
    }

    /// At start-up: fails every job that was running when the process ended, with the reason and time given. Queued
    /// jobs stay queued. Answers how many failed.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn fail_running_jobs(&self, reason: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(|connection| {
            let running = plan_jobs::table.filter(plan_jobs::state.eq(JobState::Running.as_str()));
            let failed = (
                plan_jobs::state.eq(JobState::Failed.as_str()),
                plan_jobs::error.eq(reason),
                plan_jobs::finished_at.eq(Micros::from(at)),
            );
            Ok(on_backend!(connection, |c| diesel::update(running).set(failed).execute(c))? as u64)
        })
    }
}
