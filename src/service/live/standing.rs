//! What a dispatcher's change begins with: the plan in force, how the day stands, and what was seen.

use std::{
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{Days, NaiveDate, NaiveTime};

use super::view::PlannedItems;
use crate::{
    dispatch::live::{LiveDay, live_day},
    domain::{CentreData, DayClock, ItemId, Plan},
    planner::{self, Problem, SearchOptions, Solution, SolveOptions},
    service::{Expected, PlanVersion, Service, ServiceError, planning::stored, plans::items_of},
    store::{LiveState, Origin, Revision, StoreError},
};

use super::super::access::Done;

/// A day before a change.
pub(super) struct Standing {
    pub(super) centre: Arc<CentreData>,
    pub(super) plan: Plan,
    pub(super) state: LiveState,
    pub(super) planned: PlannedItems,
    pub(super) live: LiveDay,
}

impl Service {
    /// The plan in force with the day's state. What was said of an older revision no longer holds when the whole day was
    /// planned anew, but for what has upset the day, and the locks.
    pub(super) fn plan_and_state(&self, date: NaiveDate) -> Result<(Plan, LiveState), ServiceError> {
        let plan = self.stored_plan(date)?;
        let mut state = self.store().live_state(plan.centre_id, date)?;
        if state.revision != plan.revision {
            state.revision = plan.revision;
            state.origin = Origin::default();
        }
        Ok((plan, state))
    }

    /// The day before a change, with the items that the plan names, those that wait besides, and `also`.
    pub(super) fn standing(
        &self,
        date: NaiveDate,
        expected: &Expected,
        also: Option<ItemId>,
    ) -> Result<Standing, ServiceError> {
        let centre = self.centre()?;
        let (plan, state) = self.plan_and_state(date)?;
        expected.check(date, Some(PlanVersion::from(&plan)))?;
        if state.closed.is_some() {
            return Err(ServiceError::DayClosed { date });
        }
        let clock = DayClock::new(date, centre.centre.time_zone);
        let begins = clock.at(NaiveTime::MIN);
        let ends = DayClock::new(date + Days::new(1), centre.centre.time_zone).at(NaiveTime::MIN);
        let waiting = self.store().waiting_items(centre.centre.id, ends, begins)?;
        let mut ids = items_of(&plan);
        ids.extend(waiting.into_iter().map(|item| item.id));
        ids.extend(also);
        let planned = self.planned_items(ids)?;
        let facts = self.day_facts(&centre, &plan, &planned.items)?;
        let live = live_day(&planned.input(self, &centre, &plan), &facts).map_err(ServiceError::Dispatch)?;
        Ok(Standing { centre, plan, state, planned, live })
    }

    /// Stores a revision with its line in the audit log, and tells of it.
    pub(super) fn store_revision(
        &self,
        revision: &Revision<'_>,
        done: Done<'_>,
        actor: &crate::service::Actor,
    ) -> Result<(), ServiceError> {
        let date = revision.after.date;
        let audit = self.audit_entry(revision.after.centre_id, actor, done);
        self.store().save_revision(revision, &audit).map_err(|error| changed(date, error))?;
        self.stir_feed();
        Ok(())
    }
}

/// What a lost race means to the caller.
pub(super) fn changed(date: NaiveDate, error: StoreError) -> ServiceError {
    match error {
        StoreError::LocksChanged { found, .. } => ServiceError::LocksChanged { date, version: found },
        StoreError::ProposalEnded { id } => ServiceError::ProposalEnded { id },
        other => stored(other),
    }
}

/// How long the engine may search for the rest of a day: so that a centre's usual day is answered within two seconds, and one
/// of twenty times that within ten, reading and storing included.
pub(super) fn search_time(items: usize) -> Duration {
    let millis = 500 + u64::try_from(items).unwrap_or(u64::MAX).saturating_mul(3) / 10;
    Duration::from_millis(millis.min(4_000))
}

/// Solves within a time that all problems of a day share: each may take half of what is left.
pub(super) fn timed(whole: Duration) -> impl FnMut(&Problem, &SolveOptions, &mut planner::Control<'_>) -> Solution {
    let begun = Instant::now();
    move |problem, options, control| {
        let slice = whole.saturating_sub(begun.elapsed()) / 2;
        let started = Instant::now();
        let search = SearchOptions { seed: options.seed, ..SearchOptions::default() };
        planner::search(problem, &search, &mut |progress| {
            if control(progress).is_break() {
                return ControlFlow::Break(());
            }
            if progress.phase != planner::Phase::Improve {
                return ControlFlow::Continue(0.0);
            }
            let by_time = started.elapsed().as_secs_f64() / slice.as_secs_f64().max(1e-6);
            #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
            let by_count = progress.done as f64 / options.iterations.max(1) as f64;
            ControlFlow::Continue(by_time.max(by_count).min(1.0))
        })
    }
}
