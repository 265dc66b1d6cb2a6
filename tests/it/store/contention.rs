//! Many writers at once: each waits its turn, none fails, nothing is lost.

use std::thread;

use conthoi::store::{Inserted, Store};

use crate::support::{
    centre::{item, small_centre},
    db::TestDatabase,
    ids::Dice,
};

const THREADS: usize = 8;
const ITEMS: usize = 40;

/// Inserts from many threads, each with the store that `store_of` gives it, reading in between.
fn write_at_once(database: &TestDatabase, store_of: impl Fn() -> Store + Sync) {
    let centre = database.store().save_centre(&small_centre("H51", 1)).unwrap();
    thread::scope(|scope| {
        for n in 0..THREADS {
            let (centre, store_of) = (&centre, &store_of);
            scope.spawn(move || {
                let store = store_of();
                let dice = &mut Dice::new(1_000 + n as u64);
                for k in 0..ITEMS {
                    let item = item(centre, &format!("T{n}-{k}"), dice);
                    assert_eq!(store.insert_item(&item).unwrap(), Inserted::Created);
                    assert_eq!(store.item(centre.centre.id, item.id).unwrap(), Some(item), "what was written is there");
                }
            });
        }
    });
    let counts = database.store().counts(centre.centre.id).unwrap();
    assert_eq!(counts.items, (THREADS * ITEMS) as u64);
}

#[test]
fn threads_that_share_a_store() {
    for database in TestDatabase::each() {
        let store = database.store();
        write_at_once(&database, || store.clone());
    }
}

#[test]
fn processes_that_share_a_database() {
    for database in TestDatabase::each() {
        // A store of its own for each thread: as far as locks go, a process of its own.
        write_at_once(&database, || database.store());
    }
}

#[test]
fn the_same_item_from_many_sides_is_created_once() {
    for database in TestDatabase::each() {
        let store = database.store();
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let item = item(&centre, "ONE", &mut Dice::new(7));
        let answers: Vec<Inserted> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| store.insert_item(&item).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| **answer == Inserted::Created).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == Inserted::Exists).count(), THREADS - 1, "{answers:?}");
    }
}
