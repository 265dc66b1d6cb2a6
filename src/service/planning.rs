use std::{fmt, ops::ControlFlow};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::{Service, ServiceError, calendar::check_working_day, centres::fresh_centre, items::distinct};
use crate::{
    dispatch::{self, DayInput, DispatchError},
    domain::{CentreId, DayClock, Plan},
    store::StoreError,
};

/// Which of a day's plans is meant: it changes whenever the day is planned again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanVersion {
    /// How often the day has been planned.
    pub revision: u32,
    /// When it was planned.
    pub made_at: DateTime<Utc>,
}

impl fmt::Display for PlanVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.revision, self.made_at.timestamp_micros())
    }
}

impl From<&Plan> for PlanVersion {
    fn from(plan: &Plan) -> Self {
        Self { revision: plan.revision, made_at: plan.made_at }
    }
}

/// What the caller believes of a day's plan before it is made anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// Nothing: whatever plan there is gets replaced.
    #[default]
    Anything,
    /// There is a plan, whichever it is.
    SomePlan,
    /// There is none.
    NoPlan,
    /// It is one of these versions, written as [`PlanVersion`] writes itself.
    OneOf(Vec<String>),
}

impl Expected {
    pub(super) fn check(&self, date: NaiveDate, now: Option<PlanVersion>) -> Result<(), ServiceError> {
        let holds = match (self, now) {
            (Self::Anything, _) | (Self::SomePlan, Some(_)) | (Self::NoPlan, None) => true,
            (Self::OneOf(versions), Some(now)) => versions.contains(&now.to_string()),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let now = now.map_or_else(|| "there is none".to_owned(), |now| format!("it is at revision {}", now.revision));
        Err(ServiceError::PlanChanged { date, now })
    }
}

/// How far the making of a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanProgress {
    /// What is under way: `load`, a phase of the planning itself, or `store`.
    pub phase: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; zero where it is not known.
    pub total: u64,
}

/// A day to be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRequest {
    /// The day.
    pub date: NaiveDate,
    /// The same seed gives the same plan.
    pub seed: u64,
    /// What there must be before.
    pub expected: Expected,
}

impl Service {
    /// Refuses a request that cannot succeed: a day off, a day outside the calendar, a plan that has changed.
    pub(super) fn check_request(&self, request: &DayRequest) -> Result<CentreId, ServiceError> {
        let centre = self.centre()?;
        check_working_day(&centre.calendar, request.date)?;
        request.expected.check(request.date, self.plan_version(request.date)?)?;
        if self.store().live_state(centre.centre.id, request.date)?.closed.is_some() {
            return Err(ServiceError::DayClosed { date: request.date });
        }
        Ok(centre.centre.id)
    }

    /// Which plan of `date` is in force.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn plan_version(&self, date: NaiveDate) -> Result<Option<PlanVersion>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let from = self.store().plan_dates(centre, date.checked_sub_days(Days::new(1)), 1)?;
        Ok(from
            .into_iter()
            .find(|(planned, ..)| *planned == date)
            .map(|(_, revision, made_at)| PlanVersion { revision, made_at }))
    }

    /// Plans a day from what waits on it, and stores the plan once the checker has accepted it.
    ///
    /// `control` hears of progress and may stop the work; then nothing is stored.
    ///
    /// # Errors
    /// [`ServiceError::NotAWorkingDay`], [`ServiceError::PlanChanged`] when another plan was stored in between, and
    /// [`ServiceError::Cancelled`].
    pub fn plan_day(
        &self,
        request: &DayRequest,
        control: &mut dyn FnMut(&PlanProgress) -> ControlFlow<()>,
    ) -> Result<Plan, ServiceError> {
        let date = request.date;
        let centre = fresh_centre(self)?;
        let id = centre.centre.id;
        check_working_day(&centre.calendar, date)?;
        let previous = self.store().plan(id, date)?;
        request.expected.check(date, previous.as_ref().map(PlanVersion::from))?;

        if control(&PlanProgress { phase: "load", done: 0, total: 0 }).is_break() {
            return Err(ServiceError::Cancelled);
        }
        let clock = DayClock::new(date, centre.centre.time_zone);
        let begins = clock.at(NaiveTime::MIN);
        let ends = DayClock::new(date + Days::new(1), centre.centre.time_zone).at(NaiveTime::MIN);
        let items = self.store().waiting_items(id, ends, begins)?;
        let dossiers = self.store().dossiers(id, &distinct(items.iter().filter_map(|item| item.dossier_id)))?;
        let mut home_deliveries: Vec<_> = self.homes(&centre, &items)?.into_values().collect();
        home_deliveries.sort_by_key(|home| home.id);

        let input = DayInput {
            centre: &centre,
            date,
            items: &items,
            dossiers: &dossiers,
            home_deliveries: &home_deliveries,
            travel: self.travel(),
            previous: previous.as_ref(),
            seed: request.seed,
            made_at: self.now(),
        };
        let mut hear = |step: &dispatch::DayProgress| {
            control(&PlanProgress { phase: step.phase.as_str(), done: step.done, total: step.total })
        };
        let plan = dispatch::plan_day(&input, &mut self.ids(), &mut hear).map_err(|error| match error {
            DispatchError::Cancelled => ServiceError::Cancelled,
            other => ServiceError::Dispatch(other),
        })?;
        if control(&PlanProgress { phase: "store", done: 0, total: 0 }).is_break() {
            return Err(ServiceError::Cancelled);
        }
        self.store().save_plan(&plan, previous.map(|plan| plan.revision)).map_err(stored)?;
        self.inner.feed.stir();
        Ok(plan)
    }
}

/// What it means to the caller that a plan could not be stored.
pub(super) fn stored(error: StoreError) -> ServiceError {
    match error {
        StoreError::LostRace { date, found, .. } => ServiceError::PlanChanged {
            date,
            now: found.map_or_else(|| "there is none".into(), |found| format!("it is at revision {found}")),
        },
        StoreError::Closed { date } => ServiceError::DayClosed { date },
        other => other.into(),
    }
}
