//! From the tags of one way or node to what each profile may do there.

use super::{FERRY_CLASS, ProfileRules, RoadRules, duration::parse_seconds};
use crate::roads::Profile;

/// A way's tags, in the file's order.
type Tags<'a> = [(&'a str, &'a str)];

const MILE_KM: f64 = 1.609_344;
const MM_PER_KM: f64 = 1e6;

/// What a way offers: its class and each profile's speed in both directions.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(in crate::roads) struct WayTravel {
    /// Index into the rules' class names.
    pub(in crate::roads) class: u8,
    /// Millimetres per hour along the way's drawing direction, by profile; `None` is closed.
    pub(in crate::roads) forward_mm_per_h: [Option<u32>; Profile::COUNT],
    /// Millimetres per hour against the way's drawing direction, by profile; `None` is closed.
    pub(in crate::roads) backward_mm_per_h: [Option<u32>; Profile::COUNT],
    /// Set on ferries.
    pub(in crate::roads) ferry: Option<FerryTimes>,
}

/// What a ferry takes besides its crossing speed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(in crate::roads) struct FerryTimes {
    /// Boarding plus half the interval between departures, in milliseconds.
    pub(in crate::roads) board_ms: u32,
    /// The whole way's crossing time, in milliseconds, where the way states one.
    pub(in crate::roads) crossing_ms: Option<u32>,
}

#[derive(Clone, Copy)]
struct Directions {
    forward: bool,
    backward: bool,
}

fn value<'a>(tags: &Tags<'a>, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
}

impl RoadRules {
    /// What the way offers; `None` when no profile may use it.
    pub(in crate::roads) fn way(&self, tags: &Tags<'_>) -> Option<WayTravel> {
        let highway = value(tags, "highway");
        let is_ferry = highway.is_none() && value(tags, "route") == Some("ferry");
        if highway.is_none() && !is_ferry {
            return None;
        }
        let class_name = if is_ferry { FERRY_CLASS } else { highway? };
        let mut travel = WayTravel {
            class: self.class_index(class_name)?,
            forward_mm_per_h: [None; Profile::COUNT],
            backward_mm_per_h: [None; Profile::COUNT],
            ferry: is_ferry.then(|| self.ferry_times(tags)),
        };
        for profile in Profile::ALL {
            let rules = self.of(profile);
            let speed_kmh = if is_ferry {
                self.ferry_speed_kmh(profile, tags)
            } else {
                self.road_speed_kmh(rules, class_name, tags)
            };
            let Some(speed_kmh) = speed_kmh else { continue };
            let directions = directions(rules, tags);
            let along = |side: &str| {
                let limit_kmh = rules.uses_maxspeed.then(|| self.limit_kmh(tags, side)).flatten();
                mm_per_hour(if is_ferry { speed_kmh } else { limit_kmh.map_or(speed_kmh, |l| l.min(speed_kmh)) })
            };
            travel.forward_mm_per_h[profile.index()] = directions.forward.then(|| along("forward"));
            travel.backward_mm_per_h[profile.index()] = directions.backward.then(|| along("backward"));
        }
        let open = |speeds: &[Option<u32>]| speeds.iter().any(Option::is_some);
        (open(&travel.forward_mm_per_h) || open(&travel.backward_mm_per_h)).then_some(travel)
    }

    /// The profiles that a node with these tags stops, as a set of profile bits; 0 for an ordinary node.
    pub(in crate::roads) fn blocked_at(&self, tags: &Tags<'_>) -> u8 {
        let Some(barrier) = value(tags, "barrier") else {
            return 0;
        };
        let locked = value(tags, "locked") == Some("yes");
        Profile::ALL
            .into_iter()
            .filter(|&profile| {
                let rules = self.of(profile);
                match self.access(rules, tags) {
                    Some(Access { allowed, .. }) => !allowed,
                    None => locked || rules.blocked_by.contains(barrier),
                }
            })
            .fold(0, |blocked, profile| blocked | profile.bit())
    }

    fn road_speed_kmh(&self, rules: &ProfileRules, class: &str, tags: &Tags<'_>) -> Option<f64> {
        if rules.never_on.iter().any(|tag| value(tags, &tag.key) == Some(tag.value.as_str())) {
            return None;
        }
        let access = self.access(rules, tags);
        if access.is_some_and(|access| !access.allowed) {
            return None;
        }
        let own_tag_allows = access.is_some_and(|access| access.by_own_tag);
        let base_kmh = match rules.speed_kmh.get(class) {
            Some(speed_kmh) => *speed_kmh,
            None if own_tag_allows => *rules.speed_if_tagged_kmh.get(class)?,
            None => return None,
        };
        let surface = value(tags, "surface").filter(|_| rules.uses_surface);
        let factor = surface.and_then(|surface| self.surface_factor.get(surface)).copied().unwrap_or(1.0);
        Some(base_kmh * factor)
    }

    fn ferry_speed_kmh(&self, profile: Profile, tags: &Tags<'_>) -> Option<f64> {
        let allowed = self
            .access(self.of(profile), tags)
            .map_or_else(|| self.ferry.profiles.contains(&profile), |access| access.allowed);
        allowed.then_some(self.ferry.speed_kmh)
    }

    fn ferry_times(&self, tags: &Tags<'_>) -> FerryTimes {
        let span_s = |key: &str| value(tags, key).and_then(parse_seconds);
        let interval_s = span_s("interval").unwrap_or(self.ferry.interval_s);
        let in_ms = |seconds: u32| seconds.saturating_mul(1000);
        FerryTimes {
            board_ms: in_ms(self.ferry.boarding_s).saturating_add(in_ms(interval_s) / 2),
            crossing_ms: span_s("duration").filter(|&s| s > 0).map(in_ms),
        }
    }

    /// The most specific access tag that says anything.
    fn access(&self, rules: &ProfileRules, tags: &Tags<'_>) -> Option<Access> {
        rules.access_tags.iter().find_map(|key| {
            let said = value(tags, key)?;
            let by_own_tag = key != "access";
            if self.access.allow.contains(said) {
                Some(Access { allowed: true, by_own_tag })
            } else if self.access.forbid.contains(said) {
                Some(Access { allowed: false, by_own_tag })
            } else {
                None
            }
        })
    }

    fn limit_kmh(&self, tags: &Tags<'_>, side: &str) -> Option<f64> {
        let text = value(tags, &format!("maxspeed:{side}")).or_else(|| value(tags, "maxspeed"))?;
        if let Some(speed_kmh) = self.maxspeed_kmh.get(text) {
            return Some(*speed_kmh);
        }
        let (number, unit_km) = match text.strip_suffix("mph") {
            Some(number) => (number, MILE_KM),
            None => (text.strip_suffix("km/h").unwrap_or(text), 1.0),
        };
        let limit_kmh = number.trim().parse::<f64>().ok()? * unit_km;
        // A limit of zero or nonsense says nothing about speed; closure is the business of access tags.
        (1.0..=super::SPEED_LIMIT_KMH).contains(&limit_kmh).then_some(limit_kmh)
    }
}

#[derive(Clone, Copy)]
struct Access {
    allowed: bool,
    /// Said by a tag about this kind of traffic, not by the general `access`.
    by_own_tag: bool,
}

fn directions(rules: &ProfileRules, tags: &Tags<'_>) -> Directions {
    let stated = rules.oneway_tags.iter().find_map(|key| match value(tags, key)? {
        "yes" | "true" | "1" => Some(Directions { forward: true, backward: false }),
        "-1" | "reverse" => Some(Directions { forward: false, backward: true }),
        "no" | "false" | "0" | "alternating" => Some(Directions { forward: true, backward: true }),
        // Open one way at some hours and the other way at others: without a clock, neither is safe to promise.
        "reversible" => Some(Directions { forward: false, backward: false }),
        _ => None,
    });
    stated.unwrap_or_else(|| {
        let implied = rules.implied_oneway.iter().any(|tag| value(tags, &tag.key) == Some(tag.value.as_str()));
        Directions { forward: true, backward: !implied }
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "speeds are validated to 0.005..=450 km/h")]
fn mm_per_hour(speed_kmh: f64) -> u32 {
    (speed_kmh * MM_PER_KM).round() as u32
}
