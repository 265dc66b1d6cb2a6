//! The result of asking for all pairs.

use serde::Serialize;

use super::snap::UnreachableReason;
use crate::roads::TravelBasis;

/// Marks a pair without a way; times and distances stay far below it.
pub(in crate::roads) const NO_LEG: u32 = u32::MAX;

/// Travel from one point to another: the fastest way's time and that way's length, rounded once at the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Leg {
    /// Whole seconds.
    pub seconds: u32,
    /// Whole metres.
    pub metres: u32,
}

/// A pair of points without a way between them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Unreachable {
    /// Index of the origin.
    pub from: usize,
    /// Index of the destination.
    pub to: usize,
    /// Why.
    pub reason: UnreachableReason,
}

/// Times and distances from every point to every point; not symmetric. Zero from a point to itself.
#[derive(Clone, Debug, PartialEq)]
pub struct TravelMatrix {
    size: usize,
    seconds: Vec<u32>,
    metres: Vec<u32>,
    snap_distances_m: Vec<Result<u32, UnreachableReason>>,
    basis: TravelBasis,
}

impl TravelMatrix {
    pub(in crate::roads) fn new(
        size: usize,
        seconds: Vec<u32>,
        metres: Vec<u32>,
        snap_distances_m: Vec<Result<u32, UnreachableReason>>,
        basis: TravelBasis,
    ) -> Self {
        Self { size, seconds, metres, snap_distances_m, basis }
    }

    /// How many points.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Travel from one point to another; `None` where there is no way.
    ///
    /// # Panics
    /// When an index is not below [`size`](Self::size).
    #[must_use]
    pub fn get(&self, from: usize, to: usize) -> Option<Leg> {
        assert!(from < self.size && to < self.size, "the matrix has {} points", self.size);
        let cell = from * self.size + to;
        let leg = Leg { seconds: self.seconds[cell], metres: self.metres[cell] };
        (leg.seconds != NO_LEG).then_some(leg)
    }

    /// How far each point lies from the road it was snapped to, or why it was not; zero in estimates.
    pub fn snap_distances_m(&self) -> &[Result<u32, UnreachableReason>] {
        &self.snap_distances_m
    }

    /// Every pair without a way, by origin, then destination.
    pub fn unreachable(&self) -> impl Iterator<Item = Unreachable> {
        let failure = |point: usize| self.snap_distances_m[point].err();
        (0..self.size).flat_map(move |from| {
            (0..self.size).filter(move |&to| to != from).filter_map(move |to| {
                let lost = self.seconds[from * self.size + to] == NO_LEG;
                let reason = || failure(from).or_else(|| failure(to)).unwrap_or(UnreachableReason::NotConnected);
                lost.then(|| Unreachable { from, to, reason: reason() })
            })
        })
    }

    /// What the figures rest on.
    #[must_use]
    pub fn basis(&self) -> &TravelBasis {
        &self.basis
    }
}
