//! OpenStreetMap's spellings of a span of time: `20`, `0:20`, `00:20:00`, `PT20M`, `20 min`.

/// Reads a `duration` or `interval` value as seconds; `None` when it is not one of the usual spellings.
///
/// A bare number is minutes and `a:b` is hours and minutes, as the wiki's `Key:duration` has it.
pub(super) fn parse_seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix("PT") {
        return parse_iso(iso);
    }
    let minutes = ["minutes", "minute", "mins", "min"].iter().find_map(|unit| text.strip_suffix(unit));
    if let Some(number) = minutes {
        return number.trim().parse::<u32>().ok()?.checked_mul(60);
    }
    let parts = text.split(':').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<u32>>>()?;
    let seconds = |hours: u32, minutes: u32, seconds: u32| {
        hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
    };
    match parts[..] {
        [m] => seconds(0, m, 0),
        [h, m] => seconds(h, m, 0),
        [h, m, s] => seconds(h, m, s),
        _ => None,
    }
}

fn parse_iso(text: &str) -> Option<u32> {
    let mut total = 0_u32;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u32 = rest[..unit_at].parse().ok()?;
        let factor = match rest.as_bytes()[unit_at] {
            b'H' => 3600,
            b'M' => 60,
            b'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = &rest[unit_at + 1..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::parse_seconds;

    #[test]
    fn usual_spellings() {
        for (text, seconds) in [
            ("15", Some(900)),
            ("0:20", Some(1200)),
            ("01:30:05", Some(5405)),
            ("PT1H5M", Some(3900)),
            ("PT30S", Some(30)),
            ("10 min", Some(600)),
            ("PT", None),
            ("PT5", None),
            ("often", None),
            ("", None),
            ("1:2:3:4", None),
            ("99999999999", None),
            ("4294967295", None),
            ("-5", None),
        ] {
            assert_eq!(parse_seconds(text), seconds, "{text}");
        }
    }
}
