//! Ids and texts that follow from a seed.

use chrono::{DateTime, TimeZone, Utc};
use conthoi::domain::{IdSource, SeededIds};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// A random source that also makes ids.
pub(crate) struct Dice {
    pub(crate) rng: ChaCha8Rng,
    ids: SeededIds,
}

impl IdSource for Dice {
    fn next_uuid(&mut self) -> Uuid {
        self.ids.next_uuid()
    }
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), ids: SeededIds::new(seed, 1_560_470_400_000) }
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.rng.random_range(0..end)
    }

    pub(crate) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.rng.random() { Some(make(self)) } else { None }
    }

    /// A text that a careless query would stumble over.
    pub(crate) fn text(&mut self) -> String {
        const PARTS: [&str; 12] = [
            "",
            "Sở Tư pháp",
            "'; DROP TABLE items; --",
            "\"",
            "\\",
            "%_",
            "đường 30/4",
            "\n\t",
            "𝔘🛵",
            "NULL",
            "{}",
            "a",
        ];
        (0..self.below(4)).map(|_| self.one_of(&PARTS)).collect()
    }

    /// An instant between 1938 and 2128, to the microsecond.
    pub(crate) fn instant(&mut self) -> DateTime<Utc> {
        Utc.timestamp_micros(self.rng.random_range(-1_000_000_000_000_000..5_000_000_000_000_000)).unwrap()
    }
}
