//! Scans come in, custody goes out.

use std::sync::Arc;

use actix_web::http::StatusCode;
use chrono::DateTime;
use conthoi::{
    domain::{ItemCode, PouchCode},
    service::{FixedClock, Service, estimated_travel},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, World, on_each};
use crate::support::db::TestDatabase;

pub(crate) fn item(n: u32) -> String {
    ItemCode::issue(&format!("H51{n:06}")).unwrap().to_string()
}

pub(crate) fn pouch(n: u32) -> String {
    PouchCode::issue(&format!("H51{n:06}")).unwrap().to_string()
}

/// A device that scans: the next scan has the next number.
pub(crate) struct Device {
    n: u8,
    next: u64,
}

impl Device {
    pub(crate) fn new(n: u8) -> Self {
        Self { n, next: 1 }
    }

    /// A scan at `time` of the morning of 14 June 2019, an hour or more before it is sent.
    pub(crate) fn scan(&mut self, time: &str, actor: &Value, action: &Value, codes: &[String]) -> Value {
        let seq = self.next;
        self.next += 1;
        let mut random = [self.n; 10];
        random[8..].copy_from_slice(&u16::try_from(seq).unwrap().to_be_bytes());
        json!({
            "id": uuid::Builder::from_unix_timestamp_millis(1_560_470_400_000, &random).into_uuid(),
            "device_id": Uuid::from_u128(0xDE00 + u128::from(self.n)),
            "device_seq": seq,
            "device_time": format!("2019-06-14T{time}:00+07:00"),
            "actor": actor,
            "action": action,
            "codes": codes,
        })
    }
}

pub(crate) fn site(code: &str) -> Value {
    json!({ "site": code })
}

pub(crate) fn courier(code: &str) -> Value {
    json!({ "courier": code })
}

pub(crate) fn act(kind: &str) -> Value {
    json!({ "kind": kind })
}

pub(crate) fn with(mut scan: Value, field: &str, value: Value) -> Value {
    scan[field] = value;
    scan
}

pub(crate) async fn send(client: &Client, scans: &[Value]) -> Vec<Value> {
    let answer = client.post("/v1/scans", &json!({ "scans": scans })).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
    answer.json()["results"].as_array().unwrap().clone()
}

pub(crate) fn results(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["result"].as_str().unwrap()).collect()
}

/// The same database looked at later.
fn later(database: &TestDatabase, at: &str) -> Service {
    let clock = FixedClock::new(DateTime::parse_from_rfc3339(at).unwrap().to_utc());
    Service::new(database.store(), Arc::new(estimated_travel()), Arc::new(clock), None)
}

#[actix_web::test]
async fn each_scan_is_answered_by_itself_and_recorded_once() {
    on_each!(World::imported, |client, _world| {
        let mut desk = Device::new(1);
        let register = desk.scan("05:00", &site("TTPVHCC"), &act("register"), &[item(1)]);
        let bad_code = desk.scan("05:01", &site("TTPVHCC"), &act("count"), &[item(1).replace("H51", "H52")]);
        let bad_fields = with(desk.scan("05:02", &courier("NOBODY"), &act("fly"), &[item(1)]), "colour", json!("red"));
        let noted = with(desk.scan("05:03", &site("TTPVHCC"), &act("count"), &[item(1)]), "note", json!("góc trái"));
        let noted = with(noted, "position", json!({ "lat": 9.6, "lon": 105.97 }));
        let batch = [register.clone(), bad_code, bad_fields, json!(7), noted.clone(), register.clone()];
        let answers = send(&client, &batch).await;
        assert_eq!(results(&answers), ["created", "rejected", "rejected", "rejected", "created", "exists"]);
        assert_eq!((&answers[0]["position"], &answers[4]["position"]), (&json!(1), &json!(2)));
        assert_eq!(answers[0]["id"], register["id"]);
        let problem = &answers[1]["errors"][0];
        assert_eq!(problem["pointer"], "/codes/0");
        assert!(problem["message"].as_str().unwrap().contains("check character"), "{problem}");
        let pointers: Vec<&Value> = answers[2]["errors"].as_array().unwrap().iter().map(|it| &it["pointer"]).collect();
        assert_eq!(pointers, ["/colour"], "what cannot be read is told first");

        let again = send(&client, &[noted.clone(), register.clone()]).await;
        assert_eq!(results(&again), ["exists", "exists"]);
        assert_eq!(again[0]["position"], 2);
        let other = with(noted.clone(), "note", json!("góc phải"));
        let changed = with(register, "codes", json!([item(2)]));
        assert_eq!(results(&send(&client, &[other, changed]).await), ["conflict", "conflict"]);
        // What was first counts; what came second is shown beside it, a note never.
        let kept = client.json(&format!("/v1/scans/{}", again[1]["id"].as_str().unwrap())).await;
        assert_eq!((&kept["scan"]["codes"], &kept["position"]), (&json!([item(1)]), &json!(1)));
        assert_eq!(kept["conflicts"][0]["codes"], json!([item(2)]));
        let kept = client.json(&format!("/v1/scans/{}", noted["id"].as_str().unwrap())).await;
        assert!(kept["conflicts"].as_array().unwrap().len() == 1 && !kept.to_string().contains("góc"), "{kept}");
        let unknown = client.get(&format!("/v1/scans/{}", Uuid::now_v7())).await;
        assert_eq!(unknown.problem(), "not_found");
        let open = client.json("/v1/discrepancies?state=open").await;
        let kinds: Vec<&Value> = open["discrepancies"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
        assert_eq!(kinds, ["conflict", "conflict"]);
    });
}

#[actix_web::test]
async fn bodies_that_hold_no_scans_are_refused() {
    on_each!(World::imported, |client, _world| {
        for (body, pointer) in [
            (json!({}), "/scans"),
            (json!({ "scans": [] }), "/scans"),
            (json!({ "scans": 1 }), "/scans"),
            (json!({ "scans": vec![1; 1001] }), "/scans"),
            (json!({ "scans": [1], "more": 1 }), "/more"),
        ] {
            let answer = client.post("/v1/scans", &body).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "invalid_body"));
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        let mut desk = Device::new(1);
        let give = desk.scan("05:00", &site("TTPVHCC"), &act("give"), &[item(1), item(1)]);
        let failed = desk.scan(
            "05:00",
            &courier("CP01"),
            &json!({ "kind": "attempt_failed", "reason": "rain", "seal": "1" }),
            &[item(1)],
        );
        let answers = send(&client, &[give, failed]).await;
        let pointers = |answer: &Value| -> Vec<String> {
            answer["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(pointers(&answers[0]), ["/codes/1", "/counterparty"]);
        assert_eq!(pointers(&answers[1]), ["/action/reason", "/action/seal"]);
    });
}

#[actix_web::test]
async fn custody_follows_the_scans_and_open_ends_are_somebodys() {
    on_each!(World::imported, |client, world| {
        let (mut desk, mut handheld, mut other) = (Device::new(1), Device::new(2), Device::new(3));
        let seal = json!({ "kind": "seal", "pouch": pouch(1), "seal": "S-1" });
        let (centre, cp01, department) = (site("TTPVHCC"), courier("CP01"), site("STNMT"));
        let scans = [
            desk.scan("01:00", &centre, &act("register"), &[item(1), item(2)]),
            desk.scan("01:05", &centre, &seal, &[item(1), item(2)]),
            with(desk.scan("01:10", &centre, &act("give"), &[pouch(1)]), "counterparty", cp01.clone()),
            with(handheld.scan("01:10", &cp01, &act("receive"), &[pouch(1)]), "counterparty", centre.clone()),
            with(handheld.scan("02:00", &cp01, &act("give"), &[pouch(1)]), "counterparty", department.clone()),
        ];
        // The newest comes first, as a device does that was offline.
        let reversed: Vec<Value> = scans.iter().rev().cloned().collect();
        assert!(results(&send(&client, &reversed).await).iter().all(|result| *result == "created"));
        let custody = client.json(&format!("/v1/items/{}/custody", item(1))).await;
        assert_eq!(
            (custody["state"].as_str(), custody["holder"]["code"].as_str()),
            (Some("handed_over"), Some("CP01"))
        );
        assert_eq!(custody["handover"]["to"]["code"], "STNMT");
        assert_eq!(custody["inside"], pouch(1));
        let told: Vec<&Value> = custody["scans"].as_array().unwrap().iter().map(|scan| &scan["action"]).collect();
        assert_eq!(told, ["register", "seal", "give", "receive", "give"]);
        let chain: Vec<&Value> = custody["chain"].as_array().unwrap().iter().map(|it| &it["holder"]["code"]).collect();
        assert_eq!(chain, ["TTPVHCC", "CP01"]);
        assert_eq!(client.json(&format!("/v1/items/{}/custody", pouch(1))).await["state"], "handed_over");

        // The hour in which the receipt may be missing has passed.
        let open = client.json("/v1/discrepancies?state=open").await;
        let [late] = &open["discrepancies"].as_array().unwrap()[..] else { panic!("{open}") };
        assert_eq!((late["kind"].as_str(), late["owner"]["code"].as_str()), (Some("not_received"), Some("STNMT")));
        assert_eq!((&late["raised_at"], &late["code"]), (&json!("2019-06-14T03:00:00+07:00"), &json!(pouch(1))));
        let id = late["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/discrepancies/{id}");
        let assigned = client.post(&format!("{path}/assignment"), &json!({ "assignee": courier("CP02") })).await;
        assert_eq!(assigned.json()["assignee"]["code"], "CP02", "{:?}", assigned.bytes);
        let nobody = client.post(&format!("{path}/assignment"), &json!({ "assignee": courier("X") })).await;
        assert_eq!(nobody.problem(), "invalid_body");

        // The receipt comes in late, and with it what was counted.
        let open_pouch = json!({ "kind": "open", "pouch": pouch(1) });
        let receipt =
            with(other.scan("02:01", &department, &act("receive"), &[pouch(1)]), "counterparty", cp01.clone());
        let count = other.scan("02:05", &department, &open_pouch, &[item(1), item(3)]);
        assert_eq!(results(&send(&client, &[count, receipt]).await), ["created", "created"]);
        assert_eq!(client.json(&path).await["state"], "explained");
        let closed = client.post(&format!("{path}/resolution"), &json!({ "reason": "x" })).await;
        assert_eq!((closed.status, closed.problem().as_str()), (StatusCode::CONFLICT, "discrepancy_closed"));
        let open = client.json("/v1/discrepancies?state=open").await;
        let mut kinds: Vec<(&str, &str)> = open["discrepancies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["kind"].as_str().unwrap(), it["code"].as_str().unwrap()))
            .collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [("extra_in_pouch", &*item(3)), ("missing_in_pouch", &*item(2))]);
        assert_eq!(client.json(&format!("/v1/items/{}/custody", item(2))).await["state"], "missing");

        let lost = client.json(&format!("/v1/discrepancies?code={}", item(2))).await;
        let path = format!("/v1/discrepancies/{}", lost["discrepancies"][0]["id"].as_str().unwrap());
        assert_eq!(
            client.post(&format!("{path}/resolution"), &json!({ "reason": " " })).await.problem(),
            "invalid_body"
        );
        let resolved = client.post(&format!("{path}/resolution"), &json!({ "reason": "Found under the desk" })).await;
        assert_eq!(
            (resolved.json()["state"].as_str(), resolved.json()["reason"].as_str()),
            (Some("resolved"), Some("Found under the desk"))
        );
        let page = client.json("/v1/discrepancies?limit=1").await;
        let cursor = page["next"].as_str().unwrap();
        let next = client.json(&format!("/v1/discrepancies?limit=1&cursor={cursor}")).await;
        assert_ne!(page["discrepancies"][0]["id"], next["discrepancies"][0]["id"]);
        drop(world);
    });
}

#[actix_web::test]
async fn gaps_in_a_devices_numbers_are_noticed_and_closed() {
    on_each!(World::imported, |client, world| {
        let mut desk = Device::new(1);
        let scans: Vec<Value> =
            (1..=5).map(|n| desk.scan("05:00", &site("TTPVHCC"), &act("register"), &[item(n)])).collect();
        send(&client, &[scans[0].clone(), scans[4].clone()]).await;
        assert_eq!(client.json("/v1/discrepancies").await["discrepancies"], json!([]), "not at once");
        let evening = later(&world.database, "2019-06-14T12:00:00Z");
        let world = World { service: evening, database: world.database };
        let client = Client::new(&world).await;
        let open = client.json("/v1/discrepancies").await;
        let [gap] = &open["discrepancies"].as_array().unwrap()[..] else { panic!("{open}") };
        assert_eq!(
            (&gap["kind"], &gap["detail"]["first"], &gap["detail"]["last"]),
            (&json!("sequence_gap"), &json!(2), &json!(4))
        );
        send(&client, &scans).await;
        assert_eq!(client.json("/v1/discrepancies?state=open").await["discrepancies"], json!([]));
        let mut again = Device::new(1);
        let repeated =
            with(again.scan("06:00", &site("TTPVHCC"), &act("count"), &[item(1)]), "id", json!(Uuid::now_v7()));
        send(&client, &[repeated]).await;
        let open = client.json("/v1/discrepancies?state=open").await;
        assert_eq!(open["discrepancies"][0]["kind"], "sequence_repeated");
    });
}

#[actix_web::test]
async fn codes_that_are_no_codes_and_things_nobody_scanned() {
    on_each!(World::imported, |client, _world| {
        let unknown = client.get(&format!("/v1/items/{}/custody", item(9))).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::NOT_FOUND, "not_found"));
        let misread = client.get("/v1/items/BGH510000010/custody").await;
        assert_eq!(misread.problem(), "misread");
        // An item is known by its own code, whatever that looks like.
        let body = json!({ "code": "TL-7", "from": "TTPVHCC", "to": site("STNMT"),
            "ready_at": "2019-06-14T08:00:00+07:00", "weight_g": 120 });
        assert_eq!(client.post("/v1/items", &body).await.status, StatusCode::CREATED);
        assert_eq!(client.json("/v1/items/TL-7/custody").await["state"], "unknown");
        let mut desk = Device::new(1);
        let scans = [
            desk.scan("05:00", &site("TTPVHCC"), &act("register"), &["TL-7".into()]),
            desk.scan("05:00", &site("TTPVHCC"), &act("register"), &["TL-8".into()]),
            desk.scan("05:01", &site("TTPVHCC"), &act("register"), &["000.00.00.H51-190614-0001".into()]),
            desk.scan("05:01", &site("TTPVHCC"), &act("register"), &["(00)376104250021234569".into()]),
        ];
        assert_eq!(results(&send(&client, &scans).await), ["created", "rejected", "created", "created"]);
        assert_eq!(client.json("/v1/items/TL-7/custody").await["holder"]["code"], "TTPVHCC");
        let sscc = client.json("/v1/items/00376104250021234569/custody").await;
        assert_eq!(
            (&sscc["code"], &sscc["thing"]),
            (&json!("(00)376104250021234569"), &json!("sscc:376104250021234569"))
        );
    });
}

#[actix_web::test]
async fn a_manifest_says_what_was_scanned() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json(&format!("/v1/plans/{}", super::DAY)).await;
        let run = plan["runs"].as_array().unwrap().iter().find(|run| !run["routes"].as_array().unwrap().is_empty());
        let path = format!("/v1/runs/{}/manifest", run.unwrap()["id"].as_str().unwrap());
        let manifest = client.json(&path).await;
        let route =
            manifest["routes"].as_array().unwrap().iter().find(|route| route["at_departure"][0].is_object()).unwrap();
        let load: Vec<String> = route["stops"][0]["load"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(route["stops"][0]["loaded"]["missing"].as_array().unwrap().len(), load.len());
        let mut handheld = Device::new(1);
        let courier = courier(route["route"]["courier"]["code"].as_str().unwrap());
        let mut taken = load[1..].to_vec();
        taken.push(item(77));
        let scan = handheld.scan("06:00", &courier, &act("load"), &taken);
        let scan = with(with(scan, "trip", json!({ "run": run.unwrap()["id"] })), "place", site("TTPVHCC"));
        assert_eq!(results(&send(&client, &[scan]).await), ["created"]);
        let scanned = client.json(&path).await;
        let again =
            scanned["routes"].as_array().unwrap().iter().find(|it| it["route"]["id"] == route["route"]["id"]).unwrap();
        let loaded = &again["stops"][0]["loaded"];
        assert_eq!((&loaded["missing"], &loaded["extra"]), (&json!([load[0]]), &json!([item(77)])));
        assert_eq!(loaded["scanned"].as_array().unwrap().len(), load.len() - 1);
        assert_eq!(again["carried"]["extra"], json!([item(77)]));
    });
}

/// Lets somebody with the database's own tools change what must not be changed.
fn tamper(database: &TestDatabase, table: &str, sql: &str) {
    match database.path() {
        Some(_) => database.execute(&format!("DROP TRIGGER {table}_no_update; DROP TRIGGER {table}_no_delete; {sql}")),
        None => database.execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL; {sql}")),
    }
}

async fn some_days(database: TestDatabase) -> (TestDatabase, Vec<Value>) {
    let mut sent = Vec::new();
    let mut desk = Device::new(1);
    let world = World::imported(database);
    let database = world.database;
    for day in ["2019-06-14T00:00:00Z", "2019-06-17T00:00:00Z", "2019-06-18T00:00:00Z"] {
        let client = Client::new(&World { service: later(&database, day), database: TestDatabase::sqlite() }).await;
        let scans: Vec<Value> =
            (1..=4).map(|n| desk.scan("05:00", &site("TTPVHCC"), &act("count"), &[item(n), item(9)])).collect();
        send(&client, &scans).await;
        sent.extend(scans);
    }
    later(&database, "2019-06-18T01:00:00Z").review_scans().unwrap();
    (database, sent)
}

#[actix_web::test]
async fn a_changed_byte_is_found_and_named() {
    let content = "UPDATE scan_events SET content = replace(content, '\"count\"', '\"load\"') WHERE position = 6";
    for (table, sql, scan, part) in [
        ("scan_events", content, Some(5), "not what was recorded"),
        (
            "scan_events",
            "UPDATE scan_events SET received_at = received_at + 1 WHERE position = 6",
            Some(5),
            "not what was chained",
        ),
        ("scan_codes", "DELETE FROM scan_codes WHERE position = 6 AND code LIKE 'item:%'", None, "chain"),
        ("scan_days", "DELETE FROM scan_days WHERE date = '2019-06-14'", None, "the root of 2019-06-14 is missing"),
        (
            "scan_days",
            "UPDATE scan_days SET last_position = 3 WHERE date = '2019-06-14'",
            None,
            "not those whose root was kept",
        ),
        ("scan_chains", "UPDATE scan_chains SET scans = scans + 1", None, "chain ends here"),
    ] {
        for database in TestDatabase::each() {
            let (database, sent) = some_days(database).await;
            let service = later(&database, "2019-06-18T01:00:00Z");
            let sound = service.verify_ledger().unwrap();
            assert_eq!((sound.scans, sound.codes, sound.days, sound.faults.len()), (12, 5, 2, 0), "{:?}", sound.faults);
            if table == "scan_chains" {
                database.execute(sql);
            } else {
                tamper(&database, table, sql);
            }
            let report = service.verify_ledger().unwrap();
            let told = report.faults.iter().any(|fault| {
                let named = scan.is_none_or(|n: usize| {
                    fault.scan.map(|id| id.to_string()) == sent[n]["id"].as_str().map(str::to_owned)
                });
                named && fault.problem.contains(part)
            });
            assert!(told, "{sql}: {:?}", report.faults);
        }
    }
}

#[actix_web::test]
async fn what_is_kept_apart_can_be_erased_and_the_ledger_stays_sound() {
    on_each!(World::imported, |client, world| {
        let mut desk = Device::new(1);
        let plain = desk.scan("05:00", &site("TTPVHCC"), &act("register"), &[item(1)]);
        let noted = with(plain, "note", json!("bà Nguyễn Thị Ổi 0912345678"));
        send(&client, std::slice::from_ref(&noted)).await;
        let told =
            String::from_utf8(client.get(&format!("/v1/items/{}/custody", item(1))).await.bytes.to_vec()).unwrap();
        assert!(!told.contains("0912345678"), "{told}");
        world.database.execute("DELETE FROM scan_asides");
        assert_eq!(results(&send(&client, &[noted]).await), ["exists"], "sent again it is still the same scan");
        assert_eq!(world.service.verify_ledger().unwrap().faults, []);
    });
}

#[actix_web::test]
async fn a_database_that_stops_is_503_and_what_was_acknowledged_stays() {
    let Some(database) = TestDatabase::postgres() else { return };
    let world = World::imported(database);
    let client = Client::new(&world).await;
    let mut desk = Device::new(1);
    let scans: Vec<Value> =
        (1..=3).map(|n| desk.scan("05:00", &site("TTPVHCC"), &act("register"), &[item(n)])).collect();
    assert_eq!(results(&send(&client, &scans[..1]).await), ["created"]);
    let name = world.database.url.split('?').next().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let server = std::env::var(crate::support::db::POSTGRES).unwrap();
    let outside = |sql: String| {
        use diesel::{Connection, PgConnection, connection::SimpleConnection};
        PgConnection::establish(&server).unwrap().batch_execute(&sql).unwrap();
    };
    outside(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    outside(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    let refused = client.post("/v1/scans", &json!({ "scans": scans })).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable"));
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    outside(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    assert_eq!(results(&send(&client, &scans).await), ["exists", "created", "created"]);
    assert_eq!(world.service.verify_ledger().unwrap().faults, []);
}
