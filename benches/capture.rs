//! What capture takes: a server as a user runs it, on SQLite, driven over HTTP from this machine.
//!
//! `make bench-capture`. `CONTHOI_BENCH_SCANS` sets how many scans are sent in batches (100,000).

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop there")]
#![allow(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]

#[path = "../tests/it/cli/http.rs"]
mod http;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use conthoi::domain::{IdSource, ItemCode, SeededIds};
use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection};
use http::Connection;
use serde_json::json;
use uuid::Uuid;

const BATCH: u64 = 50;
const BATCH_CONNECTIONS: u64 = 4;
/// All connections' batches in one transaction.
const HAND_GROUP: u64 = BATCH * BATCH_CONNECTIONS;
const SINGLE_CONNECTIONS: u64 = 64;
const SINGLE_REQUESTS: u64 = 20_000;
const LOOK_UPS: u64 = 2_000;

/// The process, its address, and a token that it accepts.
struct Server(Child, String, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(folder: &Path) -> Server {
    let binary = env!("CARGO_BIN_EXE_conthoi");
    let database = ["--database", "sqlite:bench.sqlite"];
    assert!(
        Command::new(binary)
            .arg("import")
            .args(database)
            .current_dir(folder)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let account = |arguments: &[&str]| {
        let made =
            Command::new(binary).arg("account").args(arguments).args(database).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    account(&["add", "scanners", "--role", "integration"]);
    let scopes = ["--scope", "scans:write", "--scope", "custody:read"];
    let token = account(&[&["token", "scanners", "--label", "bench"][..], &scopes].concat());
    let mut child = Command::new(binary)
        .args(["serve", "--port", "0", "--log", "off"])
        .args(database)
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split_once("http://").unwrap().1.split('/').next().unwrap().to_owned();
    Server(child, address, token)
}

/// A request with `count` scans, of which each counts one of twenty thousand items.
fn request(ids: &mut SeededIds, device: u64, first: u64, count: u64) -> Vec<u8> {
    let scan = |seq: u64| {
        json!({
            "id": ids.next_uuid(), "device_id": Uuid::from_u128(u128::from(device) + 1), "device_seq": seq,
            "device_time": "2019-06-14T08:00:00+07:00", "actor": { "courier": "CP01" },
            "action": { "kind": "load" }, "codes": [item((device * 7_919 + seq * 31) % 20_000)],
            "place": { "site": "TTPVHCC" },
        })
    };
    let scans: Vec<_> = (first..first + count).map(scan).collect();
    serde_json::to_vec(&json!({ "scans": scans })).unwrap()
}

fn item(n: u64) -> String {
    ItemCode::issue(&format!("B{n:06}")).unwrap().to_string()
}

/// Sends from many connections; answers the time in all and that of each request.
fn send(
    Server(_, address, token): &Server,
    connections: u64,
    requests: u64,
    scans: u64,
    devices: u64,
) -> (Duration, Vec<Duration>) {
    let bodies: Vec<Vec<Vec<u8>>> = (0..connections)
        .map(|n| {
            let mut ids = SeededIds::new(devices + n, 1_560_470_400_000);
            (0..requests / connections).map(|k| request(&mut ids, devices + n, 1 + k * scans, scans)).collect()
        })
        .collect();
    let began = Instant::now();
    let refused = AtomicU64::new(0);
    let mut took: Vec<Duration> = thread::scope(|scope| {
        let threads: Vec<_> = bodies
            .iter()
            .map(|bodies| {
                let refused = &refused;
                scope.spawn(move || {
                    let mut connection = Connection::open(address, token).unwrap();
                    let mut took = Vec::with_capacity(bodies.len());
                    for body in bodies {
                        let began = Instant::now();
                        let answer = connection.post("/v1/scans", body).unwrap();
                        took.push(began.elapsed());
                        let created = String::from_utf8_lossy(&answer.body).matches("\"created\"").count() as u64;
                        if answer.status != 200 || answer.retry_after.is_some() || created != scans {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    took
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let all = began.elapsed();
    assert_eq!(refused.load(Ordering::Relaxed), 0, "every scan is created");
    took.sort_unstable();
    (all, took)
}

fn at(took: &[Duration], per_mille: usize) -> f64 {
    took[(took.len() - 1) * per_mille / 1_000].as_secs_f64() * 1_000.0
}

/// The same rows, copied by SQLite itself in transactions as large as those of capture at best, each waiting for the disk.
fn by_hand(folder: &Path, scans: u64) -> Duration {
    let url = format!("sqlite:{}", folder.join("hand.sqlite").display());
    let import = ["import", "--database", &url];
    let binary = env!("CARGO_BIN_EXE_conthoi");
    assert!(Command::new(binary).args(import).current_dir(folder).stdout(Stdio::null()).status().unwrap().success());
    let mut connection = SqliteConnection::establish(folder.join("hand.sqlite").to_str().unwrap()).unwrap();
    connection
        .batch_execute(&format!(
            "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; ATTACH '{}' AS source; \
             CREATE TEMP TABLE events AS SELECT * FROM source.scan_events; \
             CREATE TEMP TABLE codes AS SELECT * FROM source.scan_codes; \
             CREATE INDEX temp.events_at ON events (position); CREATE INDEX temp.codes_at ON codes (position); \
             UPDATE events SET centre_id = (SELECT id FROM main.centres); \
             UPDATE codes SET centre_id = (SELECT id FROM main.centres); DETACH source;",
            folder.join("bench.sqlite").display()
        ))
        .unwrap();
    let began = Instant::now();
    for first in (1..=scans).step_by(usize::try_from(HAND_GROUP).unwrap()) {
        let rows = format!("WHERE position BETWEEN {first} AND {}", first + HAND_GROUP - 1);
        connection
            .batch_execute(&format!(
                "BEGIN IMMEDIATE; INSERT INTO main.scan_events SELECT * FROM temp.events {rows}; \
                 INSERT INTO main.scan_codes SELECT * FROM temp.codes {rows}; \
                 INSERT INTO main.scan_chains SELECT centre_id, code, 1, position, link FROM temp.codes {rows} \
                 ON CONFLICT DO UPDATE SET scans = scans + 1, position = excluded.position, link = excluded.link; COMMIT;"
            ))
            .unwrap();
    }
    began.elapsed()
}

fn main() {
    let scans: u64 = std::env::var("CONTHOI_BENCH_SCANS").map_or(100_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let _warming_up = send(&server, 1, 20, BATCH, 1_000_000);
    let (all, took) = send(&server, BATCH_CONNECTIONS, scans / BATCH, BATCH, 1);
    let batched = scans as f64 / all.as_secs_f64();
    println!(
        "batches of {BATCH} from {BATCH_CONNECTIONS} connections: {batched:.0} scans/s acknowledged; a request p50 {:.1} ms, p99 {:.1} ms",
        at(&took, 500),
        at(&took, 990)
    );
    let (all, took) = send(&server, SINGLE_CONNECTIONS, SINGLE_REQUESTS, 1, 100_000);
    println!(
        "single scans from {SINGLE_CONNECTIONS} connections: {:.0} requests/s; p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        took.len() as f64 / all.as_secs_f64(),
        at(&took, 500),
        at(&took, 990),
        at(&took, 1_000)
    );
    let mut connection = Connection::open(&server.1, &server.2).unwrap();
    let mut took: Vec<Duration> = (0..LOOK_UPS)
        .map(|n| {
            let began = Instant::now();
            assert_eq!(connection.get(&format!("/v1/items/{}/custody", item(n * 7 % 20_000))).unwrap().status, 200);
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    let recorded = scans + SINGLE_REQUESTS + 20 * BATCH;
    println!(
        "custody look-up with {recorded} scans in the ledger: p50 {:.2} ms, p99 {:.2} ms",
        at(&took, 500),
        at(&took, 990)
    );
    drop(server);
    let hand = scans as f64 / by_hand(folder.path(), scans).as_secs_f64();
    println!(
        "the same rows copied by SQLite alone in transactions of {HAND_GROUP}: {hand:.0} scans/s; capture is at {:.0} % of that",
        batched / hand * 100.0
    );
}
