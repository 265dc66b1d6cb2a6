use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;

use super::{ItemDetail, PlanVersion, Service, ServiceError, items::distinct};
use crate::domain::{
    Act, Authority, CentreData, HomeDelivery, HomeDeliveryId, ItemId, Party, Place, Plan, PlannedRound, PlannedRun,
    RoundId, Route, RouteId, RunId, SiteId, Warning,
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
pub(super) fn items_of(plan: &Plan) -> Vec<ItemId> {
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

    /// What `authority` may see of it: a courier the own routes, a clerk the runs that call at the own office and of their load
    /// what comes from, goes to or has come to it.
    #[must_use]
    pub fn seen_by(mut self, authority: &Authority) -> Self {
        let Some(party) = authority.only(Act::ReadPlans) else { return self };
        let mut plan = Plan::clone(&self.plan);
        let calls_at = |route: &Route, site| route.stops.iter().any(|stop| stop.place == Place::Site(site));
        let is_own = |id: &ItemId| match (party, self.item(*id)) {
            (Some(Party::Site(own)), Some(detail)) => detail.item.sites().any(|site| site == own),
            _ => false,
        };
        for run in &mut plan.runs {
            run.routes.retain(|route| match party {
                Some(Party::Courier(courier)) => route.courier_id == courier,
                Some(Party::Site(site)) => calls_at(route, site),
                Some(Party::Recipient) | None => false,
            });
        }
        plan.runs.retain(|run| !run.routes.is_empty());
        plan.rounds.retain(|round| party == Some(Party::Courier(round.route.courier_id)));
        let seen: HashSet<ItemId> = match party {
            Some(Party::Courier(_)) => plan.routes().flat_map(|(_, route)| items_of_route(route)).collect(),
            _ => items_of(&plan).into_iter().filter(is_own).collect(),
        };
        for stop in plan.runs.iter_mut().flat_map(|run| &mut run.routes).flat_map(|route| &mut route.stops) {
            stop.load.retain(|id| seen.contains(id));
            stop.unload.retain(|id| seen.contains(id));
        }
        plan.unassigned.retain(|unassigned| is_own(&unassigned.item_id));
        plan.continues.retain(|id| seen.contains(id));
        plan.warnings.retain(|warning| match warning {
            Warning::VisitSkipped { site_id, .. } => party == Some(Party::Site(*site_id)),
            about_item => about_item.item_id().is_some_and(|id| seen.contains(&id)),
        });
        self.plan = Arc::new(plan);
        self
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
        self.plan_with(found, "run", &id, |plan| {
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
        self.plan_with(found, "round", &id, |plan| {
            plan.rounds.iter().find(|round| round.id == id).map(|round| items_of_route(&round.route))
        })
    }

    /// The plan that has this route, with what the route names.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_route(&self, id: RouteId) -> Result<DayPlan, ServiceError> {
        let found = self.store().date_of_route(id)?;
        self.plan_with(found, "route", &id, |plan| {
            plan.routes().map(|(_, route)| route).find(|route| route.id == id).map(items_of_route)
        })
    }

    /// What `authority` may see of the plan of a day.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn day_plan_for(&self, authority: &Authority, date: NaiveDate) -> Result<DayPlan, ServiceError> {
        Ok(self.day_plan(date)?.seen_by(authority))
    }

    /// What `authority` may see of the plan that has this run; if it is not the run, it is as if there were none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_run_for(&self, authority: &Authority, id: RunId) -> Result<DayPlan, ServiceError> {
        let day = self.plan_of_run(id)?.seen_by(authority);
        if day.run(id).is_some() { Ok(day) } else { Err(ServiceError::not_found("run", &id)) }
    }

    /// The same of a round.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_round_for(&self, authority: &Authority, id: RoundId) -> Result<DayPlan, ServiceError> {
        let day = self.plan_of_round(id)?.seen_by(authority);
        if day.round(id).is_some() { Ok(day) } else { Err(ServiceError::not_found("round", &id)) }
    }

    /// The same of a route.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn plan_of_route_for(&self, authority: &Authority, id: RouteId) -> Result<DayPlan, ServiceError> {
        let day = self.plan_of_route(id)?.seen_by(authority);
        if day.route(id).is_some() { Ok(day) } else { Err(ServiceError::not_found("route", &id)) }
    }

    /// `found` may be gone by the time its plan is read: then it is not found either.
    fn plan_with(
        &self,
        found: Option<(crate::domain::CentreId, NaiveDate)>,
        what: &'static str,
        id: &impl ToString,
        items_of: impl FnOnce(&Plan) -> Option<Vec<ItemId>>,
    ) -> Result<DayPlan, ServiceError> {
        let not_found = || ServiceError::not_found(what, id);
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
