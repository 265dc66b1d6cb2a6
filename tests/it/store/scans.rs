//! Scans are added once, chained, and never changed.

use std::{collections::BTreeSet, sync::mpsc, thread};

use chrono::{DateTime, Utc};
use conthoi::{
    domain::{CentreData, ScanId},
    ledger::chain,
    store::{Appended, Chaining, NewScan, ScanBatch, ScanWriter, Store, StoreError, StoredAside},
};
use sha2::{Digest, Sha256};

use crate::support::{
    centre::{at, small_centre},
    db::{TestDatabase, on_each_database},
    ids::Dice,
};

const CHAINING: Chaining = Chaining { leaf: chain::leaf, link: chain::link };

fn new_scan(id: ScanId, content: &str, codes: &[&str]) -> NewScan {
    NewScan {
        id,
        trip: None,
        content: content.to_owned(),
        content_sha256: Sha256::digest(content.as_bytes()).into(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        aside: None,
    }
}

fn add(
    writer: &ScanWriter,
    centre: &CentreData,
    at: DateTime<Utc>,
    scans: Vec<NewScan>,
) -> Result<Vec<Appended>, StoreError> {
    let (sender, receiver) = mpsc::channel();
    let batch = ScanBatch { centre_id: centre.centre.id, scans, received_at: at };
    writer.add(batch, move |appended| sender.send(appended).unwrap());
    receiver.recv().unwrap()
}

fn positions(appended: &[Appended]) -> Vec<Option<i64>> {
    let position = |appended: &Appended| match appended {
        Appended::Created { position, .. } => Some(*position),
        Appended::Known(_) => None,
    };
    appended.iter().map(position).collect()
}

/// Follows every chain by hand.
fn check_chains(store: &Store, centre: &CentreData) {
    let id = centre.centre.id;
    let ends = store.chain_ends(id, "", 10_000).unwrap();
    let links = store.chain_links(id, None, 100_000).unwrap();
    let mut followed = 0;
    for end in &ends {
        let mut before: Option<chain::Hash> = None;
        let of_code: Vec<_> = links.iter().filter(|link| link.code == end.code).collect();
        for link in &of_code {
            let leaf = chain::leaf(link.position, link.received_at, &link.content_sha256);
            let expected = chain::link(before.as_ref(), &leaf);
            assert_eq!(link.link, expected, "{} at {}", link.code, link.position);
            before = Some(expected);
        }
        let scans = i64::try_from(of_code.len()).unwrap();
        assert_eq!(
            (end.scans, Some(end.link), Some(end.position)),
            (scans, before, of_code.last().map(|link| link.position))
        );
        followed += of_code.len();
    }
    assert_eq!(followed, links.len(), "every link belongs to a chain with an end");
}

#[test]
fn a_scan_is_added_once_and_reads_back() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let id = centre.centre.id;
        let dice = &mut Dice::new(1);
        let writer = ScanWriter::start(store.clone(), CHAINING).unwrap();
        let aside = StoredAside { salt: [9; 16], text: "{\"note\":\"x\"}".into() };
        let first =
            NewScan { aside: Some(aside.clone()), ..new_scan(ScanId::new(dice), "{\"a\":1}", &["item:A", "pouch:P"]) };
        let second = new_scan(ScanId::new(dice), "{\"a\":2}", &["item:A"]);
        let batch = vec![first.clone(), second.clone(), first.clone()];
        let appended = add(&writer, &centre, at(3, 0), batch).unwrap();
        assert_eq!(positions(&appended), [Some(1), Some(2), None], "the same one twice in a batch is known");
        let other = new_scan(first.id, "{\"a\":3}", &["item:B"]);
        let again = add(&writer, &centre, at(4, 0), vec![second.clone(), other]).unwrap();
        let [Appended::Known(known), Appended::Known(taken)] = &again[..] else { panic!("{again:?}") };
        assert_eq!((known.position, known.content.as_str(), known.received_at), (2, "{\"a\":2}", at(3, 0)));
        assert_eq!((taken.position, taken.content.as_str(), taken.aside.as_ref()), (1, "{\"a\":1}", Some(&aside)));

        let of_pouch = store.scans_of_codes(id, &["pouch:P".into(), "item:A".into()]).unwrap();
        assert_eq!(of_pouch.iter().map(|scan| scan.id).collect::<Vec<_>>(), [first.id, second.id]);
        assert_eq!(store.scans_of_codes(id, &["item:B".into()]).unwrap(), []);
        assert_eq!(store.scans_after(id, 1, 10).unwrap(), [(**known).clone()]);
        check_chains(store, &centre);
    });
}

#[test]
fn the_ledgers_time_never_runs_backwards() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let dice = &mut Dice::new(1);
        let writer = ScanWriter::start(store.clone(), CHAINING).unwrap();
        add(&writer, &centre, at(5, 0), vec![new_scan(ScanId::new(dice), "1", &["item:A"])]).unwrap();
        let set_back = add(&writer, &centre, at(4, 0), vec![new_scan(ScanId::new(dice), "2", &["item:A"])]).unwrap();
        assert_eq!(set_back, [Appended::Created { position: 2, received_at: at(5, 0) }]);
        check_chains(store, &centre);
    });
}

#[test]
fn many_writers_share_positions_and_chains() {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 12;
    for database in TestDatabase::each() {
        let centre = database.store().save_centre(&small_centre("H51", 1)).unwrap();
        // Everybody sends the same scans too, as devices do that had no answer.
        let shared: Vec<ScanId> = (0..ROUNDS).map(|n| ScanId::new(&mut Dice::new(n as u64))).collect();
        let created: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..WRITERS)
                .map(|n| {
                    let (database, centre, shared) = (&database, &centre, &shared);
                    scope.spawn(move || {
                        // A store of its own: as far as locks go, a process of its own.
                        let writer = ScanWriter::start(database.store(), CHAINING).unwrap();
                        let dice = &mut Dice::new(100 + n as u64);
                        let mut created = 0;
                        for id in shared {
                            let own = new_scan(ScanId::new(dice), "own", &["item:A", &format!("item:{n}")]);
                            let batch = vec![own, new_scan(*id, "shared", &["item:A"])];
                            let appended = add(&writer, centre, at(3, 0), batch).unwrap();
                            created += positions(&appended).into_iter().flatten().count();
                        }
                        created
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(created, WRITERS * ROUNDS + ROUNDS, "a shared one is created by one writer");
        let store = database.store();
        let scans = store.scans_after(centre.centre.id, 0, 10_000).unwrap();
        let expected: Vec<i64> = (1..=i64::try_from(created).unwrap()).collect();
        assert_eq!(scans.iter().map(|scan| scan.position).collect::<Vec<_>>(), expected);
        assert_eq!(scans.iter().map(|scan| scan.id).collect::<BTreeSet<_>>().len(), created);
        check_chains(&store, &centre);
    }
}

#[test]
fn nobody_changes_or_deletes_what_was_recorded() {
    for database in TestDatabase::each() {
        let store = database.store();
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let writer = ScanWriter::start(store.clone(), CHAINING).unwrap();
        let aside = StoredAside { salt: [9; 16], text: "{}".into() };
        let scan = NewScan { aside: Some(aside), ..new_scan(ScanId::new(&mut Dice::new(1)), "1", &["item:A"]) };
        add(&writer, &centre, at(3, 0), vec![scan]).unwrap();
        let before = store.scans_after(centre.centre.id, 0, 10).unwrap();
        for sql in [
            "UPDATE scan_events SET content = 'x'",
            "DELETE FROM scan_events",
            "UPDATE scan_codes SET position = 7",
            "DELETE FROM scan_codes",
        ] {
            let error = database.try_execute(sql).unwrap_err();
            assert!(error.contains("the ledger only grows"), "{sql}: {error}");
        }
        assert_eq!(store.scans_after(centre.centre.id, 0, 10).unwrap(), before);
        // What is kept apart may be erased.
        database.execute("DELETE FROM scan_asides");
        assert_eq!(store.scans_after(centre.centre.id, 0, 10).unwrap()[0].aside, None);
    }
}

#[test]
fn a_batch_that_cannot_be_stored_keeps_no_other_back() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let unknown = small_centre("H52", 2);
        let dice = &mut Dice::new(1);
        let writer = ScanWriter::start(store.clone(), CHAINING).unwrap();
        let (sender, receiver) = mpsc::channel();
        for (n, centre) in [&centre, &unknown, &centre].into_iter().enumerate() {
            let scans = vec![new_scan(ScanId::new(dice), "1", &["item:A"])];
            let sender = sender.clone();
            let batch = ScanBatch { centre_id: centre.centre.id, scans, received_at: at(3, 0) };
            writer.add(batch, move |appended| sender.send((n, appended.is_ok())).unwrap());
        }
        let mut answers: Vec<(usize, bool)> = (0..3).map(|_| receiver.recv().unwrap()).collect();
        answers.sort_unstable();
        assert_eq!(answers, [(0, true), (1, false), (2, true)]);
        check_chains(store, &centre);
    });
}

#[test]
fn what_was_handed_in_is_answered_before_the_writer_ends() {
    on_each_database(|store| {
        let centre = store.save_centre(&small_centre("H51", 1)).unwrap();
        let dice = &mut Dice::new(1);
        let (sender, receiver) = mpsc::channel();
        let writer = ScanWriter::start(store.clone(), CHAINING).unwrap();
        for _ in 0..50 {
            let scans = vec![new_scan(ScanId::new(dice), "1", &["item:A"])];
            let batch = ScanBatch { centre_id: centre.centre.id, scans, received_at: at(3, 0) };
            let sender = sender.clone();
            writer.add(batch, move |appended| sender.send(appended.is_ok()).unwrap());
        }
        drop((writer, sender));
        assert_eq!(receiver.into_iter().filter(|ok| *ok).count(), 50);
    });
}
