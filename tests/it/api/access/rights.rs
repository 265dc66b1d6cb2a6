//! Role × endpoint × own and other object, in one table. The endpoints are those of the API's description: a new one without a
//! row here fails.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{
    http::{Method, StatusCode},
    test::TestRequest,
};
use conthoi::{
    api,
    domain::{CentreId, EvidenceRef, Place, Role, RunId, SiteKind},
    service::{
        Actor, EvidenceFolder, EvidenceLimits, JobState, NamedParty, NewAccount, NewToken, PlanJob, Service,
        UploadState,
    },
    store::Account,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::{come_in, person};
use crate::{
    api::{Answer, Client, DAY, World, date, scans::item},
    support::{db::TestDatabase, pictures::png},
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
POST   /v1/scans                          A A A A F F
GET    /v1/discrepancies                  A A A A A F
GET    /v1/discrepancies/{id}             A A AH AH A F
POST   /v1/discrepancies/{id}/assignment  A A F F F F
POST   /v1/discrepancies/{id}/resolution  A A F AH F F
POST   /v1/plans                          A A F F F F
GET    /v1/plans                          A A A A A F
GET    /v1/plans/{date}                   A A A A A F
GET    /v1/plans/{date}/geojson           A A A A A F
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
GET    /v1/webhooks                       A F F F F F
POST   /v1/webhooks                       A F F F F F
GET    /v1/webhooks/{id}                  A F F F F F
DELETE /v1/webhooks/{id}                  A F F F F F
POST   /v1/webhooks/{id}/ping             A F F F F F
GET    /v1/webhooks/{id}/deliveries       A F F F F F
POST   /v1/webhooks/{id}/deliveries/{delivery}/retry A F F F F F
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

/// One object of each kind that is somebody's own, and one that is not.
struct Objects {
    courier: String,
    round_courier: String,
    site: String,
    /// For courier and clerk: own and other.
    items: [[String; 2]; 2],
    runs: [[String; 2]; 2],
    routes: [[String; 2]; 2],
    rounds: [String; 2],
    discrepancies: [[String; 2]; 2],
    /// Handovers that are late.
    scans: [[String; 2]; 2],
    /// Of the clerk's department, and of another.
    dossiers: [String; 2],
    /// What all of those scans name.
    evidence: String,
    upload: Uuid,
    _folder: TempDir,
    job: Uuid,
    event: String,
    bystander: Account,
    token: String,
    device: String,
}

fn code_of(service: &Service, courier: conthoi::domain::CourierId) -> String {
    service.centre().unwrap().couriers.iter().find(|known| known.id == courier).unwrap().code.clone()
}

/// Things that were given to a party hours ago and never received: the discrepancy and the scan, which names evidence.
async fn late_handover(admin: &Client, n: u32, receiver: &Value, evidence: &str) -> (String, String) {
    let id = Uuid::now_v7();
    let scan = json!({
        "id": id, "evidence": [evidence], "device_id": Uuid::from_u128(0xA000 + u128::from(n)), "device_seq": 1,
        "device_time": "2019-06-14T01:00:00+07:00", "actor": { "site": "TTPVHCC" }, "counterparty": receiver,
        "action": { "kind": "give" }, "codes": [item(900 + n)],
    });
    let answer = admin.post("/v1/scans", &json!({ "scans": [scan] })).await;
    assert_eq!(answer.json()["results"][0]["result"], "created", "{:?}", answer.bytes);
    let found = admin.json(&format!("/v1/discrepancies?code={}", item(900 + n))).await;
    let found = found["discrepancies"][0]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
    (found, id.to_string())
}

fn ended_job(service: &Service, centre_id: CentreId) -> PlanJob {
    PlanJob {
        id: Uuid::now_v7(),
        centre_id,
        date: date(DAY),
        seed: 1,
        state: JobState::Cancelled,
        done: 0,
        total: 0,
        phase: "queued".into(),
        error: None,
        created_at: service.now(),
        finished_at: Some(service.now()),
        revision: None,
    }
}

/// An office's own dossier and another office's, and an event of a partner.
async fn from_outside(admin: &Client, departments: [&str; 2]) -> ([String; 2], String) {
    let dossiers = ["000.00.00.H51-190613-9001", "000.00.00.H51-190613-9002"].map(str::to_owned);
    for (code, department) in dossiers.iter().zip(departments) {
        let body = json!({
            "department": department, "received_at": "2019-06-13T09:00:00+07:00",
            "appointment_at": "2019-06-20T09:00:00+07:00",
        });
        let answer = admin.send(TestRequest::put().uri(&format!("/v1/dossiers/{code}")).set_json(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.bytes);
    }
    let event = admin.post("/epcis/events", &crate::ledger::epcis::object_event()).await;
    let event = event.header("location").strip_prefix("/epcis/events/").unwrap().to_owned();
    (dossiers, event)
}

/// A photo that is kept, by its digest, and an upload that has only begun.
fn some_evidence(service: &Service) -> (TempDir, String, Uuid) {
    let folder = tempfile::tempdir().unwrap();
    service.keep_evidence_in(EvidenceFolder::new(folder.path()), EvidenceLimits::default());
    let photo = png(9, 9, 1);
    let evidence = EvidenceRef::from_sha256(Sha256::digest(&photo).into());
    let begin = |evidence| match service.begin_evidence(evidence, photo.len() as u64).unwrap() {
        UploadState::Open(upload) => upload.id,
        UploadState::Kept { .. } => panic!("nothing was sent yet"),
    };
    service.continue_evidence(begin(evidence), 0, &photo).unwrap();
    (folder, evidence.to_string(), begin(EvidenceRef::from_sha256([1; 32])))
}

impl Objects {
    async fn make(world: &World, admin: &Client) -> Self {
        let service = &world.service;
        let centre = service.centre().unwrap();
        let day = service.day_plan(date(DAY)).unwrap();
        let carries = |route: &conthoi::domain::Route| route.stops.iter().any(|stop| !stop.load.is_empty());
        let run = day.plan.runs.iter().find(|run| run.routes.iter().any(carries)).unwrap();
        let route = run.routes.iter().find(|route| carries(route)).unwrap();
        let courier = route.courier_id;
        let rides = |run: &&conthoi::domain::PlannedRun| run.routes.iter().any(|route| route.courier_id == courier);
        let other_run = day.plan.runs.iter().find(|run| !rides(run)).expect("a run of other couriers");
        let own_items: BTreeSet<_> = day
            .plan
            .routes()
            .filter(|(_, route)| route.courier_id == courier)
            .flat_map(|(_, route)| route.stops.iter().flat_map(|stop| stop.load.iter().chain(&stop.unload)))
            .copied()
            .collect();
        let text = |id: conthoi::domain::ItemId| day.item(id).unwrap().item.code.to_string();
        let all_items: BTreeSet<_> = day
            .plan
            .routes()
            .flat_map(|(_, route)| route.stops.iter().flat_map(|stop| stop.load.iter()))
            .copied()
            .collect();
        let other_item = *all_items.iter().find(|id| !own_items.contains(id)).unwrap();

        // The clerk's office: one at which a run hands over or takes what is the office's own, and another run does not call.
        let of_site = |id: conthoi::domain::ItemId, site| day.item(id).unwrap().item.sites().any(|known| known == site);
        let calls = |run: &conthoi::domain::PlannedRun, site| {
            run.routes.iter().any(|route| route.stops.iter().any(|stop| stop.place == Place::Site(site)))
        };
        let found = day.plan.runs.iter().find_map(|run| {
            run.routes.iter().find_map(|route| {
                route.stops.iter().find_map(|stop| {
                    let Place::Site(site) = stop.place else { return None };
                    let item = stop.load.iter().chain(&stop.unload).find(|id| of_site(**id, site))?;
                    let elsewhere = day.plan.runs.iter().find(|run| !run.routes.is_empty() && !calls(run, site))?;
                    (site != route_depot(route)).then_some((site, *item, run, route, elsewhere))
                })
            })
        });
        let (site, site_item, clerk_run, clerk_route, elsewhere) = found.expect("an office with items of its own");
        let foreign_item = *all_items.iter().find(|id| !of_site(**id, site)).unwrap();

        let round = &day.plan.rounds[0];
        let other_round =
            day.plan.rounds.iter().find(|other| other.route.courier_id != round.route.courier_id).unwrap();

        let courier_code = code_of(service, courier);
        let other_courier = centre.couriers.iter().find(|known| known.id != courier).unwrap().code.clone();
        let site_code = centre.site(site).unwrap().code.clone();
        let other_site = centre.sites.iter().find(|known| known.id != site && known.code != "TTPVHCC").unwrap();
        let (folder, evidence, upload) = some_evidence(service);
        let parties = [
            [json!({ "courier": courier_code }), json!({ "courier": other_courier })],
            [json!({ "site": site_code }), json!({ "site": other_site.code })],
        ];
        let mut discrepancies = <[[String; 2]; 2]>::default();
        let mut scans = <[[String; 2]; 2]>::default();
        for (whose, which) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let n = u32::try_from(whose * 2 + which).unwrap() + 1;
            let (found, scan) = late_handover(admin, n, &parties[whose][which], &evidence).await;
            discrepancies[whose][which] = found;
            scans[whose][which] = scan;
        }
        let other_office = centre.sites.iter().find(|it| it.kind == SiteKind::Department && it.id != site).unwrap();
        let (dossiers, event) = from_outside(admin, [&site_code, &other_office.code]).await;
        let job = ended_job(service, centre.centre.id);
        service.store().insert_job(&job).unwrap();
        let operator = Actor::operator();
        let bystander = person(service, "bystander", Role::Supervisor, None);
        let system = NewAccount { name: "system".into(), role: Role::Integration, acts_for: None, email: None };
        let (system, _) = service.add_account(&operator, &system).unwrap();
        let new = NewToken { label: "x".into(), scopes: [conthoi::domain::Scope::Solve].into(), expires_at: None };
        let (token, _) = service.issue_token(&operator, system.id, &new).unwrap();
        let code = service.start_enrolment(&operator, "Máy 1").unwrap().code;
        let device = service.enrol(code.reveal(), None).unwrap().device;
        let run_id = |id: RunId| id.to_string();
        Self {
            courier: courier_code,
            round_courier: code_of(service, round.route.courier_id),
            site: site_code,
            items: [[text(*own_items.iter().next().unwrap()), text(other_item)], [text(site_item), text(foreign_item)]],
            runs: [[run_id(run.id), run_id(other_run.id)], [run_id(clerk_run.id), run_id(elsewhere.id)]],
            routes: [
                [route.id.to_string(), other_run.routes[0].id.to_string()],
                [clerk_route.id.to_string(), elsewhere.routes[0].id.to_string()],
            ],
            rounds: [round.id.to_string(), other_round.id.to_string()],
            discrepancies,
            scans,
            dossiers,
            evidence,
            upload,
            _folder: folder,
            job: job.id,
            event,
            bystander,
            token: token.id.to_string(),
            device: device.id.to_string(),
        }
    }

    /// The path with an object in it: of the role's own, or another's.
    fn path(&self, path: &str, role: &str, other: usize) -> String {
        let whose = usize::from(role == "clerk");
        let id = match path {
            _ if path.starts_with("/v1/items/") => self.items[whose][other].clone(),
            _ if path.starts_with("/v1/runs/") => self.runs[whose][other].clone(),
            _ if path.starts_with("/v1/routes/") => self.routes[whose][other].clone(),
            _ if path.starts_with("/v1/rounds/") => self.rounds[other].clone(),
            _ if path.starts_with("/v1/discrepancies/") => self.discrepancies[whose][other].clone(),
            _ if path.starts_with("/v1/handovers/") => self.scans[whose][other].clone(),
            _ if path.starts_with("/v1/dossiers/") => self.dossiers[other].clone(),
            _ if path.starts_with("/v1/evidence/uploads/") => self.upload.to_string(),
            _ if path.starts_with("/v1/evidence/") => self.evidence.clone(),
            _ if path.starts_with("/epcis/events/") => self.event.clone(),
            // Nothing has these ids, which is told only to those who may ask.
            _ if path.starts_with("/v1/webhooks/") || path.starts_with("/epcis/capture/") => "no-id".to_owned(),
            // A stream has no end to wait for.
            "/v1/events" => return format!("{path}?types=none"),
            _ if path.starts_with("/v1/plan-jobs/") => self.job.to_string(),
            _ if path.starts_with("/v1/accounts/") => self.bystander.id.to_string(),
            _ if path.starts_with("/v1/tokens/") => self.token.clone(),
            _ if path.starts_with("/v1/devices/") => self.device.clone(),
            _ => self.site.clone(),
        };
        let filled = ["{id}", "{code}", "{scan_id}", "{sha256}"]
            .iter()
            .fold(path.to_owned(), |path, part| path.replace(part, &id));
        let filled = filled.replace("{delivery}", "no-id").replace("{date}", DAY);
        match path {
            "/v1/labels" => format!("{filled}?codes={}", self.items[whose][other]),
            "/v1/evidence/{sha256}" => format!("{filled}?scan_id={}", self.scans[whose][other]),
            _ if path.ends_with("/plan") => format!("{filled}?date={DAY}"),
            _ => filled,
        }
    }

    /// A body that is sound, where what is in it decides.
    fn body(&self, method: &str, path: &str, role: &str, other: usize) -> Value {
        let from = if other == 0 { self.site.as_str() } else { "TTPVHCC" };
        match (method, path) {
            ("POST", "/v1/items") | ("PUT", "/v1/items/{id}") => json!({
                "code": format!("R-{}", Uuid::now_v7().simple()), "from": from,
                "to": { "site": if from == "TTPVHCC" { self.site.as_str() } else { "TTPVHCC" } },
                "ready_at": "2019-06-14T08:00:00+07:00", "weight_g": 120,
            }),
            ("POST", "/v1/labels") => json!({ "codes": [self.items[usize::from(role == "clerk")][other]] }),
            ("POST", "/v1/discrepancies/{id}/resolution") => json!({ "reason": "Found" }),
            _ => json!({}),
        }
    }
}

fn route_depot(route: &conthoi::domain::Route) -> conthoi::domain::SiteId {
    match route.stops[0].place {
        Place::Site(id) => id,
        Place::Home(_) => panic!("a run leaves from an office"),
    }
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
                        _ if role == "courier" && path.contains("/rounds/") => come_in(&admin, service, &round_courier),
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
