use chrono::NaiveDate;

use crate::{
    domain::{CentreId, DayClock, LegCarrier, Scan, ScanId},
    ledger::chain::{Hash, MerkleTree, day_link, leaf, link},
    ledger::content,
    service::{Service, ServiceError},
    store::{ChainEnd, ChainLink, LedgerDay, StoredScan},
};

/// Entries read at once.
const AT_ONCE: u32 = 1_000;
/// Faults named at most; a ledger with more is broken as a whole.
const FAULTS_MAX: usize = 100;

/// Something that does not agree with its hash, or is not where it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFault {
    /// The position in the ledger, where one can be named.
    pub position: Option<i64>,
    /// The scan, where one can be named.
    pub scan: Option<ScanId>,
    /// What is wrong.
    pub problem: String,
}

/// What verifying has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerReport {
    /// Scans looked at.
    pub scans: u64,
    /// Codes whose chains were followed.
    pub codes: u64,
    /// Days whose roots were compared.
    pub days: u64,
    /// What is wrong, the first hundred faults.
    pub faults: Vec<LedgerFault>,
}

impl LedgerReport {
    fn fault(&mut self, position: Option<i64>, scan: Option<ScanId>, problem: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(LedgerFault { position, scan, problem: problem.into() });
        }
    }
}

impl Service {
    /// Proves the whole ledger of the centre: every content against its digest, every code's chain, every day's root.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when it cannot be read; what is wrong with it is the answer.
    pub fn verify_ledger(&self) -> Result<LedgerReport, ServiceError> {
        let centre = self.centre()?;
        let mut report = LedgerReport::default();
        self.verify_entries(centre.centre.id, centre.centre.time_zone, &mut report)?;
        self.verify_chains(centre.centre.id, &mut report)?;
        Ok(report)
    }

    fn verify_entries(
        &self,
        centre: CentreId,
        zone: chrono_tz::Tz,
        report: &mut LedgerReport,
    ) -> Result<(), ServiceError> {
        let mut days =
            Days { stored: self.store().ledger_days(centre)?.into_iter().peekable(), open: None, before: None };
        let mut last: Option<StoredScan> = None;
        loop {
            let position = last.as_ref().map_or(0, |scan| scan.position);
            let scans = self.store().scans_after(centre, position, AT_ONCE)?;
            if scans.is_empty() {
                days.end(report);
                return Ok(());
            }
            for scan in scans {
                let expected = last.as_ref().map_or(1, |scan| scan.position + 1);
                if scan.position != expected {
                    let problem = format!("the ledger jumps here from position {}: scans are missing", expected - 1);
                    report.fault(Some(scan.position), Some(scan.id), problem);
                }
                if last.as_ref().is_some_and(|last| last.received_at > scan.received_at) {
                    report.fault(Some(scan.position), Some(scan.id), "it was received before the scan in front of it");
                }
                verify_entry(&scan, report);
                days.take(DayClock::date_of(scan.received_at, zone), &scan, report);
                report.scans += 1;
                last = Some(scan);
            }
        }
    }

    fn verify_chains(&self, centre: CentreId, report: &mut LedgerReport) -> Result<(), ServiceError> {
        let mut ends = Ends { service: self, centre, read: Vec::new(), after: String::new() };
        let mut chain: Option<ChainEnd> = None;
        let mut after: Option<(String, i64)> = None;
        loop {
            let cursor = after.as_ref().map(|(code, position)| (code.as_str(), *position));
            let links = self.store().chain_links(centre, cursor, AT_ONCE)?;
            let Some(last) = links.last() else { break };
            after = Some((last.code.clone(), last.position));
            for entry in links {
                if chain.as_ref().is_some_and(|chain| chain.code != entry.code)
                    && let Some(ended) = chain.take()
                {
                    ends.compare(&ended, report)?;
                }
                follow(&mut chain, &entry, report);
            }
        }
        if let Some(ended) = chain {
            ends.compare(&ended, report)?;
        }
        while let Some(end) = ends.next()? {
            report.fault(Some(end.position), None, format!("all {} scans of a chain's code are missing", end.scans));
        }
        Ok(())
    }
}

/// Compares an entry's parts with each other.
fn verify_entry(stored: &StoredScan, report: &mut LedgerReport) {
    let mut fault = |problem: &str| report.fault(Some(stored.position), Some(stored.id), problem);
    if content::sha256(&stored.content) != stored.content_sha256 {
        fault("its content is not what was recorded");
        return;
    }
    let aside = stored.aside.as_ref().map(super::aside_of);
    let scan: Scan = match content::read(&stored.content, aside.as_ref()) {
        Ok(scan) => scan,
        Err(error) => return fault(&error.to_string()),
    };
    let trip = scan.trip.map(|trip| match trip {
        LegCarrier::Run(id) => id.uuid(),
        LegCarrier::Round(id) => id.uuid(),
    });
    if scan.id != stored.id || trip != stored.trip {
        fault("it is filed under another id or trip than its content names");
    }
}

/// Follows a code's chain by one link.
fn follow(chain: &mut Option<ChainEnd>, entry: &ChainLink, report: &mut LedgerReport) {
    let before = chain.as_ref().map(|chain| &chain.link);
    let expected = link(before, &leaf(entry.position, entry.received_at, &entry.content_sha256));
    if expected != entry.link {
        let problem = "it is not what was chained: it was changed, or one before it was changed, added or taken away";
        report.fault(Some(entry.position), Some(entry.scan), problem);
    }
    let scans = chain.as_ref().map_or(1, |chain| chain.scans + 1);
    // The stored link, so that one fault is told once and not again for each link behind it.
    *chain = Some(ChainEnd { code: entry.code.clone(), scans, position: entry.position, link: entry.link });
}

/// The stored ends of chains, in order of code.
struct Ends<'a> {
    service: &'a Service,
    centre: CentreId,
    read: Vec<ChainEnd>,
    after: String,
}

impl Ends<'_> {
    fn next(&mut self) -> Result<Option<ChainEnd>, ServiceError> {
        if self.read.is_empty() {
            self.read = self.service.store().chain_ends(self.centre, &self.after, AT_ONCE)?;
            self.read.reverse();
        }
        let next = self.read.pop();
        if let Some(next) = &next {
            self.after.clone_from(&next.code);
        }
        Ok(next)
    }

    fn compare(&mut self, found: &ChainEnd, report: &mut LedgerReport) -> Result<(), ServiceError> {
        report.codes += 1;
        while let Some(stored) = self.next()? {
            if stored.code < found.code {
                let problem = format!("all {} scans of a chain's code are missing", stored.scans);
                report.fault(Some(stored.position), None, problem);
                continue;
            }
            if stored.code > found.code {
                self.after.clone_from(&found.code);
                self.read.push(stored);
                break;
            }
            if stored != *found {
                let problem = format!(
                    "its code's chain ends here after {} scans, but {} were chained, the last at position {}",
                    found.scans, stored.scans, stored.position
                );
                report.fault(Some(found.position), None, problem);
            }
            return Ok(());
        }
        report.fault(Some(found.position), None, "the end of its code's chain is missing");
        Ok(())
    }
}

/// The days of the ledger while it is read.
struct Days<I: Iterator<Item = LedgerDay>> {
    stored: std::iter::Peekable<I>,
    open: Option<(NaiveDate, i64, i64, MerkleTree)>,
    before: Option<Hash>,
}

impl<I: Iterator<Item = LedgerDay>> Days<I> {
    fn take(&mut self, date: NaiveDate, scan: &StoredScan, report: &mut LedgerReport) {
        if self.open.as_ref().is_some_and(|(open, ..)| *open != date) {
            self.compare(report);
        }
        let (_, _, end, tree) = self.open.get_or_insert_with(|| (date, scan.position, 0, MerkleTree::default()));
        *end = scan.position;
        tree.push(leaf(scan.position, scan.received_at, &scan.content_sha256));
    }

    /// Compares the day that has ended with its root, where that is kept already.
    fn compare(&mut self, report: &mut LedgerReport) {
        let Some((date, first, last, tree)) = self.open.take() else { return };
        let root = tree.root();
        let link = day_link(self.before.as_ref(), date, tree.leaves(), &root);
        self.before = Some(link);
        let mut kept = false;
        while let Some(stored) = self.stored.next_if(|stored| stored.date <= date) {
            if stored.date < date {
                report.fault(Some(stored.first_position), None, format!("all scans of {} are missing", stored.date));
                continue;
            }
            report.days += 1;
            kept = true;
            if stored != (LedgerDay { date, first_position: first, last_position: last, root, link }) {
                let problem = format!("the scans of {date} are not those whose root was kept");
                report.fault(Some(first), None, problem);
                self.before = Some(stored.link);
            }
        }
        // The last days may have no root yet.
        if !kept && self.stored.peek().is_some() {
            report.fault(Some(first), None, format!("the root of {date} is missing"));
        }
    }

    fn end(mut self, report: &mut LedgerReport) {
        self.compare(report);
        for stored in self.stored {
            report.fault(Some(stored.first_position), None, format!("all scans of {} are missing", stored.date));
        }
    }
}
