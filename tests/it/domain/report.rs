//! The formulas of the reports on their own.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use conthoi::{
    domain::{
        Place, SiteId,
        report::{
            Cell, Dimensions, Fact, Grouping, HomeClock, PlannedHalt, Quarter, Rate, Report, RunTally, SettlementTally,
            Sighting, TransitLeg, TransitTally, nearest_rank, punctuality, tabulate,
        },
    },
    service::import,
};
use proptest::prelude::*;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What the province published on 16/08/2019.
#[test]
fn the_published_rates_follow_from_the_published_counts() {
    assert_eq!(Rate { part: 21_578, whole: 21_648 }.basis_points(), Some(9_968));
    assert_eq!(Rate { part: 5_824, whole: 5_841 }.basis_points(), Some(9_971));
    // One more or less would have been published as another rate, or as the same: the count of satisfied ones is not published.
    assert_eq!(Rate { part: 5_823, whole: 5_841 }.basis_points(), Some(9_969));
    assert_eq!(Rate { part: 0, whole: 0 }.basis_points(), None);
    assert_eq!(Rate { part: 1, whole: 1 }.basis_points(), Some(10_000));
    assert_eq!(Rate { part: 1, whole: 20_000 }.basis_points(), Some(1), "half is rounded up");
}

proptest! {
    #[test]
    fn a_rate_is_the_nearest_hundredth_of_a_percent(part in 0_u64..1_000_000, more in 0_u64..1_000_000) {
        let whole = part + more;
        prop_assume!(whole > 0);
        let points = u64::from(Rate { part, whole }.basis_points().unwrap());
        // |points/10000 - part/whole| <= 1/20000, in whole numbers.
        prop_assert!((points * whole).abs_diff(part * 10_000) * 2 <= whole);
    }

    #[test]
    fn a_percentile_is_the_smallest_that_so_many_do_not_exceed(
        mut values in proptest::collection::vec(0_i64..100, 1..40), percent in 1_u32..=100,
    ) {
        values.sort_unstable();
        let found = nearest_rank(&values, percent).unwrap();
        let not_above = |limit: i64| values.iter().filter(|value| **value <= limit).count();
        prop_assert!(not_above(found) * 100 >= values.len() * percent as usize);
        prop_assert!(values.contains(&found));
        for smaller in values.iter().filter(|value| **value < found) {
            prop_assert!(not_above(*smaller) * 100 < values.len() * percent as usize);
        }
    }
}

#[test]
fn a_percentile_of_nothing_is_nothing() {
    assert_eq!(nearest_rank(&[], 50), None);
    assert_eq!(nearest_rank(&[7], 1), Some(7));
}

#[test]
fn quarters_begin_and_end_where_the_calendar_has_them() {
    for (text, first, last) in [
        ("2019-Q1", "2019-01-01", "2019-03-31"),
        ("2019-Q2", "2019-04-01", "2019-06-30"),
        ("2020-Q4", "2020-10-01", "2020-12-31"),
    ] {
        let quarter: Quarter = text.parse().unwrap();
        assert_eq!(
            (quarter.first_day(), quarter.last_day(), quarter.to_string()),
            (day(first), day(last), text.into())
        );
        assert_eq!(Quarter::of(day(first)), quarter);
        assert_eq!(Quarter::of(day(last)), quarter);
    }
    for bad in ["2019Q1", "2019-Q5", "2019-Q0", "19-Q1", "+019-Q1", "", "2019-Q01", "2019-q1"] {
        assert!(bad.parse::<Quarter>().is_err(), "{bad}");
    }
}

/// TT 17/2017/TT-BTTTT Điều 7, as the planner reads it.
#[test]
fn a_home_delivery_is_in_time_by_the_planners_rule() {
    let centre = import::embedded();
    let hub = centre.hub().commune_code.clone();
    let far = centre
        .communes
        .iter()
        .find(|it| it.effective.contains(day("2019-06-14")) && it.district_code.as_deref() == Some("942"))
        .unwrap();
    let due = |commune: &str, ready: &str, wanted: Option<&str>| {
        HomeClock { commune, ready_on: day(ready), wanted_on: wanted.map(day) }.due_on(&centre).unwrap()
    };
    // A Friday.
    assert_eq!(due(&hub, "2019-06-14", None), day("2019-06-17"), "J + 1 within the district");
    assert_eq!(due(&far.code, "2019-06-14", None), day("2019-06-18"), "J + 2 within the province");
    assert_eq!(due(&hub, "2019-06-15", None), day("2019-06-18"), "what is ready on a Saturday off counts from Monday");
    assert_eq!(due(&hub, "2019-06-14", Some("2019-06-20")), day("2019-06-20"), "a later day as wished");
    assert_eq!(due(&hub, "2019-06-14", Some("2019-06-14")), day("2019-06-17"), "an earlier wish shortens nothing");
}

fn site(n: u128) -> Place {
    Place::Site(SiteId::from_uuid(Uuid::from_u128(n)))
}

fn at(minutes: i64) -> DateTime<Utc> {
    "2019-06-14T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minutes)
}

/// A route that leaves the depot at 60, is at two offices at 80 and 100, and back at 120.
fn route() -> [PlannedHalt; 4] {
    let halt = |place, arrives, departs| PlannedHalt { place, arrives_at: at(arrives), departs_at: at(departs) };
    [halt(site(0), 50, 60), halt(site(1), 80, 85), halt(site(2), 100, 105), halt(site(0), 120, 120)]
}

fn seen(sightings: &[(i64, u128)]) -> RunTally {
    let sightings: Vec<Sighting> =
        sightings.iter().map(|(minutes, place)| Sighting { at: at(*minutes), place: site(*place) }).collect();
    punctuality(&route(), &sightings, 600)
}

#[test]
fn punctuality_is_what_the_scans_say() {
    let planned = RunTally { routes: 1, ..RunTally::default() };
    assert_eq!(seen(&[]), planned, "without scans nothing is known");
    let whole =
        RunTally { seen: 1, left_on_time: 1, back_on_time: 1, stops: 2, stops_seen: 2, stops_on_time: 2, ..planned };
    assert_eq!(seen(&[(55, 0), (59, 0), (81, 1), (84, 1), (110, 2), (130, 0)]), whole, "ten minutes are allowed");
    assert_eq!(seen(&[(71, 0), (81, 1), (99, 2), (119, 0)]), RunTally { left_on_time: 0, ..whole.clone() });
    assert_eq!(seen(&[(59, 0), (91, 1), (99, 2), (119, 0)]), RunTally { stops_on_time: 1, ..whole.clone() });
    assert_eq!(
        seen(&[(59, 0), (80, 1)]),
        RunTally { back_on_time: 0, stops_seen: 1, stops_on_time: 1, ..whole.clone() },
        "a stop that nobody scanned at is not on time, and who was not seen back is not back on time"
    );
    assert_eq!(seen(&[(59, 0), (80, 1), (100, 2), (131, 0), (140, 0)]), RunTally { back_on_time: 0, ..whole });
    assert_eq!(punctuality(&[], &[], 0), RunTally::default());
}

#[test]
fn facts_are_added_up_by_what_is_asked_for() {
    let centre = import::embedded();
    let (first, second) = (centre.site_by_code("STNMT").unwrap().id, centre.site_by_code("STP").unwrap().id);
    let fact = |date: &str, department, settled, on_time| Fact {
        of: Dimensions { department: Some(department), ..Dimensions::of_day(day(date)) },
        tally: SettlementTally { received: 1, settled, on_time },
    };
    let facts = [fact("2019-03-29", first, 10, 9), fact("2019-04-01", second, 5, 5), fact("2019-04-01", first, 1, 0)];
    let keys = |by| -> Vec<(String, i64)> {
        let number = |cell: Cell| if let Cell::Number(number) = cell { number } else { panic!("{cell:?}") };
        let table = tabulate(&facts, by, &centre);
        assert_eq!(table.total("settled"), Some(Cell::Number(16)));
        assert_eq!(table.total("on_time_percent"), Some(Cell::BasisPoints(8_750)));
        table.rows.iter().map(|row| (row.key.clone().unwrap(), number(row.cells[1]))).collect()
    };
    let of = |rows: &[(&str, i64)]| rows.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(keys(Grouping::Day), of(&[("2019-03-29", 10), ("2019-04-01", 6)]));
    assert_eq!(keys(Grouping::Month), of(&[("2019-03", 10), ("2019-04", 6)]));
    assert_eq!(keys(Grouping::Quarter), of(&[("2019-Q1", 10), ("2019-Q2", 6)]));
    assert_eq!(keys(Grouping::Department), of(&[("STNMT", 11), ("STP", 5)]));
    // Of nothing there is a line of totals all the same.
    let none = tabulate::<SettlementTally>(&[], Grouping::Day, &centre);
    assert_eq!(
        (none.rows.len(), none.total("settled"), none.total("on_time_percent")),
        (0, Some(Cell::Number(0)), Some(Cell::Empty))
    );
}

#[test]
fn legs_are_told_apart_in_every_grouping() {
    let centre = import::embedded();
    let fact = |leg, seconds: &[i64]| Fact {
        of: Dimensions { leg: Some(leg), ..Dimensions::of_day(day("2019-06-14")) },
        tally: TransitTally { seconds: seconds.to_vec() },
    };
    let facts =
        [fact(TransitLeg::ToHome, &[9_000]), fact(TransitLeg::ToCentre, &[60, 30]), fact(TransitLeg::ToCentre, &[90])];
    let table = tabulate(&facts, Grouping::Day, &centre);
    let legs: Vec<_> = table.rows.iter().map(|row| (row.leg.unwrap(), row.cells[0], row.cells[1])).collect();
    let number = Cell::Number;
    assert_eq!(legs, [("to_centre", number(3), number(60)), ("to_home", number(1), number(9_000))]);
    assert_eq!(table.totals.len(), 2);
}

#[test]
fn every_report_has_a_name_a_title_and_a_grouping() {
    for report in Report::ALL {
        assert_eq!(report.as_str().parse::<Report>().unwrap(), report);
        assert!(!report.title().0.is_empty() && !report.groupings().is_empty());
    }
}
