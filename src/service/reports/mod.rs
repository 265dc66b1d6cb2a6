//! Reports from recorded events.
//!
//! The database counts, [`crate::domain::report`] adds up and divides; here the two are brought together for the days asked for.
//! `facts` turns counts into facts, `quarterly` makes the report that the law asks for.

mod facts;
mod quarterly;
mod trips;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{FieldProblem, Service, ServiceError};
use crate::{
    domain::{
        CentreData, DayClock,
        report::{Dimensions, Fact, Grouping, Quarter, Report, Table, Tally, tabulate},
    },
    paper::{SheetLanguage, sheet_csv, sheet_xlsx},
    store::Stretch,
};

/// The longest period of a report, days: ten years.
const DAYS_MAX: i64 = 3_660;

/// A report to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportRequest {
    /// Which one.
    pub report: Report,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// By what it adds up; the report's own first choice when `None`.
    pub by: Option<Grouping>,
}

/// A report as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTable {
    /// What was asked for.
    pub request: ReportRequest,
    /// By what it adds up.
    pub by: Grouping,
    /// The numbers.
    pub table: Table,
    /// Whether they are of a synthetic season.
    pub synthetic: bool,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// The days of a report with what reading them needs.
struct Span<'a> {
    centre: &'a CentreData,
    from: NaiveDate,
    to: NaiveDate,
    stretches: Vec<Stretch>,
}

impl<'a> Span<'a> {
    fn new(centre: &'a CentreData, from: NaiveDate, to: NaiveDate) -> Result<Self, ServiceError> {
        let refuse = |message: String| Err(ServiceError::Invalid(vec![FieldProblem::new("to", message)]));
        if to < from {
            return refuse(format!("{to} is before from, which is {from}"));
        }
        if (to - from).num_days() > DAYS_MAX {
            return refuse(format!("a report is of at most {DAYS_MAX} days"));
        }
        Ok(Self { centre, from, to, stretches: stretches(from, to, centre.centre.time_zone) })
    }
}

impl Service {
    /// Makes a report.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for an empty or overlong period and for a grouping that the report does not have.
    pub fn report(&self, request: &ReportRequest) -> Result<ReportTable, ServiceError> {
        let centre = self.centre()?;
        let groupings = request.report.groupings();
        let by = request.by.unwrap_or(groupings[0]);
        if !groupings.contains(&by) {
            let known: Vec<&str> = groupings.iter().map(|known| known.as_str()).collect();
            let message = format!("{} is made by {}, not by {by}", request.report, known.join(", "));
            return Err(ServiceError::Invalid(vec![FieldProblem::new("by", message)]));
        }
        let span = Span::new(&centre, request.from, request.to)?;
        let table = match request.report {
            Report::Settlement => tabulate(&self.settlement_facts(&span)?, by, &centre),
            Report::Satisfaction => tabulate(&self.satisfaction_facts(&span)?, by, &centre),
            Report::HomeDeliveries => tabulate(&self.home_facts(&span)?, by, &centre),
            Report::RunPunctuality => tabulate(&self.run_facts(&span)?, by, &centre),
            Report::TransitTime => tabulate(&self.transit_facts(&span)?, by, &centre),
            Report::Discrepancies => tabulate(&self.discrepancy_facts(&span)?, by, &centre),
            Report::Losses => tabulate(&self.loss_facts(&span)?, by, &centre),
            Report::Complaints => tabulate(&self.complaint_facts(&span)?, by, &centre),
            Report::CourierLoad => tabulate(&self.load_facts(&span)?, by, &centre),
        };
        let synthetic = self.holds_a_synthetic_season(&centre)?;
        Ok(ReportTable { request: *request, by, table, synthetic, made_at: self.now() })
    }

    /// The quarter before the one in which it is now.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn last_quarter(&self) -> Result<Quarter, ServiceError> {
        let zone = self.centre()?.centre.time_zone;
        let first = Quarter::of(DayClock::date_of(self.now(), zone)).first_day();
        Ok(Quarter::of(first.checked_sub_days(Days::new(1)).unwrap_or(first)))
    }
}

impl ReportTable {
    /// The report as CSV.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        sheet_csv(&self.table, self.by)
    }

    /// The report as a spreadsheet, its heads in Vietnamese.
    ///
    /// # Errors
    /// [`ServiceError::Paper`] when it cannot be written.
    pub fn xlsx(&self) -> Result<Vec<u8>, ServiceError> {
        let (vi, _) = self.request.report.title();
        let mark = if self.synthetic { " – DỮ LIỆU MÔ PHỎNG" } else { "" };
        let title =
            format!("{vi}, {} – {}{mark}", self.request.from.format("%d/%m/%Y"), self.request.to.format("%d/%m/%Y"));
        Ok(sheet_xlsx(&self.table, &title, SheetLanguage::Vietnamese, self.made_at)?)
    }
}

/// The days from `from` to `to` in stretches of one offset.
fn stretches(from: NaiveDate, to: NaiveDate, zone: Tz) -> Vec<Stretch> {
    use chrono::Offset as _;
    let begin = |date: NaiveDate| DayClock::new(date, zone).instant(0);
    let offset = |at: DateTime<Utc>| i64::from(at.with_timezone(&zone).offset().fix().local_minus_utc());
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut put = |from: DateTime<Utc>, until: DateTime<Utc>, offset_s: i64| match stretches.last_mut() {
        Some(last) if last.offset_s == offset_s && last.until == from => last.until = until,
        _ => stretches.push(Stretch { from, until, offset_s }),
    };
    for date in from.iter_days().take_while(|date| *date <= to) {
        let (start, end) = (begin(date), begin(date.succ_opt().unwrap_or(date)));
        let (before, after) = (offset(start), offset(end));
        if before == after {
            put(start, end, before);
            continue;
        }
        // The clocks are changed on this day: find the second.
        let (mut low, mut high) = (start, end);
        while high - low > TimeDelta::seconds(1) {
            let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
            if offset(middle) == before { low = middle } else { high = middle }
        }
        put(start, high, before);
        put(high, end, after);
    }
    stretches
}

/// A fact of a day.
fn of_day<T: Tally>(day: NaiveDate, tally: T) -> Fact<T> {
    Fact { of: Dimensions::of_day(day), tally }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_cut_where_clocks_are_changed() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let vietnam = stretches(date("2019-01-04"), date("2019-06-15"), chrono_tz::Asia::Ho_Chi_Minh);
        assert_eq!(vietnam.len(), 1);
        assert_eq!(vietnam[0].offset_s, 7 * 3_600);
        assert_eq!((vietnam[0].until - vietnam[0].from).num_days(), 163);
        let paris = stretches(date("2019-03-30"), date("2019-04-01"), chrono_tz::Europe::Paris);
        let offsets: Vec<i64> = paris.iter().map(|stretch| stretch.offset_s / 3_600).collect();
        assert_eq!(offsets, [1, 2]);
        assert_eq!(paris[0].until.to_rfc3339(), "2019-03-31T01:00:00+00:00");
        assert_eq!(paris[0].until, paris[1].from);
    }
}
