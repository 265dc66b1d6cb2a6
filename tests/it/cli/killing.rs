//! The server is killed while it takes scans in: what it has acknowledged is there, once.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{Mutex, mpsc},
    thread,
};

use conthoi::domain::{IdSource, ItemCode, SeededIds};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{http::Connection, run, serving::Server};
use crate::support::db::TestDatabase;

const CLIENTS: u64 = 4;

/// Some scans of one device, each with its id.
fn scans(ids: &mut SeededIds, device: u64, first: u64, count: u64) -> Vec<(Uuid, Value)> {
    (first..first + count)
        .map(|seq| {
            let id = ids.next_uuid();
            // A few scans of each thing, by a few devices.
            let code = ItemCode::issue(&format!("K{:05}", (device / 4 * 5_000 + seq / 4) % 100_000)).unwrap();
            let scan = json!({
                "id": id, "device_id": Uuid::from_u128(u128::from(device) + 1), "device_seq": seq,
                "device_time": "2019-06-14T08:00:00+07:00", "actor": { "site": "TTPVHCC" },
                "action": { "kind": "count" }, "codes": [code.as_str()],
            });
            (id, scan)
        })
        .collect()
}

fn body(scans: &[(Uuid, Value)]) -> Vec<u8> {
    serde_json::to_vec(&json!({ "scans": scans.iter().map(|(_, scan)| scan).collect::<Vec<_>>() })).unwrap()
}

fn results(body: &[u8]) -> Vec<String> {
    let answer: Value = serde_json::from_slice(body).unwrap();
    answer["results"].as_array().unwrap().iter().map(|it| it["result"].as_str().unwrap().to_owned()).collect()
}

/// What was sent, and of it what was acknowledged.
#[derive(Default)]
struct Sent {
    batches: Vec<Vec<(Uuid, Value)>>,
    acknowledged: BTreeSet<Uuid>,
}

/// Sends until the server is gone; tells of each acknowledged batch.
fn send_until_it_dies(
    (address, token): (&str, &str),
    seed: u64,
    device: u64,
    sent: &Mutex<Sent>,
    told: &mpsc::Sender<()>,
) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ids = SeededIds::new(seed, 1_560_470_400_000);
    let mut next = 1;
    let Ok(mut connection) = Connection::open(address, token) else { return };
    loop {
        let count = if rng.random() { 1 } else { rng.random_range(1..40) };
        let batch = scans(&mut ids, device, next, count);
        next += count;
        let request = body(&batch);
        sent.lock().unwrap().batches.push(batch.clone());
        let Ok(answer) = connection.post("/v1/scans", &request) else { return };
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert!(results(&answer.body).iter().all(|result| result == "created"));
        sent.lock().unwrap().acknowledged.extend(batch.iter().map(|(id, _)| id));
        // The listener is gone once it has killed the server.
        let _ = told.send(());
    }
}

fn kill_once(folder: &Path, database: &str, token: &str, seed: u64) -> usize {
    let arguments = ["serve", "--port", "0", "--log", "error", "--database", database];
    let server = Server::start(folder, &arguments);
    let address = server.address.clone();
    let sent = Mutex::new(Sent::default());
    let (told, telling) = mpsc::channel();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (address, sent, told) = (&address, &sent, told.clone());
            scope.spawn(move || {
                send_until_it_dies((address, token), seed * CLIENTS + client, seed * CLIENTS + client, sent, &told);
            });
        }
        // At a random moment, while other requests are under way.
        let after = ChaCha8Rng::seed_from_u64(seed).random_range(1..60);
        for _ in 0..after {
            telling.recv().unwrap();
        }
        server.kill();
    });
    let sent = sent.into_inner().unwrap();
    assert!(!sent.acknowledged.is_empty());

    // Everything is sent again, as devices do that had no answer.
    let server = Server::start(folder, &arguments);
    let mut connection = Connection::open(&server.address, token).unwrap();
    for batch in &sent.batches {
        let answer = connection.post("/v1/scans", &body(batch)).unwrap();
        assert_eq!(answer.status, 200);
        for ((id, _), result) in batch.iter().zip(results(&answer.body)) {
            match result.as_str() {
                "exists" => {}
                "created" => {
                    assert!(!sent.acknowledged.contains(id), "{id} was acknowledged and is lost (seed {seed})");
                }
                other => panic!("{other}: {id}"),
            }
        }
    }
    server.kill();
    let ids: BTreeSet<Uuid> = sent.batches.iter().flatten().map(|(id, _)| *id).collect();
    ids.len()
}

/// A token of another system that may send scans.
pub(super) fn token(folder: &Path, database: &str) -> String {
    assert_eq!(run(folder, &["account", "add", "scanners", "--role", "integration", "--database", database]).code, 0);
    let issue = [
        "account",
        "token",
        "scanners",
        "--label",
        "test",
        "--scope",
        "scans:write",
        "--scope",
        "centre:read",
        "--scope",
        "custody:read",
    ];
    let issued = run(folder, &[&issue[..], &["--database", database]].concat());
    assert_eq!(issued.code, 0, "{}", issued.err);
    issued.out.trim().to_owned()
}

fn killings(default: u64) -> u64 {
    std::env::var("CONTHOI_KILLS").map_or(default, |count| count.parse().expect("CONTHOI_KILLS is a number"))
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged() {
    for database in TestDatabase::each() {
        let folder = tempfile::tempdir().unwrap();
        let url = database.url.clone();
        assert_eq!(run(folder.path(), &["import", "--database", &url]).code, 0);
        let token = token(folder.path(), &url);
        let kills = killings(6);
        let recorded: usize = (0..kills).map(|seed| kill_once(folder.path(), &url, &token, seed)).sum();
        let report = run(folder.path(), &["ledger", "verify", "--json", "--database", &url]).json();
        assert_eq!((&report["sound"], &report["scans"]), (&json!(true), &json!(recorded)), "{report}");
        println!("{kills} kills, {recorded} scans, each there once, chains sound");
    }
}

/// Ends every connection to the database and lets none in, as a server that is stopped does.
fn stop(database: &TestDatabase, name: &str) {
    database.execute_beside(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    database.execute_beside(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    ));
}

/// Sends batches from a few clients; a batch that is not taken is sent again until it is. Answers all scans, and how often the
/// service said that it could not record.
fn send_through(server: &Server, token: &str, batches: u64, after: impl Fn(u64)) -> (Vec<Vec<(Uuid, Value)>>, u64) {
    let sent = Mutex::new(Vec::new());
    let refused = Mutex::new(0);
    let (told, telling) = mpsc::channel();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (sent, refused, told) = (&sent, &refused, told.clone());
            scope.spawn(move || {
                let mut ids = SeededIds::new(client, 1_560_470_400_000);
                let mut connection = Connection::open(&server.address, token).unwrap();
                for n in 0..batches {
                    let batch = scans(&mut ids, client, 1 + n * 20, 20);
                    let request = body(&batch);
                    loop {
                        let answer = connection.post("/v1/scans", &request).unwrap();
                        // What was written before the answer was lost is known when it comes again.
                        if answer.status == 200 {
                            assert!(results(&answer.body).iter().all(|it| it == "created" || it == "exists"));
                            break;
                        }
                        assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body));
                        assert!(answer.retry_after.is_some());
                        *refused.lock().unwrap() += 1;
                        told.send(0).unwrap();
                    }
                    sent.lock().unwrap().push(batch);
                    told.send(1).unwrap();
                }
            });
        }
        drop(told);
        // As things happen, and only then, the database is stopped and started.
        let (mut recorded, mut refusals) = (0, 0);
        while let Ok(one) = telling.recv() {
            recorded += one;
            refusals += 1 - one;
            after(if refusals > 0 { 1_000_000 + refusals } else { recorded });
        }
    });
    (sent.into_inner().unwrap(), refused.into_inner().unwrap())
}

/// A connection to the database is asked for at every request, so that the service goes on once the database is back.
#[test]
fn while_the_database_is_stopped_it_says_so_and_loses_nothing() {
    let Some(database) = TestDatabase::postgres() else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = database.url.clone();
    assert_eq!(run(folder.path(), &["import", "--database", &url]).code, 0);
    let token = token(folder.path(), &url);
    let server = Server::start(folder.path(), &["serve", "--port", "0", "--log", "off", "--database", &url]);
    let name = database.name().unwrap();
    let is_stopped = std::cell::Cell::new(0);
    let (sent, refused) = send_through(&server, &token, 30, |happened| match (is_stopped.get(), happened) {
        (0, 20) => {
            stop(&database, name);
            is_stopped.set(1);
        }
        (1, 1_000_004..) => {
            database.execute_beside(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
            is_stopped.set(2);
        }
        _ => {}
    });
    assert!(is_stopped.get() == 2 && refused >= 4, "it was never without its database");
    let mut connection = Connection::open(&server.address, &token).unwrap();
    for batch in &sent {
        let answer = connection.post("/v1/scans", &body(batch)).unwrap();
        assert!(results(&answer.body).iter().all(|result| result == "exists"), "an acknowledged scan is lost");
    }
    server.kill();
    let report = run(folder.path(), &["ledger", "verify", "--json", "--database", &url]).json();
    let scans: usize = sent.iter().map(Vec::len).sum();
    assert_eq!((&report["sound"], &report["scans"]), (&json!(true), &json!(scans)), "{report}");
}

/// The limit on the size of files is what a full disk is to the database.
#[cfg(unix)]
#[test]
fn on_a_full_disk_it_says_so_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["import", "--database", "sqlite:full.sqlite"]).code, 0);
    let token = token(folder.path(), "sqlite:full.sqlite");
    let arguments = ["serve", "--port", "0", "--log", "off", "--database", "sqlite:full.sqlite"];
    let mut limited = Command::new("sh");
    limited.current_dir(folder.path()).args([
        "-c",
        &format!("trap '' XFSZ; ulimit -f 12000; exec '{}' {}", env!("CARGO_BIN_EXE_conthoi"), arguments.join(" ")),
    ]);
    let server = Server::start_command(limited);
    let mut connection = Connection::open(&server.address, &token).unwrap();
    let mut ids = SeededIds::new(1, 1_560_470_400_000);
    let mut acknowledged = Vec::new();
    let mut next = 1;
    loop {
        assert!(next < 200_000, "the limit did not hold");
        let batch = scans(&mut ids, 1, next, 200);
        next += 200;
        let answer = connection.post("/v1/scans", &body(&batch)).unwrap();
        if answer.status == 503 {
            assert!(answer.retry_after.is_some());
            let problem: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(problem["code"], "database_unavailable");
            break;
        }
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        acknowledged.push(batch);
    }
    assert!(acknowledged.len() > 2);
    assert_eq!(connection.get("/v1/centre").unwrap().status, 200, "it still answers");
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    let mut connection = Connection::open(&server.address, &token).unwrap();
    for batch in &acknowledged {
        let answer = connection.post("/v1/scans", &body(batch)).unwrap();
        assert!(results(&answer.body).iter().all(|result| result == "exists"));
    }
    server.kill();
    let report = run(folder.path(), &["ledger", "verify", "--json", "--database", "sqlite:full.sqlite"]).json();
    assert_eq!(report["sound"], true, "{report}");
}
