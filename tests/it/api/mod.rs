//! The real application, driven in process on both databases.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod access;
mod browsers;
mod centre;
mod complaints;
mod designs;
mod dossiers;
mod epcis;
mod evidence;
mod feed;
mod homes;
mod items;
mod jobs;
mod live;
mod notifications;
mod openapi;
mod pages;
mod papers;
mod plans;
mod post;
mod problems;
mod reports;
pub(crate) mod scans;
mod solve;
mod webhooks;

use std::sync::Arc;

use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{Service as _, ServiceFactory, ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header::HeaderMap},
    test::{TestRequest, init_service, read_body},
    web,
};
use chrono::{DateTime, NaiveDate};
use conthoi::{
    api,
    domain::Role,
    service::{Actor, DayRequest, Expected, FixedClock, NewAccount, SeasonOrder, Service, estimated_travel},
};
use serde_json::Value;

use crate::support::db::TestDatabase;

/// Friday, 14 June 2019, 07:00 in Sóc Trăng.
pub(crate) const NOW: &str = "2019-06-14T00:00:00Z";
pub(crate) const DAY: &str = "2019-06-14";

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A service on a database of its own.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) database: TestDatabase,
}

impl World {
    /// Nothing is imported.
    pub(crate) fn empty(database: TestDatabase) -> Self {
        let clock = FixedClock::new(DateTime::parse_from_rfc3339(NOW).unwrap().to_utc());
        let service = Service::new(database.store(), Arc::new(estimated_travel()), Arc::new(clock), None);
        Self { service, database }
    }

    /// Sóc Trăng without dossiers.
    pub(crate) fn imported(database: TestDatabase) -> Self {
        let world = Self::empty(database);
        world.service.import_embedded().unwrap();
        world
    }

    /// Sóc Trăng with some synthetic weeks before the day, so that results are on their way home.
    pub(crate) fn with_season(database: TestDatabase) -> Self {
        let world = Self::imported(database);
        let order = SeasonOrder { from: date("2019-05-20"), to: date(DAY), seed: 1, scale: 1, replace: false };
        world.service.simulate_season(&order, &mut |_, _, _| std::ops::ControlFlow::Continue(())).unwrap();
        world
    }

    /// The same with the day planned.
    pub(crate) fn planned(database: TestDatabase) -> Self {
        let world = Self::with_season(database);
        let request = DayRequest { date: date(DAY), seed: 1, expected: Expected::NoPlan };
        world.service.plan_day(&request, &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        world
    }
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: web::Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {:?}", self.bytes))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's code, after checking that it is a whole problem document.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{:?}", self.bytes);
        let problem = self.json();
        let code = problem["code"].as_str().unwrap();
        // Below /epcis the standard says how problems are called.
        if problem["instance"].as_str().is_some_and(|path| path.starts_with("/epcis")) {
            assert!(problem["type"].as_str().unwrap().starts_with("epcisException:"), "{problem}");
        } else {
            assert_eq!(problem["type"], format!("/problems/{code}"));
        }
        assert_eq!(problem["status"], self.status.as_u16());
        for field in ["title", "detail", "instance", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        code.to_owned()
    }
}

/// Runs `test` on a fresh application over a world of each kind of database.
macro_rules! on_each {
    ($world:path, |$app:ident, $ctx:ident| $body:block) => {
        for database in $crate::support::db::TestDatabase::each() {
            let $ctx = $world(database);
            let $app = $crate::api::Client::new(&$ctx).await;
            $body
        }
    };
}
pub(crate) use on_each;

type Call = dyn Fn(TestRequest) -> std::pin::Pin<Box<dyn Future<Output = Answer>>>;

/// Sends requests to an application of its own.
#[derive(Clone)]
pub(crate) struct Client {
    call: std::rc::Rc<Call>,
    /// The header that says who asks.
    credential: Option<(&'static str, String)>,
}

/// A session of an admin; `None` where there is no centre yet.
pub(crate) fn admin_session(service: &Service) -> Option<String> {
    service.centre().ok()?;
    let new = NewAccount { name: "test.admin".into(), role: Role::Admin, acts_for: None, email: None };
    let account = match service.account_named(&new.name) {
        Ok(account) => account,
        Err(_) => service.add_account(&Actor::operator(), &new).unwrap().0,
    };
    Some(service.open_session(account.id).unwrap().secret.reveal().to_owned())
}

fn whole_app(
    service: web::Data<Service>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    api::app(service)
}

impl Client {
    /// A client who has come in as an admin, where there is a centre.
    pub(crate) async fn new(world: &World) -> Self {
        let app = std::rc::Rc::new(init_service(whole_app(web::Data::new(world.service.clone()))).await);
        let call = std::rc::Rc::new(move |request: TestRequest| {
            let app = app.clone();
            let answer: std::pin::Pin<Box<dyn Future<Output = Answer>>> = Box::pin(async move {
                let response = app.call(request.to_request()).await.unwrap();
                let (status, headers) = (response.status(), response.headers().clone());
                Answer { status, headers, bytes: read_body(response).await }
            });
            answer
        });
        let session = admin_session(&world.service);
        Self { call, credential: session.map(|secret| ("cookie", format!("conthoi_session={secret}"))) }
    }

    /// The same application asked by nobody known.
    pub(crate) fn anonymous(&self) -> Self {
        Self { credential: None, ..self.clone() }
    }

    /// The same application asked with a session's cookie.
    pub(crate) fn with_session(&self, secret: &str) -> Self {
        Self { credential: Some(("cookie", format!("conthoi_session={secret}"))), ..self.clone() }
    }

    /// The same application asked with a token.
    pub(crate) fn with_token(&self, secret: &str) -> Self {
        Self { credential: Some(("authorization", format!("Bearer {secret}"))), ..self.clone() }
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        (self.call)(match &self.credential {
            Some((name, value)) => request.insert_header((*name, value.as_str())),
            None => request,
        })
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Gets what must be there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.bytes);
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(TestRequest::post().uri(path).set_json(body)).await
    }

    pub(crate) async fn method(&self, method: Method, path: &str) -> Answer {
        self.send(TestRequest::default().method(method).uri(path)).await
    }
}
