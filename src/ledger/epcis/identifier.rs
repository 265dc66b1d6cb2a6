//! Identifiers: URIs, EPC URIs of the Tag Data Standard, and GS1 Digital Links.

/// Whether a text is a URI (RFC 3986): a scheme, a colon and something after it, of the characters that a URI may have.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
        && percent_signs_are_sound(rest)
}

fn percent_signs_are_sound(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|part| part.as_bytes().get(..2).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)))
}

/// What an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// One thing.
    Instance,
    /// A class of things, or a pattern of ids.
    Class,
    /// A Digital Link or a URI of other making, which may be either.
    Open,
}

/// Checks an EPC URI or a Digital Link of GS1; says of any other URI only that.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(uri: &str) -> Result<Level, &'static str> {
    if let Some(rest) = uri.strip_prefix("urn:epc:") {
        let level = match rest.split_once(':') {
            Some(("id", _)) => Level::Instance,
            Some(("class" | "idpat", _)) => Level::Class,
            Some(("tag" | "raw" | "pat", _)) => return Err("it names what is on a tag: expected urn:epc:id"),
            _ => return Err("expected urn:epc:id, urn:epc:class or urn:epc:idpat and a scheme"),
        };
        return epc_link(rest).map(|_| level);
    }
    let at_gs1 = ["https://id.gs1.org/", "http://id.gs1.org/"].iter().find_map(|host| uri.strip_prefix(host));
    if let Some(path) = at_gs1 {
        let link = digital_link(path).ok_or("expected a key of GS1 and its value in the path")?;
        check_digit_of_link(&link)?;
    }
    Ok(Level::Open)
}

/// The constrained canonical GS1 Digital Link of an EPC URI or of a Digital Link at any host: only the finest level, no
/// query. `None` when it is neither.
#[must_use]
pub fn canonical_link(uri: &str) -> Option<String> {
    if let Some(rest) = uri.strip_prefix("urn:epc:") {
        return epc_link(rest).ok().flatten();
    }
    let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
    let (_, path) = rest.split_once('/')?;
    digital_link(path)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `body` with its GS1 check digit behind.
fn checked(body: &str) -> String {
    let sum: u32 = body.bytes().rev().enumerate().map(|(place, byte)| u32::from(byte - b'0') * [3, 1][place % 2]).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Characters of a serial in an EPC URI, an escaped one counted as one; `None` if one may not be there.
fn serial_chars(text: &str) -> Option<usize> {
    let escaped = text.matches('%').count();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!'()*+,-.:;=_%".contains(&byte);
    (percent_signs_are_sound(text) && text.bytes().all(allowed)).then_some(text.len() - 2 * escaped)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '!' => escaped.push_str("%21"),
            '(' => escaped.push_str("%28"),
            ')' => escaped.push_str("%29"),
            '*' => escaped.push_str("%2A"),
            '+' => escaped.push_str("%2B"),
            ',' => escaped.push_str("%2C"),
            ':' => escaped.push_str("%3A"),
            _ => escaped.push(c),
        }
    }
    escaped
}

const COMPANY: &str = "expected a GS1 company prefix of 6 to 12 digits";
const LENGTH: &str = "company prefix and reference have not as many digits together as this key has";
const PARTS: &str = "expected all its parts, with dots between them";
const SERIAL: &str = "its serial is empty, too long, or has characters that must be escaped";

/// Company prefix and reference of `total` digits, and what follows after a dot.
fn parts(body: &str, total: usize) -> Result<(&str, &str, Option<&str>), &'static str> {
    let mut split = body.splitn(3, '.');
    let (Some(company), Some(reference)) = (split.next(), split.next()) else { return Err(PARTS) };
    if !digits(company) || !(6..=12).contains(&company.len()) {
        return Err(COMPANY);
    }
    if !(digits(reference) || reference.is_empty()) || company.len() + reference.len() != total {
        return Err(LENGTH);
    }
    Ok((company, reference, split.next()))
}

fn serial(text: Option<&str>, max: usize) -> Result<String, &'static str> {
    let text = text.ok_or(PARTS)?;
    match serial_chars(text) {
        Some(chars) if (1..=max).contains(&chars) => Ok(escape(text)),
        _ => Err(SERIAL),
    }
}

fn nothing_more(rest: Option<&str>) -> Result<(), &'static str> {
    if rest.is_none() { Ok(()) } else { Err("it has more parts than this key has") }
}

fn star(rest: Option<&str>) -> Result<(), &'static str> {
    if rest == Some("*") { Ok(()) } else { Err("expected an asterisk in place of the serial") }
}

/// A key of 14 digits whose first is an indicator: the reference's first digit goes in front.
fn gtin(company: &str, reference: &str) -> Result<String, &'static str> {
    let (indicator, item) = reference.split_at_checked(1).ok_or(LENGTH)?;
    Ok(checked(&format!("{indicator}{company}{item}")))
}

/// A company prefix and a reference that is no number, together at most 30 characters.
fn free(body: &str) -> Result<(&str, &str), &'static str> {
    let (company, reference) = body.split_once('.').ok_or(PARTS)?;
    if !digits(company) || !(6..=12).contains(&company.len()) {
        return Err(COMPANY);
    }
    match serial_chars(reference) {
        Some(chars) if chars >= 1 && company.len() + chars <= 30 => Ok((company, reference)),
        _ => Err(SERIAL),
    }
}

/// The Digital Link of what follows `urn:epc:`; `None` of a scheme that has none (GS1 TDS 2.0, section 6).
fn epc_link(rest: &str) -> Result<Option<String>, &'static str> {
    let mut split = rest.splitn(3, ':');
    let (Some(kind), Some(scheme), Some(body)) = (split.next(), split.next(), split.next()) else { return Err(PARTS) };
    let path = match (kind, scheme) {
        ("id", "sgtin") => {
            let (company, reference, rest) = parts(body, 13)?;
            format!("01/{}/21/{}", gtin(company, reference)?, serial(rest, 20)?)
        }
        ("id", "upui") => {
            let (company, reference, rest) = parts(body, 13)?;
            format!("01/{}/235/{}", gtin(company, reference)?, serial(rest, 28)?)
        }
        ("class", "lgtin") => {
            let (company, reference, rest) = parts(body, 13)?;
            format!("01/{}/10/{}", gtin(company, reference)?, serial(rest, 20)?)
        }
        ("idpat", "sgtin" | "upui") => {
            let (company, reference, rest) = parts(body, 13)?;
            star(rest)?;
            format!("01/{}", gtin(company, reference)?)
        }
        (_, "itip") => itip(kind, body)?,
        ("id", "sscc") => {
            let (company, reference, rest) = parts(body, 17)?;
            nothing_more(rest)?;
            format!("00/{}", gtin(company, reference)?)
        }
        ("id", "sgln") => {
            let (company, reference, rest) = parts(body, 12)?;
            let gln = checked(&format!("{company}{reference}"));
            match serial(rest, 20)?.as_str() {
                "0" => format!("414/{gln}"),
                extension => format!("414/{gln}/254/{extension}"),
            }
        }
        ("id", "pgln") => {
            let (company, reference, rest) = parts(body, 12)?;
            nothing_more(rest)?;
            format!("417/{}", checked(&format!("{company}{reference}")))
        }
        ("id" | "idpat", "grai" | "gdti" | "sgcn") => serialised(kind, scheme, body)?,
        ("id", "gsrn" | "gsrnp") => {
            let (company, reference, rest) = parts(body, 17)?;
            nothing_more(rest)?;
            format!("{}/{}", if scheme == "gsrn" { "8018" } else { "8017" }, checked(&format!("{company}{reference}")))
        }
        ("id", "gsin") => {
            let (company, reference, rest) = parts(body, 16)?;
            nothing_more(rest)?;
            format!("402/{}", checked(&format!("{company}{reference}")))
        }
        ("id", "giai" | "ginc") => {
            let (company, reference) = free(body)?;
            format!("{}/{company}{}", if scheme == "giai" { "8004" } else { "401" }, escape(reference))
        }
        ("id" | "idpat", "cpi") => cpi(kind, body)?,
        ("id" | "idpat", "gid" | "usdod" | "adi" | "bic" | "imovn") if !body.is_empty() => return Ok(None),
        _ => return Err("there is no such scheme of EPC URIs"),
    };
    Ok(Some(format!("https://id.gs1.org/{path}")))
}

fn serialised(kind: &str, scheme: &str, body: &str) -> Result<String, &'static str> {
    let (company, reference, rest) = parts(body, 12)?;
    let (identifier, lead, max) = match scheme {
        "grai" => ("8003", "0", 16),
        "gdti" => ("253", "", 17),
        _ => ("255", "", 12),
    };
    let key = format!("{identifier}/{lead}{}", checked(&format!("{company}{reference}")));
    if kind == "idpat" {
        return star(rest).map(|()| key);
    }
    let serial = serial(rest, max)?;
    if scheme == "sgcn" && !digits(&serial) {
        return Err(SERIAL);
    }
    Ok(key + &serial)
}

fn itip(kind: &str, body: &str) -> Result<String, &'static str> {
    let (company, reference, rest) = parts(body, 13)?;
    let mut rest = rest.ok_or(PARTS)?.splitn(3, '.');
    let (Some(piece), Some(total), last) = (rest.next(), rest.next(), rest.next()) else { return Err(PARTS) };
    if ![piece, total].iter().all(|number| number.len() == 2 && digits(number)) {
        return Err("expected piece and total as two digits each");
    }
    let key = format!("8006/{}{piece}{total}", gtin(company, reference)?);
    match kind {
        "idpat" => star(last).map(|()| key),
        "id" => Ok(format!("{key}/21/{}", serial(last, 20)?)),
        _ => Err("there is no such scheme of EPC URIs"),
    }
}

fn cpi(kind: &str, body: &str) -> Result<String, &'static str> {
    let (body, last) = body.rsplit_once('.').ok_or(PARTS)?;
    let (company, reference) = free(body)?;
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-%".contains(&byte);
    if !reference.bytes().all(capital) {
        return Err("expected a part reference of capitals, digits and hyphens");
    }
    let key = format!("8010/{company}{reference}");
    match (kind, last) {
        ("idpat", "*") => Ok(key),
        ("id", number) if digits(number) && number.len() <= 12 => Ok(format!("{key}/8011/{number}")),
        _ => Err(SERIAL),
    }
}

/// The application identifier of a segment of a Digital Link's path, which may also be its old short name.
fn identifier(segment: &str) -> &str {
    const SHORT: [(&str, &str); 19] = [
        ("gtin", "01"),
        ("itip", "8006"),
        ("cpid", "8010"),
        ("gln", "414"),
        ("party", "417"),
        ("gsrnp", "8017"),
        ("gsrn", "8018"),
        ("gcn", "255"),
        ("sscc", "00"),
        ("gdti", "253"),
        ("ginc", "401"),
        ("gsin", "402"),
        ("grai", "8003"),
        ("giai", "8004"),
        ("cpv", "22"),
        ("lot", "10"),
        ("ser", "21"),
        ("glnx", "254"),
        ("cpsn", "8011"),
    ];
    SHORT.iter().find(|(short, _)| *short == segment).map_or(segment, |(_, identifier)| identifier)
}

/// The shape of a key's value: how many digits it begins with, and how many other characters may follow.
fn shape(key: &str) -> Option<(usize, usize)> {
    Some(match key {
        "00" | "8017" | "8018" | "8006" => (18, 0),
        "01" => (14, 0),
        "253" => (13, 17),
        "255" => (13, 12),
        "401" | "8004" | "8010" => (4, 26),
        "402" => (17, 0),
        "414" | "417" => (13, 0),
        "8003" => (14, 16),
        _ => return None,
    })
}

/// What may follow a key, finest first.
fn qualifiers(key: &str) -> &'static [&'static str] {
    match key {
        "01" => &["21", "235", "10"],
        "8006" => &["21", "10"],
        "414" => &["254"],
        "8010" => &["8011"],
        _ => &[],
    }
}

fn value_chars(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"\"'-.;<=>?_%!()*+,:&#".contains(&byte))
}

fn digital_link(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let place = (0..segments.len()).find(|place| {
        let value = segments.get(place + 1).and_then(|value| value.get(..4));
        shape(identifier(segments[*place])).is_some() && value.is_some_and(digits)
    })?;
    let key = identifier(segments[place]);
    let mut value = segments[place + 1].to_owned();
    if key == "01" && matches!(value.len(), 8 | 12 | 13) && digits(&value) {
        value = format!("{value:0>14}");
    }
    let (leading, others) = shape(key)?;
    let (head, tail) = value.split_at_checked(leading)?;
    if !digits(head) || tail.len() > others || !(tail.is_empty() || value_chars(tail)) {
        return None;
    }
    let pairs: Vec<(&str, &str)> =
        segments[place + 2..].chunks_exact(2).map(|pair| (identifier(pair[0]), pair[1])).collect();
    let finest = qualifiers(key).iter().find_map(|wanted| pairs.iter().find(|(found, _)| found == wanted));
    match finest {
        Some((qualifier, serial)) if value_chars(serial) => {
            Some(format!("https://id.gs1.org/{key}/{value}/{qualifier}/{serial}"))
        }
        Some(_) => None,
        None => Some(format!("https://id.gs1.org/{key}/{value}")),
    }
}

/// Checks the check digit of the key in a canonical link.
fn check_digit_of_link(link: &str) -> Result<(), &'static str> {
    let mut segments = link.trim_start_matches("https://id.gs1.org/").split('/');
    let (Some(key), Some(value)) = (segments.next(), segments.next()) else { return Ok(()) };
    let length = match key {
        "00" | "8017" | "8018" => 18,
        "01" | "8006" | "8003" => 14,
        "253" | "255" | "414" | "417" => 13,
        "402" => 17,
        _ => return Ok(()),
    };
    let number = value.get(..length).unwrap_or_default();
    let body = number.get(..length - 1).unwrap_or_default();
    if checked(body) == number { Ok(()) } else { Err("its check digit is wrong") }
}
