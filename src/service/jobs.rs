use std::{
    collections::HashMap,
    ops::ControlFlow,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use uuid::Uuid;

use super::{DayRequest, Inner, PlanProgress, Service, ServiceError};
use crate::store::{Backend, JobState, PlanJob};

/// How often a job's progress is written to the database, for other processes to see.
const PROGRESS_STORED_EVERY: Duration = Duration::from_millis(500);
/// How many ended jobs are kept in memory for those who still watch them.
const ENDED_KEPT: usize = 64;

/// The plan jobs of this process: one worker thread makes one plan at a time.
#[derive(Default)]
pub(super) struct Jobs(Mutex<JobBoard>);

#[derive(Default)]
struct JobBoard {
    tickets: HashMap<Uuid, Ticket>,
    queue: Option<mpsc::Sender<(Uuid, DayRequest)>>,
    worker: Option<thread::JoinHandle<()>>,
    closed: bool,
}

struct Ticket {
    cancel: Arc<AtomicBool>,
    latest: watch::Sender<PlanJob>,
}

impl Jobs {
    fn board(&self) -> MutexGuard<'_, JobBoard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Begins to plan a day as a job.
    ///
    /// # Errors
    /// What is certain to fail is refused at once: [`ServiceError::NotAWorkingDay`], [`ServiceError::PlanChanged`].
    pub fn start_plan(&self, request: &DayRequest) -> Result<PlanJob, ServiceError> {
        let centre_id = self.check_request(request)?;
        let job = PlanJob {
            id: self.fresh_uuid(),
            centre_id,
            date: request.date,
            seed: request.seed,
            state: JobState::Queued,
            done: 0,
            total: 0,
            phase: "queued".into(),
            error: None,
            created_at: self.now(),
            finished_at: None,
            revision: None,
        };
        self.store().insert_job(&job)?;
        let mut board = self.inner.jobs.board();
        board.tickets.insert(job.id, Ticket { cancel: Arc::default(), latest: watch::Sender::new(job.clone()) });
        let queue = board.queue(&self.inner);
        // The worker lives as long as the queue, so sending can only fail after a panic in it; then the job stays queued.
        if queue.send((job.id, request.clone())).is_err() {
            tracing::error!(job = %job.id, "the planning thread is gone");
        }
        Ok(job)
    }

    /// A job as it is now.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_job(&self, id: Uuid) -> Result<PlanJob, ServiceError> {
        if let Some(ticket) = self.inner.jobs.board().tickets.get(&id) {
            return Ok(ticket.latest.borrow().clone());
        }
        self.stored_job(id)
    }

    /// Follows a job of this process; `None` for a job that another process has or had.
    #[must_use]
    pub fn watch_job(&self, id: Uuid) -> Option<watch::Receiver<PlanJob>> {
        self.inner.jobs.board().tickets.get(&id).map(|ticket| ticket.latest.subscribe())
    }

    /// Asks a job to stop. It ends soon after; a job already cancelled stays so.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::JobEnded`] when it ended otherwise.
    pub fn cancel_job(&self, id: Uuid) -> Result<PlanJob, ServiceError> {
        let ticket = self.inner.jobs.board().tickets.get(&id).map(|ticket| {
            ticket.cancel.store(true, Ordering::SeqCst);
            ticket.latest.borrow().clone()
        });
        let Some(job) = ticket else {
            return self.cancel_elsewhere(self.stored_job(id)?);
        };
        match job.state {
            JobState::Done | JobState::Failed => Err(ended(&job)),
            _ => Ok(job),
        }
    }

    /// A job that this process does not run belongs to another one, or to none any more.
    fn cancel_elsewhere(&self, mut job: PlanJob) -> Result<PlanJob, ServiceError> {
        match job.state {
            JobState::Cancelled => Ok(job),
            JobState::Done | JobState::Failed => Err(ended(&job)),
            JobState::Queued | JobState::Running => {
                job.state = JobState::Cancelled;
                job.finished_at = Some(self.now());
                self.store().update_job(&job)?;
                self.stored_job(job.id)
            }
        }
    }

    fn stored_job(&self, id: Uuid) -> Result<PlanJob, ServiceError> {
        self.store().job(id)?.ok_or_else(|| ServiceError::not_found("plan job", &id))
    }

    /// Marks as failed the jobs that were under way when the process before this one ended.
    ///
    /// Only on SQLite, which one server has to itself: on PostgreSQL another server may be at work on them.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn fail_abandoned_jobs(&self) -> Result<u64, ServiceError> {
        if self.store().backend() == Backend::Postgres {
            return Ok(0);
        }
        let reason = "the server ended before the plan was made: ask for it again";
        Ok(self.store().fail_running_jobs(reason, self.now())?)
    }

    /// Cancels every job of this process and waits until each is marked as ended. New jobs are cancelled at once. Searches
    /// for clients end too.
    pub fn stop_jobs(&self) {
        self.inner.solving.stop();
        self.inner.designs.stop();
        self.close_feed();
        let worker = {
            let mut board = self.inner.jobs.board();
            board.closed = true;
            for ticket in board.tickets.values() {
                ticket.cancel.store(true, Ordering::SeqCst);
            }
            board.queue = None;
            board.worker.take()
        };
        if let Some(worker) = worker
            && worker.join().is_err()
        {
            tracing::error!("the planning thread ended by a panic");
        }
    }

    fn work_on(&self, id: Uuid, request: &DayRequest) {
        let (cancel, latest) = {
            let board = self.inner.jobs.board();
            let Some(ticket) = board.tickets.get(&id) else { return };
            (Arc::clone(&ticket.cancel), ticket.latest.clone())
        };
        let mut job = latest.borrow().clone();
        let mut stored_at = Instant::now();
        let mut tell = |job: &PlanJob, always: bool| {
            if always || stored_at.elapsed() >= PROGRESS_STORED_EVERY {
                stored_at = Instant::now();
                match self.store().update_job(job) {
                    Ok(true) => {}
                    // Another process has cancelled it.
                    Ok(false) => cancel.store(true, Ordering::SeqCst),
                    Err(error) => tracing::warn!(job = %job.id, %error, "a plan job's progress could not be stored"),
                }
            }
            latest.send_replace(job.clone());
        };
        let result = if cancel.load(Ordering::SeqCst) {
            Err(ServiceError::Cancelled)
        } else {
            job.state = JobState::Running;
            tell(&job, true);
            let mut control = |step: &PlanProgress| {
                let entered = job.phase != step.phase;
                job.phase.replace_range(.., step.phase);
                (job.done, job.total) = (step.done, step.total);
                tell(&job, entered);
                if cancel.load(Ordering::SeqCst) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            // A panic must not leave the job running for ever; its message is in the log.
            let planned = panic::catch_unwind(AssertUnwindSafe(|| self.plan_day(request, &mut control)));
            planned.unwrap_or(Err(ServiceError::Panicked))
        };
        job.finished_at = Some(self.now());
        match result {
            Ok(plan) => {
                job.state = JobState::Done;
                job.revision = Some(plan.revision);
                job.done = job.total;
            }
            Err(ServiceError::Cancelled) => job.state = JobState::Cancelled,
            Err(error) => {
                job.state = JobState::Failed;
                job.error = Some(public_reason(&error));
                tracing::warn!(job = %job.id, %error, "a plan job failed");
            }
        }
        job.phase = "ended".into();
        tell(&job, true);
        self.inner.jobs.board().forget_oldest();
    }
}

/// Why a job failed, as a client may read it.
fn public_reason(error: &ServiceError) -> String {
    match error {
        ServiceError::Store(_) => "the database failed; the service's log has the cause under the job's id".into(),
        other => other.to_string(),
    }
}

fn ended(job: &PlanJob) -> ServiceError {
    ServiceError::JobEnded { id: job.id, state: job.state.as_str().to_owned() }
}

impl JobBoard {
    /// The queue to the worker thread, which is started when first needed.
    fn queue(&mut self, inner: &Arc<Inner>) -> mpsc::Sender<(Uuid, DayRequest)> {
        if let Some(queue) = &self.queue {
            return queue.clone();
        }
        let (queue, orders) = mpsc::channel();
        let service = Arc::downgrade(inner);
        let closed = self.closed;
        let worker = thread::Builder::new().name("planning".into()).spawn(move || work(&service, &orders, closed));
        match worker {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => tracing::error!(%error, "the planning thread cannot be started"),
        }
        self.queue = Some(queue.clone());
        queue
    }

    fn forget_oldest(&mut self) {
        let mut ended: Vec<Uuid> = self
            .tickets
            .iter()
            .filter(|(_, ticket)| !ticket.latest.borrow().state.is_open())
            .map(|(id, _)| *id)
            .collect();
        // UUIDv7 sorts by time.
        ended.sort_unstable();
        for id in ended.iter().take(ended.len().saturating_sub(ENDED_KEPT)) {
            self.tickets.remove(id);
        }
    }
}

/// The worker holds the service only while it works, so that dropping the service ends the thread.
fn work(service: &Weak<Inner>, orders: &mpsc::Receiver<(Uuid, DayRequest)>, closed: bool) {
    while let Ok((id, request)) = orders.recv() {
        let Some(inner) = service.upgrade() else { return };
        let service = Service { inner };
        if closed && let Some(ticket) = service.inner.jobs.board().tickets.get(&id) {
            ticket.cancel.store(true, Ordering::SeqCst);
        }
        service.work_on(id, &request);
    }
}
