//! The published figures come back out of what was recorded.

use std::{collections::BTreeMap, io::Read, ops::ControlFlow, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use conthoi::{
    domain::{
        DayClock, RatingStep,
        report::{Cell, Grouping, Quarter, Report},
    },
    service::{
        FixedClock, ReportRequest, ReportTable, SeasonOrder, Service, ServiceError, estimated_travel, import, simulate,
    },
    store::Period,
};

use crate::support::{
    db::TestDatabase,
    reading::{Paper, can_read},
};

const FIRST: &str = "2019-01-04";
const LAST: &str = "2019-06-15";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A service on 16 August 2019, when the figures were published.
fn service(database: &TestDatabase) -> Service {
    let clock = FixedClock::new("2019-08-16T01:00:00Z".parse().unwrap());
    let service = Service::new(database.store(), Arc::new(estimated_travel()), Arc::new(clock), None);
    service.import_embedded().unwrap();
    service
}

fn with_season(database: &TestDatabase) -> Service {
    let service = service(database);
    let order = SeasonOrder { from: date(FIRST), to: date(LAST), seed: 1, scale: 1, replace: false };
    service.simulate_season(&order, &mut |_, _, _| ControlFlow::Continue(())).unwrap();
    service
}

fn made(service: &Service, report: Report, by: Option<Grouping>) -> ReportTable {
    service.report(&ReportRequest { report, from: date(FIRST), to: date(LAST), by }).unwrap()
}

fn number(table: &ReportTable, key: &str) -> i64 {
    match table.table.total(key) {
        Some(Cell::Number(number)) => number,
        other => panic!("{key}: {other:?}"),
    }
}

fn percent(table: &ReportTable, key: &str) -> u32 {
    match table.table.total(key) {
        Some(Cell::BasisPoints(points)) => points,
        other => panic!("{key}: {other:?}"),
    }
}

/// What the province published on 16/08/2019, on both databases and by every grouping.
#[test]
fn the_published_figures_come_back() {
    for database in TestDatabase::each() {
        let service = with_season(&database);
        for by in Report::Settlement.groupings() {
            let settlement = made(&service, Report::Settlement, Some(*by));
            let counts = ["received", "settled", "on_time"].map(|key| number(&settlement, key));
            assert_eq!(counts, [25_031, 21_648, 21_578], "by {by}");
            assert_eq!(percent(&settlement, "on_time_percent"), 9_968);
            assert!(settlement.synthetic && settlement.table.rows.len() > 1, "by {by}");
        }
        for by in Report::HomeDeliveries.groupings() {
            let homes = made(&service, Report::HomeDeliveries, Some(*by));
            assert_eq!(number(&homes, "delivered"), 4_061, "by {by}");
        }
        for by in Report::Satisfaction.groupings() {
            let said = made(&service, Report::Satisfaction, Some(*by));
            assert_eq!((number(&said, "ratings"), percent(&said, "satisfied_percent")), (5_841, 9_971), "by {by}");
        }
        let quarters = made(&service, Report::Settlement, Some(Grouping::Quarter));
        let keys: Vec<&str> = quarters.table.rows.iter().map(|row| row.key.as_deref().unwrap()).collect();
        assert_eq!(keys, ["2019-Q1", "2019-Q2"]);
        // Only what happened in the days asked for: nothing of other days.
        let request =
            ReportRequest { report: Report::Settlement, from: date("2018-12-01"), to: date("2019-01-03"), by: None };
        assert_eq!(number(&service.report(&request).unwrap(), "received"), 0);
    }
}

/// Every number of some reports counted again, row by row, from the season itself.
#[test]
fn the_databases_counts_are_those_of_the_rows() {
    let request = simulate::SeasonRequest { from: date(FIRST), to: date(LAST), seed: 1, scale: 1 };
    let season = simulate::season(&import::embedded(), &request, &mut |_, _| ControlFlow::Continue(())).unwrap();
    let zone = season.centre.centre.time_zone;
    let day = |at| DayClock::date_of(at, zone).to_string();
    let mut by_day: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for dossier in &season.dossiers {
        by_day.entry(day(dossier.received_at)).or_default()[0] += 1;
        if let Some(at) = dossier.settled_at {
            let counts = by_day.entry(day(at)).or_default();
            counts[1] += 1;
            counts[2] += i64::from(at <= dossier.appointment_at);
        }
    }
    let hub = season.centre.hub().id;
    let mut legs: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for item in &season.items {
        let waypoint = item.waypoint.map(|waypoint| waypoint.reached_at);
        let begin = waypoint.unwrap_or(item.ready_at);
        let mut take = |leg, from: DateTime<Utc>, to: DateTime<Utc>| {
            legs.entry(leg).or_default().push((to - from).num_seconds());
        };
        if let Some(at) = waypoint {
            take("to_centre", item.ready_at, at);
        }
        match (item.to, item.delivered_at) {
            (conthoi::domain::Destination::Site(to), Some(at)) if to == hub => take("to_centre", item.ready_at, at),
            (conthoi::domain::Destination::Site(_), Some(at)) => take("to_office", begin, at),
            (conthoi::domain::Destination::Home(_), Some(at)) => take("to_home", begin, at),
            (_, None) => {}
        }
    }
    for database in TestDatabase::each() {
        let service = with_season(&database);
        let table = made(&service, Report::Settlement, Some(Grouping::Day)).table;
        let found: BTreeMap<String, [i64; 3]> = table
            .rows
            .iter()
            .map(|row| {
                let count = |place: usize| if let Cell::Number(n) = row.cells[place] { n } else { panic!("{row:?}") };
                (row.key.clone().unwrap(), [count(0), count(1), count(2)])
            })
            .collect();
        assert_eq!(found, by_day);
        let transit = made(&service, Report::TransitTime, None).table;
        assert_eq!(transit.rows.len(), legs.len());
        for row in &transit.rows {
            let mut seconds = legs[row.leg.unwrap()].clone();
            seconds.sort_unstable();
            // By another way than the formula's: the middle one of all, and the last.
            assert_eq!(row.cells[0], Cell::Number(i64::try_from(seconds.len()).unwrap()));
            assert_eq!(row.cells[1], Cell::Number(seconds[seconds.len().div_ceil(2) - 1]));
            assert_eq!(row.cells[4], Cell::Number(*seconds.last().unwrap()));
        }
        let ratings = service.store().ratings(season.centre.centre.id, &Period::default(), None, 10_000).unwrap();
        assert_eq!(ratings, season.ratings);
        let satisfied = ratings.iter().filter(|rating| rating.step >= RatingStep::Satisfied).count();
        assert_eq!(satisfied, 5_824);
    }
}

#[test]
fn a_season_with_ratings_goes_whole() {
    for database in TestDatabase::each() {
        let service = service(&database);
        let order =
            |seed| SeasonOrder { from: date("2019-03-04"), to: date("2019-03-08"), seed, scale: 1, replace: true };
        let first = service.simulate_season(&order(1), &mut |_, _, _| ControlFlow::Continue(())).unwrap();
        assert!(first.ratings > 100, "{first:?}");
        let second = service.simulate_season(&order(2), &mut |_, _, _| ControlFlow::Continue(())).unwrap();
        let gone = first.dossiers + first.home_deliveries + first.items + first.ratings;
        assert_eq!(second.replaced, gone as u64);
    }
}

#[test]
fn a_report_that_cannot_be_made_says_why() {
    let database = TestDatabase::sqlite();
    let service = service(&database);
    let ask = |from, to, by| {
        let request = ReportRequest { report: Report::Settlement, from: date(from), to: date(to), by };
        match service.report(&request).unwrap_err() {
            ServiceError::Invalid(problems) => format!("{}: {}", problems[0].field, problems[0].message),
            other => panic!("{other}"),
        }
    };
    assert_eq!(ask(LAST, FIRST, None), "to: 2019-01-04 is before from, which is 2019-06-15");
    assert_eq!(ask("2001-01-01", LAST, None), "to: a report is of at most 3660 days");
    assert_eq!(
        ask(FIRST, LAST, Some(Grouping::Courier)),
        "by: settlement is made by month, day, quarter, department, not by courier"
    );
    let future: Quarter = "2019-Q4".parse().unwrap();
    assert!(matches!(service.quarterly_report(future), Err(ServiceError::Invalid(_))));
    assert_eq!(service.last_quarter().unwrap().to_string(), "2019-Q2");
}

#[test]
fn a_report_is_a_sheet_for_programs_and_for_people() {
    let database = TestDatabase::sqlite();
    let service = with_season(&database);
    let report = made(&service, Report::Settlement, Some(Grouping::Quarter));
    let csv = String::from_utf8(report.csv()).unwrap();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "quarter,name,received,settled,on_time,late,on_time_percent");
    assert_eq!((lines.len(), lines[3]), (4, ""));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let received: i64 = rows.iter().map(|row| row[2].parse::<i64>().unwrap()).sum();
    assert_eq!(received, 25_031);

    let sheet = report.xlsx().unwrap();
    assert_eq!(sheet, report.xlsx().unwrap(), "the same report gives the same bytes");
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(sheet)).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let strings = part("xl/sharedStrings.xml");
    for text in ["Giải quyết hồ sơ, 04/01/2019 – 15/06/2019 – DỮ LIỆU MÔ PHỎNG", "Tiếp nhận", "2019-Q1", "Tổng cộng"]
    {
        assert!(strings.contains(text), "{text} is not in {strings}");
    }
    let cells = part("xl/worksheets/sheet1.xml");
    for value in ["<v>25031</v>", "<v>21578</v>", "<v>0.9968</v>"] {
        assert!(cells.contains(value), "{value} is not in {cells}");
    }
}

#[test]
fn the_laws_report_of_a_quarter_is_a_paper() {
    let database = TestDatabase::sqlite();
    let service = with_season(&database);
    let quarter: Quarter = "2019-Q1".parse().unwrap();
    let report = service.quarterly_report(quarter).unwrap();
    assert_eq!(report.due_before, date("2019-04-10"), "before the 10th of the next quarter");
    let other = service.quarterly_report(quarter.next()).unwrap();
    assert_eq!(report.settlement.received + other.settlement.received, 25_031);
    assert_eq!(report.homes.delivered + other.homes.delivered, 4_061);
    let pdf = service.quarterly_report_pdf(quarter).unwrap();
    if can_read() {
        let text = Paper::of(&pdf).text();
        let received = report.settlement.received;
        let received = format!("{}.{:03}", received / 1_000, received % 1_000);
        for part in [
            "BÁO CÁO QUÝ 1 NĂM 2019",
            "trước ngày 10/04/2019",
            "từ 01/01/2019 đến hết 31/03/2019",
            received.as_str(),
            "III. Mất mát, hư hỏng và bồi thường",
            "bằng chữ: Không đồng",
            "DỮ LIỆU MÔ PHỎNG",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
