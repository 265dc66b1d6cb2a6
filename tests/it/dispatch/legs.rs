//! How items travel: one leg, two legs, a post office on the way; how due times and opening hours steer them.

use conthoi::domain::{
    HalfDay, LegCarrier, OpeningHours, OpeningRow, Place, Plan, WantedHalfDay, Warning, Waypoint, Weekdays,
};

use super::town::{Town, date, friday, legs};

fn run_code(plan: &Plan, carrier: LegCarrier) -> String {
    let LegCarrier::Run(id) = carrier else { panic!("not a run") };
    plan.runs.iter().find(|run| run.id == id).unwrap().code.clone()
}

#[test]
fn a_paper_rides_only_a_run_that_loads_after_it_is_ready() {
    let mut town = Town::on(friday());
    let early = town.item("TTPVHCC", "STP", town.at("07:30"));
    let later = town.item("TTPVHCC", "STP", town.at("07:36"));
    for item in [early, later] {
        town.due(item, town.at("09:00"));
    }
    let plan = town.plan();
    // The first run leaves at 07:45 and loads until ten minutes before.
    assert_eq!(run_code(&plan, legs(&plan, early)[0].carrier), "1");
    assert_eq!(run_code(&plan, legs(&plan, later)[0].carrier), "2");
}

#[test]
fn a_result_is_collected_and_comes_back_with_the_run() {
    let mut town = Town::on(friday());
    let item = town.item("SYT", "TTPVHCC", town.at_on(date("2019-06-13"), "16:55"));
    let plan = town.plan();
    let [leg] = &legs(&plan, item)[..] else { panic!("one leg") };
    assert_eq!((leg.from, leg.to), (Place::Site(town.site("SYT")), Place::Site(town.site("TTPVHCC"))));
    assert_eq!(run_code(&plan, leg.carrier), "1");
}

#[test]
fn between_departments_there_are_two_legs_and_the_second_is_on_a_later_run() {
    let mut town = Town::on(friday());
    let item = town.item("STP", "STNMT", town.at("07:00"));
    let plan = town.plan();
    let legs = legs(&plan, item);
    let runs: Vec<String> = legs.iter().map(|leg| run_code(&plan, leg.carrier)).collect();
    assert_eq!(runs, ["1", "2"]);
    assert_eq!(legs[0].to, Place::Site(town.site("TTPVHCC")));
    assert!(plan.continues.is_empty());
}

#[test]
fn a_paper_for_another_department_that_comes_in_with_the_last_run_goes_on_tomorrow() {
    let mut town = Town::on(friday());
    let item = town.item("STP", "STNMT", town.at("14:55"));
    let plan = town.plan();
    assert_eq!(legs(&plan, item).len(), 1);
    assert_eq!(plan.continues, [item]);
}

#[test]
fn a_result_for_a_home_in_town_rides_a_run_and_then_a_round() {
    let mut town = Town::on(friday());
    let item = town.home_item("STP", "31507", town.at("07:00"), None);
    let plan = town.plan();
    let legs = legs(&plan, item);
    assert!(matches!(legs[0].carrier, LegCarrier::Run(_)) && matches!(legs[1].carrier, LegCarrier::Round(_)));
    assert!(matches!(legs[1].to, Place::Home(_)));
}

#[test]
fn a_far_home_is_reached_through_its_districts_post_office() {
    let mut town = Town::on(friday());
    // Ngã Năm, whose rounds leave from its own post office in the afternoon; the line haul leaves in the morning.
    let item = town.home_item("TTPVHCC", "31732", town.at_on(date("2019-06-13"), "16:00"), None);
    let plan = town.plan();
    let legs = legs(&plan, item);
    assert_eq!(run_code(&plan, legs[0].carrier), "LH1");
    assert_eq!(legs[0].to, Place::Site(town.site("BD948")));
    assert!(matches!(legs[1].carrier, LegCarrier::Round(_)));
    assert_eq!(plan.rounds[0].half_day, HalfDay::Afternoon);
}

#[test]
fn the_wanted_half_day_is_kept() {
    for half_day in HalfDay::ALL {
        let mut town = Town::on(friday());
        let wanted = WantedHalfDay { date: friday(), half_day: Some(half_day) };
        let item = town.home_item("TTPVHCC", "31507", town.at_on(date("2019-06-13"), "10:00"), Some(wanted));
        let plan = town.plan();
        assert_eq!(legs(&plan, item).len(), 1);
        assert_eq!(plan.rounds[0].half_day, half_day);
    }
}

#[test]
fn a_closed_counter_is_passed_and_visited_when_it_opens() {
    let mut town = Town::on(friday());
    let afternoons = OpeningRow {
        weekdays: Weekdays::MON_TO_FRI,
        window: conthoi::domain::LocalWindow::new("13:30:00".parse().unwrap(), "17:00:00".parse().unwrap()).unwrap(),
        effective: conthoi::domain::Effective::new(date("2019-01-01"), None).unwrap(),
    };
    let site = town.site("STP");
    town.centre.sites.iter_mut().find(|it| it.id == site).unwrap().hours =
        Some(OpeningHours::new(vec![afternoons]).unwrap());
    let item = town.item("TTPVHCC", "STP", town.at("07:00"));
    town.due(item, town.at("11:00"));
    let plan = town.plan();
    let legs = legs(&plan, item);
    assert!(legs[0].arrives_at >= town.at("13:15"), "the counter opens at half past one");
    let late = plan.warnings.iter().any(|it| matches!(it, Warning::Late { item_id, .. } if *item_id == item));
    assert!(late, "it is carried all the same, and reported as late: {:?}", plan.warnings);
}

#[test]
fn the_last_safe_run_is_warned_of_when_it_is_the_next_one() {
    let mut town = Town::on(friday());
    let tight = town.item("STP", "TTPVHCC", town.at("07:00"));
    town.appointment(tight, town.at("10:00"));
    let relaxed = town.item("STP", "TTPVHCC", town.at("07:00"));
    town.appointment(relaxed, town.at("17:00"));
    let next_week = town.item("STP", "TTPVHCC", town.at("14:55"));
    town.appointment(next_week, town.at_on(date("2019-06-20"), "17:00"));
    let plan = town.plan();
    let warned: Vec<_> = plan.warnings.iter().filter_map(Warning::item_id).collect();
    assert_eq!(warned, [tight], "{:?}", plan.warnings);
    let Warning::LastSafeRun { run_id, due_at, .. } = plan.warnings[0] else { panic!("{:?}", plan.warnings) };
    assert_eq!(run_code(&plan, LegCarrier::Run(run_id)), "1");
    assert_eq!(due_at, town.at("10:00"));
}

#[test]
fn a_paper_received_late_is_due_a_working_day_after_the_next_opening() {
    // Received on Wednesday at 15:40: counts from Thursday 07:30, so it is late from Friday 07:30 on.
    let mut town = Town::on(friday());
    let item = town.item("TTPVHCC", "STP", town.at_on(date("2019-06-12"), "15:40"));
    let plan = town.plan();
    let Some(Warning::Late { due_at, .. }) = plan.warnings.iter().find(|it| it.item_id() == Some(item)) else {
        panic!("{:?}", plan.warnings)
    };
    assert_eq!(*due_at, town.at("07:30"));
}

#[test]
fn an_item_that_came_to_the_centre_yesterday_goes_on_from_there() {
    let mut town = Town::on(friday());
    let yesterday = date("2019-06-13");
    let item = town.item("STP", "STNMT", town.at_on(yesterday, "14:00"));
    let hub = town.site("TTPVHCC");
    let reached_at = town.at_on(yesterday, "16:50");
    town.items[0].waypoint = Some(Waypoint { site: hub, reached_at });
    let plan = town.plan();
    let [leg] = &legs(&plan, item)[..] else { panic!("one leg") };
    assert_eq!(leg.from, Place::Site(hub));
    assert_eq!(run_code(&plan, leg.carrier), "1");
}
