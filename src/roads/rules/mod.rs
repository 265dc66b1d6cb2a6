//! Which ways a profile may use, in which direction, and how fast: rules as data.
//!
//! [`RoadRules`] is parsed from a TOML text of the shape of `data/roads/rules.toml`, which is built in as the
//! default. Evaluating a way's or node's tags is pure; this module knows tags, not maps.

mod duration;
mod evaluate;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub(super) use evaluate::WayTravel;

use super::{Estimate, Profile, RoadsError};

const DEFAULT_RULES: &str = include_str!("../../../data/roads/rules.toml");
const SUPPORTED_VERSION: u32 = 1;
/// Faster than any road or ferry; guards against a slip of units in a rules file.
const SPEED_LIMIT_KMH: f64 = 300.0;
/// The class under which ferries are counted.
const FERRY_CLASS: &str = "ferry";

/// Access, one-way, barrier, ferry and speed rules of every profile.
#[derive(Clone, Debug)]
pub struct RoadRules {
    access: AccessValues,
    maxspeed_kmh: BTreeMap<String, f64>,
    surface_factor: BTreeMap<String, f64>,
    ferry: FerryRules,
    profiles: [ProfileRules; Profile::COUNT],
    /// Every highway class that some profile may use, and `ferry`; a way's class is an index into it.
    class_names: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessValues {
    allow: BTreeSet<String>,
    forbid: BTreeSet<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FerryRules {
    speed_kmh: f64,
    boarding_s: u32,
    interval_s: u32,
    profiles: Vec<Profile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileRules {
    access_tags: Vec<String>,
    oneway_tags: Vec<String>,
    implied_oneway: Vec<TagPair>,
    never_on: Vec<TagPair>,
    blocked_by: BTreeSet<String>,
    uses_surface: bool,
    uses_maxspeed: bool,
    estimate: EstimateRule,
    speed_kmh: BTreeMap<String, f64>,
    #[serde(default)]
    speed_if_tagged_kmh: BTreeMap<String, f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EstimateRule {
    circuity: f64,
    speed_kmh: f64,
}

/// A tag written `key=value` in the rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct TagPair {
    key: String,
    value: String,
}

impl TryFrom<String> for TagPair {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err(format!("`{text}` is not a tag: write `key=value`")),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    version: u32,
    access: AccessValues,
    #[serde(default)]
    maxspeed_kmh: BTreeMap<String, f64>,
    #[serde(default)]
    surface_factor: BTreeMap<String, f64>,
    ferry: FerryRules,
    profile: ProfilesFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfilesFile {
    motorbike: ProfileRules,
    car: ProfileRules,
    foot: ProfileRules,
}

impl Default for RoadRules {
    /// The built-in rules, `data/roads/rules.toml`.
    fn default() -> Self {
        Self::from_toml(DEFAULT_RULES).expect("the built-in rules are parsed by a test")
    }
}

impl RoadRules {
    /// Parses rules from TOML text of the shape of `data/roads/rules.toml`.
    ///
    /// # Errors
    /// [`RoadsError::Rules`] naming the line or the field, the problem and the accepted values.
    pub fn from_toml(text: &str) -> Result<Self, RoadsError> {
        let file: RulesFile = toml::from_str(text).map_err(|e| RoadsError::Rules(e.to_string()))?;
        if file.version != SUPPORTED_VERSION {
            let found = file.version;
            return Err(RoadsError::Rules(format!("`version` is {found}, this program reads {SUPPORTED_VERSION}")));
        }
        let profiles = [file.profile.motorbike, file.profile.car, file.profile.foot];
        for (profile, rules) in Profile::ALL.into_iter().zip(&profiles) {
            rules.validate(profile)?;
        }
        for (value, speed) in &file.maxspeed_kmh {
            check_speed(&format!("maxspeed_kmh.\"{value}\""), *speed)?;
        }
        for (surface, factor) in &file.surface_factor {
            check_range(&format!("surface_factor.{surface}"), *factor, 0.05, 1.5)?;
        }
        check_speed("ferry.speed_kmh", file.ferry.speed_kmh)?;

        let class_names: BTreeSet<String> = profiles
            .iter()
            .flat_map(|rules| rules.speed_kmh.keys().chain(rules.speed_if_tagged_kmh.keys()))
            .cloned()
            .chain([FERRY_CLASS.to_owned()])
            .collect();
        if class_names.len() > usize::from(u8::MAX) {
            return Err(RoadsError::Rules("more than 255 highway classes in the speed tables".to_owned()));
        }
        Ok(Self {
            access: file.access,
            maxspeed_kmh: file.maxspeed_kmh,
            surface_factor: file.surface_factor,
            ferry: file.ferry,
            profiles,
            class_names: class_names.into_iter().collect(),
        })
    }

    /// The straight-line estimate for a profile, used where no network is loaded.
    #[must_use]
    pub fn estimate(&self, profile: Profile) -> Estimate {
        let rule = self.of(profile).estimate;
        Estimate::within_limits(profile, rule.circuity, rule.speed_kmh)
    }

    pub(super) fn class_name(&self, class: u8) -> &str {
        &self.class_names[usize::from(class)]
    }

    fn class_index(&self, name: &str) -> Option<u8> {
        let index = self.class_names.binary_search_by(|class| class.as_str().cmp(name)).ok()?;
        u8::try_from(index).ok()
    }

    fn of(&self, profile: Profile) -> &ProfileRules {
        &self.profiles[profile.index()]
    }
}

impl ProfileRules {
    fn validate(&self, profile: Profile) -> Result<(), RoadsError> {
        for (table, speeds) in [("speed_kmh", &self.speed_kmh), ("speed_if_tagged_kmh", &self.speed_if_tagged_kmh)] {
            for (class, speed) in speeds {
                check_speed(&format!("profile.{profile}.{table}.{class}"), *speed)?;
            }
        }
        let EstimateRule { circuity, speed_kmh } = self.estimate;
        check_range(&format!("profile.{profile}.estimate.circuity"), circuity, 1.0, 10.0)?;
        check_speed(&format!("profile.{profile}.estimate.speed_kmh"), speed_kmh)
    }
}

fn check_speed(field: &str, speed_kmh: f64) -> Result<(), RoadsError> {
    check_range(field, speed_kmh, 0.1, SPEED_LIMIT_KMH)
}

fn check_range(field: &str, value: f64, least: f64, most: f64) -> Result<(), RoadsError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(RoadsError::Rules(format!("`{field}` is {value}: give a number from {least} to {most}")))
}
