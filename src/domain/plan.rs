use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CentreId, CourierId, HalfDay, HomeDeliveryId, ItemId, PlanId, RoundId, RouteId, RunId, RunKind, SiteId, StopId,
    Unassigned, VehicleId, VehicleProfile,
};

/// Whether travel was measured on roads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelKind {
    /// Great circle × circuity ÷ speed.
    Estimate,
    /// The fastest way through a road network.
    Network,
}

impl TravelKind {
    const WORDS: [(&'static str, Self); 2] = [("estimate", Self::Estimate), ("network", Self::Network)];
}

word_enum!(TravelKind, "kind of travel time");

/// What a plan's travel times and distances rest on. Every output shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TravelBasis {
    /// Estimated or measured.
    pub kind: TravelKind,
    /// One line that says it to a person.
    pub label: String,
    /// Whom the data must be attributed to.
    pub attribution: Option<String>,
}

/// A place where a route stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// An office.
    Site(SiteId),
    /// A citizen's home.
    Home(HomeDeliveryId),
}

/// One halt of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Its id.
    pub id: StopId,
    /// Where it is.
    pub place: Place,
    /// When the courier comes.
    pub arrives_at: DateTime<Utc>,
    /// When the joint count begins.
    pub starts_at: DateTime<Utc>,
    /// When the courier leaves.
    pub departs_at: DateTime<Utc>,
    /// Way from the stop before, metres.
    pub distance_m: i64,
    /// Time on that way, seconds.
    pub travel_s: i64,
    /// What comes on board here.
    pub load: Vec<ItemId>,
    /// What leaves the vehicle here.
    pub unload: Vec<ItemId>,
}

/// One courier's way on a run or a round: from its depot through its stops and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Its id.
    pub id: RouteId,
    /// Who rides it.
    pub courier_id: CourierId,
    /// On what.
    pub vehicle_id: VehicleId,
    /// How that moves.
    pub profile: VehicleProfile,
    /// What it costs, đồng, lateness not counted.
    pub cost_dong: i64,
    /// Its stops; the first loads at the depot and the last unloads there.
    pub stops: Vec<Stop>,
}

impl Route {
    /// Whether the courier stays at home: no stop but the depot.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.stops.len() <= 2 && self.stops.iter().all(|stop| stop.load.is_empty() && stop.unload.is_empty())
    }

    /// Length of the way, metres.
    #[must_use]
    pub fn distance_m(&self) -> i64 {
        self.stops.iter().map(|stop| stop.distance_m).sum()
    }

    /// Time on the way, seconds.
    #[must_use]
    pub fn travel_s(&self) -> i64 {
        self.stops.iter().map(|stop| stop.travel_s).sum()
    }

    /// Time from leaving the depot to being back, seconds.
    #[must_use]
    pub fn duration_s(&self) -> i64 {
        match (self.stops.first(), self.stops.last()) {
            (Some(first), Some(last)) => (last.arrives_at - first.departs_at).num_seconds(),
            _ => 0,
        }
    }

    /// What is on board after each stop.
    #[must_use]
    pub fn on_board(&self) -> Vec<usize> {
        self.stops
            .iter()
            .scan(0usize, |aboard, stop| {
                *aboard = (*aboard + stop.load.len()).saturating_sub(stop.unload.len());
                Some(*aboard)
            })
            .collect()
    }
}

/// One departure of the timetable on the plan's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRun {
    /// Its id, kept when the day is planned again.
    pub id: RunId,
    /// Its code in the timetable.
    pub code: String,
    /// What it is for.
    pub kind: RunKind,
    /// Its name.
    pub name: String,
    /// When it leaves.
    pub departs_at: DateTime<Utc>,
    /// When it must be back, unloaded.
    pub back_by: DateTime<Utc>,
    /// A route for each of its couriers who ride.
    pub routes: Vec<Route>,
}

/// One courier's tour of home deliveries in one half-day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRound {
    /// Its id, kept when the day is planned again.
    pub id: RoundId,
    /// Which half of the day.
    pub half_day: HalfDay,
    /// The site it leaves from.
    pub depot_id: SiteId,
    /// Its way.
    pub route: Route,
}

/// Something that a dispatcher should know about an item that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// The first run it can take is also the last that keeps its due time.
    LastSafeRun {
        /// The item.
        item_id: ItemId,
        /// The run it must not miss.
        run_id: RunId,
        /// When it is due.
        due_at: DateTime<Utc>,
    },
    /// It is planned, and comes after its due time.
    Late {
        /// The item.
        item_id: ItemId,
        /// When it is due.
        due_at: DateTime<Utc>,
        /// When it arrives.
        arrives_at: DateTime<Utc>,
    },
    /// A run does not call at a site that wants to be visited by every run.
    VisitSkipped {
        /// The site.
        site_id: SiteId,
        /// The run.
        run_id: RunId,
    },
}

impl Warning {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LastSafeRun { .. } => "last_safe_run",
            Self::Late { .. } => "late",
            Self::VisitSkipped { .. } => "visit_skipped",
        }
    }

    /// The item it is about, if it is about one.
    #[must_use]
    pub fn item_id(&self) -> Option<ItemId> {
        match self {
            Self::LastSafeRun { item_id, .. } | Self::Late { item_id, .. } => Some(*item_id),
            Self::VisitSkipped { .. } => None,
        }
    }
}

/// The plan of one working day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id, new at each planning.
    pub id: PlanId,
    /// The centre.
    pub centre_id: CentreId,
    /// The day.
    pub date: NaiveDate,
    /// How often the day has been planned, this time included.
    pub revision: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// What its travel times rest on.
    pub travel: TravelBasis,
    /// Its runs, by departure.
    pub runs: Vec<PlannedRun>,
    /// Its rounds, by half-day, depot and courier.
    pub rounds: Vec<PlannedRound>,
    /// The items on no route, each with its reason, by item.
    pub unassigned: Vec<Unassigned>,
    /// The planned items that reach a depot today and go on from there on a later day, by item.
    pub continues: Vec<ItemId>,
    /// What a dispatcher should know, by item.
    pub warnings: Vec<Warning>,
}

/// What carries an item on one leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegCarrier {
    /// A run.
    Run(RunId),
    /// A round.
    Round(RoundId),
}

/// One item's way on one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The item.
    pub item_id: ItemId,
    /// The run or round.
    pub carrier: LegCarrier,
    /// The route.
    pub route_id: RouteId,
    /// Where it comes on board.
    pub from: Place,
    /// When it leaves there.
    pub leaves_at: DateTime<Utc>,
    /// Where it is handed over.
    pub to: Place,
    /// When it is there.
    pub arrives_at: DateTime<Utc>,
}

/// A plan in figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Items with at least one leg.
    pub items_planned: usize,
    /// Items without.
    pub items_unassigned: usize,
    /// Unassigned items by reason code.
    pub unassigned_by_reason: BTreeMap<String, usize>,
    /// Planned items that end the day at a depot.
    pub items_continuing: usize,
    /// Planned items that come after their due time.
    pub items_late: usize,
    /// Items whose next run is their last safe one.
    pub items_on_last_safe_run: usize,
    /// Couriers' routes that go out.
    pub routes: usize,
    /// Stops outside the depots.
    pub stops: usize,
    /// Length of all routes, metres.
    pub distance_m: i64,
    /// Time from departure to return over all routes, seconds.
    pub duration_s: i64,
    /// Time on the way over all routes, seconds.
    pub travel_s: i64,
    /// Cost of all routes, đồng.
    pub cost_dong: i64,
}

impl PlanSummary {
    /// The share of planned items that keep their due time, hundredths of a percent; `None` when nothing is planned.
    #[must_use]
    pub fn on_time_basis_points(&self) -> Option<usize> {
        (self.items_planned - self.items_late).checked_mul(10_000)?.checked_div(self.items_planned)
    }
}

impl Plan {
    /// Every route with what carries it: runs first, then rounds.
    pub fn routes(&self) -> impl Iterator<Item = (LegCarrier, &Route)> {
        let runs = self.runs.iter().flat_map(|run| run.routes.iter().map(|route| (LegCarrier::Run(run.id), route)));
        runs.chain(self.rounds.iter().map(|round| (LegCarrier::Round(round.id), &round.route)))
    }

    /// Every leg of every item, by item and then in the order travelled.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let mut legs = Vec::new();
        for (carrier, route) in self.routes() {
            let mut aboard: BTreeMap<ItemId, &Stop> = BTreeMap::new();
            for stop in &route.stops {
                for item in &stop.unload {
                    if let Some(from) = aboard.remove(item) {
                        legs.push(Leg {
                            item_id: *item,
                            carrier,
                            route_id: route.id,
                            from: from.place,
                            leaves_at: from.departs_at,
                            to: stop.place,
                            arrives_at: stop.arrives_at,
                        });
                    }
                }
                aboard.extend(stop.load.iter().map(|item| (*item, stop)));
            }
        }
        legs.sort_by_key(|leg| (leg.item_id, leg.leaves_at));
        legs
    }

    /// The plan in figures.
    #[must_use]
    pub fn summary(&self) -> PlanSummary {
        let mut items: Vec<ItemId> = self
            .routes()
            .flat_map(|(_, route)| route.stops.iter().flat_map(|stop| stop.load.iter().copied()))
            .collect();
        items.sort_unstable();
        items.dedup();
        let mut summary = PlanSummary {
            items_planned: items.len(),
            items_unassigned: self.unassigned.len(),
            items_continuing: self.continues.len(),
            ..PlanSummary::default()
        };
        for unassigned in &self.unassigned {
            *summary.unassigned_by_reason.entry(unassigned.reason.code().to_owned()).or_default() += 1;
        }
        for warning in &self.warnings {
            match warning {
                Warning::LastSafeRun { .. } => summary.items_on_last_safe_run += 1,
                Warning::Late { .. } => summary.items_late += 1,
                Warning::VisitSkipped { .. } => {}
            }
        }
        for (_, route) in self.routes().filter(|(_, route)| !route.is_idle()) {
            summary.routes += 1;
            summary.stops += route.stops.len().saturating_sub(2);
            summary.distance_m += route.distance_m();
            summary.duration_s += route.duration_s();
            summary.travel_s += route.travel_s();
            summary.cost_dong += route.cost_dong;
        }
        summary
    }
}
