//! Codes are recognised, not guessed.

use conthoi::{
    domain::{DossierCodePattern, DossierCodePatterns, Effective, ItemCode, PouchCode, S10},
    service::import,
};
use proptest::prelude::*;

#[test]
fn s10_check_digits_are_those_of_the_standard() {
    for (serial, digit) in [(47_312_482, 9), (8, 0), (15, 5)] {
        assert_eq!(S10::check_digit(serial), Some(digit), "{serial}");
    }
    assert_eq!(S10::check_digit(100_000_000), None);
}

#[test]
fn s10_numbers_are_read_with_blanks_and_small_letters() {
    let number: S10 = " rr 47312482 9 vn ".parse().unwrap();
    assert_eq!((number.as_str(), number.service(), number.country()), ("RR473124829VN", "RR", "VN"));
}

#[test]
fn a_wrong_s10_number_says_what_is_wrong() {
    for (text, part) in [
        ("RR473124828VN", "its check digit is 8 but its serial number calls for 9"),
        ("RR47312482VN", "expected two letters, nine digits and two letters"),
        ("R1473124829VN", "expected two letters"),
        ("", "expected two letters"),
        ("RR47312482９VN", "expected two letters"),
    ] {
        let error = text.parse::<S10>().unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn both_generations_of_dossier_codes_are_recognised() {
    let patterns = import::embedded().centre.dossier_codes;
    for code in ["000.00.00.H51-190815-0001", "H51.001.02-260125-AA0001", "  000.00.00.H51-190815-0001\n"] {
        assert_eq!(patterns.recognise(code).unwrap().0.as_str(), code.trim(), "{code}");
    }
    for code in [
        "",
        "000.00.00.H52-190815-0001",
        "H51",
        "000.00.00.H51-190815-0001x",
        "x000.00.00.H51-190815-0001",
        "H51.001.02-260125-aa0001",
    ] {
        let error = patterns.recognise(code).unwrap_err().to_string();
        assert!(error.contains("expected a code such as 000.00.00.H51-190815-0001"), "{code}: {error}");
    }
}

#[test]
fn each_generation_is_issued_in_its_time() {
    let patterns = import::embedded().centre.dossier_codes;
    let issued = |day: &str| patterns.issued_on(day.parse().unwrap()).map(|it| it.example.clone());
    assert_eq!(issued("2019-06-14").as_deref(), Some("000.00.00.H51-190815-0001"));
    assert!(issued("2000-01-01").is_none());
}

#[test]
fn a_pattern_that_misses_its_own_example_is_refused() {
    let row = |pattern: &str| DossierCodePattern {
        name: "x".into(),
        pattern: pattern.into(),
        example: "A1".into(),
        effective: Effective::new("2019-01-01".parse().unwrap(), None).unwrap(),
    };
    assert!(DossierCodePatterns::new(vec![row("[0-9]+")]).unwrap_err().to_string().contains("its own example"));
    assert!(DossierCodePatterns::new(vec![row("[0-9")]).is_err());
    assert!(DossierCodePatterns::new(vec![row("[A-Z][0-9]")]).is_ok());
}

#[test]
fn item_and_pouch_codes_can_be_printed() {
    assert_eq!(" I-0001 ".parse::<ItemCode>().unwrap().as_str(), "I-0001");
    for bad in ["", "   ", "có dấu", "a b", &"x".repeat(65)] {
        assert!(bad.parse::<ItemCode>().is_err(), "{bad:?}");
        assert!(bad.parse::<PouchCode>().is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn every_serial_number_makes_a_number_that_reads_back(serial in 0..100_000_000_u32) {
        let digit = S10::check_digit(serial).unwrap();
        let text = format!("EE{serial:08}{digit}VN");
        let read: S10 = text.parse().unwrap();
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn one_wrong_digit_is_noticed_nearly_always_and_never_a_panic(serial in 0..100_000_000_u32, at in 2..10_usize, by in 1..10_u8) {
        // The standard's check catches every single wrong digit but those that collide by 10 → 0 and 11 → 5.
        let text = format!("EE{serial:08}{}VN", S10::check_digit(serial).unwrap());
        let mut bytes = text.into_bytes();
        bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
        let changed: u32 = std::str::from_utf8(&bytes[2..10]).unwrap().parse().unwrap();
        let accepted = std::str::from_utf8(&bytes).unwrap().parse::<S10>().is_ok();
        prop_assert_eq!(accepted, S10::check_digit(changed) == S10::check_digit(serial));
    }

    #[test]
    fn arbitrary_text_is_refused_or_read_never_a_panic(text in "\\PC{0,40}") {
        let _ = text.parse::<S10>();
        let _ = text.parse::<ItemCode>();
        let _ = import::embedded().centre.dossier_codes.recognise(&text);
    }
}
