use std::collections::BTreeMap;

use super::names;
use crate::{
    domain::{Action, CentreData, Code, DayClock, FormKind, LegCarrier, Party, Scan, ScanId},
    ledger::Recorded,
    paper::{MinutePaper, MinuteThing, minute_pdf},
    service::{Service, ServiceError, scans::recorded},
    store::StoredScan,
};

/// How far apart the two scans of one handover may lie, seconds: what is scanned later belongs to another handover.
const APART_S: i64 = 12 * 3_600;

impl Service {
    /// The minute of the handover of which this scan is one side: the things are those of this scan, the other side's
    /// scans of them are found in the ledger, and what only one side has scanned is shown so.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown scan, [`ServiceError::NoHandover`] for one that hands nothing over.
    pub fn handover_minute(&self, scan: ScanId) -> Result<Vec<u8>, ServiceError> {
        let centre = self.centre()?;
        let found = self.store().scans(centre.centre.id, &[scan])?;
        let stored = found.first().ok_or_else(|| ServiceError::not_found("scan", &scan))?;
        let record = recorded(stored)?;
        let is_given = match record.scan.action {
            Action::Give | Action::HandBack => true,
            Action::Receive => false,
            _ => return Err(ServiceError::NoHandover { action: record.scan.action.word() }),
        };
        let other = record.scan.counterparty.unwrap_or(Party::Recipient);
        let (giver, receiver) = if is_given { (record.scan.actor, other) } else { (other, record.scan.actor) };
        let codes: Vec<String> = record.scan.codes.iter().map(ToString::to_string).collect();
        let history = self.store().scans_of_codes(centre.centre.id, &codes)?;
        let history = history.iter().map(|stored| Ok((stored.position, recorded(stored)?)));
        let history: Vec<(i64, Recorded)> = history.collect::<Result<_, ServiceError>>()?;
        let sides = Sides::of(&record, stored, (giver, receiver), is_given, &history);
        let day = DayClock::date_of(record.at(), centre.centre.time_zone);
        let form = centre.form(FormKind::HandoverMinute, day);
        let form = form.ok_or(ServiceError::NoForm { form: FormKind::HandoverMinute, date: day })?;
        let paper = MinutePaper {
            centre: centre.centre.name.clone(),
            regulation: form.regulation.clone(),
            title: form.title.clone(),
            giver: names::party(&centre, giver),
            receiver: names::party(&centre, receiver),
            place: record.scan.place.or(sides.place).map(|place| names::place(&centre, place)),
            given_at: sides.given_at.map(|at| names::local(&centre, at)),
            received_at: sides.received_at.map(|at| names::local(&centre, at)),
            trip: record.scan.trip.map(|trip| self.trip_name(&centre, trip)).transpose()?,
            things: sides.things(&history, record.at()),
            positions: sides.positions.clone(),
            printed_at: names::local(&centre, self.now()),
        };
        Ok(minute_pdf(&paper)?)
    }

    fn trip_name(&self, centre: &CentreData, trip: LegCarrier) -> Result<String, ServiceError> {
        let named = match trip {
            LegCarrier::Run(id) => self.plan_of_run(id).map(|plan| {
                let day = names::day(plan.plan.date);
                plan.run(id).map(|run| format!("Chuyến {} ngày {day}", run.code))
            }),
            LegCarrier::Round(id) => self.plan_of_round(id).map(|plan| {
                let day = names::day(plan.plan.date);
                plan.round(id).map(|_| format!("Tuyến phát ngày {day}"))
            }),
        };
        match named {
            Ok(Some(name)) => Ok(name),
            // A day that was planned again has given its trips other ids.
            Ok(None) | Err(ServiceError::NotFound { .. }) => {
                Ok(format!("không còn trong kế hoạch ({})", centre.centre.code))
            }
            Err(other) => Err(other),
        }
    }
}

/// What both sides have scanned.
struct Sides {
    given: Vec<Code>,
    received: Vec<Code>,
    given_at: Option<chrono::DateTime<chrono::Utc>>,
    received_at: Option<chrono::DateTime<chrono::Utc>>,
    place: Option<crate::domain::Place>,
    positions: Vec<i64>,
}

impl Sides {
    fn of(
        record: &Recorded,
        stored: &StoredScan,
        (giver, receiver): (Party, Party),
        is_given: bool,
        history: &[(i64, Recorded)],
    ) -> Self {
        let is_other_side = |scan: &Scan| {
            if is_given {
                scan.action == Action::Receive && scan.actor == receiver && scan.counterparty == Some(giver)
            } else {
                matches!(scan.action, Action::Give | Action::HandBack)
                    && scan.actor == giver
                    && scan.counterparty == Some(receiver)
            }
        };
        let near = |other: &Recorded| (other.at() - record.at()).num_seconds().abs() <= APART_S;
        let others: Vec<&(i64, Recorded)> =
            history.iter().filter(|(_, other)| is_other_side(&other.scan) && near(other)).collect();
        let mut theirs: Vec<Code> = others.iter().flat_map(|(_, other)| other.scan.codes.iter().cloned()).collect();
        // The other side may have scanned things of another handover along with these.
        theirs.retain(|code| record.scan.codes.contains(code));
        theirs.sort();
        theirs.dedup();
        let mut positions: Vec<i64> = others.iter().map(|(position, _)| *position).chain([stored.position]).collect();
        positions.sort_unstable();
        let their_time = others.iter().map(|(_, other)| other.at()).min();
        let place = others.iter().find_map(|(_, other)| other.scan.place);
        let own = record.scan.codes.clone();
        if is_given {
            Self {
                given: own,
                received: theirs,
                given_at: Some(record.at()),
                received_at: their_time,
                place,
                positions,
            }
        } else {
            Self {
                given: theirs,
                received: own,
                given_at: their_time,
                received_at: Some(record.at()),
                place,
                positions,
            }
        }
    }

    fn things(&self, history: &[(i64, Recorded)], at: chrono::DateTime<chrono::Utc>) -> Vec<MinuteThing> {
        let mut codes: Vec<&Code> = self.given.iter().chain(&self.received).collect();
        codes.sort();
        codes.dedup();
        let mut sealed: BTreeMap<&Code, (&Recorded, Option<&String>)> = BTreeMap::new();
        for (_, record) in history {
            if let Action::Seal { pouch, seal } = &record.scan.action
                && record.at() <= at
                && sealed.get(pouch).is_none_or(|(last, _)| last.at() <= record.at())
            {
                sealed.insert(pouch, (record, seal.as_ref()));
            }
        }
        let thing = |code: &Code| MinuteThing {
            code: code.text(),
            kind: names::kind(code).to_owned(),
            seal: sealed.get(code).and_then(|(_, seal)| seal.cloned()),
            holds: sealed.get(code).map(|(record, _)| record.scan.codes.len()),
            given: self.given.contains(code),
            received: self.received.contains(code),
        };
        codes.into_iter().map(thing).collect()
    }
}
