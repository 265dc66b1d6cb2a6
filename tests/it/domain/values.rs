//! Values are valid by construction.

use chrono::{DateTime, NaiveDate, Utc};
use conthoi::{
    domain::{
        Destination, DomainError, Effective, Item, ItemId, LocalWindow, OpeningHours, OpeningRow, Position, Rule,
        RuleUnit, Rules, SeededIds, SiteId, Weekdays, parse_time,
    },
    service::import,
};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn opening(weekdays: &str, from: &str, to: &str, since: &str, until: Option<&str>) -> OpeningRow {
    OpeningRow {
        weekdays: weekdays.parse().unwrap(),
        window: LocalWindow::new(parse_time(from).unwrap(), parse_time(to).unwrap()).unwrap(),
        effective: Effective::new(date(since), until.map(date)).unwrap(),
    }
}

#[test]
fn swapped_coordinates_are_named_as_such() {
    assert_eq!(
        Position::new(105.97, 9.61).unwrap_err().to_string(),
        "latitude 105.97 and longitude 9.61 look swapped: latitude comes first and lies between -90 and 90"
    );
    assert!(matches!(Position::new(f64::NAN, 9.6), Err(DomainError::PositionOutOfRange { .. })));
    assert!(matches!(Position::new(200.0, 300.0), Err(DomainError::PositionOutOfRange { .. })));
    let here = Position::new(9.603_312_34, 105.980_010_04).unwrap();
    assert_eq!((here.lat(), here.lon()), (9.603_312_3, 105.980_01));
    let json = serde_json::to_string(&here).unwrap();
    assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), here);
    assert!(serde_json::from_str::<Position>(r#"{"lat":105.97,"lon":9.61}"#).is_err());
}

#[test]
fn overlapping_opening_hours_are_refused_and_touching_ones_are_not() {
    let morning = opening("mon-fri", "07:30", "11:30", "2019-01-01", None);
    let overlap = opening("wed", "11:00", "12:00", "2019-01-01", None);
    assert_eq!(
        OpeningHours::new(vec![morning, overlap]).unwrap_err().to_string(),
        "opening hours 07:30–11:30 and 11:00–12:00 overlap on wed"
    );
    for fine in [
        opening("mon-fri", "11:30", "12:00", "2019-01-01", None),
        opening("sat;sun", "07:30", "11:30", "2019-01-01", None),
        opening("mon-fri", "07:30", "11:30", "2018-01-01", Some("2018-12-31")),
    ] {
        OpeningHours::new(vec![morning, fine]).unwrap();
    }
}

#[test]
fn weekdays_are_read_as_words_and_ranges() {
    assert_eq!("mon-fri".parse::<Weekdays>().unwrap(), Weekdays::MON_TO_FRI);
    assert_eq!("mon;wed-thu".parse::<Weekdays>().unwrap().to_string(), "mon;wed;thu");
    for bad in ["", "monday", "fri-mon", "mon;;tue"] {
        assert!(bad.parse::<Weekdays>().is_err(), "{bad:?}");
    }
}

#[test]
fn an_item_is_due_after_it_is_ready_and_goes_somewhere() {
    let mut ids = SeededIds::new(1, 0);
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (from, to) = (SiteId::new(&mut ids), SiteId::new(&mut ids));
    let item = Item {
        id: ItemId::new(&mut ids),
        centre_id: conthoi::domain::CentreId::new(&mut ids),
        code: "I-1".parse().unwrap(),
        dossier_id: None,
        from,
        to: Destination::Site(to),
        ready_at: at("2019-06-14T02:00:00Z"),
        due_at: Some(at("2019-06-14T01:00:00Z")),
        weight_g: 100,
        waypoint: None,
        delivered_at: None,
        synthetic: false,
    };
    assert_eq!(
        item.validate().unwrap_err().to_string(),
        "item I-1 is due at 2019-06-14T01:00:00Z but ready only at 2019-06-14T02:00:00Z: due must come after ready"
    );
    let stays = Item { due_at: None, to: Destination::Site(from), ..item.clone() };
    assert!(matches!(stays.validate(), Err(DomainError::SameEnds { .. })));
    assert!(Item { due_at: None, ..item }.validate().is_ok());
}

#[test]
fn rules_are_dated_rows() {
    let row = |value: &str, unit, from: &str, to: Option<&str>| Rule {
        name: "cut_off_time".into(),
        value: value.into(),
        unit,
        effective: Effective::new(date(from), to.map(date)).unwrap(),
        status: "published".into(),
        source: "x".into(),
    };
    let changed = Rules::new(vec![
        row("15:00", RuleUnit::TimeOfDay, "2019-01-01", Some("2025-06-30")),
        row("15:30", RuleUnit::TimeOfDay, "2025-07-01", None),
    ])
    .unwrap();
    assert_eq!(changed.row("cut_off_time", date("2025-06-30")).unwrap().value, "15:00");
    assert_eq!(changed.row("cut_off_time", date("2025-07-01")).unwrap().value, "15:30");
    assert!(matches!(changed.row("cut_off_time", date("2018-01-01")), Err(DomainError::MissingRule { .. })));
    assert!(matches!(changed.on(date("2019-06-14")), Err(DomainError::MissingRule { .. })), "the others are missing");
    for (value, unit) in [("3pm", RuleUnit::TimeOfDay), ("-1", RuleUnit::Second), ("many", RuleUnit::WorkingDay)] {
        assert!(
            matches!(Rules::new(vec![row(value, unit, "2019-01-01", None)]), Err(DomainError::BadRule { .. })),
            "{value}"
        );
    }
}

#[test]
fn the_law_of_2019_reads_as_its_articles_say() {
    let rules = import::embedded().rules.on(date("2019-06-14")).unwrap();
    // TT 01/2018/TT-VPCP: what comes after 15:00 moves at the start of the next working day.
    assert_eq!(rules.cut_off_time, parse_time("15:00").unwrap());
    // TT 17/2017/TT-BTTTT Điều 7: J+1 within one district, J+2 within the province.
    assert_eq!((rules.home_same_district_days, rules.home_within_province_days), (1, 2));
    assert_eq!(rules.paper_to_department_days, 1);
}

#[test]
fn communes_are_known_by_code_and_date() {
    let centre = import::embedded();
    assert_eq!(centre.commune("31507", date("2019-06-14")).unwrap().name, "Phường 6");
    assert_eq!(centre.commune("31507", date("2025-07-01")).unwrap().name, "Phường Sóc Trăng");
}
