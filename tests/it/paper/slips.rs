use chrono::{NaiveDate, NaiveDateTime};
use conthoi::{
    domain::{Effective, FormColumn, FormKind, PaperForm},
    paper::{Outcome, PaperError, SlipPaper, SlipRow, printed_digest, slip_pdf},
};

use crate::support::reading::{Paper, can_read};

fn at(day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2019, 6, day).unwrap().and_hms_opt(hour, minute, 0).unwrap()
}

fn form() -> PaperForm {
    let columns = [
        (FormColumn::No, "STT"),
        (FormColumn::Giver, "Bên giao"),
        (FormColumn::Receiver, "Bên nhận"),
        (FormColumn::Time, "Thời gian giao nhận hồ sơ"),
        (FormColumn::Signatures, "Ký giao và ký nhận"),
        (FormColumn::Result, "Kết quả giải quyết"),
        (FormColumn::Note, "Ghi chú"),
    ];
    PaperForm {
        kind: FormKind::ControlSlip,
        number: "Mẫu số 05".into(),
        regulation: "Thông tư số 01/2018/TT-VPCP".into(),
        title: "Phiếu kiểm soát quá trình giải quyết hồ sơ".into(),
        columns: columns.map(|(column, heading)| (column, heading.to_owned())).to_vec(),
        effective: Effective::new(NaiveDate::from_ymd_opt(2018, 12, 1).unwrap(), None).unwrap(),
        status: "assumption".into(),
        source: "x".into(),
    }
}

fn row(n: u32) -> SlipRow {
    SlipRow {
        giver: "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng".into(),
        receiver: "Nguyễn Thị Ngọc Ánh (CP01)".into(),
        given_at: Some(at(14, 1, 10)),
        received_at: (n != 2).then(|| at(14, 1, 12)),
        signatures: format!("Giao: sổ cái số {}\nNhận: sổ cái số {}\nMinh chứng: 3fa9c1d2", 2 * n, 2 * n + 1),
        outcome: (n == 1).then_some(Outcome::OnTime),
        note: if n == 2 { "bên nhận chưa quét nhận".into() } else { String::new() },
    }
}

fn slip(rows: u32) -> SlipPaper {
    SlipPaper {
        centre: "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng".into(),
        form: form(),
        dossier: "000.00.00.H51-190614-0001".into(),
        department: "Sở Lao động – Thương binh và Xã hội".into(),
        filed_at: at(13, 8, 30),
        appointment_at: at(20, 16, 30),
        settled: Some((at(19, 10, 0), Outcome::Early)),
        rows: (0..rows).map(row).collect(),
        issued_at: at(14, 7, 0),
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        verification: "7K3M-Q9XD-2R5T-W8YA".into(),
        statement: format!("CONTHOI1:{}", "ABCDEFGH234567".repeat(20)),
        synthetic: false,
    }
}

#[test]
fn a_slip_has_the_forms_number_a_row_for_each_handoff_and_a_readable_code() {
    let slip = slip(5);
    let pdf = slip_pdf(&slip).unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    let text = paper.text();
    for wanted in [
        "Mẫu số 05 – ban hành kèm theo Thông tư số 01/2018/TT-VPCP",
        "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
        "Mã hồ sơ: 000.00.00.H51-190614-0001",
        "Sở Lao động – Thương binh và Xã hội",
        "10:00 ngày 19/06/2019 – Trước hạn",
        "Đúng hạn",
        "chưa quét",
        "Tổng số lần giao nhận: 5. Giờ theo múi giờ Asia/Ho_Chi_Minh.",
        "Mã xác thực: 7K3M-Q9XD-2R5T-W8YA",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in {text}");
    }
    let last = paper.pages();
    assert_eq!(paper.picture(last, 200).codes(), [slip.statement]);
    assert!(paper.fonts().iter().all(|(_, embedded, subset)| *embedded && *subset), "{:?}", paper.fonts());
}

#[test]
fn a_statement_that_fits_into_no_code_is_refused() {
    let mut slip = slip(1);
    slip.statement = "A".repeat(5_000);
    assert_eq!(slip_pdf(&slip), Err(PaperError::CodeTooLong { chars: 5_000 }));
}

#[test]
fn an_empty_slip_says_so_and_5000_rows_continue_over_pages_under_the_same_head() {
    let (none, many) = (slip_pdf(&slip(0)).unwrap(), slip_pdf(&slip(5_000)).unwrap());
    if !can_read() {
        return;
    }
    assert!(Paper::of(&none).text().contains("Chưa có lần giao nhận nào được ghi."));
    let paper = Paper::of(&many);
    let text = paper.text();
    let heads = text.matches("Ký giao và ký nhận").count();
    assert!((paper.pages() - 1..=paper.pages()).contains(&heads), "{heads} heads on {} pages", paper.pages());
    assert!(text.contains("sổ cái số 9998"), "the last row is there");
}

#[test]
fn names_of_any_length_and_script_are_wrapped_and_nothing_is_lost() {
    let mut odd = slip(1);
    odd.rows[0].giver = format!("{} Đặng Thị Huỳnh Như", "Nguyễn".repeat(40));
    // Decomposed letters are composed; a script that no font has becomes boxes, not nothing and no panic.
    odd.rows[0].receiver = "Trâ\u{300}n Va\u{306}n Được ខ្មែរ 漢字 🙂 e\u{0}f".into();
    odd.rows[0].note = "một dòng rất dài ".repeat(700);
    let pdf = slip_pdf(&odd).unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    let text = paper.raw_text();
    assert!(text.contains("Trần Văn Được"), "{text}");
    assert!(text.contains('\u{25a1}'));
    assert_eq!(text.matches("rất dài").count(), 700, "a note that is longer than a page goes on on the next");
    assert_eq!(text.replace(' ', "").matches("Nguyễn").count(), 40);
    assert!(paper.pages() > 1);
}

#[test]
fn the_result_is_told_by_the_day() {
    let due = at(20, 16, 30);
    for (at, outcome) in [
        (at(19, 23, 59), Outcome::Early),
        (at(20, 0, 0), Outcome::OnTime),
        (at(20, 16, 30), Outcome::OnTime),
        (at(20, 16, 31), Outcome::Late),
        (at(21, 8, 0), Outcome::Late),
    ] {
        assert_eq!(Outcome::of(at, due), outcome, "{at}");
    }
}

#[test]
fn every_printed_part_of_a_row_is_in_the_digest() {
    let rows = vec![row(1), row(2)];
    let digest = printed_digest(&["fact"], &rows);
    let changes: [fn(&mut SlipRow); 7] = [
        |row| row.giver.push('x'),
        |row| row.receiver.push('x'),
        |row| row.given_at = None,
        |row| row.received_at = Some(at(15, 0, 0)),
        |row| row.signatures.push('x'),
        |row| row.outcome = Some(Outcome::Late),
        |row| row.note.push('x'),
    ];
    for change in changes {
        let mut rows = rows.clone();
        change(&mut rows[1]);
        assert_ne!(printed_digest(&["fact"], &rows), digest);
    }
    assert_ne!(printed_digest(&["fact"], &rows[..1]), digest);
    assert_ne!(printed_digest(&["another"], &rows), digest);
}
