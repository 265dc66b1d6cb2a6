//! The day as the other files of this layer see it: times in whole seconds from its midnight, sites and homes by id.

use std::collections::HashMap;

use super::{DayInput, DispatchError, rest::Rest};
use crate::{
    domain::{
        CentreData, Courier, CourierId, DayClock, DayRules, Dossier, DossierId, HalfDay, HomeDelivery, HomeDeliveryId,
        ItemId, LocalWindow, PlannedRun, Position, RunPattern, Site, SiteId, Vehicle, VehicleProfile,
    },
    planner::{Matrix, Seconds, TimeWindow},
};

/// The end of the day; what is due later is not due today.
pub(super) const DAY_END: Seconds = 86_400;

/// One departure with the couriers who can still ride it.
pub(super) struct DayRun<'a> {
    pub(super) pattern: &'a RunPattern,
    pub(super) departs: Seconds,
    pub(super) back_by: Seconds,
    pub(super) couriers: Vec<(&'a Courier, &'a Vehicle)>,
    /// All who are out on it, those included whose routes stay as they are.
    pub(super) riders: Vec<CourierId>,
    /// When it leaves and must be back by the plan, where that is not when it can still leave.
    pub(super) listed: (Seconds, Seconds),
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
    /// What to respect when a part of the day is over.
    pub(super) rest: Option<&'a Rest>,
}

impl<'a> Day<'a> {
    pub(super) fn new(input: &'a DayInput<'a>) -> Result<Self, DispatchError> {
        Self::of(input, None)
    }

    /// The same when a part of the day is over.
    pub(super) fn of(input: &'a DayInput<'a>, rest: Option<&'a Rest>) -> Result<Self, DispatchError> {
        let centre = input.centre;
        let date = input.date;
        if !centre.calendar.is_working_day(date)? {
            let why =
                centre.calendar.special(date).map_or_else(|| date.format("%A").to_string(), |day| day.name.clone());
            return Err(DispatchError::NotAWorkingDay { date, why, next: centre.calendar.working_day_from(date)? });
        }
        let clock = DayClock::new(date, centre.centre.time_zone);
        let hub = centre.hub();
        let runs = centre.timetable.on(date).into_iter().map(|pattern| {
            let run = day_run(centre, &clock, hub, pattern);
            let previous = input.previous.and_then(|plan| plan.runs.iter().find(|old| old.code == pattern.code));
            match (rest, previous) {
                (Some(rest), Some(previous)) => rest_of_run(&clock, run, previous, rest),
                _ => run,
            }
        });
        let runs = runs.collect();
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
            rest,
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

    /// When the planned part of the day begins: now, or at midnight.
    pub(super) fn begins(&self) -> Seconds {
        self.rest.map_or(0, |rest| self.clock.seconds(rest.at))
    }

    /// Whether an item must go as soon as can be.
    pub(super) fn is_urgent(&self, item: ItemId) -> bool {
        self.rest.is_some_and(|rest| rest.upset.urgent.contains(&item))
    }

    /// Until when a courier is out on a route that stays as it is.
    pub(super) fn busy_until(&self, courier: CourierId) -> Seconds {
        let busy = self.rest.and_then(|rest| rest.busy.get(&courier));
        busy.map_or(0, |until| self.clock.seconds(*until) + self.rules.unloading_s)
    }

    /// Travel between places, without what is closed.
    pub(super) fn matrix(
        &self,
        profile: VehicleProfile,
        positions: &[Position],
        is_shut: &dyn Fn(usize) -> bool,
    ) -> Result<Matrix, DispatchError> {
        let mut matrix = self.input.travel.matrix(profile, positions)?;
        if let Some(rest) = self.rest {
            rest.upset.close(&mut matrix, positions, is_shut);
        }
        Ok(matrix)
    }

    /// Whether an office cannot be reached today any more.
    pub(super) fn is_shut(&self, site: SiteId) -> bool {
        self.rest.is_some_and(|rest| rest.upset.sites.contains(&site))
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
    let couriers: Vec<_> = couriers(centre, clock.date())
        .filter(|(courier, _)| courier.base == hub.id && courier.runs.contains(&pattern.code))
        .collect();
    let (departs, back_by) = (clock.seconds_at(pattern.departs), clock.seconds_at(pattern.back_by));
    let riders = couriers.iter().map(|(courier, _)| courier.id).collect();
    DayRun { pattern, departs, back_by, couriers, riders, listed: (departs, back_by) }
}

/// A run as it can still leave: later when it is late, without those who cannot ride or whose routes stay. Whoever should
/// have left leaves now.
fn rest_of_run<'a>(clock: &DayClock, mut run: DayRun<'a>, previous: &PlannedRun, rest: &Rest) -> DayRun<'a> {
    let planned = clock.seconds(previous.departs_at);
    let departs = rest.upset.late.get(&previous.id).map_or(planned, |late| clock.seconds(*late));
    let back_by = clock.seconds(previous.back_by) + (departs - planned).max(0);
    let at = clock.seconds(rest.at);
    let keeps = |courier: CourierId| {
        rest.kept.iter().any(|(carrier, route)| {
            *carrier == crate::domain::LegCarrier::Run(previous.id) && route.courier_id == courier
        })
    };
    let cancelled = rest.upset.cancelled.contains(&previous.id);
    run.couriers.retain(|(courier, _)| {
        let can_leave = departs >= at || rest.unbegun.contains(&(previous.id, courier.id));
        !cancelled && !keeps(courier.id) && !rest.upset.is_out(courier) && can_leave
    });
    run.riders = run.couriers.iter().map(|(courier, _)| courier.id).collect();
    run.riders.extend(
        rest.kept
            .iter()
            .filter(|(carrier, _)| *carrier == crate::domain::LegCarrier::Run(previous.id))
            .map(|(_, route)| route.courier_id),
    );
    run.listed = (departs, back_by);
    run.departs = if run.couriers.is_empty() { departs } else { departs.max(at) };
    run.back_by = back_by;
    run
}

/// A local window as the planner has it; both of its ends belong to it.
pub(super) fn seconds(clock: &DayClock, window: LocalWindow) -> TimeWindow {
    TimeWindow::new(clock.seconds_at(window.from), clock.seconds_at(window.to))
}
