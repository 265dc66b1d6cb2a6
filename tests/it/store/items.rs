//! Dossiers, home deliveries and items one by one, and lists of them.

use chrono::{DateTime, TimeDelta, Utc};
use conthoi::{
    domain::{CentreData, Destination, DomainError, DossierCode, Item, ItemId, Waypoint},
    store::{Inserted, ItemCursor, ItemFilter, Store, StoreError},
};

use crate::support::{
    centre::{at, day, dossier, home_delivery, item, small_centre},
    db::on_each_database,
    ids::Dice,
};

fn micros(at: DateTime<Utc>, count: i64) -> DateTime<Utc> {
    at + TimeDelta::microseconds(count)
}

#[test]
fn an_item_is_created_found_and_created_only_once() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let dice = &mut Dice::new(2);
        let dossier = dossier(&centre, 1, dice);
        let home = home_delivery(&centre, Some(&dossier), dice);
        store.insert_dossier(&dossier).unwrap();
        store.insert_home_delivery(&home).unwrap();
        let item = Item {
            dossier_id: Some(dossier.id),
            to: Destination::Home(home.id),
            ready_at: micros(at(3, 0), 1),
            due_at: Some(micros(at(3, 0), 2)),
            weight_g: u32::MAX,
            waypoint: Some(Waypoint { site: centre.sites[4].id, reached_at: micros(at(3, 30), 3) }),
            delivered_at: Some(at(4, 0)),
            synthetic: true,
            ..item(&centre, "A~!\"'%_", dice)
        };
        let id = centre.centre.id;
        assert_eq!(store.insert_item(&item).unwrap(), Inserted::Created);
        assert_eq!(store.insert_item(&item).unwrap(), Inserted::Exists);
        assert_eq!(store.item(id, item.id).unwrap().as_ref(), Some(&item));
        assert_eq!(store.item_by_code(id, "A~!\"'%_").unwrap().as_ref(), Some(&item));
        assert_eq!(store.item_by_code(id, "a~!\"'%_").unwrap(), None, "capitals count");
        assert_eq!(store.item(id, ItemId::new(dice)).unwrap(), None);

        // Where it has come to since is not what it was created as.
        let as_first_sent = Item { waypoint: None, delivered_at: None, ..item.clone() };
        assert_eq!(store.insert_item(&as_first_sent).unwrap(), Inserted::Exists);
        assert_eq!(store.item(id, item.id).unwrap().as_ref(), Some(&item));
        let changed = Item { weight_g: 1, ..item.clone() };
        assert_eq!(store.insert_item(&changed).unwrap(), Inserted::Conflict { field: "id" });
        let same_code = Item { id: ItemId::new(dice), ..item.clone() };
        assert_eq!(store.insert_item(&same_code).unwrap(), Inserted::Conflict { field: "code" });
        assert_eq!(store.item(id, item.id).unwrap(), Some(item));
    });
}

#[test]
fn times_finer_than_a_microsecond_are_cut_and_still_the_same_item() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let fine = Item { ready_at: at(3, 0) + TimeDelta::nanoseconds(1_999), ..item(&centre, "N", &mut Dice::new(2)) };
        assert_eq!(store.insert_item(&fine).unwrap(), Inserted::Created);
        assert_eq!(store.insert_item(&fine).unwrap(), Inserted::Exists);
        let read = store.item(centre.centre.id, fine.id).unwrap().unwrap();
        assert_eq!(read.ready_at, micros(at(3, 0), 1));
    });
}

#[test]
fn an_item_that_names_what_is_not_there_is_refused_by_field() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dice, stray) = (&mut Dice::new(2), small_centre("H92", 3));
        let good = item(&centre, "G", dice);
        let dossier = dossier(&centre, 1, dice);
        let home = home_delivery(&centre, None, dice);
        for (item, expected) in [
            (Item { centre_id: stray.centre.id, ..good.clone() }, "centre_id"),
            (Item { from: stray.sites[0].id, ..good.clone() }, "from"),
            (Item { to: Destination::Site(stray.sites[0].id), ..good.clone() }, "to"),
            (Item { to: Destination::Home(home.id), ..good.clone() }, "to"),
            (Item { dossier_id: Some(dossier.id), ..good.clone() }, "dossier_id"),
            (
                Item { waypoint: Some(Waypoint { site: stray.sites[0].id, reached_at: at(4, 0) }), ..good.clone() },
                "waypoint",
            ),
        ] {
            let error = store.insert_item(&item).unwrap_err();
            assert!(matches!(&error, StoreError::Missing { field, .. } if *field == expected), "{expected}: {error}");
        }
        let backwards = Item { due_at: Some(good.ready_at), ..good.clone() };
        let error = store.insert_item(&backwards).unwrap_err();
        assert!(matches!(error, StoreError::Domain(DomainError::DueBeforeReady { .. })), "{error}");
        let circle = Item { to: Destination::Site(good.from), ..good.clone() };
        let error = store.insert_item(&circle).unwrap_err();
        assert!(matches!(error, StoreError::Domain(DomainError::SameEnds { .. })), "{error}");
        assert_eq!(store.counts(centre.centre.id).unwrap().items, 0);
        assert_eq!(store.insert_item(&good).unwrap(), Inserted::Created);
    });
}

#[test]
fn dossiers_and_home_deliveries_are_created_only_once_too() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dice, id) = (&mut Dice::new(2), centre.centre.id);
        let mut first = dossier(&centre, 1, dice);
        first.settled_at = Some(at(8, 0));
        assert_eq!(store.insert_dossier(&first).unwrap(), Inserted::Created);
        assert_eq!(store.insert_dossier(&first).unwrap(), Inserted::Exists);
        let mut changed = first.clone();
        changed.settled_at = None;
        assert_eq!(store.insert_dossier(&changed).unwrap(), Inserted::Conflict { field: "id" });
        let same_code = dossier(&centre, 1, dice);
        assert_eq!(store.insert_dossier(&same_code).unwrap(), Inserted::Conflict { field: "code" });
        assert_eq!(store.dossier_by_code(id, first.code.as_str()).unwrap().as_ref(), Some(&first));
        assert_eq!(store.dossier_by_code(id, "nothing").unwrap(), None);
        let mut stray = dossier(&centre, 2, dice);
        stray.department_id = small_centre("H92", 3).sites[1].id;
        let error = store.insert_dossier(&stray).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "department_id", .. }), "{error}");

        let home = home_delivery(&centre, Some(&first), dice);
        assert_eq!(store.insert_home_delivery(&home).unwrap(), Inserted::Created);
        assert_eq!(store.insert_home_delivery(&home).unwrap(), Inserted::Exists);
        let mut moved = home.clone();
        moved.wanted = None;
        assert_eq!(store.insert_home_delivery(&moved).unwrap(), Inserted::Conflict { field: "id" });
        let mut either_half = home_delivery(&centre, None, dice);
        either_half.wanted =
            either_half.wanted.map(|wanted| conthoi::domain::WantedHalfDay { half_day: None, ..wanted });
        let mut any_day = home_delivery(&centre, None, dice);
        any_day.wanted = None;
        store.insert_home_delivery(&either_half).unwrap();
        store.insert_home_delivery(&any_day).unwrap();
        let mut all = vec![home.clone(), either_half, any_day];
        all.sort_by_key(|home| home.id);
        let ids: Vec<_> = all.iter().rev().map(|home| home.id).collect();
        assert_eq!(store.home_deliveries(id, &ids).unwrap(), all);
        let stray = home_delivery(&centre, Some(&same_code), dice);
        let error = store.insert_home_delivery(&stray).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "dossier_id", .. }), "{error}");
    });
}

/// Many items, with few different times, some delivered, some from elsewhere, in the order of a list.
fn many(store: &Store, centre: &CentreData, count: usize) -> Vec<Item> {
    let dice = &mut Dice::new(11);
    let dossiers: Vec<_> = (0..3).map(|n| dossier(centre, n, dice)).collect();
    let home = home_delivery(centre, None, dice);
    let mut items: Vec<Item> = (0..count)
        .map(|n| {
            let mut item = item(centre, &format!("{}-{n:05}", dice.one_of(&["AB", "AC", "ab"])), dice);
            item.ready_at = at(u32::try_from(dice.below(4)).unwrap(), 0);
            item.dossier_id = dice.maybe(|dice| dice.one_of(&dossiers).id);
            item.delivered_at = dice.maybe(|dice| at(u32::try_from(4 + dice.below(3)).unwrap(), 0));
            item.from = centre.sites[dice.below(2)].id;
            item.to = dice.maybe(|_| Destination::Home(home.id)).unwrap_or(Destination::Site(centre.sites[2].id));
            item
        })
        .collect();
    store.insert_season(&dossiers, &[home], &items, &[], &mut |_, _| {}).unwrap();
    items.sort_by_key(|item| (item.ready_at, item.id));
    items
}

fn page_through(store: &Store, centre: &CentreData, filter: &ItemFilter, limit: u32) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    loop {
        let after = found.last().map(ItemCursor::from);
        let page = store.items(centre.centre.id, filter, after, limit).unwrap();
        assert!(page.len() <= limit as usize);
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

#[test]
fn pages_neither_lose_nor_repeat_items_of_the_same_time() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let items = many(store, &centre, 250);
        for limit in [1, 7, 100, 1_000] {
            assert_eq!(page_through(store, &centre, &ItemFilter::default(), limit), items, "{limit} a page");
        }
        assert_eq!(store.items(centre.centre.id, &ItemFilter::default(), None, 0).unwrap(), []);
    });
}

#[test]
fn filters_agree_with_a_plain_look_at_every_item() {
    type Passes = Box<dyn Fn(&Item) -> bool>;
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let items = many(store, &centre, 250);
        let (hub, department, other) = (centre.sites[0].id, centre.sites[1].id, centre.sites[2].id);
        let dossier = store.dossier_by_code(centre.centre.id, "000.00.00.H51-190614-0001").unwrap().unwrap().id;
        let all = ItemFilter::default;
        let cases: Vec<(ItemFilter, Passes)> = vec![
            (ItemFilter { from: Some(hub), ..all() }, Box::new(move |item| item.from == hub)),
            (ItemFilter { to: Some(other), ..all() }, Box::new(move |item| item.to == Destination::Site(other))),
            (ItemFilter { to: Some(department), ..all() }, Box::new(|_| false)),
            (ItemFilter { ready_from: Some(at(1, 0)), ..all() }, Box::new(|item| item.ready_at >= at(1, 0))),
            (ItemFilter { ready_until: Some(at(1, 0)), ..all() }, Box::new(|item| item.ready_at < at(1, 0))),
            (ItemFilter { delivered: Some(true), ..all() }, Box::new(|item| item.delivered_at.is_some())),
            (ItemFilter { delivered: Some(false), ..all() }, Box::new(|item| item.delivered_at.is_none())),
            (
                ItemFilter { code_prefix: Some("AB".into()), ..all() },
                Box::new(|item| item.code.as_str().starts_with("AB")),
            ),
            (
                ItemFilter { code_prefix: Some("ab-0001".into()), ..all() },
                Box::new(|item| item.code.as_str().starts_with("ab-0001")),
            ),
            (ItemFilter { code_prefix: Some(String::new()), ..all() }, Box::new(|_| true)),
            (ItemFilter { code_prefix: Some("A%".into()), ..all() }, Box::new(|_| false)),
            (ItemFilter { code_prefix: Some("Ắ".into()), ..all() }, Box::new(|_| false)),
            (
                ItemFilter { dossier_code: Some("000.00.00.H51-190614-0001".into()), ..all() },
                Box::new(move |item| item.dossier_id == Some(dossier)),
            ),
            (ItemFilter { dossier_code: Some("none".into()), ..all() }, Box::new(|_| false)),
            (
                ItemFilter { from: Some(hub), delivered: Some(false), ready_from: Some(at(2, 0)), ..all() },
                Box::new(move |item| item.from == hub && item.delivered_at.is_none() && item.ready_at >= at(2, 0)),
            ),
        ];
        for (filter, passes) in cases {
            let expected: Vec<Item> = items.iter().filter(|item| passes(item)).cloned().collect();
            assert_eq!(page_through(store, &centre, &filter, 13), expected, "{filter:?}");
        }
    });
}

#[test]
fn a_days_waiting_items() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let items = many(store, &centre, 250);
        for (ready_before, undelivered_at) in
            [(at(2, 0), at(5, 0)), (at(23, 0), at(4, 0)), (at(0, 0), at(0, 0)), (at(9, 0), at(9, 0))]
        {
            let expected: Vec<Item> = items
                .iter()
                .filter(|item| item.ready_at < ready_before)
                .filter(|item| item.delivered_at.is_none_or(|delivered| delivered >= undelivered_at))
                .cloned()
                .collect();
            let waiting = store.waiting_items(centre.centre.id, ready_before, undelivered_at).unwrap();
            assert_eq!(waiting, expected, "{ready_before} {undelivered_at}");
        }
    });
}

#[test]
fn more_ids_than_a_statement_holds() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let mut items = many(store, &centre, 50);
        items.sort_by_key(|item| item.id);
        let dice = &mut Dice::new(12);
        let mut ids: Vec<ItemId> = (0..40_000).map(|_| ItemId::new(dice)).collect();
        for (n, item) in items.iter().enumerate() {
            ids[n * 700] = item.id;
            ids[n * 700 + 20] = item.id;
        }
        assert_eq!(store.items_by_id(centre.centre.id, &ids).unwrap(), items);
        assert_eq!(store.items_by_id(centre.centre.id, &[]).unwrap(), []);
        let ids: Vec<_> = items.iter().filter_map(|item| item.dossier_id).collect();
        let codes: Vec<DossierCode> =
            store.dossiers(centre.centre.id, &ids).unwrap().into_iter().map(|dossier| dossier.code).collect();
        assert_eq!(codes.len(), 3);
    });
}

#[test]
fn days_are_counted_on_the_centres_clocks() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dice, id) = (&mut Dice::new(2), centre.centre.id);
        assert_eq!(store.counts(id).unwrap(), conthoi::store::Counts::default());
        let mut early = dossier(&centre, 1, dice);
        // 16:59 and 17:00 in Greenwich are before and after midnight in Sóc Trăng.
        early.received_at = at(16, 59);
        let mut late = dossier(&centre, 2, dice);
        late.received_at = at(17, 0);
        late.settled_at = Some(at(18, 0));
        late.synthetic = true;
        store.insert_dossier(&early).unwrap();
        store.insert_dossier(&late).unwrap();
        let counts = store.counts(id).unwrap();
        assert_eq!((counts.dossiers, counts.settled, counts.synthetic_dossiers), (2, 1, 1));
        assert_eq!(counts.first_received, Some(day(2019, 6, 14)));
        assert_eq!(counts.last_received, Some(day(2019, 6, 15)));
    });
}

#[test]
fn a_nul_character_or_a_far_year_is_refused_by_field_and_never_found() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let (dice, id) = (&mut Dice::new(2), centre.centre.id);
        let mut home = home_delivery(&centre, None, dice);
        home.address = "12\0".into();
        let error = store.insert_home_delivery(&home).unwrap_err();
        assert!(matches!(error, StoreError::Invalid { field: "address", .. }), "{error}");
        let mut home = home_delivery(&centre, None, dice);
        home.wanted.as_mut().unwrap().date = day(12_019, 6, 14);
        let error = store.insert_home_delivery(&home).unwrap_err();
        assert!(matches!(error, StoreError::Invalid { field: "wanted.date", .. }), "{error}");
        let mut dossier = dossier(&centre, 1, dice);
        dossier.code = DossierCode::from_trusted("H51\0".into());
        let error = store.insert_dossier(&dossier).unwrap_err();
        assert!(matches!(error, StoreError::Invalid { field: "code", .. }), "{error}");
        assert!(matches!(store.item_by_code(id, "\0"), Ok(None) | Err(StoreError::Invalid { .. })));
        assert!(matches!(store.dossier_by_code(id, "\0"), Ok(None) | Err(StoreError::Invalid { .. })));
        assert!(matches!(store.centre("\0"), Ok(None) | Err(StoreError::Invalid { .. })));
        assert_eq!(store.plan(id, day(12_019, 6, 14)).unwrap(), None);
        assert_eq!(store.plan_dates(id, Some(day(12_019, 6, 14)), 9).unwrap(), []);
    });
}
