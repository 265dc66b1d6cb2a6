//! Ids that rows already have.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::super::{
    StoreError,
    columns::Id,
    connection::AnyConnection,
    schema::{centres, couriers, sites, vehicles},
};
use crate::domain::{CentreData, CentreId, SiteId, VehicleId};

/// The ids of a centre's stored sites, vehicles and couriers, by code.
#[derive(Default)]
pub(super) struct Known {
    /// Whether the centre itself is stored.
    pub(super) centre: bool,
    pub(super) sites: BTreeMap<String, Id>,
    pub(super) vehicles: BTreeMap<String, Id>,
    pub(super) couriers: BTreeMap<String, Id>,
}

impl Known {
    fn read(connection: &mut AnyConnection, code: &str) -> Result<(Option<CentreId>, Self), StoreError> {
        let centre: Option<Id> =
            centres::table.filter(centres::code.eq(code)).select(centres::id).first(connection).optional()?;
        let Some(centre) = centre else { return Ok((None, Self::default())) };
        macro_rules! ids_by_code {
            ($table:ident) => {
                $table::table
                    .filter($table::centre_id.eq(centre))
                    .select(($table::code, $table::id))
                    .load::<(String, Id)>(connection)?
                    .into_iter()
                    .collect()
            };
        }
        let known = Self {
            centre: true,
            sites: ids_by_code!(sites),
            vehicles: ids_by_code!(vehicles),
            couriers: ids_by_code!(couriers),
        };
        Ok((Some(centre.into()), known))
    }
}

/// `data` with the ids of the rows that are stored already, and those rows.
pub(super) fn with_known_ids(
    connection: &mut AnyConnection,
    data: &CentreData,
) -> Result<(CentreData, Known), StoreError> {
    let (centre, known) = Known::read(connection, &data.centre.code)?;
    let mut data = data.clone();
    let centre = centre.unwrap_or(data.centre.id);
    data.centre.id = centre;
    let mut site_ids: HashMap<SiteId, SiteId> = HashMap::new();
    for site in &mut data.sites {
        let id = known.sites.get(&site.code).map_or(site.id, |id| SiteId::from(*id));
        site_ids.insert(site.id, id);
        site.id = id;
        site.centre_id = centre;
    }
    let mut vehicle_ids: HashMap<VehicleId, VehicleId> = HashMap::new();
    for vehicle in &mut data.vehicles {
        let id = known.vehicles.get(&vehicle.code).map_or(vehicle.id, |id| VehicleId::from(*id));
        vehicle_ids.insert(vehicle.id, id);
        vehicle.id = id;
    }
    let site = |field: &'static str, id: SiteId| {
        site_ids.get(&id).copied().ok_or(StoreError::Missing { field, what: "a site" })
    };
    for courier in &mut data.couriers {
        courier.id = known.couriers.get(&courier.code).map_or(courier.id, |id| (*id).into());
        courier.base = site("base of a courier", courier.base)?;
        let missing = StoreError::Missing { field: "vehicle of a courier", what: "a vehicle" };
        courier.vehicle_id = vehicle_ids.get(&courier.vehicle_id).copied().ok_or(missing)?;
    }
    for area in &mut data.areas {
        area.depot = site("depot of an area", area.depot)?;
    }
    for share in &mut data.procedures {
        share.department_id = site("department of procedures", share.department_id)?;
    }
    Ok((data, known))
}
