//! The commune of an address, in the spellings that people use.

use std::{collections::BTreeMap, time::Instant};

use chrono::NaiveDate;
use conthoi::{
    domain::{Certainty, Commune, CommuneKind, Gazetteer, fold},
    service::import,
};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use unicode_normalization::UnicodeNormalization;

fn communes() -> Vec<Commune> {
    import::embedded().communes
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The code of the unit that is in force where a unit was.
fn successor(communes: &[Commune], unit: &Commune, date: NaiveDate) -> String {
    if unit.effective.contains(date) {
        return unit.code.clone();
    }
    let into = &unit.merged_into[0];
    communes.iter().find(|other| other.code == *into && other.effective.contains(date)).unwrap().code.clone()
}

fn without_diacritics(text: &str) -> String {
    fold(text)
}

/// One letter changed, left out, doubled or swapped with the next, in the longest word.
fn mistyped(name: &str, dice: &mut Xoshiro256PlusPlus) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let candidates: Vec<usize> =
        (1..letters.len() - 1).filter(|&at| letters[at].is_alphabetic() && letters[at + 1].is_alphabetic()).collect();
    let at = candidates[dice.random_range(0..candidates.len())];
    match dice.random_range(0..4) {
        0 => letters[at] = 'k',
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

fn split_kind(name: &str) -> (&str, &str) {
    ["Phường ", "Xã ", "Thị trấn ", "Huyện ", "Thị xã ", "Thành phố "]
        .iter()
        .find_map(|kind| Some((kind.trim_end(), name.strip_prefix(kind)?)))
        .unwrap()
}

fn abbreviated(kind: &str, dice: &mut Xoshiro256PlusPlus) -> &'static str {
    let choices: &[&str] = match kind {
        "Phường" => &["P.", "P. ", "p", "F."],
        "Xã" => &["X.", "X. ", "x."],
        "Thị trấn" => &["TT.", "TT. ", "tt "],
        "Huyện" => &["H.", "H. ", "h."],
        "Thị xã" => &["TX.", "TX. ", "tx "],
        "Thành phố" => &["TP.", "TP. ", "tp "],
        other => panic!("{other}"),
    };
    choices[dice.random_range(0..choices.len())]
}

/// Spellings of an address in a unit, each of which a reader of the province would understand.
fn spellings(unit: &Commune, is_known_alone: bool, dice: &mut Xoshiro256PlusPlus) -> Vec<String> {
    let (kind, name) = split_kind(&unit.name);
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let street = ["số 12 đường Hùng Vương, ", "ấp 3, ", "khóm 4, ", "45/2 hẻm 15 Trần Hưng Đạo, ", ""];
    let street = street[dice.random_range(0..street.len())];
    let unit_name = &unit.name;
    let behind = |district: &str| format!("{unit_name}, {district}");
    let (full, higher, short_higher) = match &unit.district {
        Some(district) => {
            let (district_kind, district_name) = split_kind(district);
            let short = format!("{}{district_name}", abbreviated(district_kind, dice));
            (format!("{street}{}, tỉnh Sóc Trăng", behind(district)), district.clone(), short)
        }
        None => (format!("{street}{}", behind("thành phố Cần Thơ")), "thành phố Cần Thơ".into(), "TP. Cần Thơ".into()),
    };
    let mut all = vec![
        full.clone(),
        without_diacritics(&full),
        full.to_uppercase(),
        full.replace(',', " "),
        without_diacritics(&full.replace(',', " ")),
        full.nfd().collect(),
        format!("{street}{}{name}, {short_higher}", abbreviated(kind, dice)),
        without_diacritics(&format!("{street}{}{name} {short_higher}", abbreviated(kind, dice))),
        format!("{}{name}-{short_higher}", abbreviated(kind, dice)),
    ];
    if !is_number {
        let wrong = mistyped(&fold(name), dice);
        if fold(name).len() >= 5 {
            all.push(format!("{street}{kind} {wrong}, {higher}"));
            all.push(without_diacritics(&format!("{}{wrong} {short_higher}", abbreviated(kind, dice))));
        }
        all.push(format!("{} {}, {higher}", without_diacritics(kind), fold(name).replace(' ', "")));
        if let Some(district) = &unit.district {
            all.push(format!("{street}{name}, {}, Sóc Trăng", split_kind(district).1));
        }
    }
    if is_known_alone {
        all.push(unit.name.to_lowercase());
        all.push(without_diacritics(&format!("{street}{unit_name}")));
    }
    all
}

#[test]
fn nearly_every_spelling_finds_its_commune_first_and_a_sure_answer_is_right() {
    let communes = communes();
    let gazetteer = Gazetteer::new(communes.clone());
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(5);
    let (mut all, mut right, mut sure, mut sure_but_wrong) = (0_u32, 0_u32, 0_u32, Vec::new());
    let mut missed = Vec::new();
    let mut times = Vec::new();
    for date in [day("2019-06-14"), day("2026-01-15")] {
        let mut units_of_name: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
        for unit in communes.iter().filter(|unit| unit.effective.from <= date) {
            let bare = fold(split_kind(&unit.name).1);
            units_of_name.entry(bare).or_default().insert(successor(&communes, unit, date));
        }
        for unit in communes.iter().filter(|unit| unit.effective.from <= date) {
            let expected = successor(&communes, unit, date);
            let is_known_alone = units_of_name[&fold(split_kind(&unit.name).1)].len() == 1;
            for text in spellings(unit, is_known_alone, &mut dice) {
                let begun = Instant::now();
                let found = gazetteer.find(&text, date);
                times.push(begun.elapsed());
                all += 1;
                let is_right = found.first().is_some_and(|first| first.commune.code == expected);
                right += u32::from(is_right);
                if found.first().is_some_and(|first| first.certainty == Certainty::Sure) {
                    sure += 1;
                    if !is_right {
                        sure_but_wrong.push(text.clone());
                    }
                }
                if !is_right {
                    missed.push(format!("{text} -> {:?}", found.first().map(|first| &first.named.name)));
                }
            }
        }
    }
    times.sort_unstable();
    let share = f64::from(right) / f64::from(all);
    println!("{right} of {all} spellings, {sure} surely; median {:?}", times[times.len() / 2]);
    assert!(all >= 2_000, "{all} spellings only");
    assert!(share >= 0.97, "{share}: {missed:#?}");
    assert!(sure_but_wrong.len() * 200 <= sure as usize, "{sure_but_wrong:#?}");
    assert!(sure * 2 > all, "only {sure} of {all} are sure");
}

/// What the first answer is: its name, and how sure it is.
fn first(text: &str, date: &str) -> Option<(String, Certainty)> {
    let gazetteer = Gazetteer::new(communes());
    let found = gazetteer.find(text, day(date));
    found.first().map(|first| (first.commune.name.clone(), first.certainty))
}

#[test]
fn the_examples_of_people_are_understood() {
    let sure = |text: &str, date: &str| first(text, date).filter(|(_, certainty)| *certainty == Certainty::Sure);
    for (text, date, name) in [
        ("ấp 3 xã Kế An huyện Kế Sách", "2019-06-14", "Xã Kế An"),
        ("phường Phú Lợi", "2026-01-15", "Phường Phú Lợi"),
        ("P.5, TP. Soc Trang", "2019-06-14", "Phường 5"),
        ("12 ngoc to my xuyen, xa ngoc to", "2026-01-15", "Xã Ngọc Tố"),
        ("TT. An Lac Thon, H. Ke Sach", "2019-06-14", "Thị trấn An Lạc Thôn"),
        ("thi tran ke sach, huyen ke sach", "2019-06-14", "Thị trấn Kế Sách"),
    ] {
        assert_eq!(sure(text, date).map(|(name, _)| name).as_deref(), Some(name), "{text}");
    }
}

#[test]
fn an_old_name_gives_the_unit_of_today_and_says_what_was_read() {
    let gazetteer = Gazetteer::new(communes());
    let found = gazetteer.find("Phường 7, thành phố Sóc Trăng", day("2026-01-15"));
    assert_eq!((found[0].named.name.as_str(), found[0].commune.kind), ("Phường 7", CommuneKind::Ward));
    assert!(found[0].commune.effective.contains(day("2026-01-15")));
    assert_ne!(found[0].commune.name, "Phường 7");
}

#[test]
fn streets_and_higher_units_are_no_communes() {
    let gazetteer = Gazetteer::new(communes());
    for text in ["", "   ", "số 5", "tỉnh Sóc Trăng", "12 đường Phú Lợi", "....,,,;", "huyện"] {
        let found = gazetteer.find(text, day("2026-01-15"));
        assert!(found.iter().all(|it| it.certainty == Certainty::Unsure), "{text}: {found:?}");
    }
    // A ward with a number lies in several towns.
    let found = gazetteer.find("phường 2", day("2019-06-14"));
    assert!(found.len() >= 3 && found[0].certainty == Certainty::Unsure, "{found:?}");
    // The town's street is not the ward of the same name.
    let found = gazetteer.find("12 đường Phú Lợi, phường 2, TP Sóc Trăng", day("2019-06-14"));
    assert_eq!(found[0].named.name, "Phường 2");
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        let gazetteer = Gazetteer::new(communes());
        for candidate in gazetteer.find(&text, day("2026-01-15")) {
            prop_assert!(candidate.commune.effective.contains(day("2026-01-15")));
        }
    }
}
