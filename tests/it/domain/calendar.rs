//! The working calendar of Việt Nam, 2018-12 to 2027, as the centre's data have it.

use std::path::PathBuf;

use chrono::{Datelike, NaiveDate, Weekday};
use conthoi::{
    domain::{Calendar, DayKind, DomainError, SpecialDay},
    service::import,
};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    import::embedded().calendar
}

#[test]
fn the_season_of_2019_has_its_published_length() {
    // 04/01/2019 to 15/06/2019: Tết, Hùng Kings' day with its substitute, 29/04 swapped for 04/05, 05/01 worked for 31/12.
    assert_eq!(calendar().working_days_between(date("2019-01-04"), date("2019-06-15")).unwrap(), 109);
}

#[test]
fn holidays_swaps_and_working_saturdays() {
    let calendar = calendar();
    let table = [
        ("2018-12-31", false),
        ("2019-01-01", false),
        ("2019-01-05", true),
        ("2019-02-04", false),
        ("2019-02-08", false),
        ("2019-02-11", true),
        ("2019-04-15", false),
        ("2019-04-29", false),
        ("2019-04-30", false),
        ("2019-05-04", true),
        ("2019-06-14", true),
        ("2019-06-15", false),
        ("2019-06-16", false),
        ("2019-09-02", false),
    ];
    for (day, works) in table {
        assert_eq!(calendar.is_working_day(date(day)).unwrap(), works, "{day}");
    }
}

#[test]
fn the_whole_calendar_agrees_with_its_source() {
    let shared = std::env::var_os("CONTHOI_SHARED").map(PathBuf::from);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let candidates = shared.into_iter().chain([root.join("../shared"), root.join("../../shared")]);
    let Some(file) = candidates.map(|it| it.join("data/vn_calendar_2019_2027.csv")).find(|it| it.exists()) else {
        println!("skipped: ../shared/data/vn_calendar_2019_2027.csv is not here to compare with");
        return;
    };
    let calendar = calendar();
    let mut rows = 0;
    for row in csv::Reader::from_path(file).unwrap().records() {
        let row = row.unwrap();
        let found = calendar.special(date(&row[0])).unwrap_or_else(|| panic!("{} is missing", &row[0]));
        assert_eq!(found.kind.as_str(), &row[2], "{}", &row[0]);
        rows += 1;
    }
    assert_eq!(rows, calendar.special_days().count(), "there are days that the source does not have");
}

#[test]
fn counting_skips_days_off() {
    let calendar = calendar();
    // QĐ and TT count working days from the day after: Friday + 1 is Monday; over Tết it is eleven days on.
    for (from, count, to) in [
        ("2019-06-14", 0, "2019-06-14"),
        ("2019-06-14", 1, "2019-06-17"),
        ("2019-06-16", 1, "2019-06-17"),
        ("2019-02-01", 1, "2019-02-11"),
        ("2019-05-03", 1, "2019-05-04"),
        ("2019-06-17", -1, "2019-06-14"),
        ("2019-04-26", 2, "2019-05-03"),
    ] {
        assert_eq!(calendar.add_working_days(date(from), count).unwrap(), date(to), "{from} + {count}");
    }
    assert_eq!(calendar.working_day_from(date("2019-06-15")).unwrap(), date("2019-06-17"));
}

#[test]
fn outside_its_years_the_calendar_says_so_instead_of_guessing() {
    let error = calendar().is_working_day(date("2031-01-01")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2031-01-01 is outside the calendar, which knows 2018-12-01 to 2027-12-31: import a calendar that covers it"
    );
    assert!(matches!(calendar().add_working_days(date("2027-12-30"), 30), Err(DomainError::OutsideCalendar { .. })));
    assert!(calendar().add_working_days(NaiveDate::MAX, 1).is_err());
}

#[test]
fn contradicting_rows_are_refused() {
    let day = |text: &str, kind| SpecialDay { date: date(text), kind, name: "x".into(), status: "checked".into() };
    let make = |days| Calendar::new(date("2019-01-01"), date("2019-12-31"), days);
    let twice = vec![day("2019-01-01", DayKind::PublicHoliday), day("2019-01-01", DayKind::DayOffSwapped)];
    assert!(make(twice).unwrap_err().to_string().contains("two rows"));
    assert!(
        make(vec![day("2019-01-04", DayKind::WorkingSaturday)]).unwrap_err().to_string().contains("must be a Saturday")
    );
    assert!(make(vec![day("2020-01-04", DayKind::PublicHoliday)]).unwrap_err().to_string().contains("outside"));
}

#[test]
fn a_working_saturday_keeps_a_mondays_hours() {
    let centre = import::embedded();
    let windows = centre.open_windows(centre.hub(), date("2019-01-05")).unwrap();
    assert_eq!(windows.len(), 2);
    assert_eq!(windows, centre.open_windows(centre.hub(), date("2019-01-07")).unwrap());
    assert!(centre.open_windows(centre.hub(), date("2019-02-05")).unwrap().is_empty(), "Tết");
}

proptest! {
    #[test]
    fn adding_working_days_is_counting_them(start in 0..3000_u64, count in 0..200_i32) {
        let calendar = calendar();
        let from = date("2018-12-03") + chrono::Days::new(start.min(2900));
        if let Ok(to) = calendar.add_working_days(from, count) {
            prop_assert!(count == 0 || calendar.is_working_day(to).unwrap());
            let after = from.succ_opt().unwrap();
            prop_assert_eq!(calendar.working_days_between(after, to).unwrap(), count.unsigned_abs());
            // and back: from a working day the way back leads to where it began
            if calendar.is_working_day(from).unwrap() {
                prop_assert_eq!(calendar.add_working_days(to, -count).unwrap(), from);
            }
        }
    }

    #[test]
    fn no_weekend_is_worked_but_by_a_row(start in 0..3300_u64) {
        let calendar = calendar();
        let day = date("2018-12-01") + chrono::Days::new(start);
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && calendar.is_working_day(day).unwrap_or(false) {
            prop_assert_eq!(calendar.special(day).unwrap().kind, DayKind::WorkingSaturday);
        }
    }
}
