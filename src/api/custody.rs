use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    blocking,
    caller::Caller,
    discrepancies::FindingOut,
    params::{NoQuery, PathParams},
    parties::{PartyRef, ScanPlace},
    places::local,
    problem::{Failure, Problem},
};
use crate::{
    domain::{Act, CentreData, EvidenceRef, ScanId},
    service::{CustodyDetail, Recorded, Service},
};

/// Who has a thing and who had it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustodyResponse {
    /// The code as printed.
    code: String,
    /// The code with its kind in front: `dossier:`, `postal:`, `item:`, `pouch:`, `sscc:` or `gdti:`.
    #[schema(example = "item:BGH510001234B")]
    thing: String,
    /// `unknown`, `held`, `handed_over` (given, and not received yet), `delivered` or `missing`.
    #[schema(example = "held")]
    state: &'static str,
    /// Who answers for it; null when nobody has scanned it.
    holder: Option<PartyRef>,
    /// To whom it is being handed.
    handover: Option<HandoverOut>,
    /// The pouch that it is sealed in, as printed.
    inside: Option<String>,
    /// Where it was scanned last.
    place: Option<ScanPlace>,
    /// When it was scanned last, by itself or with its pouch.
    seen_at: Option<DateTime<FixedOffset>>,
    /// Whether it was reported damaged.
    damaged: bool,
    /// Deliveries that failed.
    attempts: Vec<AttemptOut>,
    /// Who had it, one after the other.
    chain: Vec<HoldingOut>,
    /// The scans that moved or saw it, in the order in which they count.
    scans: Vec<ScanOut>,
    /// Scans that a correction has struck out.
    struck_out: Vec<Uuid>,
    /// What has to be explained about it now.
    discrepancies: Vec<FindingOut>,
}

/// Something handed over and not received yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandoverOut {
    /// To whom.
    to: PartyRef,
    /// Since when.
    since: DateTime<FixedOffset>,
    /// By which scan.
    scan_id: Uuid,
}

/// A try to deliver that failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptOut {
    /// When.
    at: DateTime<FixedOffset>,
    /// Why.
    #[schema(example = "absent")]
    reason: &'static str,
    /// The scan.
    scan_id: Uuid,
}

/// For how long somebody had it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoldingOut {
    /// Who.
    holder: PartyRef,
    /// Since when.
    since: DateTime<FixedOffset>,
    /// The scan by which it came.
    scan_id: Uuid,
}

/// A scan of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanOut {
    /// Its id.
    id: Uuid,
    /// What was scanned, as printed.
    codes: Vec<String>,
    /// What was done.
    #[schema(example = "receive")]
    action: &'static str,
    /// When it happened, as well as is known: by the device's clock, and not after it was received.
    at: DateTime<FixedOffset>,
    /// What the device's clock showed.
    device_time: DateTime<FixedOffset>,
    /// When it was received.
    received_at: DateTime<FixedOffset>,
    /// The device.
    device_id: Uuid,
    /// Its running number on the device.
    device_seq: u64,
    /// Who scanned.
    actor: PartyRef,
    /// Who gave or received.
    counterparty: Option<PartyRef>,
    /// Where.
    place: Option<ScanPlace>,
    /// The pouch that was sealed or opened.
    pouch: Option<String>,
    /// Photos and signatures.
    evidence: Vec<EvidenceOut>,
}

/// A photo or a signature that a scan names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceOut {
    /// The digest by which the scan names it: `GET /v1/evidence/{sha256}`.
    sha256: String,
    /// Whether it has not come yet.
    missing: bool,
}

impl ScanOut {
    fn of(centre: &CentreData, record: &Recorded, kept: &BTreeSet<EvidenceRef>) -> Self {
        let zone = centre.centre.time_zone;
        let scan = &record.scan;
        Self {
            id: scan.id.uuid(),
            codes: scan.codes.iter().map(crate::domain::Code::text).collect(),
            action: scan.action.word(),
            at: local(record.at(), zone),
            device_time: local(scan.device_time, zone),
            received_at: local(record.received_at, zone),
            device_id: scan.device_id.uuid(),
            device_seq: scan.device_seq,
            actor: PartyRef::of(centre, scan.actor),
            counterparty: scan.counterparty.map(|party| PartyRef::of(centre, party)),
            place: scan.place.map(|place| ScanPlace::of(centre, place)),
            pouch: scan.action.pouch().map(crate::domain::Code::text),
            evidence: scan
                .evidence
                .iter()
                .map(|evidence| EvidenceOut { sha256: evidence.to_string(), missing: !kept.contains(evidence) })
                .collect(),
        }
    }
}

impl From<&CustodyDetail> for CustodyResponse {
    fn from(detail: &CustodyDetail) -> Self {
        let CustodyDetail { centre, custody, scans, kept_evidence } = detail;
        let zone = centre.centre.time_zone;
        let scan = |id: &ScanId| scans.get(id).map(|record| ScanOut::of(centre, record, kept_evidence));
        Self {
            code: custody.code.text(),
            thing: custody.code.to_string(),
            state: custody.state().word(),
            holder: custody.holder.map(|party| PartyRef::of(centre, party)),
            handover: custody.handover.map(|handover| HandoverOut {
                to: PartyRef::of(centre, handover.to),
                since: local(handover.since, zone),
                scan_id: handover.scan.uuid(),
            }),
            inside: custody.inside.as_ref().map(crate::domain::Code::text),
            place: custody.place.map(|place| ScanPlace::of(centre, place)),
            seen_at: custody.seen_at.map(|at| local(at, zone)),
            damaged: custody.damaged,
            attempts: custody
                .attempts
                .iter()
                .map(|attempt| AttemptOut {
                    at: local(attempt.at, zone),
                    reason: attempt.reason.as_str(),
                    scan_id: attempt.scan.uuid(),
                })
                .collect(),
            chain: custody
                .chain
                .iter()
                .map(|holding| HoldingOut {
                    holder: PartyRef::of(centre, holding.holder),
                    since: local(holding.since, zone),
                    scan_id: holding.scan.uuid(),
                })
                .collect(),
            scans: custody.scans.iter().filter_map(scan).collect(),
            struck_out: custody.struck.iter().map(|id| id.uuid()).collect(),
            discrepancies: custody.discrepancies.iter().map(|found| FindingOut::of(centre, found)).collect(),
        }
    }
}

/// A scan by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanResponse {
    /// Its position in the ledger.
    position: i64,
    /// What was recorded, which is what counts.
    scan: ScanOut,
    /// What else came under its id, in the order in which it came: kept aside, to be explained.
    conflicts: Vec<ScanOut>,
}

/// A scan, and what else came under its id.
///
/// Notes and positions of scans are not shown here.
#[utoipa::path(tag = "custody",
    params(("id" = Uuid, Path, description = "The id that the device gave it")),
    responses(
        (status = 200, description = "The scan", body = ScanResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/scans/{id}")]
pub(crate) async fn get_scan(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadCustody)?;
    let id = ScanId::from_uuid(path.get("id")?);
    let found = blocking(&service, move |service| service.scan_for(&caller.authority(), id)).await?;
    let out = |record| ScanOut::of(&found.centre, record, &found.kept_evidence);
    Ok(HttpResponse::Ok().json(ScanResponse {
        position: found.position,
        scan: out(&found.record),
        conflicts: found.others.iter().map(out).collect(),
    }))
}

/// Who has a thing, and who had it before.
///
/// Notes and positions of scans are not shown here.
#[utoipa::path(tag = "custody",
    params(("code" = String, Path, description = "What the scanner reads: an item's, pouch's or dossier's code, an S10 number, a GS1 key")),
    responses(
        (status = 200, description = "Its custody", body = CustodyResponse),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/items/{code}/custody")]
pub(crate) async fn get_custody(
    service: web::Data<Service>,
    caller: Caller,
    path: PathParams,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadCustody)?;
    let code = path.text("code").to_owned();
    let custody =
        blocking(&service, move |service| Ok(CustodyResponse::from(&service.custody_for(&caller.authority(), &code)?)));
    Ok(HttpResponse::Ok().json(custody.await?))
}
