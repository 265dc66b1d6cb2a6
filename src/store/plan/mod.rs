//! Plans: one for each centre and day, replaced whole.
//!
//! A plan's parts are rows numbered in the plan's own order, so that it is read back as it was saved. Saving tells which
//! revision it replaces; of two who replace the same one, the second loses.

mod read;
mod rows;
mod save;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;

pub(super) use save::{Prepared, delete_plans, lock_plan, refuse_closed};

use super::{
    Store, StoreError,
    columns::{Id, Micros, unsigned},
    schema::{plan_routes, plan_runs, plans},
};
use crate::domain::{CentreId, RoundId, RouteId, RunId};

impl Store {
    /// The revision of the plan of a day, where there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn plan_revision(&self, centre: CentreId, date: NaiveDate) -> Result<Option<u32>, StoreError> {
        self.read(|connection| {
            let revision: Option<i64> =
                plans::table.find((Id::from(centre), date)).select(plans::revision).first(connection).optional()?;
            revision.map(|revision| unsigned("plans", revision)).transpose()
        })
    }

    /// The days with a plan that come after `after`, in order, at most `limit`: each with its revision and the time it
    /// was made.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn plan_dates(
        &self,
        centre: CentreId,
        after: Option<NaiveDate>,
        limit: u32,
    ) -> Result<Vec<(NaiveDate, u32, DateTime<Utc>)>, StoreError> {
        self.read(|connection| {
            let mut query = plans::table
                .filter(plans::centre_id.eq(Id::from(centre)))
                .select((plans::date, plans::revision, plans::made_at))
                .into_boxed();
            if let Some(after) = after {
                if after.year() > 9_999 {
                    return Ok(Vec::new());
                }
                query = query.filter(plans::date.gt(after));
            }
            let rows: Vec<(NaiveDate, i64, Micros)> = query.order(plans::date).limit(limit.into()).load(connection)?;
            rows.into_iter().map(|(date, revision, at)| Ok((date, unsigned("plans", revision)?, at.into()))).collect()
        })
    }

    /// The centre and day of a planned run.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn date_of_run(&self, run: RunId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        self.read(|connection| {
            let found: Option<(Id, NaiveDate)> = plan_runs::table
                .filter(plan_runs::id.eq(Id::from(run)))
                .select((plan_runs::centre_id, plan_runs::date))
                .first(connection)
                .optional()?;
            Ok(found.map(|(centre, date)| (centre.into(), date)))
        })
    }

    /// The centre and day of a planned round.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn date_of_round(&self, round: RoundId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        self.read(|connection| {
            let found: Option<(Id, NaiveDate)> = plan_routes::table
                .filter(plan_routes::round_id.eq(Id::from(round)))
                .select((plan_routes::centre_id, plan_routes::date))
                .first(connection)
                .optional()?;
            Ok(found.map(|(centre, date)| (centre.into(), date)))
        })
    }

    /// The centre and day of a planned route.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn date_of_route(&self, route: RouteId) -> Result<Option<(CentreId, NaiveDate)>, StoreError> {
        self.read(|connection| {
            let found: Option<(Id, NaiveDate)> = plan_routes::table
                .filter(plan_routes::id.eq(Id::from(route)))
                .select((plan_routes::centre_id, plan_routes::date))
                .first(connection)
                .optional()?;
            Ok(found.map(|(centre, date)| (centre.into(), date)))
        })
    }
}
