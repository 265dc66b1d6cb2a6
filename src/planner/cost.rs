//! Money inside the planner: exact integers, so that two computations of one cost can be compared for equality.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use serde::{Deserialize, Serialize};

use super::units::{Metres, Price, Seconds};

/// An amount of money in units of 1/3 600 000 of the caller's currency unit.
///
/// A second at a price per hour and a metre at a price per kilometre are both whole numbers of this unit
/// (3 600 000 = 3 600 × 1 000), so costs add up without rounding, in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub i64);

impl Cost {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many units of [`Cost`] make one unit of the caller's currency.
    pub const PER_CURRENCY_UNIT: i64 = 3_600_000;

    /// A whole amount of the caller's currency.
    #[must_use]
    pub const fn of_currency(units: Price) -> Self {
        Self(units * Self::PER_CURRENCY_UNIT)
    }

    /// `seconds` at `price_per_hour`.
    #[must_use]
    pub const fn of_time(seconds: Seconds, price_per_hour: Price) -> Self {
        Self(seconds * price_per_hour * 1_000)
    }

    /// `metres` at `price_per_km`.
    #[must_use]
    pub const fn of_distance(metres: Metres, price_per_km: Price) -> Self {
        Self(metres * price_per_km * 3_600)
    }

    /// The amount in the caller's currency, rounded to the nearest whole unit (halves away from zero).
    #[must_use]
    pub const fn rounded(self) -> Price {
        let half = Self::PER_CURRENCY_UNIT / 2;
        let toward = if self.0 < 0 { -half } else { half };
        (self.0 + toward) / Self::PER_CURRENCY_UNIT
    }
}

impl Add for Cost {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Cost {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Cost {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} + {}/{}",
            self.0 / Self::PER_CURRENCY_UNIT,
            self.0 % Self::PER_CURRENCY_UNIT,
            Self::PER_CURRENCY_UNIT
        )
    }
}

/// The cost of a route by cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CostSplit {
    /// The vehicle's fixed cost for leaving at all.
    pub fixed: Cost,
    /// The route's duration at the vehicle's price per hour.
    pub duration: Cost,
    /// The time spent driving at the vehicle's price per hour of travel.
    pub travel: Cost,
    /// The distance at the vehicle's price per kilometre.
    pub distance: Cost,
    /// Goods that arrive after a soft due time.
    pub lateness: Cost,
    /// What the route costs on top for its length, by [`Vehicle::overtime`](super::Vehicle::overtime).
    #[serde(default)]
    pub overtime: Cost,
}

impl CostSplit {
    /// The sum over all causes.
    #[must_use]
    pub fn total(&self) -> Cost {
        self.fixed + self.duration + self.travel + self.distance + self.lateness + self.overtime
    }
}

impl Add for CostSplit {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            fixed: self.fixed + other.fixed,
            duration: self.duration + other.duration,
            travel: self.travel + other.travel,
            distance: self.distance + other.distance,
            lateness: self.lateness + other.lateness,
            overtime: self.overtime + other.overtime,
        }
    }
}

impl Sum for CostSplit {
    fn sum<I: Iterator<Item = Self>>(splits: I) -> Self {
        splits.fold(Self::default(), Add::add)
    }
}

/// What a solution is judged by: first what it leaves out, then what it costs. Smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Score {
    /// Sum over the unassigned jobs of `1 + priority`, so the least important are left out first.
    pub left_out: i64,
    /// What the routes cost.
    pub cost: Cost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_and_a_kilometre_cost_exactly_their_price() {
        assert_eq!(Cost::of_time(3_600, 7), Cost::of_currency(7));
        assert_eq!(Cost::of_distance(1_000, 7), Cost::of_currency(7));
    }

    #[test]
    fn rounding_is_to_the_nearest_unit_on_both_sides_of_zero() {
        assert_eq!(Cost(1_799_999).rounded(), 0);
        assert_eq!(Cost(1_800_000).rounded(), 1);
        assert_eq!(Cost(-1_800_000).rounded(), -1);
    }

    #[test]
    fn what_is_left_out_outweighs_any_cost() {
        let complete = Score { left_out: 0, cost: Cost(i64::MAX) };
        let partial = Score { left_out: 1, cost: Cost::ZERO };
        assert!(complete < partial);
    }
}
