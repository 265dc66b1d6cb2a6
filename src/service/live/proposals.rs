use std::ops::ControlFlow;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    NamedCause,
    standing::{search_time, timed},
};
use crate::{
    dispatch::{
        DayInput, DispatchError,
        replan::{self, Difference, ReplanOrder},
    },
    domain::{Disruption, LegCarrier, Plan},
    service::{Actor, Expected, PlanVersion, Service, ServiceError, access::Done},
    store::{Origin, OriginKind, ProposalState, Revision, StoreError, StoredProposal},
};

/// A plan that is proposed for the rest of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalView {
    /// Its id.
    pub id: Uuid,
    /// The day.
    pub date: NaiveDate,
    /// The revision that it is to replace.
    pub base_revision: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// How it stands.
    pub state: ProposalState,
    /// What it answers to.
    pub cause: Disruption,
    /// What it changes.
    pub difference: Difference,
    /// When it was decided.
    pub ended_at: Option<DateTime<Utc>>,
}

fn corrupt(error: &serde_json::Error) -> ServiceError {
    ServiceError::Store(StoreError::Corrupt { table: "plan_proposals", problem: error.to_string() })
}

impl TryFrom<&StoredProposal> for ProposalView {
    type Error = ServiceError;
    fn try_from(stored: &StoredProposal) -> Result<Self, ServiceError> {
        Ok(Self {
            id: stored.id,
            date: stored.date,
            base_revision: stored.base_revision,
            made_at: stored.made_at,
            state: stored.state,
            cause: serde_json::from_str(&stored.cause).map_err(|error| corrupt(&error))?,
            difference: serde_json::from_str(&stored.difference).map_err(|error| corrupt(&error))?,
            ended_at: stored.ended_at,
        })
    }
}

impl Service {
    /// Plans the rest of a day after something has upset it, and proposes that: nothing is changed yet.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`], [`ServiceError::DayClosed`], [`ServiceError::PlanChanged`], [`ServiceError::Invalid`] for a
    /// cause that names what is not there, [`ServiceError::Overtaken`] for a run that has left.
    pub fn propose_replan(
        &self,
        date: NaiveDate,
        expected: &Expected,
        cause: &NamedCause,
    ) -> Result<ProposalView, ServiceError> {
        let centre = self.centre()?;
        let cause = self.resolve_cause(&centre, &self.stored_plan(date)?, cause)?;
        let urgent = match cause {
            Disruption::UrgentItem { item_id } => Some(item_id),
            _ => None,
        };
        let standing = self.standing(date, expected, urgent)?;
        if let Disruption::RunCancelled { run_id } | Disruption::RunLate { run_id, .. } = cause {
            let mut routes =
                standing.live.routes.iter().filter(|route| route.carrier == LegCarrier::Run(run_id)).peekable();
            if routes.peek().is_some() && routes.all(|route| route.has_left) {
                return Err(ServiceError::Overtaken { what: "the run has left already".into() });
            }
        }
        let mut disruptions = standing.state.disruptions.clone();
        // What is told again of the same run replaces what was told.
        disruptions.retain(|known| match (known, &cause) {
            (Disruption::RunLate { run_id: known, .. }, Disruption::RunLate { run_id, .. }) => known != run_id,
            (known, cause) => known != cause,
        });
        disruptions.push(cause.clone());
        let input = DayInput { made_at: self.now(), ..standing.planned.input(self, &standing.centre, &standing.plan) };
        let order = ReplanOrder { live: &standing.live, locks: &standing.state.locks, disruptions: &disruptions };
        let mut solver = timed(search_time(input.items.len()));
        let mut go_on = |_: &crate::dispatch::DayProgress| ControlFlow::Continue(());
        let plan =
            replan::replan(&input, &order, &mut self.ids(), &mut go_on, &mut solver).map_err(ServiceError::Dispatch)?;
        let difference = replan::difference(&input, &standing.plan, &plan);
        let stored = StoredProposal {
            id: self.fresh_uuid(),
            centre_id: standing.plan.centre_id,
            date,
            base_revision: standing.plan.revision,
            locks_version: standing.state.locks_version,
            made_at: input.made_at,
            state: ProposalState::Open,
            cause: json!(cause).to_string(),
            difference: json!(difference).to_string(),
            plan: json!(plan).to_string(),
            ended_at: None,
        };
        self.store().insert_proposal(&stored)?;
        ProposalView::try_from(&stored)
    }

    fn stored_proposal(&self, date: NaiveDate, id: Uuid) -> Result<StoredProposal, ServiceError> {
        let centre = self.centre()?.centre.id;
        let found = self.store().proposal(centre, id)?.filter(|proposal| proposal.date == date);
        found.ok_or_else(|| ServiceError::not_found("proposal for that day", &id))
    }

    /// A proposal.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn proposal(&self, date: NaiveDate, id: Uuid) -> Result<ProposalView, ServiceError> {
        ProposalView::try_from(&self.stored_proposal(date, id)?)
    }

    /// The proposals for a day, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn proposals(&self, date: NaiveDate, limit: u32) -> Result<Vec<ProposalView>, ServiceError> {
        let centre = self.centre()?.centre.id;
        self.store().proposals(centre, date, limit)?.iter().map(ProposalView::try_from).collect()
    }

    /// Puts a proposal into force as the next revision of the plan, if nothing has overtaken it.
    ///
    /// # Errors
    /// [`ServiceError::PlanChanged`] when the plan is another one than the caller has seen or the proposal was made for,
    /// [`ServiceError::Overtaken`] when it would undo what was done since, [`ServiceError::LocksChanged`],
    /// [`ServiceError::ProposalEnded`] and [`ServiceError::DayClosed`].
    pub fn accept_proposal(
        &self,
        actor: &Actor,
        date: NaiveDate,
        id: Uuid,
        expected: &Expected,
    ) -> Result<PlanVersion, ServiceError> {
        let stored = self.stored_proposal(date, id)?;
        if stored.state != ProposalState::Open {
            return Err(ServiceError::ProposalEnded { id });
        }
        let mut plan: Plan = serde_json::from_str(&stored.plan).map_err(|error| corrupt(&error))?;
        let cause: Disruption = serde_json::from_str(&stored.cause).map_err(|error| corrupt(&error))?;
        let urgent = match cause {
            Disruption::UrgentItem { item_id } => Some(item_id),
            _ => None,
        };
        let standing = self.standing(date, expected, urgent)?;
        if standing.plan.revision != stored.base_revision {
            let now = format!(
                "it is at revision {}, the proposal was made for {}",
                standing.plan.revision, stored.base_revision
            );
            return Err(ServiceError::PlanChanged { date, now });
        }
        if standing.state.locks_version != stored.locks_version {
            return Err(ServiceError::LocksChanged { date, version: standing.state.locks_version });
        }
        plan.made_at = self.now();
        replan::check(&standing.plan, &plan, &standing.live, &standing.state.locks).map_err(overtaken)?;
        let mut disruptions = standing.state.disruptions.clone();
        disruptions.retain(|known| match (known, &cause) {
            (Disruption::RunLate { run_id: known, .. }, Disruption::RunLate { run_id, .. }) => known != run_id,
            (known, cause) => known != cause,
        });
        disruptions.push(cause);
        let origin = Origin { kind: OriginKind::Replanned, parent: Some(standing.plan.revision), reason: None };
        let revision = Revision {
            before: (&standing.plan, &standing.state),
            after: &plan,
            origin: &origin,
            disruptions: &disruptions,
            proposal: Some(id),
        };
        let done = Done {
            act: "proposal_accepted",
            kind: "plan",
            id: date.to_string(),
            before: Some(json!({ "revision": standing.plan.revision })),
            after: Some(json!({ "revision": plan.revision, "proposal": id })),
        };
        self.store_revision(&revision, done, actor)?;
        Ok(PlanVersion::from(&plan))
    }

    /// Puts a proposal away.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] and [`ServiceError::ProposalEnded`].
    pub fn discard_proposal(&self, date: NaiveDate, id: Uuid) -> Result<(), ServiceError> {
        let stored = self.stored_proposal(date, id)?;
        if self.store().discard_proposal(stored.centre_id, id, self.now())? {
            Ok(())
        } else {
            Err(ServiceError::ProposalEnded { id })
        }
    }
}

/// A plan that was sound when it was made is refused for what has happened since.
pub(super) fn overtaken(error: DispatchError) -> ServiceError {
    match error {
        DispatchError::Refused(what) => ServiceError::Overtaken { what },
        other => ServiceError::Dispatch(other),
    }
}
