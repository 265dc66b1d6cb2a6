//! Figures for those who answer for the service: formulas over what was recorded, and nothing else.
//!
//! A *tally* holds the counts of one report and knows its formulas; tallies add up. A *fact* is a tally of some day, department,
//! commune, courier or leg, as the database has counted it. [`tabulate`] adds facts up by a [`Grouping`] and makes a [`Table`] of
//! them, which is shown as JSON, CSV or a spreadsheet elsewhere. The figures that the centre publishes follow from the same
//! formulas.
//!
//! What it does not know: where facts come from, the clock, files.

mod formulas;
mod grouping;
mod punctuality;
mod service_tallies;
mod table;
mod tallies;

pub use formulas::{HomeClock, Quarter, Rate, nearest_rank};
pub use grouping::{Dimensions, Fact, Grouping, Tally, TransitLeg, tabulate};
pub use punctuality::{PlannedHalt, Sighting, punctuality};
pub use service_tallies::{ComplaintTally, DiscrepancyTally, LoadTally, LossTally, RunTally, TransitTally};
pub use table::{Cell, Column, Row, Table, Unit};
pub use tallies::{HomeTally, SatisfactionTally, SettlementTally};

/// A report that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Report {
    /// Dossiers received and settled, and how many of these on time.
    Settlement,
    /// What rating devices and links took in.
    Satisfaction,
    /// Results brought home.
    HomeDeliveries,
    /// Runs and rounds as planned and as scanned.
    RunPunctuality,
    /// How long things took on each leg.
    TransitTime,
    /// What had to be explained.
    Discrepancies,
    /// What was lost or damaged, and what was paid for it.
    Losses,
    /// Complaints and their legal clock.
    Complaints,
    /// How much each courier rides.
    CourierLoad,
}

impl Report {
    /// Every report.
    pub const ALL: [Self; 9] = [
        Self::Settlement,
        Self::Satisfaction,
        Self::HomeDeliveries,
        Self::RunPunctuality,
        Self::TransitTime,
        Self::Discrepancies,
        Self::Losses,
        Self::Complaints,
        Self::CourierLoad,
    ];
    const WORDS: [(&'static str, Self); 9] = [
        ("settlement", Self::Settlement),
        ("satisfaction", Self::Satisfaction),
        ("home_deliveries", Self::HomeDeliveries),
        ("run_punctuality", Self::RunPunctuality),
        ("transit_time", Self::TransitTime),
        ("discrepancies", Self::Discrepancies),
        ("losses", Self::Losses),
        ("complaints", Self::Complaints),
        ("courier_load", Self::CourierLoad),
    ];

    /// Its name for people: Vietnamese, then English.
    #[must_use]
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Settlement => ("Giải quyết hồ sơ", "Settlement of dossiers"),
            Self::Satisfaction => ("Mức độ hài lòng", "Satisfaction"),
            Self::HomeDeliveries => ("Trả kết quả tại nhà", "Home deliveries"),
            Self::RunPunctuality => ("Đúng giờ của các chuyến", "Punctuality of runs"),
            Self::TransitTime => ("Thời gian luân chuyển", "Transit time"),
            Self::Discrepancies => ("Sai lệch giao nhận", "Discrepancies"),
            Self::Losses => ("Mất mát, hư hỏng", "Losses and damages"),
            Self::Complaints => ("Khiếu nại", "Complaints"),
            Self::CourierLoad => ("Khối lượng của nhân viên chuyển phát", "Load of couriers"),
        }
    }

    /// By what its facts can be added up; the first is meant when nobody says.
    #[must_use]
    pub fn groupings(self) -> &'static [Grouping] {
        use Grouping::{Commune, Courier, Day, Department, Leg, Month, Quarter};
        match self {
            Self::Satisfaction | Self::HomeDeliveries | Self::Complaints => &[Month, Day, Quarter, Department, Commune],
            Self::RunPunctuality => &[Month, Day, Quarter, Courier],
            Self::TransitTime => &[Leg, Day, Month, Quarter, Department],
            Self::Settlement | Self::Discrepancies | Self::Losses => &[Month, Day, Quarter, Department],
            Self::CourierLoad => &[Courier, Day, Month, Quarter],
        }
    }
}

word_enum!(Report, "report");
