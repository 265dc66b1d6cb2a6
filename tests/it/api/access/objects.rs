//! The objects that rights are about: of each kind one that is somebody's own, and one that is not.

use std::collections::BTreeSet;

use actix_web::{http::StatusCode, test::TestRequest};
use conthoi::{
    domain::{CentreId, EvidenceRef, Place, Role, RunId, SiteKind},
    service::{Actor, EvidenceFolder, EvidenceLimits, JobState, NewAccount, NewToken, PlanJob, Service, UploadState},
    store::Account,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::person;
use crate::{
    api::{Client, DAY, World, date, scans::item},
    support::pictures::png,
};

/// One object of each kind that is somebody's own, and one that is not.
pub(super) struct Objects {
    pub(super) courier: String,
    pub(super) round_courier: String,
    pub(super) site: String,
    /// For courier and clerk: own and other.
    pub(super) items: [[String; 2]; 2],
    pub(super) runs: [[String; 2]; 2],
    pub(super) routes: [[String; 2]; 2],
    pub(super) rounds: [String; 2],
    /// At which those rounds call.
    pub(super) homes: [String; 2],
    pub(super) discrepancies: [[String; 2]; 2],
    /// Handovers that are late.
    pub(super) scans: [[String; 2]; 2],
    /// Of the clerk's department, and of another.
    pub(super) dossiers: [String; 2],
    /// What all of those scans name.
    pub(super) evidence: String,
    pub(super) upload: Uuid,
    _folder: TempDir,
    pub(super) job: Uuid,
    pub(super) event: String,
    pub(super) bystander: Account,
    pub(super) token: String,
    pub(super) device: String,
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
    pub(super) async fn make(world: &World, admin: &Client) -> Self {
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
            homes: [round, other_round].map(first_home),
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
    pub(super) fn path(&self, path: &str, role: &str, other: usize) -> String {
        let whose = usize::from(role == "clerk");
        let id = match path {
            _ if path.starts_with("/v1/items/") => self.items[whose][other].clone(),
            _ if path.starts_with("/v1/runs/") => self.runs[whose][other].clone(),
            _ if path.starts_with("/v1/routes/") => self.routes[whose][other].clone(),
            _ if path.starts_with("/v1/rounds/") => self.rounds[other].clone(),
            _ if path.starts_with("/v1/home-deliveries/") => self.homes[other].clone(),
            _ if path.starts_with("/v1/fees/") => Uuid::now_v7().to_string(),
            _ if path.starts_with("/v1/discrepancies/") => self.discrepancies[whose][other].clone(),
            _ if path.starts_with("/v1/handovers/") || path.starts_with("/v1/scans/") => {
                self.scans[whose][other].clone()
            }
            _ if path.starts_with("/v1/dossiers/") => self.dossiers[other].clone(),
            _ if path.starts_with("/v1/evidence/uploads/") => self.upload.to_string(),
            _ if path.starts_with("/v1/evidence/") => self.evidence.clone(),
            _ if path.starts_with("/epcis/events/") => self.event.clone(),
            // Nothing has these ids, which is told only to those who may ask.
            _ if path.starts_with("/v1/ratings/")
                || path.starts_with("/v1/complaints/")
                || path.starts_with("/v1/timetable-designs/") =>
            {
                "no-id".to_owned()
            }
            _ if path.starts_with("/v1/postal-handovers/") => "no-id".to_owned(),
            _ if path.starts_with("/v1/notifications/") => "no-id".to_owned(),
            _ if path.starts_with("/v1/webhooks/") || path.starts_with("/epcis/capture/") => "no-id".to_owned(),
            // A stream has no end to wait for.
            "/v1/events" => return format!("{path}?types=none"),
            // Whoever may ask is told that this is no id.
            _ if path.starts_with("/v1/plans/") => "no-id".to_owned(),
            _ if path.starts_with("/v1/plan-jobs/") => self.job.to_string(),
            _ if path.starts_with("/v1/accounts/") => self.bystander.id.to_string(),
            _ if path.starts_with("/v1/tokens/") => self.token.clone(),
            _ if path.starts_with("/v1/devices/") => self.device.clone(),
            _ => self.site.clone(),
        };
        let filled = ["{id}", "{code}", "{scan_id}", "{sha256}"]
            .iter()
            .fold(path.to_owned(), |path, part| path.replace(part, &id));
        let filled = filled.replace("{fact_id}", &Uuid::now_v7().to_string()).replace("{link}", "no-link");
        let filled = filled.replace("{delivery}", "no-id").replace("{name}", "settlement").replace("{date}", DAY);
        match path {
            "/v1/labels" => format!("{filled}?codes={}", self.items[whose][other]),
            "/v1/evidence/{sha256}" => format!("{filled}?scan_id={}", self.scans[whose][other]),
            _ if path.ends_with("/plan") => format!("{filled}?date={DAY}"),
            _ => filled,
        }
    }

    /// A body that is sound, where what is in it decides.
    pub(super) fn body(&self, method: &str, path: &str, role: &str, other: usize) -> Value {
        let from = if other == 0 { self.site.as_str() } else { "TTPVHCC" };
        match (method, path) {
            ("POST", "/v1/items") | ("PUT", "/v1/items/{id}") => json!({
                "code": format!("R-{}", Uuid::now_v7().simple()), "from": from,
                "to": { "site": if from == "TTPVHCC" { self.site.as_str() } else { "TTPVHCC" } },
                "ready_at": "2019-06-14T08:00:00+07:00", "weight_g": 120,
            }),
            ("POST", "/v1/postal-handovers") => json!({ "from": from, "to": "BD", "items": ["no-such"] }),
            ("POST", "/v1/labels") => json!({ "codes": [self.items[usize::from(role == "clerk")][other]] }),
            ("PUT", "/v1/home-deliveries/{id}/facts/{fact_id}") => json!({ "kind": "accepted" }),
            ("POST", "/v1/discrepancies/{id}/resolution") => json!({ "reason": "Found" }),
            _ => json!({}),
        }
    }
}

fn first_home(round: &conthoi::domain::PlannedRound) -> String {
    let homes = round.route.stops.iter().filter_map(|stop| match stop.place {
        Place::Home(home) => Some(home.to_string()),
        Place::Site(_) => None,
    });
    homes.into_iter().next().expect("a round calls at a home")
}

fn route_depot(route: &conthoi::domain::Route) -> conthoi::domain::SiteId {
    match route.stops[0].place {
        Place::Site(id) => id,
        Place::Home(_) => panic!("a run leaves from an office"),
    }
}
