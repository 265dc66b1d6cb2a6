//! Vietnamese text is found and sorted as its readers expect; times convert without loss.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use conthoi::domain::{DayClock, LocalWindow, fold, parse_time, sort_key, to_micros};
use proptest::prelude::*;

#[test]
fn search_ignores_diacritics_case_and_blanks() {
    for (text, folded) in [
        ("Sở Tài nguyên và Môi trường", "so tai nguyen va moi truong"),
        ("ĐƯỜNG  Trần Hưng Đạo", "duong tran hung dao"),
        // the same letters composed and decomposed
        ("Kế Sa\u{301}ch", "ke sach"),
        ("Kế Sách", "ke sach"),
        ("Ngã Năm\t", "nga nam"),
        ("", ""),
    ] {
        assert_eq!(fold(text), folded);
    }
}

#[test]
fn names_sort_as_in_a_vietnamese_dictionary() {
    let sorted = [
        "An Ninh",
        "Ấn",
        "Ba Trinh",
        "Bá",
        "Cà",
        "Da",
        "Đại Ân",
        "Đại Hải",
        "Giáo",
        "Ô",
        "Ơ",
        "Thạnh",
        "Thới",
        "U",
        "Ư",
        "Y tế",
    ];
    let mut names = sorted;
    names.reverse();
    names.sort_by_key(|name| sort_key(name));
    assert_eq!(names, sorted);
}

#[test]
fn times_of_day_are_read_strictly() {
    assert_eq!(parse_time("07:30").unwrap(), parse_time("07:30:00").unwrap());
    for bad in ["", "7h30", "24:00", "07:60", "07.30", "07:30 "] {
        assert!(parse_time(bad).is_err(), "{bad:?}");
    }
    let (from, to) = (parse_time("11:30").unwrap(), parse_time("07:30").unwrap());
    assert_eq!(
        LocalWindow::new(from, to).unwrap_err().to_string(),
        "the window 11:30–07:30 is empty: it must end after it begins"
    );
}

#[test]
fn a_day_in_the_centres_zone_begins_seven_hours_before_utc() {
    let clock = DayClock::new("2019-06-14".parse().unwrap(), chrono_tz::Asia::Ho_Chi_Minh);
    assert_eq!(clock.instant(0), "2019-06-13T17:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(clock.seconds("2019-06-14T00:45:00Z".parse().unwrap()), 7 * 3600 + 45 * 60);
    assert_eq!(clock.seconds_at(parse_time("15:00").unwrap()), 15 * 3600);
    assert_eq!(clock.seconds("2019-06-13T16:59:59.5Z".parse().unwrap()), -1);
}

#[test]
fn days_with_a_clock_change_are_converted_by_the_wall() {
    let spring: NaiveDate = "2019-03-31".parse().unwrap();
    let clock = DayClock::new(spring, chrono_tz::Europe::Berlin);
    assert_eq!(clock.seconds_at(parse_time("08:00").unwrap()), 7 * 3600, "an hour is missing that morning");
    // 02:30 does not exist: taken an hour on
    assert_eq!(clock.at(parse_time("02:30").unwrap()), clock.at(parse_time("03:30").unwrap()));
}

proptest! {
    #[test]
    fn seconds_and_instants_are_inverse(days in 0..20_000_u64, seconds in -90_000..200_000_i64) {
        let zone: Tz = chrono_tz::Asia::Ho_Chi_Minh;
        let clock = DayClock::new(NaiveDate::default() + chrono::Days::new(days), zone);
        prop_assert_eq!(clock.seconds(clock.instant(seconds)), seconds);
        prop_assert_eq!(DayClock::date_of(clock.instant(seconds.rem_euclid(86_400)), zone), clock.date());
    }

    #[test]
    fn folding_is_idempotent_and_sorting_total(a in "\\PC{0,20}", b in "\\PC{0,20}") {
        prop_assert_eq!(fold(&fold(&a)), fold(&a));
        prop_assert_eq!(sort_key(&a) == sort_key(&b), a == b);
    }

    #[test]
    fn truncation_to_microseconds_never_moves_a_time_by_more(nanoseconds in any::<i64>()) {
        let at = DateTime::from_timestamp_nanos(nanoseconds);
        let cut = to_micros(at);
        prop_assert!(cut <= at && at - cut < TimeDelta::microseconds(1));
        prop_assert_eq!(to_micros(cut), cut);
    }
}
