//! A season in at once and out again.

use std::time::Instant;

use conthoi::{
    domain::{CentreData, Destination, Dossier, DossierId, HomeDelivery, Item, ItemId, PlanId, SiteId},
    store::{Counts, Inserted, StoreError},
};

use crate::support::{
    centre::{at, day, dossier, home_delivery, item, small_centre},
    db::on_each_database,
    ids::Dice,
    plan::{Size, World},
};

type Season = (Vec<Dossier>, Vec<HomeDelivery>, Vec<Item>);

/// A synthetic season: two items to each dossier, a home delivery to each sixth.
fn season(centre: &CentreData, dossiers: u32, dice: &mut Dice) -> Season {
    let (mut all_dossiers, mut homes, mut items) = Season::default();
    for n in 0..dossiers {
        let dossier = Dossier { synthetic: true, ..dossier(centre, n, dice) };
        let there = Item {
            dossier_id: Some(dossier.id),
            delivered_at: Some(at(5, 0)),
            synthetic: true,
            ..item(centre, &format!("I{n}-1"), dice)
        };
        let mut back = Item { from: centre.sites[1].id, ..there.clone() };
        back.id = ItemId::new(dice);
        back.code = format!("I{n}-2").parse().unwrap();
        back.to = Destination::Site(centre.sites[0].id);
        back.delivered_at = None;
        if n % 6 == 0 {
            let home = HomeDelivery { synthetic: true, ..home_delivery(centre, Some(&dossier), dice) };
            back.to = Destination::Home(home.id);
            homes.push(home);
        }
        items.extend([there, back]);
        all_dossiers.push(dossier);
    }
    (all_dossiers, homes, items)
}

#[test]
fn a_season_is_stored_whole_with_progress() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dossiers, homes, items) = season(&centre, 1_500, &mut Dice::new(2));
        let total = (dossiers.len() + homes.len() + items.len()) as u64;
        let mut steps = Vec::new();
        store.insert_season(&dossiers, &homes, &items, &[], &mut |done, of| steps.push((done, of))).unwrap();
        assert!(steps.len() > 3 && steps.is_sorted() && steps.iter().all(|(_, of)| *of == total), "{steps:?}");
        assert_eq!(steps.last(), Some(&(total, total)));
        let counts = Counts {
            dossiers: 1_500,
            items: 3_000,
            delivered: 1_500,
            home_deliveries: 250,
            synthetic_dossiers: 1_500,
            synthetic_items: 3_000,
            synthetic_home_deliveries: 250,
            first_received: Some(day(2019, 6, 14)),
            last_received: Some(day(2019, 6, 14)),
            ..Counts::default()
        };
        assert_eq!(store.counts(centre.centre.id).unwrap(), counts);
        let mut sorted = items;
        sorted.sort_by_key(|item| item.id);
        let ids: Vec<_> = sorted.iter().map(|item| item.id).collect();
        assert_eq!(store.items_by_id(centre.centre.id, &ids).unwrap(), sorted);
    });
}

#[test]
fn a_season_that_fails_leaves_nothing_behind() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let stray = SiteId::new(&mut Dice::new(3));
        let good = season(&centre, 1_200, &mut Dice::new(2));
        let try_with = |change: &dyn Fn(&mut Season)| {
            let mut season = good.clone();
            change(&mut season);
            let error = store.insert_season(&season.0, &season.1, &season.2, &[], &mut |_, _| {}).unwrap_err();
            assert_eq!(store.counts(centre.centre.id).unwrap(), Counts::default(), "after {error}");
            error
        };
        // All in the last batch, when most is written already.
        let error = try_with(&|season| season.2.last_mut().unwrap().to = Destination::Site(stray));
        assert!(matches!(error, StoreError::Missing { field: "items", .. }), "{error}");
        let error = try_with(&|season| {
            season.1.last_mut().unwrap().dossier_id = Some(DossierId::new(&mut Dice::new(4)));
        });
        assert!(matches!(error, StoreError::Missing { field: "home_deliveries", .. }), "{error}");
        let error = try_with(&|season| season.0.last_mut().unwrap().department_id = stray);
        assert!(matches!(error, StoreError::Missing { field: "dossiers", .. }), "{error}");
        let error = try_with(&|season| season.2.last_mut().unwrap().code = season.2[0].code.clone());
        assert!(matches!(error, StoreError::Duplicate { .. }), "{error}");
        let error = try_with(&|season| season.2.last_mut().unwrap().due_at = Some(at(0, 0)));
        assert!(matches!(error, StoreError::Domain(_)), "{error}");
        store.insert_season(&good.0, &good.1, &good.2, &[], &mut |_, _| {}).unwrap();
    });
}

#[test]
fn only_what_is_synthetic_goes() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let other = store.save_centre(&small_centre("H92", 9)).unwrap();
        let (dice, id) = (&mut Dice::new(2), centre.centre.id);
        let (dossiers, homes, items) = season(&centre, 60, dice);
        store.insert_season(&dossiers, &homes, &items, &[], &mut |_, _| {}).unwrap();
        let elsewhere = season(&other, 6, dice);
        store.insert_season(&elsewhere.0, &elsewhere.1, &elsewhere.2, &[], &mut |_, _| {}).unwrap();
        // A real dossier with a real item, and real items that hold a synthetic dossier and a synthetic home.
        let real = dossier(&centre, 9_001, dice);
        store.insert_dossier(&real).unwrap();
        let mine = Item { dossier_id: Some(real.id), ..item(&centre, "R1", dice) };
        let of_synthetic = Item { dossier_id: Some(dossiers[1].id), ..item(&centre, "R2", dice) };
        let to_synthetic = Item { to: Destination::Home(homes[0].id), ..item(&centre, "R3", dice) };
        for item in [&mine, &of_synthetic, &to_synthetic] {
            assert_eq!(store.insert_item(item).unwrap(), Inserted::Created);
        }
        // One plan carries synthetic items, the other real ones only.
        let size = Size { runs: 2, rounds: 2, stops: 3, items: 4 };
        let synthetic = World { centre: &centre, homes: &homes, items: &items }.plan(day(2019, 6, 14), 1, size, dice);
        let mut kept = synthetic.clone();
        (kept.id, kept.date) = (PlanId::new(dice), day(2019, 6, 17));
        (kept.runs, kept.rounds, kept.warnings, kept.unassigned) = Default::default();
        kept.continues = vec![mine.id];
        let mut with_items = synthetic;
        with_items.continues = vec![items[0].id];
        store.save_plan(&with_items, None).unwrap();
        store.save_plan(&kept, None).unwrap();

        // The dossier and the home that real items name stay, and the dossier that this home names.
        let (kept_dossiers, kept_homes) = (2, 1);
        let gone = items.len() + homes.len() - kept_homes + dossiers.len() - kept_dossiers;
        assert_eq!(store.delete_synthetic(id).unwrap(), gone as u64);
        let counts = store.counts(id).unwrap();
        assert_eq!((counts.items, counts.synthetic_items), (3, 0));
        assert_eq!((counts.dossiers, counts.home_deliveries, counts.plans), (3, 1, 1));
        assert_eq!(store.plan(id, day(2019, 6, 14)).unwrap(), None);
        assert_eq!(store.plan(id, day(2019, 6, 17)).unwrap(), Some(kept));
        assert_eq!(store.counts(other.centre.id).unwrap().items, 12);
        assert_eq!(store.delete_synthetic(id).unwrap(), 0);
    });
}

/// For information: the figures depend on the machine.
#[test]
fn a_hundred_thousand_rows() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dossiers, homes, items) = season(&centre, 31_600, &mut Dice::new(2));
        let rows = dossiers.len() + homes.len() + items.len();
        let start = Instant::now();
        store.insert_season(&dossiers, &homes, &items, &[], &mut |_, _| {}).unwrap();
        let insert = start.elapsed();
        let start = Instant::now();
        let waiting = store.waiting_items(centre.centre.id, at(23, 0), at(23, 0)).unwrap();
        let wait = start.elapsed();
        assert_eq!(waiting.len(), 31_600);
        let start = Instant::now();
        assert_eq!(store.delete_synthetic(centre.centre.id).unwrap(), rows as u64);
        let backend = store.backend();
        println!(
            "{backend:?}: {rows} rows in {insert:?}, {} waiting in {wait:?}, out in {:?}",
            waiting.len(),
            start.elapsed()
        );
    });
}
