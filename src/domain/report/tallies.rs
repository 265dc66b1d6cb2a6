//! Reports for citizens' side of the service: settlement, satisfaction, home deliveries.

use super::{Cell, Column, Rate, Tally, Unit};
use crate::domain::RatingStep;

pub(super) const fn count(key: &'static str, vi: &'static str, en: &'static str) -> Column {
    Column { key, vi, en, unit: Unit::Count }
}

pub(super) const fn percent(key: &'static str, vi: &'static str, en: &'static str) -> Column {
    Column { key, vi, en, unit: Unit::Percent }
}

pub(super) fn number(count: u64) -> Cell {
    Cell::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Dossiers. What was received counts on the day of receipt, what was settled on the day of settlement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettlementTally {
    /// Received.
    pub received: u64,
    /// Settled.
    pub settled: u64,
    /// Settled not after the appointment (đúng hạn và trước hạn).
    pub on_time: u64,
}

impl SettlementTally {
    /// Of the settled dossiers those settled early or on time (tỷ lệ giải quyết đúng hạn).
    #[must_use]
    pub fn on_time_rate(&self) -> Rate {
        Rate { part: self.on_time, whole: self.settled }
    }
}

impl Tally for SettlementTally {
    fn columns() -> Vec<Column> {
        vec![
            count("received", "Tiếp nhận", "Received"),
            count("settled", "Đã giải quyết", "Settled"),
            count("on_time", "Trước và đúng hạn", "Early or on time"),
            count("late", "Quá hạn", "Late"),
            percent("on_time_percent", "Tỷ lệ đúng hạn", "On-time rate"),
        ]
    }

    fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.settled += other.settled;
        self.on_time += other.on_time;
    }

    fn cells(&self) -> Vec<Cell> {
        let late = self.settled.saturating_sub(self.on_time);
        let counts = [self.received, self.settled, self.on_time, late].map(number);
        counts.into_iter().chain([self.on_time_rate().cell()]).collect()
    }
}

/// Ratings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SatisfactionTally {
    /// Given, by step, the worst first.
    pub steps: [u64; 5],
    /// Of them satisfied, by the rule in force on their day.
    pub satisfied: u64,
}

impl SatisfactionTally {
    /// Some ratings of one step.
    #[must_use]
    pub fn of(step: RatingStep, ratings: u64, satisfied_from: RatingStep) -> Self {
        let mut tally = Self { satisfied: if step >= satisfied_from { ratings } else { 0 }, ..Self::default() };
        tally.steps[step as usize] = ratings;
        tally
    }

    /// Of all ratings those that are satisfied (tỷ lệ hài lòng).
    #[must_use]
    pub fn satisfaction_rate(&self) -> Rate {
        Rate { part: self.satisfied, whole: self.steps.iter().sum() }
    }
}

impl Tally for SatisfactionTally {
    fn columns() -> Vec<Column> {
        vec![
            count("ratings", "Lượt đánh giá", "Ratings"),
            count("satisfied", "Hài lòng", "Satisfied in all"),
            percent("satisfied_percent", "Tỷ lệ hài lòng", "Satisfaction rate"),
            count("step_5", "Rất hài lòng", "Very satisfied"),
            count("step_4", "Hài lòng (mức 4)", "Satisfied"),
            count("step_3", "Bình thường", "Neutral"),
            count("step_2", "Không hài lòng", "Dissatisfied"),
            count("step_1", "Rất không hài lòng", "Very dissatisfied"),
        ]
    }

    fn add(&mut self, other: &Self) {
        self.steps.iter_mut().zip(other.steps).for_each(|(step, more)| *step += more);
        self.satisfied += other.satisfied;
    }

    fn cells(&self) -> Vec<Cell> {
        let rate = self.satisfaction_rate();
        let steps = self.steps.iter().rev().map(|step| number(*step));
        [number(rate.whole), number(rate.part), rate.cell()].into_iter().chain(steps).collect()
    }
}

/// Home deliveries. What was asked for counts on the day it was asked, what was delivered on the day it was handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HomeTally {
    /// Asked for.
    pub asked: u64,
    /// Handed over whole.
    pub delivered: u64,
    /// Of them in time.
    pub in_time: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
}

impl HomeTally {
    /// Of what was delivered that which came in time.
    #[must_use]
    pub fn in_time_rate(&self) -> Rate {
        Rate { part: self.in_time, whole: self.delivered }
    }
}

impl Tally for HomeTally {
    fn columns() -> Vec<Column> {
        vec![
            count("asked", "Đăng ký", "Asked for"),
            count("delivered", "Đã trả tại nhà", "Delivered"),
            count("in_time", "Đúng thời hạn", "In time"),
            percent("in_time_percent", "Tỷ lệ đúng thời hạn", "In-time rate"),
            count("failed_attempts", "Lần phát không thành", "Failed attempts"),
        ]
    }

    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.delivered += other.delivered;
        self.in_time += other.in_time;
        self.failed_attempts += other.failed_attempts;
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            number(self.asked),
            number(self.delivered),
            number(self.in_time),
            self.in_time_rate().cell(),
            number(self.failed_attempts),
        ]
    }
}
