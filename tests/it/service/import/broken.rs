use conthoi::service::import::{FILES, Folder, embedded, parse};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::{complaints, text_of, with_mistake};

/// The complaints when the first `from` in `file` is replaced by `to`.
fn mistake(file: &str, from: &str, to: &str) -> String {
    complaints(&with_mistake(file, from, to))
}

/// The complaints when `rows` are added to `file`.
fn added(file: &str, rows: &str) -> String {
    complaints(&Folder::embedded().with(file, text_of(file) + rows))
}

#[test]
fn headers() {
    assert_snapshot!(mistake("vehicles.csv", "capacity_g", "capacity_kg"), @r#"
    vehicles.csv:1: "capacity_kg" is not a column of this file: expected code,profile,capacity_items,capacity_g,fixed_cost_dong,cost_per_hour_dong,cost_per_km_dong,status
    vehicles.csv:1: column capacity_g: the header lacks it
    "#);
    assert_snapshot!(mistake("half_days.csv", "half_day,from", "half_day,half_day"), @"
    half_days.csv:1: column from: the header lacks it
    half_days.csv:1: column half_day: the header names it twice
    ");
    assert_snapshot!(mistake("half_days.csv", ",status", ",status,remark"), @r#"
    half_days.csv:1: "remark" is not a column of this file: expected half_day,from,to,effective_from,effective_to,status
    half_days.csv:2: the row has 6 cells, the header has 7
    half_days.csv:3: the row has 6 cells, the header has 7
    "#);
    assert_snapshot!(complaints(&Folder::embedded().with("half_days.csv", "")), @"half_days.csv: the file is empty: expected the header half_day,from,to,effective_from,effective_to,status");
    assert_snapshot!(complaints(&Folder::embedded().with("half_days.csv", "\n \n")), @"half_days.csv: the file is empty: expected the header half_day,from,to,effective_from,effective_to,status");
    assert_snapshot!(complaints(&Folder::embedded().without("timetable.csv")), @"timetable.csv: the file is missing");
}

#[test]
fn the_order_of_columns_is_free() {
    let swapped = "status,half_day,to,from,effective_to,effective_from\n\
        assumption,morning,11:15,07:45,,2019-01-04\nassumption,afternoon,17:00,13:15,,2019-01-04\n";
    assert_eq!(parse(&Folder::embedded().with("half_days.csv", swapped)).unwrap(), embedded());
}

#[test]
fn encodings() {
    let mut latin = text_of("sites.csv").into_bytes();
    let at = text_of("sites.csv").find("UBND").unwrap();
    latin[at] = 0xe1;
    assert_snapshot!(complaints(&Folder::embedded().with("sites.csv", latin)), @"sites.csv:3: the byte 0xe1 is not UTF-8: save the file as UTF-8");
    assert_snapshot!(complaints(&Folder::embedded().with("half_days.csv", b"\xff\xfeh\0a\0".to_vec())), @"half_days.csv:1: the byte 0xff is not UTF-8: save the file as UTF-8");
}

#[test]
fn shapes_of_rows() {
    assert_snapshot!(added("half_days.csv", "morning,07:45\n"), @"half_days.csv:4: the row has 2 cells, the header has 6");
    assert_snapshot!(added("half_days.csv", "\n\r\n\nmorning,07:45,11:15,,2019-01-04,assumption\n"), @"half_days.csv:7: column effective_from: it is empty: a value is expected");
    assert_snapshot!(mistake("sites.csv", "STC,Sở Tài chính,", "STC,\"Sở Tài chính,"), @"sites.csv:7: the row has 5 cells, the header has 14");
    assert_snapshot!(mistake("timetable.csv", "Chuyến 2 (", "\"Chuyến 2 ("), @"timetable.csv:3: the row has 10 cells, the header has 9; a quote in it is perhaps never closed");
    assert_snapshot!(mistake("sites.csv", "STC,Sở Tài chính,", "STC,\"Sở\nTài chính\","), @"sites.csv:7: column name: the cell has a line break or control character: a quote before it is perhaps never closed");
}

#[test]
fn numbers_dates_and_words() {
    assert_snapshot!(mistake("vehicles.csv", "120,40000", "many,-5"), @r#"
    vehicles.csv:2: column capacity_g: "-5" is not a whole number from 1 to 100000000
    vehicles.csv:2: column capacity_items: "many" is not a whole number from 1 to 1000000
    "#);
    assert_snapshot!(mistake("calendar.csv", "2019-01-01", "01/01/2019"), @r#"calendar.csv:3: column date: "01/01/2019" is not a date: expected one such as 2019-06-14"#);
    assert_snapshot!(mistake("calendar.csv", "2019-02-04", "2019-02-30"), @r#"calendar.csv:5: column date: "2019-02-30" is not a date: expected one such as 2019-06-14"#);
    assert_snapshot!(mistake("calendar.csv", "public_holiday", "holiday"), @r#"calendar.csv:3: column kind: "holiday" is not a kind of day: expected one of public_holiday, day_off_swapped, day_off_substitute, working_saturday"#);
    assert_snapshot!(mistake("calendar.csv", "checked", "certain"), @r#"calendar.csv:2: column status: "certain" is not a certainty: expected one of checked, published, derived, assumption, unverified"#);
    assert_snapshot!(mistake("opening_hours.csv", "07:30", "7h30"), @r#"opening_hours.csv:2: column opens: time of day "7h30" is not valid: expected HH:MM, 00:00 to 23:59"#);
    assert_snapshot!(mistake("opening_hours.csv", "mon-fri", "fri-mon"), @r#"opening_hours.csv:2: column weekdays: "fri-mon" is not a set of weekdays: expected one of mon, tue, wed, thu, fri, sat, sun, or ranges such as mon-fri, separated by ;"#);
    assert_snapshot!(mistake("sites.csv", "commune,false,2019-01-04", "commune,no,2019-01-04"), @r#"sites.csv:2: column always_visit: "no" is neither true nor false"#);
    assert_snapshot!(mistake("sites.csv", "SNV,", "S NV,"), @r#"
    procedures.csv:3: column department: "SNV" is not in sites.csv as a department
    sites.csv:4: column code: "S NV" is not a code: expected at most 64 of A-Z a-z 0-9 _ - .
    "#);
    assert_snapshot!(mistake("sites.csv", "Sở Nội vụ", " "), @"sites.csv:4: column name: it is empty: a value is expected");
}

#[test]
fn coordinates() {
    let at = "UBND,Văn phòng UBND tỉnh,department,,,31510,,,assumed_commune";
    let to = |end: &str| format!("UBND,Văn phòng UBND tỉnh,department,,,31510,{end}");
    assert_snapshot!(mistake("sites.csv", at, &to("105.97,9.61,building")), @"sites.csv:3: column lat: lat 105.97 and lon 9.61 look swapped: latitude comes first");
    assert_snapshot!(mistake("sites.csv", at, &to("48.85,2.35,building")), @"sites.csv:3: column lat: lat 48.85, lon 2.35 is not in Việt Nam: lat runs from 6 to 24, lon from 102 to 118");
    assert_snapshot!(mistake("sites.csv", at, &to("9.61,,building")), @"sites.csv:3: column lon: it is empty although lat is given: give both or neither");
    assert_snapshot!(mistake("sites.csv", at, &to("9.61,105.97,assumed_commune")), @"sites.csv:3: column position_quality: assumed_commune means that lat and lon are not known, but they are given");
    assert_snapshot!(mistake("sites.csv", at, &to(",,building")), @"sites.csv:3: column position_quality: building means that lat and lon are known, but they are empty");
    assert_snapshot!(mistake("sites.csv", at, &to("NaN,9°36′,building")), @r#"
    sites.csv:3: column lat: "NaN" is not a number of degrees such as 9.60254
    sites.csv:3: column lon: "9°36′" is not a number of degrees such as 9.60254
    "#);
    assert_snapshot!(mistake("communes.csv", "9.622996,105.983718", "105.983718,9.622996"), @"communes.csv:2: column lat: lat 105.983718 and lon 9.622996 look swapped: latitude comes first");
}

#[test]
fn references() {
    assert_snapshot!(mistake("sites.csv", "department,,,31510", "department,,,99999"), @r#"sites.csv:3: column commune_code: "99999" is not in communes.csv"#);
    assert_snapshot!(mistake("sites.csv", ",false,2019-01-04", ",false,2018-11-30"), @r#"sites.csv:2: column commune_code: "31507" is not in force on 2018-11-30, the site's first day"#);
    assert_snapshot!(mistake("couriers.csv", "TTPVHCC,XM01,1;2;3;4", "TTPV,XM99,1;2;5"), @r#"
    couriers.csv:2: column base_site: "TTPV" is not in sites.csv
    couriers.csv:2: column runs: "5" is not a run of timetable.csv
    couriers.csv:2: column vehicle: "XM99" is not in vehicles.csv
    "#);
    assert_snapshot!(mistake("couriers.csv", "1;2;3;4", "1;2;2"), @r#"couriers.csv:2: column runs: "2" is there twice"#);
    assert_snapshot!(mistake("procedures.csv", "STP", "BD"), @r#"procedures.csv:4: column department: "BD" is not in sites.csv as a department"#);
    assert_snapshot!(mistake("areas.csv", ",941,", ",9410,"), @r#"areas.csv:2: column district_code: "9410" is not in communes.csv"#);
    assert_snapshot!(mistake("areas.csv", ",941,", "31507,941,"), @"areas.csv:2: column district_code: a row is for a commune or for a district, not for both");
    assert_snapshot!(mistake("opening_hours.csv", "*", "NOWHERE"), @r#"opening_hours.csv:2: column site: "NOWHERE" is not in sites.csv, nor is it *"#);
    assert_snapshot!(mistake("communes.csv", ",31507,checked", ",31508,checked"), @r#"communes.csv:2: column merged_into: "31508" is not the code of a commune in force on 2025-07-01"#);
    assert_snapshot!(mistake("centre.toml", "\"TTPVHCC\"", "\"STP\""), @r#"centre.toml:6: key site: "STP" is not the code of a site of kind centre in sites.csv"#);
}

#[test]
fn a_reference_to_a_broken_row_is_not_a_second_problem() {
    assert_snapshot!(mistake("vehicles.csv", "XM01,motorbike", "XM01,bicycle"), @r#"vehicles.csv:2: column profile: "bicycle" is not a vehicle profile: expected one of motorbike, car, foot"#);
    assert_snapshot!(mistake("communes.csv", "31510,Phường 2,ward", "31510,Phường 2,w"), @r#"communes.csv:6: column kind: "w" is not a kind of commune: expected one of ward, commune, township"#);
}

#[test]
fn repeated_keys() {
    assert_snapshot!(added("sites.csv", "STP,Sở Tư pháp,department,,,31510,,,assumed_commune,false,2018-12-01,,published,x\n"), @"sites.csv:37: column code: line 5 has it already");
    assert_snapshot!(added("calendar.csv", "2019-01-01,public_holiday,Tết Dương lịch,checked,x\n"), @"calendar.csv:136: column date: line 3 has it already");
    assert_snapshot!(added("half_days.csv", "morning,08:00,11:00,2020-01-01,,assumption\n"), @"half_days.csv:4: column half_day: line 2 is in force for it on the same days");
    assert_snapshot!(added("rules.csv", "cut_off_time,16:00,time_of_day,2020-01-01,,assumption,x\n"), @"rules.csv:58: column rule: line 2 is in force for it on the same days");
    assert_snapshot!(added("timetable.csv", "1,document,Chuyến 1,08:00,09:00,department,2020-01-01,,assumption\n"), @"timetable.csv:7: column run: line 2 is in force for it on the same days");
    assert_snapshot!(added("areas.csv", ",941,Thành phố Sóc Trăng,BD,2020-01-01,2020-12-31,assumption\n"), @"areas.csv:56: column effective_from: line 2 is in force for it on the same days");
}

#[test]
fn hours_and_runs() {
    assert_snapshot!(added("opening_hours.csv", "*,fri,11:00,12:00,2018-12-01,,assumption,x\n"), @"opening_hours.csv:4: column opens: opening hours 07:30–11:30 and 11:00–12:00 overlap on fri (line 2)");
    assert_snapshot!(added("opening_hours.csv", "STP,mon,11:00,11:00,2018-12-01,,assumption,x\n"), @"opening_hours.csv:4: column closes: the window 11:00–11:00 is empty: it must end after it begins");
    assert_snapshot!(mistake("timetable.csv", "07:45,09:30", "09:30,07:45"), @"timetable.csv:2: column back_by: the run is back by 07:45 but departs only at 09:30");
    assert_snapshot!(mistake("timetable.csv", "09:30,department;BD", "09:30,"), @"timetable.csv:2: column serves: it is empty: name where the run calls");
    assert_snapshot!(mistake("timetable.csv", "09:30,department;BD", "09:30,department;department"), @r#"timetable.csv:2: column serves: "department" is there twice"#);
    assert_snapshot!(mistake("timetable.csv", "09:30,department;BD", "09:30,centre"), @r#"timetable.csv:2: column serves: "centre" is where the run starts: name where it calls"#);
    assert_snapshot!(mistake("half_days.csv", "07:45,11:15", "11:15,07:45"), @"half_days.csv:2: column to: the window 11:15–07:45 is empty: it must end after it begins");
}

#[test]
fn the_calendar() {
    assert_snapshot!(added("calendar.csv", "2028-01-01,public_holiday,Tết Dương lịch,derived,x\n"), @"calendar.csv:136: column date: calendar day 2028-01-01: it is outside the calendar's period 2018-12-01 to 2027-12-31");
    assert_snapshot!(mistake("calendar.csv", "2019-01-05,working_saturday", "2019-01-06,working_saturday"), @"calendar.csv:4: column date: calendar day 2019-01-06: a working_saturday must be a Saturday, this is a Sun");
    assert_snapshot!(mistake("centre.toml", "2027-12-31", "2017-12-31"), @"centre.toml:9: key calendar_to: 2017-12-31 comes before calendar_from, 2018-12-01");
}

#[test]
fn rules() {
    assert_snapshot!(mistake("rules.csv", "cut_off_time,15:00", "cut_of_time,15:00"), @"rules.csv: there is no row for cut_off_time on 2018-12-01: it is needed from 2018-12-01 to 2027-12-31");
    assert_snapshot!(mistake("rules.csv", "15:00", "3pm"), @r#"rules.csv:2: column value: rule "cut_off_time" has the value "3pm": time of day "3pm" is not valid: expected HH:MM, 00:00 to 23:59"#);
    assert_snapshot!(mistake("rules.csv", "joint_count_base,120,second", "joint_count_base,2,count"), @r#"rules.csv:15: column unit: "count" is not the unit of this rule: expected second"#);
    assert_snapshot!(mistake("rules.csv", "unloading_time,300,second,2018-12-01,", "unloading_time,300,second,2018-12-01,2022-06-30"), @"rules.csv: there is no row for unloading_time on 2022-07-01: it is needed from 2018-12-01 to 2027-12-31");
    assert_snapshot!(mistake("rules.csv", "2018-12-01,,published", "2018-12-01,2018-11-01,published"), @"rules.csv:2: column effective_to: the period from 2018-12-01 to 2018-11-01 is empty: it must not end before it begins");
}

#[test]
fn forms() {
    assert_snapshot!(mistake("forms.csv", "control_slip,Mẫu số 06", "control,Mẫu số 06"), @r#"
    forms.csv: there is no row for control_slip on 2025-09-15: it is needed from 2018-12-01 to 2027-12-31
    forms.csv:3: column form: "control" is not a form: expected one of control_slip, handover_minute
    "#);
    assert_snapshot!(mistake("forms.csv", "2018-12-01,2025-09-14", "2018-12-01,2025-09-13"), @"forms.csv: there is no row for control_slip on 2025-09-14: it is needed from 2018-12-01 to 2027-12-31");
    assert_snapshot!(mistake("forms.csv", "2018-12-01,2025-09-14", "2018-12-01,2025-09-15"), @"forms.csv:3: column form: line 2 is in force for it on the same days");
    assert_snapshot!(mistake("forms.csv", "no;giver;receiver", "no;giver;taker"), @r#"forms.csv:2: column columns: "taker" is not a column of a form: expected one of no, giver, receiver, time, signatures, result, note"#);
    assert_snapshot!(mistake("forms.csv", "STT;Bên giao;", "Bên giao;"), @"forms.csv:2: column headings: 6 headings for 7 columns: expected one for each");
    assert_snapshot!(mistake("forms.csv", "no;giver;receiver;time;signatures;result;note,STT;Bên giao;Bên nhận;Thời gian giao nhận hồ sơ;Ký giao và ký nhận;Kết quả giải quyết;Ghi chú", ","), @"forms.csv:2: column columns: it is empty: a control slip has columns");
}

#[test]
fn shares_that_do_not_sum() {
    assert_snapshot!(mistake("procedures.csv", "STP,111,150", "STP,111,149"), @"procedures.csv: the values of dossier_share_permille sum to 999: expected 1000");
}

#[test]
fn toml_files() {
    assert_snapshot!(mistake("centre.toml", "Asia/Ho_Chi_Minh", "Asia/Hanoi"), @r#"centre.toml:7: key time_zone: "Asia/Hanoi" is not an IANA time zone such as Asia/Ho_Chi_Minh"#);
    assert_snapshot!(mistake("centre.toml", "calendar_from = 2018-12-01", "calendar_from = \"2018-12-01\""), @r#"centre.toml:8: key calendar_from: expected a date such as 2019-06-14, without quotes, found the text "2018-12-01""#);
    assert_snapshot!(mistake("centre.toml", "calendar_from = 2018-12-01", "calendar_form = 2018-12-01"), @"
    centre.toml:1: key calendar_from: it is missing
    centre.toml:8: key calendar_form: it is not a key of this table: expected code, name, name_en, site, time_zone, calendar_from, calendar_to, dossier_code, published
    ");
    assert_snapshot!(mistake("centre.toml", "[0-9]{4}$'", "[0-9]{4$'"), @r#"centre.toml:16: key dossier_code.pattern: dossier-code pattern "^[0-9]{3}\\.[0-9]{2}\\.[0-9]{2}\\.H51-[0-9]{6}-[0-9]{4$" is not valid: regex parse error: ^(?:^[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.H51-[0-9]{6}-[0-9]{4$)$ ^^ error: unclosed counted repetition"#);
    assert_snapshot!(mistake("centre.toml", "H51-190815-0001", "H51-190815-1"), @r#"centre.toml:16: key dossier_code.pattern: dossier-code pattern "^[0-9]{3}\\.[0-9]{2}\\.[0-9]{2}\\.H51-[0-9]{6}-[0-9]{4}$" is not valid: it does not match its own example "000.00.00.H51-190815-1""#);
    assert_snapshot!(mistake("centre.toml", "dossiers_settled = 21_648", "dossiers_settled = 31_648"), @"centre.toml:34: key published.dossiers_settled: expected a whole number from 0 to 25031, found the number 31648");
    assert_snapshot!(mistake("centre.toml", "code = \"H51\"", "code = \"H51"), @r#"centre.toml:3: invalid basic string, expected `"`"#);
    assert_snapshot!(mistake("season.toml", "mon = 116", "mon = -116"), @"season.toml:8: key arrivals.weekday_weight.mon: expected a whole number from 0 to 1000000, found the number -116");
    assert_snapshot!(mistake("season.toml", "tue = 107\n", ""), @"season.toml:7: key arrivals.weekday_weight.tue: it is missing");
    assert_snapshot!(mistake("season.toml", "from = \"07:30\"", "from = \"08:30\""), @"season.toml:33: key arrivals.span.to: the window 08:30–08:30 is empty: it must end after it begins");
    assert_snapshot!(mistake("season.toml", "weight_g_max = 900", "weight_g_max = 50"), @"season.toml:124: key items.weight_g_max: 50 is less than weight_g_min, 60");
    assert_snapshot!(mistake("season.toml", "\"941\"", "\"999\""), @r#"season.toml:131: key home_delivery.city_district_code: "999" is not a district of communes.csv"#);
    assert_snapshot!(mistake("season.toml", "[home_delivery]", "[[home_delivery]]"), @"season.toml:130: key home_delivery: expected a table, found a list of 1");
}

#[test]
fn every_broken_row_of_every_file_is_reported_at_once() {
    let folder = with_mistake("sites.csv", "SNV,Sở Nội vụ,department", "SNV,,office")
        .with("vehicles.csv", text_of("vehicles.csv").replace("motorbike,120", "motorbike,0"))
        .with("centre.toml", text_of("centre.toml").replace("H51", "H 51"))
        .without("areas.csv");
    assert_snapshot!(complaints(&folder), @r#"
    areas.csv: the file is missing
    centre.toml:3: key code: "H 51" is not an agency's code such as H51: expected letters and digits
    sites.csv:4: column kind: "office" is not a kind of site: expected one of centre, department, post_office
    sites.csv:4: column name: it is empty: a value is expected
    vehicles.csv:2: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:3: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:4: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:5: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:6: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:7: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:8: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:9: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:10: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:11: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:12: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:13: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:14: column capacity_items: "0" is not a whole number from 1 to 1000000
    vehicles.csv:15: column capacity_items: "0" is not a whole number from 1 to 1000000
    "#);
}

#[test]
fn a_couriers_name_is_never_quoted() {
    let broken = mistake("couriers.csv", "Chuyển phát 01,TTPVHCC", "\"Nguyễn\nVăn A\",NOWHERE");
    assert!(broken.contains("column name") && !broken.contains("Nguyễn"), "{broken}");
}

/// A file of the folder, damaged in a few places.
fn damaged() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, any::<Vec<u8>>()), 1..6);
    (prop::sample::select(FILES.to_vec()), edits).prop_map(|(file, edits)| {
        let mut bytes = text_of(file).into_bytes();
        for (index, cut, insert) in edits {
            let at = index.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            // Characters that mean something to the readers do more damage than most.
            let insert = insert
                .into_iter()
                .take(4)
                .map(|byte| b",\"\n;=[]'0-:\r\x00\xff".get(usize::from(byte) / 8).copied().unwrap_or(byte));
            bytes.splice(at..end, insert);
        }
        (file, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused_with_reasons((file, bytes) in damaged()) {
        if let Err(errors) = parse(&Folder::embedded().with(file, bytes)) {
            prop_assert!(!errors.problems().is_empty());
            prop_assert_eq!(errors.to_string().lines().count(), errors.problems().len(), "one line a problem");
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(file in prop::sample::select(FILES.to_vec()), bytes in any::<Vec<u8>>()) {
        let errors = parse(&Folder::embedded().with(file, bytes)).unwrap_err();
        prop_assert!(errors.problems().iter().any(|problem| problem.file == file));
    }
}
