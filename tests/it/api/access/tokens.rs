//! What other systems come in with.

use actix_web::http::{Method, StatusCode};
use chrono::Duration;
use serde_json::json;

use super::{Timed, acts};
use crate::{api::Client, support::db::TestDatabase};

#[actix_web::test]
async fn a_token_allows_what_its_scopes_name_until_it_ends() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let system = admin.post("/v1/accounts", &json!({ "name": "one-stop", "role": "integration" })).await.json();
        assert_eq!(system["link"], json!(null), "another system has no password");
        let path = format!("/v1/accounts/{}/tokens", system["account"]["id"].as_str().unwrap());
        for (body, pointer) in [
            (json!({ "label": "x", "scopes": [] }), "/scopes"),
            (json!({ "label": "x", "scopes": ["solve", "everything"] }), "/scopes/1"),
            (json!({ "label": " ", "scopes": ["solve"] }), "/label"),
            (json!({ "label": "x", "scopes": ["solve"], "expires_at": "2019-06-13T00:00:00Z" }), "/expires_at"),
        ] {
            let refused = admin.post(&path, &body).await;
            assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
        }
        let expires = json!({ "label": "nightly", "scopes": ["centre:read", "plans:read"], "expires_at": "2019-06-15T00:00:00Z" });
        let issued = admin.post(&path, &expires).await;
        assert_eq!(issued.status, StatusCode::CREATED, "{:?}", issued.bytes);
        let issued = issued.json();
        let secret = issued["secret"].as_str().unwrap();
        assert!(secret.starts_with("conthoi_t_") && secret.starts_with(issued["token"]["prefix"].as_str().unwrap()));
        let system = admin.with_token(secret);
        assert_eq!(system.get("/v1/centre").await.status, StatusCode::OK);
        assert_eq!(system.get("/v1/plans").await.status, StatusCode::OK);
        let me = system.json("/v1/me").await;
        assert_eq!((&me["via"], &me["scopes"]), (&json!("token"), &json!(["centre:read", "plans:read"])));
        for path in ["/v1/items", "/v1/accounts", "/v1/audit", "/v1/discrepancies"] {
            assert_eq!(system.get(path).await.problem(), "forbidden", "{path}");
        }
        let list = admin.get(&path).await;
        assert!(!String::from_utf8(list.bytes.to_vec()).unwrap().contains(secret));
        assert_eq!(list.json()["tokens"][0]["last_used_at"], "2019-06-14T07:00:00+07:00");

        let other = json!({ "label": "other", "scopes": ["centre:read"] });
        let other = admin.post(&path, &other).await.json();
        let system_2 = admin.with_token(other["secret"].as_str().unwrap());
        assert_eq!(system_2.get("/v1/centre").await.status, StatusCode::OK);
        let token_path = format!("/v1/tokens/{}", other["token"]["id"].as_str().unwrap());
        let revoked = admin.method(Method::DELETE, &token_path).await;
        assert_eq!(revoked.status, StatusCode::OK);
        assert_eq!(system_2.get("/v1/centre").await.problem(), "unauthenticated", "the next request is refused");
        assert_eq!(admin.method(Method::DELETE, &token_path).await.json(), revoked.json(), "again it changes nothing");

        timed.wait(Duration::hours(23));
        assert_eq!(system.get("/v1/centre").await.status, StatusCode::OK);
        timed.wait(Duration::hours(2));
        assert_eq!(system.get("/v1/centre").await.problem(), "unauthenticated", "it has expired");
        let log = acts(&Client::new(&timed.world).await).await;
        assert_eq!(log.iter().filter(|act| *act == "test.admin: token_issued").count(), 2);
        assert_eq!(log.iter().filter(|act| *act == "test.admin: token_revoked").count(), 1);
    }
}

#[actix_web::test]
async fn shutting_an_account_revokes_its_tokens() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let admin = Client::new(&timed.world).await;
        let system = admin.post("/v1/accounts", &json!({ "name": "one-stop", "role": "integration" })).await.json();
        let path = format!("/v1/accounts/{}", system["account"]["id"].as_str().unwrap());
        let body = json!({ "label": "x", "scopes": ["centre:read"] });
        let issued = admin.post(&format!("{path}/tokens"), &body).await.json();
        let system = admin.with_token(issued["secret"].as_str().unwrap());
        assert_eq!(system.get("/v1/centre").await.status, StatusCode::OK);
        for disabled in [true, false] {
            let request = actix_web::test::TestRequest::default().method(Method::PATCH).uri(&path);
            let answer = admin.send(request.set_json(json!({ "disabled": disabled }))).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
            assert_eq!(system.get("/v1/centre").await.problem(), "unauthenticated");
        }
    }
}
