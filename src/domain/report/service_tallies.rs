//! Reports for the inner side of the service: runs, legs, discrepancies, losses, complaints, couriers.

use super::{Measure, Rate, Tally, Unit, measure::add_counts, nearest_rank};

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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("routes", "Lộ trình theo kế hoạch", "Routes planned", |it| it.routes),
        Measure::count("seen", "Có quét", "With scans", |it| it.seen),
        Measure::count("left_on_time", "Xuất phát đúng giờ", "Left on time", |it| it.left_on_time),
        Measure::rate("left_on_time_percent", "Tỷ lệ xuất phát đúng giờ", "Left-on-time rate", |it| Rate {
            part: it.left_on_time,
            whole: it.seen,
        }),
        Measure::count("back_on_time", "Về đúng giờ", "Back on time", |it| it.back_on_time),
        Measure::rate("back_on_time_percent", "Tỷ lệ về đúng giờ", "Back-on-time rate", |it| Rate {
            part: it.back_on_time,
            whole: it.seen,
        }),
        Measure::count("stops", "Điểm dừng", "Stops", |it| it.stops),
        Measure::count("stops_seen", "Điểm dừng có quét", "Stops with scans", |it| it.stops_seen),
        Measure::count("stops_on_time", "Điểm dừng đúng giờ", "Stops on time", |it| it.stops_on_time),
        Measure::rate("stops_on_time_percent", "Tỷ lệ điểm dừng đúng giờ", "Stop punctuality", |it| {
            Rate { part: it.stops_on_time, whole: it.stops_seen }
        }),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: routes seen left_on_time back_on_time stops stops_seen stops_on_time);
    }
}

/// How long things took on a leg.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransitTally {
    /// Each of them, seconds, in any order.
    pub seconds: Vec<i64>,
}

impl TransitTally {
    fn rank(&self, percent: u32) -> Option<i64> {
        let mut sorted = self.seconds.clone();
        sorted.sort_unstable();
        nearest_rank(&sorted, percent)
    }
}

impl Tally for TransitTally {
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("items", "Bưu gửi", "Items", |it| it.seconds.len() as u64),
        Measure::seconds("p50_s", "Trung vị (giây)", "Median, seconds", |it| it.rank(50)),
        Measure::seconds("p90_s", "90 % không quá (giây)", "90th percentile, seconds", |it| it.rank(90)),
        Measure::seconds("p95_s", "95 % không quá (giây)", "95th percentile, seconds", |it| it.rank(95)),
        Measure::seconds("max_s", "Lâu nhất (giây)", "Longest, seconds", |it| it.rank(100)),
    ];

    fn add(&mut self, other: &Self) {
        self.seconds.extend_from_slice(&other.seconds);
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("raised", "Phát sinh", "Raised", |it| it.raised),
        Measure::count("explained", "Quét sau đã làm rõ", "Explained by scans", |it| it.explained),
        Measure::count("resolved", "Đã giải quyết", "Resolved", |it| it.resolved),
        Measure::count("open", "Chưa giải quyết", "Open", |it| {
            it.raised.saturating_sub(it.explained + it.resolved)
        }),
        Measure::rate("in_time_percent", "Tỷ lệ làm rõ đúng hạn", "Closed in time", |it| Rate {
            part: it.in_time,
            whole: it.raised,
        }),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: raised explained resolved in_time);
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("missed", "Báo thiếu", "Missed", |it| it.missed),
        Measure::count("found", "Tìm thấy lại", "Found again", |it| it.found),
        Measure::count("lost", "Mất", "Lost", |it| it.missed.saturating_sub(it.found)),
        Measure::count("damaged", "Hư hỏng", "Damaged", |it| it.damaged),
        Measure::count("compensated_lost", "Bồi thường do mất", "Losses compensated", |it| it.paid_lost),
        Measure::count("compensated_damaged", "Bồi thường do hư hỏng", "Damages compensated", |it| {
            it.paid_damaged
        }),
        Measure::amount(Unit::Dong, "compensation_dong", "Tiền bồi thường (đồng)", "Compensation, đồng", |it| it.dong),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: missed found damaged paid_lost paid_damaged dong);
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("received", "Tiếp nhận", "Received", |it| it.received),
        Measure::count("answered", "Đã trả lời", "Answered", |it| it.answered),
        Measure::count("in_time", "Trả lời đúng hạn", "Answered in time", |it| it.in_time),
        Measure::rate("in_time_percent", "Tỷ lệ trả lời đúng hạn", "In-time rate", |it| Rate {
            part: it.in_time,
            whole: it.answered,
        }),
        Measure::count("open", "Chưa trả lời", "Open", |it| it.received.saturating_sub(it.answered)),
        Measure::count("overdue", "Quá hạn chưa trả lời", "Overdue", |it| it.overdue),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: received answered in_time overdue);
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
    const MEASURES: &'static [Measure<Self>] = &[
        Measure::count("routes", "Lộ trình", "Routes", |it| it.routes),
        Measure::count("stops", "Điểm dừng", "Stops", |it| it.stops),
        Measure::count("items", "Bưu gửi", "Items", |it| it.items),
        Measure::amount(Unit::Metre, "distance_m", "Quãng đường (m)", "Distance, metres", |it| it.distance_m),
        Measure::amount(Unit::Second, "duration_s", "Thời gian đi (giây)", "Time out, seconds", |it| it.duration_s),
    ];

    fn add(&mut self, other: &Self) {
        add_counts!(self, other: routes stops items distance_m duration_s);
    }
}
