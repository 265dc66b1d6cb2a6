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
    /// How fast travel goes over the day, by ascending time; before the first and where there is none, the durations
    /// hold as they are. Distances do not change.
    #[serde(default)]
    pub speeds: Vec<SpeedPeriod>,
}

/// A period of the day with a speed of its own. It lasts until the next one starts, the last for ever.
///
/// The speed changes while a vehicle is on its way, not only for those that depart in the period (Ichoua, Gendreau and
/// Potvin, "Vehicle dispatching with time-dependent travel times", 2003). So whoever departs first also arrives first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeedPeriod {
    /// When it starts.
    pub from: Seconds,
    /// The speed in thousandths of that which the durations are for, from 1 to 10 000: a leg of 600 s that lies wholly
    /// in a period of 500 takes 1200 s.
    pub permille: u32,
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

    /// When a leg of this duration ends that is begun at `departs`: the first whole second at which all of it is driven.
    #[inline]
    #[must_use]
    pub fn arrival(&self, departs: Seconds, duration: Seconds) -> Seconds {
        if self.speeds.is_empty() { departs + duration } else { self.arrival_by_speeds(departs, duration) }
    }

    fn arrival_by_speeds(&self, departs: Seconds, duration: Seconds) -> Seconds {
        let mut left = duration * Self::PERMILLE;
        let mut now = departs;
        let mut next = self.speeds.partition_point(|period| period.from <= now);
        loop {
            let speed = self.speed_before(next);
            match self.speeds.get(next).map(|change| (change.from, (change.from - now) * speed)) {
                Some((changes, driven)) if driven < left => {
                    left -= driven;
                    now = changes;
                    next += 1;
                }
                _ => return now + ceil_div(left, speed),
            }
        }
    }

    /// The last whole second at which a leg of this duration can be begun to end at `arrives` or before.
    #[inline]
    #[must_use]
    pub fn latest_departure(&self, arrives: Seconds, duration: Seconds) -> Seconds {
        if self.speeds.is_empty() { arrives - duration } else { self.latest_by_speeds(arrives, duration) }
    }

    fn latest_by_speeds(&self, arrives: Seconds, duration: Seconds) -> Seconds {
        let mut left = duration * Self::PERMILLE;
        let mut now = arrives;
        let mut next = self.speeds.partition_point(|period| period.from < now);
        loop {
            let speed = self.speed_before(next);
            let period = next.checked_sub(1).map(|at| self.speeds[at]);
            match period.map(|period| (period.from, (now - period.from) * speed)) {
                Some((changes, driven)) if driven < left => {
                    left -= driven;
                    now = changes;
                    next -= 1;
                }
                _ => return now - ceil_div(left, speed),
            }
        }
    }

    /// How long a leg of this duration takes at the least, whenever it is driven.
    #[must_use]
    pub(super) fn least_duration(&self, duration: Seconds) -> Seconds {
        let fastest = self.speeds.iter().map(|period| Seconds::from(period.permille)).max().unwrap_or(0);
        ceil_div(duration * Self::PERMILLE, fastest.max(Self::PERMILLE))
    }

    const PERMILLE: Seconds = 1_000;

    fn speed_before(&self, next: usize) -> Seconds {
        next.checked_sub(1).map_or(Self::PERMILLE, |at| Seconds::from(self.speeds[at].permille))
    }
}

/// Both from zero and above, the divisor not zero.
const fn ceil_div(value: Seconds, by: Seconds) -> Seconds {
    (value + by - 1) / by
}
