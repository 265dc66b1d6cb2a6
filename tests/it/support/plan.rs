//! Random plans: nonsense as days go, and all the better for finding what the database would change.

use chrono::{NaiveDate, NaiveTime};
use conthoi::domain::{
    CentreData, HalfDay, HomeDelivery, Item, ItemId, Place, Plan, PlanId, PlannedRound, PlannedRun, RoundId, Route,
    RouteId, RunId, RunKind, Stop, StopId, TravelBasis, TravelKind, Unassigned, UnassignedReason, VehicleProfile,
    Warning,
};
use rand::RngExt;

use super::ids::Dice;

/// What a plan may name.
pub(crate) struct World<'a> {
    pub(crate) centre: &'a CentreData,
    pub(crate) homes: &'a [HomeDelivery],
    pub(crate) items: &'a [Item],
}

/// How much of everything a plan has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) runs: usize,
    pub(crate) rounds: usize,
    pub(crate) stops: usize,
    pub(crate) items: usize,
}

impl World<'_> {
    pub(crate) fn plan(&self, date: NaiveDate, revision: u32, size: Size, dice: &mut Dice) -> Plan {
        let runs: Vec<PlannedRun> = (0..at_most(size.runs, dice)).map(|_| self.run(size, dice)).collect();
        let rounds = (0..at_most(size.rounds, dice)).map(|_| self.round(size, dice)).collect();
        Plan {
            id: PlanId::new(dice),
            centre_id: self.centre.centre.id,
            date,
            revision,
            made_at: dice.instant(),
            travel: TravelBasis {
                kind: dice.one_of(&[TravelKind::Estimate, TravelKind::Network]),
                label: dice.text(),
                attribution: dice.maybe(Dice::text),
            },
            runs,
            rounds,
            unassigned: (0..at_most(size.items, dice))
                .map(|_| Unassigned { item_id: self.item(dice), reason: reason(dice) })
                .collect(),
            continues: (0..at_most(size.items, dice)).map(|_| self.item(dice)).collect(),
            warnings: (0..at_most(size.items, dice)).map(|_| self.warning(dice)).collect(),
        }
    }

    fn run(&self, size: Size, dice: &mut Dice) -> PlannedRun {
        PlannedRun {
            id: RunId::new(dice),
            code: dice.text(),
            kind: dice.one_of(&[RunKind::Document, RunKind::LineHaul]),
            name: dice.text(),
            departs_at: dice.instant(),
            back_by: dice.instant(),
            routes: (0..at_most(2, dice)).map(|_| self.route(size, dice)).collect(),
        }
    }

    fn round(&self, size: Size, dice: &mut Dice) -> PlannedRound {
        PlannedRound {
            id: RoundId::new(dice),
            half_day: dice.one_of(&HalfDay::ALL),
            depot_id: dice.one_of(&self.centre.sites).id,
            route: self.route(size, dice),
        }
    }

    fn route(&self, size: Size, dice: &mut Dice) -> Route {
        Route {
            id: RouteId::new(dice),
            courier_id: dice.one_of(&self.centre.couriers).id,
            vehicle_id: dice.one_of(&self.centre.vehicles).id,
            profile: dice.one_of(&[VehicleProfile::Motorbike, VehicleProfile::Car, VehicleProfile::Foot]),
            cost_dong: dice.rng.random(),
            stops: (0..at_most(size.stops, dice)).map(|_| self.stop(size, dice)).collect(),
        }
    }

    fn stop(&self, size: Size, dice: &mut Dice) -> Stop {
        let place = if dice.rng.random() {
            Place::Site(dice.one_of(&self.centre.sites).id)
        } else {
            Place::Home(dice.one_of(self.homes).id)
        };
        Stop {
            id: StopId::new(dice),
            place,
            arrives_at: dice.instant(),
            starts_at: dice.instant(),
            departs_at: dice.instant(),
            distance_m: dice.rng.random(),
            travel_s: dice.rng.random(),
            load: (0..at_most(size.items, dice)).map(|_| self.item(dice)).collect(),
            unload: (0..at_most(size.items, dice)).map(|_| self.item(dice)).collect(),
        }
    }

    fn item(&self, dice: &mut Dice) -> ItemId {
        dice.one_of(self.items).id
    }

    fn warning(&self, dice: &mut Dice) -> Warning {
        let item_id = self.item(dice);
        match dice.below(3) {
            0 => Warning::LastSafeRun { item_id, run_id: RunId::new(dice), due_at: dice.instant() },
            1 => Warning::Late { item_id, due_at: dice.instant(), arrives_at: dice.instant() },
            _ => Warning::VisitSkipped { site_id: dice.one_of(&self.centre.sites).id, run_id: RunId::new(dice) },
        }
    }
}

fn at_most(limit: usize, dice: &mut Dice) -> usize {
    dice.below(limit + 1)
}

fn time(dice: &mut Dice) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(dice.rng.random_range(0..86_400), 0).unwrap()
}

/// A reason of any kind.
pub(crate) fn reason(dice: &mut Dice) -> UnassignedReason {
    match dice.below(13) {
        0 => UnassignedReason::ReadyAfterLastRun { ready: time(dice), last: time(dice) },
        1 => UnassignedReason::AfterCutOff { ready: time(dice), cut_off: time(dice) },
        2 => UnassignedReason::SiteClosed { site: dice.text() },
        3 => UnassignedReason::SiteClosedBeforeDue { site: dice.text(), runs: dice.rng.random(), due: time(dice) },
        4 => UnassignedReason::NotServed { site: dice.text() },
        5 => UnassignedReason::Unreachable { place: dice.text() },
        6 => UnassignedReason::TooLarge,
        7 => UnassignedReason::NoCapacity,
        8 => UnassignedReason::NoTime,
        9 => UnassignedReason::WantedLater {
            date: NaiveDate::from_ymd_opt(2019, 6, 15).unwrap(),
            half_day: dice.maybe(|dice| dice.one_of(&HalfDay::ALL)),
        },
        10 => UnassignedReason::NoDepot { commune: dice.text() },
        11 => UnassignedReason::NoRound { depot: dice.text() },
        _ => UnassignedReason::NoLaterRun { site: dice.text() },
    }
}
