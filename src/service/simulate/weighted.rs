use rand::{Rng, RngExt};

use super::SimulateError;

/// Draws one of several values by whole-number weights.
pub(super) struct Weighted<T> {
    values: Vec<T>,
    /// Running totals of the weights.
    ends: Vec<u64>,
}

impl<T: Copy> Weighted<T> {
    /// # Errors
    /// [`SimulateError::Missing`] when no value has a weight.
    pub(super) fn new(what: &'static str, pairs: impl IntoIterator<Item = (T, u64)>) -> Result<Self, SimulateError> {
        let (mut values, mut ends, mut total) = (Vec::new(), Vec::new(), 0);
        for (value, weight) in pairs.into_iter().filter(|(_, weight)| *weight > 0) {
            total += weight;
            values.push(value);
            ends.push(total);
        }
        if values.is_empty() { Err(SimulateError::Missing(what)) } else { Ok(Self { values, ends }) }
    }

    pub(super) fn total(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> T {
        let at = rng.random_range(0..self.total());
        self.values[self.ends.partition_point(|end| *end <= at)]
    }
}
