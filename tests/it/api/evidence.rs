//! Photos and signatures are sent part by part, kept without metadata, and missed where they have not come.

use std::sync::Arc;

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::DateTime;
use conthoi::{
    ledger::content::hex,
    service::{EvidenceFolder, EvidenceLimits, FixedClock, Service, estimated_travel},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    Answer, Client, World, on_each,
    scans::{Device, act, item, results, send, site, with},
};
use crate::support::pictures::{PLANTED, holds, jpeg, png};

const BYTES_MAX: u64 = 100_000;

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Gives the world a folder for evidence.
fn with_folder(world: &World) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let limits = EvidenceLimits { bytes_max: BYTES_MAX, resumable_h: 24 };
    world.service.keep_evidence_in(EvidenceFolder::new(folder.path().join("evidence")), limits);
    folder
}

async fn begin(client: &Client, bytes: &[u8]) -> Answer {
    client.post("/v1/evidence", &json!({ "sha256": digest(bytes), "bytes": bytes.len() })).await
}

async fn part(client: &Client, location: &str, offset: usize, bytes: &[u8]) -> Answer {
    let request = TestRequest::patch()
        .uri(location)
        .insert_header(("content-type", "application/offset+octet-stream"))
        .insert_header(("upload-offset", offset.to_string()))
        .set_payload(bytes.to_vec());
    client.send(request).await
}

async fn upload(client: &Client, bytes: &[u8]) -> Answer {
    let begun = begin(client, bytes).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{:?}", begun.bytes);
    part(client, begun.header("location"), 0, bytes).await
}

fn files(folder: &TempDir, name: &str) -> usize {
    let count = |path: &std::path::Path| std::fs::read_dir(path).map_or(0, Iterator::count);
    let root = folder.path().join("evidence").join(name);
    match std::fs::read_dir(&root) {
        Err(_) => 0,
        Ok(entries) => {
            entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
    }
}

#[actix_web::test]
async fn a_photo_comes_in_parts_and_is_kept_without_its_metadata() {
    on_each!(World::imported, |client, world| {
        let folder = with_folder(&world);
        let photo = jpeg(640, 480);
        let begun = begin(&client, &photo).await;
        assert_eq!(begun.status, StatusCode::CREATED);
        let location = begun.header("location").to_owned();
        assert_eq!((begun.header("upload-offset"), begun.json()["state"].as_str()), ("0", Some("open")));
        assert_eq!(begun.header("upload-expires"), "Sat, 15 Jun 2019 00:00:00 GMT");

        let first = part(&client, &location, 0, &photo[..100]).await;
        assert_eq!((first.status, first.header("upload-offset")), (StatusCode::OK, "100"));
        let head = client.method(actix_web::http::Method::HEAD, &location).await;
        assert_eq!((head.status, head.header("upload-offset")), (StatusCode::OK, "100"));
        assert_eq!(head.header("upload-length"), photo.len().to_string());
        // A part that was sent twice, and one that leaves a hole.
        for offset in [0, 50, 101, 1 << 40] {
            let wrong = part(&client, &location, offset, &photo[..10]).await;
            assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::CONFLICT, "wrong_offset"), "{offset}");
            assert!(wrong.json()["detail"].as_str().unwrap().contains("go on from 100"));
        }
        // The service is started anew in between.
        let clock = FixedClock::new(DateTime::parse_from_rfc3339("2019-06-14T20:00:00Z").unwrap().to_utc());
        let later = Service::new(world.database.store(), Arc::new(estimated_travel()), Arc::new(clock), None);
        later.keep_evidence_in(EvidenceFolder::new(folder.path().join("evidence")), EvidenceLimits::default());
        let later = World { service: later, database: crate::support::db::TestDatabase::sqlite() };
        let client = Client::new(&later).await;
        let rest = part(&client, &location, 100, &photo[100..]).await;
        assert_eq!((rest.status, rest.json()["state"].as_str()), (StatusCode::OK, Some("kept")), "{:?}", rest.bytes);
        assert_eq!(client.get(&location).await.problem(), "not_found", "the upload is over");

        let kept = client.get(&format!("/v1/evidence/{}", digest(&photo))).await;
        assert_eq!((kept.status, kept.header("content-type")), (StatusCode::OK, "image/jpeg"));
        assert!(!holds(&kept.bytes, PLANTED) && kept.bytes.len() < photo.len());
        assert_eq!(kept.header("x-content-sha256"), digest(&kept.bytes));
        assert_eq!((files(&folder, "parts"), files(&folder, "kept")), (0, 1));
        let again = begin(&client, &photo).await;
        assert_eq!((again.status, again.json()["state"].as_str()), (StatusCode::OK, Some("kept")));
    });
}

#[actix_web::test]
async fn what_a_scan_names_is_missing_until_it_has_come() {
    on_each!(World::imported, |client, world| {
        let _folder = with_folder(&world);
        let signature = png(60, 20, 5);
        let mut desk = Device::new(1);
        let scan = desk.scan("05:00", &site("TTPVHCC"), &act("register"), &[item(1)]);
        let scan = with(scan, "evidence", json!([digest(&signature), "00".repeat(32)]));
        assert_eq!(results(&send(&client, &[scan]).await), ["created"]);
        let path = format!("/v1/items/{}/custody", item(1));
        let evidence = async || client.json(&path).await["scans"][0]["evidence"].clone();
        assert_eq!(
            evidence().await,
            json!([{ "sha256": digest(&signature), "missing": true }, { "sha256": "00".repeat(32), "missing": true }])
        );
        assert_eq!(upload(&client, &signature).await.json()["state"], "kept");
        assert_eq!(evidence().await[0], json!({ "sha256": digest(&signature), "missing": false }));
        assert_eq!(evidence().await[1]["missing"], true);
    });
}

#[actix_web::test]
async fn what_is_announced_wrongly_or_is_no_picture_is_refused_and_leaves_nothing() {
    on_each!(World::imported, |client, world| {
        let folder = with_folder(&world);
        for (body, problem, pointer) in [
            (json!({ "sha256": "00".repeat(32), "bytes": 0 }), "invalid_body", "/bytes"),
            (json!({ "sha256": "xyz", "bytes": 1 }), "invalid_body", "/sha256"),
            (json!({ "sha256": "00".repeat(32), "bytes": -1 }), "invalid_body", "/bytes"),
            (json!({ "sha256": "00".repeat(32), "bytes": 1, "name": "x" }), "invalid_body", "/name"),
        ] {
            let answer = client.post("/v1/evidence", &body).await;
            assert_eq!(answer.problem(), problem);
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        let large = client.post("/v1/evidence", &json!({ "sha256": "00".repeat(32), "bytes": BYTES_MAX + 1 })).await;
        assert_eq!((large.status.as_u16(), large.problem().as_str()), (413, "evidence_too_large"));

        for bytes in [
            &b"<svg/>"[..],
            b"no picture",
            &png(8, 8, 1)[..80],
            &crate::support::pictures::png_of(60_000, 60_000, b"x"),
        ] {
            let answer = upload(&client, bytes).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "bad_evidence"));
        }
        // Other bytes than announced, of the announced length.
        let (photo, other) = (png(30, 30, 1), png(30, 30, 2));
        let begun = begin(&client, &photo).await;
        let answer = part(&client, begun.header("location"), 0, &other).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "evidence_differs"));
        assert_eq!(client.get(begun.header("location")).await.problem(), "not_found");
        // More than announced.
        let begun = begin(&client, &photo).await;
        let long = [&photo[..], b"and more"].concat();
        let answer = part(&client, begun.header("location"), 0, &long).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (413, "body_too_large"));
        assert_eq!(client.json(begun.header("location")).await["offset"], 0, "nothing of it was taken");
        assert_eq!(part(&client, begun.header("location"), 0, &photo).await.json()["state"], "kept");
        assert_eq!((files(&folder, "parts"), files(&folder, "kept")), (0, 1));
        assert_eq!(client.get(&format!("/v1/evidence/{}", digest(&other))).await.problem(), "not_found");
        assert_eq!(client.get("/v1/evidence/xyz").await.problem(), "invalid_parameter");
    });
}

#[actix_web::test]
async fn parts_are_sent_as_the_protocol_says() {
    on_each!(World::imported, |client, world| {
        let _folder = with_folder(&world);
        let photo = png(10, 10, 1);
        let begun = begin(&client, &photo).await;
        let location = begun.header("location").to_owned();
        let patch = || TestRequest::patch().uri(&location).set_payload(photo.clone());
        let part_type = ("content-type", "application/offset+octet-stream");
        for (request, problem) in [
            (patch().insert_header(("upload-offset", "0")), "unsupported_media_type"),
            (patch().insert_header(part_type), "invalid_parameter"),
            (patch().insert_header(part_type).insert_header(("upload-offset", "-1")), "invalid_parameter"),
            (
                patch()
                    .insert_header(part_type)
                    .insert_header(("upload-offset", "0"))
                    .insert_header(("content-encoding", "gzip")),
                "unsupported_media_type",
            ),
        ] {
            assert_eq!(client.send(request).await.problem(), problem);
        }
        let nowhere = part(&client, "/v1/evidence/uploads/00000000-0000-0000-0000-000000000000", 0, &photo).await;
        assert_eq!(nowhere.problem(), "not_found");
        // The last part arrived, but its answer was lost: an empty part at the end asks again.
        assert_eq!(part(&client, &location, 0, &photo[..50]).await.header("upload-offset"), "50");
        assert_eq!(part(&client, &location, 50, &[]).await.header("upload-offset"), "50");
        assert_eq!(part(&client, &location, 50, &photo[50..]).await.json()["state"], "kept");
    });
}

#[actix_web::test]
async fn an_upload_that_nobody_continues_expires_and_is_cleared_away() {
    on_each!(World::imported, |client, world| {
        let folder = with_folder(&world);
        let photo = png(10, 10, 1);
        let location = begin(&client, &photo).await.header("location").to_owned();
        part(&client, &location, 0, &photo[..50]).await;
        assert_eq!(files(&folder, "parts"), 1);
        let clock = FixedClock::new(DateTime::parse_from_rfc3339("2019-06-15T00:00:00Z").unwrap().to_utc());
        let later = Service::new(world.database.store(), Arc::new(estimated_travel()), Arc::new(clock), None);
        later.keep_evidence_in(EvidenceFolder::new(folder.path().join("evidence")), EvidenceLimits::default());
        let later = World { service: later, database: crate::support::db::TestDatabase::sqlite() };
        let client = Client::new(&later).await;
        assert_eq!(part(&client, &location, 50, &photo[50..]).await.problem(), "not_found");
        begin(&client, &png(10, 10, 2)).await;
        assert_eq!(files(&folder, "parts"), 0);
    });
}

#[actix_web::test]
async fn without_a_folder_or_with_one_that_fails_nothing_is_taken() {
    on_each!(World::imported, |client, world| {
        let photo = png(10, 10, 1);
        let none = begin(&client, &photo).await;
        assert_eq!((none.status.as_u16(), none.problem().as_str()), (503, "no_evidence_folder"));
        // A file stands where the folder should be.
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("evidence"), b"").unwrap();
        world.service.keep_evidence_in(EvidenceFolder::new(folder.path().join("evidence")), EvidenceLimits::default());
        let begun = begin(&client, &photo).await;
        let failed = part(&client, begun.header("location"), 0, &photo).await;
        assert_eq!((failed.status.as_u16(), failed.problem().as_str()), (503, "evidence_unavailable"));
        assert_ne!(failed.header("retry-after"), "");
        let detail: Value = failed.json()["detail"].clone();
        assert!(!detail.to_string().contains(folder.path().to_str().unwrap()), "{detail}");
    });
}

#[actix_web::test]
async fn a_changed_file_is_not_handed_out() {
    on_each!(World::imported, |client, world| {
        let folder = with_folder(&world);
        let photo = png(10, 10, 1);
        upload(&client, &photo).await;
        let kept = folder.path().join("evidence/kept");
        let inner = std::fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
        let file = std::fs::read_dir(inner).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&file, b"something else").unwrap();
        let answer = client.get(&format!("/v1/evidence/{}", digest(&photo))).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (500, "internal"));
        assert!(!holds(&answer.bytes, b"something else"));
    });
}
