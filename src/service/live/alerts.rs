use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::positions::positions_kept_from;
use crate::{
    dispatch::live::AlertDetail,
    domain::DayClock,
    service::{DayPlan, Service, ServiceError},
    store::{RaisedCause, StoreError, StoredAlert},
};

/// Something that was noticed, with the plan whose parts it names.
#[derive(Debug, Clone)]
pub struct AlertView {
    /// Its id.
    pub id: Uuid,
    /// Its day.
    pub date: NaiveDate,
    /// What it is about.
    pub detail: AlertDetail,
    /// When it was first noticed.
    pub raised_at: DateTime<Utc>,
    /// When it was no longer so.
    pub ended_at: Option<DateTime<Utc>>,
}

impl TryFrom<StoredAlert> for AlertView {
    type Error = ServiceError;
    fn try_from(stored: StoredAlert) -> Result<Self, ServiceError> {
        let detail = serde_json::from_str(&stored.detail).map_err(|error| {
            ServiceError::Store(StoreError::Corrupt { table: "alerts", problem: error.to_string() })
        })?;
        Ok(Self { id: stored.id, date: stored.date, detail, raised_at: stored.raised_at, ended_at: stored.ended_at })
    }
}

impl Service {
    /// Looks at the present day: keeps and tells what a dispatcher should know, and deletes the positions that are no longer
    /// kept. Does nothing when the day is not planned.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn watch_day(&self) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        self.store().delete_positions(centre.centre.id, positions_kept_from(&centre, now))?;
        let today = DayClock::date_of(now, centre.centre.time_zone);
        let Some(plan) = self.store().plan(centre.centre.id, today)? else { return Ok(()) };
        let live = self.look_at_day(&plan)?;
        let raised: Vec<RaisedCause> = live
            .alerts
            .iter()
            .map(|alert| RaisedCause {
                id: self.fresh_uuid(),
                cause: alert.cause.clone(),
                kind: alert.detail.word().to_owned(),
                detail: serde_json::json!(alert.detail).to_string(),
            })
            .collect();
        if self.store().keep_alerts(centre.centre.id, today, &raised, now)? > 0 {
            self.stir_feed();
        }
        Ok(())
    }

    /// The alerts of a day, newest first, at most `limit`, with the plan whose parts they name.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn alerts(
        &self,
        date: Option<NaiveDate>,
        open: Option<bool>,
        limit: u32,
    ) -> Result<(DayPlan, Vec<AlertView>), ServiceError> {
        let centre = self.centre()?;
        let today = DayClock::date_of(self.now(), centre.centre.time_zone);
        let date = date.unwrap_or(today);
        if date == today {
            self.watch_day()?;
        }
        let day = self.day_plan(date)?;
        let stored = self.store().alerts(centre.centre.id, date, open, limit)?;
        Ok((day, stored.into_iter().map(AlertView::try_from).collect::<Result<_, _>>()?))
    }
}
