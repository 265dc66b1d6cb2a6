use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::{CentreId, Disruption, Lock, Plan},
    store::{
        Store, StoreError,
        account::note,
        columns::{Id, Micros, from_json, to_json, unsigned, without_nul},
        connection::{AnyConnection, on_backend},
        plan::{Prepared, lock_plan, refuse_closed},
        schema::{live_days, plan_proposals, plan_revisions},
    },
};

use super::super::AuditEntry;

/// What made a revision of a day's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// The whole day was planned.
    #[default]
    Planned,
    /// A proposal was accepted.
    Replanned,
    /// A dispatcher moved something.
    Moved,
    /// A revision was taken back.
    Undone,
}

impl OriginKind {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Replanned => "replanned",
            Self::Moved => "moved",
            Self::Undone => "undone",
        }
    }
}

/// Where a revision comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// What made it.
    pub kind: OriginKind,
    /// The revision to which undoing it leads back.
    pub parent: Option<u32>,
    /// Why rules were broken.
    pub reason: Option<String>,
}

/// How a day stands beside its plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveState {
    /// The revision that `origin` belongs to.
    pub revision: u32,
    /// Where it comes from.
    pub origin: Origin,
    /// What has upset the day.
    pub disruptions: Vec<Disruption>,
    /// What must stay.
    pub locks: BTreeSet<Lock>,
    /// How often the locks have changed.
    pub locks_version: u32,
    /// When the day was closed, and the report as JSON.
    pub closed: Option<(DateTime<Utc>, String)>,
}

/// A revision that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// The plan.
    pub plan: Plan,
    /// Where it came from.
    pub origin: Origin,
    /// What had upset the day.
    pub disruptions: Vec<Disruption>,
}

/// A plan that follows another on its day.
#[derive(Debug, Clone, Copy)]
pub struct Revision<'a> {
    /// What it replaces, and how that stood.
    pub before: (&'a Plan, &'a LiveState),
    /// The plan.
    pub after: &'a Plan,
    /// Where it comes from.
    pub origin: &'a Origin,
    /// What has upset the day, as far as the plan takes it in.
    pub disruptions: &'a [Disruption],
    /// The proposal that is accepted by it.
    pub proposal: Option<Uuid>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = live_days, treat_none_as_default_value = false, treat_none_as_null = true)]
struct DayRow {
    centre_id: Id,
    date: NaiveDate,
    revision: i64,
    origin: String,
    disruptions: String,
    locks: String,
    locks_version: i64,
    closed_at: Option<Micros>,
    report: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_revisions, treat_none_as_default_value = false)]
struct RevisionRow {
    centre_id: Id,
    date: NaiveDate,
    revision: i64,
    origin: String,
    disruptions: String,
    plan: String,
}

fn row_of(centre: CentreId, date: NaiveDate, state: &LiveState) -> DayRow {
    DayRow {
        centre_id: centre.into(),
        date,
        revision: state.revision.into(),
        origin: to_json(&state.origin),
        disruptions: to_json(&state.disruptions),
        locks: to_json(&state.locks),
        locks_version: state.locks_version.into(),
        closed_at: state.closed.as_ref().map(|(at, _)| (*at).into()),
        report: state.closed.as_ref().map(|(_, report)| report.clone()),
    }
}

fn put(connection: &mut AnyConnection, row: &DayRow) -> Result<(), StoreError> {
    on_backend!(connection, |c| diesel::insert_into(live_days::table)
        .values(row)
        .on_conflict((live_days::centre_id, live_days::date))
        .do_update()
        .set(row)
        .execute(c))
    .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
    Ok(())
}

fn state(connection: &mut AnyConnection, centre: Id, date: NaiveDate) -> Result<LiveState, StoreError> {
    let row: Option<DayRow> =
        live_days::table.find((centre, date)).select(DayRow::as_select()).first(connection).optional()?;
    let Some(row) = row else { return Ok(LiveState::default()) };
    Ok(LiveState {
        revision: unsigned("live_days", row.revision)?,
        origin: from_json("live_days", &row.origin)?,
        disruptions: from_json("live_days", &row.disruptions)?,
        locks: from_json("live_days", &row.locks)?,
        locks_version: unsigned("live_days", row.locks_version)?,
        closed: row.closed_at.map(DateTime::from).zip(row.report),
    })
}

impl Store {
    /// How a day stands; as if nothing had happened where nothing has.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn live_state(&self, centre: CentreId, date: NaiveDate) -> Result<LiveState, StoreError> {
        self.read(|connection| state(connection, centre.into(), date))
    }

    /// Replaces the locks of a day, unless they are at another version by now; answers their new version.
    ///
    /// # Errors
    /// [`StoreError::LocksChanged`] and [`StoreError::Closed`].
    pub fn put_locks(
        &self,
        centre: CentreId,
        date: NaiveDate,
        (seen, locks): (u32, &BTreeSet<Lock>),
        audit: &AuditEntry,
    ) -> Result<u32, StoreError> {
        self.write(|connection| {
            lock_plan(connection, centre.into(), date)?;
            refuse_closed(connection, centre.into(), date)?;
            let mut state = state(connection, centre.into(), date)?;
            if state.locks_version != seen {
                return Err(StoreError::LocksChanged { date, found: state.locks_version });
            }
            state.locks.clone_from(locks);
            state.locks_version += 1;
            put(connection, &row_of(centre, date, &state))?;
            note(connection, audit)?;
            Ok(state.locks_version)
        })
    }

    /// Stores a plan over the one that it follows, which is kept; with it the day's new state, the end of the proposal that it
    /// was, and a line in the audit log.
    ///
    /// # Errors
    /// [`StoreError::LostRace`] when another revision is in force, [`StoreError::LocksChanged`] when the locks are others by now,
    /// [`StoreError::Closed`] and [`StoreError::ProposalEnded`]. Nothing is changed then.
    pub fn save_revision(&self, revision: &Revision<'_>, audit: &AuditEntry) -> Result<(), StoreError> {
        let (before, old) = revision.before;
        let after = revision.after;
        let (centre, date) = (after.centre_id, after.date);
        if let Some(reason) = &revision.origin.reason {
            without_nul("reason", reason)?;
        }
        let prepared = Prepared::new(after, before.revision)?;
        let archived = RevisionRow {
            centre_id: centre.into(),
            date,
            revision: before.revision.into(),
            origin: to_json(&old.origin),
            disruptions: to_json(&old.disruptions),
            plan: to_json(before),
        };
        self.write(|connection| {
            prepared.replace(connection, before.revision)?;
            let found = state(connection, centre.into(), date)?;
            if found.locks_version != old.locks_version {
                return Err(StoreError::LocksChanged { date, found: found.locks_version });
            }
            on_backend!(connection, |c| diesel::insert_into(plan_revisions::table)
                .values(&archived)
                .on_conflict((plan_revisions::centre_id, plan_revisions::date, plan_revisions::revision))
                .do_nothing()
                .execute(c))?;
            let new = LiveState {
                revision: after.revision,
                origin: revision.origin.clone(),
                disruptions: revision.disruptions.to_vec(),
                ..found
            };
            put(connection, &row_of(centre, date, &new))?;
            if let Some(id) = revision.proposal {
                let open =
                    plan_proposals::table.find((Id::from(centre), Id(id))).filter(plan_proposals::state.eq("open"));
                let ended = on_backend!(connection, |c| diesel::update(open)
                    .set((
                        plan_proposals::state.eq("accepted"),
                        plan_proposals::ended_at.eq(Some(Micros::from(after.made_at))),
                    ))
                    .execute(c))?;
                if ended == 0 {
                    return Err(StoreError::ProposalEnded { id });
                }
            }
            note(connection, audit)?;
            prepared.tell(connection)
        })
    }

    /// A revision of a day's plan that was replaced, where it is kept.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn archived_plan(
        &self,
        centre: CentreId,
        date: NaiveDate,
        revision: u32,
    ) -> Result<Option<Archived>, StoreError> {
        let row: Option<RevisionRow> = self.read(|connection| {
            Ok(plan_revisions::table
                .find((Id::from(centre), date, i64::from(revision)))
                .select(RevisionRow::as_select())
                .first(connection)
                .optional()?)
        })?;
        row.map(|row| {
            Ok(Archived {
                plan: from_json("plan_revisions", &row.plan)?,
                origin: from_json("plan_revisions", &row.origin)?,
                disruptions: from_json("plan_revisions", &row.disruptions)?,
            })
        })
        .transpose()
    }

    /// Closes a day: nothing of it changes any more.
    ///
    /// # Errors
    /// [`StoreError::LostRace`] when another revision is in force, and [`StoreError::Closed`] when it is closed already.
    pub fn close_day(
        &self,
        plan: &Plan,
        (at, report): (DateTime<Utc>, &str),
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let (centre, date) = (plan.centre_id, plan.date);
        self.write(|connection| {
            let found = lock_plan(connection, centre.into(), date)?;
            if found != Some(plan.revision) {
                return Err(StoreError::LostRace { date, expected: Some(plan.revision), found });
            }
            refuse_closed(connection, centre.into(), date)?;
            let mut state = state(connection, centre.into(), date)?;
            state.closed = Some((at, report.to_owned()));
            put(connection, &row_of(centre, date, &state))?;
            note(connection, audit)
        })
    }
}
