use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;

use super::{ItemDetail, PlanVersion, Service, ServiceError, items::distinct};
use crate::domain::{
    CentreData, HomeDelivery, HomeDeliveryId, ItemId, Place, Plan, PlannedRound, PlannedRun, RoundId, Route, RouteId,
    RunId, SiteId,
};

/// A day's plan with what it refers to.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// The plan.
    pub plan: Arc<Plan>,
    items: HashMap<ItemId, ItemDetail>,
    homes: HashMap<HomeDeliveryId, HomeDelivery>,
}

/// A day that has been planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanDate {
    /// The day.
    pub date: NaiveDate,
    /// Its plan's version.
    pub version: PlanVersion,
}

/// Everything that names items in a plan.
fn items_of(plan: &Plan) -> Vec<ItemId> {
    let carried = plan.routes().flat_map(|(_, route)| items_of_route(route));
    let left_out = plan.unassigned.iter().map(|unassigned| unassigned.item_id);
    distinct(carried.chain(left_out).collect::<Vec<_>>().into_iter())
}

fn items_of_route(route: &Route) -> Vec<ItemId> {
    distinct(route.stops.iter().flat_map(|stop| stop.load.iter().chain(&stop.unload).copied()))
}

impl DayPlan {
    /// An item that the plan names; `None` when it was not looked up or is gone.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&ItemDetail> {
        self.items.get(&id)
    }

    /// The home behind a stop.
    #[must_use]
    pub fn home(&self, id: HomeDeliveryId) -> Option<&HomeDelivery> {
        self.homes.get(&id)
    }

    /// Whether the plan carries synthetic items.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.items.values().any(|detail| detail.item.synthetic)
    }

    /// A place's name: an office's, or for a home its commune's.
    #[must_use]
    pub fn place_name(&self, place: Place) -> String {
        match place {
            Place::Site(id) => self.site_name(id),
            Place::Home(id) => self
                .home(id)
                .and_then(|home| self.centre.commune(&home.commune_code, self.plan.date))
                .map_or_else(|| "?".to_owned(), |commune| commune.name.clone()),
        }
    }

    /// A site's name.
    #[must_use]
    pub fn site_name(&self, id: SiteId) -> String {
        self.centre.site(id).map_or_else(|| "?".to_owned(), |site| site.name.clone())
    }

    /// A run of the plan.
    #[must_use]
    pub fn run(&self, id: RunId) -> Option<&PlannedRun> {
        self.plan.runs.iter().find(|run| run.id == id)
    }

    /// A round of the plan.
    #[must_use]
    pub fn round(&self, id: RoundId) -> Option<&PlannedRound> {
        self.plan.rounds.iter().find(|round| round.id == id)
    }

    /// A route of the plan.
    #[must_use]
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.plan.routes().map(|(_, route)| route).find(|route| route.id == id)
    }
}

impl Service {
    /// The days that have been planned after `after`, in order.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn plan_dates(&self, after: Option<NaiveDate>, limit: u32) -> Result<Vec<PlanDate>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let rows = self.store().plan_dates(centre, after, limit)?;
        let dates = rows
            .into_iter()
            .map(|(date, revision, made_at)| PlanDate { date, version: PlanVersion { revision, made_at } });
        Ok(dates.collect())
    }

    /// The plan of a day with everything that it names.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn day_plan(&self, date: NaiveDate) -> Result<DayPlan, ServiceError> {
        let plan = self.stored_plan(date)?;
        let items = items_of(&plan);
        self.detail_plan(plan, &items)
    }

    /// The plan that has this run, with what the run's routes name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_run(&self, id: RunId) -> Result<DayPlan, ServiceError> {
        let found = self.store().date_of_run(id)?;
        self.plan_with(found, "run", id, |plan| {
            let run = plan.runs.iter().find(|run| run.id == id)?;
            Some(run.routes.iter().flat_map(items_of_route).collect())
        })
    }

    /// The plan that has this round, with what the round's route names.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_round(&self, id: RoundId) -> Result<DayPlan, ServiceError> {
        let found = self.store().date_of_round(id)?;
        self.plan_with(found, "round", id, |plan| {
            plan.rounds.iter().find(|round| round.id == id).map(|round| items_of_route(&round.route))
        })
    }

    /// The plan that has this route, with what the route names.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_route(&self, id: RouteId) -> Result<DayPlan, ServiceError> {
        let found = self.store().date_of_route(id)?;
        self.plan_with(found, "route", id, |plan| {
            plan.routes().map(|(_, route)| route).find(|route| route.id == id).map(items_of_route)
        })
    }

    /// `found` may be gone by the time its plan is read: then it is not found either.
    fn plan_with(
        &self,
        found: Option<(crate::domain::CentreId, NaiveDate)>,
        what: &'static str,
        id: impl ToString,
        items_of: impl FnOnce(&Plan) -> Option<Vec<ItemId>>,
    ) -> Result<DayPlan, ServiceError> {
        let not_found = || ServiceError::not_found(what, id.to_string());
        let (centre, date) = found.ok_or_else(not_found)?;
        if centre != self.centre()?.centre.id {
            return Err(not_found());
        }
        let plan = self.store().plan(centre, date)?.ok_or_else(not_found)?;
        let items = items_of(&plan).ok_or_else(not_found)?;
        self.detail_plan(plan, &items)
    }

    pub(super) fn stored_plan(&self, date: NaiveDate) -> Result<Plan, ServiceError> {
        let centre = self.centre()?.centre.id;
        self.store().plan(centre, date)?.ok_or(ServiceError::NotPlanned { date })
    }

    pub(super) fn detail_plan(&self, plan: Plan, items: &[ItemId]) -> Result<DayPlan, ServiceError> {
        let centre = self.centre()?;
        let items = self.store().items_by_id(centre.centre.id, &distinct(items.iter().copied()))?;
        let mut homes = self.homes(&centre, &items)?;
        // A stop at a home may remain when the item that it was for is not among those looked up.
        let stops = plan.routes().flat_map(|(_, route)| route.stops.iter().map(|stop| stop.place));
        let missing = distinct(stops.filter_map(|place| match place {
            Place::Home(id) if !homes.contains_key(&id) => Some(id),
            _ => None,
        }));
        homes.extend(self.store().home_deliveries(centre.centre.id, &missing)?.into_iter().map(|home| (home.id, home)));
        let items = self.details(items)?.into_iter().map(|detail| (detail.item.id, detail)).collect();
        Ok(DayPlan { centre, plan: Arc::new(plan), items, homes })
    }
}
