//! Dossiers in from the one-stop system.

use actix_web::{
    http::{StatusCode, header},
    test::TestRequest,
};
use serde_json::{Value, json};

use super::{Answer, Client, World, on_each};

const CODE: &str = "000.00.00.H51-190613-0001";

fn body() -> Value {
    json!({
        "department": "STNMT",
        "procedure": "1.004232",
        "received_at": "2019-06-13T09:00:00+07:00",
        "appointment_at": "2019-06-20T17:00:00+07:00",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = body();
    body[name] = value;
    body
}

async fn put(client: &Client, code: &str, condition: Option<(&str, &str)>, body: &Value) -> Answer {
    let request = TestRequest::put().uri(&format!("/v1/dossiers/{code}")).set_json(body);
    let request = match condition {
        Some((name, value)) => request.insert_header((name, value)),
        None => request,
    };
    client.send(request).await
}

async fn import(client: &Client, query: &str, content_type: &str, text: impl Into<Vec<u8>>) -> Answer {
    let request = TestRequest::post().uri(&format!("/v1/dossiers/import{query}"));
    client.send(request.insert_header((header::CONTENT_TYPE, content_type)).set_payload(text.into())).await
}

fn results(report: &Value) -> Vec<&str> {
    report["rows"].as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_dossier_is_created_replaced_and_left_as_it_is() {
    on_each!(World::imported, |client, _world| {
        let created = put(&client, CODE, None, &body()).await;
        assert_eq!(
            (created.status, created.header("location")),
            (StatusCode::CREATED, format!("/v1/dossiers/{CODE}").as_str())
        );
        let told = created.json();
        assert_eq!((&told["department"]["code"], &told["procedure"]), (&json!("STNMT"), &json!("1.004232")));
        assert_eq!((&told["appointment_at"], &told["settled_at"]), (&json!("2019-06-20T17:00:00+07:00"), &Value::Null));
        let tag = created.header("etag").to_owned();

        let again = put(&client, CODE, None, &body()).await;
        assert_eq!((again.status, again.header("etag")), (StatusCode::OK, tag.as_str()));
        let settled = with("settled_at", json!("2019-06-14T06:30:00+07:00"));
        let replaced = put(&client, CODE, Some(("If-Match", &tag)), &settled).await;
        assert_eq!((replaced.status, &replaced.json()["settled_at"]), (StatusCode::OK, &settled["settled_at"]));
        assert_ne!(replaced.header("etag"), tag);
        let lost = put(&client, CODE, Some(("If-Match", &tag)), &body()).await;
        assert_eq!((lost.status, lost.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "dossier_changed"));
        let only_new = put(&client, CODE, Some(("If-None-Match", "*")), &body()).await;
        assert_eq!(only_new.status, StatusCode::PRECONDITION_FAILED);
        let other = "000.00.00.H51-190613-0002";
        assert_eq!(put(&client, other, Some(("If-Match", "*")), &body()).await.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(put(&client, other, Some(("If-None-Match", "*")), &body()).await.status, StatusCode::CREATED);

        let got = client.get(&format!("/v1/dossiers/{CODE}")).await;
        assert_eq!((got.header("etag"), got.json()), (replaced.header("etag"), replaced.json()));
        let known = TestRequest::get().uri(&format!("/v1/dossiers/{CODE}"));
        let known = client.send(known.insert_header(("If-None-Match", replaced.header("etag")))).await;
        assert_eq!(known.status, StatusCode::NOT_MODIFIED);
        assert_eq!(client.get("/v1/dossiers/000.00.00.H51-190613-9999").await.problem(), "not_found");

        // An item finds its dossier.
        let item = json!({
            "code": "H51-DS-000001", "dossier_code": CODE, "from": "TTPVHCC", "to": { "site": "STNMT" },
            "ready_at": "2019-06-14T09:00:00+07:00", "weight_g": 100,
        });
        assert_eq!(client.post("/v1/items", &item).await.status, StatusCode::CREATED);
        assert_eq!(put(&client, CODE, None, &body()).await.status, StatusCode::OK, "it stays the item's dossier");
        assert_eq!(client.json("/v1/items/H51-DS-000001").await["dossier_code"], CODE);
    });
}

#[actix_web::test]
async fn what_cannot_be_a_dossier_is_refused_field_by_field() {
    on_each!(World::imported, |client, _world| {
        for (body, pointers) in [
            (json!({}), vec!["/department", "/received_at", "/appointment_at"]),
            (with("department", json!("NOWHERE")), vec!["/department"]),
            (with("department", json!("TTPVHCC")), vec!["/department"]),
            (with("received_at", json!("2019-06-13")), vec!["/received_at"]),
            (with("received_at", json!("2019-06-15T09:00:00+07:00")), vec!["/received_at"]),
            (with("appointment_at", json!("2019-06-13T09:00:00+07:00")), vec!["/appointment_at"]),
            (with("settled_at", json!("2019-06-12T09:00:00+07:00")), vec!["/settled_at"]),
            (with("procedure", json!("Cấp giấy")), vec!["/procedure"]),
            (with("applicant", json!("Bà Nguyễn Thị Mốc")), vec!["/applicant"]),
        ] {
            let answer = put(&client, CODE, None, &body).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "invalid_body"), "{body}");
            let problem = answer.json();
            let named: Vec<&str> =
                problem["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
            assert_eq!(named, pointers, "{body}");
            assert!(!problem.to_string().contains("Mốc"));
        }
        for code in ["H51-1", "H51.001.02-260125-AA0001"] {
            let answer = put(&client, code, None, &body()).await;
            assert_eq!(
                answer.json()["errors"][0]["pointer"],
                "/code",
                "{code}: of a shape that was not issued in 2019"
            );
        }
        assert_eq!(client.get(&format!("/v1/dossiers/{CODE}")).await.status, StatusCode::NOT_FOUND);
    });
}

#[actix_web::test]
async fn a_file_is_answered_row_by_row() {
    on_each!(World::imported, |client, _world| {
        put(&client, CODE, None, &body()).await;
        let head = "code,department,procedure,received_at,appointment_at,settled_at";
        let times = "2019-06-13T09:00:00+07:00,2019-06-20T17:00:00+07:00";
        let rows = [
            format!("{CODE},STNMT,1.004232,{times},"),
            format!("000.00.00.H51-190613-0002,STNMT,,{times},"),
            format!("000.00.00.H51-190613-0003,NOWHERE,,{times},"),
            format!("{CODE},STNMT,1.004232,{times},2019-06-14T06:00:00+07:00"),
            "000.00.00.H51-190613-0004,STNMT".to_owned(),
            "\"000.00.00.H51-190613-0005\",STNMT,,13/06/2019,\"tomorrow\nor so\",".to_owned(),
            format!("000.00.00.H51-190613-0002,STNMT,,{times},"),
            ",STNMT,,,,".to_owned(),
        ];
        let csv = format!("\u{feff}{head}\r\n{}\r\n", rows.join("\r\n"));
        let answer = import(&client, "", "text/csv; charset=utf-8", csv).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.bytes);
        let report = answer.json();
        assert_eq!(
            results(&report),
            ["exists", "created", "rejected", "updated", "rejected", "rejected", "exists", "rejected"]
        );
        assert_eq!((&report["created"], &report["rejected"], &report["unread"]), (&json!(1), &json!(4), &Value::Null));
        let rows = report["rows"].as_array().unwrap();
        let told = |row: usize| {
            let errors = rows[row]["errors"].as_array().unwrap();
            let columns: Vec<Value> = errors.iter().map(|it| it["column"].clone()).collect();
            (rows[row]["line"].clone(), columns)
        };
        assert_eq!(told(2), (json!(4), vec![json!("department")]));
        assert_eq!(told(4), (json!(6), vec![Value::Null]));
        assert_eq!(told(5), (json!(7), vec![json!("received_at"), json!("appointment_at")]));
        assert_eq!(told(7), (json!(10), vec![json!("code"), json!("received_at"), json!("appointment_at")]));
        assert_eq!(client.get("/v1/dossiers/000.00.00.H51-190613-0002").await.status, StatusCode::OK);
        let settled = client.json(&format!("/v1/dossiers/{CODE}")).await;
        assert_eq!(settled["settled_at"], "2019-06-14T06:00:00+07:00");
    });
}

#[actix_web::test]
async fn all_rows_or_none_where_that_is_wanted() {
    on_each!(World::imported, |client, _world| {
        let row = |code: &str, department: &str| with_code(code, department);
        let sound = [row("000.00.00.H51-190613-0002", "STNMT"), row("000.00.00.H51-190613-0003", "STNMT")];
        let mixed = json!([sound[0], row("000.00.00.H51-190613-0004", "NOWHERE"), sound[1], 7]);
        let report = import(&client, "?atomic=true", "application/json", mixed.to_string()).await.json();
        assert_eq!(results(&report), ["skipped", "rejected", "skipped", "rejected"]);
        assert_eq!((&report["skipped"], &report["created"]), (&json!(2), &json!(0)));
        assert_eq!(client.get("/v1/dossiers/000.00.00.H51-190613-0002").await.status, StatusCode::NOT_FOUND);
        let report = import(&client, "?atomic=true", "application/json", json!(sound).to_string()).await.json();
        assert_eq!(results(&report), ["created", "created"]);
        let report = import(&client, "", "application/json", mixed.to_string()).await.json();
        assert_eq!(results(&report), ["exists", "rejected", "exists", "rejected"]);
        // A list that breaks off: what stands before is stored, and where it breaks is told.
        let broken = format!("[{}, {}, {{\"code\": ", sound[0], row("000.00.00.H51-190613-0005", "STNMT"));
        let report = import(&client, "", "application/json", broken).await.json();
        assert_eq!(results(&report), ["exists", "created"]);
        assert!(report["unread"].as_str().unwrap().contains("line 1"), "{report}");
    });
}

fn with_code(code: &str, department: &str) -> Value {
    let mut row = body();
    row["code"] = json!(code);
    row["department"] = json!(department);
    row
}

#[actix_web::test]
async fn files_that_cannot_be_read_are_refused() {
    on_each!(World::imported, |client, _world| {
        for (kind, text, status, code) in [
            ("text/csv", "code,department\n", 400, "invalid_file"),
            ("text/csv", "code,name\n", 400, "invalid_file"),
            ("text/csv", "", 400, "invalid_file"),
            ("application/json", "{}", 400, "invalid_file"),
            ("application/json", "", 400, "invalid_file"),
            ("application/xml", "<a/>", 415, "unsupported_media_type"),
        ] {
            let answer = import(&client, "", kind, text).await;
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, code), "{kind} {text:?}");
        }
        let empty = import(&client, "", "application/json", "[]").await;
        assert_eq!((empty.status, results(&empty.json()).len()), (StatusCode::OK, 0));
        assert_eq!(import(&client, "?all=1", "application/json", "[]").await.problem(), "invalid_parameter");
        let latin =
            import(&client, "", "text/csv", b"code,department,received_at,appointment_at\n\xff,a,b,c\n".to_vec()).await;
        assert_eq!(latin.json()["rows"][0]["errors"][0]["column"], "code");
    });
}
