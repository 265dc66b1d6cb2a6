//! Handhelds: enrolled by a code, given out for a shift, revoked.

use actix_web::http::{Method, StatusCode};
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Timed, count};
use crate::{
    api::{Client, scans::item},
    support::db::TestDatabase,
};

struct Handheld {
    client: Client,
    id: String,
    seq: u64,
}

impl Handheld {
    async fn enrol(admin: &Client, name: &str) -> Self {
        let enrolment = admin.post("/v1/devices/enrolments", &json!({ "name": name })).await;
        assert_eq!(enrolment.status, StatusCode::CREATED, "{:?}", enrolment.bytes);
        let body = json!({ "code": enrolment.json()["code"] });
        let device = admin.anonymous().post("/v1/devices", &body).await;
        assert_eq!(device.status, StatusCode::CREATED, "{:?}", device.bytes);
        let device = device.json();
        let id = device["id"].as_str().unwrap().to_owned();
        Self { client: admin.with_token(device["token"].as_str().unwrap()), id, seq: 0 }
    }

    fn scan(&mut self, at: &str, actor: &Value) -> Value {
        self.seq += 1;
        json!({
            "id": Uuid::now_v7(), "device_id": self.id, "device_seq": self.seq,
            "device_time": format!("2019-06-14T{at}:00+07:00"),
            "actor": actor, "action": { "kind": "count" }, "codes": [item(1)],
        })
    }

    async fn send(&self, scans: &[Value]) -> Vec<(String, String)> {
        let answer = self.client.post("/v1/scans", &json!({ "scans": scans })).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        answer.json()["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let pointer = it["errors"][0]["pointer"].as_str().unwrap_or_default();
                (it["result"].as_str().unwrap().to_owned(), pointer.to_owned())
            })
            .collect()
    }
}

fn created() -> (String, String) {
    ("created".into(), String::new())
}

fn rejected(pointer: &str) -> (String, String) {
    ("rejected".into(), pointer.into())
}

#[actix_web::test]
async fn a_code_enrols_one_device_within_ten_minutes() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let nobody = admin.anonymous();
        let enrolment = admin.post("/v1/devices/enrolments", &json!({ "name": "Máy 1" })).await.json();
        let code = enrolment["code"].as_str().unwrap();
        let plain: String = code.split('-').collect();
        assert_eq!((code.len(), plain.len()), (19, 16));
        assert!(enrolment["url"].as_str().unwrap().ends_with(&format!("/enrol#{plain}")));
        assert!(enrolment["qr_svg"].as_str().unwrap().contains("<svg"));
        assert_eq!(enrolment["expires_at"], "2019-06-14T07:10:00+07:00");

        assert_eq!(
            nobody.post("/v1/devices", &json!({ "code": "0000-0000-0000-0000" })).await.problem(),
            "enrolment_void"
        );
        let id = Uuid::now_v7();
        let typed = code.to_lowercase().replace('-', " ");
        let device = nobody.post("/v1/devices", &json!({ "code": typed, "id": id })).await;
        assert_eq!((device.status, &device.json()["id"]), (StatusCode::CREATED, &json!(id)));
        let again = nobody.post("/v1/devices", &json!({ "code": code })).await;
        assert_eq!((again.status, again.problem().as_str()), (StatusCode::GONE, "enrolment_void"), "it was used");

        let other = admin.post("/v1/devices/enrolments", &json!({ "name": "Máy 2" })).await.json();
        let taken = nobody.post("/v1/devices", &json!({ "code": other["code"], "id": id })).await;
        assert_eq!((taken.status, taken.problem().as_str()), (StatusCode::CONFLICT, "device_taken"));
        timed.wait(Duration::minutes(10));
        let late = nobody.post("/v1/devices", &json!({ "code": other["code"] })).await;
        assert_eq!(late.problem(), "enrolment_void", "it has expired");
        assert_eq!(admin.json("/v1/devices").await["devices"].as_array().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn a_device_speaks_for_whom_it_was_given_to() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let (cp01, cp02) = (json!({ "courier": "CP01" }), json!({ "courier": "CP02" }));
        let mut handheld = Handheld::enrol(&admin, "Máy 1").await;
        let path = format!("/v1/devices/{}", handheld.id);
        let doubts = |timed: &Timed| count(&timed.world.database, "scan_doubts");

        let early = handheld.scan("07:00", &cp01);
        assert_eq!(handheld.send(std::slice::from_ref(&early)).await, [rejected("/actor")], "it is nobody's yet");
        let given = admin.post(&format!("{path}/shift"), &cp01).await;
        assert_eq!((given.status, &given.json()["shift"]["party"]["code"]), (StatusCode::OK, &json!("CP01")));
        assert_eq!(handheld.client.json("/v1/me").await["acts_for"]["code"], "CP01");
        assert_eq!(handheld.send(&[early]).await, [created()], "what it kept is taken when it is");
        let (own, foreign) = (handheld.scan("07:10", &cp01), handheld.scan("07:11", &cp02));
        let mut other_device = handheld.scan("07:12", &cp01);
        other_device["device_id"] = json!(Uuid::now_v7());
        let answers = handheld.send(&[own, foreign, other_device]).await;
        assert_eq!(answers, [created(), rejected("/actor"), rejected("/device_id")]);
        assert_eq!(doubts(&timed), 0);

        // Its next shift is somebody else's; what the first left on it is still theirs.
        timed.wait(Duration::hours(4));
        let admin = Client::new(&timed.world).await;
        admin.post(&format!("{path}/shift"), &cp02).await;
        timed.wait(Duration::hours(2));
        let backlog = [handheld.scan("10:59", &cp01), handheld.scan("11:20", &cp01), handheld.scan("12:30", &cp02)];
        assert_eq!(handheld.send(&backlog).await, [created(), created(), created()]);
        assert_eq!(doubts(&timed), 0);
        // In doubt the fact is kept, and the doubt with it.
        let afternoon = handheld.scan("12:45", &cp01);
        assert_eq!(handheld.send(&[afternoon]).await, [created()]);
        assert_eq!(doubts(&timed), 1);
        assert_eq!(count(&timed.world.database, "scan_senders WHERE sender LIKE 'device:%'"), 1);

        let admin = Client::new(&timed.world).await;
        let back = admin.post(&format!("{path}/shift"), &json!({})).await;
        assert_eq!(back.json()["shift"], json!(null));
        let wrong = admin.post(&format!("{path}/shift"), &json!({ "courier": "NOBODY" })).await;
        assert_eq!(
            (wrong.problem().as_str(), &wrong.json()["errors"][0]["pointer"]),
            ("invalid_body", &json!("/courier"))
        );
    }
}

#[actix_web::test]
async fn a_revoked_device_is_refused_at_once() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let mut handheld = Handheld::enrol(&admin, "Máy 1").await;
        let path = format!("/v1/devices/{}", handheld.id);
        admin.post(&format!("{path}/shift"), &json!({ "courier": "CP01" })).await;
        let scan = handheld.scan("07:10", &json!({ "courier": "CP01" }));
        assert_eq!(handheld.send(&[scan]).await, [created()]);
        assert_eq!(admin.json("/v1/devices").await["devices"][0]["last_seen_at"], "2019-06-14T07:00:00+07:00");
        let revoked = admin.method(Method::DELETE, &path).await;
        assert_eq!(
            (revoked.status, &revoked.json()["revoked_at"]),
            (StatusCode::OK, &json!("2019-06-14T07:00:00+07:00"))
        );
        let refused = handheld.client.post("/v1/scans", &json!({ "scans": [1] })).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));
        let given = admin.post(&format!("{path}/shift"), &json!({ "courier": "CP01" })).await;
        assert_eq!((given.status, given.problem().as_str()), (StatusCode::CONFLICT, "device_revoked"));
    }
}

#[actix_web::test]
async fn clerks_and_couriers_scan_for_themselves() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let service = &timed.world.service;
        let clerk = super::person(
            service,
            "tnmt.01",
            conthoi::domain::Role::Clerk,
            Some(conthoi::service::NamedParty::Site("STNMT".into())),
        );
        let mut desk =
            Handheld { client: super::come_in(&admin, service, &clerk), id: Uuid::now_v7().to_string(), seq: 0 };
        let scans = [
            desk.scan("07:00", &json!({ "site": "STNMT" })),
            desk.scan("07:01", &json!({ "site": "STP" })),
            desk.scan("07:02", &json!({ "courier": "CP01" })),
        ];
        assert_eq!(desk.send(&scans).await, [created(), rejected("/actor"), rejected("/actor")]);
        // A dispatcher may write down what somebody else has told.
        let told = Handheld { client: admin, id: desk.id.clone(), seq: 0 };
        assert_eq!(told.send(&scans[1..]).await, [created(), created()]);
    }
}
