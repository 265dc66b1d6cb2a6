//! A scan as a device tells it, and what of it can be accepted.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        Action, AttemptFailure, CentreData, Code, DeviceId, EvidenceRef, HomeDeliveryId, LegCarrier, Misread, Party,
        Place, Position, Scan, ScanId, to_micros,
    },
    service::FieldProblem,
};

/// A party by the code that its label has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedParty {
    /// A courier.
    Courier(String),
    /// A site.
    Site(String),
}

/// A place by the code that its label has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedPlace {
    /// A site.
    Site(String),
    /// A citizen's home, by the request to bring a result there.
    Home(HomeDeliveryId),
}

/// An action as a device tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomingAction {
    /// Which.
    pub kind: String,
    /// The pouch that is sealed or opened, as scanned.
    pub pouch: Option<String>,
    /// The number on the seal.
    pub seal: Option<String>,
    /// Why a delivery failed.
    pub reason: Option<String>,
    /// The scan that is corrected.
    pub scan: Option<ScanId>,
}

/// A scan as a device tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingScan {
    /// Its id.
    pub id: ScanId,
    /// The device.
    pub device_id: DeviceId,
    /// Its running number on the device.
    pub device_seq: u64,
    /// What the device's clock showed.
    pub device_time: DateTime<Utc>,
    /// Who scanned.
    pub actor: NamedParty,
    /// What was done.
    pub action: IncomingAction,
    /// What was read, as read.
    pub codes: Vec<String>,
    /// Who gave or received.
    pub counterparty: Option<NamedParty>,
    /// The run or round.
    pub trip: Option<LegCarrier>,
    /// At which place.
    pub place: Option<NamedPlace>,
    /// Where on Earth.
    pub position: Option<Position>,
    /// Photos, signatures.
    pub evidence: Vec<EvidenceRef>,
    /// A remark.
    pub note: Option<String>,
}

const ACTIONS: &str = "register, seal, open, load, give, receive, unload, deliver, attempt_failed, hand_back, \
     report_missing, report_damaged, report_found, count or correct";

/// Reads codes; what no standard knows may be the code of an item that was registered by it.
pub(super) struct CodeReader<'a> {
    pub(super) centre: &'a CentreData,
    /// Whether an item is registered under this text.
    pub(super) is_item: &'a dyn Fn(&str) -> bool,
}

impl CodeReader<'_> {
    pub(super) fn read(&self, text: &str) -> Result<Code, Misread> {
        Code::recognise(text, &self.centre.centre.dossier_codes).or_else(|misread| {
            let text = text.trim();
            match text.parse() {
                Ok(code) if (self.is_item)(text) => Ok(Code::Item(code)),
                _ => Err(misread),
            }
        })
    }
}

impl IncomingScan {
    /// The scan with every name resolved, or every problem. No message repeats what was read.
    pub(super) fn resolve(&self, codes: &CodeReader<'_>) -> Result<Scan, Vec<FieldProblem>> {
        let centre = codes.centre;
        let mut problems = Vec::new();
        let actor = party(centre, &self.actor, "actor", &mut problems);
        let counterparty =
            self.counterparty.as_ref().and_then(|named| party(centre, named, "counterparty", &mut problems));
        let place = match &self.place {
            None => None,
            Some(NamedPlace::Home(id)) => Some(Place::Home(*id)),
            Some(NamedPlace::Site(code)) => match centre.site_by_code(code) {
                Some(site) => Some(Place::Site(site.id)),
                None => {
                    problems.push(FieldProblem::new("place/site", "no site has this code"));
                    None
                }
            },
        };
        let mut scanned = Vec::with_capacity(self.codes.len());
        for (n, text) in self.codes.iter().enumerate() {
            match codes.read(text) {
                Ok(code) => scanned.push(code),
                Err(misread) => problems.push(FieldProblem::new(format!("codes/{n}"), misread.to_string())),
            }
        }
        let action = self.action(codes, &mut problems);
        let (Some(actor), Some(action), true) = (actor, action, problems.is_empty()) else { return Err(problems) };
        let scan = Scan {
            id: self.id,
            device_id: self.device_id,
            device_seq: self.device_seq,
            device_time: to_micros(self.device_time),
            actor,
            action,
            codes: scanned,
            counterparty,
            trip: self.trip,
            place,
            position: self.position,
            evidence: self.evidence.clone(),
            note: self.note.clone(),
        };
        match scan.validate() {
            Ok(()) => Ok(scan),
            Err(found) => {
                Err(found.into_iter().map(|problem| FieldProblem::new(problem.field, problem.message)).collect())
            }
        }
    }

    fn action(&self, codes: &CodeReader<'_>, problems: &mut Vec<FieldProblem>) -> Option<Action> {
        let IncomingAction { kind, pouch, seal, reason, scan } = &self.action;
        let mut unused = vec![
            ("pouch", pouch.is_some()),
            ("seal", seal.is_some()),
            ("reason", reason.is_some()),
            ("scan", scan.is_some()),
        ];
        let mut uses = |names: &[&str]| unused.retain(|(name, _)| !names.contains(name));
        let mut missing = |name: &str| {
            problems.push(FieldProblem::new(format!("action/{name}"), "it is missing"));
        };
        let pouch_code = |problems: &mut Vec<FieldProblem>| {
            let text = pouch.as_deref()?;
            codes
                .read(text)
                .map_err(|misread| problems.push(FieldProblem::new("action/pouch", misread.to_string())))
                .ok()
        };
        let action = match kind.as_str() {
            "register" => Some(Action::Register),
            "load" => Some(Action::Load),
            "give" => Some(Action::Give),
            "receive" => Some(Action::Receive),
            "unload" => Some(Action::Unload),
            "deliver" => Some(Action::Deliver),
            "hand_back" => Some(Action::HandBack),
            "report_missing" => Some(Action::ReportMissing),
            "report_damaged" => Some(Action::ReportDamaged),
            "report_found" => Some(Action::ReportFound),
            "count" => Some(Action::Count),
            "seal" | "open" => {
                let is_seal = kind == "seal";
                uses(if is_seal { &["pouch", "seal"] } else { &["pouch"] });
                if pouch.is_none() {
                    missing("pouch");
                }
                let pouch = pouch_code(problems);
                pouch.map(
                    |pouch| {
                        if is_seal { Action::Seal { pouch, seal: seal.clone() } } else { Action::Open { pouch } }
                    },
                )
            }
            "attempt_failed" => {
                uses(&["reason"]);
                match reason.as_deref().map(str::parse::<AttemptFailure>) {
                    None => {
                        missing("reason");
                        None
                    }
                    Some(Ok(reason)) => Some(Action::AttemptFailed { reason }),
                    Some(Err(error)) => {
                        problems.push(FieldProblem::new("action/reason", error.to_string()));
                        None
                    }
                }
            }
            "correct" => {
                uses(&["scan"]);
                if scan.is_none() {
                    missing("scan");
                }
                scan.map(|scan| Action::Correct { scan })
            }
            _ => {
                problems.push(FieldProblem::new("action/kind", format!("expected {ACTIONS}")));
                return None;
            }
        };
        for (name, _) in unused.iter().filter(|(_, given)| *given) {
            problems.push(FieldProblem::new(format!("action/{name}"), "this action has no such part: leave it out"));
        }
        action
    }
}

/// The party that is named, or the problem with `field`, which is empty for the whole document.
pub(in crate::service) fn party(
    centre: &CentreData,
    named: &NamedParty,
    field: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<Party> {
    let at = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}/{name}") };
    let (found, field, message) = match named {
        NamedParty::Courier(code) => (
            centre.couriers.iter().find(|courier| courier.code == *code).map(|courier| Party::Courier(courier.id)),
            at("courier"),
            "no courier has this code",
        ),
        NamedParty::Site(code) => (
            centre.site_by_code(code).map(|site| Party::Site(site.id)),
            at("site"),
            "no site has this code: GET /v1/sites lists those there are",
        ),
    };
    if found.is_none() {
        problems.push(FieldProblem::new(field, message));
    }
    found
}
