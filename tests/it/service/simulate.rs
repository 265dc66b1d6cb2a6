//! The synthetic season gives the published figures back.

use std::{collections::BTreeSet, ops::ControlFlow};

use chrono::NaiveDate;
use conthoi::{
    domain::{DayClock, Destination, SiteKind},
    service::{
        import,
        simulate::{Season, SeasonRequest, SimulateError, season},
    },
};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn made(from: &str, to: &str, seed: u64, scale: u32) -> Season {
    let request = SeasonRequest { from: date(from), to: date(to), seed, scale };
    season(&import::embedded(), &request, &mut |_, _| ControlFlow::Continue(())).unwrap()
}

#[test]
fn the_published_season_has_the_published_totals() {
    let season = made("2019-01-04", "2019-06-15", 1, 1);
    let settled = season.dossiers.iter().filter(|it| it.settled_at.is_some()).count();
    let on_time = season.dossiers.iter().filter(|it| it.settled_at.is_some_and(|at| at <= it.appointment_at)).count();
    let homes =
        season.items.iter().filter(|it| matches!(it.to, Destination::Home(_)) && it.delivered_at.is_some()).count();
    assert_eq!((season.dossiers.len(), settled, on_time, homes), (25_031, 21_648, 21_578, 4_061));
}

#[test]
fn everything_in_it_is_valid_and_marked_synthetic() {
    let season = made("2019-01-04", "2019-06-15", 2, 1);
    let centre = &season.centre;
    let zone = centre.centre.time_zone;
    assert!(season.items.iter().all(|it| it.synthetic && it.validate().is_ok()));
    assert!(season.home_deliveries.iter().all(|it| it.synthetic && it.address.contains("mô phỏng")));
    let mut codes = BTreeSet::new();
    for dossier in &season.dossiers {
        assert!(dossier.synthetic && codes.insert(dossier.code.as_str()), "{} twice", dossier.code);
        centre.centre.dossier_codes.recognise(dossier.code.as_str()).unwrap();
        let received = DayClock::date_of(dossier.received_at, zone);
        assert!(centre.calendar.is_working_day(received).unwrap(), "received on a day off: {received}");
        assert_eq!(centre.site(dossier.department_id).unwrap().kind, SiteKind::Department);
        assert!(dossier.settled_at.is_none_or(|at| at > dossier.received_at));
    }
    let item_codes: BTreeSet<_> = season.items.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(item_codes.len(), season.items.len());
    let ids: BTreeSet<_> = season.items.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), season.items.len());
}

#[test]
fn the_seed_decides_everything() {
    let short = ("2019-03-04", "2019-03-15");
    assert_eq!(made(short.0, short.1, 5, 1), made(short.0, short.1, 5, 1));
    assert_ne!(made(short.0, short.1, 5, 1).dossiers, made(short.0, short.1, 6, 1).dossiers);
}

#[test]
fn a_part_of_the_season_has_its_part_of_the_dossiers_and_a_denser_one_more_of_everything() {
    let (one, three) = (made("2019-03-04", "2019-03-15", 1, 1), made("2019-03-04", "2019-03-15", 1, 3));
    assert!((2_000..3_500).contains(&one.dossiers.len()), "{}", one.dossiers.len());
    let ratio = three.dossiers.len() * 100 / one.dossiers.len();
    assert!((298..=302).contains(&ratio), "{ratio}");
    assert!(three.centre.couriers.len() > 2 * one.centre.couriers.len());
    let codes: BTreeSet<_> = three.centre.couriers.iter().map(|it| &it.code).collect();
    assert_eq!(codes.len(), three.centre.couriers.len());
}

#[test]
fn a_season_made_on_a_fleet_that_was_scaled_before_has_the_fleet_of_its_own_scale() {
    let request = |scale| SeasonRequest { from: date("2019-03-04"), to: date("2019-03-04"), seed: 1, scale };
    let mut go_on = |_, _| ControlFlow::Continue(());
    let dense = season(&import::embedded(), &request(3), &mut go_on).unwrap();
    let again = season(&dense.centre, &request(1), &mut go_on).unwrap();
    assert_eq!(again.centre.couriers, import::embedded().couriers);
    assert_eq!(again.centre.vehicles, import::embedded().vehicles);
}

#[test]
fn impossible_requests_are_refused() {
    let centre = import::embedded();
    let ask = |from: &str, to: &str, scale| {
        let request = SeasonRequest { from: date(from), to: date(to), seed: 1, scale };
        season(&centre, &request, &mut |_, _| ControlFlow::Continue(())).unwrap_err()
    };
    assert!(ask("2019-06-15", "2019-01-04", 1).to_string().contains("ends on 2019-01-04 before it begins"));
    assert!(ask("2019-01-04", "2019-06-15", 0).to_string().contains("choose 1 to 100"));
    assert!(ask("2019-06-15", "2019-06-16", 1).to_string().contains("no working day"));
    assert!(ask("2031-01-01", "2031-02-01", 1).to_string().contains("outside the calendar"));
    let request = SeasonRequest { from: date("2019-01-04"), to: date("2019-06-15"), seed: 1, scale: 1 };
    let stopped = season(&centre, &request, &mut |_, _| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(SimulateError::Cancelled)));
}
