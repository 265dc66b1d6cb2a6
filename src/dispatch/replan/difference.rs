//! What two plans of one day differ in, in plain words and figures.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    dispatch::DayInput,
    domain::{
        CentreData, Destination, HalfDay, HomeDeliveryId, Item, ItemId, LegCarrier, Place, Plan, PlanSummary, Route,
        Warning,
    },
};

/// A change of arrival by less is none, seconds.
const SAME_S: i64 = 300;

/// What happens to items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A home delivery does not come in the half-day that was chosen.
    PromiseBroken,
    /// They come after their due time, and did not before.
    BecomesLate,
    /// They are on no route any more.
    Dropped,
    /// They come in time, and did not before.
    NoLongerLate,
    /// They are on a route, and were on none.
    Taken,
    /// They are on other routes.
    Moved,
    /// They come later.
    Later,
    /// They come earlier.
    Earlier,
}

impl ChangeKind {
    /// Its stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PromiseBroken => "promise_broken",
            Self::BecomesLate => "becomes_late",
            Self::Dropped => "dropped",
            Self::NoLongerLate => "no_longer_late",
            Self::Taken => "taken",
            Self::Moved => "moved",
            Self::Later => "later",
            Self::Earlier => "earlier",
        }
    }
}

/// One thing that changes, for all items for which it does alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happens.
    pub kind: ChangeKind,
    /// The items.
    pub items: Vec<ItemId>,
    /// By how much at most, seconds, where it is about time.
    pub seconds: Option<i64>,
    /// One plain Vietnamese sentence.
    pub sentence_vi: String,
    /// One plain English sentence.
    pub sentence_en: String,
}

/// What two plans of one day differ in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Difference {
    /// The plan before, in figures.
    pub before: PlanSummary,
    /// The plan after, in figures.
    pub after: PlanSummary,
    /// What changes, the worst first.
    pub changes: Vec<Change>,
}

/// How one plan brings an item along.
#[derive(Default)]
struct Way {
    carriers: Vec<String>,
    arrives: Option<DateTime<Utc>>,
    homes: Option<(HomeDeliveryId, DateTime<Utc>)>,
}

/// A pair of sentences, Vietnamese and English, in which `{n}` stands for how many items there are.
type Sentences = (String, String);

/// What changes from one plan of a day to another. `input` has the items and home deliveries that they name.
#[must_use]
pub fn difference(input: &DayInput<'_>, before: &Plan, after: &Plan) -> Difference {
    let (old, new) = (ways(input, before), ways(input, after));
    let (old_late, new_late) = (late(before), late(after));
    let nothing = Way::default();
    let mut groups: BTreeMap<(ChangeKind, Sentences), (Vec<ItemId>, Option<i64>)> = BTreeMap::new();
    let mut add = |kind: ChangeKind, sentences: Sentences, item: ItemId, seconds: Option<i64>| {
        let group = groups.entry((kind, sentences)).or_default();
        group.0.push(item);
        group.1 = group.1.max(seconds);
    };
    for item in input.items {
        let id = item.id;
        let (was, is) = (old.get(&id).unwrap_or(&nothing), new.get(&id).unwrap_or(&nothing));
        if let Some(half) = promised(input, item)
            && keeps(input, half, was.homes)
            && !keeps(input, half, is.homes)
        {
            add(ChangeKind::PromiseBroken, promise(half), id, None);
        }
        match (old_late.get(&id), new_late.get(&id)) {
            (None, Some(seconds)) => add(ChangeKind::BecomesLate, becomes_late(), id, Some(*seconds)),
            (Some(_), None) if is.arrives.is_some() => add(ChangeKind::NoLongerLate, in_time(), id, None),
            _ => {}
        }
        match (was.carriers.is_empty(), is.carriers.is_empty()) {
            (false, true) => {
                let reason = after.unassigned.iter().find(|unassigned| unassigned.item_id == id);
                let (vi, en) = reason.map_or_else(
                    || ("Đã xong.".to_owned(), "It is done.".to_owned()),
                    |unassigned| (unassigned.reason.sentence_vi(), unassigned.reason.sentence_en()),
                );
                add(ChangeKind::Dropped, dropped(&vi, &en), id, None);
            }
            (true, false) => add(ChangeKind::Taken, taken(&is.carriers), id, None),
            (false, false) if was.carriers != is.carriers => {
                add(ChangeKind::Moved, moved(&was.carriers, &is.carriers), id, None);
            }
            _ => {
                let by = was.arrives.zip(is.arrives).map_or(0, |(was, is)| (is - was).num_seconds());
                if by >= SAME_S {
                    add(ChangeKind::Later, later(), id, Some(by));
                } else if by <= -SAME_S {
                    add(ChangeKind::Earlier, earlier(), id, Some(-by));
                }
            }
        }
    }
    let changes = groups.into_iter().map(|((kind, (vi, en)), (items, seconds))| {
        let fill = |text: &str| {
            let minutes = seconds.map_or(0, |seconds| (seconds + 59) / 60);
            text.replace("{n}", &items.len().to_string()).replace("{m}", &minutes.to_string())
        };
        Change { kind, sentence_vi: fill(&vi), sentence_en: fill(&en), items, seconds }
    });
    Difference { before: before.summary(), after: after.summary(), changes: changes.collect() }
}

fn late(plan: &Plan) -> HashMap<ItemId, i64> {
    let late = |warning: &Warning| match warning {
        Warning::Late { item_id, due_at, arrives_at } => Some((*item_id, (*arrives_at - *due_at).num_seconds())),
        _ => None,
    };
    plan.warnings.iter().filter_map(late).collect()
}

fn ways(input: &DayInput<'_>, plan: &Plan) -> HashMap<ItemId, Way> {
    let goals: HashMap<ItemId, Destination> = input.items.iter().map(|item| (item.id, item.to)).collect();
    let names: HashMap<LegCarrier, String> =
        plan.routes().map(|(carrier, route)| (carrier, name_of(input.centre, plan, carrier, route))).collect();
    let mut ways: HashMap<ItemId, Way> = HashMap::new();
    for leg in plan.legs() {
        let way = ways.entry(leg.item_id).or_default();
        way.carriers.push(names.get(&leg.carrier).cloned().unwrap_or_default());
        way.arrives = match (goals.get(&leg.item_id), leg.to) {
            (Some(Destination::Site(goal)), Place::Site(site)) if *goal == site => Some(leg.arrives_at),
            (Some(Destination::Home(goal)), Place::Home(home)) if *goal == home => Some(leg.arrives_at),
            _ => None,
        };
        if let Place::Home(home) = leg.to {
            way.homes = Some((home, leg.arrives_at));
        }
    }
    ways
}

/// How sentences call a run or a round: the same for the same one in both plans.
fn name_of(centre: &CentreData, plan: &Plan, carrier: LegCarrier, route: &Route) -> String {
    match carrier {
        LegCarrier::Run(id) => {
            plan.runs.iter().find(|run| run.id == id).map_or_else(String::new, |run| run.code.clone())
        }
        LegCarrier::Round(id) => {
            let courier = centre.couriers.iter().find(|courier| courier.id == route.courier_id);
            let code = courier.map_or("?", |courier| courier.code.as_str());
            let half = plan.rounds.iter().find(|round| round.id == id).map(|round| round.half_day);
            format!("{code}/{}", half.map_or("?", HalfDay::as_str))
        }
    }
}

/// The half-day of today that was chosen for an item's home delivery.
fn promised(input: &DayInput<'_>, item: &Item) -> Option<HalfDay> {
    let Destination::Home(id) = item.to else { return None };
    let home = input.home_deliveries.iter().find(|home| home.id == id)?;
    home.wanted.filter(|wanted| wanted.date == input.date)?.half_day
}

fn keeps(input: &DayInput<'_>, half: HalfDay, visit: Option<(HomeDeliveryId, DateTime<Utc>)>) -> bool {
    visit.is_some_and(|(_, at)| half_of(input.centre, input.date, at) == Some(half))
}

/// In which half of a day an instant lies.
fn half_of(centre: &CentreData, date: chrono::NaiveDate, at: DateTime<Utc>) -> Option<HalfDay> {
    let local = at.with_timezone(&centre.centre.time_zone);
    if local.date_naive() != date {
        return None;
    }
    let rows = centre.half_days.iter().filter(|row| row.effective.contains(date));
    let mut rows = rows.filter(|row| row.window.from <= local.time() && local.time() <= row.window.to);
    rows.next().map(|row| row.half_day)
}

fn pair(vi: impl Into<String>, en: impl Into<String>) -> Sentences {
    (vi.into(), en.into())
}

fn promise(half: HalfDay) -> Sentences {
    match half {
        HalfDay::Morning => pair(
            "{n} bưu gửi không kịp phát trong buổi sáng đã hẹn.",
            "{n} items are not delivered in the morning that was chosen.",
        ),
        HalfDay::Afternoon => pair(
            "{n} bưu gửi không kịp phát trong buổi chiều đã hẹn.",
            "{n} items are not delivered in the afternoon that was chosen.",
        ),
    }
}

fn becomes_late() -> Sentences {
    pair("{n} bưu gửi trễ hạn, nhiều nhất {m} phút.", "{n} items become late, by {m} minutes at most.")
}

fn in_time() -> Sentences {
    pair("{n} bưu gửi không còn trễ hạn.", "{n} items are no longer late.")
}

fn dropped(vi: &str, en: &str) -> Sentences {
    pair(format!("{{n}} bưu gửi bị bỏ lại. {vi}"), format!("{{n}} items are left out. {en}"))
}

fn taken(carriers: &[String]) -> Sentences {
    let way = carriers.join(", ");
    pair(format!("{{n}} bưu gửi được đưa vào chuyến {way}."), format!("{{n}} items are taken by {way}."))
}

fn moved(from: &[String], to: &[String]) -> Sentences {
    let (from, to) = (from.join(", "), to.join(", "));
    pair(format!("{{n}} bưu gửi chuyển từ {from} sang {to}."), format!("{{n}} items move from {from} to {to}."))
}

fn later() -> Sentences {
    pair("{n} bưu gửi đến muộn hơn, nhiều nhất {m} phút.", "{n} items come later, by {m} minutes at most.")
}

fn earlier() -> Sentences {
    pair("{n} bưu gửi đến sớm hơn, nhiều nhất {m} phút.", "{n} items come earlier, by {m} minutes at most.")
}
