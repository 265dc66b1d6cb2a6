//! The total order of a history's scans; the layer's own words say by which rule.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Bound,
};

use chrono::{DateTime, Duration, Utc};

use super::{
    steps::History,
    token::{Act, Token},
};
use crate::domain::{Party, ScanId};

/// Histories longer than this are ordered by the clocks alone where the first attempt to fit them together fails.
const SEARCHED_MAX: usize = 400;
/// How many steps are tried to fit a history together, for each of its entries.
const TRIES_PER_ENTRY: usize = 40;

/// How far apart the clocks of two devices usually are at most, seconds.
const CLOCKS_DIFFER_S: i64 = 120;

/// The entries of `history` in order.
pub(super) fn order(history: &History<'_>) -> Vec<usize> {
    fitting(history).unwrap_or_else(|| by_clocks(history))
}

/// How a thing comes before another by the clocks.
type Clock = (DateTime<Utc>, ScanId);

/// How far each device's scans have been placed, with the next one of each at hand by the clocks.
struct Front<'a> {
    history: &'a History<'a>,
    places: Vec<usize>,
    /// The device and the entry of each next scan.
    heads: BTreeMap<Clock, (usize, usize)>,
}

impl<'a> Front<'a> {
    fn new(history: &'a History<'a>) -> Self {
        let mut front = Self { history, places: vec![0; history.lanes.len()], heads: BTreeMap::new() };
        (0..history.lanes.len()).for_each(|lane| front.show(lane));
        front
    }

    fn head(&self, lane: usize) -> Option<(Clock, usize)> {
        let entry = *self.history.lanes[lane].get(self.places[lane])?;
        Some((self.history.earlier(entry), entry))
    }

    fn show(&mut self, lane: usize) {
        if let Some((clock, entry)) = self.head(lane) {
            self.heads.insert(clock, (lane, entry));
        }
    }

    fn hide(&mut self, lane: usize) {
        if let Some((clock, _)) = self.head(lane) {
            self.heads.remove(&clock);
        }
    }

    /// Places the next scan of a device.
    fn advance(&mut self, lane: usize) {
        self.hide(lane);
        self.places[lane] += 1;
        self.show(lane);
    }

    /// Takes the last scan of a device back.
    fn retreat(&mut self, lane: usize) {
        self.hide(lane);
        self.places[lane] -= 1;
        self.show(lane);
    }

    /// The next scans that the clocks show after `tried`, in their order.
    fn after(&self, tried: Option<Clock>) -> impl Iterator<Item = (Clock, usize, usize)> {
        let from = tried.map_or(Bound::Unbounded, Bound::Excluded);
        self.heads.range((from, Bound::Unbounded)).map(|(clock, (lane, entry))| (*clock, *lane, *entry))
    }
}

/// An order in which every scan fits; among several the one that the clocks prefer at each step.
fn fitting(history: &History<'_>) -> Option<Vec<usize>> {
    struct Choice {
        token: Token,
        /// The last of the next scans that was tried here.
        tried: Option<Clock>,
    }
    let entries = history.entries.len();
    let mut tries = entries * TRIES_PER_ENTRY;
    let mut front = Front::new(history);
    let mut path: Vec<(usize, usize)> = Vec::with_capacity(entries);
    let mut choices = vec![Choice { token: Token::new(&history.births), tried: None }];
    let mut dead: HashSet<(Vec<usize>, Token)> = HashSet::new();
    while path.len() < entries {
        let choice = choices.last_mut()?;
        let fits = |entry: usize| choice.token.fits(&history.entries[entry].step);
        let next = front.after(choice.tried).find(|(_, _, entry)| fits(*entry));
        if let Some((clock, lane, entry)) = next {
            choice.tried = Some(clock);
            tries = tries.checked_sub(1)?;
            let mut token = choice.token.clone();
            token.apply(&history.entries[entry].step);
            front.advance(lane);
            if !dead.is_empty() && dead.contains(&(front.places.clone(), token.clone())) {
                front.retreat(lane);
                continue;
            }
            path.push((lane, entry));
            choices.push(Choice { token, tried: None });
        } else if entries > SEARCHED_MAX {
            // The first attempt has failed.
            return None;
        } else {
            let exhausted = choices.pop()?;
            dead.insert((front.places.clone(), exhausted.token));
            front.retreat(path.pop()?.0);
        }
    }
    Some(path.into_iter().map(|(_, entry)| entry).collect())
}

/// A handing over, told by either side: thing, giver, receiver.
type Handing = (usize, Party, Party);

fn handings(history: &History<'_>, entry: usize) -> impl Iterator<Item = (Handing, bool)> {
    let step = &history.entries[entry].step;
    step.named.iter().filter_map(|thing| match step.act {
        Act::Give(to) => Some(((*thing, step.actor, to), true)),
        Act::Receive(from) => Some(((*thing, from, step.actor), false)),
        _ => None,
    })
}

/// How a thing goes from one party to another.
#[derive(Default)]
struct Count {
    /// When it is still to be handed over, by the giver's clock.
    gives_left: BTreeSet<(DateTime<Utc>, usize)>,
    receipts_left: usize,
    /// Handed over and not received.
    under_way: usize,
}

/// The order of the clocks, in which a receipt that nothing under way answers waits for a handing over that the other clock
/// shows a little later: both sides scan at once, and no two clocks agree to the second.
fn by_clocks(history: &History<'_>) -> Vec<usize> {
    let mut counts: BTreeMap<Handing, Count> = BTreeMap::new();
    for (entry, told) in history.entries.iter().enumerate() {
        for (handing, given) in handings(history, entry) {
            let count = counts.entry(handing).or_default();
            if given {
                count.gives_left.insert((told.at, entry));
            } else {
                count.receipts_left += 1;
            }
        }
    }
    let mut front = Front::new(history);
    let mut order = Vec::with_capacity(history.entries.len());
    while order.len() < history.entries.len() {
        let waits = |entry: usize| {
            let until = history.entries[entry].at + Duration::seconds(CLOCKS_DIFFER_S);
            handings(history, entry).any(|(handing, given)| {
                let count = &counts[&handing];
                let comes = count.gives_left.first().is_some_and(|(at, _)| *at <= until);
                !given && count.under_way == 0 && comes && count.gives_left.len() >= count.receipts_left
            })
        };
        let ready = front.after(None).find(|(_, _, entry)| !waits(*entry));
        let Some((_, lane, entry)) = ready.or_else(|| front.after(None).next()) else {
            break;
        };
        for (handing, given) in handings(history, entry) {
            let count = counts.get_mut(&handing).expect("every handing was counted");
            if given {
                count.gives_left.remove(&(history.entries[entry].at, entry));
                count.under_way += 1;
            } else {
                count.receipts_left -= 1;
                count.under_way = count.under_way.saturating_sub(1);
            }
        }
        front.advance(lane);
        order.push(entry);
    }
    order
}
