use chrono::{DateTime, NaiveDate, Utc};

use super::{HomePlace, ask::person_text, desk::HomeRules};
use crate::{
    dispatch::{PromiseInput, promisable},
    domain::{
        CentreData, Certainty, Commune, DayClock, Dossier, HalfDay, HomeDelivery, HomeDeliveryId, Position,
        PositionQuality, WantedHalfDay, to_micros,
    },
    service::{FieldProblem, Service, ServiceError},
    store::PromiseDay,
};

const ADDRESS_CHARS_MAX: usize = 300;

/// Where a home is, as a citizen says it.
#[derive(Clone, PartialEq)]
pub struct HomePoint {
    /// The address as written.
    pub address: String,
    /// The commune's code; without it the address must say it beyond doubt.
    pub commune: Option<String>,
    /// The point on the map.
    pub position: Option<Position>,
}

/// A half-day that can be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDayOffer {
    /// The day.
    pub date: NaiveDate,
    /// The half.
    pub half_day: HalfDay,
    /// When it begins.
    pub begins_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// A home that was found in the service area.
pub(super) struct Located {
    pub(super) address: String,
    pub(super) commune: Commune,
    pub(super) position: Position,
    pub(super) quality: PositionQuality,
}

impl Service {
    /// Where a home is, if results are brought there.
    pub(super) fn locate(
        &self,
        point: &HomePoint,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Located>, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let address = person_text("address", &point.address, (5, ADDRESS_CHARS_MAX), problems);
        let commune = match point.commune.as_deref().map(str::trim) {
            Some(code) => match centre.commune(code, today) {
                Some(commune) => commune.clone(),
                None => {
                    let message = "no commune in force today has this code: GET /v1/places/search finds them by name";
                    problems.push(FieldProblem::new("commune", message));
                    return Ok(None);
                }
            },
            None => match self.sure_commune(&address)? {
                Ok(commune) => commune,
                Err(message) => {
                    problems.push(FieldProblem::new("commune", message));
                    return Ok(None);
                }
            },
        };
        if centre.depot_of(&commune.code, today).is_none() {
            problems.push(FieldProblem::new("commune", format!("no results are brought to {}", commune.name)));
            return Ok(None);
        }
        let slack_m = HomeRules::on(&centre, today)?.point_slack_m;
        let (position, quality) = match point.position {
            None => (commune.position, commune.position_quality),
            Some(position) => {
                let reach_m = f64::from(commune.spread_radius_m) + f64::from(slack_m);
                if metres_between(position, commune.position) > reach_m {
                    let message =
                        format!("it lies too far from {}: choose the point, or the commune, anew", commune.name);
                    problems.push(FieldProblem::new("position", message));
                }
                (position, PositionQuality::Building)
            }
        };
        Ok(Some(Located { address, commune, position, quality }))
    }

    /// The commune that an address names beyond doubt, or what to do.
    fn sure_commune(&self, address: &str) -> Result<Result<Commune, String>, ServiceError> {
        let found = self.find_places(address)?;
        Ok(match found.first() {
            Some(HomePlace { commune, certainty: Certainty::Sure, .. }) => Ok(commune.clone()),
            Some(_) => {
                let names: Vec<String> =
                    found.iter().map(|place| format!("{} ({})", place.commune.name, place.commune.code)).collect();
                Err(format!("the address may mean {}: say which by its code", names.join(", ")))
            }
            None => Err("the address names no commune that is known here: say which by its code".into()),
        })
    }

    /// The half-days that can be promised to a home, from a day or now on.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names what is wrong with the place.
    pub fn half_day_offers(
        &self,
        point: &HomePoint,
        from: Option<NaiveDate>,
    ) -> Result<Vec<HalfDayOffer>, ServiceError> {
        let mut problems = Vec::new();
        let located = self.locate(point, &mut problems)?;
        let Some(located) = located.filter(|_| problems.is_empty()) else {
            return Err(ServiceError::Invalid(problems));
        };
        let centre = self.centre()?;
        let today = self.today()?;
        let rules = HomeRules::on(&centre, today)?;
        let home = self.home_of(&centre, HomeDeliveryId::from_uuid(self.fresh_uuid()), None, &located, None)?;
        let mut offers = Vec::new();
        let mut date = from.map_or(today, |from| from.max(today));
        let mut days = 0;
        // Beyond the calendar nothing is promised.
        while days < rules.days_offered && centre.calendar.is_working_day(date).is_ok() {
            if centre.calendar.is_working_day(date)? {
                days += 1;
                let open: Vec<HalfDayOffer> = HalfDay::ALL
                    .into_iter()
                    .filter_map(|half| half_day_of(&centre, date, half))
                    .filter(|offer| offer.begins_at >= self.now() + rules.load_lead)
                    .collect();
                let halves: Vec<HalfDay> = open.iter().map(|offer| offer.half_day).collect();
                let (possible, _) = self.promisable_on(&centre, &home, date, &halves)?;
                offers.extend(open.into_iter().filter(|offer| possible.contains(&offer.half_day)));
            }
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        Ok(offers)
    }

    /// Which halves of a day can be promised to a home, and as of which of that day's promises.
    pub(super) fn promisable_on(
        &self,
        centre: &CentreData,
        home: &HomeDelivery,
        date: NaiveDate,
        halves: &[HalfDay],
    ) -> Result<(Vec<HalfDay>, PromiseDay), ServiceError> {
        let (day, promised) = self.store().promised_on(centre.centre.id, date, self.now())?;
        if halves.is_empty() {
            return Ok((Vec::new(), day));
        }
        let input = PromiseInput {
            centre,
            date,
            promised: &promised,
            travel: self.travel(),
            weight_g: HomeRules::on(centre, self.today()?)?.promise_weight_g,
        };
        let possible = promisable(&input, home, halves).map_err(ServiceError::Dispatch)?;
        Ok((possible, day))
    }

    pub(super) fn home_of(
        &self,
        centre: &CentreData,
        id: HomeDeliveryId,
        dossier: Option<&Dossier>,
        located: &Located,
        wanted: Option<WantedHalfDay>,
    ) -> Result<HomeDelivery, ServiceError> {
        Ok(HomeDelivery {
            id,
            centre_id: centre.centre.id,
            dossier_id: dossier.map(|dossier| dossier.id),
            address: located.address.clone(),
            commune_code: located.commune.code.clone(),
            position: located.position,
            position_quality: located.quality,
            requested_at: to_micros(self.now()),
            wanted,
            synthetic: self.holds_a_synthetic_season(centre)?,
        })
    }

    /// Refuses a half-day that cannot be asked for whoever asks.
    pub(super) fn check_half_day(
        &self,
        centre: &CentreData,
        rules: &HomeRules,
        date: NaiveDate,
        half: HalfDay,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<(), ServiceError> {
        let (today, last) = (self.today()?, centre.calendar.to());
        let mut refuse = |message: String| problems.push(FieldProblem::new("half_day", message));
        if date < today || date > last {
            refuse(format!("expected a day from {today} to {last}"));
        } else if !centre.calendar.is_working_day(date)? {
            refuse(format!("{date} is not a working day"));
        } else {
            match half_day_of(centre, date, half) {
                None => refuse(format!("homes are not visited in the {half} of {date}")),
                Some(offer) if offer.begins_at < self.now() + rules.load_lead => {
                    refuse(format!("it is too late for the {half} of {date}"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// A half of a day, if homes are visited in it.
pub(super) fn half_day_of(centre: &CentreData, date: NaiveDate, half_day: HalfDay) -> Option<HalfDayOffer> {
    let hours = centre.half_days.iter().find(|row| row.half_day == half_day && row.effective.contains(date))?;
    let clock = DayClock::new(date, centre.centre.time_zone);
    Some(HalfDayOffer { date, half_day, begins_at: clock.at(hours.window.from), ends_at: clock.at(hours.window.to) })
}

/// The distance of two points, good to a few parts in a thousand at the distances that matter here.
fn metres_between(one: Position, other: Position) -> f64 {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    let north = (one.lat() - other.lat()) * METRES_PER_DEGREE;
    let east = (one.lon() - other.lon()) * METRES_PER_DEGREE * one.lat().to_radians().cos();
    north.hypot(east)
}
