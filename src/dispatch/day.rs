//! The day as the other files of this layer see it: times in whole seconds from its midnight, sites and homes by id.

use std::collections::HashMap;

use super::{DayInput, DispatchError};
use crate::{
    domain::{
        CentreData, Courier, DayClock, DayRules, Dossier, DossierId, HalfDay, HomeDelivery, HomeDeliveryId,
        LocalWindow, RunPattern, Site, SiteId, Vehicle,
    },
    planner::{Seconds, TimeWindow},
};

/// The end of the day; what is due later is not due today.
pub(super) const DAY_END: Seconds = 86_400;

/// One departure with the couriers who ride it.
pub(super) struct DayRun<'a> {
    pub(super) pattern: &'a RunPattern,
    pub(super) departs: Seconds,
    pub(super) back_by: Seconds,
    pub(super) couriers: Vec<(&'a Courier, &'a Vehicle)>,
}

/// One half-day with its hours.
pub(super) struct DayHalf {
    pub(super) half_day: HalfDay,
    pub(super) window: TimeWindow,
}

pub(super) struct Day<'a> {
    pub(super) input: &'a DayInput<'a>,
    pub(super) centre: &'a CentreData,
    pub(super) clock: DayClock,
    pub(super) rules: DayRules,
    pub(super) hub: &'a Site,
    pub(super) runs: Vec<DayRun<'a>>,
    pub(super) halves: Vec<DayHalf>,
    pub(super) sites: HashMap<SiteId, &'a Site>,
    pub(super) homes: HashMap<HomeDeliveryId, &'a HomeDelivery>,
    pub(super) dossiers: HashMap<DossierId, &'a Dossier>,
}

impl<'a> Day<'a> {
    pub(super) fn new(input: &'a DayInput<'a>) -> Result<Self, DispatchError> {
        let centre = input.centre;
        let date = input.date;
        if !centre.calendar.is_working_day(date)? {
            let why =
                centre.calendar.special(date).map_or_else(|| date.format("%A").to_string(), |day| day.name.clone());
            return Err(DispatchError::NotAWorkingDay { date, why, next: centre.calendar.working_day_from(date)? });
        }
        let clock = DayClock::new(date, centre.centre.time_zone);
        let hub = centre.hub();
        let runs = centre.timetable.on(date).into_iter().map(|pattern| day_run(centre, &clock, hub, pattern)).collect();
        let mut halves: Vec<DayHalf> = centre
            .half_days
            .iter()
            .filter(|row| row.effective.contains(date))
            .map(|row| DayHalf { half_day: row.half_day, window: seconds(&clock, row.window) })
            .collect();
        halves.sort_by_key(|half| half.window.start);
        Ok(Self {
            input,
            centre,
            clock,
            rules: centre.rules.on(date)?,
            hub,
            runs,
            halves,
            sites: centre.sites_by_id(),
            homes: input.home_deliveries.iter().map(|home| (home.id, home)).collect(),
            dossiers: input.dossiers.iter().map(|dossier| (dossier.id, dossier)).collect(),
        })
    }

    /// When an item that a run brings to the centre may leave it again.
    pub(super) fn relay_ready(&self, run: usize) -> Seconds {
        self.runs[run].back_by + self.rules.unloading_s + self.rules.loading_lead_s
    }

    /// When the site's counter serves couriers today.
    pub(super) fn open_windows(&self, site: &Site) -> Result<Vec<TimeWindow>, DispatchError> {
        let windows = self.centre.open_windows(site, self.input.date)?;
        Ok(windows.into_iter().map(|window| seconds(&self.clock, window)).collect())
    }

    /// The runs that call at a site, by index.
    pub(super) fn runs_calling_at(&self, site: &Site) -> Vec<usize> {
        let calls = |run: &DayRun<'_>| !run.couriers.is_empty() && run.pattern.calls_at(site);
        self.runs.iter().enumerate().filter(|(_, run)| calls(run)).map(|(index, _)| index).collect()
    }

    /// The couriers on duty today with their vehicles, by code.
    pub(super) fn couriers(&self) -> impl Iterator<Item = (&'a Courier, &'a Vehicle)> {
        couriers(self.centre, self.input.date)
    }
}

fn couriers(centre: &CentreData, date: chrono::NaiveDate) -> impl Iterator<Item = (&Courier, &Vehicle)> {
    centre
        .couriers
        .iter()
        .filter(move |courier| courier.effective.contains(date))
        .filter_map(|courier| Some((courier, centre.vehicle(courier.vehicle_id)?)))
}

fn day_run<'a>(centre: &'a CentreData, clock: &DayClock, hub: &Site, pattern: &'a RunPattern) -> DayRun<'a> {
    DayRun {
        pattern,
        departs: clock.seconds_at(pattern.departs),
        back_by: clock.seconds_at(pattern.back_by),
        couriers: couriers(centre, clock.date())
            .filter(|(courier, _)| courier.base == hub.id && courier.runs.contains(&pattern.code))
            .collect(),
    }
}

/// A local window as the planner has it; both of its ends belong to it.
pub(super) fn seconds(clock: &DayClock, window: LocalWindow) -> TimeWindow {
    TimeWindow::new(clock.seconds_at(window.from), clock.seconds_at(window.to))
}
