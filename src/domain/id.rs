use std::{fmt, str::FromStr};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Gives new UUIDv7 values. The caller decides from which clock and which random source.
pub trait IdSource {
    /// A fresh UUIDv7.
    fn next_uuid(&mut self) -> Uuid;
}

impl<F: FnMut() -> Uuid> IdSource for F {
    fn next_uuid(&mut self) -> Uuid {
        self()
    }
}

/// UUIDv7 values from a seed and a given time: the same seed gives the same ids.
#[derive(Debug, Clone)]
pub struct SeededIds {
    rng: ChaCha8Rng,
    unix_ms: u64,
}

impl SeededIds {
    /// Ids that follow from `seed`, stamped `unix_ms` milliseconds after 1970.
    #[must_use]
    pub fn new(seed: u64, unix_ms: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), unix_ms }
    }

    /// Moves the time stamped on ids from here on.
    pub fn set_time(&mut self, unix_ms: u64) {
        self.unix_ms = unix_ms;
    }
}

impl IdSource for SeededIds {
    fn next_uuid(&mut self) -> Uuid {
        let mut bytes = [0; 10];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_unix_timestamp_millis(self.unix_ms, &bytes).into_uuid()
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id from `source`.
            pub fn new(source: &mut (impl IdSource + ?Sized)) -> Self {
                Self(source.next_uuid())
            }
            /// The id behind an existing UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            /// The UUID of this id.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A one-stop centre.
    CentreId;
    /// A place that a run can stop at.
    SiteId;
    /// A citizen's case.
    DossierId;
    /// One physical thing with one barcode.
    ItemId;
    /// A sealed bag of items.
    PouchId;
    /// A person who carries.
    CourierId;
    /// What a courier rides.
    VehicleId;
    /// A request to bring a result home.
    HomeDeliveryId;
    /// The plan of one working day.
    PlanId;
    /// One departure of the timetable on one day.
    RunId;
    /// One courier's tour of home deliveries in one half-day.
    RoundId;
    /// One courier's way on a run or a round.
    RouteId;
    /// One halt of a route.
    StopId;
    /// One scan.
    ScanId;
    /// A handheld, a phone or a desk scanner.
    DeviceId;
    /// Somebody who may come in: a person, or another system.
    AccountId;
    /// A secret with which another system comes in.
    TokenId;
    /// The time for which a device is somebody's.
    ShiftId;
    /// How satisfied a citizen was.
    RatingId;
    /// A citizen's complaint.
    ComplaintId;
    /// The record that a loss was made good.
    CompensationId;
}
