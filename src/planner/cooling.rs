//! How hot the search is: it cools down once, and as long as there is time, is warmed a little again from the best.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "temperatures and shares need not be exact, and all are positive"
)]

/// The temperatures between which the search cools, in mean costs of a job in the first solution.
const HOT: f64 = 2.0;
const COLD: f64 = 0.03;
/// What part of the heat a later cooling starts with.
const WARM: f64 = 0.2;
/// The share of the budget that goes into the first cooling, where there are more.
const FIRST_SHARE: f64 = 0.4;
/// With so many steps a job there is one cooling; with more, there are more.
const STEPS_A_JOB: f64 = 1_500.0;
/// How the number of coolings grows with the steps.
const GROWTH: f64 = 0.75;
const COOLINGS_MAX: f64 = 12.0;
/// Before this share of the budget is spent, nobody knows how many steps there will be.
const KNOWN_FROM: f64 = 0.01;
/// From when on in a cooling, and after how many steps a job without a better best, the search goes back to it.
const RETURN_FROM: f64 = 0.3;
const PATIENCE: f64 = 250.0;

/// What there is to do at some point of the budget.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub(super) temperature: f64,
    /// Whether the search goes on from the best solution.
    pub(super) returns: bool,
    /// Whether it does so if that has not become better for so many steps.
    pub(super) returns_after: Option<u64>,
}

/// The plan of temperatures over a budget.
pub(super) struct Cooling {
    scale: f64,
    jobs: f64,
    coolings: Option<f64>,
    index: u64,
}

impl Cooling {
    /// `mean_cost` is what a job costs on average in the first solution.
    pub(super) fn new(mean_cost: f64, jobs: usize) -> Self {
        Self { scale: mean_cost, jobs: jobs.max(1) as f64, coolings: None, index: 0 }
    }

    /// How hot it is in a single cooling of which a share has passed.
    pub(super) fn once(&self, spent: f64) -> f64 {
        between(HOT * self.scale, COLD * self.scale, spent)
    }

    /// What to do when a share of the budget is spent and so many steps are done.
    pub(super) fn stage(&mut self, spent: f64, steps: u64) -> Stage {
        if self.coolings.is_none() && spent >= KNOWN_FROM {
            let expected = steps as f64 / spent / self.jobs;
            self.coolings = Some((expected / STEPS_A_JOB).powf(GROWTH).round().clamp(1.0, COOLINGS_MAX));
        }
        let coolings = self.coolings.unwrap_or(1.0);
        let first_share = if coolings > 1.0 { FIRST_SHARE } else { 1.0 };
        let (index, hot, passed) = if spent < first_share || coolings <= 1.0 {
            (0, HOT, spent / first_share)
        } else {
            let passed = (spent - first_share) / (1.0 - first_share) * (coolings - 1.0);
            (1 + passed as u64, HOT * WARM, passed.fract())
        };
        let returns = std::mem::replace(&mut self.index, index) != index;
        let returns_after = (passed > RETURN_FROM).then_some((PATIENCE * self.jobs) as u64);
        Stage { temperature: between(hot * self.scale, COLD * self.scale, passed), returns, returns_after }
    }
}

fn between(hot: f64, cold: f64, passed: f64) -> f64 {
    hot * (cold / hot).powf(passed.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_steps_cool_once_and_many_steps_several_times() {
        for (steps_a_job, expected) in [(100.0, 1), (1_500.0, 1), (12_000.0, 5), (1e9, 12)] {
            let mut cooling = Cooling::new(1.0, 10);
            let (mut coolings, mut before) = (1, f64::INFINITY);
            for percent in 0..=1_000 {
                let spent = f64::from(percent) / 1_000.0;
                let stage = cooling.stage(spent, (spent * steps_a_job * 10.0) as u64);
                assert!((COLD..=HOT).contains(&stage.temperature));
                if stage.temperature > before * 1.2 {
                    assert!(stage.returns);
                    coolings += 1;
                }
                before = stage.temperature;
            }
            // The very last moment begins one more, which has no time.
            assert!((expected..=expected + 1).contains(&coolings), "{coolings} for {steps_a_job}");
        }
    }
}
