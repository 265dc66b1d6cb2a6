use chrono::{DateTime, Duration, Utc};

use super::{follow::Things, offers::half_day_of};
use crate::{
    domain::{
        Action, CentreData, Code, DeliveryFact, HalfDay, HomeDelivery, LegCarrier, Party, Place, PlannedRound,
        RuleUnit, WantedHalfDay,
    },
    service::{
        Service, ServiceError,
        items::distinct,
        scans::{code_of_item, recorded},
    },
};

/// What a window rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowBasis {
    /// The half-day that was promised.
    HalfDay,
    /// The day's plan.
    Plan,
    /// The plan and what was scanned on the way.
    Live,
}

impl WindowBasis {
    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HalfDay => "half_day",
            Self::Plan => "plan",
            Self::Live => "live",
        }
    }
}

/// When a courier comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeWindow {
    /// Not before.
    pub from: DateTime<Utc>,
    /// Not after, as far as is known.
    pub to: DateTime<Utc>,
    /// What it rests on.
    pub basis: WindowBasis,
    /// The courier's first name, once it is known who comes.
    pub courier: Option<String>,
    /// How many stops come before, once the result is on board.
    pub stops_before: Option<usize>,
}

/// What is known of the way so far.
pub(super) struct Seen<'a> {
    pub(super) things: &'a Things,
    pub(super) happened: &'a [DeliveryFact],
}

/// The last word of a Vietnamese name is the one by which somebody is called.
fn first_name(name: &str) -> String {
    name.split_whitespace().last().unwrap_or_default().to_owned()
}

impl Service {
    /// When the courier comes: within the half-day, narrower once the day is planned, narrower still on the way.
    pub(super) fn home_window(
        &self,
        centre: &CentreData,
        home: &HomeDelivery,
        seen: &Seen<'_>,
    ) -> Result<Option<HomeWindow>, ServiceError> {
        let Some(wanted) = home.wanted else { return Ok(None) };
        let Some((begins, ends)) = hours(centre, wanted) else { return Ok(None) };
        let promised =
            HomeWindow { from: begins, to: ends, basis: WindowBasis::HalfDay, courier: None, stops_before: None };
        let plan = self.store().plan(centre.centre.id, wanted.date)?;
        let loaded_for = seen.things.round();
        let round = plan.as_ref().and_then(|plan| {
            let here = |round: &&PlannedRound| round.route.stops.iter().any(|stop| stop.place == Place::Home(home.id));
            let loaded = plan.rounds.iter().find(|round| loaded_for == Some(round.id.uuid()));
            loaded.filter(here).or_else(|| plan.rounds.iter().find(here))
        });
        let Some(round) = round else { return Ok(Some(promised)) };
        let seconds = |name: &'static str| -> Result<Duration, ServiceError> {
            Ok(Duration::seconds(centre.rules.seconds(name, wanted.date)?))
        };
        let stop = round.route.stops.iter().position(|stop| stop.place == Place::Home(home.id)).unwrap_or_default();
        let planned = round.route.stops[stop].arrives_at;
        let name = centre.couriers.iter().find(|courier| courier.id == round.route.courier_id);
        let courier = name.map(|courier| first_name(&courier.name));
        let failed_today = seen.happened.iter().any(|fact| fact.at >= begins);
        if failed_today && !seen.things.any_on_board() {
            return Ok(Some(promised));
        }
        if !seen.things.any_on_board() {
            let slack = seconds("home_window_planned")?;
            let (from, to) = ((planned - slack).max(begins), (planned + slack).min(ends));
            let (from, to) = if from < to { (from, to) } else { (begins, ends) };
            return Ok(Some(HomeWindow { from, to, basis: WindowBasis::Plan, courier, stops_before: None }));
        }
        let (passed, late) = self.progress(centre, round)?;
        let stops_before = stop.saturating_sub(passed + 1);
        let near = centre.rules.count("home_stops_near", RuleUnit::Count, wanted.date)?;
        let is_near = i64::try_from(stops_before).is_ok_and(|before| before <= near);
        let slack = seconds(if is_near { "home_window_near" } else { "home_window_loaded" })?;
        let now = self.now();
        let expected = (planned + late).max(now);
        Ok(Some(HomeWindow {
            from: (expected - slack).max(now),
            to: expected + slack,
            basis: WindowBasis::Live,
            courier,
            stops_before: Some(stops_before),
        }))
    }

    /// The last stop of a round at which something was scanned, and how much later than planned.
    fn progress(&self, centre: &CentreData, round: &PlannedRound) -> Result<(usize, Duration), ServiceError> {
        let stops = &round.route.stops;
        let ids = distinct(stops.iter().flat_map(|stop| stop.unload.iter().copied()));
        let items = self.store().items_by_id(centre.centre.id, &ids)?;
        let stop_of = |code: &Code| {
            let item = items.iter().find(|item| code_of_item(centre, item) == *code)?;
            stops.iter().position(|stop| stop.unload.contains(&item.id))
        };
        let mut last: Option<(usize, DateTime<Utc>)> = None;
        for stored in self.store().scans_of_trips(centre.centre.id, &[round.id.uuid()])? {
            let record = recorded(&stored)?;
            let scan = &record.scan;
            let at_door = matches!(scan.action, Action::Deliver | Action::AttemptFailed { .. });
            let own =
                scan.actor == Party::Courier(round.route.courier_id) && scan.trip == Some(LegCarrier::Round(round.id));
            if !at_door || !own {
                continue;
            }
            let by_place = scan.place.and_then(|place| stops.iter().position(|stop| stop.place == place));
            let stop = by_place.or_else(|| scan.codes.iter().find_map(stop_of));
            if let Some(stop) = stop
                && last.is_none_or(|(_, at)| record.at() >= at)
            {
                last = Some((stop, record.at()));
            }
        }
        Ok(last.map_or((0, Duration::zero()), |(stop, at)| (stop, at - stops[stop].departs_at)))
    }
}

/// The hours of what was promised.
pub(super) fn hours(centre: &CentreData, wanted: WantedHalfDay) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let half = |half: HalfDay| half_day_of(centre, wanted.date, half).map(|offer| (offer.begins_at, offer.ends_at));
    match wanted.half_day {
        Some(wanted) => half(wanted),
        None => Some((half(HalfDay::Morning)?.0, half(HalfDay::Afternoon)?.1)),
    }
}
