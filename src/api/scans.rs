use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Answer, Asked, blocking,
    body::{Fields, JsonBody},
    params::NoQuery,
    parties::{PartyBody, read_party},
    places::local,
    problem::{Failure, ProblemField},
    problem_code::ProblemCode,
};
use crate::{
    domain::{Act, DeviceId, EvidenceRef, HomeDeliveryId, LegCarrier, Position, RoundId, RunId, ScanId},
    service::{FieldProblem, IncomingAction, IncomingScan, NamedPlace, ScanAnswer},
};

/// Scans in one request at most.
const SCANS_MAX: usize = 1_000;

/// Scans to be recorded.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body, of which each scan is read by itself")]
pub(crate) struct ScansBody {
    /// 1 to 1000 scans. A device that was offline sends what changes the present state first, the newest, and then the rest.
    scans: Vec<ScanBody>,
}

/// What a device observed.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct ScanBody {
    /// A UUID version 7 made by the device when it scanned. The same scan sent again has the same id.
    id: Uuid,
    /// The device.
    device_id: Uuid,
    /// The scan's running number on the device, from 1 without gaps.
    #[schema(minimum = 1)]
    device_seq: u64,
    /// What the device's clock showed.
    #[schema(example = "2019-06-14T08:00:00+07:00")]
    device_time: DateTime<FixedOffset>,
    /// Who scanned.
    actor: PartyBody,
    /// What was done.
    action: ActionBody,
    /// What the scanner read: dossier codes, S10 numbers, GS1 element strings or Digital Links, item and pouch codes.
    codes: Vec<String>,
    /// Who gave (of `receive`) or received (of `give` and `hand_back`).
    counterparty: Option<PartyBody>,
    /// The run or round on which it was.
    trip: Option<TripBody>,
    /// At which place.
    place: Option<PlaceBody>,
    /// Where on Earth.
    position: Option<PositionBody>,
    /// SHA-256 digests of photos and signatures, as 64 digits of 0-9 and a-f.
    evidence: Option<Vec<String>>,
    /// A remark, at most 1000 characters.
    note: Option<String>,
}

/// What was done with the things scanned.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct ActionBody {
    /// `register`, `seal`, `open`, `load`, `give`, `receive`, `unload`, `deliver`, `attempt_failed`, `hand_back`,
    /// `report_missing`, `report_damaged`, `report_found`, `count` or `correct`.
    #[schema(example = "receive")]
    kind: String,
    /// Of `seal` and `open`: the pouch, as read.
    pouch: Option<String>,
    /// Of `seal`: the number on the seal.
    seal: Option<String>,
    /// Of `attempt_failed`: `wrong_address`, `moved`, `not_found`, `absent`, `refused`, `no_document`, `damaged` or
    /// `not_reached`.
    reason: Option<String>,
    /// Of `correct`: the scan of which the codes are struck out.
    scan: Option<Uuid>,
}

/// A run or a round: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct TripBody {
    /// The run's id.
    run: Option<Uuid>,
    /// The round's id.
    round: Option<Uuid>,
}

/// A place: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct PlaceBody {
    /// An office, by code.
    site: Option<String>,
    /// A citizen's home, by the request to bring a result there.
    home_delivery_id: Option<Uuid>,
}

/// A position, WGS 84.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes the body")]
pub(crate) struct PositionBody {
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
}

/// What became of each scan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanResults {
    /// One for each scan, in the order in which they were sent.
    results: Vec<ScanResult>,
}

/// What became of one scan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanResult {
    /// Its id, where one could be read.
    id: Option<Uuid>,
    /// `created`: it is new, and on disk. `exists`: it was there already, the same in everything. `conflict`: another scan has
    /// its id; this one is kept aside and somebody will ask. `rejected`: it could not be understood and is not stored.
    #[schema(example = "created")]
    result: &'static str,
    /// The position in the ledger: its own, or of a `conflict` the other scan's.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
    /// When it was first received.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<DateTime<FixedOffset>>,
    /// What is wrong with a `rejected` one; pointers begin at the scan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
}

/// Reads one scan; what cannot be read is told field by field.
fn read_scan(json: Value) -> Result<IncomingScan, Vec<FieldProblem>> {
    let mut fields = Fields::lone(json)?;
    let id = fields.parsed::<Uuid>("id", true).map(ScanId::from_uuid);
    let device_id = fields.parsed::<Uuid>("device_id", true).map(DeviceId::from_uuid);
    let device_seq = fields.required::<u64>("device_seq");
    let device_time = fields.parsed::<DateTime<Utc>>("device_time", true);
    let actor = fields.object("actor", read_party);
    let action = fields.object("action", |action| {
        Some(IncomingAction {
            kind: action.required("kind")?,
            pouch: action.optional("pouch"),
            seal: action.optional("seal"),
            reason: action.optional("reason"),
            scan: action.parsed::<Uuid>("scan", false).map(ScanId::from_uuid),
        })
    });
    let codes = fields.required::<Vec<String>>("codes");
    let counterparty = fields.optional_object("counterparty", read_party);
    let trip = fields.optional_object("trip", |trip| {
        match (trip.parsed::<Uuid>("run", false), trip.parsed::<Uuid>("round", false)) {
            (Some(run), None) => Some(LegCarrier::Run(RunId::from_uuid(run))),
            (None, Some(round)) => Some(LegCarrier::Round(RoundId::from_uuid(round))),
            _ => {
                trip.refuse_whole("expected exactly one of run and round");
                None
            }
        }
    });
    let place = fields.optional_object("place", |place| {
        match (place.optional::<String>("site"), place.parsed::<Uuid>("home_delivery_id", false)) {
            (Some(site), None) => Some(NamedPlace::Site(site)),
            (None, Some(home)) => Some(NamedPlace::Home(HomeDeliveryId::from_uuid(home))),
            _ => {
                place.refuse_whole("expected exactly one of site and home_delivery_id");
                None
            }
        }
    });
    let position = fields.optional_object("position", |position| {
        let (lat, lon) = (position.required::<f64>("lat"), position.required::<f64>("lon"));
        Position::new(lat?, lon?)
            .map_err(|_| position.refuse_whole("expected degrees north in lat and degrees east in lon"))
            .ok()
    });
    let evidence = fields.optional::<Vec<EvidenceRef>>("evidence").unwrap_or_default();
    let note = fields.optional::<String>("note");
    let scan = match (id, device_id, device_seq, device_time, actor, action, codes) {
        (Some(id), Some(device_id), Some(device_seq), Some(device_time), Some(actor), Some(action), Some(codes)) => {
            Some(IncomingScan {
                id,
                device_id,
                device_seq,
                device_time,
                actor,
                action,
                codes,
                counterparty,
                trip,
                place,
                position,
                evidence,
                note,
            })
        }
        _ => None,
    };
    fields.finish_lone(scan)
}

/// Record scans.
///
/// Each scan is answered by itself. `created` and `exists` mean that it is on disk; with any other status than 200 send the
/// same scans again, which never records one twice.
#[utoipa::path(tag = "custody",
    request_body = ScansBody,
    responses(
        (status = 200, description = "What became of each scan", body = ScanResults),
        (status = 503, description = "Nothing can be recorded now; send the same again after Retry-After seconds"),
    ))]
#[post("/v1/scans")]
pub(crate) async fn record_scans((service, caller): Asked, _: NoQuery, body: JsonBody) -> Answer {
    caller.may(Act::CaptureScans)?;
    let mut fields = Fields::of(body.json)?;
    let scans = fields.required::<Vec<Value>>("scans");
    if scans.as_ref().is_some_and(|scans| !(1..=SCANS_MAX).contains(&scans.len())) {
        fields.refuse("scans", format!("expected 1 to {SCANS_MAX} scans"));
    }
    let scans = fields.finish(scans)?;
    let (prepared, ids) = blocking(&service, move |service| {
        let ids: Vec<Option<Uuid>> = scans.iter().map(|scan| scan["id"].as_str()?.parse().ok()).collect();
        let incoming = scans.into_iter().map(read_scan).collect();
        Ok((service.prepare_scans_of(&caller.principal(), incoming)?, ids))
    })
    .await?;
    // No thread waits for the disk: the writer calls back.
    let (sender, receiver) = tokio::sync::oneshot::channel();
    service.write_scans(prepared, move |written| {
        // The client may have gone away; the scans are recorded all the same.
        let _ = sender.send(written);
    });
    let written = receiver
        .await
        .map_err(|_| Failure::new(ProblemCode::DATABASE_UNAVAILABLE, "the writer of scans has ended"))??;
    let answers = if written.is_plain() {
        service.answer_scans(written)?
    } else {
        blocking(&service, move |service| service.answer_scans(written)).await?
    };
    let zone = service.centre()?.centre.time_zone;
    let results = ids.into_iter().zip(answers).map(|(id, answer)| result_of(id, answer, zone)).collect();
    Ok(HttpResponse::Ok().json(ScanResults { results }))
}

fn result_of(id: Option<Uuid>, answer: ScanAnswer, zone: chrono_tz::Tz) -> ScanResult {
    let result = |result, position, received_at: Option<DateTime<Utc>>, errors| ScanResult {
        id,
        result,
        position,
        received_at: received_at.map(|at| local(at, zone)),
        errors,
    };
    match answer {
        ScanAnswer::Created { position, received_at } => {
            result("created", Some(position), Some(received_at), Vec::new())
        }
        ScanAnswer::Exists { position, received_at } => result("exists", Some(position), Some(received_at), Vec::new()),
        ScanAnswer::Conflict { position } => result("conflict", Some(position), None, Vec::new()),
        ScanAnswer::Rejected(problems) => {
            let errors =
                problems.into_iter().map(|problem| ProblemField::at(format!("/{}", problem.field), problem.message));
            result("rejected", None, None, errors.collect())
        }
    }
}
