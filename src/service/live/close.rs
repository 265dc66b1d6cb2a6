use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::standing::{Standing, changed};
use crate::{
    dispatch::live::Whereabouts,
    domain::{CentreData, Code, Destination, Item, ItemId, Party, UnassignedReason},
    ledger::{Custody, CustodyState},
    service::{Actor, Expected, FieldProblem, Service, ServiceError, access::Done, scans::code_of_item},
    store::StoreError,
};

/// The longest reason, characters.
const REASON_CHARS_MAX: usize = 500;

/// What became of an item by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ItemAccount {
    /// It is where it goes.
    Delivered,
    /// It is at an office, and goes on another day.
    AtSite {
        /// The office's code.
        site: String,
    },
    /// A courier has it.
    OnBoard {
        /// Their code.
        courier: String,
    },
    /// It was reported missing; the ledger has the discrepancy.
    Missing,
    /// It waits where it waited, for a reason.
    CarriedOver {
        /// In Vietnamese.
        reason_vi: String,
        /// In English.
        reason_en: String,
    },
    /// It should have been carried, and nobody has scanned it.
    Unaccounted,
}

/// An item of a day's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountedItem {
    /// Its code.
    pub code: String,
    /// What became of it.
    #[serde(flatten)]
    pub account: ItemAccount,
}

/// What became of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReport {
    /// The day.
    pub date: NaiveDate,
    /// The revision of the plan that was in force.
    pub revision: u32,
    /// How many items there are in each state.
    pub counts: BTreeMap<String, usize>,
    /// Every item, by code.
    pub items: Vec<AccountedItem>,
    /// Routes that went out, and how many of them were back.
    pub routes: (usize, usize),
}

/// A day's report, and when the day was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// The report: as it was closed, or as it would be closed now.
    pub report: CloseReport,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
}

/// Why an item is carried over, by the dispatcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryOver {
    /// The item's code.
    pub item: String,
    /// Why it did not go.
    pub reason: String,
}

impl Service {
    /// The report of a day: as it was closed, or as it would be closed now.
    ///
    /// # Errors
    /// [`ServiceError::NotPlanned`].
    pub fn day_report(&self, date: NaiveDate) -> Result<DayReport, ServiceError> {
        let (_, state) = self.plan_and_state(date)?;
        if let Some((closed_at, report)) = state.closed {
            let report = serde_json::from_str(&report).map_err(|error| {
                ServiceError::Store(StoreError::Corrupt { table: "live_days", problem: error.to_string() })
            })?;
            return Ok(DayReport { report, closed_at: Some(closed_at) });
        }
        let standing = self.standing(date, &Expected::Anything, None)?;
        Ok(DayReport { report: self.account_for_items(&standing, &[])?, closed_at: None })
    }

    /// Closes a day: every item is accounted for, and nothing of the day changes any more.
    ///
    /// # Errors
    /// [`ServiceError::Unaccounted`] when of some item nobody knows where it is, [`ServiceError::DayClosed`],
    /// [`ServiceError::PlanChanged`] and [`ServiceError::Invalid`].
    pub fn close_day(
        &self,
        actor: &Actor,
        date: NaiveDate,
        expected: &Expected,
        carried_over: &[CarryOver],
    ) -> Result<DayReport, ServiceError> {
        let standing = self.standing(date, expected, None)?;
        let report = self.account_for_items(&standing, carried_over)?;
        let unaccounted = report.counts.get("unaccounted").copied().unwrap_or(0);
        if unaccounted > 0 {
            return Err(ServiceError::Unaccounted { date, count: unaccounted });
        }
        let at = self.now();
        let done = Done {
            act: "day_closed",
            kind: "plan",
            id: date.to_string(),
            before: None,
            after: Some(json!({ "revision": standing.plan.revision, "counts": report.counts })),
        };
        let audit = self.audit_entry(standing.plan.centre_id, actor, done);
        self.store()
            .close_day(&standing.plan, (at, &json!(report).to_string()), &audit)
            .map_err(|error| changed(date, error))?;
        Ok(DayReport { report, closed_at: Some(at) })
    }

    fn account_for_items(&self, standing: &Standing, carried_over: &[CarryOver]) -> Result<CloseReport, ServiceError> {
        let reasons = reasons(standing, carried_over)?;
        let centre = &standing.centre;
        let codes: BTreeSet<Code> = standing.planned.items.iter().map(|item| code_of_item(centre, item)).collect();
        let custodies = self.custodies(centre, codes)?;
        let left_out: HashMap<ItemId, &UnassignedReason> =
            standing.plan.unassigned.iter().map(|unassigned| (unassigned.item_id, &unassigned.reason)).collect();
        let carried: BTreeSet<ItemId> = standing.plan.legs().into_iter().map(|leg| leg.item_id).collect();
        let mut items: Vec<AccountedItem> = Vec::new();
        for item in &standing.planned.items {
            let code = code_of_item(centre, item);
            let live = standing.live.item(item.id);
            let known = custodies.get(&code).and_then(|custody| by_custody(centre, item, custody));
            let arrived =
                live.is_some_and(|live| live.has_arrived) || item.delivered_at.is_some_and(|at| at <= standing.live.at);
            let account = match (known, live.map(|live| live.whereabouts)) {
                (Some(account), _) => account,
                (None, _) if arrived => ItemAccount::Delivered,
                (None, Some(Whereabouts::OnBoard { courier_id, .. })) => {
                    ItemAccount::OnBoard { courier: courier_code(centre, courier_id) }
                }
                (None, Some(Whereabouts::Missing { .. })) => ItemAccount::Missing,
                (None, _) => match (reasons.get(item.code.as_str()), left_out.get(&item.id)) {
                    (Some(reason), _) => {
                        ItemAccount::CarriedOver { reason_vi: (*reason).to_owned(), reason_en: (*reason).to_owned() }
                    }
                    (None, Some(reason)) => over(reason),
                    (None, None) if carried.contains(&item.id) => ItemAccount::Unaccounted,
                    (None, None) => over(&UnassignedReason::CameLater),
                },
            };
            items.push(AccountedItem { code: item.code.to_string(), account });
        }
        items.sort_by(|a, b| a.code.cmp(&b.code));
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for item in &items {
            *counts.entry(item.account.word().to_owned()).or_default() += 1;
        }
        let out = standing.live.routes.iter().filter(|route| route.has_left).count();
        let back = standing.live.routes.iter().filter(|route| route.is_back).count();
        Ok(CloseReport {
            date: standing.plan.date,
            revision: standing.plan.revision,
            counts,
            items,
            routes: (out, back),
        })
    }
}

impl ItemAccount {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::AtSite { .. } => "at_site",
            Self::OnBoard { .. } => "on_board",
            Self::Missing => "missing",
            Self::CarriedOver { .. } => "carried_over",
            Self::Unaccounted => "unaccounted",
        }
    }
}

fn over(reason: &UnassignedReason) -> ItemAccount {
    ItemAccount::CarriedOver { reason_vi: reason.sentence_vi(), reason_en: reason.sentence_en() }
}

fn courier_code(centre: &CentreData, id: crate::domain::CourierId) -> String {
    let known = centre.couriers.iter().find(|courier| courier.id == id);
    known.map_or_else(|| id.to_string(), |courier| courier.code.clone())
}

/// What the ledger says of an item; `None` when nobody has scanned it.
fn by_custody(centre: &CentreData, item: &Item, custody: &Custody) -> Option<ItemAccount> {
    let holder = match custody.state() {
        CustodyState::Unknown => return None,
        CustodyState::Delivered => return Some(ItemAccount::Delivered),
        CustodyState::Missing => return Some(ItemAccount::Missing),
        // What was handed over counts as there; a receipt that is missing is a discrepancy of its own.
        CustodyState::HandedOver => custody.handover.map(|handover| handover.to).or(custody.holder),
        CustodyState::Held => custody.holder,
    };
    Some(match holder? {
        Party::Recipient => ItemAccount::Delivered,
        Party::Site(site) if item.to == Destination::Site(site) => ItemAccount::Delivered,
        Party::Site(site) => {
            ItemAccount::AtSite { site: centre.site(site).map_or_else(|| site.to_string(), |site| site.code.clone()) }
        }
        Party::Courier(id) => ItemAccount::OnBoard { courier: courier_code(centre, id) },
    })
}

/// The dispatcher's reasons by item code.
fn reasons<'a>(standing: &Standing, carried_over: &'a [CarryOver]) -> Result<HashMap<&'a str, &'a str>, ServiceError> {
    let known: BTreeSet<&str> = standing.planned.items.iter().map(|item| item.code.as_str()).collect();
    let mut problems = Vec::new();
    let mut reasons = HashMap::new();
    for (n, carry) in carried_over.iter().enumerate() {
        let reason = carry.reason.trim();
        if !known.contains(carry.item.as_str()) {
            problems.push(FieldProblem::new(format!("carried_over/{n}/item"), "the day has no item with this code"));
        }
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains('\0') {
            let problem = format!("expected 1 to {REASON_CHARS_MAX} characters");
            problems.push(FieldProblem::new(format!("carried_over/{n}/reason"), problem));
        }
        if reasons.insert(carry.item.as_str(), reason).is_some() {
            problems.push(FieldProblem::new(format!("carried_over/{n}/item"), "it is in the list already"));
        }
    }
    if problems.is_empty() { Ok(reasons) } else { Err(ServiceError::Invalid(problems)) }
}
