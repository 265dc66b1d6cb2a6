//! What has to happen to each item: its legs, when it may leave, when it is due.

use chrono::{DateTime, Utc};

use super::{
    DispatchError,
    day::{DAY_END, Day},
};
use crate::{
    domain::{Destination, HomeDelivery, HomeDeliveryId, Item, Site, SiteId, SiteKind, UnassignedReason},
    planner::Seconds,
};

/// Where a run takes an item; the other end is the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RunLeg {
    /// From an office to the centre.
    Collect(SiteId),
    /// From the centre to an office.
    Deliver(SiteId),
}

impl RunLeg {
    pub(super) fn site(self) -> SiteId {
        match self {
            Self::Collect(site) | Self::Deliver(site) => site,
        }
    }
}

/// The last leg of an item that goes home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HomeLeg {
    pub(super) home: HomeDeliveryId,
    pub(super) depot: SiteId,
}

/// One item's way from where it waits to where it goes.
pub(super) struct Journey<'a> {
    pub(super) item: &'a Item,
    /// The site where it waits when the day begins.
    pub(super) waits_at: SiteId,
    /// At most two: everything passes through the centre.
    pub(super) run_legs: Vec<RunLeg>,
    pub(super) home_leg: Option<HomeLeg>,
    /// When it may leave where it waits: for a leg from the centre the earliest departure that can load it, for a leg to
    /// the centre the earliest joint count.
    pub(super) release: Seconds,
    /// When it must have arrived; beyond the day's end when it is due later.
    pub(super) due: Option<Seconds>,
    /// Why it cannot begin its way today, when that is clear before any route is made.
    pub(super) stays: Option<UnassignedReason>,
}

impl Journey<'_> {
    /// The leg on which it must make its due time.
    pub(super) fn is_last_run_leg(&self, leg: usize) -> bool {
        self.home_leg.is_none() && leg + 1 == self.run_legs.len()
    }
}

pub(super) fn of_all<'a>(day: &Day<'a>) -> Result<Vec<Journey<'a>>, DispatchError> {
    day.input.items.iter().map(|item| journey(day, item)).collect()
}

fn journey<'a>(day: &Day<'a>, item: &'a Item) -> Result<Journey<'a>, DispatchError> {
    let site = |id: SiteId| {
        day.sites.get(&id).copied().ok_or_else(|| DispatchError::Dangling {
            item: item.code.to_string(),
            what: "site",
            id: id.to_string(),
        })
    };
    let known = day.rest.and_then(|rest| rest.whereabouts.get(&item.id).copied());
    let waits = known.unwrap_or_else(|| item.whereabouts(day.clock.instant(0)));
    let from = site(waits.site)?;
    let mut stays = None;
    let (target, home_leg) = match item.to {
        Destination::Site(to) => (site(to)?, None),
        Destination::Home(id) => {
            let home = *day.homes.get(&id).ok_or_else(|| DispatchError::Dangling {
                item: item.code.to_string(),
                what: "home delivery",
                id: id.to_string(),
            })?;
            match day.centre.depot_of(&home.commune_code, day.input.date) {
                Some(depot) => (site(depot)?, Some(HomeLeg { home: id, depot })),
                None => {
                    let commune = day.centre.commune(&home.commune_code, day.input.date);
                    let commune = commune.map_or_else(|| home.commune_code.clone(), |commune| commune.name.clone());
                    stays = Some(UnassignedReason::NoDepot { commune });
                    (from, None)
                }
            }
        }
    };
    let run_legs = run_legs(day, from, target);
    let ready = day.clock.seconds(waits.reached_at);
    let leaves_centre = from.id == day.hub.id;
    let received_here = item.from == day.hub.id && waits.site == item.from;
    let to_department = received_here && home_leg.is_none() && target.kind == SiteKind::Department;
    if stays.is_none() {
        stays = why_it_stays(day, item, ready, to_department, run_legs.is_empty().then_some(home_leg).flatten());
    }
    let release = if leaves_centre || run_legs.is_empty() { ready + day.rules.loading_lead_s } else { ready };
    Ok(Journey {
        item,
        waits_at: from.id,
        run_legs,
        home_leg,
        release: release.max(0),
        due: due(day, item, to_department)?,
        stays,
    })
}

fn run_legs(day: &Day<'_>, from: &Site, target: &Site) -> Vec<RunLeg> {
    let mut legs = Vec::new();
    if from.id != target.id {
        if from.id != day.hub.id {
            legs.push(RunLeg::Collect(from.id));
        }
        if target.id != day.hub.id {
            legs.push(RunLeg::Deliver(target.id));
        }
    }
    legs
}

fn why_it_stays(
    day: &Day<'_>,
    item: &Item,
    ready: Seconds,
    to_department: bool,
    at_depot: Option<HomeLeg>,
) -> Option<UnassignedReason> {
    let cut_off = day.clock.seconds_at(day.rules.cut_off_time);
    if to_department && ready > cut_off {
        let ready = local_time(day, item.ready_at);
        return Some(UnassignedReason::AfterCutOff { ready, cut_off: day.rules.cut_off_time });
    }
    at_depot.and_then(|leg| day.homes.get(&leg.home)).and_then(|home| wanted_later(day, home))
}

/// The reason not to visit a home today, when the recipient wants another day.
pub(super) fn wanted_later(day: &Day<'_>, home: &HomeDelivery) -> Option<UnassignedReason> {
    let wanted = home.wanted.filter(|wanted| wanted.date > day.input.date)?;
    Some(UnassignedReason::WantedLater { date: wanted.date, half_day: wanted.half_day })
}

/// When the item must have arrived: its own due time, else its dossier's appointment when it goes to the centre, else the
/// legal clock of its kind of journey.
fn due(day: &Day<'_>, item: &Item, to_department: bool) -> Result<Option<Seconds>, DispatchError> {
    let by_clock = match item.to {
        Destination::Home(home) => Some(home_clock(day, item, home)?),
        Destination::Site(_) if to_department => Some(paper_clock(day, item)?),
        Destination::Site(to) if to == day.hub.id => {
            item.dossier_id.and_then(|id| day.dossiers.get(&id)).map(|dossier| dossier.appointment_at)
        }
        Destination::Site(_) => None,
    };
    Ok(item.due_at.or(by_clock).map(|due| day.clock.seconds(due)))
}

/// Paper reaches its department within so many working days of its receipt, or of the next working day's opening when it
/// came in after the cut-off.
fn paper_clock(day: &Day<'_>, item: &Item) -> Result<DateTime<Utc>, DispatchError> {
    let zone = day.centre.centre.time_zone;
    let received = item.ready_at.with_timezone(&zone);
    let calendar = &day.centre.calendar;
    let received_date = received.date_naive();
    let opens = |date| -> Result<_, DispatchError> {
        let windows = day.centre.open_windows(day.hub, date)?;
        Ok(windows.first().map_or(received.time(), |window| window.from))
    };
    let (date, time) = if !calendar.is_working_day(received_date)? {
        let date = calendar.working_day_from(received_date)?;
        (date, opens(date)?)
    } else if received.time() > day.rules.cut_off_time {
        let date = calendar.add_working_days(received_date, 1)?;
        (date, opens(date)?)
    } else {
        (received_date, received.time())
    };
    let due = calendar.add_working_days(date, day.rules.paper_to_department_days)?;
    Ok(crate::domain::DayClock::new(due, zone).at(time))
}

/// J + n working days, J being the day the carrier has the result: here the day on which it lies ready. It runs to the
/// close of office hours, and n depends on whether the home is in the centre's own district. A recipient who wants a later
/// day has it.
fn home_clock(day: &Day<'_>, item: &Item, home: HomeDeliveryId) -> Result<DateTime<Utc>, DispatchError> {
    let zone = day.centre.centre.time_zone;
    let calendar = &day.centre.calendar;
    let ready = item.ready_at.with_timezone(&zone).date_naive();
    let district =
        |code: &str| day.centre.commune(code, day.input.date).and_then(|commune| commune.district_code.as_deref());
    let home_commune = day.homes.get(&home).map_or("", |home| home.commune_code.as_str());
    let same_district = match (district(home_commune), district(&day.hub.commune_code)) {
        (Some(home), Some(hub)) => home == hub,
        _ => false,
    };
    let days = if same_district { day.rules.home_same_district_days } else { day.rules.home_within_province_days };
    let wanted = day.homes.get(&home).and_then(|home| home.wanted).map(|wanted| wanted.date);
    let by_clock = calendar.add_working_days(calendar.working_day_from(ready)?, days)?;
    let date = wanted.map_or(by_clock, |wanted| wanted.max(by_clock));
    let windows = day.centre.open_windows(day.hub, date)?;
    let clock = crate::domain::DayClock::new(date, zone);
    Ok(windows.last().map_or_else(|| clock.instant(DAY_END - 1), |window| clock.at(window.to)))
}

pub(super) fn local_time(day: &Day<'_>, at: DateTime<Utc>) -> chrono::NaiveTime {
    at.with_timezone(&day.centre.centre.time_zone).time()
}
