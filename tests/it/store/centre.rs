//! A centre's data: read back as saved, ids kept, nothing lost that others name.

use conthoi::{
    domain::{CentreData, Destination, Effective, Position, Site, SiteId, SiteKind},
    store::StoreError,
};
use proptest::prelude::*;
use rand::{RngExt, seq::SliceRandom};

use crate::support::{
    centre::{day, dossier, item, small_centre},
    db::{TestDatabase, on_each_database},
    ids::Dice,
};

#[test]
fn what_is_saved_is_read_back() {
    on_each_database(|store| {
        let data = small_centre("H51", 1);
        assert_eq!(store.centre("H51").unwrap(), None);
        assert_eq!(store.save_centre(&data).unwrap(), data);
        assert_eq!(store.centre("H51").unwrap(), Some(data.clone()));
        let bare = CentreData { published: None, season: None, areas: vec![], half_days: vec![], ..data };
        assert_eq!(store.save_centre(&bare).unwrap(), bare);
        assert_eq!(store.centre("H51").unwrap(), Some(bare));
        assert_eq!(store.centre("h51").unwrap(), None, "capitals count");
    });
}

#[test]
fn centres_are_listed_by_code() {
    on_each_database(|store| {
        for (code, seed) in [("H92", 1), ("H51", 2), ("h01", 3), ("Ă1", 4)] {
            store.save_centre(&small_centre(code, seed)).unwrap();
        }
        assert_eq!(store.centre_codes().unwrap(), ["H51", "H92", "h01", "Ă1"]);
    });
}

/// The centre with other texts, numbers and orders.
fn scrambled(seed: u64, sites: usize) -> CentreData {
    // Not the seed of the centre itself, whose sites would have the same ids.
    let dice = &mut Dice::new(!seed);
    let mut data = small_centre("H51", seed);
    for n in 0..sites {
        let template = dice.one_of(&data.sites);
        let hours = dice.maybe(|_| data.default_hours.clone());
        data.sites.push(Site {
            id: SiteId::new(dice),
            code: format!("X{n}"),
            name: dice.text(),
            kind: dice.one_of(&[SiteKind::Department, SiteKind::PostOffice]),
            address: dice.maybe(Dice::text),
            address_status: dice.text(),
            commune_code: dice.text(),
            position: Position::new(dice.rng.random_range(-90.0..=90.0), dice.rng.random_range(-180.0..=180.0))
                .unwrap(),
            hours,
            effective: Effective::new(day(2019, 1, 1), dice.maybe(|_| day(2031, 12, 31))).unwrap(),
            source: dice.text(),
            ..template
        });
    }
    data.centre.name = dice.text();
    for commune in &mut data.communes {
        commune.name = dice.text();
        commune.merged_into = (0..dice.below(3)).map(|_| dice.text()).collect();
        commune.population = dice.rng.random();
        commune.spread_radius_m = dice.rng.random();
    }
    for vehicle in &mut data.vehicles {
        vehicle.capacity_items = dice.rng.random();
        vehicle.fixed_cost_dong = dice.rng.random();
    }
    for courier in &mut data.couriers {
        courier.name = dice.text();
        courier.runs = (0..dice.below(3)).map(|_| dice.text()).collect();
        courier.base = dice.one_of(&data.sites).id;
    }
    data.sites.shuffle(&mut dice.rng);
    data.communes.shuffle(&mut dice.rng);
    data.couriers.shuffle(&mut dice.rng);
    data.vehicles.shuffle(&mut dice.rng);
    data.areas.shuffle(&mut dice.rng);
    data.procedures.shuffle(&mut dice.rng);
    data
}

#[test]
fn any_centre_is_read_back_and_replaced_by_any_other() {
    for database in TestDatabase::each() {
        let store = database.store();
        let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(seed in any::<u64>(), sites in 0usize..12)| {
            let saved = store.save_centre(&scrambled(seed, sites)).unwrap();
            prop_assert_eq!(store.centre("H51").unwrap().unwrap(), saved);
        });
    }
}

#[test]
fn an_import_keeps_the_ids_in_force() {
    on_each_database(|store| {
        let first = store.save_centre(&small_centre("H51", 1)).unwrap();
        // Another import makes ids of its own for the same rows, and brings a row that is new.
        let mut again = small_centre("H51", 2);
        let new = Site { id: SiteId::new(&mut Dice::new(3)), code: "SGD".into(), ..again.sites[1].clone() };
        again.sites.insert(0, new.clone());
        again.couriers[1].base = new.id;
        let saved = store.save_centre(&again).unwrap();
        assert_eq!(store.centre("H51").unwrap().as_ref(), Some(&saved));
        assert_eq!(saved.centre.id, first.centre.id);
        for site in &first.sites {
            assert_eq!(saved.site_by_code(&site.code).map(|site| site.id), Some(site.id), "{}", site.code);
        }
        assert_eq!(saved.sites[0].id, new.id);
        assert!(saved.sites.iter().all(|site| site.centre_id == first.centre.id));
        assert_eq!(saved.couriers[0].id, first.couriers[0].id);
        assert_eq!(saved.couriers[0].vehicle_id, first.vehicles[0].id);
        assert_eq!(saved.couriers[0].base, first.sites[0].id);
        assert_eq!(saved.couriers[1].base, new.id);
        assert_eq!(saved.areas[1].depot, first.sites[4].id);
        assert_eq!(saved.procedures[1].department_id, first.sites[2].id);
    });
}

#[test]
fn a_row_put_in_the_middle_by_an_import_that_numbers_its_ids() {
    on_each_database(|store| {
        let first = store.save_centre(&small_centre("H51", 1)).unwrap();
        let mut again = small_centre("H51", 1);
        let ids: Vec<SiteId> = again.sites.iter().map(|site| site.id).chain([SiteId::new(&mut Dice::new(8))]).collect();
        again.sites.insert(1, Site { code: "SGD".into(), ..again.sites[1].clone() });
        for (site, id) in again.sites.iter_mut().zip(ids) {
            site.id = id;
        }
        // What the shifted ids stand for in the new data.
        for (area, depot) in again.areas.iter_mut().zip(["TT", "BD1", "TT"]) {
            area.depot = again.sites.iter().find(|site| site.code == depot).unwrap().id;
        }
        again.couriers[1].base = again.sites.last().unwrap().id;
        let saved = store.save_centre(&again).unwrap();
        assert_eq!(store.centre("H51").unwrap().as_ref(), Some(&saved));
        for site in &first.sites {
            assert_eq!(saved.site_by_code(&site.code).map(|site| site.id), Some(site.id), "{}", site.code);
        }
        assert_eq!(saved.areas, first.areas);
        assert_eq!(saved.couriers, first.couriers);
        let mut ids: Vec<SiteId> = saved.sites.iter().map(|site| site.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
    });
}

#[test]
fn two_centres_do_not_touch() {
    on_each_database(|store| {
        let soc_trang = store.save_centre(&small_centre("H51", 1)).unwrap();
        let can_tho = store.save_centre(&small_centre("H92", 2)).unwrap();
        assert_eq!(store.centre("H51").unwrap(), Some(soc_trang.clone()));
        store.save_centre(&small_centre("H51", 3)).unwrap();
        assert_eq!(store.centre("H92").unwrap(), Some(can_tho.clone()));
        // Nor does one name another's rows.
        let dice = &mut Dice::new(4);
        let mut stray = item(&soc_trang, "STRAY", dice);
        stray.to = Destination::Site(can_tho.sites[1].id);
        assert!(matches!(store.insert_item(&stray), Err(StoreError::Missing { field: "to", .. })));
        stray.to = Destination::Site(soc_trang.sites[1].id);
        store.insert_item(&stray).unwrap();
        assert_eq!(store.item(can_tho.centre.id, stray.id).unwrap(), None);
        assert_eq!(store.item_by_code(can_tho.centre.id, "STRAY").unwrap(), None);
        assert_eq!(store.items_by_id(can_tho.centre.id, &[stray.id]).unwrap(), []);
    });
}

#[test]
fn a_row_that_is_gone_is_removed_unless_something_names_it() {
    on_each_database(|store| {
        let full = store.save_centre(&small_centre("H51", 1)).unwrap();
        let without = |codes: &[&str]| {
            let mut data = small_centre("H51", 1);
            data.sites.retain(|site| !codes.contains(&site.code.as_str()));
            data.vehicles.retain(|vehicle| !codes.contains(&vehicle.code.as_str()));
            data.couriers.retain(|courier| !codes.contains(&courier.code.as_str()));
            data
        };
        let smaller = store.save_centre(&without(&["SYT", "NV2", "OT1"])).unwrap();
        assert_eq!(store.centre("H51").unwrap(), Some(smaller));
        assert_eq!(store.save_centre(&full).unwrap(), full, "it may come back");

        let dice = &mut Dice::new(2);
        let dossier = dossier(&full, 1, dice);
        store.insert_dossier(&dossier).unwrap();
        let mut data = without(&["STP"]);
        data.procedures.remove(0);
        let error = store.save_centre(&data).unwrap_err();
        assert!(matches!(&error, StoreError::StillReferred { what: "site", code } if code == "STP"), "{error}");
        assert!(error.to_string().contains("site STP"), "{error}");
        assert_eq!(store.centre("H51").unwrap().as_ref(), Some(&full), "nothing is half-written");
    });
}

#[test]
fn data_that_name_what_they_do_not_have_are_refused() {
    on_each_database(|store| {
        let stray = SiteId::new(&mut Dice::new(9));
        let mut data = small_centre("H51", 1);
        data.areas[0].depot = stray;
        assert!(matches!(store.save_centre(&data), Err(StoreError::Missing { field: "depot of an area", .. })));
        let mut data = small_centre("H51", 1);
        data.couriers[0].base = stray;
        assert!(matches!(store.save_centre(&data), Err(StoreError::Missing { field: "base of a courier", .. })));
        assert_eq!(store.centre_codes().unwrap(), Vec::<String>::new());
    });
}
