//! Keeping accounts.

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use chrono::Duration;
use conthoi::domain::Role;
use serde_json::{Value, json};

use super::{PASSWORD, Timed, acts, log_in, session_of};
use crate::{
    api::{Client, on_each},
    support::db::TestDatabase,
};

async fn patch(client: &Client, path: &str, etag: Option<&str>, body: &Value) -> crate::api::Answer {
    let mut request = TestRequest::default().method(Method::PATCH).uri(path).set_json(body);
    if let Some(etag) = etag {
        request = request.insert_header(("if-match", etag));
    }
    client.send(request).await
}

#[actix_web::test]
async fn a_new_person_sets_a_password_once() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let body = json!({ "name": "Tnmt.01", "role": "clerk", "site": "STNMT" });
        let created = admin.post("/v1/accounts", &body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{:?}", created.bytes);
        let answer = created.json();
        assert_eq!(
            (&answer["account"]["name"], &answer["account"]["acts_for"]["code"], &answer["account"]["has_password"]),
            (&json!("tnmt.01"), &json!("STNMT"), &json!(false))
        );
        let url = answer["link"]["url"].as_str().unwrap();
        let secret = url.strip_prefix("/setup/").unwrap();
        let service = &timed.world.service;
        for easy in ["short", "TNMT-000001", "aaaaaaaaaaaa"] {
            assert!(service.set_password_by_link(secret, easy).is_err(), "{easy}");
        }
        service.set_password_by_link(secret, "tnmt.tnmt.01").unwrap();
        // That has used the link.
        assert!(service.set_password_by_link(secret, PASSWORD).is_err());
        assert_eq!(log_in(&admin, "tnmt.01", "tnmt.tnmt.01").await.status, StatusCode::OK);

        let path = created.header("location").to_owned();
        let link = admin.post(&format!("{path}/link"), &json!({})).await;
        assert_eq!(link.status, StatusCode::CREATED);
        let older = link.json()["url"].as_str().unwrap().strip_prefix("/reset/").unwrap().to_owned();
        let link = admin.post(&format!("{path}/link"), &json!({})).await.json();
        let newer = link["url"].as_str().unwrap().strip_prefix("/reset/").unwrap();
        assert!(service.set_password_by_link(&older, PASSWORD).is_err(), "a newer one was made");
        timed.wait(Duration::hours(25));
        assert!(service.set_password_by_link(newer, PASSWORD).is_err(), "it has expired");
        assert_eq!(log_in(&admin, "tnmt.01", "tnmt.tnmt.01").await.status, StatusCode::OK, "the old one is still good");
    }
}

#[actix_web::test]
async fn wrong_accounts_are_refused_field_by_field() {
    on_each!(crate::api::World::imported, |admin, _world| {
        for (body, pointers) in [
            (json!({ "name": "trần lan", "role": "admin" }), &["/name"][..]),
            (json!({ "name": "a", "role": "admin" }), &["/name"]),
            (json!({ "name": "lan", "role": "king" }), &["/role"]),
            (json!({ "name": "lan", "role": "clerk" }), &["/site"]),
            (json!({ "name": "lan", "role": "clerk", "courier": "CP01" }), &["/site"]),
            (json!({ "name": "lan", "role": "clerk", "site": "NOWHERE" }), &["/site"]),
            (json!({ "name": "lan", "role": "courier", "courier": "NOBODY" }), &["/courier"]),
            (json!({ "name": "lan", "role": "admin", "site": "STNMT" }), &["/site"]),
            (json!({ "name": "lan", "role": "admin", "email": "lan" }), &["/email"]),
            (json!({ "name": "lan", "role": "admin", "password": "x" }), &["/password"]),
        ] {
            let answer = admin.post("/v1/accounts", &body).await;
            assert_eq!(answer.problem(), "invalid_body", "{body}");
            let told: Vec<String> = answer.json()["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|error| error["pointer"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(told, pointers, "{body}");
        }
        let lan = json!({ "name": "lan", "role": "supervisor", "email": "Lan@Example.vn" });
        assert_eq!(admin.post("/v1/accounts", &lan).await.status, StatusCode::CREATED);
        for taken in [
            json!({ "name": "LAN", "role": "admin" }),
            json!({ "name": "lan2", "role": "admin", "email": "lan@example.vn" }),
        ] {
            let answer = admin.post("/v1/accounts", &taken).await;
            assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::CONFLICT, "name_taken"));
        }
    });
}

#[actix_web::test]
async fn a_change_needs_the_right_revision_and_ends_sessions() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let lan = timed.person("lan", Role::Dispatcher);
        let session = admin.with_session(&session_of(&log_in(&admin, "lan", PASSWORD).await));
        let path = format!("/v1/accounts/{}", lan.id);
        let seen = admin.get(&path).await;
        let etag = seen.header("etag").to_owned();
        let changed = patch(&admin, &path, Some(&etag), &json!({ "role": "clerk", "site": "STNMT" })).await;
        assert_eq!((changed.status, &changed.json()["acts_for"]["code"]), (StatusCode::OK, &json!("STNMT")));
        let lost = patch(&admin, &path, Some(&etag), &json!({ "disabled": true })).await;
        assert_eq!((lost.status, lost.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "account_changed"));
        assert_eq!(session.get("/v1/me").await.status, StatusCode::UNAUTHORIZED, "the rights have changed");

        let session = admin.with_session(&session_of(&log_in(&admin, "lan", PASSWORD).await));
        assert_eq!(session.json("/v1/me").await["role"], "clerk");
        let kept = patch(&admin, &path, None, &json!({ "email": "lan@example.vn" })).await;
        assert_eq!((&kept.json()["role"], &kept.json()["acts_for"]["code"]), (&json!("clerk"), &json!("STNMT")));
        let shut = patch(&admin, &path, None, &json!({ "disabled": true })).await;
        assert_eq!(shut.json()["disabled"], true);
        assert_eq!(log_in(&admin, "lan", PASSWORD).await.problem(), "bad_credentials");
        patch(&admin, &path, None, &json!({ "disabled": false })).await;
        assert_eq!(log_in(&admin, "lan", PASSWORD).await.status, StatusCode::OK);

        // Somebody must be able to let others in.
        let boss = timed.person("boss", Role::Admin);
        let path = format!("/v1/accounts/{}", boss.id);
        for change in [json!({ "disabled": true }), json!({ "role": "dispatcher" })] {
            let refused = patch(&admin, &path, None, &change).await;
            assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "last_admin"));
        }
        timed.person("second", Role::Admin);
        timed.wait(Duration::seconds(1));
        assert_eq!(patch(&admin, &path, None, &json!({ "disabled": true })).await.status, StatusCode::OK);
        let log = acts(&admin).await;
        let changes = log.iter().filter(|act| *act == "test.admin: account_changed").count();
        assert_eq!(changes, 5, "{log:?}");
        let log = admin.json("/v1/audit?limit=1").await;
        let newest = &log["entries"][0];
        assert_eq!((&newest["before"]["disabled"], &newest["after"]["disabled"]), (&json!(false), &json!(true)));
        let next = admin.json(&format!("/v1/audit?limit=1&cursor={}", log["next"].as_str().unwrap())).await;
        assert_ne!(next["entries"][0]["id"], newest["id"]);
    }
}

#[actix_web::test]
async fn ones_own_password() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let client = Client::new(&timed.world).await;
        timed.person("lan", Role::Dispatcher);
        let one = client.with_session(&session_of(&log_in(&client, "lan", PASSWORD).await));
        let other = client.with_session(&session_of(&log_in(&client, "lan", PASSWORD).await));
        let change = |present: &'static str, new: &'static str| {
            let form = [("present", present), ("new", new), ("again", new)];
            one.send(TestRequest::post().uri("/account/password").set_form(form))
        };
        assert_eq!(change("wrong password", "another long one").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(change(PASSWORD, "short").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let changed = change(PASSWORD, "another long one").await;
        assert_eq!((changed.status, changed.header("location")), (StatusCode::SEE_OTHER, "/account"));
        let session = client.with_session(&session_of(&changed));
        assert_eq!(session.get("/v1/me").await.status, StatusCode::OK);
        for ended in [&one, &other] {
            assert_eq!(ended.get("/v1/me").await.status, StatusCode::UNAUTHORIZED, "all others end");
        }
        assert_eq!(log_in(&client, "lan", PASSWORD).await.problem(), "bad_credentials");
        assert_eq!(log_in(&client, "lan", "another long one").await.status, StatusCode::OK);
    }
}

#[test]
fn the_audit_log_only_grows() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        timed.person("lan", Role::Admin);
        for sql in ["UPDATE audit_log SET actor = 'somebody'", "DELETE FROM audit_log"] {
            let refused = timed.world.database.try_execute(sql).unwrap_err();
            assert!(refused.contains("only grows"), "{refused}");
        }
    }
}
