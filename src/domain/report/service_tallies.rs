//! Reports for the inner side of the service: runs, legs, discrepancies, losses, complaints, couriers.

use super::{
    Cell, Column, Rate, Tally, Unit, nearest_rank,
    tallies::{count, number, percent},
};

/// Adds the named counts of `$other` to those of `$this`.
macro_rules! add_counts {
    ($this:ident, $other:ident: $($field:ident)+) => { $($this.$field += $other.$field;)+ };
}

/// Routes of runs and rounds as planned and as scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunTally {
    /// Routes planned.
    pub routes: u64,
    /// Of them with scans.
    pub seen: u64,
    /// Of those that left on time.
    pub left_on_time: u64,
    /// Of those that were back on time.
    pub back_on_time: u64,
    /// Stops of the routes with scans, depots not counted.
    pub stops: u64,
    /// Of them scanned at.
    pub stops_seen: u64,
    /// Of those in time.
    pub stops_on_time: u64,
}

impl Tally for RunTally {
    fn columns() -> Vec<Column> {
        vec![
            count("routes", "Lộ trình theo kế hoạch", "Routes planned"),
            count("seen", "Có quét", "With scans"),
            count("left_on_time", "Xuất phát đúng giờ", "Left on time"),
            percent("left_on_time_percent", "Tỷ lệ xuất phát đúng giờ", "Left-on-time rate"),
            count("back_on_time", "Về đúng giờ", "Back on time"),
            percent("back_on_time_percent", "Tỷ lệ về đúng giờ", "Back-on-time rate"),
            count("stops", "Điểm dừng", "Stops"),
            count("stops_seen", "Điểm dừng có quét", "Stops with scans"),
            count("stops_on_time", "Điểm dừng đúng giờ", "Stops on time"),
            percent("stops_on_time_percent", "Tỷ lệ điểm dừng đúng giờ", "Stop punctuality"),
        ]
    }

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: routes seen left_on_time back_on_time stops stops_seen stops_on_time);
    }

    fn cells(&self) -> Vec<Cell> {
        let rate = |part, whole| Rate { part, whole }.cell();
        vec![
            number(self.routes),
            number(self.seen),
            number(self.left_on_time),
            rate(self.left_on_time, self.seen),
            number(self.back_on_time),
            rate(self.back_on_time, self.seen),
            number(self.stops),
            number(self.stops_seen),
            number(self.stops_on_time),
            rate(self.stops_on_time, self.stops_seen),
        ]
    }
}

/// How long things took on a leg.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransitTally {
    /// Each of them, seconds, in any order.
    pub seconds: Vec<i64>,
}

impl Tally for TransitTally {
    fn columns() -> Vec<Column> {
        let seconds = |key, vi, en| Column { key, vi, en, unit: Unit::Second };
        vec![
            count("items", "Bưu gửi", "Items"),
            seconds("p50_s", "Trung vị (giây)", "Median, seconds"),
            seconds("p90_s", "90 % không quá (giây)", "90th percentile, seconds"),
            seconds("p95_s", "95 % không quá (giây)", "95th percentile, seconds"),
            seconds("max_s", "Lâu nhất (giây)", "Longest, seconds"),
        ]
    }

    fn add(&mut self, other: &Self) {
        self.seconds.extend_from_slice(&other.seconds);
    }

    fn cells(&self) -> Vec<Cell> {
        let mut sorted = self.seconds.clone();
        sorted.sort_unstable();
        let rank = |percent| nearest_rank(&sorted, percent).map_or(Cell::Empty, Cell::Number);
        vec![number(sorted.len() as u64), rank(50), rank(90), rank(95), rank(100)]
    }
}

/// What had to be explained, by the day from which it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscrepancyTally {
    /// Raised.
    pub raised: u64,
    /// Of them explained by later scans.
    pub explained: u64,
    /// Of them resolved by somebody.
    pub resolved: u64,
    /// Explained or resolved by the time they had to be.
    pub in_time: u64,
}

impl Tally for DiscrepancyTally {
    fn columns() -> Vec<Column> {
        vec![
            count("raised", "Phát sinh", "Raised"),
            count("explained", "Quét sau đã làm rõ", "Explained by scans"),
            count("resolved", "Đã giải quyết", "Resolved"),
            count("open", "Chưa giải quyết", "Open"),
            percent("in_time_percent", "Tỷ lệ làm rõ đúng hạn", "Closed in time"),
        ]
    }

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: raised explained resolved in_time);
    }

    fn cells(&self) -> Vec<Cell> {
        let open = self.raised.saturating_sub(self.explained + self.resolved);
        vec![
            number(self.raised),
            number(self.explained),
            number(self.resolved),
            number(open),
            Rate { part: self.in_time, whole: self.raised }.cell(),
        ]
    }
}

/// What was lost or damaged, and what was paid for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LossTally {
    /// Things that were missed.
    pub missed: u64,
    /// Of them those that later scans found again.
    pub found: u64,
    /// Things reported damaged.
    pub damaged: u64,
    /// Compensations for losses.
    pub paid_lost: u64,
    /// Compensations for damages.
    pub paid_damaged: u64,
    /// What they come to, đồng.
    pub dong: u64,
}

impl Tally for LossTally {
    fn columns() -> Vec<Column> {
        vec![
            count("missed", "Báo thiếu", "Missed"),
            count("found", "Tìm thấy lại", "Found again"),
            count("lost", "Mất", "Lost"),
            count("damaged", "Hư hỏng", "Damaged"),
            count("compensated_lost", "Bồi thường do mất", "Losses compensated"),
            count("compensated_damaged", "Bồi thường do hư hỏng", "Damages compensated"),
            Column {
                key: "compensation_dong",
                vi: "Tiền bồi thường (đồng)",
                en: "Compensation, đồng",
                unit: Unit::Dong,
            },
        ]
    }

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: missed found damaged paid_lost paid_damaged dong);
    }

    fn cells(&self) -> Vec<Cell> {
        let lost = self.missed.saturating_sub(self.found);
        let counts = [self.missed, self.found, lost, self.damaged, self.paid_lost, self.paid_damaged, self.dong];
        counts.map(number).into()
    }
}

/// Complaints, by the day on which they were received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComplaintTally {
    /// Received.
    pub received: u64,
    /// Of them answered.
    pub answered: u64,
    /// Of those by their last day in time.
    pub in_time: u64,
    /// Not answered, and their last day in time is over.
    pub overdue: u64,
}

impl Tally for ComplaintTally {
    fn columns() -> Vec<Column> {
        vec![
            count("received", "Tiếp nhận", "Received"),
            count("answered", "Đã trả lời", "Answered"),
            count("in_time", "Trả lời đúng hạn", "Answered in time"),
            percent("in_time_percent", "Tỷ lệ trả lời đúng hạn", "In-time rate"),
            count("open", "Chưa trả lời", "Open"),
            count("overdue", "Quá hạn chưa trả lời", "Overdue"),
        ]
    }

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: received answered in_time overdue);
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            number(self.received),
            number(self.answered),
            number(self.in_time),
            Rate { part: self.in_time, whole: self.answered }.cell(),
            number(self.received.saturating_sub(self.answered)),
            number(self.overdue),
        ]
    }
}

/// How much is ridden, by the plans in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadTally {
    /// Routes.
    pub routes: u64,
    /// Their stops, depots not counted.
    pub stops: u64,
    /// Items that come on board.
    pub items: u64,
    /// Their way, metres.
    pub distance_m: u64,
    /// Time out, seconds.
    pub duration_s: u64,
}

impl Tally for LoadTally {
    fn columns() -> Vec<Column> {
        vec![
            count("routes", "Lộ trình", "Routes"),
            count("stops", "Điểm dừng", "Stops"),
            count("items", "Bưu gửi", "Items"),
            Column { key: "distance_m", vi: "Quãng đường (m)", en: "Distance, metres", unit: Unit::Metre },
            Column { key: "duration_s", vi: "Thời gian đi (giây)", en: "Time out, seconds", unit: Unit::Second },
        ]
    }

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: routes stops items distance_m duration_s);
    }

    fn cells(&self) -> Vec<Cell> {
        [self.routes, self.stops, self.items, self.distance_m, self.duration_s].map(number).into()
    }
}
