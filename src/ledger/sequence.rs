//! Which of a device's running numbers have come in.

use serde::{Deserialize, Serialize};

/// The running numbers seen of one device, which begin with 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceNumbers {
    /// Stretches without a gap, first and last number each, in order.
    seen: Vec<(u64, u64)>,
}

impl SequenceNumbers {
    /// Notes a number; answers whether it is new.
    pub fn insert(&mut self, number: u64) -> bool {
        // Usually the number follows the last one.
        if let Some((_, last)) = self.seen.last_mut()
            && last.checked_add(1) == Some(number)
        {
            *last = number;
            return true;
        }
        let next = self.seen.partition_point(|(first, _)| *first <= number);
        if next > 0 && self.seen[next - 1].1 >= number {
            return false;
        }
        let joins_before = next > 0 && self.seen[next - 1].1 + 1 == number;
        let joins_after = self.seen.get(next).is_some_and(|(first, _)| *first == number + 1);
        match (joins_before, joins_after) {
            (true, true) => {
                self.seen[next - 1].1 = self.seen[next].1;
                self.seen.remove(next);
            }
            (true, false) => self.seen[next - 1].1 = number,
            (false, true) => self.seen[next].0 = number,
            (false, false) => self.seen.insert(next, (number, number)),
        }
        true
    }

    /// The highest number seen; 0 when none was.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.seen.last().map_or(0, |(_, last)| *last)
    }

    /// The stretches that are missing below the highest number, first and last number each.
    #[must_use]
    pub fn gaps(&self) -> Vec<(u64, u64)> {
        let mut expected = 1;
        let mut gaps = Vec::new();
        for (first, last) in &self.seen {
            if *first > expected {
                gaps.push((expected, first - 1));
            }
            expected = last.saturating_add(1);
        }
        gaps
    }
}
