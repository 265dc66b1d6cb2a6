use chrono::NaiveDate;
use serde_json::json;

use crate::{
    dispatch::{
        by_hand::{BrokenRule, Move, evaluate},
        replan::{self, Difference, ReplanOrder},
    },
    domain::{PlanId, Unassigned, UnassignedReason},
    service::{Actor, Expected, FieldProblem, PlanVersion, Service, ServiceError, access::Done},
    store::{Origin, OriginKind, Revision},
};

/// The longest reason, characters.
const REASON_CHARS_MAX: usize = 500;

/// What a move by hand would do, or has done.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveAnswer {
    /// What changes.
    pub difference: Difference,
    /// The rules that it breaks.
    pub broken: Vec<BrokenRule>,
    /// The plan that has it, where it was made.
    pub version: Option<PlanVersion>,
}

impl Service {
    /// What a move by hand would do; nothing is changed.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`], [`ServiceError::DayClosed`], [`ServiceError::PlanChanged`], and [`ServiceError::Dispatch`] for
    /// what is impossible.
    pub fn try_move(&self, date: NaiveDate, expected: &Expected, change: &Move) -> Result<MoveAnswer, ServiceError> {
        self.move_by_hand(date, expected, change, None)
    }

    /// Makes a move by hand. Where it breaks rules it needs a reason, which the audit log keeps.
    ///
    /// # Errors
    /// Those of [`Self::try_move`], [`ServiceError::RulesBroken`] without a reason.
    pub fn make_move(
        &self,
        actor: &Actor,
        date: NaiveDate,
        expected: &Expected,
        change: &Move,
        reason: Option<&str>,
    ) -> Result<MoveAnswer, ServiceError> {
        self.move_by_hand(date, expected, change, Some((actor, reason)))
    }

    fn move_by_hand(
        &self,
        date: NaiveDate,
        expected: &Expected,
        change: &Move,
        made: Option<(&Actor, Option<&str>)>,
    ) -> Result<MoveAnswer, ServiceError> {
        let also = match change {
            Move::ItemToRun { item_id, .. } => Some(*item_id),
            _ => None,
        };
        let standing = self.standing(date, expected, also)?;
        let input = standing.planned.input(self, &standing.centre, &standing.plan);
        let order = ReplanOrder {
            live: &standing.live,
            locks: &standing.state.locks,
            disruptions: &standing.state.disruptions,
        };
        let found = evaluate(&input, &order, change, &mut self.ids()).map_err(ServiceError::Dispatch)?;
        let mut answer = MoveAnswer { difference: found.difference, broken: found.broken, version: None };
        let Some((actor, reason)) = made else { return Ok(answer) };
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
        if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARS_MAX || reason.contains('\0')) {
            let problem = format!("expected at most {REASON_CHARS_MAX} characters");
            return Err(ServiceError::Invalid(vec![FieldProblem::new("reason", problem)]));
        }
        if !answer.broken.is_empty() && reason.is_none() {
            return Err(ServiceError::RulesBroken { rules: answer.broken });
        }
        let origin =
            Origin { kind: OriginKind::Moved, parent: Some(standing.plan.revision), reason: reason.map(str::to_owned) };
        let revision = Revision {
            before: (&standing.plan, &standing.state),
            after: &found.plan,
            origin: &origin,
            disruptions: &standing.state.disruptions,
            proposal: None,
        };
        let codes: Vec<&str> = answer.broken.iter().map(|rule| rule.code.as_str()).collect();
        let done = Done {
            act: if codes.is_empty() { "plan_moved" } else { "plan_move_forced" },
            kind: "plan",
            id: date.to_string(),
            before: Some(json!({ "revision": standing.plan.revision })),
            after: Some(json!({
                "revision": found.plan.revision, "move": change, "broken": codes, "reason": reason,
            })),
        };
        self.store_revision(&revision, done, actor)?;
        answer.version = Some(PlanVersion::from(&found.plan));
        Ok(answer)
    }

    /// Takes the last change of the day back: the plan before it comes into force again, as a new revision.
    ///
    /// # Errors
    /// [`ServiceError::NothingToUndo`], [`ServiceError::Overtaken`] when what was done since does not fit the plan before,
    /// [`ServiceError::PlanChanged`] and [`ServiceError::DayClosed`].
    pub fn undo(&self, actor: &Actor, date: NaiveDate, expected: &Expected) -> Result<PlanVersion, ServiceError> {
        let standing = self.standing(date, expected, None)?;
        let nothing = || ServiceError::NothingToUndo { date };
        let parent = standing.state.origin.parent.ok_or_else(nothing)?;
        let archived = self.store().archived_plan(standing.plan.centre_id, date, parent)?.ok_or_else(nothing)?;
        let mut plan = archived.plan;
        plan.revision = standing.plan.revision + 1;
        plan.made_at = self.now();
        plan.id = PlanId::new(&mut self.ids());
        // What came since then was not in the plan before; it waits.
        let known = crate::service::plans::items_of(&plan);
        for item_id in crate::service::plans::items_of(&standing.plan) {
            let arrived = standing.live.item(item_id).is_some_and(|item| item.has_arrived);
            if known.binary_search(&item_id).is_err() && !plan.continues.contains(&item_id) && !arrived {
                plan.unassigned.push(Unassigned { item_id, reason: UnassignedReason::CameLater });
            }
        }
        plan.unassigned.sort_by_key(|unassigned| unassigned.item_id);
        replan::check(&standing.plan, &plan, &standing.live, &standing.state.locks)
            .map_err(super::proposals::overtaken)?;
        let origin = Origin { kind: OriginKind::Undone, parent: archived.origin.parent, reason: None };
        let revision = Revision {
            before: (&standing.plan, &standing.state),
            after: &plan,
            origin: &origin,
            disruptions: &archived.disruptions,
            proposal: None,
        };
        let done = Done {
            act: "plan_undone",
            kind: "plan",
            id: date.to_string(),
            before: Some(json!({ "revision": standing.plan.revision })),
            after: Some(json!({ "revision": plan.revision, "as": parent })),
        };
        self.store_revision(&revision, done, actor)?;
        Ok(PlanVersion::from(&plan))
    }
}
