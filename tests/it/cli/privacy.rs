//! A person's name and numbers, planted wherever a client can write something, come out nowhere they should not: not in the log,
//! not in problem documents, not in what is printed in a barcode.
//!
//! The places are read from the OpenAPI document, so that a new endpoint is tested the day it is described.

use std::collections::BTreeMap;

use conthoi::domain::{HomeDelivery, HomeDeliveryId, IdSource, ItemCode, Position, PositionQuality, SeededIds};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{run, serving::Server};
use crate::support::{
    db::TestDatabase,
    reading::{Paper, can_read},
};

const NAME: &str = "Nguyễn Thị Dấu Mật";
const NAME_WITHOUT_DIACRITICS: &str = "Nguyen Thi Dau Mat";
const ADDRESS: &str = "số 7 hẻm Mật Ngữ, khóm 2";
const PHONE: &str = "0912345987";
/// No diacritics, no space: it could be taken for a code.
const WORD: &str = "DauMat";

/// What must not be found.
fn marks() -> Vec<String> {
    let texts = [NAME, NAME_WITHOUT_DIACRITICS, ADDRESS, PHONE, WORD, "Dấu Mật", "Mật Ngữ"];
    let mut marks: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    marks.extend(["84912345987", "0912 345 987", "912345987"].map(str::to_owned));
    marks.extend(texts.iter().map(|text| encoded(text)));
    marks.extend(texts.iter().map(|text| text.nfd().collect::<String>()));
    // As JSON may write it.
    marks.extend(texts.iter().filter(|text| !text.is_ascii()).map(|text| {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect()
    }));
    marks
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[track_caller]
fn has_no_mark(text: &str, place: &str) {
    for mark in marks() {
        assert!(!text.contains(&mark), "{mark:?} is in {place}: {text}");
    }
}

/// A document in which every member that the schema names holds `text`.
fn filled(schema: &Value, schemas: &Map<String, Value>, text: &str, depth: u32) -> Value {
    if depth > 6 {
        return json!(text);
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return filled(&schemas[name], schemas, text, depth + 1);
    }
    for of in ["allOf", "oneOf", "anyOf"] {
        if let Some(first) = schema[of].as_array().and_then(|parts| parts.iter().find(|part| part["type"] != "null")) {
            return filled(first, schemas, text, depth + 1);
        }
    }
    if let Some(members) = schema["properties"].as_object() {
        let filled = members.iter().map(|(name, member)| (name.clone(), filled(member, schemas, text, depth + 1)));
        return Value::Object(filled.collect());
    }
    match &schema["items"] {
        Value::Null => json!(text),
        items => json!([filled(items, schemas, text, depth + 1)]),
    }
}

/// Sends a request and answers its status and body.
fn ask(server: &Server, token: &str, method: &str, target: &str, content_type: &str, body: &str) -> (u16, String) {
    let phone_as_id = format!("X-Request-Id: {PHONE}\r\n");
    let answer = server.ask(&format!(
        "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\
         User-Agent: {NAME_WITHOUT_DIACRITICS}\r\n{phone_as_id}Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    ));
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    // An answer's head may repeat nothing either, but for the address of the next page.
    let head: String = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("link:")).collect();
    has_no_mark(&head, &format!("the head answered to {method} {target}"));
    (status, body.to_owned())
}

/// What is wrong, wherever an answer says so.
fn errors(answer: &Value, found: &mut Vec<Value>) {
    match answer {
        Value::Object(members) => {
            for (name, member) in members {
                if matches!(name.as_str(), "errors" | "problem" | "reason" | "message") {
                    found.push(member.clone());
                }
                errors(member, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| errors(element, found)),
        _ => {}
    }
}

/// A value of a body or a path, written wrongly in every way that matters.
fn plants() -> [&'static str; 5] {
    [NAME, NAME_WITHOUT_DIACRITICS, PHONE, ADDRESS, WORD]
}

/// Every endpoint that the document describes, with the marks in its path, its query and its body.
fn plant_everywhere(server: &Server, token: &str, document: &Value) -> usize {
    let mut refused = 0;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // They never end, or end the credentials of this test.
            if path == "/v1/events" || path == "/v1/session" {
                continue;
            }
            let verb = method.to_uppercase();
            for text in plants() {
                let mut target = path.clone();
                while let (Some(from), Some(to)) = (target.find('{'), target.find('}')) {
                    target.replace_range(from..=to, &encoded(text));
                }
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let query: Vec<String> = parameters
                    .iter()
                    .filter(|parameter| parameter["in"] == "query")
                    .map(|parameter| format!("{}={}", parameter["name"].as_str().unwrap(), encoded(text)))
                    .chain([format!("{}=1", encoded(text))])
                    .collect();
                let contents = operation["requestBody"]["content"].as_object();
                let bodies: Vec<(String, String)> = contents.map_or_else(
                    || vec![("application/json".to_owned(), String::new())],
                    |contents| {
                        let mut bodies = Vec::new();
                        for (media_type, content) in contents {
                            let mut document = filled(&content["schema"], schemas, text, 0);
                            bodies.push((media_type.clone(), document.to_string()));
                            if let Some(members) = document.as_object_mut() {
                                members.insert(text.to_owned(), json!(text));
                            }
                            bodies.push((media_type.clone(), document.to_string()));
                            bodies.push((media_type.clone(), format!("{{\"{text}\": {text}")));
                            bodies.push((text.nfd().filter(char::is_ascii).collect(), format!("\"{text}\"")));
                        }
                        bodies
                    },
                );
                for (media_type, body) in bodies {
                    for target in [target.clone(), format!("{target}?{}", query.join("&"))] {
                        let (status, answer) = ask(server, token, &verb, &target, &media_type, &body);
                        let place = format!("the answer {status} to {verb} {path}");
                        assert_ne!(status, 429, "the test is as quick as a client may be: {target}");
                        if status >= 400 {
                            refused += 1;
                            has_no_mark(&answer, &place);
                        } else if let Ok(answer) = serde_json::from_str(&answer) {
                            let mut found = Vec::new();
                            errors(&answer, &mut found);
                            has_no_mark(&json!(found).to_string(), &place);
                        }
                    }
                }
            }
        }
    }
    refused
}

/// Scans and dossiers that are taken, with the marks where they may be, and refused ones with them where they may not.
fn plant_in_scans(server: &Server, token: &str, code: &str) {
    let mut ids = SeededIds::new(7, 1_560_470_400_000);
    let mut scan = |seq: u64| {
        json!({
            "id": ids.next_uuid(), "device_id": uuid::Uuid::from_u128(9), "device_seq": seq, "device_time": "2019-06-14T08:00:00+07:00",
            "actor": { "site": "TTPVHCC" }, "action": { "kind": "count" }, "codes": [code], "note": format!("{NAME}, {PHONE}, {ADDRESS}"),
        })
    };
    let first = scan(1);
    let mut conflict = first.clone();
    conflict["note"] = json!(format!("{NAME} {PHONE} again"));
    let mut batch = vec![first, conflict];
    for (seq, (member, value)) in (2..).zip([
        ("codes", json!([NAME, PHONE, WORD, ADDRESS])),
        ("device_time", json!(NAME)),
        ("actor", json!({ "courier": NAME })),
        ("counterparty", json!({ "site": PHONE })),
        ("action", json!({ "kind": WORD })),
        ("evidence", json!([ADDRESS])),
        ("device_seq", json!(912_345_987)),
        (WORD, json!(PHONE)),
        (NAME, json!(PHONE)),
    ]) {
        let mut scan = scan(seq);
        scan[member] = value;
        batch.push(scan);
    }
    let body = json!({ "scans": batch }).to_string();
    let (status, answer) = ask(server, token, "POST", "/v1/scans", "application/json", &body);
    assert_eq!(status, 200, "{answer}");
    has_no_mark(&answer, "the answers to scans");
    for result in ["created", "conflict", "rejected"] {
        assert!(answer.contains(&format!("\"{result}\"")), "{answer}");
    }
}

/// A request to bring a result home, with a name and a number in its address.
fn home_delivery(database: &TestDatabase) -> uuid::Uuid {
    let store = database.store();
    let centre = store.centre("H51").unwrap().unwrap().centre.id;
    let home = HomeDelivery {
        id: HomeDeliveryId::from_uuid(uuid::Uuid::from_u128(0x11)),
        centre_id: centre,
        dossier_id: None,
        address: format!("{NAME}, {PHONE}, {ADDRESS}"),
        commune_code: "31498".into(),
        position: Position::new(9.6, 105.97).unwrap(),
        position_quality: PositionQuality::Building,
        requested_at: chrono::DateTime::UNIX_EPOCH,
        wanted: None,
        synthetic: false,
    };
    store.insert_home_delivery(&home).unwrap();
    home.id.uuid()
}

#[test]
fn a_name_and_a_number_come_out_nowhere_else() {
    for database in TestDatabase::each() {
        let folder = tempfile::tempdir().unwrap();
        let url = database.url.clone();
        assert_eq!(run(folder.path(), &["import", "--database", &url]).code, 0);
        let add = ["account", "add", "partner", "--role", "integration", "--database", &url];
        assert_eq!(run(folder.path(), &add).code, 0);
        let scopes = conthoi::domain::Scope::ALL.map(|scope| scope.as_str().to_owned());
        let mut issue = vec!["account", "token", "partner", "--label", "t", "--database", &url];
        issue.extend(scopes.iter().flat_map(|scope| ["--scope", scope.as_str()]));
        let issued = run(folder.path(), &issue);
        assert_eq!(issued.code, 0, "{}", issued.err);
        let token = issued.out.trim().to_owned();
        let serve = ["serve", "--port", "0", "--log", "debug", "--log-format", "json", "--database", &url];
        let mut server = Server::start(folder.path(), &serve);
        let said = server.listen();

        let (status, document) = ask(&server, &token, "GET", "/openapi.json", "text/plain", "");
        assert_eq!(status, 200);
        let document: Value = serde_json::from_str(&document).unwrap();

        // A dossier, an item that goes to somebody's home, a note on a scan: where such things belong.
        let dossier = "000.00.00.H51-190613-9001";
        let put = json!({ "department": "STNMT", "received_at": "2019-06-13T09:00:00+07:00", "appointment_at": "2019-06-20T09:00:00+07:00" });
        let (status, answer) =
            ask(&server, &token, "PUT", &format!("/v1/dossiers/{dossier}"), "application/json", &put.to_string());
        assert_eq!(status, 201, "{answer}");
        let code = ItemCode::issue("P00001").unwrap().to_string();
        let item = json!({
            "code": code, "dossier_code": dossier, "from": "TTPVHCC", "ready_at": "2019-06-14T08:00:00+07:00", "weight_g": 100,
            "to": { "home_delivery_id": home_delivery(&database) },
        });
        let target = format!("/v1/items/{}", SeededIds::new(8, 1_560_470_400_000).next_uuid());
        let (status, answer) = ask(&server, &token, "PUT", &target, "application/json", &item.to_string());
        assert_eq!(status, 201, "{answer}");
        plant_in_scans(&server, &token, &code);

        let refused = plant_everywhere(&server, &token, &document);
        assert!(refused > 500, "only {refused} requests were refused: the marks did not get far");

        // Login is by forms.
        for (name, password) in [(NAME, PHONE), (PHONE, NAME), (WORD, WORD)] {
            let form = format!("name={}&password={}", encoded(name), encoded(password));
            let (_, answer) = ask(&server, &token, "POST", "/login", "application/x-www-form-urlencoded", &form);
            has_no_mark(&answer, "the login page");
        }

        // What is printed in a barcode.
        let labels = json!({ "codes": [code], "format": "zpl" });
        let (status, zpl) = ask(&server, &token, "POST", "/v1/labels", "application/json", &labels.to_string());
        assert_eq!(status, 200, "{zpl}");
        let coded: BTreeMap<usize, &str> = zpl
            .match_indices("^FD")
            .filter(|(at, _)| {
                let before = &zpl[..*at];
                before.rfind("^B").is_some_and(|barcode| !before[barcode..].contains("^FS"))
            })
            .map(|(at, _)| (at, zpl[at + 3..].split("^FS").next().unwrap()))
            .collect();
        assert!(!coded.is_empty(), "{zpl}");
        for text in coded.values() {
            has_no_mark(text, "a barcode of a thermal label");
        }
        if can_read() {
            for path in
                [format!("/v1/labels?codes={code}&format=single"), format!("/v1/dossiers/{dossier}/control-slip.pdf")]
            {
                let request = format!(
                    "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n",
                    server.address
                );
                let answer = server.ask_for_bytes(&request);
                let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
                let paper = Paper::of(&answer[body..]);
                let printed = paper.picture(paper.pages(), 200).codes();
                assert!(!printed.is_empty(), "{path}");
                for text in printed {
                    has_no_mark(&text, &path);
                }
            }
        }

        server.kill();
        let log = said.join().unwrap();
        assert!(log.contains("/v1/items/{id}") && log.lines().count() > 1_000, "the log was read");
        has_no_mark(&log, "the log");
    }
}
