//! The minute of a handover (biên bản giao nhận): giver and receiver count together and both sign (QĐ 45/2016/QĐ-TTg
//! Điều 7).

use chrono::NaiveDateTime;

use super::{
    PaperError,
    flow::{Cell, Flow, columns},
    letterhead::{
        BODY, CELL, CELL_CENTRE, CELL_CODE, STRONG, capital, fact, foot, letterhead, moment, signatures, title,
    },
    words::in_words,
};

/// The minute of one handover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinutePaper {
    /// The centre's name.
    pub centre: String,
    /// The rule that demands it, from the forms in force.
    pub regulation: String,
    /// Its title, from the forms in force.
    pub title: String,
    /// Who gave.
    pub giver: String,
    /// Who received.
    pub receiver: String,
    /// Where.
    pub place: Option<String>,
    /// When it was given, on the centre's clocks.
    pub given_at: Option<NaiveDateTime>,
    /// When it was received.
    pub received_at: Option<NaiveDateTime>,
    /// Run or round.
    pub trip: Option<String>,
    /// What was handed over.
    pub things: Vec<MinuteThing>,
    /// The ledger's positions of the scans that it rests on, in order.
    pub positions: Vec<i64>,
    /// When it is printed.
    pub printed_at: NaiveDateTime,
}

/// One thing handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinuteThing {
    /// Its code.
    pub code: String,
    /// What it is.
    pub kind: String,
    /// The number on its seal.
    pub seal: Option<String>,
    /// How many things are in it, for a pouch.
    pub holds: Option<usize>,
    /// Whether the giver scanned it.
    pub given: bool,
    /// Whether the receiver scanned it.
    pub received: bool,
}

/// The minute as PDF.
///
/// # Errors
/// [`PaperError`] when it cannot be rendered.
pub fn minute_pdf(minute: &MinutePaper) -> Result<Vec<u8>, PaperError> {
    let mut flow = Flow::a4(false);
    letterhead(&mut flow, &minute.centre);
    title(&mut flow, &minute.title, &format!("(theo {})", minute.regulation));
    fact(&mut flow, "Bên giao", &minute.giver);
    fact(&mut flow, "Bên nhận", &minute.receiver);
    fact(&mut flow, "Địa điểm", minute.place.as_deref().unwrap_or("………………………………………………"));
    let at = |at: Option<NaiveDateTime>| at.map_or_else(|| "chưa quét".to_owned(), moment);
    fact(&mut flow, "Thời điểm giao", &at(minute.given_at));
    fact(&mut flow, "Thời điểm nhận", &at(minute.received_at));
    if let Some(trip) = &minute.trip {
        fact(&mut flow, "Chuyến", trip);
    }
    flow.gap(4.0);
    flow.text("Hai bên đã cùng kiểm đếm và giao nhận các bưu gửi, túi tài liệu sau:", BODY);
    flow.gap(4.0);
    let room = flow.room();
    let heads = [("STT", 5.0), ("Mã", 32.0), ("Loại", 16.0), ("Số niêm phong", 16.0), ("Số lượng bên trong", 11.0)];
    let heads = [&heads[..], &[("Bên giao quét", 10.0), ("Bên nhận quét", 10.0)]].concat();
    flow.begin_table(columns(room, &heads));
    let scanned = |scanned: bool| Cell::Text(if scanned { "có" } else { "–" }.to_owned(), CELL_CENTRE);
    for (n, thing) in minute.things.iter().enumerate() {
        flow.row(vec![
            Cell::Text((n + 1).to_string(), CELL_CENTRE),
            Cell::Text(thing.code.clone(), CELL_CODE),
            Cell::Text(thing.kind.clone(), CELL),
            Cell::Text(thing.seal.clone().unwrap_or_default(), CELL_CENTRE),
            Cell::Text(thing.holds.map(|holds| holds.to_string()).unwrap_or_default(), CELL_CENTRE),
            scanned(thing.given),
            scanned(thing.received),
        ]);
    }
    flow.end_table();
    flow.gap(6.0);
    let counted =
        |what: &str, count: usize| format!("{what}: {count} (bằng chữ: {}).", capital(&in_words(count as u64)));
    let given = minute.things.iter().filter(|thing| thing.given).count();
    let received = minute.things.iter().filter(|thing| thing.received).count();
    flow.text(&counted("Tổng số bên giao", given), STRONG);
    flow.text(&counted("Tổng số bên nhận", received), STRONG);
    if given != received {
        flow.text(
            &format!("Hai bên quét chênh lệch {}; nguyên nhân: …………………………………………………", given.abs_diff(received)),
            BODY,
        );
    }
    if !minute.positions.is_empty() {
        let positions: Vec<String> = minute.positions.iter().map(ToString::to_string).collect();
        flow.text(&format!("Căn cứ các lần quét ghi trong sổ cái tại vị trí {}.", positions.join(", ")), BODY);
    }
    flow.text("Biên bản được lập thành hai bản, mỗi bên giữ một bản.", BODY);
    signatures(&mut flow, &[("Đại diện bên giao", ""), ("Đại diện bên nhận", "")]);
    flow.finish(&minute.title, &foot(&minute.title, minute.printed_at, false))
}
