use std::{
    collections::HashMap,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{DesignOrder, DesignOutcome};
use crate::service::{Service, ServiceError, solve::SolveError};

/// Ended designs that are kept.
const ENDED_KEPT: usize = 16;
/// Designs at work at once: each uses all processors.
const AT_ONCE: usize = 1;
/// When it is worth asking again while another is at work, seconds.
const ASK_AGAIN_S: u64 = 30;

/// The designs of this process.
#[derive(Default)]
pub(in crate::service) struct Designs(Mutex<HashMap<Uuid, Arc<Entry>>>);

struct Entry {
    order: DesignOrder,
    created_at: DateTime<Utc>,
    cancel: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    ended: Mutex<Option<(DateTime<Utc>, DesignState)>>,
}

/// How a design stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesignState {
    /// Timetables are being tried.
    Running,
    /// It is made.
    Done(Arc<DesignOutcome>),
    /// It could not be made.
    Failed(String),
    /// It was cancelled.
    Cancelled,
}

/// A design as long work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignJob {
    /// Its id.
    pub id: Uuid,
    /// What was asked for.
    pub order: DesignOrder,
    /// How it stands.
    pub state: DesignState,
    /// Timetables tried.
    pub done: u64,
    /// How many there may be; 0 where it is not known.
    pub total: u64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Entry {
    fn ended(&self) -> MutexGuard<'_, Option<(DateTime<Utc>, DesignState)>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn job(&self, id: Uuid) -> DesignJob {
        let ended = self.ended().clone();
        DesignJob {
            id,
            order: self.order.clone(),
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            created_at: self.created_at,
            finished_at: ended.as_ref().map(|(at, _)| *at),
            state: ended.map_or(DesignState::Running, |(_, state)| state),
        }
    }
}

impl Designs {
    fn board(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels whatever is at work.
    pub(in crate::service) fn stop(&self) {
        for entry in self.board().values() {
            entry.cancel.store(true, Ordering::SeqCst);
        }
    }
}

impl Service {
    /// Begins a design as a job.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for an order out of bounds, [`SolveError::Busy`] while another is at work.
    pub fn start_design(&self, order: &DesignOrder) -> Result<DesignJob, ServiceError> {
        self.check_design(order)?;
        let id = self.fresh_uuid();
        let entry = Arc::new(Entry {
            order: order.clone(),
            created_at: self.now(),
            cancel: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            ended: Mutex::new(None),
        });
        {
            let mut board = self.inner.designs.board();
            if board.values().filter(|entry| entry.ended().is_none()).count() >= AT_ONCE {
                return Err(SolveError::Busy { at_once: AT_ONCE, seconds: ASK_AGAIN_S }.into());
            }
            let mut ended: Vec<Uuid> = board.keys().copied().collect();
            // UUIDv7 sorts by time.
            ended.sort_unstable();
            for old in ended.iter().take(ended.len().saturating_sub(ENDED_KEPT - 1)) {
                board.remove(old);
            }
            board.insert(id, Arc::clone(&entry));
        }
        let (service, at_work) = (self.clone(), Arc::clone(&entry));
        let thread = thread::Builder::new().name("timetables".into()).spawn(move || service.work_on_design(&at_work));
        if let Err(error) = thread {
            tracing::error!(%error, "a thread for a timetable design cannot be started");
            let problem = "no thread could be started: try again later".to_owned();
            *entry.ended() = Some((self.now(), DesignState::Failed(problem)));
        }
        Ok(entry.job(id))
    }

    /// A design as it stands.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]: designs are kept by the process that makes them, the last sixteen.
    pub fn design_job(&self, id: Uuid) -> Result<DesignJob, ServiceError> {
        let entry = self.inner.designs.board().get(&id).cloned();
        entry.map(|entry| entry.job(id)).ok_or_else(|| ServiceError::not_found("timetable design", &id))
    }

    /// Asks a design to stop. It ends soon after; one already cancelled stays so.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], and [`ServiceError::DesignEnded`] when it ended otherwise.
    pub fn cancel_design(&self, id: Uuid) -> Result<DesignJob, ServiceError> {
        let entry = self.inner.designs.board().get(&id).cloned();
        let entry = entry.ok_or_else(|| ServiceError::not_found("timetable design", &id))?;
        let job = entry.job(id);
        match job.state {
            DesignState::Done(_) | DesignState::Failed(_) => Err(ServiceError::DesignEnded { id }),
            DesignState::Running | DesignState::Cancelled => {
                entry.cancel.store(true, Ordering::SeqCst);
                Ok(job)
            }
        }
    }

    fn work_on_design(&self, entry: &Entry) {
        let progress = |done: u64, total: u64| {
            if total > 0 {
                entry.done.fetch_max(done, Ordering::Relaxed);
                entry.total.store(total, Ordering::Relaxed);
            }
            !entry.cancel.load(Ordering::SeqCst)
        };
        let made = panic::catch_unwind(AssertUnwindSafe(|| self.design_timetable(&entry.order, &progress)));
        let state = match made.unwrap_or(Err(ServiceError::Panicked)) {
            Ok(outcome) => DesignState::Done(Arc::new(outcome)),
            Err(ServiceError::Cancelled) => DesignState::Cancelled,
            Err(error @ ServiceError::Store(_)) => {
                tracing::warn!(%error, "a timetable design failed");
                DesignState::Failed("the database failed; the service's log has the cause".into())
            }
            Err(error) => DesignState::Failed(error.to_string()),
        };
        *entry.ended() = Some((self.now(), state));
    }
}
