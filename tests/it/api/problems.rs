//! Every failure is a problem document, whatever is wrong and wherever.

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use conthoi::api;
use serde_json::{Value, json};

use super::{Client, World, on_each};

const SOME_ID: &str = "018f0000-0000-7000-8000-000000000000";

/// Each path of the description with its methods, its parameters filled in with well-formed values.
fn described() -> Vec<(String, Vec<String>)> {
    let document: Value = serde_json::from_str(&api::openapi_document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| {
            let path = path.replace("{id}", SOME_ID).replace("{date}", "2019-06-14").replace("{code}", "STNMT");
            let path = path.replace("{link}", "no-link").replace("{fact_id}", SOME_ID).replace("{name}", "settlement");
            (path, item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect())
        })
        .collect()
}

#[actix_web::test]
async fn every_path_refuses_unknown_query_parameters() {
    on_each!(World::imported, |client, _world| {
        for (path, methods) in described() {
            for method in methods {
                let method: Method = method.parse().unwrap();
                let request = TestRequest::default().method(method.clone()).uri(&format!("{path}?bogus=1"));
                let answer = client.send(request.set_json(json!({}))).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {path}: {:?}", answer.bytes);
                assert_eq!(answer.problem(), "invalid_parameter", "{method} {path}");
                let errors = answer.json()["errors"].as_array().unwrap().clone();
                assert!(errors.iter().any(|error| error["parameter"] == "bogus"), "{method} {path}: {errors:?}");
            }
        }
    });
}

#[actix_web::test]
async fn every_path_refuses_methods_that_it_does_not_have() {
    on_each!(World::empty, |client, _world| {
        for (path, methods) in described() {
            for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::PATCH] {
                if methods.contains(&method.to_string()) {
                    continue;
                }
                let answer = client.method(method.clone(), &path).await;
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                assert_eq!(answer.problem(), "method_not_allowed");
                let allowed = answer.header("allow").to_owned();
                for other in &methods {
                    assert!(allowed.contains(other.as_str()), "{path} allows {allowed}");
                }
            }
        }
    });
}

#[actix_web::test]
async fn without_a_centre_every_resource_says_so() {
    on_each!(World::empty, |client, _world| {
        for path in ["/v1/centre", "/v1/sites", "/v1/items", "/v1/plans", "/v1/timetable?date=2019-06-14"] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert_eq!(answer.problem(), "no_centre", "{path}");
        }
        let ready = client.get("/health/ready").await;
        assert_eq!(ready.problem(), "not_ready");
        assert_eq!(ready.json()["errors"][0]["parameter"], "centre");
        assert_eq!(client.get("/health/live").await.status, StatusCode::OK);
        assert_eq!(client.get("/").await.status, StatusCode::OK);
    });
}

#[actix_web::test]
async fn bad_requests() {
    let cases: &[(&str, &str, u16, &str, &str)] = &[
        // method, path, status, code, what the first error names
        ("GET", "/v1/nothing", 404, "no_such_path", ""),
        ("GET", "/v1/", 404, "no_such_path", ""),
        ("GET", "/v1/sites/NOWHERE", 404, "not_found", ""),
        ("GET", "/v1/sites?kind=castle", 400, "invalid_parameter", "kind"),
        ("GET", "/v1/sites?limit=0", 400, "invalid_parameter", "limit"),
        ("GET", "/v1/sites?limit=1001", 400, "invalid_parameter", "limit"),
        ("GET", "/v1/sites?limit=ten", 400, "invalid_parameter", "limit"),
        ("GET", "/v1/sites?limit=1&limit=2", 400, "invalid_parameter", "limit"),
        ("GET", "/v1/sites?cursor=NOWHERE", 400, "invalid_parameter", "cursor"),
        ("GET", "/v1/timetable?date=14/06/2019", 400, "invalid_parameter", "date"),
        ("GET", "/v1/timetable?date=2019-02-29", 400, "invalid_parameter", "date"),
        ("GET", "/v1/timetable?date=2099-01-01", 422, "outside_calendar", ""),
        ("GET", "/v1/calendar?from=2019-06-02&to=2019-06-01", 400, "invalid_parameter", "to"),
        ("GET", "/v1/calendar?from=2019-01-01&to=2027-01-01", 400, "invalid_parameter", "to"),
        ("GET", "/v1/calendar?from=1975-04-30", 422, "outside_calendar", ""),
        ("GET", "/v1/items?from=NOWHERE", 400, "invalid_parameter", "from"),
        ("GET", "/v1/items?ready_from=yesterday", 400, "invalid_parameter", "ready_from"),
        ("GET", "/v1/items?delivered=maybe", 400, "invalid_parameter", "delivered"),
        ("GET", "/v1/items?cursor=1.2", 400, "invalid_parameter", "cursor"),
        ("GET", "/v1/items/no-such-code", 404, "not_found", ""),
        ("GET", "/v1/items/018f0000-0000-7000-8000-000000000000", 404, "not_found", ""),
        ("GET", "/v1/items/no-such-code/plan", 400, "invalid_parameter", "date"),
        ("GET", "/v1/items/no-such-code/plan?date=2019-06-14", 404, "not_found", ""),
        ("GET", "/v1/plans/tomorrow", 400, "invalid_parameter", "date"),
        ("GET", "/v1/plans/2019-06-14", 404, "not_planned", ""),
        ("GET", "/v1/plans/2019-06-14/geojson", 404, "not_planned", ""),
        ("GET", "/v1/plans?cursor=first", 400, "invalid_parameter", "cursor"),
        ("GET", "/v1/runs/1", 400, "invalid_parameter", "id"),
        ("GET", "/v1/runs/018f0000-0000-7000-8000-000000000000", 404, "not_found", ""),
        ("GET", "/v1/runs/018f0000-0000-7000-8000-000000000000/stops", 404, "not_found", ""),
        ("GET", "/v1/runs/018f0000-0000-7000-8000-000000000000/manifest", 404, "not_found", ""),
        ("GET", "/v1/rounds/morning", 400, "invalid_parameter", "id"),
        ("GET", "/v1/rounds/018f0000-0000-7000-8000-000000000000/manifest", 404, "not_found", ""),
        ("GET", "/v1/routes/x/geojson", 400, "invalid_parameter", "id"),
        ("GET", "/v1/routes/018f0000-0000-7000-8000-000000000000/geojson", 404, "not_found", ""),
        ("GET", "/v1/plan-jobs/x", 400, "invalid_parameter", "id"),
        ("GET", "/v1/plan-jobs/018f0000-0000-7000-8000-000000000000", 404, "not_found", ""),
        ("GET", "/v1/plan-jobs/018f0000-0000-7000-8000-000000000000/events", 404, "not_found", ""),
        ("DELETE", "/v1/plan-jobs/018f0000-0000-7000-8000-000000000000", 404, "not_found", ""),
        ("GET", "/problems/no_such_problem", 404, "not_found", ""),
        ("GET", "/docs/no-such-file", 404, "no_such_path", ""),
    ];
    on_each!(World::imported, |client, _world| {
        for (method, path, status, code, named) in cases {
            let answer = client.method(method.parse().unwrap(), path).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (*status, *code), "{method} {path}");
            if !named.is_empty() {
                assert_eq!(answer.json()["errors"][0]["parameter"], *named, "{path}");
            }
        }
    });
}

async fn with_body(client: &Client, path: &str, content_type: Option<&str>, body: impl Into<String>) -> super::Answer {
    let mut request = TestRequest::post().uri(path).set_payload(body.into());
    if let Some(content_type) = content_type {
        request = request.insert_header(("content-type", content_type));
    }
    client.send(request).await
}

#[actix_web::test]
async fn bad_bodies() {
    const JSON: Option<&str> = Some("application/json");
    on_each!(World::imported, |client, _world| {
        for path in ["/v1/items", "/v1/plans"] {
            let cases = [
                (JSON, "{".to_owned(), 400, "malformed_json"),
                (JSON, String::new(), 400, "malformed_json"),
                (JSON, "\u{0}".to_owned(), 400, "malformed_json"),
                (JSON, "[]".to_owned(), 422, "invalid_body"),
                (JSON, "null".to_owned(), 422, "invalid_body"),
                (JSON, "{}".to_owned(), 422, "invalid_body"),
                (JSON, r#"{"date": "2019-06-14", "speed": 9}"#.to_owned(), 422, "invalid_body"),
                (None, "{}".to_owned(), 415, "unsupported_media_type"),
                (Some("text/plain"), "{}".to_owned(), 415, "unsupported_media_type"),
                (Some("application/x-www-form-urlencoded"), "date=1".to_owned(), 415, "unsupported_media_type"),
                (JSON, format!("\"{}\"", "x".repeat(2_000_000)), 413, "body_too_large"),
            ];
            for (content_type, body, status, code) in cases {
                let shown: String = body.chars().take(40).collect();
                let answer = with_body(&client, path, content_type, body).await;
                assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, code), "{path} {shown:?}");
            }
        }
        let gzip = TestRequest::post().uri("/v1/plans").insert_header(("content-encoding", "gzip"));
        assert_eq!(client.send(gzip.set_json(json!({}))).await.problem(), "unsupported_media_type");
    });
}

#[actix_web::test]
async fn a_body_gets_every_problem_with_its_pointer() {
    on_each!(World::imported, |client, _world| {
        let body = json!({
            "code": 5, "from": null, "to": { "site": "STNMT", "home_delivery_id": "x", "a/b": 1 },
            "ready_at": "soon", "weight_g": -1, "colour~": "red",
        });
        let answer = client.post("/v1/items", &body).await;
        assert_eq!(answer.problem(), "invalid_body");
        let problem = answer.json();
        let mut problem = problem.as_object().unwrap().clone();
        problem.remove("request_id");
        insta::assert_json_snapshot!("problem_of_a_body", problem);
    });
}

#[actix_web::test]
async fn requests_to_a_foreign_host_are_refused() {
    on_each!(World::imported, |client, _world| {
        for (host, status) in [
            ("localhost", 200),
            ("localhost:8080", 200),
            ("127.0.0.1:8080", 200),
            ("[::1]:8080", 200),
            ("conthoi.localhost:1", 200),
            ("evil.example", 421),
            ("127.0.0.1.evil.example:8080", 421),
            ("192.168.1.4", 421),
        ] {
            let answer = client.send(TestRequest::get().uri("/v1/centre").insert_header(("host", host))).await;
            assert_eq!(answer.status.as_u16(), status, "{host}");
            if status == 421 {
                assert_eq!(answer.problem(), "foreign_host");
            }
        }
    });
}

#[actix_web::test]
async fn every_problem_is_explained() {
    on_each!(World::empty, |client, _world| {
        let all = client.json("/problems").await;
        let all = all.as_array().unwrap();
        assert!(all.len() > 10);
        for problem in all {
            let code = problem["code"].as_str().unwrap();
            let explained = client.json(&format!("/problems/{code}")).await;
            assert_eq!(&explained, problem);
            assert!(explained["explanation"].as_str().unwrap().len() > 20, "{code}");
        }
    });
}

#[actix_web::test]
async fn a_request_keeps_its_own_id() {
    on_each!(World::empty, |client, _world| {
        let own = TestRequest::get().uri("/v1/nothing").insert_header(("x-request-id", "gateway-7.0000000001f3"));
        assert_eq!(client.send(own).await.json()["request_id"], "gateway-7.0000000001f3");
        // It goes to the log, where nobody's name or number may be.
        for unfit in ["a b\"c", "r1", "0912345987", "Nguyen-Thi-Dau-Mat"] {
            let own = TestRequest::get().uri("/v1/nothing").insert_header(("x-request-id", unfit));
            assert_ne!(client.send(own).await.json()["request_id"], unfit);
        }
    });
}

#[actix_web::test]
async fn a_problem_document() {
    on_each!(World::imported, |client, _world| {
        let own = TestRequest::get()
            .uri("/v1/timetable?date=2019-13-01&zone=x")
            .insert_header(("x-request-id", "request-0000000001"));
        insta::assert_json_snapshot!("problem_of_a_query", client.send(own).await.json());
    });
}
