const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// A count in Vietnamese words.
///
/// ```
/// use conthoi::paper::in_words;
/// assert_eq!(in_words(1_005), "một nghìn không trăm linh năm");
/// assert_eq!(in_words(21), "hai mươi mốt");
/// assert_eq!(in_words(115), "một trăm mười lăm");
/// ```
#[must_use]
pub fn in_words(count: u64) -> String {
    if count == 0 {
        return DIGITS[0].to_owned();
    }
    let mut words = Vec::new();
    billions(count, &mut words);
    words.join(" ")
}

fn billions(count: u64, words: &mut Vec<&'static str>) {
    const BILLION: u64 = 1_000_000_000;
    if count >= BILLION {
        billions(count / BILLION, words);
        words.push("tỷ");
    }
    let rest = count % BILLION;
    for (unit, name) in [(1_000_000, Some("triệu")), (1_000, Some("nghìn")), (1, None)] {
        let group = rest / unit % 1_000;
        if group > 0 {
            hundreds(group, !words.is_empty(), words);
            words.extend(name);
        }
    }
}

/// Three digits; `whole` says the hundreds even where there are none, as it is done behind a higher group.
fn hundreds(group: u64, whole: bool, words: &mut Vec<&'static str>) {
    let digit = |unit: u64| usize::try_from(group / unit % 10).unwrap_or(0);
    let (hundreds, tens, ones) = (digit(100), digit(10), digit(1));
    let whole = whole || hundreds > 0;
    if whole {
        words.extend([DIGITS[hundreds], "trăm"]);
    }
    match tens {
        0 if ones > 0 && whole => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([DIGITS[tens], "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(DIGITS[ones]),
    }
}
