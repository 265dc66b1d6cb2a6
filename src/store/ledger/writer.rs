//! Many requests, one wait for the disk.

use std::{
    collections::VecDeque,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use chrono::{DateTime, Utc};

use super::{Appended, Chaining, NewScan, append::append};
use crate::{
    domain::CentreId,
    store::{Store, StoreError},
};

/// Scans in one transaction: enough that the wait for the disk hardly counts, few enough that nobody waits long.
const SCANS_AT_ONCE: usize = 4_000;

/// Scans that wait at most; more are turned away at once, to be sent again.
const SCANS_WAITING_MAX: usize = 50_000;

/// What one request wants to add.
#[derive(Debug)]
pub struct ScanBatch {
    /// The centre.
    pub centre_id: CentreId,
    /// The scans.
    pub scans: Vec<NewScan>,
    /// When they came in.
    pub received_at: DateTime<Utc>,
}

type Answer = Box<dyn FnOnce(Result<Vec<Appended>, StoreError>) + Send>;

struct Waiting {
    batch: ScanBatch,
    answer: Answer,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    scans: usize,
    closed: bool,
}

struct Shared {
    store: Store,
    chaining: Chaining,
    queue: Mutex<Queue>,
    filled: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds scans: a thread of its own gathers whatever waits into one transaction. While that one is written to disk, the next
/// ones gather.
pub struct ScanWriter {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl ScanWriter {
    /// Begins to write to `store`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the operating system gives no thread.
    pub fn start(store: Store, chaining: Chaining) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared { store, chaining, queue: Mutex::default(), filled: Condvar::new() });
        let worker = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("scan-writer".into())
            .spawn(move || work(&worker))
            .map_err(|error| StoreError::Unavailable { problem: format!("no thread to write scans: {error}") })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Adds a batch; `answer` hears what became of each scan once it is on disk, or why none is.
    ///
    /// It is called on the writer's thread, or at once on this one when too much is waiting.
    pub fn add(&self, batch: ScanBatch, answer: impl FnOnce(Result<Vec<Appended>, StoreError>) + Send + 'static) {
        let mut queue = self.shared.queue();
        let scans = queue.scans + batch.scans.len();
        if queue.closed || (scans > SCANS_WAITING_MAX && queue.scans > 0) {
            drop(queue);
            let problem = format!("more than {SCANS_WAITING_MAX} scans wait to be written");
            answer(Err(StoreError::Unavailable { problem }));
            return;
        }
        queue.scans = scans;
        queue.waiting.push_back(Waiting { batch, answer: Box::new(answer) });
        drop(queue);
        self.shared.filled.notify_one();
    }
}

impl Drop for ScanWriter {
    /// Waits until what has been handed in is written and answered.
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // An answer may hold the last handle on the writer, and nobody can wait for himself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

fn work(shared: &Shared) {
    loop {
        let mut queue = shared.queue();
        while queue.waiting.is_empty() {
            if queue.closed {
                return;
            }
            queue = shared.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let mut group = Vec::new();
        let mut scans = 0;
        while let Some(waiting) = queue.waiting.pop_front() {
            scans += waiting.batch.scans.len();
            group.push(waiting);
            if scans >= SCANS_AT_ONCE {
                break;
            }
        }
        queue.scans -= scans;
        drop(queue);
        write(shared, group);
    }
}

fn write(shared: &Shared, mut group: Vec<Waiting>) {
    match commit(shared, &group) {
        Ok(answers) => {
            for (waiting, answers) in group.into_iter().zip(answers) {
                (waiting.answer)(Ok(answers));
            }
        }
        // Trying again one by one would make everybody wait for the same failure.
        Err(error) if error.is_unavailable() => {
            for waiting in group {
                (waiting.answer)(Err(StoreError::Unavailable { problem: error.to_string() }));
            }
        }
        Err(error) if group.len() == 1 => {
            let alone = group.remove(0);
            (alone.answer)(Err(error));
        }
        // One request must not take the others along.
        Err(_) => {
            for waiting in group {
                write(shared, vec![waiting]);
            }
        }
    }
}

/// One transaction. The answers are those of each batch.
fn commit(shared: &Shared, group: &[Waiting]) -> Result<Vec<Vec<Appended>>, StoreError> {
    let body = || {
        shared.store.write(|connection| {
            let mut answers: Vec<Vec<Appended>> = Vec::with_capacity(group.len());
            // Nearly always all are of one centre.
            for batches in group.chunk_by(|a, b| a.batch.centre_id == b.batch.centre_id) {
                let centre = batches[0].batch.centre_id;
                let scans: Vec<(&NewScan, DateTime<Utc>)> = batches
                    .iter()
                    .flat_map(|waiting| waiting.batch.scans.iter().map(|scan| (scan, waiting.batch.received_at)))
                    .collect();
                let mut appended = append(connection, centre, &scans, shared.chaining)?.into_iter();
                for waiting in batches {
                    answers.push(appended.by_ref().take(waiting.batch.scans.len()).collect());
                }
            }
            Ok(answers)
        })
    };
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(StoreError::Unavailable { problem: "the writer of scans failed; its log has the cause".into() })
    })
}
