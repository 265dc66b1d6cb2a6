//! The words of a day that does not go to plan: where couriers were, what upset the day, what a dispatcher has locked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CourierId, ItemId, Position, RoundId, RouteId, RunId, SiteId, StopId, VehicleId};

/// Where a courier's device was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PositionFix {
    /// Whose device.
    pub courier_id: CourierId,
    /// When.
    pub at: DateTime<Utc>,
    /// Where.
    pub position: Position,
    /// How far off it may be, metres.
    pub accuracy_m: Option<u32>,
}

/// Something that upsets a day. It stays in force for the rest of the day, unless the revision that took it in is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Disruption {
    /// A courier rides no farther.
    CourierOut {
        /// Who.
        courier_id: CourierId,
    },
    /// A vehicle goes no farther, and whoever rides it neither.
    VehicleOut {
        /// Which.
        vehicle_id: VehicleId,
    },
    /// An item must go today, as soon as can be.
    UrgentItem {
        /// Which.
        item_id: ItemId,
    },
    /// No way leads to an office.
    SiteUnreachable {
        /// Which.
        site_id: SiteId,
    },
    /// No way leads through a circle on the map; what lies in it cannot be reached.
    AreaClosed {
        /// Its middle.
        middle: Position,
        /// Its radius, metres.
        radius_m: u32,
    },
    /// A run does not leave.
    RunCancelled {
        /// Which.
        run_id: RunId,
    },
    /// A run leaves later than planned.
    RunLate {
        /// Which.
        run_id: RunId,
        /// When it leaves.
        departs_at: DateTime<Utc>,
    },
}

impl Disruption {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::CourierOut { .. } => "courier_out",
            Self::VehicleOut { .. } => "vehicle_out",
            Self::UrgentItem { .. } => "urgent_item",
            Self::SiteUnreachable { .. } | Self::AreaClosed { .. } => "road_closed",
            Self::RunCancelled { .. } => "run_cancelled",
            Self::RunLate { .. } => "run_late",
        }
    }
}

/// What a dispatcher wants to stay as it is, whatever is planned anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// All routes of a run.
    Run(RunId),
    /// A round.
    Round(RoundId),
    /// One courier's route.
    Route(RouteId),
    /// One stop: its place, its time, and what is done there.
    Stop(StopId),
}
