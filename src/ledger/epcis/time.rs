//! Times: `xsd:dateTimeStamp`, that is with a zone.

use chrono::{DateTime, FixedOffset};

/// Reads a time; `None` unless it has date, time and zone as RFC 3339 wants them.
pub(super) fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    // chrono also takes small letters, and a blank for the T.
    if text.as_bytes().get(10) != Some(&b'T') || text.contains('z') {
        return None;
    }
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    (time.offset().local_minus_utc().abs() <= 14 * 3_600).then_some(time)
}

/// The time in UTC with milliseconds. The third decimal is rounded up when the fourth is 5 or more, whatever follows.
pub(super) fn canonical(text: &str) -> Option<String> {
    let time = parse(text)?;
    let nanos = i64::from(time.timestamp_subsec_nanos());
    let millis = time.timestamp() * 1_000 + nanos / 1_000_000 + i64::from(nanos / 100_000 % 10 >= 5);
    Some(DateTime::from_timestamp_millis(millis)?.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// Whether a text is a date, `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()
}

/// Whether a text is a distance from UTC, `+07:00`, at most 14 hours.
pub(super) fn is_offset(text: &str) -> bool {
    let [b'+' | b'-', h1, h2, b':', m1, m2] = *text.as_bytes() else { return false };
    if ![h1, h2, m1, m2].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (hours, minutes) = ((h1 - b'0') * 10 + (h2 - b'0'), (m1 - b'0') * 10 + (m2 - b'0'));
    (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0)
}
