//! What a citizen asks for.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{CITY, MONDAY, PHONE, Town, at, bare, code, in_each_town};

#[actix_web::test]
async fn places_are_found_by_anybody_who_can_spell_a_little() {
    in_each_town!(|town| {
        let found = town.citizen.json("/v1/places/search?q=ap%203%20xa%20ke%20an%20huyen%20ke%20sach").await;
        let first = &found["places"][0];
        assert_eq!((&first["commune"]["name"], &first["certainty"]), (&json!("Xã Kế An"), &json!("sure")));
        assert_eq!((&first["served"], &first["named"]["name"]), (&json!(true), &json!("Xã Kế An")));
        assert!(first["score_permille"].as_u64().unwrap() > 700, "{first}");
        assert_eq!(town.citizen.json("/v1/places/search?q=duong%20so%209").await["places"], json!([]));
        for path in ["/v1/places/search", "/v1/places/search?q=", "/v1/places/search?q=a&colour=red"] {
            let answer = town.citizen.get(path).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (StatusCode::BAD_REQUEST, "invalid_parameter"),
                "{path}"
            );
        }
    });
}

#[actix_web::test]
async fn a_request_is_final_with_the_code_and_turns_the_result_home() {
    in_each_town!(|town| {
        let terms = town.citizen.json("/v1/home-deliveries/terms").await;
        assert_eq!(
            (&terms["consent"]["version"], &terms["proofs"]),
            (&json!("1"), &json!(["signature", "photo", "code"]))
        );
        assert_eq!(terms["fees"][0], json!({ "reach": "same_district", "fee_dong": 26_000 }));
        let path = format!("/v1/home-deliveries/half-days?address=12%20Hai%20Ba%20Trung&commune={}", CITY.1);
        let offers = town.citizen.json(&path).await;
        let offers = offers["half_days"].as_array().unwrap();
        assert_eq!(
            (&offers[0]["date"], &offers[0]["half"], &offers[0]["begins_at"]),
            (&json!("2019-06-14"), &json!("afternoon"), &json!("2019-06-14T13:15:00+07:00")),
            "the morning begins too soon"
        );
        assert!(offers.iter().all(|offer| offer["date"] != "2019-06-15" && offer["date"] != "2019-06-16"));
        assert_eq!(offers.last().unwrap()["date"], "2019-06-20", "five working days");

        let item = town.result_item(1).await;
        let asked = town.ask(&Town::request(1)).await;
        let told = asked.json();
        assert_eq!((&told["state"], &told["fee_dong"]), (&json!("awaiting_code"), &json!(26_000)));
        let link = told["link"].as_str().unwrap();
        let secret = link.strip_prefix("/v1/track/").unwrap();
        assert!(secret.len() >= 43, "256 bits: {secret}");
        assert_eq!(town.citizen.json(link).await["stage"], "awaiting_code");
        assert_eq!(town.admin.json(&format!("/v1/items?code_prefix={item}")).await["items"][0]["to"]["type"], "site");

        let sent = town.sent_code();
        let wrong = format!("{:06}", (sent.parse::<u32>().unwrap() + 1) % 1_000_000);
        let confirmation = format!("{link}/confirmation");
        let refused = town.citizen.post(&confirmation, &json!({ "code": wrong })).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "wrong_code"));
        for _ in 0..2 {
            let right = town.citizen.post(&confirmation, &json!({ "code": sent })).await;
            assert_eq!((right.status, &right.json()["stage"]), (StatusCode::OK, &json!("being_settled")));
        }
        let told = town.world.service.take_messages();
        assert!(told[0].text.contains("17/06/2019") && told.len() == 1, "it is said once");

        // What was on its way to the centre goes home, and is planned for the half-day promised.
        let moved = town.admin.json(&format!("/v1/items?code_prefix={item}")).await;
        assert_eq!(moved["items"][0]["to"]["type"], "home");
        let plan = town.plan(MONDAY);
        let home = moved["items"][0]["to"]["home_delivery_id"].as_str().unwrap();
        let round = plan.rounds.iter().find(|round| {
            round
                .route
                .stops
                .iter()
                .any(|stop| matches!(stop.place, conthoi::domain::Place::Home(id) if id.to_string() == home))
        });
        assert_eq!(round.map(|round| round.half_day), Some(conthoi::domain::HalfDay::Morning));

        let again = town.ask(&Town::request(1)).await;
        assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "already_requested"));
    });
}

#[actix_web::test]
async fn what_becomes_ready_later_goes_home_too() {
    in_each_town!(|town| {
        town.confirmed(&Town::request(1)).await;
        let item = town.result_item(1).await;
        let found = town.admin.json(&format!("/v1/items?code_prefix={item}")).await;
        assert_eq!(found["items"][0]["to"]["type"], "home");
    });
}

/// Unknown dossier, another's number, a dossier without a number: one answer, and no more than a few tries.
#[actix_web::test]
async fn nobody_learns_which_was_wrong() {
    in_each_town!(|town| {
        town.dossier(2, &json!("0987654321"), Value::Null).await;
        town.dossier(3, &Value::Null, Value::Null).await;
        let answers = [
            town.ask(&Town::request(2)).await,
            town.ask(&Town::request(3)).await,
            town.ask(&Town::request(9999)).await,
        ];
        for answer in &answers {
            assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "no_such_slip"));
            assert_eq!(bare(answer), bare(&answers[0]));
            let names = |answer: &super::Answer| {
                let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
                names.sort();
                names
            };
            assert_eq!(names(answer), names(&answers[0]));
        }
        for n in [2, 9999] {
            for _ in 0..4 {
                assert_eq!(town.ask(&Town::request(n)).await.problem(), "no_such_slip");
            }
            let locked = town.ask(&Town::request(n)).await;
            assert_eq!((locked.status, locked.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_tries"));
            assert_eq!(locked.header("retry-after"), "900");
        }
        let mut right = Town::request(2);
        right["phone"] = json!("0987654321");
        assert_eq!(town.ask(&right).await.problem(), "too_many_tries", "the right number waits too");
        assert_eq!(town.ask(&Town::request(1)).await.status, StatusCode::CREATED, "another dossier does not");
        town.clock.set(at("2019-06-14T00:16:00Z"));
        assert_eq!(town.ask(&right).await.status, StatusCode::CREATED);
        assert!(
            town.world
                .service
                .take_messages()
                .iter()
                .all(|it| it.to.reveal() != "+84912345678" || it.event.contains("home_code"))
        );
    });
}

#[actix_web::test]
async fn who_guesses_codes_from_one_place_has_to_wait() {
    in_each_town!(|town| {
        let mut found_nothing = 0;
        let mut locked = None;
        for n in 5000..5030 {
            let answer = town.ask(&Town::request(n)).await;
            match answer.problem().as_str() {
                "no_such_slip" => found_nothing += 1,
                other => locked = locked.or(Some((n, other.to_owned()))),
            }
        }
        assert_eq!((found_nothing, locked), (20, Some((5020, "too_many_tries".to_owned()))));
    });
}

#[actix_web::test]
async fn what_cannot_be_accepted_is_said_before_anything_is_looked_up() {
    in_each_town!(|town| {
        let with = |pointer: &str, value: Value| {
            let mut body = Town::request(1);
            *body.pointer_mut(pointer).unwrap() = value;
            body
        };
        let unknown_dossier = |mut body: Value| {
            body["dossier"] = json!(code(9999));
            body
        };
        let mut no_commune = Town::request(1);
        no_commune.as_object_mut().unwrap().remove("commune");
        no_commune["address"] = json!("số 9 đường Lê Lợi");
        let mut far = Town::request(1);
        far["position"] = json!({ "lat": 10.5, "lon": 105.97 });
        let cases = [
            ("/phone", with("/phone", json!("54321"))),
            ("/recipient/name", with("/recipient/name", json!("A"))),
            ("/recipient/name", with("/recipient/name", json!("A\u{7}bcd"))),
            ("/address", with("/address", json!("?"))),
            ("/commune", with("/commune", json!("99999"))),
            ("/commune", no_commune),
            ("/position", far),
            ("/consent", with("/consent", json!("0"))),
            ("/half_day", with("/half_day", json!({ "date": "2019-06-13", "half": "morning" }))),
            ("/half_day", with("/half_day", json!({ "date": "2019-06-15", "half": "morning" }))),
            ("/half_day", with("/half_day", json!({ "date": "2019-06-14", "half": "morning" }))),
            ("/half_day", with("/half_day", json!({ "date": "2999-01-01", "half": "morning" }))),
            ("/half_day/half", with("/half_day", json!({ "date": MONDAY, "half": "noon" }))),
            ("/dossier", with("/dossier", json!("H51-1"))),
        ];
        for (pointer, body) in cases {
            let answer = town.ask(&body).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
                "{pointer}"
            );
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{:?}", answer.bytes);
            let text = bare(&answer).to_string();
            assert!(!text.contains("Lụa") && !text.contains("54321"), "nothing personal is repeated: {text}");
            if pointer != "/dossier" {
                assert_eq!(bare(&town.ask(&unknown_dossier(body)).await), bare(&answer), "whoever asks");
            }
        }
        // Nothing of this was a try.
        assert_eq!(town.ask(&Town::request(1)).await.status, StatusCode::CREATED);
    });
}

#[actix_web::test]
async fn some_results_are_handed_over_in_person_only() {
    in_each_town!(|town| {
        town.dossier(4, &json!(PHONE), json!("2.000806")).await;
        let answer = town.ask(&Town::request(4)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "presence_required"));
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("Hai bên phải có mặt") && detail.contains("Both must be present"), "{detail}");
        let mut stranger = Town::request(4);
        stranger["phone"] = json!("0987654321");
        assert_eq!(town.ask(&stranger).await.problem(), "no_such_slip", "a stranger does not learn the procedure");
    });
}

#[actix_web::test]
async fn a_result_is_not_promised_before_it_can_be_here() {
    in_each_town!(|town| {
        let body = json!({
            "department": "STP", "phone": PHONE,
            "received_at": "2019-06-03T09:00:00+07:00", "appointment_at": "2019-06-18T17:00:00+07:00",
        });
        let path = format!("/v1/dossiers/{}", code(5));
        town.admin.send(actix_web::test::TestRequest::put().uri(&path).set_json(body)).await;
        let mut request = Town::request(5);
        for (day, may) in [("2019-06-17", false), ("2019-06-18", false), ("2019-06-27", false), ("2019-06-19", true)] {
            request["half_day"]["date"] = json!(day);
            let answer = town.ask(&request).await;
            if may {
                assert_eq!(answer.status, StatusCode::CREATED, "{day}");
            } else {
                assert_eq!(
                    answer.json()["errors"][0]["message"],
                    "the result can be brought from 2019-06-19 to 2019-06-26"
                );
            }
        }
    });
}

/// A code is good for some minutes and some tries; a few can be sent; asking again replaces what waits.
#[actix_web::test]
async fn codes_run_out() {
    in_each_town!(|town| {
        let link = town.asked(&Town::request(1)).await;
        let confirmation = format!("{link}/confirmation");
        let first = town.sent_code();
        let wrong = |code: &str| json!({ "code": format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000) });
        for _ in 0..5 {
            assert_eq!(town.citizen.post(&confirmation, &wrong(&first)).await.problem(), "wrong_code");
        }
        let spent = town.citizen.post(&confirmation, &json!({ "code": first })).await;
        assert_eq!(spent.problem(), "wrong_code", "five wrong ones void it");

        let resend = format!("{link}/code");
        assert_eq!(town.citizen.post(&resend, &json!({})).await.status, StatusCode::ACCEPTED);
        let second = town.sent_code();
        town.clock.set(at("2019-06-14T00:11:00Z"));
        let late = town.citizen.post(&confirmation, &json!({ "code": second })).await;
        assert_eq!(late.problem(), "wrong_code", "too old");
        for _ in 0..2 {
            assert_eq!(town.citizen.post(&resend, &json!({})).await.status, StatusCode::ACCEPTED);
        }
        let last = town.sent_code();
        assert_eq!(town.citizen.post(&resend, &json!({})).await.problem(), "no_more_codes");

        let other = town.asked(&Town::request(1)).await;
        assert_ne!(other, link);
        let replaced = town.citizen.post(&confirmation, &json!({ "code": last })).await;
        assert_eq!(replaced.problem(), "too_late");
        assert_eq!(town.citizen.json(&link).await["stage"], "cancelled");
        let answer = town.citizen.post(&format!("{other}/confirmation"), &json!({ "code": town.sent_code() })).await;
        assert_eq!(answer.status, StatusCode::OK);
    });
}
