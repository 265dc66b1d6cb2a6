//! Reports over HTTP: forms, refusals, and what scans, complaints and losses come to in them.

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::domain::Place;
use serde_json::{Value, json};

use super::{
    Client, DAY, World, date, on_each,
    scans::{Device, act, courier, item, send, site, with},
};

async fn totals(app: &Client, report: &str) -> Value {
    app.json(&format!("/v1/reports/{report}?from={DAY}&to={DAY}")).await["totals"][0]["values"].clone()
}

#[actix_web::test]
async fn every_report_there_is_can_be_made_in_every_form() {
    on_each!(World::planned, |app, _ctx| {
        let list = app.json("/v1/reports").await;
        assert_eq!(list.as_array().unwrap().len(), 9);
        for report in list.as_array().unwrap() {
            let name = report["name"].as_str().unwrap();
            for by in report["by"].as_array().unwrap() {
                let path = format!("/v1/reports/{name}?from=2019-05-20&to={DAY}&by={}", by.as_str().unwrap());
                let made = app.json(&path).await;
                assert_eq!((&made["by"], &made["report"]), (by, &json!(name)));
                assert!(made["synthetic"] == true && !made["columns"].as_array().unwrap().is_empty());
                let csv = app.get(&format!("{path}&format=csv")).await;
                assert_eq!((csv.status, csv.header("content-type")), (StatusCode::OK, "text/csv; charset=utf-8"));
                let lines = csv.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
                assert_eq!(lines, made["rows"].as_array().unwrap().len() + 1, "{path}");
            }
            let path = format!("/v1/reports/{name}?from=2019-05-20&to={DAY}");
            let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            let request = TestRequest::get().uri(&path).insert_header(("accept", format!("text/html, {sheet};q=0.9")));
            let xlsx = app.send(request).await;
            assert_eq!(xlsx.header("content-type"), sheet);
            assert!(xlsx.bytes.starts_with(b"PK") && xlsx.header("content-disposition").contains(".xlsx"));
        }
        // The day's plan makes couriers ride, and nobody has scanned anything yet.
        let load = totals(&app, "courier_load").await;
        assert!(load["routes"].as_u64().unwrap() > 5 && load["distance_m"].as_u64().unwrap() > 10_000, "{load}");
        let runs = totals(&app, "run_punctuality").await;
        assert_eq!(
            (&runs["routes"], &runs["seen"], &runs["left_on_time_percent"]),
            (&load["routes"], &json!(0), &Value::Null)
        );
        let pdf = app.get("/v1/reports/quarterly.pdf?quarter=2019-Q2").await;
        assert!(pdf.header("content-type") == "application/pdf" && pdf.bytes.starts_with(b"%PDF"));
    });
}

#[actix_web::test]
async fn a_report_that_cannot_be_made_is_refused_by_parameter() {
    on_each!(World::imported, |app, _ctx| {
        for (query, parameters) in [
            ("", vec!["from", "to"]),
            ("?from=2019-06-14", vec!["to"]),
            ("?from=2019-06-31&to=2019-07-01", vec!["from"]),
            ("?from=2019-06-14&to=2019-06-13", vec!["to"]),
            ("?from=2019-06-14&to=2019-06-14&by=courier", vec!["by"]),
            ("?from=2019-06-14&to=2019-06-14&by=colour&format=pdf", vec!["by", "format"]),
            ("?from=2019-06-14&to=2019-06-14&city=x", vec!["city"]),
        ] {
            let answer = app.get(&format!("/v1/reports/settlement{query}")).await;
            assert_eq!(answer.problem(), "invalid_parameter", "{query}");
            let problem = answer.json();
            let found: Vec<&str> =
                problem["errors"].as_array().unwrap().iter().map(|it| it["parameter"].as_str().unwrap()).collect();
            assert_eq!(found, parameters, "{query}");
        }
        assert_eq!(app.get("/v1/reports/weather?from=2019-06-14&to=2019-06-14").await.problem(), "not_found");
        assert_eq!(app.get("/v1/reports/quarterly.pdf?quarter=2019-5").await.problem(), "invalid_parameter");
        assert_eq!(app.get("/v1/reports/quarterly.pdf?quarter=2031-Q1").await.problem(), "invalid_parameter");
    });
}

/// A courier's scans on a run, made a minute before each planned time, are that run's punctuality.
#[actix_web::test]
async fn scans_on_a_run_are_its_punctuality() {
    on_each!(World::planned, |app, ctx| {
        let centre = ctx.service.centre().unwrap();
        let day = ctx.service.day_plan(date(DAY)).unwrap();
        let run = day.plan.runs.iter().find(|run| run.routes.iter().any(|route| route.stops.len() > 3)).unwrap();
        let route = run.routes.iter().find(|route| route.stops.len() > 3).unwrap();
        let rider = centre.couriers.iter().find(|known| known.id == route.courier_id).unwrap().code.clone();
        let mut device = Device::new(9);
        let last = route.stops.len() - 1;
        let mut scans = Vec::new();
        for (nth, stop) in route.stops.iter().enumerate() {
            let Place::Site(id) = stop.place else { panic!("a run stops at offices") };
            let planned = if nth == 0 { stop.departs_at } else { stop.arrives_at };
            // The first office is reached twenty minutes late.
            let minutes = if nth == 1 { 20 } else { -1 };
            let at = (planned + chrono::Duration::minutes(minutes)).with_timezone(&centre.centre.time_zone);
            let code = centre.site(id).unwrap().code.clone();
            let kind = if nth == last { "unload" } else { "load" };
            let scan = device.scan("05:00", &courier(&rider), &act(kind), &[item(1)]);
            let scan = with(scan, "device_time", json!(at.to_rfc3339()));
            scans.push(with(with(scan, "trip", json!({ "run": run.id.uuid() })), "place", site(&code)));
        }
        // They are of later on the same day, and sent when it is over.
        let evening = conthoi::service::FixedClock::new("2019-06-14T13:00:00Z".parse().unwrap());
        let travel = std::sync::Arc::new(conthoi::service::estimated_travel());
        let service = conthoi::service::Service::new(ctx.database.store(), travel, std::sync::Arc::new(evening), None);
        let later = World { service, database: ctx.database };
        let app_later = Client::new(&later).await;
        let answers = send(&app_later, &scans).await;
        assert!(answers.iter().all(|answer| answer["result"] == "created"), "{answers:?}");
        let runs = totals(&app_later, "run_punctuality").await;
        let stops = last - 1;
        for (key, expected) in [
            ("seen", 1),
            ("left_on_time", 1),
            ("back_on_time", 1),
            ("stops", stops),
            ("stops_seen", stops),
            ("stops_on_time", stops - 1),
        ] {
            assert_eq!(runs[key], expected, "{key}: {runs}");
        }
        let by_courier = app_later.json(&format!("/v1/reports/run_punctuality?from={DAY}&to={DAY}&by=courier")).await;
        let row = by_courier["rows"].as_array().unwrap().iter().find(|row| row["key"] == rider.as_str()).unwrap();
        assert_eq!(row["values"]["seen"], 1);
        drop(app);
    });
}

#[actix_web::test]
async fn losses_complaints_and_failed_attempts_are_counted() {
    on_each!(World::with_season, |app, _ctx| {
        let home = app.json("/v1/items?limit=1000&ready_from=2019-06-13T00:00:00%2B07:00").await;
        let found = home["items"].as_array().unwrap().iter().find(|it| it["to"]["type"] == "home").cloned();
        let home = found.unwrap_or_else(|| panic!("no item goes home: {home}"));
        let code = home["code"].as_str().unwrap().to_owned();
        let dossier = home["dossier_code"].as_str().unwrap();
        let mut desk = Device::new(3);
        let centre = site("TTPVHCC");
        let failed = json!({ "kind": "attempt_failed", "reason": "absent" });
        let scans = [
            desk.scan("01:00", &centre, &act("register"), &[item(1)]),
            desk.scan("01:01", &centre, &act("register"), &[item(2)]),
            desk.scan("02:00", &centre, &act("report_missing"), &[item(1)]),
            desk.scan("02:10", &centre, &act("report_damaged"), &[item(2)]),
            desk.scan("03:00", &courier("CP01"), &failed, std::slice::from_ref(&code)),
        ];
        let answers = send(&app, &scans).await;
        assert!(answers.iter().all(|answer| answer["result"] == "created"), "{answers:?}");
        let body = json!({ "kind": "lost", "dossier": dossier, "dong": 300_000 });
        assert_eq!(app.post("/v1/compensations", &body).await.status, StatusCode::CREATED);
        let losses = totals(&app, "losses").await;
        for (key, expected) in [
            ("missed", 1),
            ("found", 0),
            ("lost", 1),
            ("damaged", 1),
            ("compensated_lost", 1),
            ("compensated_damaged", 0),
            ("compensation_dong", 300_000),
        ] {
            assert_eq!(losses[key], expected, "{key}: {losses}");
        }
        let homes = app.json(&format!("/v1/reports/home_deliveries?from={DAY}&to={DAY}&by=department")).await;
        assert_eq!(homes["totals"][0]["values"]["failed_attempts"], 1, "{homes}");
        let found = send(&app, &[desk.scan("05:00", &centre, &act("report_found"), &[item(1)])]).await;
        assert_eq!(found[0]["result"], "created");
        let losses = totals(&app, "losses").await;
        assert_eq!((&losses["found"], &losses["lost"]), (&json!(1), &json!(0)), "{losses}");
        let discrepancies = totals(&app, "discrepancies").await;
        assert!(discrepancies["explained"].as_i64().unwrap() >= 1, "{discrepancies}");
    });
}
