use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{RunTime, Scenario, tours::TourBook};
use crate::{
    dispatch::{DispatchError, TravelModes},
    domain::{
        CentreData, DayClock, DayRules, Destination, Dossier, DossierId, Item, RunKind, SiteId, SiteKind, Vehicle,
    },
    planner::Matrix,
};

/// Where a replay begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With nothing under way: every item begins where and when it became ready, and items from before are left out.
    Empty,
    /// With what was under way in truth: every item begins where it was when the first day began.
    AsRecorded,
}

/// Working days since the first, times a day's seconds, and the seconds of the day.
pub(super) type Moment = i64;
pub(super) const DAY_S: Moment = 86_400;

/// One working day.
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) rules: DayRules,
    pub(super) cut_off: i64,
    /// For each place when it is open.
    pub(super) windows: Vec<Vec<(i64, i64)>>,
}

/// An item's way over the runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flow {
    /// The place where it becomes ready; 0 is the centre.
    pub(super) at: usize,
    /// The place it goes to.
    pub(super) to: usize,
    pub(super) ready: Moment,
    pub(super) due: Option<Moment>,
    /// Whether it was received at the centre's counter and goes to a department, so that the cut-off holds.
    pub(super) received_here: bool,
}

/// A season made ready for being ridden again and again.
pub struct ReplaySeason {
    pub(super) days: Vec<Day>,
    pub(super) places: Vec<SiteId>,
    pub(super) always: u128,
    pub(super) matrix: Matrix,
    pub(super) vehicle: Vehicle,
    pub(super) flows: Vec<Flow>,
    pub(super) tours: Mutex<TourBook>,
    current: Option<Scenario>,
}

impl ReplaySeason {
    /// Makes the working days from `from` to `to` ready, with the offices that the document runs of `from` call at and the vehicle
    /// of the first courier who rides them.
    ///
    /// # Errors
    /// [`DispatchError`] when a rule, the calendar or travel times do not cover it; [`DispatchError::Season`] when there is nothing
    /// to ride: no working day, no document run, nobody who rides one.
    pub fn prepare(
        centre: &CentreData,
        (from, to): (NaiveDate, NaiveDate),
        begin: Begin,
        (items, dossiers): (&[Item], &[Dossier]),
        travel: &TravelModes,
    ) -> Result<Self, DispatchError> {
        let hub = centre.hub();
        let runs: Vec<_> = centre.timetable.on(from).into_iter().filter(|run| run.kind == RunKind::Document).collect();
        let called = centre.sites.iter().filter(|site| {
            site.id != hub.id && site.effective.contains(from) && runs.iter().any(|run| run.calls_at(site))
        });
        let places: Vec<SiteId> =
            std::iter::once(hub.id).chain(called.map(|site| site.id).collect::<BTreeSet<_>>()).collect();
        let has_runs = |courier: &&crate::domain::Courier| {
            courier.base == hub.id
                && courier.effective.contains(from)
                && runs.iter().any(|run| courier.runs.contains(&run.code))
        };
        let couriers: Vec<_> = centre.couriers.iter().filter(has_runs).collect();
        let vehicle = couriers.iter().find_map(|courier| centre.vehicle(courier.vehicle_id)).cloned();
        let vehicle = vehicle.ok_or_else(|| DispatchError::Season(format!("nobody rides document runs on {from}")))?;
        if places.len() < 2 {
            return Err(DispatchError::Season(format!("no document run calls at an office on {from}")));
        }
        if places.len() > 128 {
            return Err(DispatchError::Season("document runs call at more than 127 offices".into()));
        }
        let days = days(centre, &places, from, to)?;
        if days.is_empty() {
            return Err(DispatchError::Season(format!("there is no working day from {from} to {to}")));
        }
        let positions: Vec<_> = places.iter().filter_map(|id| centre.site(*id)).map(|site| site.position).collect();
        let matrix = travel.matrix(vehicle.profile, &positions)?;
        let always = places
            .iter()
            .enumerate()
            .filter(|(_, id)| centre.site(**id).is_some_and(|site| site.always_visit))
            .fold(0_u128, |mask, (place, _)| mask | 1 << place);
        let flows = flows(centre, &days, &places, begin, items, dossiers);
        let typical = typical(places.len(), days.len(), &flows);
        let tours = Mutex::new(TourBook::new(&matrix, &vehicle, &days[0].rules, typical));
        let times = runs.iter().map(|run| RunTime { departs: run.departs, back_by: run.back_by }).collect();
        let riders = u32::try_from(couriers.len()).unwrap_or(u32::MAX);
        let current = Scenario::new(times, riders).ok();
        Ok(Self { days, places, always, matrix, vehicle, flows, tours, current })
    }

    /// The timetable in force on the first day; none where its runs overlap.
    #[must_use]
    pub fn current(&self) -> Option<&Scenario> {
        self.current.as_ref()
    }

    /// How many working days it has.
    #[must_use]
    pub fn working_days(&self) -> usize {
        self.days.len()
    }

    /// How many items it has.
    #[must_use]
    pub fn items(&self) -> usize {
        self.flows.len()
    }

    /// The hours of the centre's counters on the first day, seconds from midnight.
    pub(super) fn hours(&self) -> &[(i64, i64)] {
        &self.days[0].windows[0]
    }
}

fn days(centre: &CentreData, places: &[SiteId], from: NaiveDate, to: NaiveDate) -> Result<Vec<Day>, DispatchError> {
    let mut days = Vec::new();
    for date in from.iter_days().take_while(|date| *date <= to) {
        if !centre.calendar.is_working_day(date)? {
            continue;
        }
        let rules = centre.rules.on(date)?;
        let clock = DayClock::new(date, centre.centre.time_zone);
        let mut windows = Vec::with_capacity(places.len());
        for site in places.iter().filter_map(|id| centre.site(*id)) {
            let open = centre.open_windows(site, date)?;
            windows.push(open.iter().map(|it| (clock.seconds_at(it.from), clock.seconds_at(it.to))).collect());
        }
        days.push(Day { date, rules, cut_off: clock.seconds_at(rules.cut_off_time), windows });
    }
    Ok(days)
}

/// The flows of the items that the document runs carry, by readiness.
fn flows(
    centre: &CentreData,
    days: &[Day],
    places: &[SiteId],
    begin: Begin,
    items: &[Item],
    dossiers: &[Dossier],
) -> Vec<Flow> {
    let zone = centre.centre.time_zone;
    let place_of: HashMap<SiteId, usize> = places.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let appointments: HashMap<DossierId, DateTime<Utc>> =
        dossiers.iter().map(|dossier| (dossier.id, dossier.appointment_at)).collect();
    let index: BTreeMap<NaiveDate, usize> = days.iter().enumerate().map(|(n, day)| (day.date, n)).collect();
    let number = |n: usize| Moment::try_from(n).unwrap_or(Moment::MAX / DAY_S);
    let starts = DayClock::new(days[0].date, zone).instant(0);
    // On a day off it is as good as at the beginning of the next working day.
    let moment = |at: DateTime<Utc>| -> Moment {
        let date = DayClock::date_of(at, zone);
        match index.range(date..).next() {
            Some((day, n)) if *day == date => number(*n) * DAY_S + DayClock::new(date, zone).seconds(at),
            Some((_, n)) => number(*n) * DAY_S,
            None => number(days.len()) * DAY_S,
        }
    };
    let departments: BTreeSet<SiteId> =
        centre.sites.iter().filter(|site| site.kind == SiteKind::Department).map(|site| site.id).collect();
    let mut flows: Vec<Flow> = Vec::with_capacity(items.len());
    for item in items {
        let (site, ready_at) = match begin {
            Begin::Empty if item.ready_at < starts => continue,
            Begin::Empty => (item.from, item.ready_at),
            Begin::AsRecorded if item.delivered_at.is_some_and(|at| at < starts) => continue,
            Begin::AsRecorded => {
                let waits = item.whereabouts(starts);
                (waits.site, waits.reached_at)
            }
        };
        let target = match item.to {
            Destination::Site(id) => id,
            Destination::Home(_) => places[0],
        };
        let (Some(&at), Some(&to)) = (place_of.get(&site), place_of.get(&target)) else { continue };
        let ready = if ready_at < starts { moment(ready_at).min(0) } else { moment(ready_at) };
        if at == to || ready >= number(days.len()) * DAY_S {
            continue;
        }
        let received_here = item.from == places[0] && at == 0 && departments.contains(&target);
        let due = item.due_at.map(&moment).or_else(|| match item.to {
            Destination::Site(_) if received_here => paper_due(days, ready),
            Destination::Site(id) if id == places[0] => {
                item.dossier_id.and_then(|id| appointments.get(&id)).map(|at| moment(*at))
            }
            _ => None,
        });
        flows.push(Flow { at, to, ready, due, received_here });
    }
    flows.sort_by_key(|flow| (flow.ready, flow.at, flow.to));
    flows
}

/// Within so many working days after its receipt, or after the next opening when it came in after the cut-off: the same rule as
/// that of plans.
fn paper_due(days: &[Day], ready: Moment) -> Option<Moment> {
    let day_of = |n: Moment| usize::try_from(n).ok().and_then(|n| days.get(n));
    let opens = |day: &Day| day.windows[0].first().map_or(0, |window| window.0);
    let (mut n, mut time) = (ready.div_euclid(DAY_S), ready.rem_euclid(DAY_S));
    let day = day_of(n)?;
    if time > day.cut_off {
        n += 1;
        time = day_of(n).map_or(0, opens);
    } else {
        time = time.max(opens(day));
    }
    Some((n + Moment::from(day.rules.paper_to_department_days)) * DAY_S + time)
}

/// What is usually given and taken at a place in one visit of four a day.
fn typical(places: usize, days: usize, flows: &[Flow]) -> Vec<i64> {
    let mut counts = vec![0_i64; places];
    for flow in flows {
        counts[flow.at] += 1;
        counts[flow.to] += 1;
    }
    let visits = i64::try_from(days).unwrap_or(i64::MAX / 4) * 4;
    counts.into_iter().map(|count| (count + visits - 1) / visits.max(1)).collect()
}
