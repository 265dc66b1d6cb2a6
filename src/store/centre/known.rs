//! Ids that rows already have.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use diesel::prelude::*;

use super::super::{
    StoreError,
    columns::Id,
    connection::AnyConnection,
    schema::{centres, couriers, sites, vehicles},
};
use crate::domain::{CentreData, CentreId, SiteId};

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
    let site_ids = ids_in_force(data.sites.iter().map(|site| (&site.code, site.id)), &known.sites)?;
    for site in &mut data.sites {
        site.id = site_ids[&site.id];
        site.centre_id = centre;
    }
    let vehicle_ids = ids_in_force(data.vehicles.iter().map(|row| (&row.code, row.id)), &known.vehicles)?;
    for vehicle in &mut data.vehicles {
        vehicle.id = vehicle_ids[&vehicle.id];
    }
    let courier_ids = ids_in_force(data.couriers.iter().map(|row| (&row.code, row.id)), &known.couriers)?;
    let site = |field: &'static str, id: SiteId| {
        site_ids.get(&id).copied().ok_or(StoreError::Missing { field, what: "a site" })
    };
    for courier in &mut data.couriers {
        courier.id = courier_ids[&courier.id];
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

/// The id in force for each given id: that of the stored row with the same code, where there is one. A new row keeps the
/// id given to it, unless a stored row that stays has that one; then it gets the id that was given to this row, which
/// nobody uses. (Whoever makes ids from a seed and a row's place gives other ids to all rows below a new one.)
fn ids_in_force<'a, T: Copy + Eq + Hash + Into<Id> + From<Id>>(
    rows: impl Iterator<Item = (&'a String, T)>,
    known: &BTreeMap<String, Id>,
) -> Result<HashMap<T, T>, StoreError> {
    let rows: Vec<(&String, T)> = rows.collect();
    let mut in_force: HashMap<T, T> = HashMap::new();
    let mut given_to_holder_of: HashMap<T, T> = HashMap::new();
    for (code, given) in &rows {
        let id = known.get(*code).map_or(*given, |id| T::from(*id));
        if in_force.insert(*given, id).is_some() {
            return Err(StoreError::Duplicate { constraint: format!("{code} has the id of another row") });
        }
        if known.contains_key(*code) {
            given_to_holder_of.insert(id, *given);
        }
    }
    for (_, given) in rows.iter().filter(|(code, _)| !known.contains_key(*code)) {
        let mut id = *given;
        // Given ids differ, so that no id comes twice on this way.
        while let Some(free) = given_to_holder_of.get(&id) {
            id = *free;
        }
        in_force.insert(*given, id);
    }
    Ok(in_force)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IdSource, SeededIds};

    #[test]
    fn a_row_put_in_the_middle_moves_no_other_rows_id() {
        let mut source = SeededIds::new(1, 0);
        let ids: Vec<SiteId> = (0..4).map(|_| SiteId::from_uuid(source.next_uuid())).collect();
        let (a, b, c, new) = ("A".to_owned(), "B".to_owned(), "C".to_owned(), "NEW".to_owned());
        let known: BTreeMap<String, Id> = [(&a, ids[0]), (&b, ids[1]), (&c, ids[2])]
            .into_iter()
            .map(|(code, id)| (code.clone(), Id::from(id)))
            .collect();
        let rows = [(&a, ids[0]), (&new, ids[1]), (&b, ids[2]), (&c, ids[3])];
        let in_force = ids_in_force(rows.into_iter(), &known).unwrap();
        let of = |row: usize| in_force[&rows[row].1];
        assert_eq!([of(0), of(2), of(3)], [ids[0], ids[1], ids[2]]);
        assert_eq!(of(1), ids[3], "the one id that nobody has");
    }

    #[test]
    fn two_rows_with_one_id_are_refused() {
        let id = SiteId::from_uuid(SeededIds::new(1, 0).next_uuid());
        let (a, b) = ("A".to_owned(), "B".to_owned());
        assert!(ids_in_force([(&a, id), (&b, id)].into_iter(), &BTreeMap::new()).is_err());
    }
}
