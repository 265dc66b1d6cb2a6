//! Every reason not to be planned, each provoked alone.

use std::ops::ControlFlow;

use conthoi::{
    dispatch::DispatchError,
    domain::{
        CallsAt, Destination, Effective, HalfDay, HomeDeliveryId, LocalWindow, OpeningHours, OpeningRow, SeededIds,
        SiteKind, Timetable, UnassignedReason, WantedHalfDay, Weekdays,
    },
};

use super::town::{Town, date, friday, legs, reason};

fn hours(from: &str, to: &str) -> OpeningHours {
    let window = LocalWindow::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    let effective = Effective::new(date("2019-01-01"), None).unwrap();
    OpeningHours::new(vec![OpeningRow { weekdays: Weekdays::MON_TO_FRI, window, effective }]).unwrap()
}

fn close(town: &mut Town, site: &str, hours: OpeningHours) {
    let id = town.site(site);
    town.centre.sites.iter_mut().find(|it| it.id == id).unwrap().hours = Some(hours);
}

#[test]
fn after_the_cut_off() {
    let mut town = Town::on(friday());
    let item = town.item("TTPVHCC", "STP", town.at("15:01"));
    let plan = town.plan();
    insta::assert_snapshot!(reason(&plan, item).sentence_en(), @"Ready at 15:01, after the cut-off at 15:00: it moves at the start of the next working day.");
    insta::assert_snapshot!(reason(&plan, item).sentence_vi(), @"Sẵn sàng lúc 15:01, sau giờ chốt 15:00: chuyển vào đầu giờ ngày làm việc tiếp theo.");
}

#[test]
fn ready_after_the_last_run() {
    let mut town = Town::on(friday());
    // Before the cut-off, but the last departure loads until 14:55.
    let item = town.item("TTPVHCC", "STP", town.at("14:56"));
    let result = town.item("STP", "TTPVHCC", town.at("16:55"));
    let plan = town.plan();
    insta::assert_snapshot!(reason(&plan, item).sentence_en(), @"Ready at 14:56, after the last run that could take it (15:05).");
    insta::assert_snapshot!(reason(&plan, result).sentence_en(), @"Ready at 16:55, after the last run that could take it (16:50).");
}

#[test]
fn closed_all_day_and_closed_before_it_is_due() {
    let mut town = Town::on(friday());
    close(&mut town, "STP", hours("05:00:00", "06:00:00"));
    close(&mut town, "SYT", hours("05:00:00", "06:00:00"));
    let item = town.item("TTPVHCC", "STP", town.at("07:00"));
    let due = town.item("TTPVHCC", "SYT", town.at("07:00"));
    town.due(due, town.at("09:40"));
    let plan = town.plan();
    insta::assert_snapshot!(reason(&plan, item).sentence_en(), @"Sở Tư pháp is closed whenever a run could call there.");
    insta::assert_snapshot!(reason(&plan, due).sentence_en(), @"Sở Y tế is closed on the only run before its due time (09:40).");
}

#[test]
fn served_by_no_run() {
    let mut town = Town::on(friday());
    let runs = town.centre.timetable.runs().iter().cloned().map(|mut run| {
        run.serves = vec![CallsAt::Kind(SiteKind::PostOffice)];
        run
    });
    town.centre.timetable = Timetable::new(runs.collect()).unwrap();
    let item = town.item("TTPVHCC", "STP", town.at("07:00"));
    let plan = town.plan();
    assert!(matches!(reason(&plan, item), UnassignedReason::NotServed { .. }));
}

#[test]
fn too_large_for_any_vehicle() {
    let mut town = Town::on(friday());
    let item = town.item("TTPVHCC", "STP", town.at("07:00"));
    town.items[0].weight_g = 3_000_000;
    let plan = town.plan();
    assert_eq!(reason(&plan, item), &UnassignedReason::TooLarge);
}

#[test]
fn wanted_later_without_a_depot_or_without_a_round() {
    let mut town = Town::on(friday());
    let yesterday = town.at_on(date("2019-06-13"), "10:00");
    let monday = WantedHalfDay { date: date("2019-06-17"), half_day: Some(HalfDay::Morning) };
    let later = town.home_item("TTPVHCC", "31507", yesterday, Some(monday));
    let nowhere = town.home_item("TTPVHCC", "99999", yesterday, None);
    let tonight = town.home_item("TTPVHCC", "31507", town.at("16:58"), None);
    let plan = town.plan();
    assert_eq!(reason(&plan, later), &UnassignedReason::WantedLater { date: monday.date, half_day: monday.half_day });
    assert!(matches!(reason(&plan, nowhere), UnassignedReason::NoDepot { .. }));
    assert!(matches!(reason(&plan, tonight), UnassignedReason::NoRound { .. }));
}

#[test]
fn a_result_whose_recipient_wants_it_later_still_comes_to_the_centre() {
    let mut town = Town::on(friday());
    let monday = WantedHalfDay { date: date("2019-06-17"), half_day: None };
    let item = town.home_item("STP", "31507", town.at("07:00"), Some(monday));
    let plan = town.plan();
    assert_eq!(legs(&plan, item).len(), 1);
    assert_eq!(plan.continues, [item]);
}

#[test]
fn days_off_are_refused_with_the_next_working_day() {
    for (day, next) in [("2019-06-15", "2019-06-17"), ("2019-02-05", "2019-02-11"), ("2019-04-15", "2019-04-16")] {
        match Town::on(date(day)).try_plan() {
            Err(DispatchError::NotAWorkingDay { next: found, .. }) => assert_eq!(found, date(next)),
            other => panic!("{day}: {other:?}"),
        }
    }
    assert!(Town::on(date("2019-01-05")).try_plan().is_ok(), "a swapped Saturday is a working day");
}

#[test]
fn an_item_that_names_an_unknown_home_is_an_error_that_names_the_item() {
    let mut town = Town::on(friday());
    let ready_at = town.at("07:00");
    town.item_to("TTPVHCC", Destination::Home(HomeDeliveryId::new(&mut SeededIds::new(1, 1))), ready_at);
    let error = town.try_plan().unwrap_err().to_string();
    assert!(error.contains("T-0000") && error.contains("home delivery"), "{error}");
}

#[test]
fn a_cancelled_plan_is_no_plan() {
    let town = Town::on(friday());
    let travel = conthoi::service::estimated_travel();
    let input = conthoi::dispatch::DayInput {
        centre: &town.centre,
        date: town.date,
        items: &[],
        dossiers: &[],
        home_deliveries: &[],
        travel: &travel,
        previous: None,
        seed: 1,
        made_at: town.at("00:00"),
    };
    let stopped = conthoi::dispatch::plan_day(&input, &mut SeededIds::new(1, 1), &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(DispatchError::Cancelled)));
}

#[test]
fn an_empty_day_is_a_plan_with_only_the_calls_that_are_always_made() {
    let mut town = Town::on(friday());
    let plan = town.plan();
    assert_eq!(plan.summary().items_planned, 0);
    assert!(plan.unassigned.is_empty() && plan.rounds.is_empty());
}
