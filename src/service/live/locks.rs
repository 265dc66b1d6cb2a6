use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::standing::changed;
use crate::{
    domain::Lock,
    service::{Actor, FieldProblem, Service, ServiceError, access::Done},
};

/// Locks of one day at most.
const LOCKS_MAX: usize = 5_000;

/// What must stay on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLocks {
    /// The day.
    pub date: NaiveDate,
    /// The locks.
    pub locks: BTreeSet<Lock>,
    /// How often they have changed.
    pub version: u32,
}

impl Service {
    /// What must stay on a day.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn locks(&self, date: NaiveDate) -> Result<DayLocks, ServiceError> {
        let (_, state) = self.plan_and_state(date)?;
        Ok(DayLocks { date, locks: state.locks, version: state.locks_version })
    }

    /// Replaces what must stay on a day. `seen` says which versions the caller may have seen; `None` is any.
    ///
    /// # Errors
    /// [`ServiceError::LocksChanged`], [`ServiceError::DayClosed`], and [`ServiceError::Invalid`] for a lock on what the plan does
    /// not have.
    pub fn put_locks(
        &self,
        actor: &Actor,
        date: NaiveDate,
        seen: Option<&[String]>,
        locks: Vec<Lock>,
    ) -> Result<DayLocks, ServiceError> {
        let (plan, state) = self.plan_and_state(date)?;
        if state.closed.is_some() {
            return Err(ServiceError::DayClosed { date });
        }
        if seen.is_some_and(|seen| !seen.contains(&format!("locks-{}", state.locks_version))) {
            return Err(ServiceError::LocksChanged { date, version: state.locks_version });
        }
        if locks.len() > LOCKS_MAX {
            let problem = FieldProblem::new("locks", format!("expected at most {LOCKS_MAX}"));
            return Err(ServiceError::Invalid(vec![problem]));
        }
        let exists = |lock: &Lock| match lock {
            Lock::Run(id) => plan.runs.iter().any(|run| run.id == *id),
            Lock::Round(id) => plan.rounds.iter().any(|round| round.id == *id),
            Lock::Route(id) => plan.routes().any(|(_, route)| route.id == *id),
            Lock::Stop(id) => plan.routes().any(|(_, route)| route.stops.iter().any(|stop| stop.id == *id)),
        };
        let unknown: Vec<FieldProblem> = locks
            .iter()
            .enumerate()
            .filter(|(_, lock)| !exists(lock))
            .map(|(n, _)| FieldProblem::new(format!("locks/{n}"), "the plan in force has nothing with this id"))
            .collect();
        if !unknown.is_empty() {
            return Err(ServiceError::Invalid(unknown));
        }
        let locks: BTreeSet<Lock> = locks.into_iter().collect();
        let done = Done {
            act: "locks_changed",
            kind: "plan",
            id: date.to_string(),
            before: Some(json!({ "locks": state.locks.len() })),
            after: Some(json!({ "locks": locks.len() })),
        };
        let audit = self.audit_entry(plan.centre_id, actor, done);
        let version = self
            .store()
            .put_locks(plan.centre_id, date, (state.locks_version, &locks), &audit)
            .map_err(|error| changed(date, error))?;
        Ok(DayLocks { date, locks, version })
    }
}
