//! Results handed to the postal operator: numbers, minute, the operator's events, and what was handed against what was accepted.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use actix_web::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use conthoi::{
    domain::{DeliveryNext, Destination, Party, Role, S10, Scope},
    service::{Actor, HomeStage, HomeTrack, NamedParty, NewAccount, NewToken, PostalSettings},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Client,
    access::{come_in, person},
    admin_session,
    homes::{MONDAY, Town, at, in_each_town},
    scans::{Device, act, results, send, site},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Nine o'clock of the morning of the tests.
const NINE: &str = "2019-06-14T02:00:00Z";
/// A number with its right check digit that the centre does not own.
const FOREIGN: &str = "RR473124829VN";

/// A confirmed home delivery whose result lies at the centre.
struct Ready {
    link: String,
    item: String,
    home: String,
}

/// Sets the clock; sessions do not last so long, so the admin comes in again.
fn set_time(town: &mut Town, time: &str) {
    town.clock.set(at(time));
    town.admin = town.admin.with_session(&admin_session(&town.world.service).unwrap());
}

/// Makes the home delivery of dossier `n` ready, and sets the clock to nine.
async fn ready(town: &mut Town, n: u32) -> Ready {
    let item = town.result_item(n).await;
    let link = town.confirmed(&Town::request(n)).await;
    set_time(town, NINE);
    let scan = Device::new(u8::try_from(n).unwrap()).scan(
        "08:00",
        &site("TTPVHCC"),
        &act("register"),
        std::slice::from_ref(&item),
    );
    assert_eq!(results(&send(&town.admin, &[scan]).await), ["created"]);
    let centre = town.world.service.centre().unwrap().centre.id;
    let stored = town.world.service.store().item_by_code(centre, &item).unwrap().unwrap();
    let Destination::Home(home) = stored.to else { panic!("the result goes home") };
    Ready { link, item, home: home.to_string() }
}

async fn hand(town: &Town, body: &Value) -> Value {
    let answer = town.admin.post("/v1/postal-handovers", body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
    let handover = answer.json();
    assert_eq!(answer.header("location"), format!("/v1/postal-handovers/{}", handover["id"].as_str().unwrap()));
    handover
}

fn event(id: &str, number: &str, what: &str, when: &str) -> Value {
    json!({ "id": id, "number": number, "event": what, "at": when })
}

async fn tell(client: &Client, events: &[Value]) -> Vec<Value> {
    let answer = client.post("/v1/postal-events", &json!({ "events": events })).await;
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
    answer.json()["results"].as_array().unwrap().clone()
}

fn track(town: &Town, ready: &Ready) -> HomeTrack {
    town.world.service.track_home_delivery(ready.link.rsplit('/').next().unwrap()).unwrap()
}

fn number(handover: &Value, place: usize) -> String {
    handover["parcels"][place]["number"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_result_handed_to_the_post_keeps_its_clock_its_custody_and_its_minute() {
    in_each_town!(|town| {
        let mut town = town;
        let ready = ready(&mut town, 1).await;
        let before = format!("{:?}", town.plan(MONDAY));
        let centre = town.world.service.centre().unwrap().centre.id;
        let item = town.world.service.store().item_by_code(centre, &ready.item).unwrap().unwrap();
        assert!(before.contains(&item.id.to_string()), "our own round would bring it");

        let handover = hand(&town, &json!({ "to": "BD", "home_deliveries": [ready.home] })).await;
        let number = number(&handover, 0);
        let parsed: S10 = number.parse().unwrap();
        assert_eq!((parsed.service(), &number[2..10], parsed.country()), ("RR", "51000000", "VN"));
        assert_eq!(handover["parcels"][0]["items"], json!([ready.item]));
        assert_eq!(handover["reconciliation"]["missing"], json!([number]));
        assert_eq!(handover["reconciliation"]["overdue"], json!([]));

        let after = format!("{:?}", town.plan(MONDAY));
        assert!(!after.contains(&item.id.to_string()), "the post brings it");
        let minute = format!("/v1/handovers/{}/minute.pdf", handover["scan_id"].as_str().unwrap());
        let minute = town.admin.get(&minute).await;
        assert_eq!((minute.status, &minute.bytes[..5]), (StatusCode::OK, &b"%PDF-"[..]));
        assert_eq!(track(&town, &ready).clock.next, DeliveryNext::Accept, "J is when the operator received it");
        assert!(!track(&town, &ready).changeable);

        set_time(&mut town, "2019-06-17T11:00:00Z");
        let told = [
            event("E2", &number, "in_transit", "2019-06-14T12:00:00+07:00"),
            event("E1", &number, "accepted", "2019-06-14T10:00:00+07:00"),
        ];
        let answers = tell(&town.admin, &told).await;
        assert_eq!(results(&answers), ["created", "created"]);
        let now = track(&town, &ready);
        assert_eq!(now.stage, HomeStage::UnderWay);
        assert_eq!(now.clock.accepted_on.unwrap().to_string(), "2019-06-14");
        assert_eq!(now.clock.due_on.unwrap().to_string(), "2019-06-17", "J+1 within the district");
        let held = town.world.service.custody(&ready.item).unwrap();
        let office = held.centre.site_by_code("BD").unwrap().id;
        assert_eq!(held.custody.holder, Some(Party::Site(office)));

        let failed = json!({
            "id": "E3", "number": number, "event": "attempt_failed", "reason": "absent", "at": "2019-06-17T09:00:00+07:00",
        });
        let rest = [
            event("E4", &number, "out_for_delivery", "2019-06-17T13:00:00+07:00"),
            failed,
            event("E5", &number, "delivered", "2019-06-17T17:00:00+07:00"),
        ];
        assert_eq!(results(&tell(&town.admin, &rest[..1]).await), ["created"]);
        assert_eq!(track(&town, &ready).stage, HomeStage::OnItsWay);
        assert_eq!(results(&tell(&town.admin, &rest[1..]).await), ["created", "created"]);
        assert_eq!(results(&tell(&town.admin, &rest).await), ["exists", "exists", "exists"]);
        let end = track(&town, &ready);
        assert_eq!((end.stage, end.clock.next), (HomeStage::Delivered, DeliveryNext::Nothing));
        assert_eq!(end.clock.first_attempt_on.unwrap().to_string(), "2019-06-17");
        assert_eq!(end.facts.len(), 3, "told twice, kept once");
        assert_eq!(town.world.service.custody(&ready.item).unwrap().custody.holder, Some(Party::Recipient));
        let seen = town.admin.json(&format!("/v1/postal-handovers/{}", handover["id"].as_str().unwrap())).await;
        assert_eq!(seen["parcels"][0]["event"], "delivered");
        assert_eq!((&seen["reconciliation"]["accepted"], &seen["reconciliation"]["missing"]), (&json!(1), &json!([])));
    });
}

#[actix_web::test]
async fn the_same_handover_is_handed_once_and_nothing_is_handed_twice() {
    in_each_town!(|town| {
        let mut town = town;
        let ready = ready(&mut town, 1).await;
        let id = uuid::Uuid::now_v7();
        let body = json!({ "id": id, "to": "BD", "home_deliveries": [ready.home] });
        let first = hand(&town, &body).await;
        let again = town.admin.post("/v1/postal-handovers", &body).await;
        assert_eq!((again.status, again.json()["parcels"].clone()), (StatusCode::OK, first["parcels"].clone()));
        let other = json!({ "id": id, "to": "BD", "items": [ready.item] });
        let other = town.admin.post("/v1/postal-handovers", &other).await;
        assert_eq!((other.status, other.problem().as_str()), (StatusCode::CONFLICT, "record_differs"));
        for twice in
            [json!({ "to": "BD", "items": [ready.item] }), json!({ "to": "BD", "home_deliveries": [ready.home] })]
        {
            let refused = town.admin.post("/v1/postal-handovers", &twice).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{:?}", refused.bytes);
        }
        let centre = town.world.service.centre().unwrap().centre.id;
        let given = town.world.service.store().scans_of_codes(centre, &[format!("item:{}", ready.item)]).unwrap();
        assert_eq!(given.len(), 2, "registered and given");

        // What came back can be handed over again, under the next number.
        set_time(&mut town, "2019-06-18T02:00:00Z");
        let number = number(&first, 0);
        let back = [
            event("R1", &number, "accepted", "2019-06-14T10:00:00+07:00"),
            event("R2", &number, "returned", "2019-06-17T10:00:00+07:00"),
        ];
        assert_eq!(results(&tell(&town.admin, &back).await), ["created", "created"]);
        assert_eq!(track(&town, &ready).stage, HomeStage::Returned);
        let mut device = Device::new(9);
        let mut receive = device.scan("08:30", &site("TTPVHCC"), &act("receive"), std::slice::from_ref(&ready.item));
        receive["counterparty"] = site("BD");
        receive["device_time"] = json!("2019-06-17T10:05:00+07:00");
        assert_eq!(results(&send(&town.admin, &[receive]).await), ["created"]);
        let second = hand(&town, &json!({ "to": "BD", "items": [ready.item] })).await;
        assert_eq!(&second["parcels"][0]["number"].as_str().unwrap()[2..10], "51000001");
    });
}

#[actix_web::test]
async fn what_was_handed_is_compared_with_what_was_accepted() {
    in_each_town!(|town| {
        let mut town = town;
        town.dossier(2, &json!(super::homes::PHONE), Value::Null).await;
        let one = ready(&mut town, 1).await;
        set_time(&mut town, super::NOW);
        let two = ready(&mut town, 2).await;
        let body = json!({ "to": "BD", "home_deliveries": [one.home], "items": [two.item] });
        let handover = hand(&town, &body).await;
        let id = handover["id"].as_str().unwrap();
        let numbers = [number(&handover, 0), number(&handover, 1)];
        assert_eq!(handover["reconciliation"]["missing"], json!(numbers));
        let mut extra = event("X1", FOREIGN, "accepted", "2019-06-14T09:30:00+07:00");
        extra["handover_id"] = json!(id);
        let lone = event("X2", "RR510999996VN", "accepted", "2019-06-14T09:40:00+07:00");
        set_time(&mut town, "2019-06-14T05:00:00Z");
        let told = [extra, event("A1", &numbers[0], "accepted", "2019-06-14T09:30:00+07:00")];
        assert_eq!(results(&tell(&town.admin, &told).await), ["created", "created"]);
        let seen = &town.admin.json(&format!("/v1/postal-handovers/{id}")).await["reconciliation"];
        let expected = json!({
            "handed": 2, "accepted": 1, "missing": [numbers[1]], "overdue": [], "extra": [FOREIGN],
        });
        assert_eq!(*seen, expected);
        assert_eq!(results(&tell(&town.admin, &[lone]).await), ["created"]);
        assert_eq!(town.admin.json("/v1/postal-handovers?date=2019-06-14").await["extra"], json!(["RR510999996VN"]));

        // Four hours after the handover the missing one is overdue.
        set_time(&mut town, "2019-06-14T06:00:01Z");
        let day = town.admin.json("/v1/postal-handovers?date=2019-06-14").await;
        assert_eq!(
            [&day["handed"], &day["accepted"], &day["missing"], &day["overdue"]],
            [&json!(2), &json!(1), &json!(1), &json!(1)]
        );
        assert_eq!(day["handovers"][0]["reconciliation"]["overdue"], json!([numbers[1]]));
        assert_eq!(town.admin.json("/v1/postal-handovers?date=2019-06-13").await["handed"], 0);
        // The ledger asks for an explanation of what was given and not received.
        town.world.service.review_scans().unwrap();
        let open = town.admin.json("/v1/discrepancies?limit=1000").await;
        let open = open["discrepancies"].to_string();
        assert!(open.contains(&two.item) && !open.contains(&one.item), "{open}");
        for date in ["2019-02-30", "-5000-01-01", "x"] {
            let refused = town.admin.get(&format!("/v1/postal-handovers?date={date}")).await;
            assert!(refused.status.is_client_error(), "{date}: {:?}", refused.bytes);
        }
    });
}

#[actix_web::test]
async fn events_that_cannot_be_accepted_are_answered_for_one_by_one() {
    in_each_town!(|town| {
        let mut town = town;
        let ready = ready(&mut town, 1).await;
        let handover = hand(&town, &json!({ "to": "BD", "home_deliveries": [ready.home] })).await;
        let number = number(&handover, 0);
        let when = "2019-06-14T08:59:00+07:00";
        let good = event("G", &number, "accepted", when);
        let mut with_reason = event("B1", &number, "delivered", when);
        with_reason["reason"] = json!("absent");
        let mut unknown_member = event("B2", &number, "accepted", when);
        unknown_member["phone"] = json!("0912345678");
        let mut unknown_handover = event("B3", &number, "accepted", when);
        unknown_handover["handover_id"] = json!(uuid::Uuid::now_v7());
        let events = [
            good.clone(),
            event("G", &number, "accepted", "2019-06-14T08:58:00+07:00"),
            with_reason,
            unknown_member,
            unknown_handover,
            event("B4", &number, "attempt_failed", when),
            event("B5", &number, "flown", when),
            event("B6", "RR510000010VN", "accepted", when),
            event("B7", FOREIGN, "delivered", when),
            event("B8", &number, "accepted", "2019-06-14T09:05:01+07:00"),
            event("", &number, "accepted", when),
            json!("no object"),
            good,
        ];
        let answers = tell(&town.admin, &events).await;
        let mut expected = ["rejected"; 13];
        (expected[0], expected[1], expected[12]) = ("created", "conflict", "exists");
        assert_eq!(results(&answers), expected, "{answers:?}");
        let pointers: Vec<&str> =
            answers[2..12].iter().map(|answer| answer["errors"][0]["pointer"].as_str().unwrap()).collect();
        let fields =
            ["/reason", "/phone", "/handover_id", "/reason", "/event", "/number", "/number", "/at", "/id", "/"];
        assert_eq!(pointers, fields);
        assert!(!json!(answers).to_string().contains("0912345678"));
        for body in [json!({ "events": [] }), json!({}), json!({ "events": [{}], "x": 1 })] {
            assert!(town.admin.post("/v1/postal-events", &body).await.status.is_client_error(), "{body}");
        }
    });
}

#[actix_web::test]
async fn handovers_are_for_the_office_that_gives_and_events_for_the_operator() {
    in_each_town!(|town| {
        let mut town = town;
        let ready = ready(&mut town, 1).await;
        let service = town.world.service.clone();
        let office = |code: &str| Some(NamedParty::Site(code.into()));
        let own = come_in(&town.admin, &service, &person(&service, "p.own", Role::Clerk, office("TTPVHCC")));
        let other = come_in(&town.admin, &service, &person(&service, "p.other", Role::Clerk, office("STC")));
        let body = json!({ "to": "BD", "home_deliveries": [ready.home] });
        let refused = other.post("/v1/postal-handovers", &body).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
        let made = own.post("/v1/postal-handovers", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.bytes);
        let path = made.header("location").to_owned();
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(own.get(&path).await.status, StatusCode::OK);
        assert_eq!(other.json("/v1/postal-handovers?date=2019-06-14").await["handed"], 0);
        assert_eq!(own.json("/v1/postal-handovers?date=2019-06-14").await["handed"], 1);

        let new = NewAccount { name: "p.operator".into(), role: Role::Integration, acts_for: None, email: None };
        let (system, _) = service.add_account(&Actor::operator(), &new).unwrap();
        let new = NewToken { label: "post".into(), scopes: [Scope::PostWrite].into(), expires_at: None };
        let (_, token) = service.issue_token(&Actor::operator(), system.id, &new).unwrap();
        let operator = town.admin.with_token(token.reveal());
        let told = event("T1", &number(&made.json(), 0), "accepted", "2019-06-14T09:00:00+07:00");
        assert_eq!(results(&tell(&operator, &[told]).await), ["created"]);
        assert_eq!(operator.post("/v1/postal-handovers", &body).await.status, StatusCode::FORBIDDEN);
        assert_eq!(own.post("/v1/postal-events", &json!({ "events": [{}] })).await.status, StatusCode::FORBIDDEN);

        for (body, field) in [
            (json!({ "to": "STC", "items": [ready.item] }), "/to"),
            (json!({ "to": "BD", "items": ["no-such"] }), "/items/0"),
            (json!({ "to": "BD", "home_deliveries": [uuid::Uuid::now_v7()] }), "/home_deliveries/0"),
            (json!({ "to": "BD" }), "/home_deliveries"),
            (json!({ "to": "BD", "from": "XYZ", "items": [ready.item] }), "/from"),
            (json!({ "to": "BD", "handed_at": "2019-06-15T09:00:00+07:00", "items": [ready.item] }), "/handed_at"),
        ] {
            let refused = town.admin.post("/v1/postal-handovers", &body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {:?}", refused.bytes);
            assert_eq!(refused.json()["errors"][0]["pointer"], field, "{body}");
        }
    });
}

/// The operator's system: takes handovers, tells events, and now and then does not.
struct FakeOperator {
    url: String,
    state: Arc<Mutex<Operated>>,
}

#[derive(Default)]
struct Operated {
    /// Handovers by id, as announced.
    handovers: BTreeMap<String, Value>,
    announcements: usize,
    events: Vec<Value>,
    /// So many requests are answered 503 first.
    out_of_order: usize,
    unsigned: usize,
}

impl FakeOperator {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/conthoi", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Operated::default()));
        let kept = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let (method, path) = line.split_once(' ').unwrap();
                let (method, path) = (method.to_owned(), path.split(' ').next().unwrap().to_owned());
                let mut headers = BTreeMap::new();
                loop {
                    line.clear();
                    reader.read_line(&mut line).unwrap();
                    let Some((name, value)) = line.trim().split_once(": ") else { break };
                    headers.insert(name.to_ascii_lowercase(), value.to_owned());
                }
                let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
                let mut body = vec![0; length];
                reader.read_exact(&mut body).unwrap();
                let (status, answer) =
                    kept.lock().unwrap().answer(&method, &path, &headers, &String::from_utf8(body).unwrap());
                let answer = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    answer.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, state }
    }
}

impl Operated {
    fn answer(&mut self, method: &str, path: &str, headers: &BTreeMap<String, String>, body: &str) -> (u16, Value) {
        let signed = if method == "GET" { path } else { body };
        if !is_signed(headers, signed) {
            self.unsigned += 1;
            return (401, json!({}));
        }
        if self.out_of_order > 0 {
            self.out_of_order -= 1;
            return (503, json!({}));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        match (method, path) {
            ("POST", "/conthoi/handovers") => {
                let told: Value = serde_json::from_str(body).unwrap();
                self.announcements += 1;
                self.handovers.insert(told["id"].as_str().unwrap().to_owned(), told);
                (200, json!({}))
            }
            ("GET", "/conthoi/events") => {
                let after = query.split('&').find_map(|pair| pair.strip_prefix("after="));
                let from: usize = after.map_or(0, |after| after.parse().unwrap());
                // Two at a time, so that the list has parts.
                let until = self.events.len().min(from + 2);
                let next = (until > from).then(|| until.to_string());
                (200, json!({ "events": self.events[from..until], "next": next }))
            }
            _ => (404, json!({})),
        }
    }
}

/// Checks the signature by RFC 2104 written out.
fn is_signed(headers: &BTreeMap<String, String>, payload: &str) -> bool {
    let key = BASE64.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let content = format!("{}.{}.{payload}", headers["webhook-id"], headers["webhook-timestamp"]);
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(&key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(content).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    headers["webhook-signature"] == format!("v1,{}", BASE64.encode(outer))
}

#[actix_web::test]
async fn the_reference_client_announces_handovers_and_reads_events() {
    in_each_town!(|town| {
        let mut town = town;
        let operator = FakeOperator::start();
        let ready = ready(&mut town, 1).await;
        let service = town.world.service.clone();
        service.exchange_with_post(PostalSettings::new(&operator.url, SECRET).unwrap());
        let handover = hand(&town, &json!({ "to": "BD", "home_deliveries": [ready.home] })).await;
        let id = handover["id"].as_str().unwrap().to_owned();
        let number = number(&handover, 0);

        // The operator is out of order once: it is told again later, and not before.
        operator.state.lock().unwrap().out_of_order = 1;
        assert_eq!(service.announce_postal_handovers().unwrap(), 0);
        let seen = town.admin.json(&format!("/v1/postal-handovers/{id}")).await;
        assert_eq!((&seen["announced_at"], &seen["announce_problem"]), (&Value::Null, &json!("it answered 503")));
        assert_eq!(service.announce_postal_handovers().unwrap(), 0, "a pause comes first");
        set_time(&mut town, "2019-06-14T02:01:00Z");
        assert_eq!(service.announce_postal_handovers().unwrap(), 1);
        assert_eq!(service.announce_postal_handovers().unwrap(), 0, "once is enough");
        {
            let state = operator.state.lock().unwrap();
            assert_eq!((state.announcements, state.unsigned), (1, 0));
            let told = &state.handovers[&id];
            assert_eq!(told["parcels"], json!([{ "number": number, "pieces": 1, "weight_g": 100 }]));
            assert_eq!((&told["from"]["code"], &told["to"]["code"]), (&json!("TTPVHCC"), &json!("BD")));
            let text = told.to_string();
            assert!(!text.contains("Lụa") && !text.contains("912") && !text.contains("Trần Hưng Đạo"), "{text}");
        }
        let seen = town.admin.json(&format!("/v1/postal-handovers/{id}")).await;
        assert_eq!(seen["announced_at"], "2019-06-14T09:01:00+07:00");
        assert_eq!(seen["announce_problem"], Value::Null);

        assert_eq!(service.read_postal_events().unwrap(), 0);
        operator.state.lock().unwrap().events = vec![
            event("P1", &number, "accepted", "2019-06-14T09:01:00+07:00"),
            json!({ "id": "P2", "nonsense": true }),
            event("P3", &number, "in_transit", "2019-06-14T09:00:30+07:00"),
        ];
        operator.state.lock().unwrap().out_of_order = 1;
        let said = service.read_postal_events().unwrap_err().to_string();
        assert!(said.contains("503"), "{said}");
        assert_eq!(service.read_postal_events().unwrap(), 2, "the one that cannot be read keeps no other back");
        assert_eq!(service.read_postal_events().unwrap(), 0, "nothing is read twice");
        let seen = town.admin.json(&format!("/v1/postal-handovers/{id}")).await;
        assert_eq!(seen["reconciliation"]["accepted"], 1);
        assert_eq!(track(&town, &ready).clock.accepted_on.unwrap().to_string(), "2019-06-14");

        // Pushed and polled is told twice, and kept once.
        let pushed = event("P1", &number, "accepted", "2019-06-14T09:01:00+07:00");
        assert_eq!(results(&tell(&town.admin, &[pushed]).await), ["exists"]);
    });
}
