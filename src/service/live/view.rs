use chrono::NaiveDate;

use crate::{
    dispatch::{
        DayInput,
        live::{LiveDay, live_day},
    },
    domain::{Dossier, HomeDelivery, Item, Plan},
    service::{DayPlan, Service, ServiceError, items::distinct, plans::items_of},
};

/// A day's plan and how it goes.
#[derive(Debug, Clone)]
pub struct DayLive {
    /// The plan with what it names.
    pub day: DayPlan,
    /// How it goes.
    pub live: LiveDay,
}

/// A plan's items with what belongs to them.
pub(super) struct PlannedItems {
    pub(super) items: Vec<Item>,
    pub(super) dossiers: Vec<Dossier>,
    pub(super) homes: Vec<HomeDelivery>,
}

impl PlannedItems {
    /// A planning input over `plan`.
    pub(super) fn input<'a>(
        &'a self,
        service: &'a Service,
        centre: &'a crate::domain::CentreData,
        plan: &'a Plan,
    ) -> DayInput<'a> {
        DayInput {
            centre,
            date: plan.date,
            items: &self.items,
            dossiers: &self.dossiers,
            home_deliveries: &self.homes,
            travel: service.travel(),
            previous: Some(plan),
            seed: 1,
            made_at: service.now(),
        }
    }
}

impl Service {
    /// A day's plan and how it goes by now.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn live_day(&self, date: NaiveDate) -> Result<DayLive, ServiceError> {
        let plan = self.stored_plan(date)?;
        let live = self.look_at_day(&plan)?;
        let items = items_of(&plan);
        Ok(DayLive { day: self.detail_plan(plan, &items)?, live })
    }

    pub(super) fn look_at_day(&self, plan: &Plan) -> Result<LiveDay, ServiceError> {
        let centre = self.centre()?;
        let planned = self.planned_items(items_of(plan))?;
        let facts = self.day_facts(&centre, plan, &planned.items)?;
        live_day(&planned.input(self, &centre, plan), &facts).map_err(ServiceError::Dispatch)
    }

    /// Looks up items with what belongs to them.
    pub(super) fn planned_items(&self, ids: Vec<crate::domain::ItemId>) -> Result<PlannedItems, ServiceError> {
        let centre = self.centre()?;
        let id = centre.centre.id;
        let items = self.store().items_by_id(id, &distinct(ids.into_iter()))?;
        let dossiers = self.store().dossiers(id, &distinct(items.iter().filter_map(|item| item.dossier_id)))?;
        let mut homes: Vec<HomeDelivery> = self.homes(&centre, &items)?.into_values().collect();
        homes.sort_by_key(|home| home.id);
        Ok(PlannedItems { items, dossiers, homes })
    }
}
