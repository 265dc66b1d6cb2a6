//! Reports for citizens' side of the service: settlement, satisfaction, home deliveries.

use super::{Measure, Rate, Tally, measure::add_counts};
use crate::domain::RatingStep;

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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("received", "Tiếp nhận", "Received", |it| it.received),
        Measure::count("settled", "Đã giải quyết", "Settled", |it| it.settled),
        Measure::count("on_time", "Trước và đúng hạn", "Early or on time", |it| it.on_time),
        Measure::count("late", "Quá hạn", "Late", |it| it.settled.saturating_sub(it.on_time)),
        Measure::rate("on_time_percent", "Tỷ lệ đúng hạn", "On-time rate", Self::on_time_rate),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: received settled on_time);
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("ratings", "Lượt đánh giá", "Ratings", |it| it.satisfaction_rate().whole),
        Measure::count("satisfied", "Hài lòng", "Satisfied in all", |it| it.satisfied),
        Measure::rate("satisfied_percent", "Tỷ lệ hài lòng", "Satisfaction rate", Self::satisfaction_rate),
        Measure::count("step_5", "Rất hài lòng", "Very satisfied", |it| it.steps[4]),
        Measure::count("step_4", "Hài lòng (mức 4)", "Satisfied", |it| it.steps[3]),
        Measure::count("step_3", "Bình thường", "Neutral", |it| it.steps[2]),
        Measure::count("step_2", "Không hài lòng", "Dissatisfied", |it| it.steps[1]),
        Measure::count("step_1", "Rất không hài lòng", "Very dissatisfied", |it| it.steps[0]),
    ];

    fn add(&mut self, other: &Self) {
        self.steps.iter_mut().zip(other.steps).for_each(|(step, more)| *step += more);
        self.satisfied += other.satisfied;
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("asked", "Đăng ký", "Asked for", |it| it.asked),
        Measure::count("delivered", "Đã trả tại nhà", "Delivered", |it| it.delivered),
        Measure::count("in_time", "Đúng thời hạn", "In time", |it| it.in_time),
        Measure::rate("in_time_percent", "Tỷ lệ đúng thời hạn", "In-time rate", Self::in_time_rate),
        Measure::count("failed_attempts", "Lần phát không thành", "Failed attempts", |it| it.failed_attempts),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: asked delivered in_time failed_attempts);
    }
}
