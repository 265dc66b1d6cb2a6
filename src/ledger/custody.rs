use chrono::{DateTime, Duration, Utc};

use super::{
    Discrepancy, DiscrepancyKind, Limits, Recorded,
    order::order,
    steps::{Entry, History},
    token::{Misfit, Token},
};
use crate::domain::{Action, AttemptFailure, Code, Party, Place, ScanId};

/// How a thing stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustodyState {
    /// Nobody has scanned it.
    Unknown,
    /// Somebody has it.
    Held,
    /// Somebody hands it to somebody, who has not scanned it yet.
    HandedOver,
    /// It reached its recipient.
    Delivered,
    /// It is not where it should be.
    Missing,
}

impl CustodyState {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::HandedOver => "handed_over",
            Self::Delivered => "delivered",
            Self::Missing => "missing",
        }
    }
}

/// A stretch of time for which one party had the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Who had it.
    pub holder: Party,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The scan by which it came.
    pub scan: ScanId,
}

/// Something handed over and not received yet. Until it is, the giver answers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handover {
    /// To whom.
    pub to: Party,
    /// Since when.
    pub since: DateTime<Utc>,
    /// By which scan.
    pub scan: ScanId,
}

/// A try to deliver that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// Why it failed.
    pub reason: AttemptFailure,
    /// The scan.
    pub scan: ScanId,
}

/// Who holds a thing and who held it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custody {
    /// The thing.
    pub code: Code,
    /// Who answers for it; `None` when nobody has scanned it.
    pub holder: Option<Party>,
    /// To whom it is being handed.
    pub handover: Option<Handover>,
    /// The pouch that it is sealed in.
    pub inside: Option<Code>,
    /// Where it was scanned last.
    pub place: Option<Place>,
    /// When it was scanned last, by itself or with its pouch.
    pub seen_at: Option<DateTime<Utc>>,
    /// Whether it is reported missing.
    pub missing: bool,
    /// Whether it was reported damaged.
    pub damaged: bool,
    /// Deliveries that failed.
    pub attempts: Vec<Attempt>,
    /// Who had it, one after the other.
    pub chain: Vec<Holding>,
    /// The scans that moved or saw it, in order.
    pub scans: Vec<ScanId>,
    /// The scans that a correction has struck out, by id.
    pub struck: Vec<ScanId>,
    /// What has to be explained, in order.
    pub discrepancies: Vec<Discrepancy>,
}

impl Custody {
    /// How it stands, in one word.
    #[must_use]
    pub fn state(&self) -> CustodyState {
        match (self.holder, self.handover) {
            _ if self.missing => CustodyState::Missing,
            (None, _) => CustodyState::Unknown,
            (Some(Party::Recipient), _) => CustodyState::Delivered,
            (Some(_), Some(_)) => CustodyState::HandedOver,
            (Some(_), None) => CustodyState::Held,
        }
    }
}

/// Custody of `code` as the set `records` tells it. They should hold every scan of the thing and of the pouches that it was
/// sealed into; others do no harm.
#[must_use]
pub fn custody_of<'a>(code: &Code, records: impl IntoIterator<Item = &'a Recorded>, limits: &Limits) -> Custody {
    let history = History::of(code, records);
    let mut told = Told {
        token: Token::new(&history.births),
        reported_missing: None,
        given: vec![None; history.things.len()],
        limits,
        custody: Custody {
            code: code.clone(),
            holder: None,
            handover: None,
            inside: None,
            place: None,
            seen_at: None,
            missing: false,
            damaged: false,
            attempts: Vec::new(),
            chain: Vec::new(),
            scans: Vec::new(),
            struck: history.struck.clone(),
            discrepancies: Vec::new(),
        },
    };
    for entry in order(&history) {
        told.hear(&history, &history.entries[entry]);
    }
    told.end(&history)
}

/// The thing itself comes first in its history.
const THING: usize = 0;

/// What the scans up to one point of the order have told.
struct Told<'a> {
    token: Token,
    /// The last report of its loss, until it turns up.
    reported_missing: Option<(ScanId, DateTime<Utc>)>,
    /// For each thing the last scan that handed it over.
    given: Vec<Option<(ScanId, DateTime<Utc>)>>,
    limits: &'a Limits,
    custody: Custody,
}

impl Told<'_> {
    fn hear(&mut self, history: &History<'_>, entry: &Entry<'_>) {
        let scan = &entry.record.scan;
        let step = &entry.step;
        let misfits: Vec<Misfit> =
            self.token.misfits(step).filter(|(thing, _)| *thing == THING).map(|(_, misfit)| misfit).collect();
        for misfit in misfits {
            self.raise(history, entry, misfit);
        }
        let was_inside = self.token.inside(THING);
        let was_missing = self.token.is_missing(THING);
        self.token.apply(step);
        self.reported_missing = self.reported_missing.filter(|_| self.token.is_missing(THING));
        for thing in step.named.iter().filter(|_| matches!(scan.action, Action::Give | Action::HandBack)) {
            self.given[*thing] = Some((scan.id, entry.at));
        }
        let concerns = step.named.contains(&THING)
            || scan.action.pouch() == Some(&self.custody.code)
            || was_inside.is_some_and(|container| {
                step.named.contains(&container) || scan.action.pouch() == Some(&history.things[container])
            });
        if !concerns {
            return;
        }
        let custody = &mut self.custody;
        custody.scans.push(scan.id);
        if scan.action == Action::ReportMissing && self.token.is_missing(THING) {
            self.reported_missing = Some((scan.id, entry.at));
        }
        if !was_missing && self.token.is_missing(THING) {
            return;
        }
        custody.seen_at = Some(entry.at);
        custody.place = scan.place.or(custody.place);
        match &scan.action {
            Action::AttemptFailed { reason } => {
                custody.attempts.push(Attempt { at: entry.at, reason: *reason, scan: scan.id });
            }
            Action::ReportDamaged => {
                custody.damaged = true;
                // Whoever had it before the report has to explain it.
                let owner = custody.chain.last().map_or(scan.actor, |holding| holding.holder);
                self.add(scan.id, DiscrepancyKind::Damaged, Some(owner), entry.at);
            }
            _ => {}
        }
        let holder = self.token.holder(THING);
        if let Some(holder) = holder.filter(|holder| self.custody.chain.last().map(|last| last.holder) != Some(*holder))
        {
            self.custody.chain.push(Holding { holder, since: entry.at, scan: scan.id });
        }
    }

    fn add(&mut self, scan: ScanId, kind: DiscrepancyKind, owner: Option<Party>, raised_at: DateTime<Utc>) {
        let code = Some(self.custody.code.clone());
        self.custody.discrepancies.push(Discrepancy::new(code, scan, kind, owner, raised_at, self.limits));
    }

    fn raise(&mut self, history: &History<'_>, entry: &Entry<'_>, misfit: Misfit) {
        let scan = entry.record.scan.id;
        let actor = entry.record.scan.actor;
        let later = |at: DateTime<Utc>| at + Duration::seconds(self.limits.handover_s);
        let pouch = |container: usize| history.things[container].clone();
        match misfit {
            Misfit::Holder { expected, found } => {
                let owner = expected.filter(|party| *party != Party::Recipient).or(Some(found));
                self.add(scan, DiscrepancyKind::UnexpectedHolder { expected, found }, owner, entry.at);
            }
            Misfit::NotReceived { giver, receiver } => {
                let (scan, at) = self.given[THING].unwrap_or((scan, entry.at));
                let raised_at = later(at);
                self.add(scan, DiscrepancyKind::NotReceived { giver, receiver }, Some(receiver), raised_at);
                // Somebody who has nothing to do with the handover acted on it.
                if actor != giver && actor != receiver {
                    let kind = DiscrepancyKind::UnexpectedHolder { expected: Some(giver), found: actor };
                    self.add(entry.record.scan.id, kind, Some(giver), entry.at);
                }
            }
            Misfit::NotGiven { giver } => {
                let raised_at = later(entry.at);
                self.add(scan, DiscrepancyKind::NotGiven { giver, receiver: actor }, Some(giver), raised_at);
            }
            Misfit::Outside(container) => {
                let kind = DiscrepancyKind::OutsidePouch { pouch: pouch(container) };
                let owner = self.token.holder(THING);
                self.add(scan, kind, owner, entry.at);
            }
            Misfit::LeftOut(container) => {
                let owner = self.token.holder(THING);
                self.add(scan, DiscrepancyKind::MissingInPouch { pouch: pouch(container) }, owner, entry.at);
            }
            Misfit::NotInside => {
                if let Some(pouch) = entry.record.scan.action.pouch() {
                    let kind = DiscrepancyKind::ExtraInPouch { pouch: pouch.clone() };
                    self.add(scan, kind, Some(actor), entry.at);
                }
            }
        }
    }

    fn end(mut self, history: &History<'_>) -> Custody {
        self.custody.holder = self.token.holder(THING);
        self.custody.inside = self.token.inside(THING).map(|container| history.things[container].clone());
        self.custody.missing = self.token.is_missing(THING);
        // A pouch that is handed over takes its content along, but only it is said to be late.
        let mut outermost = THING;
        while let Some(container) = self.token.inside(outermost) {
            outermost = container;
        }
        if let (Some(to), Some((scan, since))) = (self.token.handover(THING), self.given[outermost]) {
            self.custody.handover = Some(Handover { to, since, scan });
            if outermost == THING
                && let Some(giver) = self.custody.holder
            {
                let raised_at = since + Duration::seconds(self.limits.handover_s);
                self.add(scan, DiscrepancyKind::NotReceived { giver, receiver: to }, Some(to), raised_at);
            }
        }
        // A report of a loss stays open until the thing turns up; what was left out at opening a pouch has its own kind.
        if let Some((scan, at)) = self.reported_missing {
            self.add(scan, DiscrepancyKind::Missing, self.custody.holder, at);
        }
        self.custody
    }
}
