use conthoi::{
    domain::ItemCode,
    paper::{Label, LabelKind, PaperError, label_sheets, single_labels, zpl_labels},
};
use insta::assert_snapshot;

use crate::support::reading::{Paper, can_read};

fn code(n: u32) -> String {
    ItemCode::issue(&format!("H51{n:06}")).unwrap().to_string()
}

fn label(n: u32) -> Label {
    Label {
        code: code(n),
        kind: LabelKind::Item,
        centre: "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng".into(),
        from: Some("Trung tâm Phục vụ hành chính công".into()),
        to: Some("Sở Tài nguyên và Môi trường".into()),
        dossier: Some("000.00.00.H51-190614-0001".into()),
        note: Some("Hẹn trả: 21/06/2019".into()),
    }
}

#[test]
fn sheets_hold_24_labels_from_the_chosen_one_on_and_every_code_is_read_back() {
    let labels: Vec<Label> = (1..=30).map(label).collect();
    let pdf = label_sheets(&labels, 5).unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    assert_eq!(paper.pages(), 2);
    let pictures = [paper.picture(1, 200), paper.picture(2, 200)];
    let codes: Vec<String> = pictures.iter().flat_map(|picture| picture.codes_by_cell(3, 8)).collect();
    assert_eq!(codes, (1..=30).map(code).collect::<Vec<_>>());
    // The first four places, a whole row and one label, stay white.
    let first = pictures[0].codes_by_cell(3, 8);
    assert_eq!(first.len(), 20);
    let text = paper.raw_text();
    for wanted in
        ["Từ: Trung tâm Phục vụ hành chính công", "Đến: Sở Tài nguyên và Môi", "Hẹn trả: 21/06/2019", &code(30)]
    {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
    assert!(paper.fonts().iter().all(|(_, embedded, subset)| *embedded && *subset), "{:?}", paper.fonts());
    assert!(paper.bytes < 300_000, "{} bytes", paper.bytes);
}

#[test]
fn single_labels_are_pages_of_100_by_50_mm() {
    let mut pouch = label(7);
    pouch.kind = LabelKind::Pouch;
    pouch.code = "TUH5100000017".into();
    pouch.to = Some("Phòng Quản lý xuất nhập cảnh – Công an tỉnh, bộ phận tiếp nhận và trả kết quả hồ sơ".into());
    let dossier =
        Label { code: "000.00.00.H51-190614-0001".into(), kind: LabelKind::Dossier, dossier: None, ..label(1) };
    let pdf = single_labels(&[pouch, dossier]).unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    let first = paper.picture(1, 254);
    assert!(first.width.abs_diff(1_000) <= 1 && first.height.abs_diff(500) <= 1, "{} × {}", first.width, first.height);
    assert_eq!(first.codes(), ["TUH5100000017"]);
    assert_eq!(paper.picture(2, 254).codes(), ["000.00.00.H51-190614-0001"]);
    assert!(paper.text().contains("HỒ SƠ") && paper.text().contains("TÚI NIÊM PHONG"), "{}", paper.text());
}

#[test]
fn no_labels_give_an_empty_page_and_5000_are_no_burden() {
    let many: Vec<Label> = (1..=5_000).map(label).collect();
    let (none, sheets) = (label_sheets(&[], 1).unwrap(), label_sheets(&many, 1).unwrap());
    assert_eq!(label_sheets(&many[..1], 25), Err(PaperError::Start { start: 25, max: 24 }));
    assert_eq!(label_sheets(&many[..1], 0), Err(PaperError::Start { start: 0, max: 24 }));
    let long = Label { code: "A".repeat(10_000), ..label(1) };
    assert_eq!(single_labels(&[long]), Err(PaperError::CodeTooLong { chars: 10_000 }));
    if can_read() {
        assert_eq!((Paper::of(&none).pages(), Paper::of(&sheets).pages()), (1, 209));
        assert_eq!(Paper::of(&single_labels(&[]).unwrap()).pages(), 1);
    }
}

#[test]
fn the_same_labels_give_the_same_bytes() {
    let labels = [label(1), label(2)];
    assert_eq!(label_sheets(&labels, 1).unwrap(), label_sheets(&labels, 1).unwrap());
}

#[test]
fn thermal_printers_get_zpl() {
    let mut odd = label(2);
    odd.to = Some("Sở ^Tư_pháp~ \\ 2".into());
    odd.note = None;
    assert_snapshot!(zpl_labels(&[label(1), odd]).unwrap());
    assert_eq!(zpl_labels(&[]).unwrap(), "");
}
