//! The legal clock of a complaint, and what counts as satisfied.

use chrono::NaiveDate;
use conthoi::{
    domain::{ComplaintClock, ComplaintReach, DeliveryReach, DomainError, RatingStep, satisfied_from},
    service::import,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn clock(ended: Option<&str>, received: &str, reach: ComplaintReach) -> ComplaintClock {
    let data = import::embedded();
    ComplaintClock::of(ended.map(day), day(received), reach, &data.calendar, &data.rules).unwrap()
}

/// The postal rules: answered within 5 working days in the province, 7 between provinces.
#[test]
fn a_complaint_is_answered_within_so_many_working_days() {
    use ComplaintReach::{BetweenProvinces, InProvince};
    for (received, reach, due) in [
        // A Friday: the weekend does not count.
        ("2019-06-14", InProvince, "2019-06-21"),
        ("2019-06-14", BetweenProvinces, "2019-06-25"),
        // On a Saturday off the clock runs from the Monday on.
        ("2019-06-15", InProvince, "2019-06-21"),
        // Tết 2019: no working day from Saturday 2 to Sunday 10 February.
        ("2019-02-01", InProvince, "2019-02-15"),
        ("2019-02-01", BetweenProvinces, "2019-02-19"),
        // Hùng Kings' day, 15 April 2019, is a day off.
        ("2019-04-12", InProvince, "2019-04-22"),
    ] {
        assert_eq!(clock(None, received, reach).answer_due_on, day(due), "{received} {reach}");
    }
}

/// The postal law: within six months.
#[test]
fn a_complaint_may_be_made_within_six_months_after_the_matter_ended() {
    for (ended, until) in [
        ("2019-06-14", "2019-12-14"),
        // The month has no such day: its last is meant.
        ("2019-08-31", "2020-02-29"),
        ("2018-12-31", "2019-06-30"),
    ] {
        let clock = clock(Some(ended), "2019-06-14", ComplaintReach::InProvince);
        assert_eq!(clock.open_until, Some(day(until)));
        assert!(clock.is_open_on(day(until)), "the last day counts");
        assert!(!clock.is_open_on(day(until).succ_opt().unwrap()));
    }
    let under_way = clock(None, "2019-06-14", ComplaintReach::InProvince);
    assert_eq!(under_way.open_until, None);
    assert!(under_way.is_open_on(day("2027-01-01")));
}

#[test]
fn a_clock_beyond_the_calendar_is_an_error() {
    let data = import::embedded();
    let clock = ComplaintClock::of(None, day("2027-12-30"), ComplaintReach::InProvince, &data.calendar, &data.rules);
    assert!(matches!(clock, Err(DomainError::OutsideCalendar { .. })), "{clock:?}");
}

#[test]
fn the_reach_of_a_delivery_is_that_of_its_complaint() {
    let of = |reach: DeliveryReach| ComplaintReach::from(reach);
    assert_eq!(of(DeliveryReach::SameDistrict), ComplaintReach::InProvince);
    assert_eq!(of(DeliveryReach::WithinProvince), ComplaintReach::InProvince);
    assert_eq!(of(DeliveryReach::ContiguousProvinces), ComplaintReach::BetweenProvinces);
    assert_eq!(of(DeliveryReach::OtherProvinces), ComplaintReach::BetweenProvinces);
}

#[test]
fn the_two_best_of_five_steps_are_satisfied() {
    let rules = import::embedded().rules;
    let least = satisfied_from(&rules, day("2019-06-14")).unwrap();
    let satisfied: Vec<RatingStep> = RatingStep::ALL.into_iter().filter(|step| *step >= least).collect();
    assert_eq!(satisfied, [RatingStep::Satisfied, RatingStep::VerySatisfied]);
    assert_eq!(RatingStep::ALL.map(RatingStep::number), [1, 2, 3, 4, 5]);
    assert_eq!(RatingStep::from_number(6), None);
    assert_eq!(RatingStep::from_number(0), None);
}
