//! Travel between places.

use serde::{Deserialize, Serialize};

use super::units::{Metres, Place, Seconds};

/// The entry of a matrix that says: there is no way. A route that needs such a leg is infeasible.
pub const UNREACHABLE: u32 = u32::MAX;

/// One leg of travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// How long it takes.
    pub duration: Seconds,
    /// How far it is.
    pub distance: Metres,
}

/// Durations and distances from every place to every place, for one way of travelling.
///
/// Row-major: the leg from `a` to `b` is entry `a × places + b`. It need be neither symmetric nor metric. The
/// diagonal is zero. An entry of [`UNREACHABLE`] in either table closes the leg.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Matrix {
    /// Seconds.
    pub durations: Vec<u32>,
    /// Metres.
    pub distances: Vec<u32>,
}

impl Matrix {
    /// The leg from one place to another, or `None` where there is no way.
    #[inline]
    #[must_use]
    pub fn leg(&self, places: usize, from: Place, to: Place) -> Option<Leg> {
        let entry = from * places + to;
        let (duration, distance) = (self.durations[entry], self.distances[entry]);
        if duration == UNREACHABLE || distance == UNREACHABLE {
            return None;
        }
        Some(Leg { duration: Seconds::from(duration), distance: Metres::from(distance) })
    }
}
