use chrono::{Datelike, NaiveDate};

use super::Span;
use crate::{
    domain::{
        DayClock, DomainError, RuleUnit, Rules,
        report::{ComplaintTally, Fact, HomeTally, LossTally, Quarter, SatisfactionTally, SettlementTally, Tally},
    },
    paper::{QuarterlyPaper, quarterly_pdf},
    service::{FieldProblem, Service, ServiceError},
};

fn sum<T: Tally>(facts: &[Fact<T>]) -> T {
    let mut all = T::default();
    for fact in facts {
        all.add(&fact.tally);
    }
    all
}

impl Service {
    /// What the law's report of a quarter says: volumes, complaints, losses, damages, compensation.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a quarter that has not begun.
    pub fn quarterly_report(&self, quarter: Quarter) -> Result<QuarterlyPaper, ServiceError> {
        let centre = self.centre()?;
        let zone = centre.centre.time_zone;
        let now = self.now();
        let (from, to) = (quarter.first_day(), quarter.last_day());
        if from > DayClock::date_of(now, zone) {
            let message = format!("{quarter} has not begun: a report is of what has happened");
            return Err(ServiceError::Invalid(vec![FieldProblem::new("quarter", message)]));
        }
        let span = Span::new(&centre, from, to)?;
        let settlement: SettlementTally = sum(&self.settlement_facts(&span)?);
        let satisfaction: SatisfactionTally = sum(&self.satisfaction_facts(&span)?);
        let homes: HomeTally = sum(&self.home_facts(&span)?);
        let complaints: ComplaintTally = sum(&self.complaint_facts(&span)?);
        let losses: LossTally = sum(&self.loss_facts(&span)?);
        let carried = sum(&self.transit_facts(&span)?).seconds.len() as u64;
        Ok(QuarterlyPaper {
            centre: centre.centre.name.clone(),
            quarter,
            due_before: due_before(&centre.rules, quarter)?,
            settlement,
            satisfaction,
            homes,
            complaints,
            losses,
            legs_carried: carried,
            printed_at: now.with_timezone(&zone).naive_local(),
            synthetic: self.holds_a_synthetic_season(&centre)?,
        })
    }

    /// The law's report of a quarter as PDF.
    ///
    /// # Errors
    /// Those of [`Self::quarterly_report`].
    pub fn quarterly_report_pdf(&self, quarter: Quarter) -> Result<Vec<u8>, ServiceError> {
        Ok(quarterly_pdf(&self.quarterly_report(quarter)?)?)
    }
}

/// The day before which the report has to be in, by the rule of the day after the quarter.
fn due_before(rules: &Rules, quarter: Quarter) -> Result<NaiveDate, DomainError> {
    let next = quarter.next().first_day();
    let day = rules.count("quarterly_report_day", RuleUnit::DayOfMonth, next)?;
    let date = u32::try_from(day).ok().and_then(|day| next.with_day(day));
    date.ok_or_else(|| DomainError::BadRule {
        name: "quarterly_report_day".into(),
        value: day.to_string(),
        problem: format!("{next} begins a month without such a day"),
    })
}
