use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::PostalHandoverDetail;
use crate::{
    domain::{
        Act, Authority, CentreData, Concerns, DayClock, Destination, DeviceId, HomeDeliveryId, Item, ItemId, Party,
        PostalHandover, PostalRange, RequestState, ScanId, Site, SiteKind, to_micros,
    },
    service::{FieldProblem, IncomingAction, IncomingScan, NamedParty, NamedPlace, ScanAnswer, Service, ServiceError},
    store::{HandedOver, NewParcel},
};

/// Things in one handover at most, so that one scan holds them.
const THINGS_MAX: usize = 1_000;

/// What is to be handed to the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPostalHandover {
    /// Its id, where the caller chooses it: the same again is the same handover.
    pub id: Option<Uuid>,
    /// The office that gives, by code; the centre when it is not said.
    pub from: Option<String>,
    /// The post office that takes, by code.
    pub to: String,
    /// When; now when it is not said.
    pub handed_at: Option<DateTime<Utc>>,
    /// The home deliveries: each is one parcel.
    pub home_deliveries: Vec<HomeDeliveryId>,
    /// Single things, by code: each is one parcel.
    pub items: Vec<String>,
}

impl NewPostalHandover {
    fn sha256(&self) -> [u8; 32] {
        let mut homes: Vec<Uuid> = self.home_deliveries.iter().map(|id| id.uuid()).collect();
        homes.sort_unstable();
        let mut items: Vec<&str> = self.items.iter().map(|code| code.trim()).collect();
        items.sort_unstable();
        let at = self.handed_at.map(|at| at.timestamp_micros());
        let asked = serde_json::json!([self.from, self.to, at, homes, items]);
        Sha256::digest(asked.to_string()).into()
    }
}

/// What is handed over, looked at.
struct Looked {
    parcels: Vec<NewParcel>,
    codes: Vec<String>,
}

impl Service {
    /// Hands things to the postal operator: each parcel gets a number of the centre's own, and the giving is recorded in the
    /// ledger. Answers also whether it is new. Its minute is that of the scan.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names every field that cannot be accepted, [`ServiceError::Forbidden`] for an office that is
    /// not the caller's, [`ServiceError::NoPostalNumbers`], [`ServiceError::RecordDiffers`] when another handover has the id.
    pub fn hand_to_post(
        &self,
        new: &NewPostalHandover,
        authority: &Authority,
        recorded_by: &str,
    ) -> Result<(PostalHandoverDetail, bool), ServiceError> {
        let centre = self.centre()?;
        let from_code = new.from.as_deref().map_or(centre.centre.site_code.as_str(), str::trim);
        let from = centre.site_by_code(from_code);
        let concerns: Concerns = from.iter().map(|site| Party::Site(site.id)).collect();
        if !authority.may(Act::HandToPost, &concerns) {
            return Err(ServiceError::Forbidden { why: "only what lies at your own office is yours to hand over" });
        }
        let asked_sha256 = new.sha256();
        if let Some(id) = new.id
            && let Some(detail) = self.handed_before(id, asked_sha256)?
        {
            return Ok((detail, false));
        }
        let now = self.now();
        let mut problems = Vec::new();
        let to = centre.site_by_code(new.to.trim()).filter(|site| site.kind == SiteKind::PostOffice);
        let mut refuse = |field: &str, message: &str| problems.push(FieldProblem::new(field, message));
        if from.is_none() {
            refuse("from", "no site has this code: GET /v1/sites lists those there are");
        }
        if to.is_none() {
            refuse("to", "expected the code of a post office: GET /v1/sites?kind=post_office lists them");
        }
        if from.is_some() && from.map(|site| site.id) == to.map(|site| site.id) {
            refuse("to", "it is the office that gives");
        }
        if new.id.is_some_and(|id| id.get_version_num() != 7) {
            refuse("id", "expected a UUID of version 7");
        }
        if new.handed_at.is_some_and(|at| at > now || at.timestamp() < 0) {
            refuse("handed_at", "expected a time that is not in the future: a handover is recorded when it was done");
        }
        let things = new.home_deliveries.len() + new.items.len();
        if things == 0 || things > THINGS_MAX {
            refuse("home_deliveries", "expected 1 to 1000 home deliveries and items together");
        }
        let (Some(from), Some(to), true) = (from, to, problems.is_empty()) else {
            return Err(ServiceError::Invalid(problems));
        };
        let looked = self.look_at_parcels(&centre, new, from.id, &mut problems)?;
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let handed_at = to_micros(new.handed_at.unwrap_or(now));
        let handover = PostalHandover {
            id: new.id.unwrap_or_else(|| self.fresh_uuid()),
            centre_id: centre.centre.id,
            from: from.id,
            to: to.id,
            date: DayClock::date_of(handed_at, centre.centre.time_zone),
            handed_at,
            recorded_at: to_micros(now),
            recorded_by: recorded_by.to_owned(),
            scan_id: ScanId::from_uuid(self.fresh_uuid()),
            announced_at: None,
            announce_problem: None,
            synthetic: self.holds_a_synthetic_season(&centre)?,
        };
        let scan = giving(&handover, from, to, looked.codes);
        if let Some(problems) = self.prepare_scans(vec![Ok(scan.clone())])?.first_refusal() {
            return Err(ServiceError::Invalid(problems.to_vec()));
        }
        let ranges = centre.homes.postal_ranges.iter().filter(|range| range.effective.contains(handover.date));
        let ranges: Vec<PostalRange> = ranges.cloned().collect();
        match self.store().insert_postal_handover(&handover, asked_sha256, &looked.parcels, &ranges)? {
            HandedOver::Done => {}
            HandedOver::Known => {
                let detail = self.handed_before(handover.id, asked_sha256)?.ok_or(ServiceError::Panicked)?;
                return Ok((detail, false));
            }
            HandedOver::NoNumbers => {
                return Err(ServiceError::NoPostalNumbers { wanted: looked.parcels.len(), date: handover.date });
            }
            HandedOver::OutAlready => {
                let message = "one of the things is with the operator already, and has not come back";
                return Err(ServiceError::Invalid(vec![FieldProblem::new("items", message)]));
            }
        }
        self.record_postal_scan(scan)?;
        Ok((self.postal_handover(handover.id, authority)?, true))
    }

    /// What was handed over before under this id. Its scan is recorded again, which repairs one that broke off.
    fn handed_before(&self, id: Uuid, asked_sha256: [u8; 32]) -> Result<Option<PostalHandoverDetail>, ServiceError> {
        let centre = self.centre()?;
        let Some(stored) = self.store().postal_handover(centre.centre.id, id)? else { return Ok(None) };
        if stored.asked_sha256 != asked_sha256 {
            return Err(ServiceError::RecordDiffers { what: "postal handover", id });
        }
        self.record_giving(&centre, &stored.handover)?;
        self.reconciled(&centre, stored.handover).map(Some)
    }

    /// Records the giving of a handover in the ledger, unless it is there.
    pub(super) fn record_giving(&self, centre: &CentreData, handover: &PostalHandover) -> Result<(), ServiceError> {
        let (Some(from), Some(to)) = (centre.site(handover.from), centre.site(handover.to)) else {
            return Err(ServiceError::not_found("site", &handover.from));
        };
        let parcels = self.store().postal_parcels(centre.centre.id, &[handover.id])?;
        let codes = parcels.into_iter().flat_map(|parcel| parcel.items).map(|(_, code)| code).collect();
        self.record_postal_scan(giving(handover, from, to, codes))
    }

    /// Records a scan that follows from what was told: the same again is there already.
    pub(super) fn record_postal_scan(&self, scan: IncomingScan) -> Result<(), ServiceError> {
        match self.capture_scans(vec![Ok(scan)])?.pop() {
            // Of a conflict the ledger keeps the difference as a discrepancy, for people to explain.
            Some(ScanAnswer::Created { .. } | ScanAnswer::Exists { .. } | ScanAnswer::Conflict { .. }) => Ok(()),
            Some(ScanAnswer::Rejected(problems)) => Err(ServiceError::Invalid(problems)),
            None => Err(ServiceError::Panicked),
        }
    }

    /// Looks at what is to be handed over, and notes what cannot be.
    fn look_at_parcels(
        &self,
        centre: &CentreData,
        new: &NewPostalHandover,
        from: crate::domain::SiteId,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Looked, ServiceError> {
        let mut looked = Looked { parcels: Vec::new(), codes: Vec::new() };
        let mut seen: BTreeSet<ItemId> = BTreeSet::new();
        let centre_id = centre.centre.id;
        let known = self.store().home_deliveries(centre_id, &new.home_deliveries)?;
        for (n, home) in new.home_deliveries.iter().enumerate() {
            let field = format!("home_deliveries/{n}");
            let mut refuse = |message: &str| problems.push(FieldProblem::new(field.clone(), message));
            if !known.iter().any(|known| known.id == *home) {
                refuse("there is no such home delivery");
                continue;
            }
            let request = self.store().home_request(centre_id, *home)?;
            if request.is_some_and(|request| request.state != RequestState::Confirmed) {
                refuse("it is not confirmed, or not any more");
                continue;
            }
            let mut items = Vec::new();
            for code in self.store().item_codes_of_home(centre_id, *home)? {
                items.extend(self.store().item_by_code(centre_id, &code)?.filter(|item| item.delivered_at.is_none()));
            }
            if items.is_empty() {
                refuse("nothing is there that could be brought home");
            } else if !self.all_lie_at(&items, from)? {
                refuse("not all of its things lie at the office that gives");
            } else if !items.iter().all(|item| seen.insert(item.id)) {
                refuse("it is in the list already");
            } else {
                looked.add(Some(*home), &items);
            }
        }
        for (n, code) in new.items.iter().enumerate() {
            let field = format!("items/{n}");
            let mut refuse = |message: &str| problems.push(FieldProblem::new(field.clone(), message));
            let Some(item) = self.store().item_by_code(centre_id, code.trim())? else {
                refuse("no item has this code");
                continue;
            };
            let items = [item];
            if items[0].delivered_at.is_some() {
                refuse("it has arrived already");
            } else if !self.all_lie_at(&items, from)? {
                refuse("it does not lie at the office that gives");
            } else if !seen.insert(items[0].id) {
                refuse("it is in the list already");
            } else {
                let home = match items[0].to {
                    Destination::Home(home) => Some(home),
                    Destination::Site(_) => None,
                };
                looked.add(home, &items);
            }
        }
        if looked.codes.len() > THINGS_MAX {
            problems
                .push(FieldProblem::new("home_deliveries", "they hold more than 1000 things: hand them over in parts"));
        }
        Ok(looked)
    }

    /// Whether all things lie at the office: by the ledger, or where it has nothing of them by what is known of the item.
    fn all_lie_at(&self, items: &[Item], office: crate::domain::SiteId) -> Result<bool, ServiceError> {
        for item in items {
            let holder = match self.custody(item.code.as_str()) {
                Ok(detail) => detail.custody.holder,
                Err(ServiceError::Misread(_) | ServiceError::NotFound { .. }) => None,
                Err(other) => return Err(other),
            };
            let lies = match holder {
                Some(party) => party == Party::Site(office),
                None => item.whereabouts(self.now()).site == office,
            };
            if !lies {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Looked {
    fn add(&mut self, home_delivery_id: Option<HomeDeliveryId>, items: &[Item]) {
        self.codes.extend(items.iter().map(|item| item.code.to_string()));
        self.parcels.push(NewParcel {
            home_delivery_id,
            items: items.iter().map(|item| item.id).collect(),
            weight_g: items.iter().fold(0, |sum: u32, item| sum.saturating_add(item.weight_g)),
        });
    }
}

/// The scan of a handover, by the office that gives.
fn giving(handover: &PostalHandover, from: &Site, to: &Site, mut codes: Vec<String>) -> IncomingScan {
    codes.sort_unstable();
    IncomingScan {
        id: handover.scan_id,
        device_id: DeviceId::from_uuid(handover.id),
        device_seq: 1,
        device_time: handover.handed_at,
        actor: NamedParty::Site(from.code.clone()),
        action: IncomingAction { kind: "give".into(), ..IncomingAction::default() },
        codes,
        counterparty: Some(NamedParty::Site(to.code.clone())),
        trip: None,
        place: Some(NamedPlace::Site(from.code.clone())),
        position: None,
        evidence: Vec::new(),
        note: None,
    }
}
