//! Messages to people: that nobody is forgotten, nobody is told twice, and nothing is left of to whom they went.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use chrono::{DateTime, TimeDelta, Utc};
use conthoi::{
    domain::{CentreId, MessageKind, MessageParameters, Position},
    service::{
        FixedClock, Gateway, GatewayWords, MailServer, Message, MessageSent, NotifySettings, Recipient, Service,
        estimated_travel,
    },
    store::MessageState,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Client, NOW,
    homes::{PHONE, Town, at, code, in_each_town},
    webhooks::{Received, Receiver},
};
use crate::support::db::TestDatabase;

const NUMBER: &str = "84912345678";

fn gateway(url: &str) -> Gateway {
    let words = GatewayWords {
        url: url.to_owned(),
        headers: BTreeMap::from([("authorization".to_owned(), "Bearer {secret}".to_owned())]),
        secret: Some("geheim".to_owned()),
        body: r#"{"phone": "{to_digits}", "content": "{text}", "kind": "{template}", "ref": "{id}"}"#.to_owned(),
        duplicate_status: Some(409),
    };
    Gateway::new(&words).unwrap()
}

fn by(url: &str) -> NotifySettings {
    NotifySettings { sms: Some(gateway(url)), time_out: Duration::from_millis(300), ..NotifySettings::default() }
}

fn now() -> DateTime<Utc> {
    at(NOW)
}

/// A process that sends messages, at a time that the test says.
pub(super) struct Process {
    pub(super) service: Service,
    pub(super) clock: Arc<FixedClock>,
}

impl Process {
    pub(super) fn on(database: &TestDatabase, settings: NotifySettings) -> Self {
        let clock = Arc::new(FixedClock::new(now()));
        let service = Service::new(database.store(), Arc::new(estimated_travel()), clock.clone(), None);
        Self { service: service.with_notifications(settings), clock }
    }

    pub(super) fn after(&self, seconds: i64) -> &Self {
        self.clock.set(now() + TimeDelta::seconds(seconds));
        self
    }

    /// Sends what is due, and answers what came of each.
    pub(super) fn work(&self) -> Vec<MessageSent> {
        let taken = self.service.take_due_messages().unwrap();
        let outcomes = taken.iter().map(|message| {
            let sent = self.service.send_message(message);
            self.service.settle_message(message, &sent).unwrap();
            sent
        });
        outcomes.collect()
    }
}

fn centre(town: &Town) -> CentreId {
    town.world.service.centre().unwrap().centre.id
}

async fn list(town: &Town, state: &str) -> Vec<Value> {
    let path =
        if state.is_empty() { "/v1/notifications".to_owned() } else { format!("/v1/notifications?state={state}") };
    let answer = town.admin.get(&path).await;
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    assert!(!text.contains("912345678") && !text.contains("912 345 678") && !text.contains("geheim"), "{text}");
    answer.json()["notifications"].as_array().unwrap().clone()
}

fn keys(received: &[Received]) -> HashSet<String> {
    received.iter().map(|received| received.headers["idempotency-key"].clone()).collect()
}

fn id_of(row: &Value) -> Uuid {
    row["id"].as_str().unwrap().parse().unwrap()
}

/// The six digits in what a gateway got.
fn digits(received: &Received) -> String {
    let body = received.json();
    let text = body["content"].as_str().unwrap();
    text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).unwrap().to_owned()
}

#[actix_web::test]
async fn a_code_reaches_the_citizen_and_nothing_is_left_of_it() {
    in_each_town!(|town| {
        let link = town.asked(&Town::request(1)).await;
        let receiver = Receiver::answering(&[200]);
        let process = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(process.work(), [MessageSent::Taken]);
        assert_eq!(process.work(), []);
        let received = receiver.received();
        let rows = list(&town, "delivered").await;
        assert_eq!((received.len(), rows.len()), (1, 1));
        assert_eq!(received[0].headers["authorization"], "Bearer geheim");
        assert_eq!(received[0].headers["idempotency-key"], rows[0]["id"].as_str().unwrap());
        let body = received[0].json();
        assert_eq!(
            (&body["phone"], &body["ref"], &body["kind"]),
            (&json!(NUMBER), &rows[0]["id"], &json!("home_code"))
        );
        assert!(body["content"].as_str().unwrap().contains("Code for home delivery"), "{body}");
        let kept = town.world.database.store().message(centre(&town), id_of(&rows[0])).unwrap().unwrap();
        assert_eq!((kept.recipient, kept.parameters), (None, None));

        let confirmed =
            town.citizen.post(&format!("{link}/confirmation"), &json!({ "code": digits(&received[0]) })).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{:?}", confirmed.bytes);
        assert_eq!(process.work(), [MessageSent::Taken]);
        let text = receiver.received()[1].json()["content"].to_string();
        assert!(text.contains("sáng 17/06/2019, phí 26.000 đồng") && text.contains("morning of 17/06/2019"), "{text}");
        let again = town.citizen.post(&format!("{link}/confirmation"), &json!({ "code": digits(&received[0]) })).await;
        assert_eq!((again.status, process.work()), (StatusCode::OK, vec![]), "what is confirmed twice is told once");
    });
}

#[actix_web::test]
async fn a_gateway_that_is_down_slow_or_broken_gets_it_again_with_the_same_key() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        let down = Process::on(&town.world.database, by("http://127.0.0.1:1/"));
        assert_eq!(down.work(), [MessageSent::Failed("the gateway could not be reached".into())]);
        let waiting = list(&town, "waiting").await;
        assert_eq!(waiting[0]["last_problem"], "the gateway could not be reached");
        assert_eq!(waiting[0]["due_at"], "2019-06-14T07:00:05+07:00");

        let receiver = Receiver::answering(&[503, 0, 302, 200]);
        let up = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(up.after(4).work(), []);
        assert_eq!(up.after(5).work(), [MessageSent::Failed("the gateway answered 503".into())]);
        assert_eq!(up.after(20).work(), [MessageSent::Failed("the gateway did not answer in time".into())]);
        assert_eq!(up.after(80).work(), [MessageSent::Failed("the gateway answered 302".into())]);
        assert_eq!(up.after(380).work(), [MessageSent::Taken]);
        assert_eq!(up.after(1_000_000).work(), []);
        let received = receiver.received();
        assert_eq!((received.len(), keys(&received).len()), (4, 1));
        let rows = list(&town, "").await;
        assert_eq!((rows.len(), &rows[0]["state"], &rows[0]["attempts"]), (1, &json!("delivered"), &json!(5)));
        let attempts = up.service.notification_attempts(id_of(&rows[0])).unwrap();
        let problems: Vec<bool> = attempts.iter().map(|attempt| attempt.problem.is_some()).collect();
        assert_eq!(problems, [true, true, true, true, false]);
    });
}

/// The process that has sent a message is killed before it can say so.
#[actix_web::test]
async fn who_is_killed_between_sending_and_saying_so_forgets_nobody() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        let receiver = Receiver::answering(&[200]);
        let killed = Process::on(&town.world.database, by(&receiver.url));
        let taken = killed.service.take_due_messages().unwrap();
        assert_eq!(killed.service.send_message(&taken[0]), MessageSent::Taken);
        assert_eq!(list(&town, "sending").await.len(), 1);

        let next = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(next.after(59).work(), [], "it may still be on its way");
        assert_eq!(next.after(60).work(), [MessageSent::Taken]);
        let received = receiver.received();
        assert_eq!((received.len(), keys(&received).len()), (2, 1), "a gateway with idempotency keys tells it once");

        // It was not killed but slow: what it says late changes nothing.
        killed.after(70).service.settle_message(&taken[0], &MessageSent::Failed("late".into())).unwrap();
        assert_eq!(list(&town, "").await[0]["state"], "delivered");
        assert_eq!(next.after(1_000).work(), []);
    });
}

/// A slow sender's success counts, though another has the message by now; that other's failure does not undo it.
#[actix_web::test]
async fn delivered_is_delivered_whoever_says_so() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        let receiver = Receiver::answering(&[200]);
        let [slow, other] = [0, 1].map(|_| Process::on(&town.world.database, by(&receiver.url)));
        let first = slow.service.take_due_messages().unwrap();
        let second = other.after(61).service.take_due_messages().unwrap();
        assert_eq!(first[0].id, second[0].id);
        slow.after(62).service.settle_message(&first[0], &MessageSent::Taken).unwrap();
        other.service.settle_message(&second[0], &MessageSent::Failed("x".into())).unwrap();
        assert_eq!(list(&town, "").await[0]["state"], "delivered");
        assert_eq!(other.after(500).work(), []);
    });
}

#[actix_web::test]
async fn a_gateway_that_answers_twice_or_knows_the_key_is_believed_once() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        town.dossier(2, &json!(PHONE), Value::Null).await;
        town.asked(&Town::request(2)).await;
        let receiver = Receiver::answering(&[2, 409]);
        let process = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(process.work(), [MessageSent::Taken, MessageSent::Taken]);
        assert_eq!(process.after(100).work(), []);
        assert_eq!((receiver.received().len(), list(&town, "delivered").await.len()), (2, 2));
    });
}

/// At most four are under way on a channel, and no two processes have the same.
#[actix_web::test]
async fn processes_share_the_work() {
    in_each_town!(|town| {
        for n in 1..=6 {
            let message = Message {
                event: format!("home_cancelled/{n}"),
                kind: MessageKind::HomeCancelled,
                parameters: MessageParameters::default(),
                to: Recipient::from(PHONE.parse::<conthoi::domain::Phone>().unwrap()),
                home: None,
                good_until: None,
            };
            for _ in 0..2 {
                town.world.service.tell(&message).unwrap();
            }
        }
        let [one, other] = [0, 1].map(|_| Process::on(&town.world.database, by("http://127.0.0.1:1/")));
        let first = one.service.take_due_messages().unwrap();
        assert_eq!((first.len(), other.service.take_due_messages().unwrap().len()), (4, 0));
        for message in &first {
            one.service.settle_message(message, &MessageSent::Taken).unwrap();
        }
        let rest = other.service.take_due_messages().unwrap();
        let all: BTreeSet<Uuid> = first.iter().chain(&rest).map(|message| message.id).collect();
        assert_eq!((rest.len(), all.len()), (2, 6), "each event is told once");
    });
}

#[actix_web::test]
async fn what_was_given_up_is_sent_again_by_hand_if_it_is_no_secret() {
    in_each_town!(|town| {
        let receiver = Receiver::answering(&[422, 200]);
        let process = Process::on(&town.world.database, by(&receiver.url));
        town.asked(&Town::request(1)).await;
        assert_eq!(process.work(), [MessageSent::Refused("the gateway answered 422".into())]);
        let dead = list(&town, "dead").await;
        let path = format!("/v1/notifications/{}/retry", dead[0]["id"].as_str().unwrap());
        let refused = town.admin.post(&path, &Value::Null).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "too_late"));

        town.dossier(2, &json!(PHONE), Value::Null).await;
        town.confirmed(&Town::request(2)).await;
        let receiver = Receiver::answering(&[422, 200]);
        let process = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(process.work().len(), 1);
        let dead = list(&town, "dead").await;
        let row = dead.iter().find(|row| row["template"] == "home_confirmed").unwrap();
        let kept = town.world.database.store().message(centre(&town), id_of(row)).unwrap().unwrap();
        assert_eq!((kept.state, kept.recipient), (MessageState::Dead, None));
        let path = format!("/v1/notifications/{}/retry", row["id"].as_str().unwrap());
        assert_eq!(town.admin.method(Method::POST, &path).await.status, StatusCode::ACCEPTED);
        assert_eq!(process.work(), [MessageSent::Taken]);
        let received = receiver.received();
        assert_eq!((received.len(), keys(&received).len()), (2, 1));
        assert_eq!(received[1].json()["phone"], NUMBER);
        assert_eq!(town.admin.method(Method::POST, &path).await.problem(), "not_found", "it is not given up any more");
    });
}

#[actix_web::test]
async fn in_quiet_hours_only_codes_are_told() {
    in_each_town!(|town| {
        // 22:00 in Sóc Trăng.
        town.clock.set(at("2019-06-14T15:00:00Z"));
        let link = town.asked(&Town::request(1)).await;
        let receiver = Receiver::answering(&[200]);
        let process = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(process.after(15 * 3_600).work(), [MessageSent::Taken]);
        let code = digits(&receiver.received()[0]);
        assert_eq!(town.citizen.post(&format!("{link}/confirmation"), &json!({ "code": code })).await.status, 200);
        assert_eq!(process.work(), []);
        // The session of the morning is over.
        let admin = Client::new(&town.world).await;
        let answer = admin.json("/v1/notifications?state=waiting").await;
        assert_eq!(answer["notifications"][0]["due_at"], "2019-06-15T07:00:00+07:00");
        assert_eq!(process.after(24 * 3_600 - 1).work(), []);
        assert_eq!(process.after(24 * 3_600).work(), [MessageSent::Taken]);
    });
}

#[actix_web::test]
async fn without_a_gateway_messages_wait_and_the_list_says_why() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        let process = Process::on(&town.world.database, NotifySettings::default());
        assert_eq!(process.work(), []);
        let answer = town.admin.json("/v1/notifications").await;
        let sms = answer["channels"].as_array().unwrap().iter().find(|row| row["channel"] == "sms").unwrap();
        assert_eq!((&sms["configured"], &sms["open"]), (&json!(false), &json!(1)));
        assert!(sms["why"].as_str().unwrap().contains("[sms]"), "{sms}");
        assert_eq!(town.admin.get("/v1/notifications?state=gone").await.status, StatusCode::BAD_REQUEST);

        // A code is good for ten minutes; later it is not worth telling.
        let receiver = Receiver::answering(&[200]);
        let late = Process::on(&town.world.database, by(&receiver.url));
        assert_eq!(late.after(600).work(), []);
        let rows = list(&town, "dead").await;
        assert_eq!(rows.len(), 1);
        let kept = late.service.store().message(centre(&town), id_of(&rows[0])).unwrap().unwrap();
        assert_eq!((kept.recipient, kept.parameters), (None, None));
    });
}

#[actix_web::test]
async fn each_change_is_told_with_the_change() {
    in_each_town!(|town| {
        let events = |town: &Town| -> Vec<String> {
            let told = town.world.service.take_messages();
            told.iter().map(|it| it.event.split('/').next().unwrap().to_owned()).collect()
        };
        let link = town.confirmed(&Town::request(1)).await;
        assert_eq!(events(&town), ["home_confirmed"]);
        let change = json!({ "half_day": { "date": "2019-06-17", "half": "afternoon" } });
        let tag = town.citizen.get(&link).await.header("etag").to_owned();
        assert_eq!(town.patch(&link, Some(&tag), &change).await.status, StatusCode::OK);
        assert_eq!(events(&town), ["home_changed"]);
        let lost = town.patch(&link, Some(&tag), &change).await;
        assert_eq!(
            (lost.status, events(&town)),
            (StatusCode::PRECONDITION_FAILED, vec![]),
            "what was not done is not told"
        );
        let tag = town.citizen.get(&link).await.header("etag").to_owned();
        let cancel = TestRequest::delete().uri(&link).insert_header(("if-match", tag));
        assert!(town.citizen.send(cancel).await.status.is_success());
        assert_eq!(events(&town), ["home_cancelled"]);
        let refused = town.ask(&json!({ "dossier": code(1) })).await;
        assert!(refused.status.is_client_error() && events(&town).is_empty());
    });
}

#[actix_web::test]
async fn erasing_a_home_gives_up_what_waits_for_it() {
    in_each_town!(|town| {
        town.asked(&Town::request(1)).await;
        let rows = list(&town, "waiting").await;
        let store = town.world.database.store();
        let before = store.message(centre(&town), id_of(&rows[0])).unwrap().unwrap();
        assert!(before.recipient.is_some() && before.parameters.is_some());
        let shown = format!("{before:?}");
        assert!(!shown.contains("912345678") && !shown.contains("parameters"), "{shown}");
        let point = Position::new(9.6, 105.97).unwrap();
        store.erase_home(centre(&town), before.home.unwrap(), point, (&[], &[]), now()).unwrap();
        let after = store.message(centre(&town), before.id).unwrap().unwrap();
        assert_eq!((after.state, after.recipient, after.parameters), (MessageState::Dead, None, None));
    });
}

#[actix_web::test]
async fn words_are_shown_before_they_are_sent() {
    in_each_town!(|town| {
        let words = town.admin.json("/v1/notifications/templates").await;
        let words = words["templates"].as_array().unwrap();
        assert!(MessageKind::ALL.iter().all(|kind| words.iter().any(|row| row["template"] == kind.as_str())));
        let path = "/v1/notifications/templates/preview";
        let body = json!({ "template": "home_counter", "channel": "sms", "parameters": { "ticket": "41" } });
        let shown = town.admin.post(path, &body).await;
        assert_eq!(shown.status, StatusCode::OK, "{:?}", shown.bytes);
        let text = shown.json();
        assert!(text["text"].as_str().unwrap().ends_with("ngày 17/06/2019 để nhận kết quả, số thứ tự 41."), "{text}");
        assert!(text["text_en"].as_str().unwrap().ends_with("on 17/06/2019, queue ticket 41."), "{text}");
        let bad = [
            json!({ "template": "home_counter", "channel": "sms", "parameters": { "ticket": "Trần Thị Lụa" } }),
            json!({ "template": "home_counter", "channel": "sms", "parameters": { "Trần Thị Lụa": "1" } }),
            json!({ "template": "home_counter", "channel": "sms", "parameters": { "code": "1" } }),
            json!({ "template": "home_counter", "channel": "zalo" }),
            json!({ "template": "birthday", "channel": "sms" }),
            json!({ "template": "home_counter", "channel": "sms", "to": "0912345678" }),
        ];
        for body in bad {
            let refused = town.admin.post(path, &body).await;
            assert_eq!(refused.problem(), "invalid_body", "{body}");
            let text = String::from_utf8(refused.bytes.to_vec()).unwrap();
            assert!(!text.contains("Lụa") && !text.contains("0912345678"), "{text}");
        }
    });
}

/// A server that takes letters, or answers each mailbox with `reply`.
fn mail_server(reply: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let letters = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&letters);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            stream.write_all(b"220 mail\r\n").unwrap();
            while let Some(Ok(line)) = lines.next() {
                let answer = match line.split([' ', ':']).next().unwrap() {
                    "EHLO" | "MAIL" | "RSET" => "250 ok",
                    "RCPT" => reply,
                    "DATA" => {
                        stream.write_all(b"354 go\r\n").unwrap();
                        let letter: Vec<String> =
                            lines.by_ref().map(Result::unwrap).take_while(|line| line != ".").collect();
                        kept.lock().unwrap().push(letter.join("\n"));
                        "250 taken"
                    }
                    "QUIT" => "221 bye",
                    _ => "500 what",
                };
                if stream.write_all(format!("{answer}\r\n").as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (url, letters)
}

#[actix_web::test]
async fn letters_go_to_mailboxes() {
    in_each_town!(|town| {
        for (n, (reply, state)) in
            [("250 ok", "delivered"), ("550 no lua@example.vn here", "dead")].into_iter().enumerate()
        {
            let (url, letters) = mail_server(reply);
            let mail = MailServer::new(&url, None, "Trung tâm <tra-ket-qua@example.vn>").unwrap();
            let settings =
                NotifySettings { mail: Some(mail), time_out: Duration::from_secs(2), ..NotifySettings::default() };
            let process = Process::on(&town.world.database, settings);
            let message = Message {
                event: format!("home_delivered/{n}"),
                kind: MessageKind::HomeDelivered,
                parameters: MessageParameters::default(),
                to: Recipient::from("lua@example.vn".parse::<lettre::Address>().unwrap()),
                home: None,
                good_until: None,
            };
            process.service.tell(&message).unwrap();
            assert_eq!(process.work().len(), 1);
            let rows = list(&town, state).await;
            let row = rows.iter().find(|row| row["channel"] == "email").unwrap_or_else(|| panic!("{state}: {rows:?}"));
            let letters = letters.lock().unwrap();
            if state == "delivered" {
                assert!(letters[0].contains("To: lua@example.vn"), "{}", letters[0]);
                assert!(letters[0].contains(&format!("Message-ID: <{}@example.vn>", row["id"].as_str().unwrap())));
            } else {
                assert_eq!((letters.len(), &row["last_problem"]), (0, &json!("the mail server answered 550")));
            }
        }
    });
}
