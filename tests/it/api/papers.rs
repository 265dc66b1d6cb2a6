//! Labels, manifests, minutes and control slips, and their verification.

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::{DateTime, Utc};
use conthoi::domain::{
    Destination, Dossier, DossierCode, DossierId, HomeDelivery, HomeDeliveryId, Item, ItemId, Position, PositionQuality,
};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Answer, Client, World, on_each,
    scans::{Device, act, courier, item, pouch, results, send, site, with},
};
use crate::support::reading::{Paper, can_read};

const DOSSIER: &str = "000.00.00.H51-190613-0001";

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A dossier that was received the day before, with two items.
fn with_dossier(world: &World) {
    let centre = world.service.centre().unwrap();
    let (hub, department) = (centre.hub().id, centre.site_by_code("STNMT").unwrap().id);
    let dossier = Dossier {
        id: DossierId::from_uuid(Uuid::from_u128(0xD0)),
        centre_id: centre.centre.id,
        code: DossierCode::from_trusted(DOSSIER.into()),
        department_id: department,
        procedure_code: None,
        received_at: instant("2019-06-13T09:30:00+07:00"),
        appointment_at: instant("2019-06-14T16:30:00+07:00"),
        settled_at: None,
        synthetic: false,
    };
    world.service.store().insert_dossier(&dossier).unwrap();
    for n in 1..=2 {
        let item = Item {
            id: ItemId::from_uuid(Uuid::from_u128(0xE0 + u128::from(n))),
            centre_id: centre.centre.id,
            code: item(n).parse().unwrap(),
            dossier_id: Some(dossier.id),
            from: hub,
            to: Destination::Site(department),
            ready_at: instant("2019-06-13T09:30:00+07:00"),
            due_at: None,
            weight_g: 120,
            waypoint: None,
            delivered_at: None,
            synthetic: false,
        };
        world.service.store().insert_item(&item).unwrap();
    }
}

/// Two items go to the department in a pouch, the result comes back by itself.
async fn handed_over(client: &Client) -> Vec<Value> {
    let (mut desk, mut handheld, mut other) = (Device::new(1), Device::new(2), Device::new(3));
    let (centre, cp01, department) = (site("TTPVHCC"), courier("CP01"), site("STNMT"));
    let seal = json!({ "kind": "seal", "pouch": pouch(1), "seal": "NP-0001" });
    let open = json!({ "kind": "open", "pouch": pouch(1) });
    let to = |scan: Value, party: &Value| with(scan, "counterparty", party.clone());
    let photo = json!(["3fa9c1d2".repeat(8)]);
    let scans = vec![
        desk.scan("01:00", &centre, &act("register"), &[item(1), item(2)]),
        desk.scan("01:05", &centre, &seal, &[item(1), item(2)]),
        with(to(desk.scan("01:10", &centre, &act("give"), &[pouch(1)]), &cp01), "place", site("TTPVHCC")),
        to(handheld.scan("01:11", &cp01, &act("receive"), &[pouch(1)]), &centre),
        with(to(handheld.scan("02:00", &cp01, &act("give"), &[pouch(1)]), &department), "evidence", photo),
        to(other.scan("02:02", &department, &act("receive"), &[pouch(1)]), &cp01),
        other.scan("02:05", &department, &open, &[item(1), item(2)]),
        to(other.scan("05:00", &department, &act("give"), &[item(1)]), &cp01),
    ];
    assert!(results(&send(client, &scans).await).iter().all(|result| *result == "created"));
    scans
}

/// The same with what is another text each time left out.
fn without(json: &Value, pointers: &[&str]) -> Value {
    let mut json = json.clone();
    for pointer in pointers {
        let text = json.pointer_mut(pointer).unwrap();
        assert!(text.as_str().is_some_and(|text| text.len() >= 16), "{text}");
        *text = json!("…");
    }
    json
}

fn pdf(answer: &Answer) -> &[u8] {
    assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.header("content-disposition").starts_with("inline; filename=\""), "{:?}", answer.headers);
    &answer.bytes
}

#[actix_web::test]
async fn labels_are_printed_of_what_is_registered_and_of_codes_that_are_not_yet() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        let path = format!("/v1/labels?codes={},{},{DOSSIER}&start=3", item(1), pouch(9));
        let sheet = client.get(&path).await;
        if can_read() {
            let paper = Paper::of(pdf(&sheet));
            assert_eq!(paper.picture(1, 200).codes_by_cell(3, 8), [item(1), pouch(9), DOSSIER.to_owned()]);
            let text = paper.raw_text();
            assert!(
                text.contains("Đến: Sở Tài nguyên và Môi trường") && text.contains("Hẹn trả: 14/06/2019"),
                "{text}"
            );
        }
        let zpl = client.get(&format!("/v1/labels?codes={}&format=zpl", item(1))).await;
        assert_eq!(zpl.header("content-type"), "application/zpl");
        assert!(String::from_utf8(zpl.bytes.to_vec()).unwrap().contains(&format!("^FDMA,{}^FS", item(1))));
        let codes: Vec<String> = (1..=100).map(item).collect();
        let single = client.post("/v1/labels", &json!({ "codes": codes, "format": "single" })).await;
        if can_read() {
            assert_eq!(Paper::of(pdf(&single)).pages(), 100);
        }
    });
}

#[actix_web::test]
async fn a_label_for_a_home_says_the_commune_and_nothing_of_the_recipient() {
    on_each!(World::imported, |client, world| {
        let centre = world.service.centre().unwrap();
        let home = HomeDelivery {
            id: HomeDeliveryId::from_uuid(Uuid::from_u128(0xF0)),
            centre_id: centre.centre.id,
            dossier_id: None,
            address: "ONG PLANTED 0912345678, 12 duong 30/4".into(),
            commune_code: "31507".into(),
            position: Position::new(9.601, 105.971).unwrap(),
            position_quality: PositionQuality::Street,
            requested_at: instant("2019-06-13T09:30:00+07:00"),
            wanted: None,
            synthetic: false,
        };
        world.service.store().insert_home_delivery(&home).unwrap();
        let parcel = Item {
            id: ItemId::from_uuid(Uuid::from_u128(0xF1)),
            centre_id: centre.centre.id,
            code: item(7).parse().unwrap(),
            dossier_id: None,
            from: centre.hub().id,
            to: Destination::Home(home.id),
            ready_at: instant("2019-06-13T09:30:00+07:00"),
            due_at: None,
            weight_g: 50,
            waypoint: None,
            delivered_at: None,
            synthetic: false,
        };
        world.service.store().insert_item(&parcel).unwrap();
        let zpl = client.get(&format!("/v1/labels?codes={}&format=zpl", item(7))).await;
        let zpl = String::from_utf8(zpl.bytes.to_vec()).unwrap();
        assert!(zpl.contains("Đến: Giao tận nơi – Phường 6"), "{zpl}");
        assert!(!zpl.contains("PLANTED") && !zpl.contains("0912345678"), "{zpl}");
        let sheet = client.get(&format!("/v1/labels?codes={}", item(7))).await;
        if can_read() {
            let text = Paper::of(pdf(&sheet)).text();
            assert!(text.contains("Giao tận nơi – Phường 6") && !text.contains("PLANTED"), "{text}");
        }
    });
}

#[actix_web::test]
async fn labels_of_what_is_no_code_are_refused() {
    on_each!(World::imported, |client, _world| {
        for (query, parameter) in [
            ("", "codes"),
            ("codes=", "codes"),
            ("codes=BGH51000001X", "codes"),
            ("codes=BGH51000001X,,", "codes"),
            ("codes=a&start=25", "start"),
            ("codes=a&start=1&format=zpl", "start"),
            ("codes=a&format=pdf", "format"),
            ("codes=a&colour=red", "colour"),
        ] {
            let answer = client.get(&format!("/v1/labels?{query}")).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "invalid_parameter"), "{query}");
            let errors = answer.json()["errors"].clone();
            assert!(
                errors.as_array().unwrap().iter().any(|error| error["parameter"] == parameter),
                "{query}: {errors}"
            );
        }
        for (body, pointer) in [
            (json!({}), "/codes"),
            (json!({ "codes": [] }), "/codes"),
            (json!({ "codes": [item(1), "nonsense"] }), "/codes/1"),
            (json!({ "codes": vec![item(1); 5_001] }), "/codes"),
            (json!({ "codes": [item(1)], "start": 0 }), "/start"),
            (json!({ "codes": [item(1)], "format": "a3" }), "/format"),
            (json!({ "codes": [item(1)], "size": 1 }), "/size"),
        ] {
            let answer = client.post("/v1/labels", &body).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "invalid_body"));
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
    });
}

#[actix_web::test]
async fn manifests_are_printed_of_runs_and_rounds() {
    on_each!(World::planned, |client, _world| {
        let plan = client.json("/v1/plans/2019-06-14").await;
        let run = plan["runs"][0]["id"].as_str().unwrap().to_owned();
        let round = plan["rounds"][0]["id"].as_str().unwrap().to_owned();
        let manifest = client.json(&format!("/v1/runs/{run}/manifest")).await;
        let paper = client.get(&format!("/v1/runs/{run}/manifest.pdf")).await;
        let of_round = client.get(&format!("/v1/rounds/{round}/manifest.pdf")).await;
        if can_read() {
            let (paper, of_round) = (Paper::of(pdf(&paper)), Paper::of(pdf(&of_round)));
            let text = paper.text();
            let loads =
                manifest["routes"].as_array().unwrap().iter().flat_map(|route| route["stops"].as_array().unwrap());
            let loaded: Vec<&str> = loads
                .flat_map(|stop| stop["load"].as_array().unwrap())
                .map(|item| item["code"].as_str().unwrap())
                .collect();
            assert!(!loaded.is_empty());
            for code in loaded {
                assert!(text.replace(' ', "").contains(code), "{code} is not in {text}");
            }
            assert!(text.contains("DỮ LIỆU MÔ PHỎNG") && text.contains("Sở Tư pháp"), "{text}");
            assert!(of_round.text().contains("Tuyến phát buổi"), "{}", of_round.text());
            paper.picture(1, 60);
            of_round.picture(1, 60);
        }
        let unknown = client.get(&format!("/v1/runs/{round}/manifest.pdf")).await;
        assert_eq!(unknown.problem(), "not_found");
    });
}

#[actix_web::test]
async fn a_minute_is_made_from_either_sides_scan() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        let scans = handed_over(&client).await;
        let of = async |n: usize| {
            client.get(&format!("/v1/handovers/{}/minute.pdf", scans[n]["id"].as_str().unwrap())).await
        };
        let (given, received, open) = (of(2).await, of(3).await, of(7).await);
        if can_read() {
            for answer in [&given, &received] {
                let text = Paper::of(pdf(answer)).text();
                for wanted in [
                    "Bên giao: Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng",
                    "(CP01)",
                    "01:10 ngày 14/06/2019",
                    "01:11 ngày 14/06/2019",
                    "NP-0001",
                    "Tổng số bên giao: 1 (bằng chữ: Một).",
                    "Tổng số bên nhận: 1",
                    "tại vị trí 3, 4",
                ] {
                    assert!(text.contains(wanted), "{wanted:?} is not in {text}");
                }
            }
            let text = Paper::of(pdf(&open)).text();
            assert!(
                text.contains("Thời điểm nhận: chưa quét") && text.contains("Tổng số bên nhận: 0 (bằng chữ: Không)")
            );
        }
        assert_eq!(of(0).await.problem(), "no_handover");
        let nobody = client.get(&format!("/v1/handovers/{}/minute.pdf", Uuid::nil())).await;
        assert_eq!(nobody.problem(), "not_found");
    });
}

#[actix_web::test]
async fn a_control_slip_is_filled_from_the_scans_and_stays_the_same_until_there_are_more() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        let path = format!("/v1/dossiers/{DOSSIER}/control-slip");
        let empty = client.json(&format!("{path}.json")).await;
        assert_eq!(empty["rows"], json!([]));
        handed_over(&client).await;
        let slip = client.json(&format!("{path}.json")).await;
        assert_json_snapshot!("control_slip", without(&slip, &["/verification_code", "/statement"]));
        assert_ne!(slip["verification_code"], empty["verification_code"]);
        assert_eq!(client.json(&format!("{path}.json")).await, slip, "nothing new: the same slip");

        let code = slip["verification_code"].as_str().unwrap().to_owned();
        let printed = client.get(&format!("{path}.pdf")).await;
        if can_read() {
            let paper = Paper::of(pdf(&printed));
            let text = paper.text();
            for wanted in ["Mẫu số 05", "Thông tư số 01/2018/TT-VPCP", DOSSIER, "Đúng hạn", code.as_str()] {
                assert!(text.contains(wanted), "{wanted:?} is not in {text}");
            }
            assert_eq!(paper.picture(paper.pages(), 200).codes(), [slip["statement"].as_str().unwrap()]);
        }
        for (code, problem) in [("000.00.00.H51-190613-0002", "not_found"), ("nonsense", "misread")] {
            for form in ["pdf", "json"] {
                let answer = client.get(&format!("/v1/dossiers/{code}/control-slip.{form}")).await;
                assert_eq!(answer.problem(), problem);
            }
        }
    });
}

#[actix_web::test]
async fn a_slip_is_verified_by_its_code_and_by_its_2d_code() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        handed_over(&client).await;
        let slip = client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await;
        let code = slip["verification_code"].as_str().unwrap();
        let statement = slip["statement"].as_str().unwrap();
        let answer = client.json(&format!("/verify/{code}")).await;
        assert_eq!(answer["genuine"], true, "{answer}");
        assert_json_snapshot!(
            "verified_slip",
            without(&answer, &["/attests/ledger_digest", "/attests/printed_digest"])
        );
        for text in [statement.to_owned(), code.to_lowercase(), code.replace('-', "")] {
            assert_eq!(client.json(&format!("/verify/{text}")).await, answer);
        }
        // Nobody who verifies learns who had it.
        let text = answer.to_string();
        assert!(!text.contains("CP01") && !text.contains("STNMT"), "{text}");

        let page = client
            .send(TestRequest::get().uri(&format!("/verify/{code}")).insert_header(("accept", "text/html,*/*")))
            .await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let page = String::from_utf8(page.bytes.to_vec()).unwrap();
        assert!(page.contains("Phiếu hợp lệ") && page.contains(DOSSIER), "{page}");

        // The result goes on, and the old slip says so.
        let mut handheld = Device::new(4);
        let receive = handheld.scan("05:05", &courier("CP01"), &act("receive"), &[item(1)]);
        send(&client, &[with(receive, "counterparty", site("STNMT"))]).await;
        let grown = client.json(&format!("/verify/{code}")).await;
        assert_eq!(
            (&grown["genuine"], &grown["since"]["grown"], &grown["since"]["scans"]),
            (&json!(true), &json!(true), &json!(1))
        );
        let newer = client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await;
        assert_ne!(newer["verification_code"], code);
        assert_eq!(
            client.json(&format!("/verify/{}", newer["verification_code"].as_str().unwrap())).await["since"]["grown"],
            false
        );
    });
}

#[actix_web::test]
async fn what_is_not_genuine_is_told_apart() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        handed_over(&client).await;
        let slip = client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await;
        let code = slip["verification_code"].as_str().unwrap().replace('-', "");
        let statement = slip["statement"].as_str().unwrap();
        let fault = async |text: &str| {
            let answer = client.json(&format!("/verify/{text}")).await;
            assert_eq!((&answer["genuine"], &answer["since"]), (&json!(false), &Value::Null));
            answer["fault"].as_str().unwrap().to_owned()
        };
        let last = if code.ends_with('0') { '1' } else { '0' };
        assert_eq!(fault(&format!("{}{last}", &code[..15])).await, "check_character");
        assert_eq!(fault("hello").await, "unreadable");
        assert_eq!(fault("0000000000000001").await, "check_character");
        assert_eq!(fault(&statement.replacen('A', "B", 3)).await, "signature");
        assert_eq!(fault("CONTHOI1:AAAA").await, "unreadable");
        // A code that is well formed and was never issued: of another installation's slip.
        let foreign = {
            let other = World::imported(crate::support::db::TestDatabase::sqlite());
            with_dossier(&other);
            let client = Client::new(&other).await;
            client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await
        };
        assert_eq!(fault(foreign["verification_code"].as_str().unwrap()).await, "unknown");
        assert_eq!(fault(foreign["statement"].as_str().unwrap()).await, "signature");
        let page =
            client.send(TestRequest::get().uri("/verify/%3Cscript%3E").insert_header(("accept", "text/html"))).await;
        let page = String::from_utf8(page.bytes.to_vec()).unwrap();
        assert!(page.contains("Không xác nhận được") && !page.contains("<script>"), "{page}");
    });
}

#[actix_web::test]
async fn a_changed_ledger_is_noticed() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        handed_over(&client).await;
        let slip = client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await;
        let code = slip["verification_code"].as_str().unwrap();
        // Somebody with the database's own tools moves a receipt by an hour.
        if world.database.path().is_some() {
            world.database.execute("DROP TRIGGER scan_events_no_update");
        } else {
            world.database.execute("ALTER TABLE scan_events DISABLE TRIGGER USER");
        }
        world.database.execute("UPDATE scan_events SET received_at = received_at + 1 WHERE position = 4");
        let answer = client.json(&format!("/verify/{code}")).await;
        assert_eq!((&answer["genuine"], &answer["fault"]), (&json!(false), &json!("ledger_differs")));
        assert_eq!(answer["attests"]["dossier"], DOSSIER);
    });
}

#[actix_web::test]
async fn the_public_key_verifies_without_the_service() {
    on_each!(World::imported, |client, world| {
        with_dossier(&world);
        handed_over(&client).await;
        let key = client.json("/verify/key").await;
        assert_eq!(key["algorithm"], "Ed25519");
        assert_eq!(client.json("/verify/key").await, key, "the key is kept");
        let slip = client.json(&format!("/v1/dossiers/{DOSSIER}/control-slip.json")).await;
        let text = slip["statement"].as_str().unwrap();
        let signed = conthoi::service::verify_offline(text, key["public_key"].as_str().unwrap()).unwrap();
        assert_eq!(signed.code().to_string(), slip["verification_code"].as_str().unwrap());
        let told: Vec<String> = signed
            .statement
            .told
            .iter()
            .map(|told| format!("{} {} → {}", told.at.format("%H:%M"), told.giver, told.receiver))
            .collect();
        assert_eq!(told, ["18:11 TTPVHCC → CP01", "19:02 CP01 → STNMT", "22:00 STNMT → CP01"]);
    });
}
