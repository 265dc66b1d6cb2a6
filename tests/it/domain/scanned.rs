//! What a scanner read is recognised by shape and check, or refused with the reason.

use conthoi::{
    domain::{Code, DossierCodePatterns, Gs1Key, ItemCode, Misread, PouchCode, S10},
    service::import,
};
use proptest::prelude::*;

fn patterns() -> DossierCodePatterns {
    import::embedded().centre.dossier_codes
}

fn read(text: &str) -> Result<Code, Misread> {
    Code::recognise(text, &patterns())
}

fn stored(text: &str) -> String {
    read(text).map_or_else(|misread| format!("{}: {misread}", misread.word()), |code| code.to_string())
}

#[test]
fn every_kind_of_label_is_told_apart() {
    for (text, expected) in [
        ("000.00.00.H51-190815-0001", "dossier:000.00.00.H51-190815-0001"),
        (" H51.001.02-260125-AA0001\r\n", "dossier:H51.001.02-260125-AA0001"),
        ("RR473124829VN", "postal:RR473124829VN"),
        ("rr 473 124 829 vn", "postal:RR473124829VN"),
        ("BGH510001234B", "item:BGH510001234B"),
        ("(00)376104250021234569", "sscc:376104250021234569"),
        ("00376104250021234569", "sscc:376104250021234569"),
        ("]C100376104250021234569", "sscc:376104250021234569"),
        ("\u{1d}00376104250021234569", "sscc:376104250021234569"),
        ("(00)376104250021234569(410)6291041500213", "sscc:376104250021234569"),
        (
            "]d2253629104150021312AB/7\u{1d}00376104250021234569",
            "several_keys: this GS1 label has several keys (253 and 00): scan the label of one thing",
        ),
        ("]d2253629104150021312AB/7\u{1d}11260125", "gdti:629104150021312AB/7"),
        ("(253)629104150021312AB/7", "gdti:629104150021312AB/7"),
        ("(414)6291041500213", "gln:6291041500213"),
        ("4146291041500213", "gln:6291041500213"),
        ("https://id.gs1.org/00/376104250021234569", "sscc:376104250021234569"),
        ("https://example.vn/ho-so/253/629104150021312AB%2F7?17=260125#x", "gdti:629104150021312AB/7"),
        ("HTTP://example.vn/414/6291041500213/254/32a", "gln:6291041500213"),
    ] {
        assert_eq!(stored(text), expected, "{text:?}");
    }
}

#[test]
fn a_misread_says_why() {
    for (text, word) in [
        ("", "empty"),
        (" \n", "empty"),
        ("RR473124828VN", "check"),
        ("BGH510001234C", "check"),
        ("BGH5", "shape"),
        ("(00)376104250021234568", "check"),
        ("(00)37610425002123456", "shape"),
        ("(00)37610425002123456A", "shape"),
        ("(00", "shape"),
        ("(253)629104150021", "shape"),
        ("(253)6291041500213123456789012345678", "shape"),
        ("(01)09521234543213", "no_key"),
        ("]C1", "no_key"),
        ("]C1004", "shape"),
        ("6291041500213", "ambiguous"),
        ("376104250021234569", "ambiguous"),
        ("https://id.gs1.org/", "no_key"),
        ("https://id.gs1.org/00/", "shape"),
        ("https://id.gs1.org/00/%zz", "shape"),
        ("https://example.vn/a/b", "no_key"),
        ("hồ sơ", "unprintable"),
        ("A\u{0}B", "unprintable"),
        ("something else", "unknown"),
        ("TL190614-0000001", "unknown"),
    ] {
        assert_eq!(read(text).unwrap_err().word(), word, "{text:?}: {:?}", read(text));
    }
    assert_eq!(read(&"9".repeat(400)).unwrap_err().word(), "too_long");
    let error = read("RR473124828VN").unwrap_err().to_string();
    assert!(error.contains("is 8") && error.contains("calls for 9") && !error.contains("RR"), "{error}");
}

#[test]
fn places_and_kinds_of_documents_cannot_be_held() {
    assert!(!read("(414)6291041500213").unwrap().names_a_thing());
    assert!(!read("(253)6291041500213").unwrap().names_a_thing());
    assert!(read("(253)6291041500213X").unwrap().names_a_thing());
    assert!(read("(00)376104250021234569").unwrap().names_a_container());
    assert!(!read("BGH510001234B").unwrap().names_a_container());
}

#[test]
fn codes_to_print() {
    for body in ["", "ABC", "abcd", "A-BC", "ĐABC", &"A".repeat(21)] {
        assert!(ItemCode::issue(body).is_err() && PouchCode::issue(body).is_err(), "{body:?}");
    }
    let pouch = PouchCode::issue("H510007").unwrap();
    assert_eq!(read(pouch.as_str()).unwrap(), Code::Pouch(pouch));
}

fn any_code() -> impl Strategy<Value = Code> {
    let digits = |n: usize| {
        proptest::collection::vec(0..10_u8, n).prop_map(|digits| {
            let body: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            let sum: u32 =
                digits.iter().rev().enumerate().map(|(n, d)| u32::from(*d) * if n % 2 == 0 { 3 } else { 1 }).sum();
            format!("{body}{}", (10 - sum % 10) % 10)
        })
    };
    prop_oneof![
        "[0-9A-Z]{4,20}".prop_map(|body| Code::Item(ItemCode::issue(&body).unwrap())),
        "[0-9A-Z]{4,20}".prop_map(|body| Code::Pouch(PouchCode::issue(&body).unwrap())),
        (0..100_000_000_u32).prop_map(|n| {
            let text = format!("RR{n:08}{}VN", S10::check_digit(n).unwrap());
            Code::Postal(text.parse().unwrap())
        }),
        digits(17).prop_map(|digits| Code::Gs1(Gs1Key::Sscc(digits))),
        digits(12).prop_map(|digits| Code::Gs1(Gs1Key::Gln(digits))),
        (digits(12), "[0-9A-Za-z!%&*+,./:;=_-]{1,17}")
            .prop_map(|(kind, serial)| Code::Gs1(Gs1Key::Gdti { kind, serial: Some(serial) })),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_and_stored_reads_back(code in any_code()) {
        prop_assert_eq!(read(&code.text()), Ok(code.clone()));
        prop_assert_eq!(code.to_string().parse::<Code>(), Ok(code.clone()));
        let json = serde_json::to_string(&code).unwrap();
        prop_assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
    }

    #[test]
    fn one_changed_character_of_our_own_codes_is_noticed(body in "[0-9A-Z]{4,20}", at in 2..23_usize, by in 1..36_u32) {
        let code = ItemCode::issue(&body).unwrap();
        let mut chars: Vec<char> = code.as_str().chars().collect();
        let at = 2 + at % (chars.len() - 2);
        let changed = (chars[at].to_digit(36).unwrap() + by) % 36;
        chars[at] = char::from_digit(changed, 36).unwrap().to_ascii_uppercase();
        let text: String = chars.into_iter().collect();
        prop_assert_eq!(read(&text).unwrap_err().word(), "check", "{}", text);
    }

    #[test]
    fn one_changed_digit_of_an_sscc_is_noticed(code in "[0-9]{17}", at in 0..18_usize, by in 1..10_u8) {
        let sum: u32 = code.bytes().rev().enumerate().map(|(n, d)| u32::from(d - b'0') * if n % 2 == 0 { 3 } else { 1 }).sum();
        let mut bytes = format!("{code}{}", (10 - sum % 10) % 10).into_bytes();
        bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
        let text = format!("(00){}", String::from_utf8(bytes).unwrap());
        prop_assert_eq!(read(&text).unwrap_err().word(), "check");
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = read(&text);
        let _ = text.parse::<Code>();
    }

    #[test]
    fn nearly_labels_never_panic(text in "(\\]C1|\\]d2|\\(|https://|BG|TU|00|253|414|\u{1d}|/|\\)|%|[0-9A-Z]|ệ){0,14}") {
        let _ = read(&text);
        let _ = text.parse::<Code>();
    }
}
