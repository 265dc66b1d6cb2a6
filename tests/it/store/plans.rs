//! Plans: read back as saved, replaced only by who has seen the last one.

use std::{cell::Cell, collections::BTreeSet, sync::Barrier, thread, time::Instant};

use chrono::Days;
use conthoi::{
    domain::{CentreData, HomeDelivery, Item, ItemId, LegCarrier, Plan, PlanId, RoundId, RouteId, RunId},
    store::{Store, StoreError},
};
use proptest::prelude::*;

use crate::support::{
    centre::{day, home_delivery, item, small_centre},
    db::{TestDatabase, on_each_database},
    ids::Dice,
    plan::{Size, World},
};

const SMALL: Size = Size { runs: 3, rounds: 2, stops: 4, items: 5 };

struct Town {
    centre: CentreData,
    homes: Vec<HomeDelivery>,
    items: Vec<Item>,
}

impl Town {
    fn stored(store: &Store, items: usize) -> Self {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let dice = &mut Dice::new(2);
        let homes: Vec<HomeDelivery> = (0..20).map(|_| home_delivery(&centre, None, dice)).collect();
        let items: Vec<Item> = (0..items).map(|n| item(&centre, &format!("I{n}"), dice)).collect();
        store.insert_season(&[], &homes, &items, &[], &mut |_, _| {}).unwrap();
        Self { centre, homes, items }
    }

    fn world(&self) -> World<'_> {
        World { centre: &self.centre, homes: &self.homes, items: &self.items }
    }
}

#[test]
fn a_hundred_random_days_are_read_back_equal() {
    for database in TestDatabase::each() {
        let store = database.store();
        let town = Town::stored(&store, 60);
        let (number, reasons) = (Cell::new(0), std::cell::RefCell::new(BTreeSet::new()));
        let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
        let sizes = (0usize..5, 0usize..4, 0usize..6, 0usize..7);
        proptest!(config, |(seed in any::<u64>(), (runs, rounds, stops, items) in sizes)| {
            // A day of its own for each case, so that the other ninety-nine are there too.
            number.set(number.get() + 1);
            let date = day(2019, 1, 4) + Days::new(number.get());
            let size = Size { runs, rounds, stops, items };
            let plan = town.world().plan(date, 1, size, &mut Dice::new(seed));
            store.save_plan(&plan, None).unwrap();
            let read = store.plan(plan.centre_id, date).unwrap();
            prop_assert_eq!(read.as_ref(), Some(&plan));
            reasons.borrow_mut().extend(plan.unassigned.iter().map(|unassigned| unassigned.reason.code()));
        });
        assert_eq!(reasons.borrow().len(), 13, "every reason was there: {reasons:?}");
        let dates = store.plan_dates(town.centre.centre.id, None, 1_000).unwrap();
        assert_eq!(dates.len() as u64, number.get());
    }
}

#[test]
fn runs_rounds_and_routes_are_found_by_id() {
    on_each_database(|store| {
        let town = Town::stored(store, 10);
        let dice = &mut Dice::new(5);
        let centre = town.centre.centre.id;
        let (mut runs, mut rounds) = (0, 0);
        for n in 0..4 {
            let date = day(2019, 6, 10) + Days::new(n);
            let plan = town.world().plan(date, 1, SMALL, dice);
            store.save_plan(&plan, None).unwrap();
            for run in &plan.runs {
                assert_eq!(store.date_of_run(run.id).unwrap(), Some((centre, date)));
                runs += 1;
            }
            for (carrier, route) in plan.routes() {
                assert_eq!(store.date_of_route(route.id).unwrap(), Some((centre, date)));
                if let LegCarrier::Round(round) = carrier {
                    assert_eq!(store.date_of_round(round).unwrap(), Some((centre, date)));
                    rounds += 1;
                }
            }
        }
        assert!(runs > 0 && rounds > 0);
        assert_eq!(store.date_of_run(RunId::new(dice)).unwrap(), None);
        assert_eq!(store.date_of_round(RoundId::new(dice)).unwrap(), None);
        assert_eq!(store.date_of_route(RouteId::new(dice)).unwrap(), None);
    });
}

#[test]
fn a_plan_is_replaced_by_who_has_seen_the_last_one() {
    on_each_database(|store| {
        let town = Town::stored(store, 20);
        let (dice, date, centre) = (&mut Dice::new(5), day(2019, 6, 14), town.centre.centre.id);
        let mut plan = |revision| town.world().plan(date, revision, SMALL, dice);
        let lost = |result: Result<(), StoreError>| match result {
            Err(StoreError::LostRace { date: of, expected, found }) if of == date => (expected, found),
            other => panic!("{other:?}"),
        };
        let (first, second) = (plan(1), plan(2));
        assert_eq!(store.plan_revision(centre, date).unwrap(), None);
        assert_eq!(lost(store.save_plan(&second, Some(1))), (Some(1), None));
        assert_eq!(store.plan(centre, date).unwrap(), None);
        store.save_plan(&first, None).unwrap();
        assert_eq!(lost(store.save_plan(&second, None)), (None, Some(1)));
        assert_eq!(lost(store.save_plan(&plan(6), Some(5))), (Some(5), Some(1)));
        assert_eq!(store.plan(centre, date).unwrap().as_ref(), Some(&first), "who lost has changed nothing");
        store.save_plan(&second, Some(1)).unwrap();
        assert_eq!(store.plan(centre, date).unwrap().as_ref(), Some(&second));
        assert_eq!(store.plan_revision(centre, date).unwrap(), Some(2));
        // A run keeps its id when the day is planned again.
        let mut third = second.clone();
        (third.id, third.revision) = (plan(9).id, 3);
        third.runs.reverse();
        store.save_plan(&third, Some(2)).unwrap();
        assert_eq!(store.plan(centre, date).unwrap(), Some(third));
        for revision in [0, 3] {
            let error = store.save_plan(&plan(revision), Some(3)).unwrap_err();
            assert!(matches!(error, StoreError::Invalid { field: "revision", .. }), "{error}");
        }
        let message = store.save_plan(&second, Some(1)).unwrap_err().to_string();
        assert_eq!(
            message,
            "the plan of 2019-06-14 is now at revision 3, not at revision 1: read it again and decide anew"
        );
    });
}

#[test]
fn of_many_who_replace_the_same_plan_one_wins() {
    on_each_database(|store| {
        let town = Town::stored(store, 20);
        let (dice, date, centre) = (&mut Dice::new(5), day(2019, 6, 14), town.centre.centre.id);
        for revision in 1..=4u32 {
            let replaces = revision.checked_sub(1).filter(|old| *old > 0);
            let plans: Vec<Plan> = (0..6).map(|_| town.world().plan(date, revision, SMALL, dice)).collect();
            let barrier = Barrier::new(plans.len());
            let results: Vec<_> = thread::scope(|scope| {
                let save = |plan| {
                    barrier.wait();
                    store.save_plan(plan, replaces)
                };
                let threads: Vec<_> = plans.iter().map(|plan| scope.spawn(move || save(plan))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let winners: Vec<&Plan> =
                plans.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(plan, _)| plan).collect();
            assert_eq!(winners.len(), 1, "{results:?}");
            for loser in results.iter().filter_map(|result| result.as_ref().err()) {
                assert!(matches!(loser, StoreError::LostRace { found, .. } if *found == Some(revision)), "{loser:?}");
            }
            assert_eq!(store.plan(centre, date).unwrap().as_ref(), Some(winners[0]));
        }
    });
}

#[test]
fn a_plan_that_names_what_is_not_there_leaves_the_old_one() {
    on_each_database(|store| {
        let town = Town::stored(store, 20);
        let (dice, date, centre) = (&mut Dice::new(5), day(2019, 6, 14), town.centre.centre.id);
        let old = town.world().plan(date, 1, SMALL, dice);
        store.save_plan(&old, None).unwrap();
        let mut new = town.world().plan(date, 2, SMALL, dice);
        // Written last, when all the rest is.
        new.warnings = vec![conthoi::domain::Warning::Late {
            item_id: ItemId::new(dice),
            due_at: old.made_at,
            arrives_at: old.made_at,
        }];
        let error = store.save_plan(&new, Some(1)).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "warnings", .. }), "{error}");
        assert_eq!(store.plan(centre, date).unwrap(), Some(old));
        let mut elsewhere = town.world().plan(day(2019, 6, 15), 1, SMALL, dice);
        elsewhere.centre_id = small_centre("H92", 7).centre.id;
        let error = store.save_plan(&elsewhere, None).unwrap_err();
        assert!(matches!(error, StoreError::Missing { field: "centre_id", .. }), "{error}");
    });
}

#[test]
fn days_with_a_plan_are_listed_in_pages() {
    on_each_database(|store| {
        let town = Town::stored(store, 5);
        let (dice, centre) = (&mut Dice::new(5), town.centre.centre.id);
        let mut expected = Vec::new();
        for date in [day(2019, 6, 14), day(2019, 1, 4), day(2019, 12, 31), day(2020, 1, 2)] {
            let plan = town.world().plan(date, 7, SMALL, dice);
            store.save_plan(&plan, None).unwrap();
            expected.push((date, 7, plan.made_at));
        }
        expected.sort();
        assert_eq!(store.plan_dates(centre, None, 3).unwrap(), expected[..3]);
        assert_eq!(store.plan_dates(centre, Some(expected[2].0), 3).unwrap(), expected[3..]);
        assert_eq!(store.plan_dates(centre, Some(day(2021, 1, 1)), 3).unwrap(), []);
        assert_eq!(store.counts(centre).unwrap().plans, 4);
    });
}

/// For information: the figures depend on the machine.
#[test]
fn a_plan_of_ten_thousand_items() {
    on_each_database(|store| {
        let town = Town::stored(store, 10_000);
        let dice = &mut Dice::new(5);
        let mut plan = town.world().plan(day(2019, 6, 14), 1, Size { runs: 4, rounds: 0, ..SMALL }, dice);
        let mut template =
            town.world().plan(day(2019, 6, 14), 1, Size { runs: 0, rounds: 60, stops: 60, items: 0 }, dice);
        while template.rounds.iter().map(|round| round.route.stops.len()).sum::<usize>() < 500 {
            template = town.world().plan(day(2019, 6, 14), 1, Size { runs: 0, rounds: 60, stops: 60, items: 0 }, dice);
        }
        plan.rounds = template.rounds;
        let ids: Vec<ItemId> = town.items.iter().map(|item| item.id).collect();
        let mut stops: Vec<_> = plan.rounds.iter_mut().flat_map(|round| round.route.stops.iter_mut()).collect();
        let share = ids.len().div_ceil(stops.len());
        for (stop, items) in stops.iter_mut().zip(ids.chunks(share)) {
            stop.load = items.to_vec();
            stop.unload = items.to_vec();
        }
        let start = Instant::now();
        store.save_plan(&plan, None).unwrap();
        let save = start.elapsed();
        let start = Instant::now();
        let read = store.plan(plan.centre_id, plan.date).unwrap();
        let load = start.elapsed();
        assert_eq!(read.as_ref(), Some(&plan));
        (plan.revision, plan.id) = (2, PlanId::new(dice));
        let start = Instant::now();
        store.save_plan(&plan, Some(1)).unwrap();
        let stops = plan.routes().map(|(_, route)| route.stops.len()).sum::<usize>();
        println!(
            "{:?}: 10000 items on {stops} stops saved in {save:?}, read in {load:?}, replaced in {:?}",
            store.backend(),
            start.elapsed()
        );
    });
}
