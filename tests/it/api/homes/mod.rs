//! Home deliveries, from a citizen's request to what is kept of it.

mod ask;
mod erasure;
mod links;
mod page;
mod privacy;
mod promises;
mod staff;
mod told;
mod track;

use std::sync::Arc;

use actix_web::{
    http::{StatusCode, header},
    test::TestRequest,
};
use chrono::{DateTime, Duration};
use conthoi::{
    domain::ItemCode,
    service::{AccessSettings, DayRequest, Expected, FixedClock, Service, estimated_travel, solve::SolveLimits},
};
use serde_json::{Value, json};

use super::{
    Answer, Client, NOW, World,
    access::CHEAP,
    date,
    scans::{Device, act, courier, results, send, site, with},
};
use crate::support::{db::TestDatabase, ids::Dice};

pub(super) const PHONE: &str = "0912 345 678";
/// Monday, the first working day after the day of the tests.
pub(super) const MONDAY: &str = "2019-06-17";
/// Two homes that lie far from one another, by communes of two depots.
pub(super) const CITY: (&str, &str) = ("12 Trần Hưng Đạo, Phường 6, thành phố Sóc Trăng", "31507");

const FOR_EVER: Duration = Duration::days(3_650);

/// The centre without dossiers, its clock in our hands, and a citizen with a settled dossier.
pub(super) struct Town {
    pub(super) world: World,
    pub(super) clock: Arc<FixedClock>,
    pub(super) admin: Client,
    pub(super) citizen: Client,
}

pub(super) fn code(n: u32) -> String {
    format!("000.00.00.H51-190603-{n:04}")
}

pub(super) fn at(text: &str) -> DateTime<chrono::Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

impl Town {
    pub(super) async fn new(database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::new(at(NOW)));
        // Some tests last for years, and nobody comes in again in between.
        let settings = AccessSettings {
            session_idle: FOR_EVER,
            session_longest: FOR_EVER,
            password: CHEAP,
            ..AccessSettings::default()
        };
        let service = Service::with_access(
            database.store(),
            Arc::new(estimated_travel()),
            clock.clone(),
            Box::new(Dice::new(7)),
            None,
            SolveLimits::default(),
            settings,
        );
        service.import_embedded().unwrap();
        let world = World { service, database };
        let admin = Client::new(&world).await;
        let citizen = admin.anonymous();
        let town = Self { world, clock, admin, citizen };
        town.dossier(1, &json!(PHONE), Value::Null).await;
        town
    }

    /// A dossier that was settled two days ago.
    pub(super) async fn dossier(&self, n: u32, phone: &Value, procedure: Value) {
        let body = json!({
            "department": "STP", "procedure": procedure, "phone": phone,
            "received_at": "2019-06-03T09:00:00+07:00", "appointment_at": "2019-06-13T17:00:00+07:00",
            "settled_at": "2019-06-12T10:00:00+07:00",
        });
        let path = format!("/v1/dossiers/{}", code(n));
        let answer = self.admin.send(TestRequest::put().uri(&path).set_json(body)).await;
        assert!(answer.status.is_success(), "{:?}", answer.bytes);
    }

    /// A request of the citizen of dossier `n` for Monday morning.
    pub(super) fn request(n: u32) -> Value {
        json!({
            "dossier": code(n), "phone": PHONE, "recipient": { "name": "Trần Thị Lụa" },
            "address": CITY.0, "commune": CITY.1,
            "half_day": { "date": MONDAY, "half": "morning" }, "consent": "1",
        })
    }

    pub(super) async fn ask(&self, body: &Value) -> Answer {
        self.citizen.post("/v1/home-deliveries", body).await
    }

    /// The link of a request that was taken.
    pub(super) async fn asked(&self, body: &Value) -> String {
        let answer = self.ask(body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
        assert_eq!(answer.header("cache-control"), "no-store");
        let link = answer.json()["link"].as_str().unwrap().to_owned();
        assert_eq!(answer.header("location"), link);
        link
    }

    /// The six digits of the last message that has a code.
    pub(super) fn sent_code(&self) -> String {
        let messages = self.world.service.take_messages();
        let mut codes = messages
            .iter()
            .filter_map(|message| message.text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6));
        codes.next_back().unwrap_or_else(|| panic!("no code in {messages:?}")).to_owned()
    }

    /// A request that is final.
    pub(super) async fn confirmed(&self, body: &Value) -> String {
        let link = self.asked(body).await;
        let answer = self.citizen.post(&format!("{link}/confirmation"), &json!({ "code": self.sent_code() })).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        link
    }

    /// The result of dossier `n`, which waits at its department to come to the centre.
    pub(super) async fn result_item(&self, n: u32) -> String {
        let item = ItemCode::issue(&format!("H51{n:06}")).unwrap().to_string();
        let body = json!({
            "code": item, "dossier_code": code(n), "from": "STP", "to": { "site": "TTPVHCC" },
            "ready_at": "2019-06-14T07:30:00+07:00", "weight_g": 100,
        });
        let answer = self.admin.post("/v1/items", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
        item
    }

    pub(super) fn plan(&self, day: &str) -> conthoi::domain::Plan {
        let request = DayRequest { date: date(day), seed: 1, expected: Expected::Anything };
        self.world.service.plan_day(&request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap()
    }

    pub(super) async fn patch(&self, link: &str, tag: Option<&str>, body: &Value) -> Answer {
        let request = TestRequest::patch().uri(link).set_json(body);
        self.citizen
            .send(match tag {
                Some(tag) => request.insert_header((header::IF_MATCH, tag)),
                None => request,
            })
            .await
    }
}

/// A scan at a time of 2019, as somebody's device tells it.
pub(super) fn scan(device: &mut Device, time: &str, actor: &Value, action: &Value, codes: &[String]) -> Value {
    let scan = device.scan("00:00", actor, action, codes);
    with(scan, "device_time", json!(format!("2019-{time}:00+07:00")))
}

impl Town {
    /// Sends scans, all of which are taken.
    pub(super) async fn scanned(&self, scans: &[Value]) {
        let answers = send(&self.admin, scans).await;
        assert!(results(&answers).iter().all(|result| *result == "created"), "{answers:?}");
    }

    /// Results are at the centre: handed over by their department and brought by a courier on Friday.
    pub(super) async fn at_the_centre(&self, device: &mut Device, items: &[String]) {
        let (stp, hub, cp01) = (site("STP"), site("TTPVHCC"), courier("CP01"));
        self.clock.set(at("2019-06-14T05:00:00Z"));
        self.scanned(&[
            scan(device, "06-14T08:00", &stp, &act("register"), items),
            with(scan(device, "06-14T08:05", &stp, &act("give"), items), "counterparty", cp01.clone()),
            with(scan(device, "06-14T08:06", &cp01, &act("receive"), items), "counterparty", stp),
            with(scan(device, "06-14T09:20", &cp01, &act("give"), items), "counterparty", hub.clone()),
            with(scan(device, "06-14T09:21", &hub, &act("receive"), items), "counterparty", cp01),
        ])
        .await;
    }
}

/// Runs `test` in a town on each kind of database.
macro_rules! in_each_town {
    (|$town:ident| $body:block) => {
        for database in $crate::support::db::TestDatabase::each() {
            let $town = $crate::api::homes::Town::new(database).await;
            $body
        }
    };
}
pub(super) use in_each_town;

/// A problem document without what differs each time.
pub(super) fn bare(answer: &Answer) -> Value {
    let mut problem = answer.json();
    problem.as_object_mut().unwrap().remove("request_id");
    problem
}
