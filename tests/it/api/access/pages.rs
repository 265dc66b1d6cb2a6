//! The pages with which a person comes in.

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::domain::Role;

use super::{PASSWORD, Timed, session_of};
use crate::{
    api::{Answer, Client},
    support::db::TestDatabase,
};

fn text(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{:?}", answer.bytes);
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    String::from_utf8(answer.bytes.to_vec()).unwrap()
}

async fn post(client: &Client, path: &str, form: &[(&str, &str)]) -> Answer {
    client.send(TestRequest::post().uri(path).insert_header(("sec-fetch-site", "same-origin")).set_form(form)).await
}

#[actix_web::test]
async fn the_first_admin_sets_a_password_and_comes_in() {
    for database in TestDatabase::each() {
        let timed = Timed::new(database);
        let service = &timed.world.service;
        let link = service.first_admin_link().unwrap().unwrap();
        let link = service.first_admin_link().unwrap().map(|newer| (link, newer)).unwrap();
        let (older, newer) = (link.0.path(), link.1.path());
        let client = Client::new(&timed.world).await.anonymous();
        let void = client.get(&older).await;
        assert_eq!(void.status, StatusCode::GONE);
        assert!(text(&void).contains("Liên kết không còn hiệu lực"));

        let page = text(&client.get(&newer).await);
        assert!(page.contains("<strong>admin</strong>") && page.contains("type=\"password\""), "{page}");
        assert_eq!(client.get(&newer).await.status, StatusCode::OK, "looking does not use it up");
        for (new, again) in [("short", "short"), (PASSWORD, "another long one"), ("", "")] {
            let refused = post(&client, &newer, &[("new", new), ("again", again)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
            assert!(text(&refused).contains("role=\"alert\""));
        }
        let set = post(&client, &newer, &[("new", PASSWORD), ("again", PASSWORD)]).await;
        assert_eq!((set.status, set.header("location")), (StatusCode::SEE_OTHER, "/account"));
        let admin = client.with_session(&session_of(&set));
        let account = text(&admin.get("/account").await);
        assert!(account.contains("<strong>admin</strong> (admin)"), "{account}");
        assert_eq!(client.get(&newer).await.status, StatusCode::GONE, "it was used");
        assert!(service.has_admin().unwrap() && service.first_admin_link().unwrap().is_none());

        let out = post(&admin, "/logout", &[]).await;
        assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/login"));
        let nobody = admin.get("/account").await;
        assert_eq!((nobody.status, nobody.header("location")), (StatusCode::SEE_OTHER, "/login"));
        let page = text(&client.get("/login").await);
        assert!(page.contains("Đăng nhập") && page.contains("Log in") && !page.contains("<script"), "{page}");
        let wrong = post(&client, "/login", &[("name", "<b>admin"), ("password", "wrong password")]).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert!(!text(&wrong).contains("<b>"));
        let came = post(&client, "/login", &[("name", "admin"), ("password", PASSWORD)]).await;
        assert_eq!(came.status, StatusCode::SEE_OTHER);
        assert_eq!(client.with_session(&session_of(&came)).get("/v1/audit").await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn forms_are_not_taken_from_other_sites_nor_in_other_forms() {
    let timed = Timed::new(TestDatabase::sqlite());
    timed.person("lan", Role::Dispatcher);
    let client = Client::new(&timed.world).await.anonymous();
    let form = [("name", "lan"), ("password", PASSWORD)];
    let foreign = TestRequest::post().uri("/login").insert_header(("sec-fetch-site", "cross-site")).set_form(form);
    assert_eq!(client.send(foreign).await.problem(), "cross_site");
    let json = TestRequest::post().uri("/login").set_json(serde_json::json!({ "name": "lan", "password": PASSWORD }));
    assert_eq!(client.send(json).await.problem(), "unsupported_media_type");
    let page = client.get("/enrol").await.status;
    assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&page), "the page, or how it is built: {page}");
    let methods = client.method(actix_web::http::Method::PUT, "/login").await;
    assert_eq!(
        (methods.problem().as_str(), methods.header("allow")),
        ("method_not_allowed", "GET, POST, HEAD, OPTIONS")
    );
}
