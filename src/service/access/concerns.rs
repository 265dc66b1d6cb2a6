//! With whom an object has to do, and what of it somebody may see.

use crate::{
    domain::{Act, Authority, Concerns, Item, Party, Reach},
    ledger::Custody,
    service::{CustodyDetail, ItemDetail, NewItem, Numbered, Service, ServiceError},
};

/// Those who had a thing, have it, or are to get it.
fn holders_of(custody: &Custody) -> Concerns {
    let holders = custody.chain.iter().map(|holding| holding.holder).chain(custody.holder);
    holders.chain(custody.handover.as_ref().map(|handover| handover.to)).collect()
}

impl Service {
    /// Whether `act` reaches an item: for a clerk by its offices, for a courier by the day's routes, for both by custody.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub(in crate::service) fn reaches_item(
        &self,
        authority: &Authority,
        act: Act,
        detail: &ItemDetail,
    ) -> Result<bool, ServiceError> {
        if authority.reach(act) != Reach::Own {
            return Ok(authority.reach(act) == Reach::All);
        }
        if authority.may(act, &detail.item.sites().map(Party::Site).collect())
            || self.is_on_route(authority, &detail.item)?
        {
            return Ok(true);
        }
        match self.custody(detail.item.code.as_str()) {
            Ok(custody) => Ok(authority.may(act, &holders_of(&custody.custody))),
            // An item whose code no scanner can read was never scanned.
            Err(ServiceError::Misread(_) | ServiceError::NotFound { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Whether a courier's route of today carries the item.
    fn is_on_route(&self, authority: &Authority, item: &Item) -> Result<bool, ServiceError> {
        let Some(Party::Courier(courier)) = authority.acts_for else { return Ok(false) };
        let plan = match self.stored_plan(self.today()?) {
            Ok(plan) => plan,
            Err(ServiceError::NotPlanned { .. }) => return Ok(false),
            Err(other) => return Err(other),
        };
        let mut own = plan.routes().map(|(_, route)| route).filter(|route| route.courier_id == courier);
        Ok(own
            .any(|route| route.stops.iter().any(|stop| stop.load.contains(&item.id) || stop.unload.contains(&item.id))))
    }

    /// One item, if `authority` may see it; otherwise it is as if there were none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn item_for(&self, authority: &Authority, numbered: &Numbered) -> Result<ItemDetail, ServiceError> {
        let detail = self.item(numbered)?;
        if self.reaches_item(authority, Act::ReadItem, &detail)? {
            return Ok(detail);
        }
        let name = match numbered {
            Numbered::Id(id) => id.to_string(),
            Numbered::Code(code) => code.clone(),
        };
        Err(ServiceError::not_found("item", &name))
    }

    /// The custody of a thing, if `authority` may see it; otherwise it is as if nobody had scanned it.
    ///
    /// # Errors
    /// As [`Service::custody`].
    pub fn custody_for(&self, authority: &Authority, text: &str) -> Result<CustodyDetail, ServiceError> {
        let detail = self.custody(text)?;
        if authority.may(Act::ReadCustody, &holders_of(&detail.custody)) {
            return Ok(detail);
        }
        if authority.reach(Act::ReadCustody) == Reach::Own {
            match self.item(&Numbered::Code(text.trim().to_owned())) {
                Ok(item) if self.reaches_item(authority, Act::ReadCustody, &item)? => return Ok(detail),
                Ok(_) | Err(ServiceError::NotFound { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Err(ServiceError::not_found("thing that was scanned under", &detail.custody.code.text()))
    }

    /// Refuses a new item that does not wait at the own office.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn check_new_item(&self, authority: &Authority, item: &NewItem) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let from: Concerns = centre.site_by_code(&item.from).map(|site| Party::Site(site.id)).into_iter().collect();
        if authority.may(Act::AddItem, &from) {
            return Ok(());
        }
        Err(ServiceError::Forbidden { why: "a clerk adds only items that wait at the own office" })
    }
}
