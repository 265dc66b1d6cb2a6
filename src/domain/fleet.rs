use serde::{Deserialize, Serialize};

use super::{CourierId, Effective, HalfDay, SiteId, VehicleId};

/// How a vehicle moves through the road network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleProfile {
    /// The usual courier's: everywhere but motorways.
    Motorbike,
    /// A car or van.
    Car,
    /// On foot.
    Foot,
}

impl VehicleProfile {
    const WORDS: [(&'static str, Self); 3] = [("motorbike", Self::Motorbike), ("car", Self::Car), ("foot", Self::Foot)];
}

word_enum!(VehicleProfile, "vehicle profile");

/// What a courier rides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Its id.
    pub id: VehicleId,
    /// Its short code, unique within the centre.
    pub code: String,
    /// How it moves.
    pub profile: VehicleProfile,
    /// How many items it holds.
    pub capacity_items: u32,
    /// How much weight it carries, grams.
    pub capacity_g: u32,
    /// What using it once costs, đồng.
    pub fixed_cost_dong: u32,
    /// What an hour costs, courier included, đồng.
    pub cost_per_hour_dong: u32,
    /// What a kilometre costs, đồng.
    pub cost_per_km_dong: u32,
    /// How sure the row is.
    pub status: String,
}

/// A person who carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    /// Their id.
    pub id: CourierId,
    /// Their short code, unique within the centre.
    pub code: String,
    /// The name shown on plans.
    pub name: String,
    /// The site their routes leave from and return to.
    pub base: SiteId,
    /// What they ride.
    pub vehicle_id: VehicleId,
    /// The codes of the runs they ride, in the timetable's order.
    pub runs: Vec<String>,
    /// The half-days in which they ride a round.
    pub rounds: Vec<HalfDay>,
    /// The days on which they work.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
}
