//! The physical things of a dossier and when they moved.
//!
//! What lies before the day that somebody plans has to have happened: items get an arrival by a simple rule (the next run of
//! the timetable that could take them), which is history, not a plan.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rand::{Rng, RngExt};

use super::{
    SeasonRequest, SimulateError,
    homes::{HOME_QUALITY, Homes, Homeward},
    settlement::office_time,
    weighted::Weighted,
};
use crate::domain::{
    CentreData, DayClock, Destination, DomainError, Dossier, HalfDay, HomeDelivery, HomeDeliveryId, Item, ItemId,
    RunKind, SeasonProfile, SeededIds, SiteId, WantedHalfDay, Waypoint, to_micros,
};

/// When an item was where.
struct History {
    ready_at: DateTime<Utc>,
    at_centre: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
}

pub(super) struct Maker<'a, R> {
    centre: &'a CentreData,
    profile: &'a SeasonProfile,
    season_end: DateTime<Utc>,
    rng: &'a mut R,
    ids: &'a mut SeededIds,
    homes: Homes<'a>,
    per_dossier: Weighted<u32>,
    departments: Vec<SiteId>,
    home_deliveries: Vec<HomeDelivery>,
    items: Vec<Item>,
    serial: u32,
}

impl<'a, R: Rng> Maker<'a, R> {
    pub(super) fn new(
        centre: &'a CentreData,
        profile: &'a SeasonProfile,
        request: &SeasonRequest,
        rng: &'a mut R,
        ids: &'a mut SeededIds,
    ) -> Result<Self, SimulateError> {
        let end = DayClock::new(request.to, centre.centre.time_zone).instant(86_400);
        Ok(Self {
            centre,
            profile,
            season_end: end,
            homes: Homes::new(centre, profile, request)?,
            per_dossier: Weighted::new(
                "items.per_dossier",
                profile.items.per_dossier.iter().map(|row| (row.items, row.weight.into())),
            )?,
            departments: centre.procedures.iter().map(|row| row.department_id).collect(),
            rng,
            ids,
            home_deliveries: Vec::new(),
            items: Vec::new(),
            serial: 0,
        })
    }

    pub(super) fn finish(mut self) -> (Vec<HomeDelivery>, Vec<Item>) {
        self.home_deliveries.sort_by_key(|home| (home.requested_at, home.id));
        self.items.sort_by_key(|item| (item.ready_at, item.id));
        (self.home_deliveries, self.items)
    }

    /// Everything physical of one dossier.
    pub(super) fn dossier(&mut self, dossier: &Dossier, homeward: Option<Homeward>) -> Result<(), SimulateError> {
        self.ids.set_time(u64::try_from(dossier.received_at.timestamp_millis()).unwrap_or(0));
        for _ in 0..self.per_dossier.draw(self.rng) {
            let ready_at = dossier.received_at + TimeDelta::minutes(self.rng.random_range(3..=15));
            let delivered_at = self.delivered_to_department(ready_at)?;
            let hub = self.centre.hub().id;
            let to = Destination::Site(dossier.department_id);
            self.item("I", dossier, hub, to, &History { ready_at, at_centre: None, delivered_at })?;
        }
        self.second_department(dossier)?;
        self.result(dossier, homeward)?;
        Ok(())
    }

    /// Some papers go on to a second department while the case is under way.
    fn second_department(&mut self, dossier: &Dossier) -> Result<(), SimulateError> {
        let others: Vec<SiteId> =
            self.departments.iter().copied().filter(|site| *site != dossier.department_id).collect();
        if others.is_empty() || self.rng.random_range(0..1000) >= self.profile.items.second_department_permille {
            return Ok(());
        }
        let date = self.centre.calendar.add_working_days(self.date(dossier.received_at), 2)?;
        let ready_at = office_time(self.centre, date, self.rng)?;
        if ready_at >= self.season_end || dossier.settled_at.is_some_and(|settled| settled < ready_at) {
            return Ok(());
        }
        let other = others[self.rng.random_range(0..others.len())];
        let at_centre = self.back_at_centre(ready_at)?;
        let delivered_at = match at_centre {
            Some(at) => self.delivered_to_department(at)?,
            None => None,
        };
        let history = History { ready_at, at_centre, delivered_at };
        self.item("T", dossier, dossier.department_id, Destination::Site(other), &history)
    }

    /// The result goes back to the centre or home.
    fn result(&mut self, dossier: &Dossier, homeward: Option<Homeward>) -> Result<(), SimulateError> {
        let Some(settled_at) = dossier.settled_at else { return Ok(()) };
        let ready_at = settled_at + TimeDelta::minutes(self.rng.random_range(5..=30));
        let at_centre = self.back_at_centre(ready_at)?;
        let (to, delivered_at) = match homeward {
            Some(homeward) => {
                let (home, delivered_at) = self.home(dossier, at_centre)?;
                (Destination::Home(home), delivered_at.filter(|_| homeward == Homeward::Delivered))
            }
            None => (Destination::Site(self.centre.hub().id), at_centre),
        };
        let at_centre = at_centre.filter(|_| homeward.is_some());
        self.item("R", dossier, dossier.department_id, to, &History { ready_at, at_centre, delivered_at })
    }

    fn home(
        &mut self,
        dossier: &Dossier,
        at_centre: Option<DateTime<Utc>>,
    ) -> Result<(HomeDeliveryId, Option<DateTime<Utc>>), SimulateError> {
        let home = self.homes.draw(self.date(dossier.received_at), self.rng)?;
        let (wanted, delivered_at) = match at_centre {
            Some(at) => {
                let after = if home.in_own_district { 1 } else { 2 };
                let date = self.centre.calendar.add_working_days(self.date(at), after)?;
                let names_it = self.rng.random_bool(0.6);
                let wanted = WantedHalfDay { date, half_day: home.half_day };
                (names_it.then_some(wanted), self.half_day_time(date, home.half_day))
            }
            None => (None, None),
        };
        let id = HomeDeliveryId::new(self.ids);
        self.home_deliveries.push(HomeDelivery {
            id,
            centre_id: self.centre.centre.id,
            dossier_id: Some(dossier.id),
            address: home.address,
            commune_code: home.commune.code.clone(),
            position: home.position,
            position_quality: HOME_QUALITY,
            requested_at: dossier.received_at + TimeDelta::minutes(2),
            wanted,
            synthetic: true,
        });
        Ok((id, delivered_at.filter(|at| *at < self.season_end)))
    }

    fn item(
        &mut self,
        kind: &str,
        dossier: &Dossier,
        from: SiteId,
        to: Destination,
        history: &History,
    ) -> Result<(), SimulateError> {
        let hub = self.centre.hub().id;
        let waypoint = |at| Waypoint { site: hub, reached_at: to_micros(at) };
        self.serial += 1;
        let code = format!("{kind}{}-{:07}", self.date(history.ready_at).format("%y%m%d"), self.serial);
        let weights =
            self.profile.items.weight_g_min..=self.profile.items.weight_g_max.max(self.profile.items.weight_g_min);
        self.items.push(Item {
            id: ItemId::new(self.ids),
            centre_id: self.centre.centre.id,
            code: code.parse()?,
            dossier_id: Some(dossier.id),
            from,
            to,
            ready_at: to_micros(history.ready_at),
            due_at: None,
            weight_g: self.rng.random_range(weights),
            waypoint: history.at_centre.map(waypoint),
            delivered_at: history.delivered_at.map(to_micros),
            synthetic: true,
        });
        Ok(())
    }

    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        DayClock::date_of(at, self.centre.centre.time_zone)
    }

    /// The departures and limits of a day's document runs.
    fn runs(&self, date: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let clock = DayClock::new(date, self.centre.centre.time_zone);
        let runs = self.centre.timetable.on(date).into_iter().filter(|run| run.kind == RunKind::Document);
        runs.map(|run| (clock.at(run.departs), clock.at(run.back_by))).collect()
    }

    /// When something ready at the centre reached its department: on the next run, but after the cut-off only the next day's.
    fn delivered_to_department(&mut self, ready_at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DomainError> {
        let date = self.date(ready_at);
        let rules = self.centre.rules.on(date)?;
        let clock = DayClock::new(date, self.centre.centre.time_zone);
        let loaded_by = ready_at + TimeDelta::seconds(rules.loading_lead_s);
        let today = if ready_at <= clock.at(rules.cut_off_time) { self.runs(date) } else { Vec::new() };
        let departs = match today.into_iter().map(|run| run.0).find(|departs| *departs >= loaded_by) {
            Some(departs) => Some(departs),
            None => self.runs(self.centre.calendar.add_working_days(date, 1)?).first().map(|run| run.0),
        };
        let ride = TimeDelta::minutes(self.rng.random_range(8..=70));
        Ok(departs.map(|departs| departs + ride).filter(|at| *at < self.season_end))
    }

    /// When something ready at a department was back at the centre: with the next run that was still out or to come.
    fn back_at_centre(&mut self, ready_at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DomainError> {
        let date = self.date(ready_at);
        let by = ready_at + TimeDelta::minutes(self.rng.random_range(10..=60));
        let back = match self.runs(date).into_iter().map(|run| run.1).find(|back_by| *back_by >= by) {
            Some(back) => Some(back),
            None => self.runs(self.centre.calendar.add_working_days(date, 1)?).first().map(|run| run.1),
        };
        Ok(back.filter(|at| *at < self.season_end))
    }

    /// Some time in a half-day's hours of rounds.
    fn half_day_time(&mut self, date: NaiveDate, half_day: Option<HalfDay>) -> Option<DateTime<Utc>> {
        let wanted = half_day.unwrap_or(HalfDay::Afternoon);
        let hours = self.centre.half_days.iter().find(|row| row.half_day == wanted && row.effective.contains(date))?;
        let clock = DayClock::new(date, self.centre.centre.time_zone);
        let length = (hours.window.to - hours.window.from).num_seconds().max(1);
        Some(clock.at(hours.window.from) + TimeDelta::seconds(self.rng.random_range(0..length)))
    }
}
