use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use crate::domain::{IdSource, to_micros};

/// Tells the time. Only this layer asks; everything below gets instants as arguments.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        to_micros(Utc::now())
    }
}

/// A clock that was set to some instant and runs on from there: for demonstrations, rehearsals and tests.
#[derive(Debug, Clone, Copy)]
pub struct SetClock(TimeDelta);

impl SetClock {
    /// A clock that shows `at` now.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(at - Utc::now())
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        to_micros(Utc::now() + self.0)
    }
}

/// A clock that shows what it was set to.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at` until it is set again.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(at.timestamp_micros()))
    }

    /// Shows `at` from here on.
    pub fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst))
            .expect("the clock was set from a DateTime, which fits")
    }
}

/// Fresh ids: `UUIDv7` stamped by the clock, with bits from the operating system's random source.
pub(super) struct ClockIds(pub(super) Arc<dyn Clock>);

impl IdSource for ClockIds {
    fn next_uuid(&mut self) -> Uuid {
        let now = self.0.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
    }
}

/// An id source that several threads may draw from.
pub(super) type SharedIds = Mutex<Box<dyn IdSource + Send>>;
