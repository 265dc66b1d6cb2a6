//! Coming in and going.

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::Duration;
use conthoi::{
    domain::Role,
    service::{AccessSettings, Actor, PasswordCost},
};
use serde_json::json;

use super::{PASSWORD, Timed, count, log_in, session_of};
use crate::{
    api::{Client, on_each},
    support::db::TestDatabase,
};

/// The macro's world with its clock.
macro_rules! timed {
    (|$client:ident, $timed:ident| $body:block) => {
        for database in TestDatabase::each() {
            let $timed = Timed::new(database);
            let $client = Client::new(&$timed.world).await;
            $body
        }
    };
}

#[actix_web::test]
async fn a_session_lasts_while_it_is_used_and_not_over_night() {
    timed!(|client, timed| {
        timed.person("lan", Role::Dispatcher);
        assert_eq!(log_in(&client, "lan", "wrong password").await.problem(), "bad_credentials");
        let came = log_in(&client, " LAN ", PASSWORD).await;
        assert_eq!((came.status, &came.json()["role"]), (StatusCode::OK, &json!("dispatcher")));
        assert!(!came.header("set-cookie").contains("Secure"), "without https");
        let lan = client.with_session(&session_of(&came));
        assert_eq!(lan.json("/v1/me").await["name"], "lan");

        // Used every hour it lasts for twelve; then it ends whatever happens.
        for hour in 1..12 {
            timed.wait(Duration::hours(1));
            assert_eq!(lan.get("/v1/me").await.status, StatusCode::OK, "after {hour} hours");
        }
        timed.wait(Duration::minutes(61));
        let ended = lan.get("/v1/me").await;
        assert_eq!((ended.status, ended.problem().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));
        assert_eq!(ended.header("www-authenticate"), "Bearer");

        // Not used it ends after two.
        let lan = client.with_session(&session_of(&log_in(&client, "lan", PASSWORD).await));
        timed.wait(Duration::minutes(119));
        assert_eq!(lan.get("/v1/me").await.status, StatusCode::OK);
        timed.wait(Duration::minutes(121));
        assert_eq!(lan.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);

        let lan = client.with_session(&session_of(&log_in(&client, "lan", PASSWORD).await));
        let gone = lan.post("/v1/logout", &json!({})).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        assert!(gone.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(lan.get("/v1/me").await.status, StatusCode::UNAUTHORIZED, "at once");
    });
}

#[actix_web::test]
async fn with_https_the_cookie_is_kept_to_it() {
    let settings =
        AccessSettings { public_url: Some("https://conthoi.example.vn".parse().unwrap()), ..AccessSettings::default() };
    let timed = Timed::with(TestDatabase::sqlite(), settings);
    timed.person("lan", Role::Dispatcher);
    let client = Client::new(&timed.world).await;
    let came = log_in(&client, "lan", PASSWORD).await;
    assert!(came.header("set-cookie").ends_with("; Secure"), "{}", came.header("set-cookie"));
    let lan = client.with_session(&session_of(&came));
    for (host, status) in [("conthoi.example.vn", 200), ("evil.example", 421)] {
        let answer = lan.send(TestRequest::get().uri("/v1/me").insert_header(("host", host))).await;
        assert_eq!(answer.status.as_u16(), status, "{host}");
    }
}

#[actix_web::test]
async fn nobody_learns_which_names_there_are_and_guessing_takes_longer_each_time() {
    timed!(|client, timed| {
        timed.person("lan", Role::Dispatcher);
        let system = conthoi::service::NewAccount {
            name: "other-system".into(),
            role: Role::Integration,
            acts_for: None,
            email: None,
        };
        timed.world.service.add_account(&Actor::operator(), &system).unwrap();
        let mut told = Vec::new();
        for name in ["lan", "nobody", "other-system", "not a name at all", ""] {
            // Each name from the same address: five failures of a name are free, thirty of an address.
            let mut statuses = Vec::new();
            for _ in 0..6 {
                let answer = log_in(&client, name, "wrong password").await;
                statuses.push(answer.status.as_u16());
                let mut document = answer.json();
                document["request_id"] = json!(null);
                told.push((statuses.len(), document.to_string(), answer.header("retry-after").to_owned()));
            }
            assert_eq!(statuses, [401, 401, 401, 401, 401, 429], "{name}");
        }
        let (first, others) = told.split_at(6);
        for six in others.chunks(6) {
            assert_eq!(six, first, "the same answers for every name");
        }
        // The right password has to wait too.
        let locked = log_in(&client, "lan", PASSWORD).await;
        assert_eq!((locked.status.as_u16(), locked.problem().as_str()), (429, "login_locked"));
        timed.wait(Duration::seconds(31));
        assert_eq!(log_in(&client, "lan", "wrong password").await.status.as_u16(), 401);
        let locked = log_in(&client, "lan", PASSWORD).await;
        assert_eq!((locked.status.as_u16(), locked.header("retry-after")), (429, "60"), "twice as long");
        timed.wait(Duration::minutes(16));
        assert_eq!(log_in(&client, "lan", PASSWORD).await.status, StatusCode::OK);
        assert_eq!(log_in(&client, "lan", "wrong password").await.status.as_u16(), 401, "and it begins anew");
        assert_eq!(log_in(&client, "lan", PASSWORD).await.status, StatusCode::OK);
    });
}

#[actix_web::test]
async fn one_address_cannot_try_every_name() {
    timed!(|client, timed| {
        timed.person("lan", Role::Dispatcher);
        let mut statuses = Vec::new();
        for n in 0..31 {
            statuses.push(log_in(&client, &format!("name{n}"), "wrong password").await.status.as_u16());
        }
        assert_eq!(statuses[..30], [401; 30]);
        assert_eq!(statuses[30], 429);
        assert_eq!(log_in(&client, "lan", PASSWORD).await.status.as_u16(), 429);
        timed.wait(Duration::hours(25));
        // Whoever comes in does not count.
        for _ in 0..40 {
            assert_eq!(log_in(&client, "lan", PASSWORD).await.status, StatusCode::OK);
        }
    });
}

#[actix_web::test]
async fn another_sites_page_changes_nothing_with_somebodys_cookie() {
    on_each!(crate::api::World::imported, |client, _world| {
        let post = |headers: &[(&str, &str)]| {
            let mut request = TestRequest::post().uri("/v1/plans").set_json(json!({ "date": "2019-06-15" }));
            for (name, value) in headers {
                request = request.insert_header((*name, *value));
            }
            client.send(request)
        };
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example"), ("host", "localhost:8080")],
            &[("origin", "null"), ("host", "localhost:8080")],
        ] {
            let refused = post(headers).await;
            assert_eq!(
                (refused.status, refused.problem().as_str()),
                (StatusCode::FORBIDDEN, "cross_site"),
                "{headers:?}"
            );
        }
        for headers in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("origin", "http://localhost:8080"), ("host", "localhost:8080")],
        ] {
            assert_eq!(post(headers).await.problem(), "not_a_working_day", "{headers:?}");
        }
        // Reading is no change, and the browser keeps the answer from the other page.
        let read = TestRequest::get().uri("/v1/centre").insert_header(("sec-fetch-site", "cross-site"));
        assert_eq!(client.send(read).await.status, StatusCode::OK);
    });
}

#[actix_web::test]
async fn it_is_said_how_many_more_requests_may_come() {
    on_each!(crate::api::World::imported, |client, _world| {
        let answer = client.get("/v1/centre").await;
        assert!(answer.header("ratelimit-policy").starts_with("\"caller\";q="), "{:?}", answer.headers);
        assert!(answer.header("ratelimit").starts_with("\"caller\";r="));
        let nobody = client.anonymous();
        assert!(nobody.get("/health/live").await.header("ratelimit").starts_with("\"address\";r="));
        // A door at which many knock in vain is shut for a while; the house goes on.
        let mut last = None;
        for _ in 0..200 {
            let answer = nobody.post("/v1/devices", &json!({ "code": "0" })).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                last = Some(answer);
                break;
            }
        }
        let refused = last.expect("it is shut in the end");
        assert_eq!(refused.problem(), "too_many_requests");
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        assert!(refused.header("ratelimit").starts_with("\"door\";r=0;t="), "{:?}", refused.headers);
        assert_eq!(client.get("/v1/centre").await.status, StatusCode::OK);
        assert_eq!(nobody.get("/health/live").await.status, StatusCode::OK);
    });
}

#[actix_web::test]
async fn what_comes_with_nonsense_is_nobody() {
    on_each!(crate::api::World::imported, |client, _world| {
        for (name, value) in [
            ("authorization", "Bearer conthoi_t_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("authorization", "Bearer conthoi_d_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("authorization", "Bearer "),
            ("authorization", "Basic bGFuOmxhbg=="),
            ("cookie", "conthoi_session="),
            ("cookie", "conthoi_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("cookie", "other=1"),
        ] {
            let request = TestRequest::get().uri("/v1/centre").insert_header((name, value));
            let answer = client.anonymous().send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem().as_str()),
                (401, "unauthenticated"),
                "{name}: {value}"
            );
            let public = TestRequest::get().uri("/health/live").insert_header((name, value));
            assert_eq!(client.anonymous().send(public).await.status, StatusCode::OK);
        }
        // A session's secret is no token.
        let (_, cookie) = client.credential.clone().unwrap();
        let secret = cookie.split_once('=').unwrap().1.to_owned();
        assert_eq!(client.get("/v1/me").await.status, StatusCode::OK);
        assert_eq!(client.with_token(&secret).get("/v1/me").await.status.as_u16(), 401);
    });
}

/// A password that is hashed as in earnest is recognised, and takes the memory that it should.
#[test]
fn the_default_cost_is_what_owasp_asks_for() {
    let PasswordCost { memory_kib, passes, lanes } = AccessSettings::default().password;
    assert!(memory_kib >= 19 * 1024 && passes >= 2 && lanes == 1);
}

#[actix_web::test]
async fn no_secret_lies_in_the_database_in_clear() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let service = &timed.world.service;
        let admin = timed.person("boss", Role::Admin);
        let session = service.login("boss", PASSWORD, "10.0.0.1").unwrap();
        let link = service.reset_password(&Actor::operator(), admin.id).unwrap();
        let new = conthoi::service::NewAccount {
            name: "system".into(),
            role: Role::Integration,
            acts_for: None,
            email: None,
        };
        let (system, _) = service.add_account(&Actor::operator(), &new).unwrap();
        let token = conthoi::service::NewToken {
            label: "x".into(),
            scopes: [conthoi::domain::Scope::Solve].into(),
            expires_at: None,
        };
        let (_, token) = service.issue_token(&Actor::operator(), system.id, &token).unwrap();
        let enrolment = service.start_enrolment(&Actor::operator(), "Máy 1").unwrap();
        let device = service.enrol(enrolment.code.reveal(), None).unwrap();
        let secrets = [
            PASSWORD,
            session.secret.reveal(),
            link.secret.reveal(),
            token.reveal(),
            enrolment.code.reveal(),
            device.secret.reveal(),
            "10.0.0.1",
        ];
        assert!(secrets[1..6].iter().all(|secret| secret.len() >= 16));
        match timed.world.database.path() {
            Some(path) => {
                let mut bytes = Vec::new();
                for file in [path.to_owned(), format!("{path}-wal")] {
                    bytes.extend(std::fs::read(file).unwrap_or_default());
                }
                assert!(find(&bytes, b"$argon2id$v=19$m=8,t=1,p=1$"), "the files were looked at");
                for secret in secrets {
                    assert!(!find(&bytes, secret.as_bytes()), "{secret}");
                }
            }
            None => {
                for table in [
                    "accounts",
                    "account_links",
                    "sessions",
                    "access_tokens",
                    "devices",
                    "device_enrolments",
                    "login_attempts",
                    "audit_log",
                ] {
                    assert!(count(&timed.world.database, table) > 0, "{table}");
                    for secret in secrets {
                        let sql = format!("{table} AS it WHERE CAST(it AS TEXT) LIKE '%{secret}%'");
                        assert_eq!(count(&timed.world.database, &sql), 0, "{secret} in {table}");
                    }
                }
            }
        }
        let debug = format!("{session:?} {link:?} {token:?} {enrolment:?} {device:?}");
        assert!(!secrets[1..6].iter().any(|secret| debug.contains(secret)) && !debug.contains("$argon2"), "{debug}");
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
