//! The description of the API is made from the code and kept as a snapshot, so that no change of it goes unseen.

use actix_web::http::StatusCode;
use conthoi::api;
use serde_json::Value;

use super::{World, on_each};

#[test]
fn the_description() {
    let document: Value = serde_json::from_str(&conthoi::api::openapi_document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    insta::assert_json_snapshot!("openapi", document);
}

#[test]
fn every_operation_says_how_it_fails() {
    let document: Value = serde_json::from_str(&conthoi::api::openapi_document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            if path.starts_with("/v1") {
                let failure = &operation["responses"]["default"]["content"]["application/problem+json"];
                assert_eq!(failure["schema"]["$ref"], "#/components/schemas/Problem", "{method} {path}");
            }
        }
    }
}

/// Every `$ref` leads somewhere.
#[test]
fn every_reference_is_resolved() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                object.values().for_each(|value| check(value, document));
            }
            Value::Array(values) => values.iter().for_each(|value| check(value, document)),
            _ => {}
        }
    }
    let document: Value = serde_json::from_str(&conthoi::api::openapi_document()).unwrap();
    check(&document, &document);
}

#[actix_web::test]
async fn it_is_served_with_an_offline_interface() {
    on_each!(World::empty, |client, _world| {
        let served = client.json("/openapi.json").await;
        let printed: Value = serde_json::from_str(&conthoi::api::openapi_document()).unwrap();
        assert_eq!(served, printed);
        let docs = client.get("/docs").await;
        assert_eq!((docs.status, docs.header("location")), (StatusCode::PERMANENT_REDIRECT, "/docs/"));
        let page = client.get("/docs/").await;
        assert_eq!(page.status, StatusCode::OK);
        let page = String::from_utf8(page.bytes.to_vec()).unwrap();
        assert!(!page.contains("https://") && !page.contains("//cdn"), "{page}");
        assert_eq!(client.get("/docs/swagger-ui-bundle.js").await.status, StatusCode::OK);
    });
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document: Value = serde_json::from_str(&api::openapi_document()).unwrap();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut names: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    names.sort_unstable();
    let twice: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
