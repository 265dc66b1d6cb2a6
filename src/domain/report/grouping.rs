use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Cell, Column, Quarter, Row, Table};
use crate::domain::{CentreData, CourierId, SiteId};

/// By what a report adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grouping {
    /// By day.
    Day,
    /// By month.
    Month,
    /// By quarter.
    Quarter,
    /// By department.
    Department,
    /// By commune.
    Commune,
    /// By courier.
    Courier,
    /// By leg.
    Leg,
}

impl Grouping {
    const WORDS: [(&'static str, Self); 7] = [
        ("day", Self::Day),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("department", Self::Department),
        ("commune", Self::Commune),
        ("courier", Self::Courier),
        ("leg", Self::Leg),
    ];
}

word_enum!(Grouping, "grouping of a report");

/// A part of an item's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransitLeg {
    /// From an office to the centre.
    ToCentre,
    /// From the centre to an office.
    ToOffice,
    /// From the centre, or a post office, to a citizen's home.
    ToHome,
}

impl TransitLeg {
    const WORDS: [(&'static str, Self); 3] =
        [("to_centre", Self::ToCentre), ("to_office", Self::ToOffice), ("to_home", Self::ToHome)];
}

word_enum!(TransitLeg, "leg");

/// Of what a fact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimensions {
    /// The day.
    pub day: NaiveDate,
    /// The department.
    pub department: Option<SiteId>,
    /// The commune's code.
    pub commune: Option<String>,
    /// The courier.
    pub courier: Option<CourierId>,
    /// The leg.
    pub leg: Option<TransitLeg>,
}

impl Dimensions {
    /// Of a day and of nothing else.
    #[must_use]
    pub fn of_day(day: NaiveDate) -> Self {
        Self { day, department: None, commune: None, courier: None, leg: None }
    }
}

/// The counts of one report, with its formulas.
pub trait Tally: Default {
    /// What [`Tally::cells`] gives, in order.
    fn columns() -> Vec<Column>;
    /// Adds another's counts.
    fn add(&mut self, other: &Self);
    /// The report's numbers.
    fn cells(&self) -> Vec<Cell>;
}

/// A tally of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// Of what.
    pub of: Dimensions,
    /// The counts.
    pub tally: T,
}

type Key = (Option<String>, Option<TransitLeg>);

/// Adds facts up by a grouping. Legs are told apart in every grouping.
#[must_use]
pub fn tabulate<T: Tally>(facts: &[Fact<T>], by: Grouping, centre: &CentreData) -> Table {
    let mut groups: BTreeMap<Key, (String, T)> = BTreeMap::new();
    let mut totals: BTreeMap<Option<TransitLeg>, T> = BTreeMap::new();
    for fact in facts {
        let (key, name) = group(&fact.of, by, centre);
        let (_, tally) = groups.entry((key, fact.of.leg)).or_insert_with(|| (name, T::default()));
        tally.add(&fact.tally);
        totals.entry(fact.of.leg).or_default().add(&fact.tally);
    }
    if totals.is_empty() {
        totals.insert(None, T::default());
    }
    let word = |leg: Option<TransitLeg>| leg.map(TransitLeg::as_str);
    let row = |((key, leg), (name, tally)): (Key, (String, T))| Row { key, name, leg: word(leg), cells: tally.cells() };
    let total = |(leg, tally): (Option<TransitLeg>, T)| Row {
        key: None,
        name: "Tổng cộng".into(),
        leg: word(leg),
        cells: tally.cells(),
    };
    Table {
        columns: T::columns(),
        rows: groups.into_iter().map(row).collect(),
        totals: totals.into_iter().map(total).collect(),
    }
}

/// The group of a fact: its key and its name for people.
fn group(of: &Dimensions, by: Grouping, centre: &CentreData) -> (Option<String>, String) {
    let nobody = || (None, "—".to_owned());
    let same = |key: String| (Some(key.clone()), key);
    match by {
        Grouping::Day => same(of.day.to_string()),
        Grouping::Month => same(of.day.format("%Y-%m").to_string()),
        Grouping::Quarter => same(Quarter::of(of.day).to_string()),
        Grouping::Department => match of.department {
            None => nobody(),
            Some(id) => match centre.site(id) {
                Some(site) => (Some(site.code.clone()), site.name.clone()),
                None => same(id.to_string()),
            },
        },
        Grouping::Commune => match &of.commune {
            None => nobody(),
            // Codes are used again: the name is that of the unit on the fact's own day.
            Some(code) => {
                let name = centre.commune(code, of.day).map_or_else(|| code.clone(), |commune| commune.name.clone());
                (Some(code.clone()), name)
            }
        },
        Grouping::Courier => match of.courier {
            None => nobody(),
            Some(id) => match centre.couriers.iter().find(|courier| courier.id == id) {
                Some(courier) => same(courier.code.clone()),
                None => same(id.to_string()),
            },
        },
        Grouping::Leg => of.leg.map_or_else(nobody, |leg| same(leg.as_str().to_owned())),
    }
}
