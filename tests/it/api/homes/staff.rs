//! What the centre's people record and reconcile.

use actix_web::{http::StatusCode, test::TestRequest};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Town, at, in_each_town, scan};
use crate::api::{
    Answer,
    scans::{Device, act, courier, site, with},
};

impl Town {
    /// The only home delivery's id.
    async fn home(&self) -> String {
        let list = self.admin.json("/v1/home-deliveries?state=confirmed").await;
        list["home_deliveries"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn fact(&self, home: &str, n: u128, body: &Value) -> Answer {
        let path = format!("/v1/home-deliveries/{home}/facts/{}", Uuid::from_u128(n));
        self.admin.send(TestRequest::put().uri(&path).set_json(body)).await
    }

    async fn recorded(&self, home: &str, n: u128, body: &Value) {
        let answer = self.fact(home, n, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{body}: {:?}", answer.bytes);
    }

    async fn next(&self, home: &str) -> (String, Value) {
        let told = self.admin.json(&format!("/v1/home-deliveries/{home}")).await;
        (told["clock"]["next"].as_str().unwrap().to_owned(), told["clock"]["next_on"].clone())
    }
}

#[actix_web::test]
async fn a_delivery_is_finished_point_by_point_and_its_fee_reconciled() {
    in_each_town!(|town| {
        let mut device = Device::new(1);
        let link = town.confirmed(&Town::request(1)).await;
        let items = [town.result_item(1).await];
        town.at_the_centre(&mut device, &items).await;
        let home = town.home().await;
        let told = town.admin.json(&format!("/v1/home-deliveries/{home}")).await;
        assert_eq!((&told["contact"]["phone"], &told["consent_version"]), (&json!("+84912345678"), &json!("1")));
        assert_eq!(
            (&told["clock"]["accepted_on"], &told["clock"]["due_on"]),
            (&json!("2019-06-14"), &json!("2019-06-17"))
        );
        assert_eq!(town.next(&home).await, ("attempt".to_owned(), json!("2019-06-17")));

        let rider = courier("CP04");
        town.clock.set(at("2019-06-17T05:00:00Z"));
        town.scanned(&[
            with(
                scan(&mut device, "06-17T07:40", &site("TTPVHCC"), &act("give"), &items),
                "counterparty",
                rider.clone(),
            ),
            with(scan(&mut device, "06-17T07:41", &rider, &act("receive"), &items), "counterparty", site("TTPVHCC")),
            scan(&mut device, "06-17T07:45", &rider, &act("load"), &items),
            scan(&mut device, "06-17T09:00", &rider, &act("deliver"), &items),
        ])
        .await;
        let open = async || town.admin.json(&format!("/v1/home-deliveries/{home}")).await["open"].clone();
        assert_eq!(open().await, json!(["identity", "proof", "fee"]));
        assert_eq!(town.next(&home).await.0, "nothing");

        let checked = json!({
            "kind": "identity_checked", "receiver": "recipient", "document": "identity_card", "last_digits": "0123",
            "at": "2019-06-17T09:00:00+07:00",
        });
        town.recorded(&home, 1, &checked).await;
        assert_eq!(town.fact(&home, 1, &checked).await.status, StatusCode::OK, "again");
        let mut other = checked.clone();
        other["last_digits"] = json!("9999");
        let differs = town.fact(&home, 1, &other).await;
        assert_eq!((differs.status, differs.problem().as_str()), (StatusCode::CONFLICT, "fact_differs"));
        for (field, value) in [
            ("last_digits", json!("012345678912")),
            ("last_digits", json!("01 3")),
            ("receiver", json!("delegate")),
            ("image", json!("aGVsbG8=")),
            ("at", json!("2019-06-18T09:00:00+07:00")),
        ] {
            let mut bad = checked.clone();
            bad[field] = value;
            assert_eq!(town.fact(&home, 2, &bad).await.problem(), "invalid_body", "{bad}");
        }

        assert_eq!(
            town.admin.post(&format!("/v1/home-deliveries/{home}/codes"), &json!({})).await.status,
            StatusCode::ACCEPTED
        );
        let sent = town.sent_code();
        let proof = |code: &str| json!({ "kind": "proved", "proof": "code", "code": code });
        let wrong = format!("{:06}", (sent.parse::<u32>().unwrap() + 1) % 1_000_000);
        assert_eq!(town.fact(&home, 3, &proof(&wrong)).await.problem(), "wrong_code");
        town.recorded(&home, 3, &proof(&sent)).await;
        assert_eq!(
            town.fact(&home, 3, &proof(&sent)).await.status,
            StatusCode::OK,
            "the code is used up, the fact stands"
        );
        assert_eq!(town.fact(&home, 4, &proof(&sent)).await.problem(), "wrong_code");
        let photo = json!({ "kind": "proved", "proof": "photo" });
        assert_eq!(town.fact(&home, 4, &photo).await.problem(), "invalid_body", "of what?");
        town.recorded(&home, 4, &json!({ "kind": "proved", "proof": "signature", "evidence": "ab".repeat(32) })).await;

        let withdrawn =
            |collected: u32| json!({ "kind": "documents_withdrawn", "expected": 2, "collected": collected });
        assert_eq!(town.fact(&home, 5, &withdrawn(3)).await.problem(), "invalid_body");
        town.recorded(&home, 5, &withdrawn(1)).await;
        assert_eq!(open().await, json!(["fee", "documents_missing", "documents_not_returned"]));
        assert_eq!(
            town.fact(&home, 6, &json!({ "kind": "documents_returned", "count": 2 })).await.problem(),
            "invalid_body"
        );
        town.recorded(&home, 6, &json!({ "kind": "documents_returned", "count": 1 })).await;

        let fee = |dong: u32| json!({ "kind": "fee_collected", "amount_dong": dong, "courier": "CP04" });
        assert_eq!(town.fact(&home, 7, &fee(20_000)).await.problem(), "invalid_body");
        town.recorded(&home, 7, &fee(26_000)).await;
        assert_eq!(town.fact(&home, 8, &fee(26_000)).await.problem(), "invalid_body", "nobody pays twice");
        assert_eq!(open().await, json!(["documents_missing"]));

        let fees = async || town.admin.json("/v1/fees?date=2019-06-17").await;
        let row = fees().await;
        assert_eq!(
            (&row["couriers"][0]["courier"], &row["couriers"][0]["outstanding_dong"]),
            (&json!("CP04"), &json!(26_000))
        );
        assert_eq!(row["reconciled"], false);
        let hand_in = |n: u128, dong: u32| {
            let body = json!({ "courier": "CP04", "date": "2019-06-17", "amount_dong": dong });
            let path = format!("/v1/fees/hand-ins/{}", Uuid::from_u128(n));
            town.admin.send(TestRequest::put().uri(&path).set_json(body))
        };
        assert_eq!(hand_in(1, 20_000).await.status, StatusCode::CREATED);
        assert_eq!(hand_in(1, 20_000).await.status, StatusCode::OK);
        assert_eq!(hand_in(1, 6_000).await.problem(), "fact_differs");
        assert_eq!(fees().await["couriers"][0]["outstanding_dong"], 6_000);
        assert_eq!(hand_in(2, 6_000).await.status, StatusCode::CREATED);
        assert_eq!(fees().await["reconciled"], true);
        assert_eq!(town.admin.json("/v1/fees?date=2019-06-18").await["couriers"], json!([]));

        // The citizen rates it once.
        let rate = |step: &str| {
            let request = TestRequest::put()
                .uri(&format!("{link}/rating"))
                .set_json(json!({ "step": step, "comment": "Nhanh." }));
            town.citizen.send(request)
        };
        assert_eq!(rate("very_satisfied").await.status, StatusCode::CREATED);
        assert_eq!(rate("very_satisfied").await.status, StatusCode::OK);
        assert_eq!(rate("dissatisfied").await.problem(), "record_differs");
        assert_eq!(rate("five").await.problem(), "invalid_body");
    });
}

/// The law's clock, by facts of people where there are no scans: Luật Bưu chính Điều 17, TT 17/2017/TT-BTTTT Điều 7.
#[actix_web::test]
async fn the_second_invitation_comes_two_working_days_after_the_first_and_then_it_goes_back() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        let home = town.home().await;
        assert_eq!(town.next(&home).await, ("accept".to_owned(), Value::Null));
        let early = town.fact(&home, 1, &json!({ "kind": "invited" })).await;
        assert_eq!(early.problem(), "invalid_body", "nobody stood at the door yet");
        town.recorded(&home, 1, &json!({ "kind": "accepted" })).await;
        assert_eq!(
            town.next(&home).await,
            ("attempt".to_owned(), json!("2019-06-17")),
            "J + 1 in the centre's own district"
        );
        town.clock.set(at("2019-06-17T03:00:00Z"));
        town.recorded(&home, 2, &json!({ "kind": "attempt_failed", "reason": "absent" })).await;
        assert_eq!(town.next(&home).await, ("invite_again".to_owned(), json!("2019-06-19")));
        let told = town.admin.json(&format!("/v1/home-deliveries/{home}")).await;
        assert_eq!(
            (&told["clock"]["in_time"], &told["clock"]["first_attempt_on"]),
            (&json!(true), &json!("2019-06-17"))
        );
        town.clock.set(at("2019-06-18T03:00:00Z"));
        let answer = town.fact(&home, 3, &json!({ "kind": "invited" })).await;
        assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("2019-06-19"), "{:?}", answer.bytes);
        town.clock.set(at("2019-06-19T03:00:00Z"));
        town.recorded(&home, 3, &json!({ "kind": "invited" })).await;
        let told = town.admin.json(&format!("/v1/home-deliveries/{home}")).await;
        assert_eq!(
            (&told["clock"]["next"], &told["clock"]["undeliverable"]),
            (&json!("return"), &json!("invited_in_vain"))
        );
        assert_eq!(town.citizen.json(&link).await["stage"], "going_back");
        town.recorded(&home, 4, &json!({ "kind": "returned" })).await;
        assert_eq!(town.next(&home).await.0, "nothing");
        assert_eq!(town.citizen.json(&link).await["stage"], "returned");
    });
}

#[actix_web::test]
async fn a_loss_is_made_good() {
    in_each_town!(|town| {
        let link = town.confirmed(&Town::request(1)).await;
        let home = town.home().await;
        town.recorded(&home, 1, &json!({ "kind": "accepted" })).await;
        town.recorded(&home, 2, &json!({ "kind": "lost" })).await;
        assert_eq!(town.next(&home).await.0, "compensate");
        assert_eq!(town.citizen.json(&link).await["stage"], "lost");
        let paid = json!({ "home_delivery_id": home, "kind": "loss", "dong": 120_000 });
        let answer = town.admin.post("/v1/compensations", &paid).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
        assert_eq!(town.next(&home).await.0, "nothing");
        assert_eq!(
            town.admin.json(&format!("/v1/home-deliveries?date={}", super::MONDAY)).await["home_deliveries"][0]["id"],
            home.as_str()
        );
    });
}
