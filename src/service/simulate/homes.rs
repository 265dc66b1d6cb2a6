//! Which results are brought home, and where to.

use std::collections::BTreeMap;

use rand::{Rng, RngExt, seq::SliceRandom};

use super::{
    SeasonRequest, SimulateError,
    arrivals::{quota, share},
    weighted::Weighted,
};
use crate::domain::{
    CentreData, Commune, DayClock, DomainError, Dossier, HalfDay, Position, PositionQuality, SeasonProfile, SiteId,
};

/// Whether a result that goes home gets there within the season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Homeward {
    /// It counts among the published home deliveries.
    Delivered,
    /// It is still under way on the season's last day.
    UnderWay,
}

/// The dossiers (by index) whose results go home: as many as published among those settled early enough to be home by the
/// season's last day, and of the later ones as large a part, still under way.
pub(super) fn choose(
    centre: &CentreData,
    request: &SeasonRequest,
    dossiers: &[Dossier],
    rng: &mut impl Rng,
) -> Result<BTreeMap<usize, Homeward>, SimulateError> {
    let (Some(published), Some(profile)) = (&centre.published, &centre.season) else {
        return Err(SimulateError::Missing("published figures"));
    };
    let count = quota(published.home_deliveries, share(centre, profile, published, request)?, request.scale);
    let last = centre.calendar.working_day_from(request.to).and_then(|to| centre.calendar.add_working_days(to, -4))?;
    let zone = centre.centre.time_zone;
    let in_time = |index: &usize| dossiers[*index].settled_at.is_some_and(|at| DayClock::date_of(at, zone) <= last);
    let settled = (0..dossiers.len()).filter(|index| dossiers[*index].settled_at.is_some());
    let (mut early, mut recent): (Vec<usize>, Vec<usize>) = settled.partition(in_time);
    let under_way = (recent.len() * count).checked_div(early.len()).unwrap_or(0);
    early.shuffle(rng);
    recent.shuffle(rng);
    let delivered = early.into_iter().take(count).map(|index| (index, Homeward::Delivered));
    Ok(delivered.chain(recent.into_iter().take(under_way).map(|index| (index, Homeward::UnderWay))).collect())
}

/// Draws homes: a commune by population, a point inside it, a half-day that its depot serves.
pub(super) struct Homes<'a> {
    centre: &'a CentreData,
    communes: Vec<&'a Commune>,
    weights: Weighted<usize>,
    half_days: [(HalfDay, u32); 2],
}

/// A home that nobody lives in.
pub(super) struct Home<'a> {
    pub(super) commune: &'a Commune,
    pub(super) address: String,
    pub(super) position: Position,
    pub(super) half_day: Option<HalfDay>,
    pub(super) in_own_district: bool,
}

impl<'a> Homes<'a> {
    pub(super) fn new(
        centre: &'a CentreData,
        profile: &SeasonProfile,
        request: &SeasonRequest,
    ) -> Result<Self, SimulateError> {
        let communes: Vec<&Commune> =
            centre.communes.iter().filter(|commune| commune.effective.contains(request.from)).collect();
        let shares = &profile.home_delivery;
        let weight = |commune: &Commune| {
            let own = commune.district_code.as_ref() == Some(&shares.city_district_code);
            u64::from(commune.population) * if own { u64::from(shares.city_factor_percent) } else { 100 }
        };
        let weights = communes.iter().enumerate().map(|(index, commune)| (index, weight(commune)));
        Ok(Self {
            centre,
            weights: Weighted::new("population of any commune", weights.collect::<Vec<_>>())?,
            communes,
            half_days: [(HalfDay::Morning, shares.morning_weight), (HalfDay::Afternoon, shares.afternoon_weight)],
        })
    }

    pub(super) fn draw(&self, date: chrono::NaiveDate, rng: &mut impl Rng) -> Result<Home<'a>, DomainError> {
        let commune = self.communes[self.weights.draw(rng)];
        let angle = rng.random_range(0.0..std::f64::consts::TAU);
        let distance = f64::from(commune.spread_radius_m) * rng.random_range(0.0_f64..1.0).sqrt();
        let district = commune.district.as_ref().map_or_else(String::new, |district| format!(", {district}"));
        let hub = self.centre.commune(&self.centre.hub().commune_code, date);
        let depot = self.centre.depot_of(&commune.code, date);
        Ok(Home {
            address: format!("Số {} (địa chỉ mô phỏng), {}{district}", rng.random_range(1..400), commune.name),
            position: commune.position.offset(distance * angle.sin(), distance * angle.cos())?,
            half_day: self.half_day(depot, date, rng),
            in_own_district: hub
                .is_some_and(|hub| hub.district_code.is_some() && hub.district_code == commune.district_code),
            commune,
        })
    }

    /// A half-day in which some courier rides from the depot; none when nobody does.
    fn half_day(&self, depot: Option<SiteId>, date: chrono::NaiveDate, rng: &mut impl Rng) -> Option<HalfDay> {
        let served = |half_day: HalfDay| {
            let rides = |courier: &&crate::domain::Courier| {
                Some(courier.base) == depot && courier.effective.contains(date) && courier.rounds.contains(&half_day)
            };
            self.centre.couriers.iter().any(|courier| rides(&courier))
        };
        let served = self.half_days.iter().filter(|(half_day, _)| served(*half_day));
        let weights = Weighted::new("half-day", served.map(|(half_day, weight)| (*half_day, u64::from(*weight))));
        weights.ok().map(|weights| weights.draw(rng))
    }
}

/// How well a drawn home's position is known: no better than its commune.
pub(super) const HOME_QUALITY: PositionQuality = PositionQuality::Commune;
