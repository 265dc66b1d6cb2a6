//! Counts of the database as facts.

use chrono::NaiveDate;

use super::{Span, of_day};
use crate::{
    domain::{
        Action, DayClock, LossKind, Party, SiteId,
        report::{
            ComplaintTally, Dimensions, DiscrepancyTally, Fact, HomeClock, HomeTally, LoadTally, LossTally,
            SatisfactionTally, SettlementTally, TransitTally,
        },
        satisfied_from,
    },
    ledger::Recorded,
    service::{Service, ServiceError},
    store::{DiscrepancyCount, DiscrepancyState},
};

fn of(day: NaiveDate, department: Option<SiteId>, commune: Option<String>) -> Dimensions {
    Dimensions { department, commune, ..Dimensions::of_day(day) }
}

impl Service {
    pub(super) fn settlement_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<SettlementTally>>, ServiceError> {
        let counts = self.store().settlement_counts(span.centre.centre.id, &span.stretches)?;
        let fact = |count: crate::store::SettlementCount| Fact {
            of: of(count.day, Some(count.department), None),
            tally: count.tally,
        };
        Ok(counts.into_iter().map(fact).collect())
    }

    pub(super) fn satisfaction_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<SatisfactionTally>>, ServiceError> {
        let counts = self.store().rating_counts(span.centre.centre.id, &span.stretches)?;
        counts
            .into_iter()
            .map(|count| {
                let least = satisfied_from(&span.centre.rules, count.day)?;
                let tally = SatisfactionTally::of(count.step, count.ratings, least);
                Ok(Fact { of: of(count.day, count.department, count.commune), tally })
            })
            .collect()
    }

    pub(super) fn home_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<HomeTally>>, ServiceError> {
        let id = span.centre.centre.id;
        let asked = self.store().homes_asked(id, &span.stretches)?.into_iter().map(|count| Fact {
            of: of(count.day, count.department, Some(count.commune)),
            tally: HomeTally { asked: count.asked, ..HomeTally::default() },
        });
        let mut facts: Vec<Fact<HomeTally>> = asked.collect();
        for count in self.store().homes_delivered(id, &span.stretches)? {
            let clock = HomeClock { commune: &count.commune, ready_on: count.ready_on, wanted_on: count.wanted_on };
            let in_time = if count.day <= clock.due_on(span.centre)? { count.delivered } else { 0 };
            let tally = HomeTally { delivered: count.delivered, in_time, ..HomeTally::default() };
            facts.push(Fact { of: of(count.day, count.department, Some(count.commune)), tally });
        }
        facts.extend(self.failed_attempts(span)?);
        Ok(facts)
    }

    /// Attempts that failed, one for each home thing scanned, on the day of the scan.
    fn failed_attempts(&self, span: &Span<'_>) -> Result<Vec<Fact<HomeTally>>, ServiceError> {
        let id = span.centre.centre.id;
        let zone = span.centre.centre.time_zone;
        let mut failed: Vec<(NaiveDate, String)> = Vec::new();
        for stretch in &span.stretches {
            for stored in self.store().scans_marked(id, *stretch, "\"attempt_failed\"")? {
                let Recorded { scan, received_at } = super::trips::read(&stored)?;
                if matches!(scan.action, Action::AttemptFailed { .. }) {
                    let day = DayClock::date_of(received_at, zone);
                    failed.extend(scan.codes.iter().map(|code| (day, code.text())));
                }
            }
        }
        let codes: Vec<String> = failed.iter().map(|(_, code)| code.clone()).collect();
        let known = self.store().departments_of_items(id, &codes)?;
        let fact = |(day, code): (NaiveDate, String)| {
            let (department, commune) = known.get(&code).cloned().unwrap_or_default();
            Fact { of: of(day, department, commune), tally: HomeTally { failed_attempts: 1, ..HomeTally::default() } }
        };
        Ok(failed.into_iter().map(fact).collect())
    }

    pub(super) fn transit_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<TransitTally>>, ServiceError> {
        let hub = span.centre.hub().id;
        let legs = self.store().legs_taken(span.centre.centre.id, hub, &span.stretches)?;
        let fact = |leg: crate::store::LegTaken| Fact {
            of: Dimensions { leg: Some(leg.leg), ..of(leg.day, Some(leg.office), None) },
            tally: TransitTally { seconds: vec![leg.seconds] },
        };
        Ok(legs.into_iter().map(fact).collect())
    }

    fn discrepancies_with_owner(
        &self,
        span: &Span<'_>,
    ) -> Result<Vec<(DiscrepancyCount, Option<SiteId>)>, ServiceError> {
        self.review_scans()?;
        let counts = self.store().discrepancy_counts(span.centre.centre.id, &span.stretches)?;
        let owner = |count: &DiscrepancyCount| match serde_json::from_str(count.owner.as_deref()?) {
            Ok(Party::Site(id)) => Some(id),
            _ => None,
        };
        Ok(counts.into_iter().map(|count| (owner(&count), count)).map(|(owner, count)| (count, owner)).collect())
    }

    pub(super) fn discrepancy_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<DiscrepancyTally>>, ServiceError> {
        let fact = |(count, owner): (DiscrepancyCount, Option<SiteId>)| {
            let mut tally = DiscrepancyTally { raised: count.count, in_time: count.in_time, ..Default::default() };
            match count.state {
                DiscrepancyState::Open => {}
                DiscrepancyState::Explained => tally.explained = count.count,
                DiscrepancyState::Resolved => tally.resolved = count.count,
            }
            Fact { of: of(count.day, owner, None), tally }
        };
        Ok(self.discrepancies_with_owner(span)?.into_iter().map(fact).collect())
    }

    pub(super) fn loss_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<LossTally>>, ServiceError> {
        let mut facts = Vec::new();
        for (count, owner) in self.discrepancies_with_owner(span)? {
            let mut tally = LossTally::default();
            match count.kind.as_str() {
                "missing" | "missing_in_pouch" => {
                    tally.missed = count.count;
                    if count.state == DiscrepancyState::Explained {
                        tally.found = count.count;
                    }
                }
                "damaged" => tally.damaged = count.count,
                _ => continue,
            }
            facts.push(Fact { of: of(count.day, owner, None), tally });
        }
        for paid in self.store().compensation_counts(span.centre.centre.id, &span.stretches)? {
            let mut tally = LossTally { dong: paid.dong, ..LossTally::default() };
            match paid.kind {
                LossKind::Lost => tally.paid_lost = paid.paid,
                LossKind::Damaged => tally.paid_damaged = paid.paid,
            }
            facts.push(Fact { of: of(paid.day, paid.department, None), tally });
        }
        Ok(facts)
    }

    pub(super) fn complaint_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<ComplaintTally>>, ServiceError> {
        let zone = span.centre.centre.time_zone;
        let today = DayClock::date_of(self.now(), zone);
        let standings = self.store().complaint_standings(span.centre.centre.id, &span.stretches)?;
        let fact = |it: crate::store::ComplaintStanding| {
            let answered_on = it.answered_at.map(|at| DayClock::date_of(at, zone));
            let tally = ComplaintTally {
                received: 1,
                answered: u64::from(answered_on.is_some()),
                in_time: u64::from(answered_on.is_some_and(|day| day <= it.due_on)),
                overdue: u64::from(answered_on.is_none() && today > it.due_on),
            };
            Fact { of: of(it.day, it.department, it.commune), tally }
        };
        Ok(standings.into_iter().map(fact).collect())
    }

    pub(super) fn load_facts(&self, span: &Span<'_>) -> Result<Vec<Fact<LoadTally>>, ServiceError> {
        let ridden = self.store().routes_ridden(span.centre.centre.id, (span.from, span.to))?;
        let fact = |route: crate::store::RouteRidden| {
            let mut fact = of_day(route.day, route.tally);
            fact.of.courier = Some(route.courier);
            fact
        };
        Ok(ridden.into_iter().map(fact).collect())
    }
}
