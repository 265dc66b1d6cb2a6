use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::{CentreId, DomainError, DossierId, HomeDeliveryId, ItemId, SiteId};

/// A text that can be printed as a barcode: 1 to 64 visible ASCII characters.
pub(super) fn parse_printable(what: &'static str, text: &str) -> Result<String, DomainError> {
    let code = text.trim();
    if (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(code.to_owned())
    } else {
        Err(DomainError::Code {
            what,
            text: text.to_owned(),
            problem: "expected 1 to 64 visible ASCII characters without blanks".into(),
        })
    }
}

macro_rules! printable_code {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code as printed.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = DomainError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                super::item::parse_printable($what, text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = DomainError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}
pub(super) use printable_code;

printable_code! {
    /// The code on an item's barcode.
    ItemCode, "item code"
}

/// Where an item goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// An office.
    Site(SiteId),
    /// A citizen's home.
    Home(HomeDeliveryId),
}

/// The last site that an item has come to on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Waypoint {
    /// The site.
    pub site: SiteId,
    /// When it was there, counted.
    pub reached_at: DateTime<Utc>,
}

/// One physical thing with one barcode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// The centre whose logistics carry it.
    pub centre_id: CentreId,
    /// The code on its barcode.
    pub code: ItemCode,
    /// The dossier it belongs to.
    pub dossier_id: Option<DossierId>,
    /// Where its way begins.
    pub from: SiteId,
    /// Where it goes.
    pub to: Destination,
    /// When it lies ready to be handed over.
    pub ready_at: DateTime<Utc>,
    /// When it must have arrived; without it the legal clocks decide.
    pub due_at: Option<DateTime<Utc>>,
    /// Its weight in grams.
    pub weight_g: u32,
    /// The last site that it has come to on its way, once it has left `from`.
    pub waypoint: Option<Waypoint>,
    /// When it arrived, once it has.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Whether it was made by the simulator.
    pub synthetic: bool,
}

impl Item {
    /// The offices that it comes from, goes to or has come to on its way.
    pub fn sites(&self) -> impl Iterator<Item = SiteId> {
        let to = match self.to {
            Destination::Site(id) => Some(id),
            Destination::Home(_) => None,
        };
        [Some(self.from), to, self.waypoint.map(|waypoint| waypoint.site)].into_iter().flatten()
    }

    /// Where it waited at a given time, and since when: at the last site it had come to, else where its way begins.
    #[must_use]
    pub fn whereabouts(&self, at: DateTime<Utc>) -> Waypoint {
        let begins = Waypoint { site: self.from, reached_at: self.ready_at };
        self.waypoint.filter(|waypoint| waypoint.reached_at < at).unwrap_or(begins)
    }

    /// Checks what must hold between an item's own fields.
    ///
    /// # Errors
    /// [`DomainError::DueBeforeReady`] and [`DomainError::SameEnds`].
    pub fn validate(&self) -> Result<(), DomainError> {
        if let Some(due_at) = self.due_at
            && due_at <= self.ready_at
        {
            return Err(DomainError::DueBeforeReady {
                code: self.code.to_string(),
                due_at: due_at.to_rfc3339_opts(SecondsFormat::Secs, true),
                ready_at: self.ready_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            });
        }
        if self.to == Destination::Site(self.from) {
            return Err(DomainError::SameEnds { code: self.code.to_string() });
        }
        Ok(())
    }
}
