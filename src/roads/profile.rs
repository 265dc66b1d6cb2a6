//! Who travels.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::RoadsError;

/// A way of travelling, with its own access rights and speeds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A motorbike, the usual courier's vehicle: no motorways, but alleys and narrow barriers.
    Motorbike,
    /// A car or a van.
    Car,
    /// On foot.
    Foot,
}

impl Profile {
    /// All profiles, in index order.
    pub const ALL: [Self; 3] = [Self::Motorbike, Self::Car, Self::Foot];
    /// How many profiles there are.
    pub(crate) const COUNT: usize = Self::ALL.len();

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The name used in data files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Motorbike => "motorbike",
            Self::Car => "car",
            Self::Foot => "foot",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = RoadsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or_else(|| RoadsError::UnknownProfile(text.to_owned()))
    }
}
