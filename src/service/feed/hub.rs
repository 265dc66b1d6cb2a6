use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::FeedCursor;
use crate::service::ServiceError;

/// So long what was seen of the feed's end is believed, when nothing happens in this process.
const BELIEVED: Duration = Duration::from_millis(900);

/// What all readers of the feed in this process share: however many there are, the database is asked once a second.
#[derive(Debug)]
pub(in crate::service) struct FeedHub {
    changes: watch::Sender<u64>,
    seen: Mutex<Option<(u64, Instant, FeedCursor)>>,
    closed: AtomicBool,
}

impl Default for FeedHub {
    fn default() -> Self {
        Self { changes: watch::Sender::new(0), seen: Mutex::default(), closed: AtomicBool::new(false) }
    }
}

impl FeedHub {
    /// Tells that something may have happened.
    pub(in crate::service) fn stir(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.stir();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// The end of the feed, looked up where what was seen last is too old.
    pub(super) fn end(
        &self,
        look: impl FnOnce() -> Result<FeedCursor, ServiceError>,
    ) -> Result<FeedCursor, ServiceError> {
        let change = *self.changes.borrow();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, at, end)) = *seen
            && known == change
            && at.elapsed() < BELIEVED
        {
            return Ok(end);
        }
        let end = look()?;
        *seen = Some((change, Instant::now(), end));
        Ok(end)
    }
}
