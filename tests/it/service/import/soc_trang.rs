use chrono::{NaiveDate, NaiveTime, Weekday};
use conthoi::{
    domain::{CommuneKind, DayKind, FormKind, PositionQuality, RunKind, SiteKind, VehicleProfile},
    service::import::{FILES, Folder, ImportError, embedded, from_folder, parse},
};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("the test writes a date")
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("the test writes a time")
}

#[test]
fn counts_are_those_of_the_sources() {
    let data = embedded();
    let of_kind = |kind| data.sites.iter().filter(|site| site.kind == kind).count();
    assert_eq!((of_kind(SiteKind::Centre), of_kind(SiteKind::Department), of_kind(SiteKind::PostOffice)), (1, 23, 11));
    let in_force = |date| data.communes.iter().filter(|commune| commune.effective.contains(day(date))).count();
    assert_eq!((in_force("2019-06-14"), in_force("2025-06-30")), (108, 108));
    assert_eq!((in_force("2025-07-01"), in_force("2027-12-31")), (43, 43));
    assert_eq!(data.calendar.special_days().count(), 134);
    assert_eq!(data.procedures.iter().map(|share| share.procedures).sum::<u32>(), 1_311);
    let runs = data.timetable.on(day("2019-06-14"));
    assert_eq!(runs.iter().filter(|run| run.kind == RunKind::Document).count(), 4);
    let vans = data.vehicles.iter().filter(|vehicle| vehicle.profile == VehicleProfile::Car).count();
    assert_eq!((data.vehicles.len(), vans, data.couriers.len()), (17, 3, 17));
    assert_eq!(data.areas.len(), 11 + 43);
    assert!(data.season.is_some());
}

#[test]
fn the_control_slips_form_is_that_of_its_day() {
    let data = embedded();
    let number = |date| data.form(FormKind::ControlSlip, day(date)).map(|form| form.number.as_str());
    for (date, expected) in [
        ("2018-12-01", Some("Mẫu số 05")),
        ("2025-09-14", Some("Mẫu số 05")),
        ("2025-09-15", Some("Mẫu số 06")),
        ("2027-12-31", Some("Mẫu số 06")),
        ("2018-11-30", None),
    ] {
        assert_eq!(number(date), expected, "{date}");
    }
    let minute = data.form(FormKind::HandoverMinute, day("2019-06-14")).unwrap();
    assert_eq!((minute.columns.len(), minute.regulation.as_str()), (0, "Quyết định số 45/2016/QĐ-TTg Điều 7"));
}

#[test]
fn published_figures_are_carried_over() {
    let published = embedded().published.expect("Sóc Trăng has published figures");
    assert_eq!(
        (published.dossiers_received, published.dossiers_settled, published.dossiers_settled_on_time),
        (25_031, 21_648, 21_578)
    );
    assert_eq!(
        (published.home_deliveries, published.ratings, published.ratings_satisfied_basis_points),
        (4_061, 5_841, 9_971)
    );
    assert_eq!((published.from, published.to), (day("2019-01-04"), day("2019-06-15")));
}

#[test]
fn the_published_season_has_109_working_days() {
    let data = embedded();
    let published = data.published.unwrap();
    assert_eq!(data.calendar.working_days_between(published.from, published.to), Ok(109));
    assert_eq!(data.calendar.special(day("2019-05-04")).map(|day| day.kind), Some(DayKind::WorkingSaturday));
    assert_eq!(data.calendar.is_working_day(day("2019-02-05")), Ok(false));
    assert!(data.calendar.is_working_day(day("2018-11-30")).is_err());
}

#[test]
fn names_keep_their_vietnamese_letters() {
    let data = embedded();
    assert_eq!(data.centre.name, "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng");
    assert_eq!(data.hub().code, "TTPVHCC");
    assert_eq!(data.site_by_code("SLDTBXH").unwrap().name, "Sở Lao động - Thương binh và Xã hội");
    assert_eq!(data.site_by_code("BD948").unwrap().name, "Bưu điện thị xã Ngã Năm");
    assert_eq!(data.commune("31672", day("2019-06-14")).unwrap().name, "Xã Đại Ân 2");
}

#[test]
fn a_reused_code_means_another_commune_after_the_merger() {
    let data = embedded();
    let before = data.commune("31507", day("2025-06-30")).unwrap();
    let after = data.commune("31507", day("2025-07-01")).unwrap();
    assert_eq!((before.name.as_str(), before.district.as_deref()), ("Phường 6", Some("Thành phố Sóc Trăng")));
    assert_eq!((after.name.as_str(), after.district.as_deref()), ("Phường Sóc Trăng", None));
    assert_eq!((before.kind, after.kind), (CommuneKind::Ward, CommuneKind::Ward));
    assert_eq!(before.merged_into, ["31507"]);
    assert_eq!(after.population, 61_253);
    let split: u32 = ["31498", "31501", "31504", "31507"]
        .iter()
        .map(|code| data.commune(code, day("2019-06-14")).unwrap().population)
        .sum();
    assert_eq!(split, after.population, "the four wards share the population of the unit they went into");
}

#[test]
fn no_office_claims_a_surveyed_position() {
    let data = embedded();
    let known_commune: Vec<&str> = data
        .sites
        .iter()
        .inspect(|site| assert!(site.position_quality >= PositionQuality::Commune, "{} has no survey", site.code))
        .filter(|site| site.position_quality == PositionQuality::Commune)
        .map(|site| site.code.as_str())
        .collect();
    assert_eq!(known_commune, ["CA", "CAXNC", "STNMT", "STTTT", "TTPVHCC"]);
}

#[test]
fn offices_are_open_with_a_midday_break_also_on_a_working_saturday() {
    let data = embedded();
    let site = data.site_by_code("STP").unwrap();
    let windows = |date| -> Vec<(NaiveTime, NaiveTime)> {
        let windows = data.open_windows(site, day(date)).unwrap();
        windows.into_iter().map(|window| (window.from, window.to)).collect()
    };
    let office = vec![(time(7, 30), time(11, 30)), (time(13, 0), time(17, 0))];
    assert_eq!(windows("2019-06-14"), office);
    assert_eq!(windows("2019-05-04"), office);
    assert_eq!(windows("2019-04-15"), []);
    assert_eq!(data.default_hours.closing_time(day("2019-06-14"), Weekday::Sat), None);
}

#[test]
fn rounds_leave_from_the_depot_of_the_district_and_later_of_the_commune() {
    let data = embedded();
    let depot = |commune, date| {
        let id = data.depot_of(commune, day(date)).unwrap();
        data.site(id).unwrap().code.as_str()
    };
    assert_eq!(depot("31507", "2019-06-14"), "TTPVHCC");
    assert_eq!(depot("31810", "2019-06-14"), "BD950");
    assert_eq!(depot("31810", "2026-03-02"), "BD950");
    for (date, communes) in [("2019-06-14", 108), ("2026-03-02", 43)] {
        let in_force = data.communes.iter().filter(|commune| commune.effective.contains(day(date)));
        let served = in_force.filter(|commune| data.depot_of(&commune.code, day(date)).is_some()).count();
        assert_eq!(served, communes, "every commune has a depot on {date}");
    }
}

#[test]
fn every_depot_away_from_the_centre_is_fed_and_ridden_from() {
    let data = embedded();
    let friday = day("2019-06-14");
    for area in data.areas.iter().filter(|area| area.effective.contains(friday)) {
        let depot = data.site(area.depot).unwrap();
        assert!(data.couriers.iter().any(|courier| courier.base == depot.id && !courier.rounds.is_empty()));
        let fed = data.timetable.on(friday).iter().any(|run| run.calls_at(depot));
        assert!(fed || depot.kind == SiteKind::Centre, "{} is fed by a run", depot.code);
    }
}

#[test]
fn rules_are_there_for_every_day_of_the_calendar() {
    let data = embedded();
    for date in ["2018-12-01", "2019-06-14", "2027-12-31"] {
        let rules = data.rules.on(day(date)).unwrap();
        assert_eq!(rules.cut_off_time, time(15, 0));
        assert_eq!((rules.home_same_district_days, rules.home_within_province_days), (1, 2));
    }
}

#[test]
fn both_generations_of_dossier_codes_are_recognised() {
    let patterns = embedded().centre.dossier_codes;
    for (code, issued) in [("000.00.00.H51-190815-0001", "2019-08-15"), ("H51.001.02-260125-AA0001", "2026-01-25")] {
        let (_, pattern) = patterns.recognise(code).unwrap();
        assert!(pattern.effective.contains(day(issued)));
    }
    assert!(patterns.recognise("000.00.00.H52-190815-0001").is_err());
}

#[test]
fn importing_again_gives_the_same_ids_whatever_was_added() {
    let before = embedded();
    let new_row = "AAA,Sở Mới,department,,,31510,,,assumed_commune,false,2018-12-01,,assumption,a test\n";
    let sites = super::text_of("sites.csv") + new_row;
    let after = parse(&Folder::embedded().with("sites.csv", sites)).unwrap();
    assert_eq!(after.sites.len(), before.sites.len() + 1);
    assert_eq!(after.centre.id, before.centre.id);
    for site in &before.sites {
        assert_eq!(after.site_by_code(&site.code).unwrap().id, site.id);
    }
    let mut ids: Vec<_> = after.sites.iter().map(|site| site.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), after.sites.len());
    assert!(ids.iter().all(|id| id.uuid().get_version_num() == 7));
}

#[test]
fn a_folder_on_disk_reads_like_the_embedded_one() {
    let folder = tempfile::tempdir().unwrap();
    for file in FILES {
        std::fs::write(folder.path().join(file), Folder::embedded().bytes(file).unwrap()).unwrap();
    }
    assert_eq!(from_folder(folder.path()).unwrap(), embedded());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere");
    let error = from_folder(&path).unwrap_err();
    assert!(matches!(error, ImportError::Unreadable { .. }));
    assert!(error.to_string().contains("nowhere"), "{error}");
    let file = folder.path().join("a-file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(from_folder(&file).unwrap_err(), ImportError::Unreadable { .. }));
}

#[test]
fn byte_order_marks_and_carriage_returns_do_no_harm() {
    let folder = FILES.into_iter().fold(Folder::default(), |folder, file| {
        folder.with(file, format!("\u{feff}{}", super::text_of(file).replace('\n', "\r\n")))
    });
    assert_eq!(parse(&folder).unwrap(), embedded());
}

#[test]
fn decomposed_letters_come_out_composed() {
    use unicode_normalization::UnicodeNormalization;
    let decomposed: String = super::text_of("sites.csv").nfd().collect();
    assert_ne!(decomposed, super::text_of("sites.csv"));
    assert_eq!(parse(&Folder::embedded().with("sites.csv", decomposed)).unwrap(), embedded());
}

#[test]
fn a_centre_needs_no_season_and_no_procedures() {
    let centre = super::text_of("centre.toml");
    let (without_published, _) = centre.split_once("[published]").unwrap();
    let folder =
        Folder::embedded().without("season.toml").without("procedures.csv").with("centre.toml", without_published);
    let data = parse(&folder).unwrap();
    assert_eq!((data.season, data.published, data.procedures.len()), (None, None, 0));
}
