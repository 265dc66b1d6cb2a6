//! What of a client's own words an answer may repeat.
//!
//! A problem document ends in logs and tickets, and a wrong value may be anybody's name or number in the wrong field. So what is
//! quoted is repeated only where it looks like a code or a date, which people need to find the row it came from.

use uuid::Uuid;

/// What stands for a value that is not repeated.
const LEFT_OUT: char = '…';

/// Digits of a telephone number or of an identity document.
const PERSONAL_DIGITS: std::ops::RangeInclusive<usize> = 9..=12;

/// The longest value that is repeated, bytes.
const REPEATED_MAX: usize = 64;

/// Whether a text has so many digits together as a telephone number or an identity document has. Digits next to letters are a
/// code's.
pub(crate) fn may_be_personal_number(text: &str) -> bool {
    let mut digits = 0;
    let mut of_a_code = false;
    let ends = |digits: usize, of_a_code: bool| PERSONAL_DIGITS.contains(&digits) && !of_a_code;
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '.' | '-' | '(' | ')' | '+' | '\u{a0}' => {}
            letter if letter.is_alphabetic() => {
                if digits == 0 {
                    of_a_code = true;
                    continue;
                }
                digits = 0;
                of_a_code = true;
            }
            _ => {
                if ends(digits, of_a_code) {
                    return true;
                }
                (digits, of_a_code) = (0, false);
            }
        }
    }
    ends(digits, of_a_code)
}

/// Whether a value may be repeated: it looks like a code, a date, a number, a path or a media type.
fn looks_like_a_code(value: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._:/+-,;=()".contains(&b);
    value.len() <= REPEATED_MAX
        && value.bytes().all(plain)
        && value.bytes().any(|b| b.is_ascii_digit() || b == b'/')
        && (Uuid::try_parse(value).is_ok() || !may_be_personal_number(value))
}

/// A message of a problem without what must not be repeated.
pub(crate) fn shown(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(['"', '`']) {
        let mark = char::from(rest.as_bytes()[at]);
        push_unquoted(&mut out, &rest[..at]);
        let inside = &rest[at + 1..];
        let Some(end) = end_of_quotation(inside, mark) else {
            // What begins and does not end may be anything.
            out.push(mark);
            out.push(LEFT_OUT);
            return out;
        };
        let value = &inside[..end];
        let repeated = match mark {
            '"' => value.is_empty() || looks_like_a_code(value),
            _ => is_ours(&out, value),
        };
        out.push(mark);
        if repeated {
            out.push_str(value);
        } else {
            out.push(LEFT_OUT);
        }
        out.push(mark);
        rest = &inside[end + 1..];
    }
    push_unquoted(&mut out, rest);
    out
}

/// Adds what is not quoted, without numbers that may be personal. Those of a UUID and the largest that a field takes are none.
fn push_unquoted(out: &mut String, text: &str) {
    let mut before = out.chars().next_back();
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - from);
        let (number, after) = (&rest[from..from + digits], rest[from + digits..].chars().next());
        let beside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
        before = rest[..from].chars().next_back().or(before);
        let personal = PERSONAL_DIGITS.contains(&digits) && number.parse() != Ok(u32::MAX);
        out.push_str(&rest[..from]);
        if personal && !beside(before) && !beside(after) {
            out.push(LEFT_OUT);
        } else {
            out.push_str(number);
        }
        before = number.chars().next_back();
        rest = &rest[from + digits..];
    }
    out.push_str(rest);
}

/// Where a quotation ends, escaped marks skipped.
fn end_of_quotation(inside: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if mark == '"' => escaped = true,
            c if c == mark => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether what stands between backticks is the service's own word, such as a command. The reader of JSON puts values there that it
/// did not expect.
fn is_ours(before: &str, value: &str) -> bool {
    let read = ["unknown variant ", "unknown field ", "invalid value: ", "invalid type: "];
    let number = ["integer ", "floating point ", "character ", "boolean "];
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    value.is_ascii() && !ends(&read) && !(ends(&number) && may_be_personal_number(value))
}

/// A JSON pointer without names of members that must not be repeated: no member or
/// parameter that is read here is a single word with a capital in front.
pub(crate) fn shown_pointer(pointer: &str) -> String {
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_-.:@$~".contains(&b);
    let segments = pointer.split('/').map(|segment| {
        let plain = segment.len() <= REPEATED_MAX
            && segment.bytes().all(known)
            && (!segment.starts_with(|c: char| c.is_ascii_uppercase()) || segment.contains(['_', '-']))
            && !may_be_personal_number(segment);
        if plain { segment.to_owned() } else { LEFT_OUT.to_string() }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A path without parts that must not be repeated, `pattern` being what it matched.
pub(crate) fn shown_path(path: &str, pattern: Option<&str>) -> String {
    let mut ours = pattern.unwrap_or_default().split('/');
    let secret_from = match path {
        path if path.starts_with("/v1/track/") => 3,
        path if path.starts_with("/t/") => 2,
        _ => usize::MAX,
    };
    let segments = path.split('/').enumerate().map(|(place, segment)| {
        let word = |b: u8| b.is_ascii_lowercase() || b == b'_';
        let own = match ours.next() {
            Some(known) if pattern.is_some() => known == segment,
            _ => pattern.is_none() && segment.len() <= 20 && segment.bytes().all(word),
        };
        let version = matches!(segment, "v1");
        // A link looks like a code, and opens a person's request to whoever reads it.
        let secret = place >= secret_from && !own;
        if own || version || (looks_like_a_code(segment) && !secret) { segment } else { "%E2%80%A6" }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_dates_are_repeated_and_names_and_numbers_of_people_are_not() {
        let cases = [
            (
                r#""2019-13-01" is not a date: expected YYYY-MM-DD"#,
                r#""2019-13-01" is not a date: expected YYYY-MM-DD"#,
            ),
            (r#""Nguyễn Thị Mật" is not a date"#, r#""…" is not a date"#),
            (r#""Mat" is not a date"#, r#""…" is not a date"#),
            (r#""0912345987" is no code"#, r#""…" is no code"#),
            (r#""+84 912.345-987" is no code"#, r#""…" is no code"#),
            (r#""000.00.00.H51-190815-0001" has no dossier"#, r#""000.00.00.H51-190815-0001" has no dossier"#),
            (r#""EE473124829VN" and "text/plain" stay"#, r#""EE473124829VN" and "text/plain" stay"#),
            ("unknown variant `Mật`, expected `load`", "unknown variant `…`, expected `load`"),
            ("invalid type: integer `912345987`, expected a text", "invalid type: integer `…`, expected a text"),
            ("912345987 is out of range: expected 1 to 1000", "… is out of range: expected 1 to 1000"),
            ("expected a whole number from 0 to 4294967295", "expected a whole number from 0 to 4294967295"),
            ("run `conthoi import` first", "run `conthoi import` first"),
            (r#"it begins "and goes on"#, r#"it begins "…"#),
        ];
        for (said, expected) in cases {
            assert_eq!(shown(said), expected);
        }
        assert!(!shown(r#"it is "a \"Mật\" b": no"#).contains("Mật"));
    }

    #[test]
    fn paths_keep_what_is_ours_and_what_is_a_code() {
        let cases = [
            ("/v1/items/0912345987/custody", Some("/v1/items/{code}/custody"), "/v1/items/%E2%80%A6/custody"),
            ("/v1/items/CT-B000001-7/custody", Some("/v1/items/{code}/custody"), "/v1/items/CT-B000001-7/custody"),
            ("/v1/plans/2019-06-14", Some("/v1/plans/{date}"), "/v1/plans/2019-06-14"),
            ("/v1/nothing", None, "/v1/nothing"),
            ("/v1/track/Zr0cQ8x1-a", Some("/v1/track/{link}"), "/v1/track/%E2%80%A6"),
            ("/v1/track/Zr0cQ8x1-a/code", Some("/v1/track/{link}/code"), "/v1/track/%E2%80%A6/code"),
            ("/v1/Nguyen", None, "/v1/%E2%80%A6"),
            ("/v1/items/Mat", Some("/v1/items/{id}"), "/v1/items/%E2%80%A6"),
        ];
        for (path, pattern, expected) in cases {
            assert_eq!(shown_path(path, pattern), expected);
        }
        assert_eq!(shown_pointer("/scans/0/device_time"), "/scans/0/device_time");
        assert_eq!(shown_pointer("/scans/0912345987/Mật"), "/scans/…/…");
    }
}
