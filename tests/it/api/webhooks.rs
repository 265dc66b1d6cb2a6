//! Webhooks: what is sent, how it is signed, and what happens when nobody takes it.

use std::{
    collections::{BTreeMap, HashSet},
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use actix_web::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use conthoi::service::{ExchangeSettings, FixedClock, SendOutcome, Service, estimated_travel};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Client, NOW, World, on_each,
    scans::{Device, act, courier, item, send, site, with},
};
use crate::support::db::TestDatabase;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A request as it was received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Received {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks the signature by RFC 2104 written out.
    fn is_signed(&self, key: &[u8]) -> bool {
        let content = format!("{}.{}.{}", self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body);
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(content).finalize();
        let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        self.headers["webhook-signature"] == format!("v1,{}", BASE64.encode(outer))
    }
}

/// Somebody who is told, and answers with one status after the other; 0 is silence, 2 is 200 twice. The last goes on for ever.
pub(super) struct Receiver {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    pub(super) fn answering(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            let mut silent = Vec::new();
            for (n, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let mut headers = BTreeMap::new();
                loop {
                    line.clear();
                    reader.read_line(&mut line).unwrap();
                    let Some((name, value)) = line.trim().split_once(": ") else { break };
                    headers.insert(name.to_ascii_lowercase(), value.to_owned());
                }
                let mut body = vec![0; headers["content-length"].parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                kept.lock().unwrap().push(Received { headers, body: String::from_utf8(body).unwrap() });
                match statuses[n.min(statuses.len() - 1)] {
                    0 => silent.push(stream),
                    2 => stream.write_all("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n".repeat(2).as_bytes()).unwrap(),
                    status => {
                        let location = if status == 302 { "Location: http://127.0.0.1:1/\r\n" } else { "" };
                        let head =
                            format!("HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\nConnection: close\r\n\r\n");
                        stream.write_all(head.as_bytes()).unwrap();
                    }
                }
            }
        });
        Self { url, received }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

/// A process on a database at a time that the test says.
struct Process {
    service: Service,
    clock: Arc<FixedClock>,
}

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(NOW).unwrap().to_utc()
}

impl Process {
    fn on(database: &TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::new(now()));
        let service = Service::new(database.store(), Arc::new(estimated_travel()), clock.clone(), None);
        let settings = ExchangeSettings::default().reaching_private().waiting(Duration::from_millis(300));
        Self { service: service.with_exchange(settings), clock }
    }

    fn at(&self, later: TimeDelta) -> &Self {
        self.clock.set(now() + later);
        self
    }

    /// Sends what is due, and answers how much that was.
    fn work(&self) -> usize {
        let taken = self.service.take_deliveries().unwrap();
        for taken in &taken {
            let outcome = self.service.send_delivery(taken);
            self.service.settle_delivery(taken, &outcome).unwrap();
        }
        taken.len()
    }

    async fn client(&self) -> Client {
        Client::new(&World { service: self.service.clone(), database: TestDatabase::sqlite() }).await
    }
}

async fn add(client: &Client, url: &str, types: &[&str]) -> Value {
    let body = json!({ "url": url, "types": types, "secret": SECRET });
    let answer = client.post("/v1/webhooks", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
    assert_eq!(client.get(answer.header("location")).await.json()["secret"], Value::Null, "it is shown once");
    answer.json()
}

/// The states of an endpoint's deliveries, the newest first.
async fn states(process: &Process, webhook: &Value, query: &str) -> Vec<Value> {
    // Whoever came in days ago would have to come in again.
    let client = process.client().await;
    let path = format!("/v1/webhooks/{}/deliveries{query}", webhook["id"].as_str().unwrap());
    client.json(&path).await["deliveries"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn handoffs_deliveries_and_discrepancies_are_told_and_signed() {
    on_each!(World::imported, |_client, world| {
        let process = Process::on(&world.database);
        let client = process.client().await;
        let receiver = Receiver::answering(&[204]);
        let (mut desk, mut rider) = (Device::new(1), Device::new(2));
        let office = site("TTPVHCC");
        send(&client, &[desk.scan("05:00", &office, &act("give"), &[item(9)])]).await;
        let webhook = add(&client, &receiver.url, &[]).await;
        assert_eq!(webhook["types"], json!(["handoff.recorded", "delivery.made", "discrepancy.opened"]));
        assert_eq!(process.work(), 0, "what was before is not told");

        let gave = with(desk.scan("05:10", &office, &act("give"), &[item(1)]), "counterparty", courier("CP01"));
        let gave = with(gave, "note", json!("Bà Mốc 0912345678"));
        let delivered = rider.scan("06:30", &courier("CP01"), &act("deliver"), &[item(2)]);
        let counted = desk.scan("06:40", &office, &act("count"), &[item(3)]);
        send(&client, &[gave.clone(), delivered, counted]).await;
        process.service.review_scans().unwrap();
        assert_eq!(process.work(), 3);
        assert_eq!(process.work(), 0);
        let received = receiver.received();
        let mut types: Vec<Value> = received.iter().map(|request| request.json()["type"].clone()).collect();
        types.sort_by_key(ToString::to_string);
        assert_eq!(types, ["delivery.made", "discrepancy.opened", "handoff.recorded"]);
        let key = BASE64.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
        let ids: HashSet<&String> = received.iter().map(|request| &request.headers["webhook-id"]).collect();
        assert_eq!(ids.len(), 3);
        for request in &received {
            assert!(request.is_signed(&key), "{request:?}");
            assert!(!request.is_signed(&key[1..]));
            assert_eq!(request.headers["content-type"], "application/json");
            assert_eq!(request.headers["webhook-timestamp"], now().timestamp().to_string());
            assert!(!request.body.contains("Mốc") && !request.body.contains("0912345678"), "{}", request.body);
        }
        let handoff = received.iter().map(Received::json).find(|it| it["type"] == "handoff.recorded").unwrap();
        assert_eq!((&handoff["data"]["id"], &handoff["data"]["counterparty"]["code"]), (&gave["id"], &json!("CP01")));
        let told = states(&process, &webhook, "?limit=2").await;
        assert_eq!(
            (&told[0]["state"], &told[0]["last_status"], &told[0]["attempts"]),
            (&json!("delivered"), &json!(204), &json!(1))
        );

        let id = webhook["id"].as_str().unwrap();
        let ping = client.post(&format!("/v1/webhooks/{id}/ping"), &json!(null)).await;
        assert_eq!(ping.status, StatusCode::ACCEPTED);
        assert_eq!(process.work(), 1);
        assert_eq!(receiver.received().last().unwrap().json()["type"], "ping");
        assert_eq!(client.method(Method::DELETE, &format!("/v1/webhooks/{id}")).await.status, StatusCode::NO_CONTENT);
        assert_eq!(client.json("/v1/webhooks").await, json!({ "webhooks": [] }));
        assert_eq!(client.get(&format!("/v1/webhooks/{id}/deliveries")).await.problem(), "not_found");
    });
}

/// A process with an endpoint that is told of one handoff.
async fn one_handoff(database: &TestDatabase, url: &str) -> (Process, Client, Value) {
    let process = Process::on(database);
    let client = process.client().await;
    let webhook = add(&client, url, &["handoff.recorded"]).await;
    let mut desk = Device::new(1);
    let gave = desk.scan("05:10", &site("TTPVHCC"), &act("give"), &[item(1)]);
    send(&client, &[with(gave, "counterparty", courier("CP01"))]).await;
    (process, client, webhook)
}

#[actix_web::test]
async fn what_is_not_taken_is_sent_again_with_the_same_id() {
    on_each!(World::imported, |_client, world| {
        let receiver = Receiver::answering(&[500, 302, 0, 200]);
        let (process, _, webhook) = one_handoff(&world.database, &receiver.url).await;
        for (seconds, problem) in
            [(0, "the endpoint answered 500"), (5, "the endpoint answered 302"), (305, "it did not answer in time")]
        {
            if seconds > 0 {
                assert_eq!(process.at(TimeDelta::seconds(seconds - 1)).work(), 0, "{problem}");
            }
            assert_eq!(process.at(TimeDelta::seconds(seconds)).work(), 1, "{problem}");
            let told = states(&process, &webhook, "").await;
            assert_eq!((&told[0]["state"], &told[0]["last_problem"]), (&json!("waiting"), &json!(problem)));
        }
        assert_eq!(process.at(TimeDelta::seconds(2_105)).work(), 1);
        let told = states(&process, &webhook, "?state=delivered").await;
        assert_eq!((told.len(), &told[0]["attempts"], &told[0]["last_problem"]), (1, &json!(4), &Value::Null));
        let received = receiver.received();
        assert_eq!(received.len(), 4);
        assert!(received.iter().all(|it| it.headers["webhook-id"] == received[0].headers["webhook-id"]));
        assert!(received.iter().all(|it| it.body == received[0].body));
        assert_ne!(
            received[3].headers["webhook-signature"], received[0].headers["webhook-signature"],
            "the time counts"
        );
    });
}

#[actix_web::test]
async fn what_nobody_takes_for_three_days_is_given_up_and_can_be_sent_again() {
    on_each!(World::imported, |_client, world| {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (process, _, webhook) = one_handoff(&world.database, &format!("http://{address}/hook")).await;
        let mut attempts = 0;
        let mut hours = 0;
        while states(&process, &webhook, "?state=waiting").await.len() + usize::from(attempts == 0) > 0 {
            attempts += process.at(TimeDelta::minutes(hours * 60)).work();
            hours += 1;
            assert!(hours < 100, "it is tried for ever");
        }
        let dead = states(&process, &webhook, "?state=dead").await;
        assert_eq!((dead.len(), &dead[0]["attempts"]), (1, &json!(10)));
        assert!((68..=84).contains(&hours), "{hours} hours");
        assert!(!dead[0]["last_problem"].as_str().unwrap().is_empty());

        let path = format!(
            "/v1/webhooks/{}/deliveries/{}/retry",
            webhook["id"].as_str().unwrap(),
            dead[0]["id"].as_str().unwrap()
        );
        let client = process.client().await;
        assert_eq!(client.post(&path, &json!(null)).await.status, StatusCode::ACCEPTED);
        assert_eq!(client.post(&path, &json!(null)).await.problem(), "not_found", "it waits already");
        assert_eq!(process.work(), 1);
        assert_eq!(states(&process, &webhook, "?state=waiting").await[0]["id"], dead[0]["id"]);
    });
}

#[actix_web::test]
async fn an_endpoint_that_is_gone_is_told_nothing_more() {
    on_each!(World::imported, |_client, world| {
        let receiver = Receiver::answering(&[410]);
        let (process, client, webhook) = one_handoff(&world.database, &receiver.url).await;
        let id = webhook["id"].as_str().unwrap();
        client.post(&format!("/v1/webhooks/{id}/ping"), &json!(null)).await;
        let taken = process.service.take_deliveries().unwrap();
        assert_eq!(taken.len(), 2);
        let outcome = process.service.send_delivery(&taken[0]);
        assert_eq!(outcome, SendOutcome::Answered(410));
        process.service.settle_delivery(&taken[0], &outcome).unwrap();
        let told = client.json(&format!("/v1/webhooks/{id}")).await;
        assert_eq!(told["disabled_reason"], "the endpoint answered 410 Gone");
        assert_eq!(states(&process, &webhook, "?state=dead").await.len(), 2);
        assert_eq!(client.post(&format!("/v1/webhooks/{id}/ping"), &json!(null)).await.problem(), "webhook_disabled");
        assert_eq!(process.at(TimeDelta::days(1)).work(), 0);
    });
}

#[actix_web::test]
async fn a_process_that_dies_between_sending_and_keeping_sends_again_what_it_sent() {
    on_each!(World::imported, |_client, world| {
        let receiver = Receiver::answering(&[200]);
        let (process, _, webhook) = one_handoff(&world.database, &receiver.url).await;
        let taken = process.service.take_deliveries().unwrap();
        assert_eq!(process.service.send_delivery(&taken[0]), SendOutcome::Answered(200));
        // Here it dies. Another one waits until nobody can still be at it.
        let other = Process::on(&world.database);
        assert_eq!(other.at(TimeDelta::seconds(59)).work(), 0);
        assert_eq!(other.at(TimeDelta::seconds(61)).work(), 1);
        let received = receiver.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
        assert_eq!(received[0].body, received[1].body);
        assert_eq!(states(&process, &webhook, "?state=delivered").await.len(), 1);
    });
}

#[actix_web::test]
async fn several_processes_share_the_work_and_a_slow_endpoint_keeps_nobody_waiting() {
    on_each!(World::imported, |_client, world| {
        let process = Process::on(&world.database);
        let client = process.client().await;
        let (slow, quick) = (Receiver::answering(&[0]), Receiver::answering(&[200]));
        let slow_hook = add(&client, &slow.url, &["handoff.recorded"]).await;
        let quick_hook = add(&client, &quick.url, &["handoff.recorded"]).await;
        let mut desk = Device::new(1);
        let scans: Vec<Value> =
            (0..12).map(|n| desk.scan("06:30", &site("TTPVHCC"), &act("give"), &[item(n)])).collect();
        let scans: Vec<Value> = scans.into_iter().map(|scan| with(scan, "counterparty", courier("CP01"))).collect();
        send(&client, &scans).await;
        let processes: Vec<Process> = (0..4).map(|_| Process::on(&world.database)).collect();
        thread::scope(|scope| {
            for process in &processes {
                scope.spawn(|| while process.work() > 0 {});
            }
        });
        while process.work() > 0 {}
        let ids: HashSet<String> = quick.received().iter().map(|it| it.headers["webhook-id"].clone()).collect();
        assert_eq!((ids.len(), quick.received().len()), (12, 12), "each once");
        assert_eq!(states(&process, &quick_hook, "?state=delivered").await.len(), 12);
        assert_eq!(states(&process, &slow_hook, "?state=waiting").await.len(), 12);
    });
}

#[actix_web::test]
async fn endpoints_that_cannot_be_told_are_refused() {
    on_each!(World::imported, |client, world| {
        for url in [
            "http://partner.example.org/",
            "https://localhost/x",
            "https://127.0.0.1/",
            "https://10.0.0.7/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://user:secret@partner.example.org/",
            "ftp://partner.example.org/",
            "partner",
            "https://",
            "",
        ] {
            let answer = client.post("/v1/webhooks", &json!({ "url": url })).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "invalid_body"), "{url}");
            assert_eq!(answer.json()["errors"][0]["pointer"], "/url");
        }
        let url = "https://partner.example.org/hook";
        for (body, pointer) in [
            (json!({ "url": url, "types": ["scan.forgotten"] }), "/types/0"),
            (json!({ "url": url, "secret": "whsec_short" }), "/secret"),
            (json!({ "url": url, "events": [] }), "/events"),
            (json!({}), "/url"),
        ] {
            let answer = client.post("/v1/webhooks", &body).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["errors"][0]["pointer"]),
                (422, &json!(pointer)),
                "{body}"
            );
        }
        let made = client.post("/v1/webhooks", &json!({ "url": url })).await;
        assert!(made.json()["secret"].as_str().unwrap().starts_with("whsec_"));

        // An endpoint that was allowed once, in a private network: the address itself is what is refused.
        let receiver = Receiver::answering(&[200]);
        let (_, _, _) = one_handoff(&world.database, &receiver.url.replace("http:", "https:")).await;
        let taken = world.service.take_deliveries().unwrap();
        let taken = taken.iter().find(|taken| taken.endpoint.url.contains("127.0.0.1")).unwrap();
        let outcome = world.service.send_delivery(taken);
        assert_eq!(outcome, SendOutcome::Failed("its host has no address that may be reached from here".into()));
        assert!(receiver.received().is_empty());
    });
}
