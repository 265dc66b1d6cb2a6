//! What a path costs: time first, then length.

/// Travel time in milliseconds in the upper half, length in centimetres in the lower, so that one integer
/// comparison means "faster, or as fast and shorter", and one addition adds both. Lengths stay below 2³² cm,
/// 42,949 km: more than once around the Earth.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::roads) struct Cost(u64);

impl Cost {
    pub(in crate::roads) const ZERO: Self = Self(0);
    /// No path. Half the range, so that an edge added to it neither overflows nor looks like a path.
    pub(in crate::roads) const NONE: Self = Self(u64::MAX / 2);

    pub(in crate::roads) const fn new(time_ms: u32, length_cm: u32) -> Self {
        // Times of more than 12 days a road, which only a forged file holds, are cut so that sums keep their order.
        let time_ms = if time_ms < 1 << 30 { time_ms } else { 1 << 30 };
        Self((time_ms as u64) << 32 | length_cm as u64)
    }

    #[inline]
    pub(in crate::roads) const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// What remains of a way after its first part.
    pub(in crate::roads) const fn less(self, part: Self) -> Self {
        Self(self.0.wrapping_sub(part.0))
    }

    /// Whole seconds, rounded once from the exact sum.
    #[expect(clippy::cast_possible_truncation, reason = "a 32-bit half divided by 1000")]
    pub(in crate::roads) const fn seconds(self) -> u32 {
        (((self.0 >> 32) + 500) / 1000) as u32
    }

    /// Whole metres, rounded once from the exact sum.
    #[expect(clippy::cast_possible_truncation, reason = "a 32-bit half divided by 100")]
    pub(in crate::roads) const fn metres(self) -> u32 {
        (((self.0 & 0xFFFF_FFFF) + 50) / 100) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Cost;

    #[test]
    fn faster_wins_then_shorter() {
        assert!(Cost::new(1, 900) < Cost::new(2, 1));
        assert!(Cost::new(2, 1) < Cost::new(2, 2));
        assert!(Cost::NONE.plus(Cost::new(u32::MAX, u32::MAX)) > Cost::NONE);
    }

    #[test]
    fn rounding_happens_once_at_the_end() {
        let sum = (0..10).fold(Cost::ZERO, |sum, _| sum.plus(Cost::new(450, 45)));
        assert_eq!((sum.seconds(), sum.metres()), (5, 5));
        assert_eq!((Cost::new(499, 49).seconds(), Cost::new(500, 50).metres()), (0, 1));
    }
}
