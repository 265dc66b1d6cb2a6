use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::CentreId,
    store::{
        Store, StoreError,
        columns::{Id, Micros, unsigned},
        connection::on_backend,
        schema::plan_proposals,
    },
};

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalState {
    /// It waits for a decision.
    Open,
    /// It came into force.
    Accepted,
    /// It was put away.
    Discarded,
}

impl ProposalState {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Discarded => "discarded",
        }
    }
}

/// A plan that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProposal {
    /// Its id.
    pub id: Uuid,
    /// The centre.
    pub centre_id: CentreId,
    /// The day.
    pub date: NaiveDate,
    /// The revision that it is to replace.
    pub base_revision: u32,
    /// The version of the locks that it respects.
    pub locks_version: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// How it stands.
    pub state: ProposalState,
    /// What it answers to, as JSON.
    pub cause: String,
    /// What it changes, as JSON.
    pub difference: String,
    /// The plan, as JSON.
    pub plan: String,
    /// When it was decided.
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_proposals, treat_none_as_default_value = false)]
struct Row {
    centre_id: Id,
    id: Id,
    date: NaiveDate,
    base_revision: i64,
    locks_version: i64,
    made_at: Micros,
    state: String,
    cause: String,
    difference: String,
    plan: String,
    ended_at: Option<Micros>,
}

fn read(row: Row) -> Result<StoredProposal, StoreError> {
    const TABLE: &str = "plan_proposals";
    let states = [ProposalState::Open, ProposalState::Accepted, ProposalState::Discarded];
    let known = states.into_iter().find(|state| state.word() == row.state);
    let unknown = || StoreError::Corrupt { table: TABLE, problem: "a state that this release does not know".into() };
    Ok(StoredProposal {
        id: row.id.0,
        centre_id: row.centre_id.into(),
        date: row.date,
        base_revision: unsigned(TABLE, row.base_revision)?,
        locks_version: unsigned(TABLE, row.locks_version)?,
        made_at: row.made_at.into(),
        state: known.ok_or_else(unknown)?,
        cause: row.cause,
        difference: row.difference,
        plan: row.plan,
        ended_at: row.ended_at.map(DateTime::from),
    })
}

impl Store {
    /// Keeps a proposal.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the centre is not there.
    pub fn insert_proposal(&self, proposal: &StoredProposal) -> Result<(), StoreError> {
        let row = Row {
            centre_id: proposal.centre_id.into(),
            id: Id(proposal.id),
            date: proposal.date,
            base_revision: proposal.base_revision.into(),
            locks_version: proposal.locks_version.into(),
            made_at: proposal.made_at.into(),
            state: proposal.state.word().to_owned(),
            cause: proposal.cause.clone(),
            difference: proposal.difference.clone(),
            plan: proposal.plan.clone(),
            ended_at: proposal.ended_at.map(Micros::from),
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(plan_proposals::table).values(&row).execute(c))
                .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            Ok(())
        })
    }

    /// A proposal.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn proposal(&self, centre: CentreId, id: Uuid) -> Result<Option<StoredProposal>, StoreError> {
        let row: Option<Row> = self.read(|connection| {
            Ok(plan_proposals::table
                .find((Id::from(centre), Id(id)))
                .select(Row::as_select())
                .first(connection)
                .optional()?)
        })?;
        row.map(read).transpose()
    }

    /// The proposals for a day, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn proposals(&self, centre: CentreId, date: NaiveDate, limit: u32) -> Result<Vec<StoredProposal>, StoreError> {
        let rows: Vec<Row> = self.read(|connection| {
            Ok(plan_proposals::table
                .filter(plan_proposals::centre_id.eq(Id::from(centre)))
                .filter(plan_proposals::date.eq(date))
                .order((plan_proposals::made_at.desc(), plan_proposals::id.desc()))
                .limit(limit.into())
                .select(Row::as_select())
                .load(connection)?)
        })?;
        rows.into_iter().map(read).collect()
    }

    /// Puts a proposal away; answers whether it was open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn discard_proposal(&self, centre: CentreId, id: Uuid, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.write(|connection| {
            let open = plan_proposals::table.find((Id::from(centre), Id(id))).filter(plan_proposals::state.eq("open"));
            let ended = on_backend!(connection, |c| diesel::update(open)
                .set((plan_proposals::state.eq("discarded"), plan_proposals::ended_at.eq(Some(Micros::from(at)))))
                .execute(c))?;
            Ok(ended > 0)
        })
    }
}
