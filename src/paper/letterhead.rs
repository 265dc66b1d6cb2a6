//! What Vietnamese official papers begin with, and what they write alike.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{
    PaperError,
    code::Qr,
    flow::{Flow, Style},
    font::{Face, width},
    page::{Align, MM},
};

pub(super) const BODY: Style = Style::new(Face::Serif, 11.0, Align::Left);
pub(super) const STRONG: Style = Style::new(Face::Bold, 11.0, Align::Left);
pub(super) const CELL: Style = Style::new(Face::Serif, 9.5, Align::Left);
pub(super) const CELL_CENTRE: Style = Style::new(Face::Serif, 9.5, Align::Centre);
pub(super) const CELL_CODE: Style = Style::new(Face::Mono, 9.0, Align::Left);

/// The issuing office at the left, the State and its motto at the right.
pub(super) fn letterhead(flow: &mut Flow, office: &str) {
    let (left, room) = (flow.left(), flow.room());
    let (own, gap) = (room * 0.44, room * 0.04);
    let top = flow.y();
    let head = Style::new(Face::Bold, 11.0, Align::Centre);
    flow.text_between((left, own), &office.to_uppercase(), head);
    underline(flow, (left, own), own * 0.35);
    let below = flow.y();
    flow.set_y(top);
    let right = (left + own + gap, room - own - gap);
    flow.text_between(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", head);
    let motto = "Độc lập – Tự do – Hạnh phúc";
    flow.text_between(right, motto, head);
    underline(flow, right, width(motto, Face::Bold) * head.size);
    flow.set_y(below.max(flow.y()) + 10.0);
}

fn underline(flow: &mut Flow, (x, room): (f32, f32), length: f32) {
    let (x, y) = (x + (room - length) / 2.0, flow.y() + 1.5);
    flow.page().rule((x, y), (x + length, y), 0.6);
    flow.gap(4.0);
}

/// The paper's title and what stands below it.
pub(super) fn title(flow: &mut Flow, title: &str, below: &str) {
    flow.gap(6.0);
    flow.text(&title.to_uppercase(), Style::new(Face::Bold, 15.0, Align::Centre));
    if !below.is_empty() {
        flow.text(below, Style::new(Face::Italic, 11.0, Align::Centre));
    }
    flow.gap(8.0);
}

/// A name in bold and its value beside it, `indent` points from the left margin.
pub(super) fn fact(flow: &mut Flow, name: &str, value: &str) {
    let label = format!("{name}: ");
    let indent = width(&label, STRONG.face) * STRONG.size + 3.0;
    let (left, room) = (flow.left(), flow.room());
    flow.ensure(16.0);
    let top = flow.y();
    flow.text(&label, STRONG);
    flow.set_y(top);
    flow.text_between((left + indent, room - indent), value, BODY);
    flow.gap(1.5);
}

/// Boxes in which to sign, side by side, each with its title and the name below.
pub(super) fn signatures(flow: &mut Flow, boxes: &[(&str, &str)]) {
    let height = 100.0;
    flow.ensure(height);
    flow.gap(10.0);
    let (left, room, top) = (flow.left(), flow.room(), flow.y());
    #[expect(clippy::cast_precision_loss, reason = "few people sign")]
    let each = room / boxes.len().max(1) as f32;
    let mut x = left;
    for (title, name) in boxes {
        flow.set_y(top);
        let place = (x + 4.0, each - 8.0);
        flow.text_between(place, title, Style::new(Face::Bold, 11.0, Align::Centre));
        flow.text_between(place, "(ký, ghi rõ họ tên)", Style::new(Face::Italic, 9.5, Align::Centre));
        flow.set_y(top + height - 28.0);
        flow.text_between(place, name, Style::new(Face::Serif, 10.5, Align::Centre));
        x += each;
    }
    flow.set_y(top + height);
}

/// A code at the right margin with lines of text at its left.
pub(super) fn code_beside(
    flow: &mut Flow,
    code: &str,
    side_mm: f32,
    lines: &[(String, Style)],
) -> Result<(), PaperError> {
    let qr = Qr::of(code)?;
    let side = side_mm * MM;
    flow.ensure(side + 6.0);
    flow.gap(6.0);
    let (left, room, top) = (flow.left(), flow.room(), flow.y());
    flow.page().code((left + room - side, top), side, qr);
    for (text, style) in lines {
        flow.text_between((left, room - side - 10.0), text, *style);
        flow.gap(1.5);
    }
    let below = flow.y().max(top + side);
    flow.set_y(below);
    Ok(())
}

/// `01:10 ngày 14/06/2019`.
pub(super) fn moment(at: NaiveDateTime) -> String {
    format!("{:02}:{:02} ngày {}", at.hour(), at.minute(), day(at))
}

/// `14/06/2019`.
pub(super) fn day(at: NaiveDateTime) -> String {
    format!("{:02}/{:02}/{}", at.day(), at.month(), at.year())
}

/// `01:10`.
pub(super) fn clock(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// What stands at the foot of each page.
pub(super) fn foot(name: &str, printed_at: NaiveDateTime, synthetic: bool) -> String {
    let mark = if synthetic { " – DỮ LIỆU MÔ PHỎNG, không có giá trị" } else { "" };
    format!("{name} – in lúc {}{mark}", moment(printed_at))
}

/// The first letter as a capital.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
