//! The quarterly report of the postal part of the service (báo cáo quý): volumes, complaints, losses, damages, compensation.

use chrono::{NaiveDate, NaiveDateTime};

use super::{
    PaperError,
    flow::{Cell, Flow, columns},
    letterhead::{BODY, CELL, CELL_CENTRE, STRONG, capital, fact, foot, letterhead, signatures, title},
    words::in_words,
};
use crate::domain::report::{ComplaintTally, HomeTally, LossTally, Quarter, Rate, SatisfactionTally, SettlementTally};

/// What a quarter came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarterlyPaper {
    /// The centre's name.
    pub centre: String,
    /// The quarter.
    pub quarter: Quarter,
    /// The day before which it has to be in.
    pub due_before: NaiveDate,
    /// Dossiers.
    pub settlement: SettlementTally,
    /// Ratings.
    pub satisfaction: SatisfactionTally,
    /// Results brought home.
    pub homes: HomeTally,
    /// Complaints.
    pub complaints: ComplaintTally,
    /// Losses and damages.
    pub losses: LossTally,
    /// Legs on which something was carried, of runs and rounds together.
    pub legs_carried: u64,
    /// When it is printed, on the centre's clocks.
    pub printed_at: NaiveDateTime,
    /// Whether the figures are of a synthetic season.
    pub synthetic: bool,
}

/// `99,68 %`, as it is written in Vietnamese.
fn percent(rate: Rate) -> String {
    rate.basis_points().map_or_else(|| "–".to_owned(), |points| format!("{},{:02} %", points / 100, points % 100))
}

/// `25.031`, as it is written in Vietnamese.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// The report as PDF.
///
/// # Errors
/// [`PaperError`] when it cannot be rendered.
pub fn quarterly_pdf(report: &QuarterlyPaper) -> Result<Vec<u8>, PaperError> {
    let mut flow = Flow::a4(false);
    letterhead(&mut flow, &report.centre);
    let (number, year) = (report.quarter.number(), report.quarter.year());
    let name = format!("Báo cáo quý {number} năm {year}");
    title(&mut flow, &name, "về việc tiếp nhận hồ sơ, trả kết quả giải quyết thủ tục hành chính qua dịch vụ bưu chính");
    let date = |date: NaiveDate| date.format("%d/%m/%Y").to_string();
    let days = format!("từ {} đến hết {}", date(report.quarter.first_day()), date(report.quarter.last_day()));
    fact(&mut flow, "Kỳ báo cáo", &days);
    fact(&mut flow, "Thời hạn gửi", &format!("trước ngày {}", date(report.due_before)));
    if report.synthetic {
        fact(&mut flow, "Lưu ý", "số liệu mô phỏng, không có giá trị báo cáo");
    }
    table(&mut flow, "I. Sản lượng", &volumes(report));
    table(&mut flow, "II. Khiếu nại", &complaints(&report.complaints));
    table(&mut flow, "III. Mất mát, hư hỏng và bồi thường", &losses(&report.losses));
    flow.gap(4.0);
    let dong = report.losses.dong;
    let words = capital(&in_words(dong));
    flow.text(&format!("Tổng tiền bồi thường: {} đồng (bằng chữ: {words} đồng).", grouped(dong)), STRONG);
    flow.text("Số liệu được tính từ các sự kiện đã ghi nhận trong hệ thống.", BODY);
    signatures(&mut flow, &[("Người lập báo cáo", ""), ("Thủ trưởng đơn vị", "")]);
    flow.finish(&name, &foot(&name, report.printed_at, report.synthetic))
}

type Line = (&'static str, String);

fn volumes(report: &QuarterlyPaper) -> Vec<Line> {
    let (settlement, homes, said) = (&report.settlement, &report.homes, &report.satisfaction);
    vec![
        ("Hồ sơ tiếp nhận", grouped(settlement.received)),
        ("Hồ sơ đã giải quyết", grouped(settlement.settled)),
        ("– trong đó trước và đúng hạn", grouped(settlement.on_time)),
        ("Tỷ lệ giải quyết trước và đúng hạn", percent(settlement.on_time_rate())),
        ("Lượt luân chuyển bưu gửi, túi tài liệu", grouped(report.legs_carried)),
        ("Kết quả đăng ký trả tại nhà", grouped(homes.asked)),
        ("Kết quả đã trả tại nhà", grouped(homes.delivered)),
        ("Tỷ lệ trả tại nhà đúng thời hạn", percent(homes.in_time_rate())),
        ("Lần phát không thành", grouped(homes.failed_attempts)),
        ("Lượt đánh giá mức độ hài lòng", grouped(said.satisfaction_rate().whole)),
        ("Tỷ lệ hài lòng", percent(said.satisfaction_rate())),
    ]
}

fn complaints(said: &ComplaintTally) -> Vec<Line> {
    vec![
        ("Khiếu nại tiếp nhận", grouped(said.received)),
        ("Khiếu nại đã trả lời", grouped(said.answered)),
        ("– trong đó đúng thời hạn", grouped(said.in_time)),
        ("Khiếu nại chưa trả lời", grouped(said.received.saturating_sub(said.answered))),
        ("– trong đó đã quá thời hạn", grouped(said.overdue)),
    ]
}

fn losses(lost: &LossTally) -> Vec<Line> {
    vec![
        ("Bưu gửi báo thiếu", grouped(lost.missed)),
        ("– trong đó đã tìm thấy", grouped(lost.found)),
        ("Bưu gửi mất", grouped(lost.missed.saturating_sub(lost.found))),
        ("Bưu gửi hư hỏng", grouped(lost.damaged)),
        ("Vụ bồi thường do mất", grouped(lost.paid_lost)),
        ("Vụ bồi thường do hư hỏng", grouped(lost.paid_damaged)),
        ("Tiền bồi thường (đồng)", grouped(lost.dong)),
    ]
}

fn table(flow: &mut Flow, heading: &str, lines: &[Line]) {
    flow.gap(8.0);
    flow.ensure(60.0);
    flow.text(heading, STRONG);
    flow.gap(3.0);
    let room = flow.room();
    flow.begin_table(columns(room, &[("STT", 8.0), ("Chỉ tiêu", 67.0), ("Số liệu", 25.0)]));
    for (n, (name, value)) in lines.iter().enumerate() {
        flow.row(vec![
            Cell::Text((n + 1).to_string(), CELL_CENTRE),
            Cell::Text((*name).to_owned(), CELL),
            Cell::Text(value.clone(), CELL_CENTRE),
        ]);
    }
    flow.end_table();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_vietnamese() {
        assert_eq!([0, 999, 1_000, 25_031, 1_234_567].map(grouped), ["0", "999", "1.000", "25.031", "1.234.567"]);
        assert_eq!(percent(Rate { part: 21_578, whole: 21_648 }), "99,68 %");
        assert_eq!(percent(Rate { part: 1, whole: 1 }), "100,00 %");
        assert_eq!(percent(Rate { part: 0, whole: 0 }), "–");
    }
}
