use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::positions::positions_kept_from;
use crate::{
    dispatch::live::{Deed, Facts, Seen},
    domain::{Action, CentreData, Code, DayClock, Item, ItemId, Party, Place, Plan, PositionFix},
    ledger::Recorded,
    service::{Service, ServiceError, items::distinct, scans::code_of_item},
};

impl Service {
    /// What is known of a plan's day.
    pub(super) fn day_facts(&self, centre: &CentreData, plan: &Plan, items: &[Item]) -> Result<Facts, ServiceError> {
        let at = self.now();
        let runs = plan.runs.iter().map(|run| run.id.uuid());
        let trips = distinct(runs.chain(plan.rounds.iter().map(|round| round.id.uuid())));
        let scans = self.scans_of_trips(&trips)?;
        let ids: HashMap<Code, ItemId> = items.iter().map(|item| (code_of_item(centre, item), item.id)).collect();
        let mut seen = Vec::new();
        let mut fixes = Vec::new();
        for (record, codes) in scans.standing() {
            let Some((deed, courier, place)) = deed_of(record) else { continue };
            let (Party::Courier(courier_id), Some(trip)) = (courier, record.scan.trip) else { continue };
            if let (Party::Courier(_), Some(position)) = (record.scan.actor, record.scan.position) {
                fixes.push(PositionFix { courier_id, at: record.at(), position, accuracy_m: None });
            }
            let items = codes.iter().filter_map(|code| ids.get(code));
            seen.extend(items.map(|item| Seen { at: record.at(), trip, courier_id, place, item_id: *item, deed }));
        }
        seen.sort_by_key(|fact| (fact.at, fact.item_id, fact.deed));
        fixes.extend(self.fixes_of_day(centre, plan, at)?);
        fixes.sort_by_key(|fix| fix.at);
        Ok(Facts { at, seen, fixes })
    }

    fn fixes_of_day(
        &self,
        centre: &CentreData,
        plan: &Plan,
        at: DateTime<Utc>,
    ) -> Result<Vec<PositionFix>, ServiceError> {
        let zone = centre.centre.time_zone;
        let begins = DayClock::new(plan.date, zone).at(NaiveTime::MIN);
        let ends = DayClock::new(plan.date + Days::new(1), zone).at(NaiveTime::MIN);
        let kept_from = positions_kept_from(centre, at);
        Ok(self.store().positions(centre.centre.id, (begins.max(kept_from), ends))?)
    }
}

/// What a scan means for the day's plan: what was done, by whom it was carried, and where.
fn deed_of(record: &Recorded) -> Option<(Deed, Party, Option<Place>)> {
    let scan = &record.scan;
    let site = |party: Option<Party>| match party {
        Some(Party::Site(site)) => Some(Place::Site(site)),
        _ => None,
    };
    let place = scan.place.or(site(Some(scan.actor))).or(site(scan.counterparty));
    let by_courier = matches!(scan.actor, Party::Courier(_));
    let carrier = if by_courier { scan.actor } else { scan.counterparty? };
    let deed = match (&scan.action, by_courier) {
        (Action::Load | Action::Receive, true) | (Action::Give, false) => Deed::Loaded,
        (Action::Give | Action::Unload | Action::Deliver, true) | (Action::HandBack, _) | (Action::Receive, false) => {
            Deed::Unloaded
        }
        (Action::AttemptFailed { reason }, true) => Deed::Failed(*reason),
        (Action::ReportMissing, true) => Deed::Missing,
        _ => return None,
    };
    Some((deed, carrier, place))
}
