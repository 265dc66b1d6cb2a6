use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
    web,
};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    blocking,
    caller::Caller,
    params::{NoQuery, Param, PathParams, QueryParams},
    places::local,
    problem::{Failure, Problem},
    problem_code::ProblemCode,
};
use crate::{
    domain::{
        Act, CentreData,
        report::{Cell, Grouping, Quarter, Report, Row},
    },
    service::{ReportRequest, ReportTable, Service},
};

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Param for Grouping {
    fn read(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|error| error.to_string())
    }
}

impl Param for Quarter {
    fn read(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|error| error.to_string())
    }
}

/// As what a report is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportFormat {
    Json,
    Csv,
    Xlsx,
}

impl Param for ReportFormat {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            other => Err(format!("{other:?} is no form of a report: expected json, csv or xlsx")),
        }
    }
}

impl ReportFormat {
    /// The first of the forms in the Accept header that a report has; JSON when there is none.
    fn accepted(request: &HttpRequest) -> Self {
        let accepts = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
        let types = accepts.flat_map(|list| list.split(',')).filter_map(|range| range.split(';').next());
        types
            .map(|range| range.trim().to_ascii_lowercase())
            .find_map(|range| match range.as_str() {
                CSV => Some(Self::Csv),
                XLSX => Some(Self::Xlsx),
                "application/json" => Some(Self::Json),
                _ => None,
            })
            .unwrap_or(Self::Json)
    }
}

/// A report that there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportInfo {
    /// Its word in paths.
    #[schema(example = "settlement")]
    name: &'static str,
    /// Its name in Vietnamese.
    title_vi: &'static str,
    /// Its name in English.
    title_en: &'static str,
    /// By what it can add up; the first when nobody says.
    by: Vec<&'static str>,
}

/// A column of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnOut {
    /// Its word in `values`.
    #[schema(example = "on_time_percent")]
    key: &'static str,
    /// Its name in Vietnamese.
    name_vi: &'static str,
    /// Its name in English.
    name_en: &'static str,
    /// `count`, `percent`, `second`, `metre` or `dong`.
    #[schema(example = "percent")]
    unit: &'static str,
}

/// A line of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowOut {
    /// A date, a month as `2019-06`, a quarter as `2019-Q2`, or a code; null for what belongs to none.
    key: Option<String>,
    /// The name of that for people.
    name: String,
    /// Of which leg, where legs are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    leg: Option<&'static str>,
    /// A number for each column; null where there is nothing to make one of.
    #[schema(value_type = Object, example = json!({ "settled": 21_648, "on_time_percent": 99.68 }))]
    values: Map<String, Value>,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportResponse {
    /// Which one.
    report: &'static str,
    /// The first day.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// By what it adds up.
    by: &'static str,
    /// Its columns.
    columns: Vec<ColumnOut>,
    /// Its lines.
    rows: Vec<RowOut>,
    /// All of them together: one line, or one for each leg.
    totals: Vec<RowOut>,
    /// Whether the numbers are of a synthetic season.
    synthetic: bool,
    /// When it was made.
    made_at: DateTime<FixedOffset>,
}

impl ReportResponse {
    pub(crate) fn of(centre: &CentreData, made: &ReportTable) -> Self {
        let columns = &made.table.columns;
        let value = |cell: Cell| match cell {
            Cell::Number(number) => number.into(),
            Cell::BasisPoints(points) => (f64::from(points) / 100.0).into(),
            Cell::Empty => Value::Null,
        };
        let row = |row: &Row| RowOut {
            key: row.key.clone(),
            name: row.name.clone(),
            leg: row.leg,
            values: columns.iter().zip(&row.cells).map(|(it, cell)| (it.key.to_owned(), value(*cell))).collect(),
        };
        Self {
            report: made.request.report.as_str(),
            from: made.request.from,
            to: made.request.to,
            by: made.by.as_str(),
            columns: columns
                .iter()
                .map(|it| ColumnOut { key: it.key, name_vi: it.vi, name_en: it.en, unit: it.unit.as_str() })
                .collect(),
            rows: made.table.rows.iter().map(row).collect(),
            totals: made.table.totals.iter().map(row).collect(),
            synthetic: made.synthetic,
            made_at: local(made.made_at, centre.centre.time_zone),
        }
    }
}

/// List the reports that there are.
#[utoipa::path(tag = "reports",
    responses(
        (status = 200, description = "Every report", body = [ReportInfo]),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/reports")]
pub(crate) async fn list_reports(caller: Caller, _: NoQuery) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadReports)?;
    let reports = Report::ALL.map(|report| ReportInfo {
        name: report.as_str(),
        title_vi: report.title().0,
        title_en: report.title().1,
        by: report.groupings().iter().map(|by| by.as_str()).collect(),
    });
    Ok(HttpResponse::Ok().json(reports))
}

/// Make a report from what was recorded, as JSON, CSV or a spreadsheet.
#[utoipa::path(tag = "reports",
    params(
        ("name" = String, Path, description = "The report: GET /v1/reports lists them", example = "settlement"),
        ("from" = NaiveDate, Query, description = "The first day", example = "2019-01-04"),
        ("to" = NaiveDate, Query, description = "The last day", example = "2019-06-15"),
        ("by" = Option<String>, Query, description = "By what it adds up: day, month, quarter, department, commune, courier or leg, as the report has them"),
        ("format" = Option<String>, Query, description = "json, csv or xlsx; else the Accept header decides"),
    ),
    responses(
        (status = 200, description = "The report", content(
            (ReportResponse = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/reports/{name}")]
pub(crate) async fn get_report(
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
    path: PathParams,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadReports)?;
    let name = path.text("name");
    let known = name.parse::<Report>();
    let report = known.map_err(|_| {
        Failure::new(ProblemCode::NOT_FOUND, "there is no such report: GET /v1/reports lists those there are")
    })?;
    let (from, to) = (query.get::<NaiveDate>("from"), query.get::<NaiveDate>("to"));
    for (name, given) in [("from", from), ("to", to)] {
        if given.is_none() {
            query.missing(name);
        }
    }
    let by = query.get::<Grouping>("by");
    let format = query.get::<ReportFormat>("format");
    query.finish()?;
    let (Some(from), Some(to)) = (from, to) else { return Err(Failure::parameter("from", "it is missing")) };
    let format = format.unwrap_or_else(|| ReportFormat::accepted(&request));
    let wanted = ReportRequest { report, from, to, by };
    let name = format!("{report}_{from}_{to}");
    let (content_type, bytes, extension) = blocking(&service, move |service| {
        let made = service.report(&wanted)?;
        Ok(match format {
            ReportFormat::Csv => ("text/csv; charset=utf-8", made.csv(), Some("csv")),
            ReportFormat::Xlsx => (XLSX, made.xlsx()?, Some("xlsx")),
            ReportFormat::Json => {
                let body = ReportResponse::of(&*service.centre()?, &made);
                let bytes =
                    serde_json::to_vec(&body).expect("response structs have string keys only, so they serialise");
                ("application/json", bytes, None)
            }
        })
    })
    .await
    .map_err(|failure: Failure| failure.of_parameters())?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::VARY, HeaderValue::from_static("Accept"))).content_type(content_type);
    if let Some(extension) = extension {
        response.insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{extension}\"")));
    }
    Ok(response.body(bytes))
}

/// The law's report of a quarter: volumes, complaints, losses, damages, compensation.
#[utoipa::path(tag = "reports",
    params(("quarter" = Option<String>, Query, description = "The quarter; the last one that is over when not given", example = "2019-Q2")),
    responses(
        (status = 200, description = "The report", content_type = "application/pdf", body = Vec<u8>),
        (status = "default", description = "Any failure", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/v1/reports/quarterly.pdf")]
pub(crate) async fn get_quarterly_report(
    service: web::Data<Service>,
    caller: Caller,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    caller.may(Act::ReadReports)?;
    let quarter = query.get::<Quarter>("quarter");
    query.finish()?;
    let (quarter, bytes) = blocking(&service, move |service| {
        let quarter = match quarter {
            Some(quarter) => quarter,
            None => service.last_quarter()?,
        };
        Ok((quarter, service.quarterly_report_pdf(quarter)?))
    })
    .await
    .map_err(|failure: Failure| failure.of_parameters())?;
    let name = format!("inline; filename=\"quarterly_{quarter}.pdf\"");
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(bytes))
}
