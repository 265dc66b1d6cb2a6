use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{DayPlan, Service, ServiceError, paging::cut};
use crate::{
    domain::{
        CentreData, Destination, DossierCode, DossierId, HomeDelivery, HomeDeliveryId, Item, ItemId, Leg, SiteId,
        UnassignedReason, Warning,
    },
    store::{ItemCursor, ItemFilter},
};

/// Which items to list; sites are named by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemQuery {
    /// Waiting at this site.
    pub from: Option<String>,
    /// Going to this site.
    pub to: Option<String>,
    /// Only what has to do with this office; `Some(None)` is nothing.
    pub of: Option<Option<SiteId>>,
    /// Ready at or after.
    pub ready_from: Option<DateTime<Utc>>,
    /// Ready before.
    pub ready_until: Option<DateTime<Utc>>,
    /// Arrived, or not yet.
    pub delivered: Option<bool>,
    /// With a code that begins so.
    pub code_prefix: Option<String>,
    /// Belonging to the dossier with this code.
    pub dossier_code: Option<String>,
    /// Only what comes after this place in the list.
    pub after: Option<ItemCursor>,
}

/// What one item's references stand for.
#[derive(Debug, Clone)]
pub struct ItemDetail {
    /// The item.
    pub item: Item,
    /// The code of its dossier.
    pub dossier_code: Option<DossierCode>,
    /// The commune of the home it goes to.
    pub commune_code: Option<String>,
}

/// A part of a list of items.
#[derive(Debug, Clone)]
pub struct ItemPage {
    /// The items, by the time they are ready and then by id.
    pub items: Vec<ItemDetail>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<ItemCursor>,
}

/// An item by its id or the code on its barcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbered {
    /// By id.
    Id(ItemId),
    /// By code.
    Code(String),
}

/// What a day's plan does with one item.
#[derive(Debug, Clone)]
pub enum ItemPlanState {
    /// It rides.
    Planned {
        /// Its legs, in order.
        legs: Vec<Leg>,
        /// Whether it goes on from its last stop on a later day.
        continues: bool,
        /// What a dispatcher should know of it.
        warnings: Vec<Warning>,
    },
    /// It is left out, and why.
    Unassigned(UnassignedReason),
    /// The plan does not know it: it arrived before that day, was not ready yet, or came in after the plan was made.
    NotInPlan,
}

/// One item in one day's plan.
#[derive(Debug, Clone)]
pub struct ItemPlan {
    /// The item.
    pub item: ItemDetail,
    /// The plan.
    pub day: DayPlan,
    /// What it does with the item.
    pub state: ItemPlanState,
}

impl Service {
    /// One item.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn item(&self, numbered: &Numbered) -> Result<ItemDetail, ServiceError> {
        let centre = self.centre()?.centre.id;
        let (item, name) = match numbered {
            Numbered::Id(id) => (self.store().item(centre, *id)?, id.to_string()),
            Numbered::Code(code) => (self.store().item_by_code(centre, code)?, code.clone()),
        };
        let item = item.ok_or_else(|| ServiceError::not_found("item", &name))?;
        Ok(self.details(vec![item])?.remove(0))
    }

    /// A list of items, at most `limit` of them.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a site that there is not.
    pub fn items(&self, query: &ItemQuery, limit: u32) -> Result<ItemPage, ServiceError> {
        let centre = self.centre()?;
        let site = |code: &Option<String>| -> Result<Option<SiteId>, ServiceError> {
            let Some(code) = code else { return Ok(None) };
            centre.site_by_code(code).map(|site| Some(site.id)).ok_or_else(|| ServiceError::not_found("site", code))
        };
        let filter = ItemFilter {
            from: site(&query.from)?,
            to: site(&query.to)?,
            concerning: match query.of {
                None => None,
                Some(None) => return Ok(ItemPage { items: Vec::new(), next: None }),
                Some(of) => of,
            },
            ready_from: query.ready_from,
            ready_until: query.ready_until,
            delivered: query.delivered,
            code_prefix: query.code_prefix.clone(),
            dossier_code: query.dossier_code.clone(),
        };
        let mut items = self.store().items(centre.centre.id, &filter, query.after, limit.saturating_add(1))?;
        let next = cut(&mut items, limit, |last| ItemCursor::from(last));
        Ok(ItemPage { items: self.details(items)?, next })
    }

    /// What the plan of `date` does with an item.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] and [`ServiceError::NotPlanned`].
    pub fn item_plan(&self, numbered: &Numbered, date: NaiveDate) -> Result<ItemPlan, ServiceError> {
        let item = self.item(numbered)?;
        let id = item.item.id;
        let plan = self.stored_plan(date)?;
        let legs: Vec<Leg> = plan.legs().into_iter().filter(|leg| leg.item_id == id).collect();
        let unassigned = plan.unassigned.iter().find(|unassigned| unassigned.item_id == id);
        let state = match (legs.is_empty(), unassigned) {
            (false, _) => ItemPlanState::Planned {
                legs,
                continues: plan.continues.contains(&id),
                warnings: plan.warnings.iter().filter(|warning| warning.item_id() == Some(id)).cloned().collect(),
            },
            (true, Some(unassigned)) => ItemPlanState::Unassigned(unassigned.reason.clone()),
            (true, None) => ItemPlanState::NotInPlan,
        };
        let day = self.detail_plan(plan, &[id])?;
        Ok(ItemPlan { item, day, state })
    }

    /// Looks up what items refer to.
    pub(super) fn details(&self, items: Vec<Item>) -> Result<Vec<ItemDetail>, ServiceError> {
        let centre = self.centre()?;
        let codes = self.dossier_codes(&centre, &items)?;
        let homes = self.homes(&centre, &items)?;
        let detail = |item: Item| ItemDetail {
            dossier_code: item.dossier_id.and_then(|id| codes.get(&id).cloned()),
            commune_code: match item.to {
                Destination::Home(id) => homes.get(&id).map(|home| home.commune_code.clone()),
                Destination::Site(_) => None,
            },
            item,
        };
        Ok(items.into_iter().map(detail).collect())
    }

    fn dossier_codes(
        &self,
        centre: &CentreData,
        items: &[Item],
    ) -> Result<HashMap<DossierId, DossierCode>, ServiceError> {
        let ids = distinct(items.iter().filter_map(|item| item.dossier_id));
        let dossiers = self.store().dossiers(centre.centre.id, &ids)?;
        Ok(dossiers.into_iter().map(|dossier| (dossier.id, dossier.code)).collect())
    }

    pub(super) fn homes(
        &self,
        centre: &CentreData,
        items: &[Item],
    ) -> Result<HashMap<HomeDeliveryId, HomeDelivery>, ServiceError> {
        let ids = distinct(items.iter().filter_map(|item| match item.to {
            Destination::Home(id) => Some(id),
            Destination::Site(_) => None,
        }));
        let homes = self.store().home_deliveries(centre.centre.id, &ids)?;
        Ok(homes.into_iter().map(|home| (home.id, home)).collect())
    }
}

/// Each value once, in order.
pub(super) fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}
