//! What capture takes: a server as a user runs it, on SQLite, driven over HTTP from this machine.
//!
//! `make bench-capture`. `CONTHOI_BENCH_SCANS` sets how many scans are sent in batches (100,000). With `CONTHOI_BENCH_LEDGER`
//! set to numbers of scans with commas between, it fills the ledger up to each instead and times custody look-ups.

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

const DATABASE: [&str; 2] = ["--database", "sqlite:bench.sqlite"];
const BATCH: u64 = 50;
const BATCH_CONNECTIONS: u64 = 4;
/// All connections' batches in one transaction.
const HAND_GROUP: u64 = BATCH * BATCH_CONNECTIONS;
const SINGLE_CONNECTIONS: u64 = 64;
const SINGLE_REQUESTS: u64 = 20_000;
const LOOK_UPS: u64 = 2_000;
const SCANS_OF_AN_ITEM: u64 = 10;

/// The process, its address, and a token that it accepts.
struct Server(Child, String, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An imported centre, and a token for its scanners.
fn prepare(folder: &Path) -> String {
    let binary = env!("CARGO_BIN_EXE_conthoi");
    assert!(
        Command::new(binary)
            .arg("import")
            .args(DATABASE)
            .current_dir(folder)
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let account = |arguments: &[&str]| {
        let made =
            Command::new(binary).arg("account").args(arguments).args(DATABASE).current_dir(folder).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    account(&["add", "scanners", "--role", "integration"]);
    let scopes = ["--scope", "scans:write", "--scope", "custody:read"];
    account(&[&["token", "scanners", "--label", "bench"][..], &scopes].concat())
}

fn serve(folder: &Path, token: &str) -> Server {
    let mut child = Command::new(env!("CARGO_BIN_EXE_conthoi"))
        .args(["serve", "--port", "0", "--log", "off"])
        .args(DATABASE)
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split_once("http://").unwrap().1.split('/').next().unwrap().to_owned();
    Server(child, address, token.to_owned())
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

/// Times custody look-ups of random items.
fn look_up(Server(_, address, token): &Server, items: u64) -> Vec<Duration> {
    let mut connection = Connection::open(address, token).unwrap();
    let mut took: Vec<Duration> = (0..LOOK_UPS)
        .map(|n| {
            let began = Instant::now();
            // A prime step: no two look-ups are near each other.
            let code = item(n * 7_368_787 % items);
            assert_eq!(connection.get(&format!("/v1/items/{code}/custody")).unwrap().status, 200);
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took
}

/// Fills the ledger up to so many scans, ten of each item and a whole round of all items between two of one, all like the
/// first one there.
fn fill(folder: &Path, scans: u64) {
    let items = scans / SCANS_OF_AN_ITEM;
    let path = folder.join("bench.sqlite");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute("PRAGMA synchronous = OFF; CREATE TEMP TABLE things (n INTEGER PRIMARY KEY, code TEXT);")
        .unwrap();
    for first in (0..items).step_by(10_000) {
        let rows: Vec<String> = (first..items.min(first + 10_000)).map(|n| format!("({n}, '{}')", item(n))).collect();
        connection.batch_execute(&format!("INSERT INTO things VALUES {}", rows.join(", "))).unwrap();
    }
    // What the one scan that is there is of.
    let first = item(7_950);
    let before = "(SELECT MAX(position) FROM scan_events)";
    connection
        .batch_execute(&format!(
            "CREATE TEMP TABLE sample AS SELECT e.centre_id, e.received_at, e.content, c.code, {before} AS top \
                FROM scan_events e JOIN scan_codes c USING (centre_id, position) WHERE position = 1; \
             CREATE TEMP TABLE rounds AS WITH RECURSIVE r(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM r WHERE k < {SCANS_OF_AN_ITEM} - 1) SELECT k FROM r; \
             BEGIN; \
             INSERT INTO scan_events (centre_id, position, id, received_at, trip_id, content, content_sha256) \
                SELECT centre_id, top + 1 + k * {items} + n, randomblob(16), received_at, NULL, replace(content, '{first}', things.code), randomblob(32) \
                FROM rounds CROSS JOIN things CROSS JOIN sample; \
             INSERT INTO scan_codes (centre_id, code, position, link) \
                SELECT centre_id, replace(sample.code, '{first}', things.code), top + 1 + k * {items} + n, randomblob(32) FROM things CROSS JOIN rounds CROSS JOIN sample; \
             INSERT OR REPLACE INTO scan_chains (centre_id, code, scans, position, link) \
                SELECT centre_id, replace(sample.code, '{first}', things.code), {SCANS_OF_AN_ITEM}, top + 1 + ({SCANS_OF_AN_ITEM} - 1) * {items} + n, zeroblob(32) FROM things CROSS JOIN sample; \
             INSERT OR REPLACE INTO scan_reviews SELECT centre_id, {before} FROM sample; \
             COMMIT; PRAGMA wal_checkpoint(TRUNCATE);"
        ))
        .unwrap();
}

/// Custody look-ups in ledgers of several sizes.
fn large_ledgers(sizes: &str) {
    for scans in sizes.split(',').map(|size| size.trim().parse::<u64>().unwrap()) {
        let folder = tempfile::tempdir().unwrap();
        let token = prepare(folder.path());
        let server = serve(folder.path(), &token);
        let _one_scan = send(&server, 1, 1, 1, 1);
        drop(server);
        let began = Instant::now();
        fill(folder.path(), scans);
        let filled = began.elapsed();
        let server = serve(folder.path(), &token);
        let first = look_up(&server, scans / SCANS_OF_AN_ITEM);
        let again = look_up(&server, scans / SCANS_OF_AN_ITEM);
        println!(
            "custody look-up with {scans} scans in the ledger (filled in {:.0} s): p50 {:.2} ms, p99 {:.2} ms; the same once more: p50 {:.2} ms, p99 {:.2} ms",
            filled.as_secs_f64(),
            at(&first, 500),
            at(&first, 990),
            at(&again, 500),
            at(&again, 990)
        );
    }
}

fn main() {
    if let Ok(sizes) = std::env::var("CONTHOI_BENCH_LEDGER") {
        return large_ledgers(&sizes);
    }
    let scans: u64 = std::env::var("CONTHOI_BENCH_SCANS").map_or(100_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &prepare(folder.path()));
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
    let took = look_up(&server, 20_000);
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
