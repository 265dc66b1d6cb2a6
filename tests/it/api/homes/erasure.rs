//! Personal data go when they are asked to go, or when their time is over; the ledger stays whole.

use actix_web::http::StatusCode;
use conthoi::{
    domain::EvidenceRef,
    service::{EvidenceFolder, EvidenceLimits, UploadState},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{PHONE, Town, at, in_each_town, scan};
use crate::{
    api::scans::{Device, act, courier, site, with},
    support::pictures::png,
};

#[actix_web::test]
async fn erasure_takes_the_person_and_leaves_the_chain() {
    in_each_town!(|town| {
        let folder = tempfile::tempdir().unwrap();
        let service = &town.world.service;
        service.keep_evidence_in(EvidenceFolder::new(folder.path()), EvidenceLimits::default());
        let signature = png(9, 9, 1);
        let digest = EvidenceRef::from_sha256(Sha256::digest(&signature).into());
        let UploadState::Open(upload) = service.begin_evidence(digest, signature.len() as u64).unwrap() else {
            panic!("nothing was sent yet")
        };
        service.continue_evidence(upload.id, 0, &signature).unwrap();

        let mut device = Device::new(1);
        let link = town.confirmed(&Town::request(1)).await;
        let items = [town.result_item(1).await];
        town.at_the_centre(&mut device, &items).await;
        let early = town.citizen.post(&format!("{link}/erasure"), &json!({})).await;
        assert_eq!(early.problem(), "too_late", "it is under way");
        let rider = courier("CP04");
        town.clock.set(at("2019-06-17T05:00:00Z"));
        let delivered = scan(&mut device, "06-17T09:00", &rider, &act("deliver"), &items);
        let delivered =
            with(with(delivered, "note", json!("bà Lụa, cổng xanh")), "position", json!({ "lat": 9.6, "lon": 105.97 }));
        town.scanned(&[
            with(
                scan(&mut device, "06-17T07:40", &site("TTPVHCC"), &act("give"), &items),
                "counterparty",
                rider.clone(),
            ),
            with(scan(&mut device, "06-17T07:41", &rider, &act("receive"), &items), "counterparty", site("TTPVHCC")),
            with(delivered, "evidence", json!([digest.to_string()])),
        ])
        .await;
        let list = town.admin.json("/v1/home-deliveries").await;
        let home = format!("/v1/home-deliveries/{}", list["home_deliveries"][0]["id"].as_str().unwrap());
        let fact = json!({ "kind": "identity_checked", "receiver": "recipient", "document": "passport", "last_digits": "4711" });
        let path = format!("{home}/facts/{}", uuid::Uuid::from_u128(1));
        town.admin.send(actix_web::test::TestRequest::put().uri(&path).set_json(fact)).await;
        let custody = format!("/v1/items/{}/custody", items[0]);
        let before = town.admin.json(&custody).await.to_string();
        assert!(before.contains("cổng xanh"), "{before}");
        let links_before = service.verify_ledger().unwrap();

        let erased = town.admin.post(&format!("{home}/erasure"), &json!({})).await;
        assert_eq!(erased.status, StatusCode::NO_CONTENT, "{:?}", erased.bytes);
        let told = town.admin.json(&home).await;
        assert_eq!(
            (&told["contact"], &told["to"]["address"], &told["stage"]),
            (&Value::Null, &json!(""), &json!("delivered"))
        );
        assert_eq!(told["facts"][0]["detail"]["last_digits"], "");
        assert_eq!(town.citizen.get(&link).await.problem(), "no_such_link");
        let after = town.admin.json(&custody).await.to_string();
        assert!(!after.contains("cổng xanh") && !after.contains("105.97"), "{after}");
        let evidence = town.admin.get(&format!("/v1/evidence/{digest}")).await;
        assert_eq!(evidence.status, StatusCode::NOT_FOUND);
        assert!(!holds_the_signature(folder.path()), "the file is gone");
        let report = service.verify_ledger().unwrap();
        assert_eq!(
            format!("{report:?}"),
            format!("{links_before:?}"),
            "every hash is as it was, and nothing is missing"
        );
        let audit = town.admin.json("/v1/audit").await.to_string();
        assert!(audit.contains("personal_data_erased") && !audit.contains("Lụa"));
        // The slip's number went too: nobody asks for this dossier any more.
        let mut again = Town::request(1);
        again["half_day"]["date"] = json!("2019-06-18");
        assert_eq!(town.ask(&again).await.problem(), "no_such_slip");
    });
}

fn holds_the_signature(folder: &std::path::Path) -> bool {
    fn files(folder: &std::path::Path) -> usize {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }
    files(&folder.join("kept")) > 0
}

#[actix_web::test]
async fn what_is_older_than_records_are_kept_is_erased_and_nothing_else() {
    in_each_town!(|town| {
        town.dossier(2, &json!(PHONE), Value::Null).await;
        town.confirmed(&Town::request(1)).await;
        let service = &town.world.service;
        town.clock.set(at("2024-06-02T00:00:00Z"));
        let young = service.erase_expired().unwrap();
        assert_eq!((young.home_deliveries, young.dossier_phones), (0, 0), "received on 3 June 2019");
        town.clock.set(at("2024-06-13T00:00:00Z"));
        let slips = service.erase_expired().unwrap();
        assert_eq!((slips.home_deliveries, slips.dossier_phones), (0, 2));
        town.clock.set(at("2024-06-17T00:00:00Z"));
        assert_eq!(service.erase_expired().unwrap().home_deliveries, 1);
        assert_eq!(service.erase_expired().unwrap().home_deliveries, 0, "it is gone");
        assert_eq!(
            town.admin.json("/v1/home-deliveries").await["home_deliveries"].as_array().unwrap().len(),
            1,
            "it is known that it was"
        );
    });
}
