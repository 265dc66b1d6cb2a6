use chrono::{DateTime, TimeZone, Utc};
use conthoi::paper::{
    PREFIX, SignedStatement, Statement, StatementError, TOLD_MAX, ToldHandoff, VerificationCode, public_key,
    read_public_key,
};
use proptest::prelude::*;

const SECRET: [u8; 32] = [7; 32];

fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2019, 6, 14, 1, 0, 0).unwrap() + chrono::Duration::minutes(minute)
}

fn statement(handoffs: usize) -> Statement {
    let told = (0..handoffs.min(TOLD_MAX)).map(|n| ToldHandoff {
        giver: format!("CP{:02}", n % 40),
        receiver: if n % 5 == 4 { "*".into() } else { format!("SITE{:02}", n % 40) },
        at: at(i64::try_from(n).unwrap() * 700),
    });
    Statement {
        centre: "H51".into(),
        dossier: "000.00.00.H51-190614-0001".into(),
        issued_at: at(90_000),
        position: 1_234_567,
        entries: [3; 16],
        handoffs: u32::try_from(handoffs).unwrap(),
        printed: [4; 16],
        told: told.collect(),
    }
}

#[test]
fn a_statement_verifies_with_the_public_key_alone_and_says_what_was_signed() {
    for handoffs in [0, 1, 6, TOLD_MAX, 5_000] {
        let signed = SignedStatement::sign(statement(handoffs), &SECRET);
        let read = SignedStatement::verify(&signed.text(), &public_key(&SECRET)).unwrap();
        assert_eq!(read.statement, statement(handoffs));
        assert_eq!(read.code(), signed.code());
        // As it is copied out of a terminal.
        let broken = format!("  {}\n{} ", &signed.text()[..40], &signed.text()[40..]);
        assert_eq!(SignedStatement::verify(&broken, &public_key(&SECRET)), Ok(read));
    }
    let usual = SignedStatement::sign(statement(6), &SECRET).text();
    let largest = SignedStatement::sign(statement(5_000), &SECRET).text();
    assert!(usual.len() < 400, "{} characters", usual.len());
    // What a slip's code was read back with.
    assert!(largest.len() <= 611, "{} characters", largest.len());
}

#[test]
fn another_key_and_every_changed_character_are_noticed() {
    let signed = SignedStatement::sign(statement(3), &SECRET);
    let key = public_key(&SECRET);
    assert_eq!(SignedStatement::verify(&signed.text(), &public_key(&[8; 32])), Err(StatementError::Forged));
    let text = signed.text();
    for place in PREFIX.len()..text.len() {
        let other = if &text[place..=place] == "B" { "C" } else { "B" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert!(SignedStatement::verify(&changed, &key).is_err(), "character {place}");
    }
    for text in [
        "",
        PREFIX,
        "CONTHOI1:A",
        "CONTHOI1:0189",
        "https://example.org",
        &text[..text.len() - 8],
        &text.to_lowercase(),
    ] {
        assert!(SignedStatement::verify(text, &key).is_err(), "{text}");
    }
}

#[test]
fn codes_are_typed_as_people_type_and_every_wrong_character_is_noticed() {
    let code = SignedStatement::sign(statement(3), &SECRET).code();
    let shown = code.to_string();
    assert_eq!(shown.len(), 19);
    for typed in
        [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "o").replace('1', "l")]
    {
        assert_eq!(typed.parse::<VerificationCode>(), Ok(code.clone()), "{typed}");
    }
    for place in 0..16 {
        for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
            let mut typed: Vec<char> = code.as_str().chars().collect();
            if typed[place] == c {
                continue;
            }
            typed[place] = c;
            let typed: String = typed.into_iter().collect();
            assert_eq!(typed.parse::<VerificationCode>(), Err(StatementError::Check), "{typed}");
        }
    }
    for typed in
        ["", "1234", "1234-5678-9ABC-DEF", "1234-5678-9ABC-DEFG-H", "1234-5678-9ABC-DEF€", "UUUU-UUUU-UUUU-UUUU"]
    {
        assert_eq!(typed.parse::<VerificationCode>(), Err(StatementError::Code), "{typed}");
    }
    let other = SignedStatement::sign(Statement { position: 1_234_568, ..statement(3) }, &SECRET).code();
    assert_ne!(other, code);
}

#[test]
fn keys_are_read_as_they_are_printed() {
    let key = public_key(&SECRET);
    let text = conthoi::ledger::content::hex(&key);
    assert_eq!(read_public_key(&format!(" {text}\n")), Ok(key));
    for text in ["", "00", &text[..63], &format!("{text}0"), &text.replace(|c: char| c.is_ascii_digit(), "g")] {
        assert_eq!(read_public_key(text), Err(StatementError::Key), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,300}", body in "[A-Z2-7]{0,400}") {
        let key = public_key(&SECRET);
        let _ = SignedStatement::verify(&text, &key);
        let unsigned = format!("{PREFIX}{body}");
        prop_assert!(SignedStatement::verify(&unsigned, &key).is_err());
        let _ = text.parse::<VerificationCode>();
        let _ = read_public_key(&text);
    }
}
