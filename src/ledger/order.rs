//! The total order of a history's scans; the layer's own words say by which rule.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Duration, Utc};

use super::{
    steps::History,
    token::{Act, Token},
};
use crate::domain::Party;

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

/// How far each device's scans have been placed.
type Places = Vec<usize>;

fn heads<'a>(history: &'a History<'_>, places: &'a Places) -> impl Iterator<Item = (usize, usize)> + 'a {
    let lanes = history.lanes.iter().enumerate();
    lanes.filter_map(|(lane, entries)| Some((lane, *entries.get(places[lane])?)))
}

/// An order in which every scan fits; among several the one that the clocks prefer at each step.
fn fitting(history: &History<'_>) -> Option<Vec<usize>> {
    struct Choice {
        token: Token,
        /// The devices whose next scan fits, the preferred one last.
        lanes: Vec<usize>,
    }
    let choose = |places: &Places, token: Token| {
        let mut fitting: Vec<(usize, usize)> =
            heads(history, places).filter(|(_, entry)| token.fits(&history.entries[*entry].step)).collect();
        fitting.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(history.earlier(*entry)));
        Choice { token, lanes: fitting.into_iter().map(|(lane, _)| lane).collect() }
    };
    let entries = history.entries.len();
    let mut tries = if entries > SEARCHED_MAX { entries } else { entries * TRIES_PER_ENTRY };
    let mut places = vec![0; history.lanes.len()];
    let mut path: Vec<usize> = Vec::with_capacity(entries);
    let mut choices = vec![choose(&places, Token::new(&history.births))];
    let mut dead: HashSet<(Places, Token)> = HashSet::new();
    while path.len() < entries {
        let choice = choices.last_mut()?;
        if let Some(lane) = choice.lanes.pop() {
            tries = tries.checked_sub(1)?;
            let mut token = choice.token.clone();
            token.apply(&history.entries[history.lanes[lane][places[lane]]].step);
            places[lane] += 1;
            if !dead.is_empty() && dead.contains(&(places.clone(), token.clone())) {
                places[lane] -= 1;
                continue;
            }
            path.push(lane);
            choices.push(choose(&places, token));
        } else {
            let exhausted = choices.pop()?;
            dead.insert((places.clone(), exhausted.token));
            places[path.pop()?] -= 1;
        }
    }
    let mut next = vec![0; history.lanes.len()];
    let entry = |lane: usize| {
        next[lane] += 1;
        history.lanes[lane][next[lane] - 1]
    };
    Some(path.into_iter().map(entry).collect())
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
    let mut places = vec![0; history.lanes.len()];
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
        let Some((lane, entry)) =
            heads(history, &places).min_by_key(|(_, entry)| (waits(*entry), history.earlier(*entry)))
        else {
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
        places[lane] += 1;
        order.push(entry);
    }
    order
}
