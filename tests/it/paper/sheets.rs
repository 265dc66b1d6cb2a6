//! Manifests and minutes.

use chrono::{NaiveDate, NaiveDateTime};
use conthoi::paper::{
    ManifestItem, ManifestPaper, ManifestRoute, ManifestStop, MinutePaper, MinuteThing, manifest_pdf, minute_pdf,
};

use crate::support::reading::{Paper, can_read};

fn at(hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2019, 6, 14).unwrap().and_hms_opt(hour, minute, 0).unwrap()
}

fn item(n: usize, to: &str) -> ManifestItem {
    ManifestItem {
        code: format!("BGH51{n:07}X"),
        from: "Trung tâm Phục vụ hành chính công".into(),
        to: to.into(),
        weight_g: Some(1_250),
        scanned: n.is_multiple_of(2),
    }
}

fn stop(place: &str, hour: u32, unload: usize, load: usize) -> ManifestStop {
    ManifestStop {
        place: place.into(),
        address: None,
        arrives_at: at(hour, 0),
        departs_at: at(hour, 12),
        unload: (0..unload).map(|n| item(n, place)).collect(),
        load: (0..load).map(|n| item(n + 500, "Sở Kế hoạch và Đầu tư")).collect(),
    }
}

fn manifest(routes: Vec<ManifestRoute>) -> ManifestPaper {
    ManifestPaper {
        centre: "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng".into(),
        name: "Chuyến 2".into(),
        day: "14/06/2019".into(),
        revision: 3,
        printed_at: at(7, 5),
        synthetic: true,
        routes,
    }
}

fn route(courier: &str, items: usize) -> ManifestRoute {
    ManifestRoute {
        courier: courier.into(),
        vehicle: "XM01".into(),
        stops: vec![
            stop("Trung tâm Phục vụ hành chính công", 8, 0, items),
            stop("Sở Tài nguyên và Môi trường", 9, items, 2),
            stop("Ủy ban nhân dân thành phố Sóc Trăng", 10, 0, 0),
        ],
    }
}

#[test]
fn a_manifest_lists_the_stops_in_order_with_their_items_and_totals() {
    let pdf = manifest_pdf(&manifest(vec![route("Nguyễn Thị Ngọc Ánh (CP01)", 3), route("Trần Văn Được (CP02)", 1)]))
        .unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    assert_eq!(paper.pages(), 2, "each courier's part is on a page of its own");
    let text = paper.text();
    for wanted in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BẢNG KÊ GIAO NHẬN",
        "Chuyến 2 – ngày 14/06/2019 (kế hoạch lần 3)",
        "Nguyễn Thị Ngọc Ánh (CP01)",
        "Trần Văn Được (CP02)",
        "5 (Năm), 6.250 gam",
        "2. Sở Tài nguyên và Môi trường · 09:00–09:12 · giao 3, nhận 2",
        "BGH510000500X",
        "Trang 2/2",
        "in lúc 07:05 ngày 14/06/2019 – DỮ LIỆU MÔ PHỎNG",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in {text}");
    }
    let places = ["1. Trung tâm", "2. Sở Tài nguyên", "3. Ủy ban nhân dân"].map(|place| text.find(place).unwrap());
    assert!(places.is_sorted());
    paper.picture(1, 60);
}

#[test]
fn an_empty_manifest_and_one_of_5000_items_are_printed() {
    let empty = manifest_pdf(&manifest(Vec::new())).unwrap();
    let huge = manifest_pdf(&manifest(vec![route("Trần Văn Được (CP02)", 2_500)])).unwrap();
    if !can_read() {
        return;
    }
    assert!(Paper::of(&empty).text().contains("Không có tuyến nào"));
    let paper = Paper::of(&huge);
    assert!((100..300).contains(&paper.pages()), "{}", paper.pages());
    let text = paper.text();
    assert_eq!(text.matches("Nơi nhận").count(), paper.pages(), "the table's head is on every page");
    assert!(text.contains("BGH510002499X") && text.contains(&format!("Trang {0}/{0}", paper.pages())));
}

fn minute(things: Vec<MinuteThing>) -> MinutePaper {
    MinutePaper {
        centre: "Trung tâm Phục vụ hành chính công tỉnh Sóc Trăng".into(),
        regulation: "Quyết định số 45/2016/QĐ-TTg Điều 7".into(),
        title: "Biên bản giao nhận hồ sơ".into(),
        giver: "Nguyễn Thị Ngọc Ánh (CP01)".into(),
        receiver: "Sở Tài nguyên và Môi trường".into(),
        place: Some("Sở Tài nguyên và Môi trường".into()),
        given_at: Some(at(9, 2)),
        received_at: Some(at(9, 3)),
        trip: Some("Chuyến 2 ngày 14/06/2019".into()),
        things,
        positions: vec![41, 42],
        printed_at: at(9, 5),
    }
}

fn thing(n: usize, received: bool) -> MinuteThing {
    let pouch = n == 0;
    MinuteThing {
        code: if pouch { "TUH51000001K".into() } else { format!("BGH51{n:07}X") },
        kind: if pouch { "Túi niêm phong".into() } else { "Bưu gửi".into() },
        seal: pouch.then(|| "NP-000123".into()),
        holds: pouch.then_some(17),
        given: true,
        received,
    }
}

#[test]
fn a_minute_counts_in_figures_and_words_and_shows_what_only_one_side_scanned() {
    let pdf = minute_pdf(&minute((0..25).map(|n| thing(n, n != 3)).collect())).unwrap();
    if !can_read() {
        return;
    }
    let paper = Paper::of(&pdf);
    let text = paper.text();
    for wanted in [
        "BIÊN BẢN GIAO NHẬN HỒ SƠ",
        "(theo Quyết định số 45/2016/QĐ-TTg Điều 7)",
        "Bên giao: Nguyễn Thị Ngọc Ánh (CP01)",
        "Bên nhận: Sở Tài nguyên và Môi trường",
        "Thời điểm giao: 09:02 ngày 14/06/2019",
        "NP-000123",
        "Tổng số bên giao: 25 (bằng chữ: Hai mươi lăm).",
        "Tổng số bên nhận: 24 (bằng chữ: Hai mươi bốn).",
        "chênh lệch 1",
        "tại vị trí 41, 42",
        "Đại diện bên giao",
        "Đại diện bên nhận",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in {text}");
    }
    paper.picture(1, 60);
    let none = minute_pdf(&MinutePaper { place: None, given_at: None, trip: None, ..minute(Vec::new()) }).unwrap();
    assert!(Paper::of(&none).text().contains("Thời điểm giao: chưa quét"));
    let many = minute_pdf(&minute((0..1_000).map(|n| thing(n, true)).collect())).unwrap();
    assert!(Paper::of(&many).text().contains("1000 (bằng chữ: Một nghìn)"));
}
