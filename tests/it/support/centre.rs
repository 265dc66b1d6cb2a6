//! A small centre with something in every list.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use conthoi::domain::{
    AppointmentDays, Area, ArrivalSpan, Arrivals, Calendar, CallsAt, Centre, CentreData, CentreId, Commune,
    CommuneKind, Courier, CourierId, DayKind, Destination, Dossier, DossierCode, DossierCodePattern,
    DossierCodePatterns, DossierId, Effective, FormColumn, FormKind, HalfDay, HalfDayHours, HomeDelivery,
    HomeDeliveryId, HomeDeliveryShares, HomeTerms, Item, ItemId, ItemShapes, ItemsPerDossier, LocalWindow,
    MonthWeights, OpeningHours, OpeningRow, PaperForm, Position, PositionQuality, ProcedureShare, PublishedFigures,
    Rule, RuleUnit, Rules, RunKind, RunPattern, SeasonProfile, Settlement, Site, SiteId, SiteKind, SpecialDay,
    Timetable, Vehicle, VehicleId, VehicleProfile, WantedHalfDay, WeekdayWeights,
};

use super::ids::Dice;

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

/// An instant of 14 June 2019.
pub(crate) fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2019, 6, 14, hour, minute, 0).unwrap()
}

fn always() -> Effective {
    Effective::new(day(2019, 1, 4), None).unwrap()
}

fn until_2025() -> Effective {
    Effective::new(day(2019, 1, 4), Some(day(2025, 6, 30))).unwrap()
}

fn window(from: (u32, u32), to: (u32, u32)) -> LocalWindow {
    LocalWindow::new(time(from.0, from.1), time(to.0, to.1)).unwrap()
}

fn site(centre_id: CentreId, code: &str, kind: SiteKind, place: f64, dice: &mut Dice) -> Site {
    Site {
        id: SiteId::new(dice),
        centre_id,
        code: code.into(),
        name: format!("Điểm {code}"),
        kind,
        address: dice.maybe(Dice::text),
        address_status: "published".into(),
        commune_code: "31507".into(),
        position: Position::new(9.6 + place / 100.0, 105.97 + place / 300.0).unwrap(),
        position_quality: PositionQuality::Commune,
        always_visit: kind == SiteKind::Department,
        hours: None,
        effective: always(),
        source: "QĐ 1 \"về việc\"".into(),
    }
}

/// A centre with the code `code`, all of whose ids follow from `seed`: a hub, three departments, a post office, two
/// vehicles and two couriers.
pub(crate) fn small_centre(code: &str, seed: u64) -> CentreData {
    let dice = &mut Dice::new(seed);
    let centre_id = CentreId::new(dice);
    let opening =
        |weekdays: &str, window| OpeningRow { weekdays: weekdays.parse().unwrap(), window, effective: always() };
    let mut sites: Vec<Site> = [
        ("TT", SiteKind::Centre),
        ("STP", SiteKind::Department),
        ("SXD", SiteKind::Department),
        ("SYT", SiteKind::Department),
        ("BD1", SiteKind::PostOffice),
    ]
    .iter()
    .zip(0i32..)
    .map(|((code, kind), n)| site(centre_id, code, *kind, f64::from(n) * 0.123_456_7, dice))
    .collect();
    sites[1].hours = Some(OpeningHours::new(vec![opening("mon-thu", window((7, 30), (11, 0)))]).unwrap());
    // Hours of its own, of which there are none, are not the same as the centre's.
    sites[2].hours = Some(OpeningHours::default());
    sites[3].effective = until_2025();
    let vehicle = |code: &str, profile, dice: &mut Dice| Vehicle {
        id: VehicleId::new(dice),
        code: code.into(),
        profile,
        capacity_items: 40,
        capacity_g: u32::MAX,
        fixed_cost_dong: 10_000,
        cost_per_hour_dong: 60_000,
        cost_per_km_dong: 1_500,
        status: "assumption".into(),
    };
    let vehicles = vec![vehicle("XM1", VehicleProfile::Motorbike, dice), vehicle("OT1", VehicleProfile::Car, dice)];
    let courier = |code: &str, base: usize, vehicle: usize, rounds: &[HalfDay], dice: &mut Dice| Courier {
        id: CourierId::new(dice),
        code: code.into(),
        name: "Nguyễn Văn Ổi".into(),
        base: sites[base].id,
        vehicle_id: vehicles[vehicle].id,
        runs: if base == 0 { vec!["1".into(), "2".into()] } else { Vec::new() },
        rounds: rounds.to_vec(),
        effective: always(),
        status: "assumption".into(),
    };
    let couriers = vec![courier("NV1", 0, 0, &[], dice), courier("NV2", 4, 1, &HalfDay::ALL, dice)];
    let area = |commune: Option<&str>, district: Option<&str>, depot: usize| Area {
        commune_code: commune.map(str::to_owned),
        district_code: district.map(str::to_owned),
        name: "Vùng".into(),
        depot: sites[depot].id,
        effective: always(),
        status: "assumption".into(),
    };
    CentreData {
        areas: vec![area(None, None, 0), area(None, Some("941"), 4), area(Some("31507"), None, 0)],
        procedures: vec![
            ProcedureShare {
                department_id: sites[1].id,
                procedures: 120,
                dossier_share_permille: 600,
                status: "a".into(),
            },
            ProcedureShare {
                department_id: sites[2].id,
                procedures: 7,
                dossier_share_permille: 400,
                status: "b".into(),
            },
        ],
        centre: Centre {
            id: centre_id,
            code: code.into(),
            name: "Trung tâm Phục vụ hành chính công".into(),
            name_en: "One-stop centre".into(),
            site_code: "TT".into(),
            time_zone: chrono_tz::Asia::Ho_Chi_Minh,
            dossier_codes: dossier_codes(),
        },
        sites,
        communes: communes(),
        calendar: calendar(),
        default_hours: OpeningHours::new(vec![
            opening("mon-fri", window((7, 30), (11, 30))),
            opening("mon-fri", window((13, 0), (17, 0))),
        ])
        .unwrap(),
        timetable: timetable(),
        vehicles,
        couriers,
        half_days: half_days(),
        rules: rules(),
        homes: HomeTerms::default(),
        templates: Vec::new(),
        forms: forms(),
        published: Some(published()),
        season: Some(season()),
    }
}

fn half_days() -> Vec<HalfDayHours> {
    vec![
        HalfDayHours {
            half_day: HalfDay::Morning,
            window: window((7, 30), (11, 30)),
            effective: always(),
            status: "assumption".into(),
        },
        HalfDayHours {
            half_day: HalfDay::Afternoon,
            window: window((13, 0), (17, 0)),
            effective: until_2025(),
            status: "assumption".into(),
        },
    ]
}

fn dossier_codes() -> DossierCodePatterns {
    let pattern = |name: &str, pattern: &str, example: &str, effective| DossierCodePattern {
        name: name.into(),
        pattern: pattern.into(),
        example: example.into(),
        effective,
    };
    DossierCodePatterns::new(vec![
        pattern("legacy", r"\d{3}(\.\d{2}){2}\.H51-\d{6}-\d{4}", "000.00.00.H51-190815-0001", until_2025()),
        pattern("central", r"H51\.\d{3}\.\d{2}-\d{6}-[A-Z]{2}\d{4}", "H51.001.02-260125-AA0001", always()),
    ])
    .unwrap()
}

fn communes() -> Vec<Commune> {
    let commune = |code: &str, kind, district: Option<&str>, effective, merged_into: &[&str]| Commune {
        code: code.into(),
        name: "Phường 6".into(),
        kind,
        district_code: district.map(str::to_owned),
        district: district.map(|_| "Thành phố Sóc Trăng".into()),
        position: Position::new(9.603_123_4, 105.980_000_1).unwrap(),
        position_quality: PositionQuality::AssumedCommune,
        spread_radius_m: 900,
        population: 12_345,
        population_status: "published".into(),
        effective,
        merged_into: merged_into.iter().map(|code| (*code).to_owned()).collect(),
        source: "NQ 202".into(),
    };
    vec![
        commune("31507", CommuneKind::Ward, Some("941"), until_2025(), &["31510", "31528"]),
        // The same code on another day is another unit.
        commune("31507", CommuneKind::Ward, None, Effective::new(day(2025, 7, 1), None).unwrap(), &[]),
        commune("31513", CommuneKind::Township, Some("942"), until_2025(), &[]),
    ]
}

fn calendar() -> Calendar {
    let special = |date, kind, name: &str| SpecialDay { date, kind, name: name.into(), status: "checked".into() };
    Calendar::new(
        day(2018, 12, 1),
        day(2027, 12, 31),
        vec![
            special(day(2019, 4, 15), DayKind::DayOffSubstitute, "Giỗ Tổ Hùng Vương"),
            special(day(2019, 4, 29), DayKind::DayOffSwapped, "nghỉ hoán đổi"),
            special(day(2019, 5, 1), DayKind::PublicHoliday, "Quốc tế Lao động"),
            special(day(2019, 5, 4), DayKind::WorkingSaturday, "làm bù"),
        ],
    )
    .unwrap()
}

fn timetable() -> Timetable {
    let run = |code: &str, kind, departs: (u32, u32), back_by: (u32, u32), serves: Vec<CallsAt>| RunPattern {
        code: code.into(),
        kind,
        name: format!("Chuyến {code}"),
        departs: time(departs.0, departs.1),
        back_by: time(back_by.0, back_by.1),
        serves,
        effective: always(),
        status: "assumption".into(),
    };
    Timetable::new(vec![
        run("1", RunKind::Document, (8, 0), (9, 30), vec![CallsAt::Kind(SiteKind::Department)]),
        run("2", RunKind::Document, (14, 0), (15, 30), vec![CallsAt::Kind(SiteKind::Department)]),
        run(
            "LH1",
            RunKind::LineHaul,
            (6, 0),
            (7, 0),
            vec![CallsAt::Kind(SiteKind::PostOffice), CallsAt::Site("SYT".into())],
        ),
    ])
    .unwrap()
}

fn rules() -> Rules {
    let rule = |name: &str, value: &str, unit| Rule {
        name: name.into(),
        value: value.into(),
        unit,
        effective: always(),
        status: "law".into(),
        source: "TT 17/2017/TT-BTTTT Điều 7".into(),
    };
    Rules::new(vec![
        rule("cut_off_time", "15:00", RuleUnit::TimeOfDay),
        rule("joint_count_base", "120", RuleUnit::Second),
        rule("paper_to_department", "1", RuleUnit::WorkingDay),
        rule("report_day", "10", RuleUnit::DayOfMonth),
        rule("complaint_within", "6", RuleUnit::Month),
        rule("records_kept", "5", RuleUnit::Year),
        rule("invitations", "2", RuleUnit::Count),
        rule("late_cost_per_item_hour", "20000", RuleUnit::Dong),
    ])
    .unwrap()
}

fn forms() -> Vec<PaperForm> {
    let form = |kind, number: &str, columns: &[(FormColumn, &str)], effective| PaperForm {
        kind,
        number: number.into(),
        regulation: "Thông tư số 01/2018/TT-VPCP".into(),
        title: "Phiếu kiểm soát".into(),
        columns: columns.iter().map(|(column, heading)| (*column, (*heading).to_owned())).collect(),
        effective,
        status: "assumption".into(),
        source: "TT 01/2018 \"về\"".into(),
    };
    let columns = [(FormColumn::Giver, "Bên giao"), (FormColumn::Receiver, "Bên nhận")];
    vec![
        form(FormKind::ControlSlip, "Mẫu số 05", &columns, until_2025()),
        form(FormKind::HandoverMinute, "", &[], always()),
    ]
}

fn published() -> PublishedFigures {
    PublishedFigures {
        from: day(2019, 1, 4),
        to: day(2019, 6, 15),
        dossiers_received: 25_031,
        dossiers_settled: 21_648,
        dossiers_settled_on_time: 21_578,
        home_deliveries: 4_061,
        procedures: 1_311,
        ratings: 5_841,
        ratings_satisfied_basis_points: 9_971,
        document_runs_per_day: 4,
        published_on: day(2019, 8, 16),
        status: "published".into(),
        source: "Sóc Trăng".into(),
    }
}

fn season() -> SeasonProfile {
    let days = |working_days, weight| AppointmentDays { working_days, weight };
    SeasonProfile {
        status: "assumption".into(),
        arrivals: Arrivals {
            weekday_weight: WeekdayWeights { mon: 5, tue: 4, wed: 4, thu: 4, fri: 3, sat: 1 },
            month_weight: MonthWeights {
                jan: 1,
                feb: 2,
                mar: 3,
                apr: 4,
                may: 5,
                jun: 6,
                jul: 7,
                aug: 8,
                sep: 9,
                oct: 10,
                nov: 11,
                dec: 12,
            },
            span: vec![ArrivalSpan { window: window((7, 30), (9, 0)), weight: 3 }],
        },
        settlement: Settlement { appointment: vec![days(3, 1), days(7, 2)], early: vec![days(1, 1)], late: vec![] },
        items: ItemShapes {
            per_dossier: vec![ItemsPerDossier { items: 1, weight: 9 }],
            weight_g_min: 20,
            weight_g_max: 900,
            second_department_permille: 80,
        },
        home_delivery: HomeDeliveryShares {
            city_district_code: "941".into(),
            city_factor_percent: 150,
            morning_weight: 2,
            afternoon_weight: 1,
        },
    }
}

/// A dossier of the centre's first department.
pub(crate) fn dossier(centre: &CentreData, number: u32, dice: &mut Dice) -> Dossier {
    Dossier {
        id: DossierId::new(dice),
        centre_id: centre.centre.id,
        code: DossierCode::from_trusted(format!("000.00.00.H51-190614-{number:04}")),
        department_id: centre.sites[1].id,
        received_at: at(1, 0),
        appointment_at: at(9, 0),
        settled_at: None,
        synthetic: false,
        procedure_code: None,
    }
}

pub(crate) fn home_delivery(centre: &CentreData, dossier: Option<&Dossier>, dice: &mut Dice) -> HomeDelivery {
    HomeDelivery {
        id: HomeDeliveryId::new(dice),
        centre_id: centre.centre.id,
        dossier_id: dossier.map(|dossier| dossier.id),
        address: "12 đường 30/4".into(),
        commune_code: "31507".into(),
        position: Position::new(9.601_234_5, 105.971_234_5).unwrap(),
        position_quality: PositionQuality::Street,
        requested_at: at(2, 0),
        wanted: Some(WantedHalfDay { date: day(2019, 6, 14), half_day: Some(HalfDay::Afternoon) }),
        synthetic: false,
    }
}

/// An item from the hub to the first department.
pub(crate) fn item(centre: &CentreData, code: &str, dice: &mut Dice) -> Item {
    Item {
        id: ItemId::new(dice),
        centre_id: centre.centre.id,
        code: code.parse().unwrap(),
        dossier_id: None,
        from: centre.sites[0].id,
        to: Destination::Site(centre.sites[1].id),
        ready_at: at(3, 0),
        due_at: None,
        weight_g: 100,
        waypoint: None,
        delivered_at: None,
        synthetic: false,
    }
}
