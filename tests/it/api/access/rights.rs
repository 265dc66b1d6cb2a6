//! Role × endpoint × own and other object, in one table. The endpoints are those of the API's description: a new one without a
//! row here fails.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use conthoi::{
    api,
    domain::Role,
    service::{Actor, NamedParty, NewToken},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{come_in, objects::Objects, person};
use crate::{
    api::{Answer, Client, DAY, World},
    support::db::TestDatabase,
};

/// Method, path, and what admin, dispatcher, courier, clerk, supervisor and a token without scopes are answered: `A` it is done
/// (or refused for what is in it), `F` 403, `H` 404 as if there were nothing; with a second letter where another's object is
/// answered otherwise. `-` is public.
const TABLE: &str = "
GET    /health/live                       -
GET    /health/ready                      -
GET    /problems                          -
GET    /problems/{code}                   -
POST   /v1/login                          -
GET    /login/oidc                        -
GET    /login/oidc/callback               -
POST   /v1/devices                        -
POST   /v1/logout                         A A A A A A
GET    /v1/me                             A A A A A A
GET    /v1/centre                         A A A A A F
GET    /v1/sites                          A A A A A F
GET    /v1/sites/{code}                   A A A A A F
GET    /v1/timetable                      A A A A A F
GET    /v1/calendar                       A A A A A F
GET    /v1/items                          A A F A A F
POST   /v1/items                          A A F AF F F
PUT    /v1/items/{id}                     A A F AF F F
GET    /v1/items/{id}                     A A AH AH A F
GET    /v1/items/{id}/plan                A A AH AH A F
GET    /v1/items/{code}/custody           A A AH AH A F
GET    /v1/places/search                  -
GET    /v1/home-deliveries/terms          -
GET    /v1/home-deliveries/half-days      -
POST   /v1/home-deliveries                -
GET    /v1/track/{link}                   -
PATCH  /v1/track/{link}                   -
DELETE /v1/track/{link}                   -
POST   /v1/track/{link}/confirmation      -
POST   /v1/track/{link}/code              -
POST   /v1/track/{link}/counter           -
PUT    /v1/track/{link}/rating            -
PUT    /v1/track/{link}/complaints/{id}   -
GET    /v1/track/{link}/complaints/{id}   -
POST   /v1/track/{link}/erasure           -
GET    /v1/home-deliveries                A A F F A F
GET    /v1/home-deliveries/{id}           A A AH H A F
PUT    /v1/home-deliveries/{id}/facts/{fact_id} A A AH H F F
POST   /v1/home-deliveries/{id}/codes     A A AH H F F
POST   /v1/home-deliveries/{id}/erasure   A F F F F F
GET    /v1/fees                           A A A F A F
PUT    /v1/fees/hand-ins/{id}             A A F F F F
POST   /v1/scans                          A A A A F F
GET    /v1/scans/{id}                     A A AH AH A F
GET    /v1/discrepancies                  A A A A A F
GET    /v1/discrepancies/{id}             A A AH AH A F
POST   /v1/discrepancies/{id}/assignment  A A F F F F
POST   /v1/discrepancies/{id}/resolution  A A F AH F F
POST   /v1/plans                          A A F F F F
GET    /v1/plans                          A A A A A F
GET    /v1/plans/{date}                   A A A A A F
GET    /v1/plans/{date}/geojson           A A A A A F
GET    /v1/plans/{date}/live              A A F F A F
GET    /v1/alerts                         A A F F A F
POST   /v1/positions                      A A A F F F
POST   /v1/plans/{date}/replan            A A F F F F
GET    /v1/plans/{date}/proposals         A A F F A F
GET    /v1/plans/{date}/proposals/{id}    A A F F A F
POST   /v1/plans/{date}/proposals/{id}/accept A A F F F F
DELETE /v1/plans/{date}/proposals/{id}    A A F F F F
GET    /v1/plans/{date}/locks             A A F F A F
PUT    /v1/plans/{date}/locks             A A F F F F
POST   /v1/plans/{date}/moves             A A F F F F
POST   /v1/plans/{date}/undo              A A F F F F
GET    /v1/plans/{date}/close             A A F F A F
POST   /v1/plans/{date}/close             A A F F F F
GET    /v1/plan-jobs/{id}                 A A F F A F
GET    /v1/plan-jobs/{id}/events          A A F F A F
DELETE /v1/plan-jobs/{id}                 A A F F F F
GET    /v1/runs/{id}                      A A AH AH A F
GET    /v1/runs/{id}/stops                A A AH AH A F
GET    /v1/runs/{id}/manifest             A A AH AH A F
GET    /v1/rounds/{id}                    A A AH H A F
GET    /v1/rounds/{id}/stops              A A AH H A F
GET    /v1/rounds/{id}/manifest           A A AH H A F
GET    /v1/routes/{id}/geojson            A A AH AH A F
POST   /v1/solve                          A A F F F F
GET    /v1/labels                         A A AH AH A A
POST   /v1/labels                         A A AH AH A A
GET    /v1/runs/{id}/manifest.pdf         A A AH AH A H
GET    /v1/rounds/{id}/manifest.pdf       A A AH H A H
GET    /v1/handovers/{scan_id}/minute.pdf A A AH AH A A
GET    /v1/dossiers/{code}/control-slip.pdf  A A H AH A A
GET    /v1/dossiers/{code}/control-slip.json A A H AH A A
POST   /v1/evidence                       A A A A F F
GET    /v1/evidence/uploads/{id}          A A A A F F
PATCH  /v1/evidence/uploads/{id}          A A A A F F
GET    /v1/evidence/{sha256}              A A AH AH A F
GET    /verify/key                        -
GET    /verify/{code}                     -
GET    /v1/accounts                       A F F F A F
POST   /v1/accounts                       A F F F F F
GET    /v1/accounts/{id}                  A F F F A F
PATCH  /v1/accounts/{id}                  A F F F F F
POST   /v1/accounts/{id}/link             A F F F F F
GET    /v1/accounts/{id}/tokens           A F F F A F
POST   /v1/accounts/{id}/tokens           A F F F F F
DELETE /v1/tokens/{id}                    A F F F F F
GET    /v1/devices                        A A F F A F
POST   /v1/devices/enrolments             A A F F F F
POST   /v1/devices/{id}/shift             A A F F F F
DELETE /v1/devices/{id}                   A A F F F F
GET    /v1/audit                          A F F F A F
GET    /v1/events                         A A F F A F
POST   /v1/dossiers/import                A A F F F F
GET    /v1/dossiers/{code}                A A F AH A F
PUT    /v1/dossiers/{code}                A A F F F F
POST   /v1/postal-handovers               A A F AF F F
GET    /v1/postal-handovers               A A F A A F
GET    /v1/postal-handovers/{id}          A A F A A F
POST   /v1/postal-events                  A A F F F F
POST   /v1/ratings                        A A F F F F
GET    /v1/ratings                        A A F F A F
GET    /v1/ratings/{id}                   A A F F A F
GET    /v1/complaints                     A A F F A F
GET    /v1/complaints/{id}                A A F F A F
POST   /v1/complaints/{id}/answer         A A F F F F
POST   /v1/compensations                  A A F F F F
GET    /v1/compensations                  A A F F A F
GET    /v1/reports                        A A F F A F
GET    /v1/reports/{name}                 A A F F A F
GET    /v1/reports/quarterly.pdf          A A F F A F
POST   /v1/timetable-designs              A A F F A F
GET    /v1/timetable-designs/{id}         A A F F A F
DELETE /v1/timetable-designs/{id}         A A F F A F
GET    /v1/webhooks                       A F F F F F
POST   /v1/webhooks                       A F F F F F
GET    /v1/webhooks/{id}                  A F F F F F
DELETE /v1/webhooks/{id}                  A F F F F F
POST   /v1/webhooks/{id}/ping             A F F F F F
GET    /v1/webhooks/{id}/deliveries       A F F F F F
POST   /v1/webhooks/{id}/deliveries/{delivery}/retry A F F F F F
GET    /v1/notifications                  A A F F A F
GET    /v1/notifications/templates        A A F F A F
POST   /v1/notifications/templates/preview A A F F A F
POST   /v1/notifications/{id}/retry       A A F F F F
GET    /epcis                             A A F F A F
POST   /epcis/capture                     A A F F F F
GET    /epcis/capture                     A A F F F F
GET    /epcis/capture/{id}                A A F F F F
POST   /epcis/events                      A A F F F F
GET    /epcis/events                      A A F F A F
GET    /epcis/events/{id}                 A A F F A F
GET    /epcis/eventTypes                  A A F F A F
";

/// Pages that have their rows too, though the API's description leaves pages out.
const PAGES: [&str; 2] = ["/login/oidc", "/login/oidc/callback"];

const ROLES: [&str; 6] = ["admin", "dispatcher", "courier", "clerk", "supervisor", "integration"];

/// The rows: method and path to the answers, none of which for a public path.
fn rows() -> BTreeMap<(String, String), Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in TABLE.trim().lines() {
        let mut words = line.split_whitespace().map(str::to_owned);
        let key = (words.next().unwrap(), words.next().unwrap());
        let answers: Vec<String> = words.filter(|word| word != "-").collect();
        assert!(answers.is_empty() || answers.len() == ROLES.len(), "{line}");
        assert!(rows.insert(key, answers).is_none(), "twice: {line}");
    }
    rows
}

#[test]
fn every_endpoint_has_its_row() {
    let document: Value = serde_json::from_str(&api::openapi_document()).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .chain(PAGES.map(|path| ("GET".to_owned(), path.to_owned())))
        .collect();
    let known: BTreeSet<(String, String)> = rows().into_keys().collect();
    assert_eq!(described.difference(&known).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "without a row");
    assert_eq!(known.difference(&described).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not in the API");
}

fn check(answer: &Answer, expected: &str, who: &str) {
    match expected {
        "A" => {
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
            assert!(!refused.contains(&answer.status), "{who}: {} {:?}", answer.status, answer.bytes);
            assert!(answer.status.as_u16() < 500, "{who}: {:?}", answer.bytes);
        }
        "F" => assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{who}"),
        "H" => assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{who}"),
        other => panic!("{other} is no answer"),
    }
}

#[actix_web::test]
async fn each_role_does_what_is_theirs_to_what_is_theirs() {
    for database in TestDatabase::each() {
        let world = World::planned(database);
        let service = &world.service;
        let admin = Client::new(&world).await;
        let objects = Objects::make(&world, &admin).await;
        let courier = |code: &String| Some(NamedParty::Courier(code.clone()));
        let people = [
            person(service, "r.admin", Role::Admin, None),
            person(service, "r.dispatcher", Role::Dispatcher, None),
            person(service, "r.courier", Role::Courier, courier(&objects.courier)),
            person(service, "r.clerk", Role::Clerk, Some(NamedParty::Site(objects.site.clone()))),
            person(service, "r.supervisor", Role::Supervisor, None),
        ];
        let round_courier = person(service, "r.rounds", Role::Courier, courier(&objects.round_courier));
        let new = NewToken { label: "x".into(), scopes: [conthoi::domain::Scope::PaperPrint].into(), expires_at: None };
        let system = service.account_named("system").unwrap();
        let (_, bare_token) = service.issue_token(&Actor::operator(), system.id, &new).unwrap();

        for ((method, path), answers) in rows() {
            let verb: Method = method.parse().unwrap();
            let send = |client: Client, filled: String, body: Value| {
                let request = TestRequest::default().method(verb.clone()).uri(&filled);
                async move { client.send(if body.is_null() { request } else { request.set_json(body) }).await }
            };
            let body =
                |role, other| if method == "GET" { Value::Null } else { objects.body(&method, &path, role, other) };
            let nobody = send(admin.anonymous(), objects.path(&path, "admin", 0), body("admin", 0)).await;
            if answers.is_empty() {
                assert_ne!(nobody.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                continue;
            }
            assert_eq!(
                (nobody.status, nobody.problem().as_str()),
                (StatusCode::UNAUTHORIZED, "unauthenticated"),
                "{path}"
            );
            assert_eq!(nobody.header("www-authenticate"), "Bearer");
            for (n, (role, expected)) in ROLES.into_iter().zip(&answers).enumerate() {
                let (own, other) = (&expected[..1], &expected[expected.len() - 1..]);
                for (which, expected) in [own, other].into_iter().enumerate() {
                    let client = match people.get(n) {
                        _ if role == "courier" && (path.contains("/rounds/") || path.contains("/home-deliveries/")) => {
                            come_in(&admin, service, &round_courier)
                        }
                        Some(account) => come_in(&admin, service, account),
                        None => admin.with_token(bare_token.reveal()),
                    };
                    let mut filled = objects.path(&path, role, which);
                    if (method.as_str(), path.as_str()) == ("POST", "/v1/labels") {
                        filled = path.clone();
                    }
                    if method == "PUT" && path.starts_with("/v1/items/") {
                        filled = format!("/v1/items/{}", Uuid::now_v7());
                    }
                    let answer = send(client, filled, body(role, which)).await;
                    check(&answer, expected, &format!("{role}: {method} {path}, {}", ["own", "other"][which]));
                }
            }
        }
    }
}

/// What a clerk and a courier are shown of lists, plans and manifests is theirs.
#[actix_web::test]
async fn lists_and_manifests_show_what_is_ones_own() {
    for database in TestDatabase::each() {
        let world = World::planned(database);
        let service = &world.service;
        let admin = Client::new(&world).await;
        let objects = Objects::make(&world, &admin).await;
        let clerk = person(service, "r.clerk", Role::Clerk, Some(NamedParty::Site(objects.site.clone())));
        let courier = person(service, "r.courier", Role::Courier, Some(NamedParty::Courier(objects.courier.clone())));
        let (clerk, courier) = (come_in(&admin, service, &clerk), come_in(&admin, service, &courier));

        let items = clerk.json("/v1/items?limit=1000").await;
        let items = items["items"].as_array().unwrap();
        assert!(!items.is_empty());
        let of_site = |item: &Value| {
            [&item["from"]["code"], &item["to"]["code"], &item["waypoint"]["site"]["code"]]
                .into_iter()
                .any(|code| *code == objects.site.as_str())
        };
        assert!(items.iter().all(of_site));

        for (client, whose) in [(&courier, 0), (&clerk, 1)] {
            let list = client.json("/v1/discrepancies?limit=1000").await;
            let ids: Vec<&str> =
                list["discrepancies"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(ids, [objects.discrepancies[whose][0].as_str()]);
        }

        let shown = courier.get(&format!("/v1/plans/{DAY}")).await;
        let vary: Vec<&str> = shown.headers.get_all("vary").map(|value| value.to_str().unwrap()).collect();
        assert!(vary.contains(&"Cookie, Authorization"), "a browser keeps it for this person only: {vary:?}");
        assert_eq!(shown.header("cache-control"), "private, no-cache");
        let plan = courier.json(&format!("/v1/plans/{DAY}")).await;
        let routes: Vec<&Value> =
            plan["runs"].as_array().unwrap().iter().flat_map(|run| run["routes"].as_array().unwrap()).collect();
        assert!(!routes.is_empty() && routes.iter().all(|route| route["courier"]["code"] == objects.courier.as_str()));
        assert_eq!(plan["unassigned"], json!([]));
        let whole = admin.json(&format!("/v1/plans/{DAY}")).await;
        assert!(!whole["unassigned"].as_array().unwrap().is_empty());

        let plan = clerk.json(&format!("/v1/plans/{DAY}")).await;
        assert_eq!(plan["rounds"], json!([]), "homes are not an office's to see");
        let manifest = clerk.json(&format!("/v1/runs/{}/manifest", objects.runs[1][0])).await;
        let stops: Vec<&Value> =
            manifest["routes"].as_array().unwrap().iter().flat_map(|it| it["stops"].as_array().unwrap()).collect();
        let carried: Vec<&Value> = stops
            .iter()
            .flat_map(|stop| stop["load"].as_array().unwrap().iter().chain(stop["unload"].as_array().unwrap()))
            .collect();
        assert!(!carried.is_empty());
        for item in carried {
            assert!(
                item["from"]["code"] == objects.site.as_str() || item["to"]["code"] == objects.site.as_str(),
                "{item} of another office"
            );
        }
    }
}
