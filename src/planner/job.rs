//! What is to be carried.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::units::{JobIndex, Load, Place, Price, Seconds, Skill, TimeWindow};

/// One thing to carry, or (with no amount) one visit to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// From where to where.
    pub kind: JobKind,
    /// How much of each dimension of load it takes up while on board; for an exchange, that of what is given.
    pub amount: Vec<Load>,
    /// What its vehicle must be able to do.
    pub skills: BTreeSet<Skill>,
    /// From 0 to 100. Where not all jobs can be done, those with the least `1 + priority` are left out.
    pub priority: u8,
    /// When it is ready. The trip of a delivery or an exchange may not depart before; the service of a pickup and
    /// of a shipment's pickup may not start before.
    pub release: Seconds,
    /// What it costs to be late. Measured when the goods arrive: at the start of the visit for a delivery, for what
    /// an exchange gives and for a shipment's delivery, and at the end of the trip for a pickup. All pieces count
    /// and add up, which makes a convex piecewise linear cost.
    pub due: Vec<SoftDue>,
    /// The longest a shipment may be on board: from the end of its pickup's visit to the start of its delivery's.
    /// The pickup waits where that helps. Shipments only.
    #[serde(default)]
    pub max_on_board: Option<Seconds>,
    /// The job that brings its goods, where another does: the two legs of a way through a hub.
    #[serde(default)]
    pub follows: Option<Follows>,
}

impl Job {
    /// A job that is ready from the start of the day, never late, and needs no skill.
    #[must_use]
    pub fn new(kind: JobKind, amount: Vec<Load>) -> Self {
        Self {
            kind,
            amount,
            skills: BTreeSet::new(),
            priority: 0,
            release: 0,
            due: Vec::new(),
            max_on_board: None,
            follows: None,
        }
    }

    /// What arriving at `arrival` costs.
    #[must_use]
    pub fn lateness_cost(&self, arrival: Seconds) -> Cost {
        self.due.iter().map(|due| due.lateness_cost(arrival)).sum()
    }
}

/// From where to where a job's goods go. The depot is where the trip starts or ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Loaded at the depot where its trip starts, given at the task.
    Delivery(Task),
    /// Gives and takes at one visit: [`Job::amount`] is loaded at the depot where its trip starts and given at the
    /// task; then `taken` is taken there and unloaded at the depot where the trip ends. A VROOM job with both
    /// `delivery` and `pickup`.
    Exchange {
        /// Where.
        task: Task,
        /// How much of each dimension of load is taken.
        taken: Vec<Load>,
    },
    /// Taken at the task, unloaded at the depot where its trip ends.
    Pickup(Task),
    /// Taken at one task and given at another, later in the same trip.
    Shipment {
        /// Where it is taken.
        pickup: Task,
        /// Where it is given.
        delivery: Task,
    },
}

impl JobKind {
    /// Its only task, or that at which a shipment is taken.
    pub(super) const fn first_task(&self) -> &Task {
        match self {
            Self::Delivery(task) | Self::Pickup(task) | Self::Exchange { task, .. } => task,
            Self::Shipment { pickup, .. } => pickup,
        }
    }

    /// Whether its goods are on board when its trip departs.
    #[inline]
    #[must_use]
    pub const fn is_loaded_at_depot(&self) -> bool {
        matches!(self, Self::Delivery(_) | Self::Exchange { .. })
    }
}

/// That a job takes on what another, its forerunner, brings: on any trip of any route.
///
/// The follower is planned only if its forerunner is. It is not *loaded* before the forerunner has *arrived* and the
/// goods are handled. A delivery or an exchange is loaded when its trip departs; a pickup and a shipment when the visit
/// starts at which they are taken. A pickup and an exchange have arrived when their trip returns; a delivery and a
/// shipment when the visit ends at which they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// The forerunner.
    pub job: JobIndex,
    /// How long it takes from the arrival until the goods can be loaded.
    pub handling: Seconds,
}

/// What is done at a place.
///
/// A visit *starts* inside one of `windows`, not before the vehicle's arrival, and *ends* after `setup` (if
/// due) and `service`. It may end after its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Where.
    pub place: Place,
    /// Added to the service when the vehicle comes from another place (parking, the way to the counter). A
    /// route's first visit pays it too, unless its trip starts at this very place. A break changes nothing.
    pub setup: Seconds,
    /// How long the visit itself takes.
    pub service: Seconds,
    /// When it may start: sorted, not overlapping; none means at any time.
    pub windows: Vec<TimeWindow>,
}

impl Task {
    /// A task at any time with no set-up.
    #[must_use]
    pub fn at(place: Place, service: Seconds) -> Self {
        Self { place, setup: 0, service, windows: Vec::new() }
    }

    /// The same task in these windows only.
    #[must_use]
    pub fn within(mut self, windows: Vec<TimeWindow>) -> Self {
        self.windows = windows;
        self
    }
}

/// One piece of a lateness cost: nothing until `at`, then `cost_per_hour` for each hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoftDue {
    /// Until when it is on time.
    pub at: Seconds,
    /// What each hour after that costs.
    pub cost_per_hour: Price,
}

impl SoftDue {
    /// What arriving at `arrival` costs by this piece.
    #[must_use]
    pub fn lateness_cost(&self, arrival: Seconds) -> Cost {
        Cost::of_time((arrival - self.at).max(0), self.cost_per_hour)
    }
}
