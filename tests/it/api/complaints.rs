//! Ratings, complaints and compensations, as staff and devices see them.

use actix_web::http::StatusCode;
use conthoi::{
    domain::{ComplaintId, ComplaintReach, HomeDeliveryId, Matter, Scope},
    service::{Actor, NewAccount, NewComplaint, NewToken, ServiceError},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Client, World, on_each};

const DOSSIER: &str = "000.00.00.H51-190613-9001";

async fn with_dossier(app: &Client) {
    let body = json!({
        "department": "STNMT", "received_at": "2019-06-13T09:00:00+07:00", "appointment_at": "2019-06-20T09:00:00+07:00",
    });
    let request = actix_web::test::TestRequest::put().uri(&format!("/v1/dossiers/{DOSSIER}")).set_json(body);
    assert_eq!(app.send(request).await.status, StatusCode::CREATED);
}

fn matter(world: &World) -> Matter {
    Matter::Dossier(world.service.dossier(DOSSIER).unwrap().id)
}

fn file(world: &World, text: &str) -> ComplaintId {
    let id = ComplaintId::from_uuid(world.service.fresh_uuid());
    let new = NewComplaint { about: matter(world), reach: ComplaintReach::InProvince, text: text.into() };
    let (complaint, created) = world.service.file_complaint(id, &new).unwrap();
    assert!(created && complaint.due_on.to_string() == "2019-06-21");
    assert!(!world.service.file_complaint(id, &new).unwrap().1, "filed twice, there once");
    id
}

#[actix_web::test]
async fn a_device_records_ratings_once() {
    on_each!(World::imported, |app, ctx| {
        with_dossier(&app).await;
        let system = NewAccount {
            name: "may.danh.gia".into(),
            role: conthoi::domain::Role::Integration,
            acts_for: None,
            email: None,
        };
        let (system, _) = ctx.service.add_account(&Actor::operator(), &system).unwrap();
        let new = NewToken { label: "quầy 1".into(), scopes: [Scope::RatingsWrite].into(), expires_at: None };
        let (_, token) = ctx.service.issue_token(&Actor::operator(), system.id, &new).unwrap();
        let device = app.with_token(token.reveal());
        let body = json!({
            "id": Uuid::now_v7(), "at": "2019-06-14T06:30:00+07:00", "step": "very_satisfied", "dossier": DOSSIER,
            "comment": "Cô Lan rất tận tình",
        });
        let first = device.post("/v1/ratings", &body).await;
        assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.bytes);
        assert_eq!(first.json()["about"]["dossier"], DOSSIER);
        assert!(!String::from_utf8_lossy(&first.bytes).contains("Lan"), "words are not repeated");
        assert_eq!(device.post("/v1/ratings", &body).await.status, StatusCode::OK);
        let mut other = body.clone();
        other["step"] = "neutral".into();
        let refused = device.post("/v1/ratings", &other).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "record_differs"));
        let bare = device.post("/v1/ratings", &json!({ "step": "dissatisfied" })).await;
        assert_eq!(bare.status, StatusCode::CREATED, "{:?}", bare.bytes);

        let list = app.json("/v1/ratings?from=2019-06-14&to=2019-06-14").await;
        let steps: Vec<&str> =
            list["ratings"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
        assert_eq!(steps, ["very_satisfied", "dissatisfied"]);
        assert!(!list.to_string().contains("Lan"), "a list has no words");
        assert_eq!(app.json("/v1/ratings?to=2019-06-13").await["ratings"], json!([]));
        let one = app.json(first.header("location")).await;
        assert_eq!(one["comment"], "Cô Lan rất tận tình");
        let page = app.json("/v1/ratings?limit=1").await;
        let next = app.json(&format!("/v1/ratings?limit=1&cursor={}", page["next"].as_str().unwrap())).await;
        assert_eq!((next["ratings"][0]["step"].as_str(), &next["next"]), (Some("dissatisfied"), &Value::Null));
    });
}

#[actix_web::test]
async fn a_rating_that_cannot_be_accepted_names_every_problem() {
    on_each!(World::imported, |app, _ctx| {
        for (body, pointers) in [
            (json!({}), vec!["/step"]),
            (json!({ "step": 5 }), vec!["/step"]),
            (json!({ "step": "superb", "stars": 5 }), vec!["/step", "/stars"]),
            (json!({ "step": "neutral", "dossier": "nope", "at": "2031-01-01T00:00:00Z" }), vec!["/at", "/dossier"]),
            (json!({ "step": "neutral", "dossier": "x", "home_delivery_id": Uuid::now_v7() }), vec![""]),
            (json!({ "step": "neutral", "comment": "x".repeat(1_001) }), vec!["/comment"]),
        ] {
            let answer = app.post("/v1/ratings", &body).await;
            assert_eq!(answer.problem(), "invalid_body", "{body}");
            let errors = answer.json();
            let found: Vec<&str> =
                errors["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
        }
        for path in ["/v1/ratings?from=2019-06-14&to=2019-06-13", "/v1/complaints?cursor=x", "/v1/ratings?answered=1"] {
            assert_eq!(app.get(path).await.problem(), "invalid_parameter", "{path}");
        }
    });
}

#[actix_web::test]
async fn complaints_are_listed_without_words_and_answered_once() {
    on_each!(World::imported, |app, ctx| {
        with_dossier(&app).await;
        let id = file(&ctx, "  Nhân viên đến trễ, tôi là Nguyễn Văn A ");
        let list = app.json("/v1/complaints?answered=false").await;
        assert_eq!(list["complaints"][0]["id"], id.to_string());
        assert_eq!(list["complaints"][0]["state"], "open");
        assert!(!list.to_string().contains("Nguyễn"));
        let one = app.get(&format!("/v1/complaints/{id}")).await;
        assert_eq!(one.header("cache-control"), "no-store");
        assert_eq!(one.json()["text"], "Nhân viên đến trễ, tôi là Nguyễn Văn A");
        let path = format!("/v1/complaints/{id}/answer");
        assert_eq!(app.post(&path, &json!({ "answer": " " })).await.problem(), "invalid_body");
        let answered = app.post(&path, &json!({ "answer": "Trung tâm xin lỗi ông" })).await;
        assert_eq!((answered.status, answered.json()["state"].as_str()), (StatusCode::OK, Some("answered")));
        assert_eq!(app.post(&path, &json!({ "answer": "Trung tâm xin lỗi ông" })).await.status, StatusCode::OK);
        let other = app.post(&path, &json!({ "answer": "Không đúng" })).await;
        assert_eq!((other.status, other.problem().as_str()), (StatusCode::CONFLICT, "complaint_answered"));
        let nobodys = app.post(&format!("/v1/complaints/{}/answer", Uuid::now_v7()), &json!({ "answer": "x" })).await;
        assert_eq!(nobodys.problem(), "not_found");
        assert_eq!(app.json("/v1/complaints?answered=false").await["complaints"], json!([]));
        let log = app.json("/v1/audit").await.to_string();
        assert!(log.contains("complaint_answered") && !log.contains("xin lỗi"), "the log has the act without words");
    });
}

#[actix_web::test]
async fn a_complaint_comes_within_the_laws_window() {
    on_each!(World::imported, |_app, ctx| {
        // Settled on Monday, 3 December 2018: the last day is 3 June 2019, and it is 14 June.
        let received_at = "2018-12-03T02:00:00Z".parse().unwrap();
        let new = conthoi::service::NewDossier {
            department: "STNMT".into(),
            procedure: None,
            received_at,
            appointment_at: "2018-12-05T02:00:00Z".parse().unwrap(),
            settled_at: Some("2018-12-03T08:00:00Z".parse().unwrap()),
            phone: None,
        };
        let expected = conthoi::service::ExpectedDossier::Anything;
        let (dossier, _) = ctx.service.put_dossier("000.00.00.H51-181203-0001", &new, &expected).unwrap();
        let id = ComplaintId::from_uuid(ctx.service.fresh_uuid());
        let new =
            NewComplaint {
                about: Matter::Dossier(dossier.id), reach: ComplaintReach::InProvince, text: "Trễ".into()
            };
        let error = ctx.service.file_complaint(id, &new).unwrap_err();
        let until = match error {
            ServiceError::ComplaintTooLate { until } => until.to_string(),
            other => panic!("{other}"),
        };
        assert_eq!(until, "2019-06-03");
        let stray = Matter::HomeDelivery(HomeDeliveryId::from_uuid(Uuid::now_v7()));
        let error = ctx.service.file_complaint(id, &NewComplaint { about: stray, ..new }).unwrap_err();
        assert!(matches!(error, ServiceError::Store(_)), "{error}");
    });
}

#[actix_web::test]
async fn what_is_paid_for_a_loss_is_recorded() {
    on_each!(World::imported, |app, ctx| {
        with_dossier(&app).await;
        let complaint = file(&ctx, "Mất bản chính");
        let body = json!({ "kind": "lost", "dossier": DOSSIER, "complaint_id": complaint.uuid(), "dong": 300_000 });
        let paid = app.post("/v1/compensations", &body).await;
        assert_eq!(paid.status, StatusCode::CREATED, "{:?}", paid.bytes);
        let list = app.json("/v1/compensations?from=2019-06-14").await;
        assert_eq!(list["compensations"], json!([paid.json()]));
        assert_eq!(list["compensations"][0]["dong"], 300_000);
        for (body, pointer) in [
            (json!({ "kind": "lost", "dong": 1 }), ""),
            (json!({ "kind": "stolen", "dossier": DOSSIER, "dong": 1 }), "/kind"),
            (json!({ "kind": "lost", "dossier": DOSSIER, "dong": -1 }), "/dong"),
            (json!({ "kind": "lost", "dossier": DOSSIER, "dong": 1, "item": "NOPE" }), "/item"),
            (json!({ "kind": "lost", "dossier": DOSSIER, "dong": 1, "complaint_id": Uuid::now_v7() }), "/complaint_id"),
        ] {
            let answer = app.post("/v1/compensations", &body).await;
            assert_eq!(
                (answer.problem().as_str(), answer.json()["errors"][0]["pointer"].as_str()),
                ("invalid_body", Some(pointer)),
                "{body}"
            );
        }
    });
}
