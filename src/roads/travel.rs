//! Travel questions answered without knowing by what: a road network, or an estimate where none is loaded.

use std::ops::ControlFlow;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Leg, MatrixProgress, Point, Profile, RoadsError, RouteLeg, RoutePath, Router, TravelMatrix, router};

/// What travel figures rest on, so that every output can say so.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TravelBasis {
    /// Great-circle distance stretched by a factor, at one speed: no road was looked at.
    Estimate {
        /// Who travels.
        profile: Profile,
        /// Assumed ratio of the way's length to the great circle.
        circuity: f64,
        /// Assumed speed.
        speed_kmh: f64,
    },
    /// The fastest way on a road network.
    Network {
        /// Who travels.
        profile: Profile,
        /// What the network is called.
        name: String,
        /// Whom to name with every use.
        attribution: String,
        /// State of the map, in seconds since 1970, where known.
        data_timestamp_s: Option<i64>,
    },
}

impl TravelBasis {
    /// One line for people.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Estimate { profile, circuity, speed_kmh } => {
                format!("estimate for {profile}: straight line × {circuity} at {speed_kmh} km/h, no road network used")
            }
            Self::Network { profile, name, attribution, data_timestamp_s } => {
                let state = data_timestamp_s.map_or_else(String::new, |s| format!(" of {}", utc_date(s)));
                format!("road network {name}{state} for {profile}; {attribution}")
            }
        }
    }
}

/// The date of a UNIX time, by the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
fn utc_date(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Travel by great circle, stretched by a circuity factor, at a constant speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    profile: Profile,
    circuity: f64,
    speed_kmh: f64,
}

impl Estimate {
    /// Makes an estimate; circuity is 1 to 10, speed 0.1 to 300 km/h.
    ///
    /// # Errors
    /// [`RoadsError::Rules`] naming the value that is out of range.
    pub fn new(profile: Profile, circuity: f64, speed_kmh: f64) -> Result<Self, RoadsError> {
        for (name, value, range) in [("circuity", circuity, 1.0..=10.0), ("speed_kmh", speed_kmh, 0.1..=300.0)] {
            if !range.contains(&value) {
                let (least, most) = (range.start(), range.end());
                return Err(RoadsError::Rules(format!(
                    "the estimate's {name} is {value}: give a number from {least} to {most}"
                )));
            }
        }
        Ok(Self { profile, circuity, speed_kmh })
    }

    /// For factors that were checked when their rules were parsed.
    pub(super) const fn within_limits(profile: Profile, circuity: f64, speed_kmh: f64) -> Self {
        Self { profile, circuity, speed_kmh }
    }

    /// What its answers rest on.
    #[must_use]
    pub fn basis(&self) -> TravelBasis {
        TravelBasis::Estimate { profile: self.profile, circuity: self.circuity, speed_kmh: self.speed_kmh }
    }

    /// Time and distance between two points, each rounded once from the exact value.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 200,000 km at 0.1 km/h: 7.2e9 s saturates, never negative"
    )]
    pub fn leg(&self, from: Point, to: Point) -> Leg {
        let metres = from.great_circle_m(to) * self.circuity;
        let seconds = metres * 3.6 / self.speed_kmh;
        Leg { seconds: (seconds.round() as u32).min(router::NO_LEG - 1), metres: metres.round() as u32 }
    }

    fn matrix_with(
        &self,
        points: &[Point],
        progress: &(dyn Fn(MatrixProgress) -> ControlFlow<()> + Sync),
    ) -> Result<TravelMatrix, RoadsError> {
        let size = points.len();
        router::check_size(size)?;
        let (seconds, metres): (Vec<u32>, Vec<u32>) = points
            .par_iter()
            .flat_map_iter(|&from| points.iter().map(move |&to| self.leg(from, to)))
            .map(|leg| (leg.seconds, leg.metres))
            .unzip();
        if progress(MatrixProgress { rows_done: size, rows: size }).is_break() {
            return Err(RoadsError::Cancelled);
        }
        Ok(TravelMatrix::new(size, seconds, metres, vec![Ok(0); size], self.basis()))
    }

    fn route(&self, points: &[Point]) -> Result<RoutePath, RoadsError> {
        if points.len() < 2 {
            return Err(RoadsError::TooFewPoints(points.len()));
        }
        let legs = points.windows(2).map(|pair| RouteLeg { leg: self.leg(pair[0], pair[1]), geometry: pair.to_vec() });
        Ok(RoutePath { legs: legs.collect(), basis: self.basis() })
    }
}

/// Answers travel questions, by whichever means there is.
pub enum Travel {
    /// No network is loaded.
    Estimate(Estimate),
    /// A road network is.
    Network(Box<Router>),
}

impl Travel {
    /// Times and distances between all points, both ways, on all of rayon's current threads. On a network, points too
    /// far from it are unreachable; whether to estimate those is the caller's decision.
    ///
    /// # Errors
    /// [`RoadsError::TooManyPoints`].
    pub fn matrix(&self, points: &[Point]) -> Result<TravelMatrix, RoadsError> {
        self.matrix_with(points, &|_| ControlFlow::Continue(()))
    }

    /// As [`matrix`](Self::matrix), reporting progress and stopping when told to.
    ///
    /// # Errors
    /// [`RoadsError::TooManyPoints`], [`RoadsError::Cancelled`].
    pub fn matrix_with(
        &self,
        points: &[Point],
        progress: &(dyn Fn(MatrixProgress) -> ControlFlow<()> + Sync),
    ) -> Result<TravelMatrix, RoadsError> {
        match self {
            Self::Estimate(estimate) => estimate.matrix_with(points, progress),
            Self::Network(router) => router.matrix_with(points, progress),
        }
    }

    /// A route through the points in the given order.
    ///
    /// # Errors
    /// [`RoadsError::TooFewPoints`], [`RoadsError::PointUnreachable`].
    pub fn route(&self, points: &[Point]) -> Result<RoutePath, RoadsError> {
        match self {
            Self::Estimate(estimate) => estimate.route(points),
            Self::Network(router) => router.route(points),
        }
    }

    /// What its answers rest on.
    #[must_use]
    pub fn basis(&self) -> TravelBasis {
        match self {
            Self::Estimate(estimate) => estimate.basis(),
            Self::Network(router) => router.basis(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::utc_date;

    #[test]
    fn dates_of_unix_times() {
        assert_eq!(utc_date(0), "1970-01-01");
        assert_eq!(utc_date(951_782_400), "2000-02-29");
        assert_eq!(utc_date(1_560_470_399), "2019-06-13");
        assert_eq!(utc_date(-1), "1969-12-31");
    }
}
