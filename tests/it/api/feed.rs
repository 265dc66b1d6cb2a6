//! What happens, as it happens.

use std::{pin::Pin, time::Duration};

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::Service as _,
    http::StatusCode,
    test::{TestRequest, init_service},
    web,
};
use chrono::DateTime;
use conthoi::{
    api,
    service::{DayRequest, Expected, FixedClock, Service, estimated_travel},
};
use serde_json::{Value, json};

use super::{
    Client, DAY, World, admin_session, date, on_each,
    scans::{Device, act, courier, item, send, site, with},
};
use crate::support::db::TestDatabase;

/// An event as it was sent.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    id: String,
    kind: String,
    data: Value,
}

/// Somebody who follows the feed.
struct Follower {
    body: BoxBody,
    rest: String,
    last_id: String,
}

impl Follower {
    async fn of(service: &Service, query: &str, last_id: Option<&str>) -> Self {
        let app = init_service(api::app(web::Data::new(service.clone()))).await;
        let session = admin_session(service).unwrap();
        let request = TestRequest::get().uri(&format!("/v1/events{query}"));
        let request = request.insert_header(("cookie", format!("conthoi_session={session}")));
        let request = match last_id {
            Some(id) => request.insert_header(("Last-Event-ID", id)),
            None => request,
        };
        let response = app.call(request.to_request()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers().get("content-type").unwrap(), "text/event-stream");
        let mut follower = Self { body: response.into_body().boxed(), rest: String::new(), last_id: String::new() };
        follower.block().await;
        assert!(!follower.last_id.is_empty(), "whoever hears of nothing knows where to go on, too");
        follower
    }

    /// The next block of lines, whatever it is.
    async fn block(&mut self) -> Option<Sent> {
        while !self.rest.contains("\n\n") {
            let next = std::future::poll_fn(|context| Pin::new(&mut self.body).poll_next(context));
            let chunk = tokio::time::timeout(Duration::from_secs(20), next).await.expect("something is sent");
            self.rest.push_str(std::str::from_utf8(&chunk?.unwrap()).unwrap());
        }
        let (block, rest) =
            self.rest.split_once("\n\n").map(|(block, rest)| (block.to_owned(), rest.to_owned())).unwrap();
        self.rest = rest;
        let field = |name: &str| {
            block
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .trim_start_matches(": ")
                .to_owned()
        };
        self.last_id = field("id");
        let data = field("data");
        let data = if data.is_empty() { Value::Null } else { serde_json::from_str(&data).unwrap() };
        Some(Sent { id: field("id"), kind: field("event"), data })
    }

    async fn next(&mut self) -> Sent {
        loop {
            let block = self.block().await.expect("the feed goes on");
            if !block.kind.is_empty() {
                return block;
            }
        }
    }
}

/// The same database, looked at by another process at another time.
fn other_process(database: &TestDatabase, at: &str) -> Service {
    let clock = FixedClock::new(DateTime::parse_from_rfc3339(at).unwrap().to_utc());
    Service::new(database.store(), std::sync::Arc::new(estimated_travel()), std::sync::Arc::new(clock), None)
}

#[actix_web::test]
async fn what_happens_is_told_once_in_order_and_again_from_any_place() {
    on_each!(World::imported, |client, world| {
        let mut follower = Follower::of(&world.service, "", None).await;
        let mut desk = Device::new(1);
        let office = site("TTPVHCC");
        let noted = with(desk.scan("05:00", &office, &act("register"), &[item(1)]), "note", json!("Bà Mốc 0912345678"));
        let gave = with(desk.scan("05:10", &office, &act("give"), &[item(1)]), "counterparty", courier("CP01"));
        send(&client, std::slice::from_ref(&noted)).await;
        let first = follower.next().await;
        assert_eq!((first.id.as_str(), first.kind.as_str()), ("1-0", "scan.recorded"));
        assert_eq!(first.data["id"], noted["id"]);
        assert_eq!(first.data["actor"]["code"], "TTPVHCC");
        assert!(!first.data.to_string().contains("Mốc"), "{}", first.data);
        // Nothing was sent twice, nothing left out.
        send(&client, &[noted.clone(), gave]).await;
        let second = follower.next().await;
        assert_eq!((second.id.as_str(), &second.data["counterparty"]["code"]), ("2-0", &json!("CP01")));

        let mut resumed = Follower::of(&world.service, "", Some("1-0")).await;
        assert_eq!(resumed.next().await, second);
        let mut browser = Follower::of(&world.service, "?after=0-0", None).await;
        assert_eq!([browser.next().await, browser.next().await], [first, second.clone()]);

        // Another process notices that nobody has received what was given, two days later.
        let late = other_process(&world.database, "2019-06-17T00:00:00Z");
        late.review_scans().unwrap();
        late.review_scans().unwrap();
        let opened = resumed.next().await;
        assert_eq!((opened.id.as_str(), opened.kind.as_str()), ("2-1", "discrepancy.opened"));
        assert_eq!((&opened.data["kind"], &opened.data["code"]), (&json!("not_received"), &json!(item(1))));
        let elsewhere = Client::new(&World { service: late.clone(), database: TestDatabase::sqlite() }).await;
        let id = opened.data["id"].as_str().unwrap();
        let assigned =
            elsewhere.post(&format!("/v1/discrepancies/{id}/assignment"), &json!({ "assignee": office })).await;
        assert_eq!(assigned.status, StatusCode::OK, "{:?}", assigned.bytes);
        let resolved =
            elsewhere.post(&format!("/v1/discrepancies/{id}/resolution"), &json!({ "reason": "Có đủ" })).await;
        assert_eq!(resolved.status, StatusCode::OK);
        let kinds = [resumed.next().await, resumed.next().await].map(|event| event.kind);
        assert_eq!(kinds, ["discrepancy.assigned", "discrepancy.resolved"]);
    });
}

#[actix_web::test]
async fn what_later_scans_explain_is_told_only_if_it_was_told_before() {
    on_each!(World::imported, |client, world| {
        let (mut desk, mut rider) = (Device::new(1), Device::new(2));
        let office = site("TTPVHCC");
        let gave = |n, desk: &mut Device| {
            with(desk.scan("06:30", &office, &act("give"), &[item(n)]), "counterparty", courier("CP01"))
        };
        let took = |n, rider: &mut Device| {
            with(rider.scan("06:31", &courier("CP01"), &act("receive"), &[item(n)]), "counterparty", office.clone())
        };
        send(&client, &[gave(1, &mut desk), gave(2, &mut desk)]).await;
        world.service.review_scans().unwrap();
        // Received in time: nobody ever hears of it.
        send(&client, &[took(1, &mut rider)]).await;
        world.service.review_scans().unwrap();
        let late = other_process(&world.database, "2019-06-17T00:00:00Z");
        late.review_scans().unwrap();
        let elsewhere = Client::new(&World { service: late.clone(), database: TestDatabase::sqlite() }).await;
        send(&elsewhere, &[took(2, &mut rider)]).await;
        late.review_scans().unwrap();
        let mut follower = Follower::of(&late, "?after=0-0&types=discrepancy.opened,discrepancy.explained", None).await;
        let told = [follower.next().await, follower.next().await];
        let told = told.map(|event| (event.kind, event.data["code"].clone()));
        assert_eq!(
            told,
            [("discrepancy.opened".into(), json!(item(2))), ("discrepancy.explained".into(), json!(item(2)))]
        );
    });
}

#[actix_web::test]
async fn a_stored_plan_is_told_and_the_feed_ends_with_the_process() {
    on_each!(World::with_season, |_client, world| {
        let mut follower = Follower::of(&world.service, "?types=plan.stored", None).await;
        let request = DayRequest { date: date(DAY), seed: 1, expected: Expected::NoPlan };
        let plan = world.service.plan_day(&request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        let told = follower.next().await;
        assert_eq!(told.kind, "plan.stored");
        assert_eq!((&told.data["date"], &told.data["revision"]), (&json!(DAY), &json!(plan.revision)));
        world.service.stop_jobs();
        while follower.block().await.is_some() {}
    });
}

#[actix_web::test]
async fn places_and_types_that_do_not_exist_are_refused() {
    on_each!(World::imported, |client, _world| {
        for (query, named) in [
            ("?types=scan.forgotten", "types"),
            ("?after=yesterday", "after"),
            ("?after=1-", "after"),
            ("?since=1", "since"),
        ] {
            let answer = client.get(&format!("/v1/events{query}")).await;
            assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::BAD_REQUEST, "invalid_parameter"));
            assert_eq!(answer.json()["errors"][0]["parameter"], named);
        }
        let request = TestRequest::get().uri("/v1/events").insert_header(("Last-Event-ID", "-1-2"));
        assert_eq!(client.send(request).await.json()["errors"][0]["parameter"], "Last-Event-ID");
    });
}
