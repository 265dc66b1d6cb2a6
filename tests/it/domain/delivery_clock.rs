//! The legal clocks, article by article.

use chrono::{DateTime, NaiveDate, Utc};
use conthoi::{
    domain::{
        AttemptFailure, CentreData, DeliveryClock, DeliveryEvent, DeliveryFact, DeliveryNext, DeliveryReach,
        Undeliverable,
    },
    service::import,
};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A fact at nine in the morning in Sóc Trăng.
fn fact(date: &str, event: DeliveryEvent) -> DeliveryFact {
    DeliveryFact { at: format!("{date}T02:00:00Z").parse::<DateTime<Utc>>().unwrap(), event }
}

fn clock_in(data: &CentreData, facts: &[DeliveryFact], reach: DeliveryReach) -> DeliveryClock {
    DeliveryClock::of(facts, reach, &data.calendar, &data.rules, data.centre.time_zone).unwrap()
}

fn clock(facts: &[DeliveryFact], reach: DeliveryReach) -> DeliveryClock {
    clock_in(&import::embedded(), facts, reach)
}

use DeliveryEvent::{Accepted, Compensated, Delivered, Failed, Lost, Returned};

/// TT 17/2017/TT-BTTTT Điều 7: J + 1 within one district, J + 2 within the province, J + 3 and J + 4 between provinces, in working days.
#[test]
fn the_first_attempt_is_due_so_many_working_days_after_acceptance() {
    for (accepted, reach, due) in [
        // A Friday.
        ("2019-06-14", DeliveryReach::SameDistrict, "2019-06-17"),
        ("2019-06-14", DeliveryReach::WithinProvince, "2019-06-18"),
        ("2019-06-14", DeliveryReach::ContiguousProvinces, "2019-06-19"),
        ("2019-06-14", DeliveryReach::OtherProvinces, "2019-06-20"),
        // Before Hùng Kings' day, on a Monday in 2019, with the days off around it.
        ("2019-04-12", DeliveryReach::SameDistrict, "2019-04-16"),
    ] {
        let clock = clock(&[fact(accepted, Accepted)], reach);
        assert_eq!(
            (clock.due_on, clock.next),
            (Some(day(due)), DeliveryNext::Attempt { by: day(due) }),
            "{accepted} {reach}"
        );
        assert!(clock.is_in_time(day(due)) && !clock.is_in_time(day(due) + chrono::Days::new(1)));
    }
}

/// The same article: the clock stops at the first attempt, whatever comes of it.
#[test]
fn the_clock_stops_at_the_first_attempt() {
    let facts = [fact("2019-06-14", Accepted), fact("2019-06-17", Failed(AttemptFailure::Absent))];
    let stopped = clock(&facts, DeliveryReach::SameDistrict);
    assert_eq!(stopped.first_attempt_on, Some(day("2019-06-17")));
    assert!(stopped.is_in_time(day("2019-07-01")));
    // A courier who never got there made no attempt.
    let facts = [fact("2019-06-14", Accepted), fact("2019-06-17", Failed(AttemptFailure::NotReached))];
    let running = clock(&facts, DeliveryReach::SameDistrict);
    assert_eq!((running.first_attempt_on, running.next), (None, DeliveryNext::Attempt { by: day("2019-06-17") }));
    assert!(!running.is_in_time(day("2019-06-18")));
}

/// Luật Bưu chính Điều 17: undeliverable where the address is wrong, the recipient has moved, is not found or refuses.
#[test]
fn what_is_undeliverable_at_once_goes_back() {
    for (failure, why) in [
        (AttemptFailure::WrongAddress, Undeliverable::WrongAddress),
        (AttemptFailure::Moved, Undeliverable::Moved),
        (AttemptFailure::NotFound, Undeliverable::NotFound),
        (AttemptFailure::Refused, Undeliverable::Refused),
    ] {
        let mut facts = vec![fact("2019-06-14", Accepted), fact("2019-06-17", Failed(failure))];
        assert_eq!(clock(&facts, DeliveryReach::SameDistrict).next, DeliveryNext::Return(why));
        facts.push(fact("2019-06-18", Returned));
        assert_eq!(clock(&facts, DeliveryReach::SameDistrict).next, DeliveryNext::Nothing);
    }
}

/// The same article: invited at least twice, two working days apart, and did not come.
#[test]
fn two_invitations_two_working_days_apart() {
    let absent = |date: &str| fact(date, Failed(AttemptFailure::Absent));
    let mut facts = vec![fact("2019-06-13", Accepted), absent("2019-06-14")];
    let not_before = day("2019-06-18");
    let invited = clock(&facts, DeliveryReach::SameDistrict);
    assert_eq!((invited.invitations, invited.next), (1, DeliveryNext::InviteAgain { not_before }));
    // Too soon does not count as another, and does not put off the next.
    facts.push(absent("2019-06-17"));
    let too_soon = clock(&facts, DeliveryReach::SameDistrict);
    assert_eq!((too_soon.invitations, too_soon.next), (1, DeliveryNext::InviteAgain { not_before }));
    facts.push(absent("2019-06-18"));
    let in_vain = clock(&facts, DeliveryReach::SameDistrict);
    assert_eq!((in_vain.invitations, in_vain.next), (2, DeliveryNext::Return(Undeliverable::InvitedInVain)));
    // Who comes after all gets it.
    facts.push(fact("2019-06-19", Delivered));
    assert_eq!(clock(&facts, DeliveryReach::SameDistrict).next, DeliveryNext::Nothing);
}

#[test]
fn loss_and_damage_are_made_good() {
    for event in [Lost, Failed(AttemptFailure::Damaged)] {
        let mut facts = vec![fact("2019-06-14", Accepted), fact("2019-06-17", event)];
        assert_eq!(clock(&facts, DeliveryReach::SameDistrict).next, DeliveryNext::Compensate);
        facts.push(fact("2019-06-20", Compensated(200_000)));
        assert_eq!(clock(&facts, DeliveryReach::SameDistrict).next, DeliveryNext::Nothing);
    }
}

#[test]
fn nothing_runs_before_the_carrier_has_it() {
    let clock = clock(&[], DeliveryReach::SameDistrict);
    assert_eq!((clock.due_on, clock.next), (None, DeliveryNext::Accept));
}

fn any_event() -> impl Strategy<Value = DeliveryEvent> {
    use AttemptFailure::{Absent, Damaged, Moved, NoDocument, NotFound, NotReached, Refused, WrongAddress};
    let failed = [Absent, Damaged, Moved, NoDocument, NotFound, NotReached, Refused, WrongAddress].map(Failed);
    let others = [Accepted, Delivered, Returned, Lost, Compensated(1)];
    proptest::sample::select(failed.into_iter().chain(others).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn the_order_of_telling_makes_no_difference(
        (facts, told) in proptest::collection::vec((0_i64..40 * 86_400, any_event()), 0..12)
            .prop_map(|facts| {
                let begin = "2019-05-02T00:00:00Z".parse::<DateTime<Utc>>().unwrap();
                let at = |seconds| begin + chrono::TimeDelta::seconds(seconds);
                facts.into_iter().map(|(seconds, event)| DeliveryFact { at: at(seconds), event }).collect::<Vec<_>>()
            })
            .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
    ) {
        let data = import::embedded();
        let clock = clock_in(&data, &facts, DeliveryReach::WithinProvince);
        prop_assert_eq!(clock, clock_in(&data, &told, DeliveryReach::WithinProvince));
        let ends = facts.iter().any(|fact| matches!(fact.event, Delivered | Returned | Compensated(_)));
        let is_accepted = facts.iter().any(|fact| fact.event == Accepted);
        prop_assert_eq!(clock.next == DeliveryNext::Nothing, ends && is_accepted);
    }
}
