//! A half-day is promised only when everything promised can be kept.

use std::{fs, thread};

use actix_web::http::StatusCode;
use conthoi::{
    domain::HalfDay,
    service::{HomePoint, NewHomeRequest, ServiceError},
};
use serde_json::{Value, json};

use super::{CITY, PHONE, Town, code, in_each_town};
use crate::api::date;

/// The embedded centre where a visit takes so long that a courier makes two in a half-day, and one courier visits the city.
fn slow_doors(town: &Town) {
    let folder = tempfile::tempdir().unwrap();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/soc-trang");
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        let mut text = fs::read_to_string(entry.path()).unwrap();
        if entry.file_name() == "rules.csv" {
            assert!(text.contains("home_stop_base,240,"));
            text = text.replace("home_stop_base,240,", "home_stop_base,5400,");
        }
        if entry.file_name() == "couriers.csv" {
            let rounds =
                |line: &&str| !line.contains("TTPVHCC") || !line.contains("morning") || line.starts_with("CP04");
            text = text.lines().filter(rounds).flat_map(|line| [line, "\n"]).collect();
        }
        fs::write(folder.path().join(entry.file_name()), text).unwrap();
    }
    town.world.service.import_folder(folder.path()).unwrap();
}

fn new_request(n: u32, half_day: HalfDay) -> NewHomeRequest {
    NewHomeRequest {
        dossier: code(n),
        phone: PHONE.into(),
        name: "Trần Thị Lụa".into(),
        delegate: None,
        point: HomePoint { address: CITY.0.into(), commune: Some(CITY.1.into()), position: None },
        date: date(super::MONDAY),
        half_day,
        consent: "1".into(),
    }
}

#[actix_web::test]
async fn a_full_half_day_is_not_promised_and_has_room_again_when_one_gives_up() {
    in_each_town!(|town| {
        slow_doors(&town);
        for n in 2..=4 {
            town.dossier(n, &json!(PHONE), Value::Null).await;
        }
        let offered = || async {
            let path = format!("/v1/home-deliveries/half-days?address=12%20Hai%20Ba%20Trung&commune={}", CITY.1);
            let offers = town.citizen.json(&path).await;
            let offers = offers["half_days"].as_array().unwrap().clone();
            offers.iter().any(|offer| offer["date"] == super::MONDAY && offer["half"] == "morning")
        };
        assert!(offered().await);
        let first = town.confirmed(&Town::request(1)).await;
        town.confirmed(&Town::request(2)).await;
        assert!(!offered().await, "two are all that one courier can visit");
        let full = town.ask(&Town::request(3)).await;
        assert_eq!((full.status, full.problem().as_str()), (StatusCode::CONFLICT, "half_day_full"));
        let mut afternoon = Town::request(3);
        afternoon["half_day"]["half"] = json!("afternoon");
        let third = town.confirmed(&afternoon).await;
        let morning = json!({ "half_day": { "date": super::MONDAY, "half": "morning" } });
        assert_eq!(town.patch(&third, None, &morning).await.problem(), "half_day_full");
        assert_eq!(town.citizen.json(&third).await["promised"]["half"], "afternoon", "it keeps what it had");

        let cancelled = town.citizen.method(actix_web::http::Method::DELETE, &first).await;
        assert_eq!((cancelled.status, &cancelled.json()["stage"]), (StatusCode::OK, &json!("cancelled")));
        assert!(offered().await);
        let moved = town.patch(&third, None, &morning).await;
        assert_eq!((moved.status, &moved.json()["promised"]["half"]), (StatusCode::OK, &json!("morning")));
        assert_eq!(town.ask(&Town::request(4)).await.problem(), "half_day_full");
    });
}

#[actix_web::test]
async fn what_waits_for_its_code_keeps_its_place_only_so_long() {
    in_each_town!(|town| {
        slow_doors(&town);
        for n in 2..=3 {
            town.dossier(n, &json!(PHONE), Value::Null).await;
        }
        town.asked(&Town::request(1)).await;
        town.asked(&Town::request(2)).await;
        assert_eq!(town.ask(&Town::request(3)).await.problem(), "half_day_full");
        town.clock.set(super::at("2019-06-14T00:11:00Z"));
        town.confirmed(&Town::request(3)).await;
    });
}

/// Many who ask at once get no more than there is.
#[actix_web::test]
async fn the_last_place_is_given_away_once() {
    in_each_town!(|town| {
        slow_doors(&town);
        for n in 2..=8 {
            town.dossier(n, &json!(PHONE), Value::Null).await;
        }
        let service = &town.world.service;
        let answers: Vec<Result<_, ServiceError>> = thread::scope(|scope| {
            let ask =
                |n: u32| scope.spawn(move || service.ask_home_delivery(&new_request(n, HalfDay::Morning), "192.0.2.1"));
            let asking: Vec<_> = (1..=8).map(ask).collect();
            asking.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let got = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(got, 2);
        for refused in answers.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, ServiceError::HalfDayFull), "{refused}");
        }
    });
}
