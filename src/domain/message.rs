use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Effective, HalfDay, parse_time};

/// The most digits of a one-time code.
const CODE_CHARS_MAX: usize = 12;

/// On what way somebody is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A letter to an electronic mailbox.
    Email,
    /// A short message to a telephone.
    Sms,
    /// A message to a telephone's Zalo account.
    Zalo,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Zalo];
    const WORDS: [(&'static str, Self); 3] = [("email", Self::Email), ("sms", Self::Sms), ("zalo", Self::Zalo)];
}

word_enum!(Channel, "channel of messages");

/// What a message tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A one-time code that makes a request final.
    HomeCode,
    /// A one-time code that proves a delivery.
    DeliveryCode,
    /// A request is final.
    HomeConfirmed,
    /// Place or half-day were changed.
    HomeChanged,
    /// A request was given up.
    HomeCancelled,
    /// The result is fetched at the counter, with a place in the queue.
    HomeCounter,
    /// The result is on its way.
    HomeOut,
    /// It comes at another time than was told.
    HomeWindow,
    /// It was handed over.
    HomeDelivered,
    /// It could not be handed over, and comes again.
    HomeAttemptFailed,
    /// A complaint was answered.
    ComplaintAnswered,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::HomeCode,
        Self::DeliveryCode,
        Self::HomeConfirmed,
        Self::HomeChanged,
        Self::HomeCancelled,
        Self::HomeCounter,
        Self::HomeOut,
        Self::HomeWindow,
        Self::HomeDelivered,
        Self::HomeAttemptFailed,
        Self::ComplaintAnswered,
    ];
    const WORDS: [(&'static str, Self); 11] = [
        ("home_code", Self::HomeCode),
        ("delivery_code", Self::DeliveryCode),
        ("home_confirmed", Self::HomeConfirmed),
        ("home_changed", Self::HomeChanged),
        ("home_cancelled", Self::HomeCancelled),
        ("home_counter", Self::HomeCounter),
        ("home_out", Self::HomeOut),
        ("home_window", Self::HomeWindow),
        ("home_delivered", Self::HomeDelivered),
        ("home_attempt_failed", Self::HomeAttemptFailed),
        ("complaint_answered", Self::ComplaintAnswered),
    ];

    /// What such a message may say.
    #[must_use]
    pub fn parameters(self) -> &'static [MessageParameter] {
        use MessageParameter as P;
        match self {
            Self::HomeCode | Self::DeliveryCode => &[P::Code, P::Minutes],
            Self::HomeConfirmed | Self::HomeChanged => &[P::Date, P::HalfDay, P::FeeDong],
            Self::HomeCounter => &[P::Date, P::Ticket],
            Self::HomeOut | Self::HomeWindow => &[P::Date, P::From, P::To],
            Self::HomeAttemptFailed => &[P::Date],
            Self::HomeCancelled | Self::HomeDelivered | Self::ComplaintAnswered => &[],
        }
    }

    /// Whether what it says is nobody else's to know, and is forgotten once it is sent or given up.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Self::HomeCode | Self::DeliveryCode)
    }
}

word_enum!(MessageKind, "kind of message");

/// A thing that differs from one message of a kind to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageParameter {
    /// A one-time code: digits.
    Code,
    /// For how many minutes it is good.
    Minutes,
    /// A day, ISO 8601.
    Date,
    /// `morning`, `afternoon`, or `day` when the half does not matter.
    HalfDay,
    /// What it costs, đồng.
    FeeDong,
    /// Not before, `HH:MM`.
    From,
    /// Not after, `HH:MM`.
    To,
    /// A place in the queue.
    Ticket,
}

impl MessageParameter {
    const WORDS: [(&'static str, Self); 8] = [
        ("code", Self::Code),
        ("minutes", Self::Minutes),
        ("date", Self::Date),
        ("half_day", Self::HalfDay),
        ("fee_dong", Self::FeeDong),
        ("from", Self::From),
        ("to", Self::To),
        ("ticket", Self::Ticket),
    ];

    /// An example of it.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Code => "123456",
            Self::Minutes => "10",
            Self::Date => "2019-06-17",
            Self::HalfDay => "morning",
            Self::FeeDong => "26000",
            Self::From => "08:15",
            Self::To => "09:15",
            Self::Ticket => "12",
        }
    }

    /// How a value reads; the error says what is expected, without the value.
    fn shown(self, value: &str, english: bool) -> Result<String, &'static str> {
        match self {
            Self::Code => {
                let digits = !value.is_empty() && value.len() <= CODE_CHARS_MAX;
                let digits = digits && value.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| value.to_owned()).ok_or("expected up to 12 digits")
            }
            Self::Minutes | Self::Ticket => {
                value.parse::<u32>().map(|number| number.to_string()).map_err(|_| "expected a whole number")
            }
            Self::FeeDong => {
                let dong = value.parse::<u32>().map_err(|_| "expected whole đồng")?;
                Ok(grouped(dong, if english { ',' } else { '.' }))
            }
            Self::Date => {
                let date: NaiveDate = value.parse().map_err(|_| "expected YYYY-MM-DD")?;
                Ok(date.format("%d/%m/%Y").to_string())
            }
            Self::HalfDay => {
                let word = match (value, english) {
                    ("day", false) => "trong ngày",
                    ("day", true) => "course",
                    (half, english) => match (half.parse(), english) {
                        (Ok(HalfDay::Morning), false) => "sáng",
                        (Ok(HalfDay::Morning), true) => "morning",
                        (Ok(HalfDay::Afternoon), false) => "chiều",
                        (Ok(HalfDay::Afternoon), true) => "afternoon",
                        (Err(_), _) => return Err("expected morning, afternoon or day"),
                    },
                };
                Ok(word.to_owned())
            }
            Self::From | Self::To => {
                let time = parse_time(value).map_err(|_| "expected HH:MM")?;
                Ok(time.format("%H:%M").to_string())
            }
        }
    }
}

word_enum!(MessageParameter, "parameter of messages");

/// Thousands apart.
fn grouped(number: u32, mark: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// What one message says, by parameter. It does not show itself: a one-time code may be among it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageParameters(BTreeMap<MessageParameter, String>);

impl MessageParameters {
    /// The same with one more.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "numbers, dates and words are given as they are")]
    pub fn with(mut self, parameter: MessageParameter, value: impl ToString) -> Self {
        self.0.insert(parameter, value.to_string());
        self
    }

    /// The examples of a kind.
    #[must_use]
    pub fn examples(kind: MessageKind) -> Self {
        kind.parameters().iter().fold(Self::default(), |all, parameter| all.with(*parameter, parameter.example()))
    }

    /// Each with its value.
    pub fn iter(&self) -> impl Iterator<Item = (MessageParameter, &str)> {
        self.0.iter().map(|(parameter, value)| (*parameter, value.as_str()))
    }

    /// What is wrong with these for a kind, by parameter: what is missing, too much, or cannot be read.
    #[must_use]
    pub fn problems(&self, kind: MessageKind) -> Vec<(MessageParameter, String)> {
        let expected = kind.parameters();
        let missing = expected.iter().filter(|parameter| !self.0.contains_key(parameter));
        let mut problems: Vec<_> = missing.map(|parameter| (*parameter, "it is missing".to_owned())).collect();
        for (parameter, value) in self.iter() {
            if !expected.contains(&parameter) {
                problems.push((parameter, format!("messages of kind {kind} do not say it")));
            } else if let Err(problem) = parameter.shown(value, false) {
                problems.push((parameter, problem.to_owned()));
            }
        }
        problems
    }
}

impl fmt::Debug for MessageParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The words of a kind of message on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// What is told.
    pub kind: MessageKind,
    /// On what way.
    pub channel: Channel,
    /// Whether it is told in quiet hours, too.
    pub urgent: bool,
    /// What a letter is about, in Vietnamese; empty where a channel has no such line.
    pub subject: String,
    /// The same in English.
    pub subject_en: String,
    /// The words in Vietnamese, with parameters in braces.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// The days on which the row is in force.
    pub effective: Effective,
    /// How sure the row is.
    pub status: String,
    /// Where it comes from.
    pub source: String,
}

/// What somebody reads. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText {
    /// What it is about, in Vietnamese.
    pub subject: String,
    /// The same in English.
    pub subject_en: String,
    /// The words in Vietnamese.
    pub text: String,
    /// The same in English.
    pub text_en: String,
}

impl MessageText {
    /// Both languages, Vietnamese first.
    #[must_use]
    pub fn both(&self) -> String {
        format!("{}\n{}", self.text, self.text_en)
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageText(…)")
    }
}

impl MessageTemplate {
    /// Reads the braces of a text.
    ///
    /// # Errors
    /// What is wrong with them: left open, or with a name that messages of this kind do not have.
    pub fn check(kind: MessageKind, text: &str) -> Result<(), String> {
        let parts = parts(text)?;
        let wrong = parts.iter().find_map(|part| match part {
            Part::Parameter(parameter) if !kind.parameters().contains(parameter) => Some(parameter),
            _ => None,
        });
        match wrong {
            None => Ok(()),
            Some(parameter) => {
                let expected: Vec<&str> = kind.parameters().iter().map(|parameter| parameter.as_str()).collect();
                let expected = if expected.is_empty() { "none".to_owned() } else { expected.join(", ") };
                Err(format!("messages of kind {kind} have no {{{parameter}}}: expected {expected}"))
            }
        }
    }

    /// What is read of a message that says `parameters`.
    ///
    /// # Errors
    /// Which parameter is missing or cannot be read, never its value.
    pub fn render(&self, parameters: &MessageParameters) -> Result<MessageText, String> {
        let fill = |text: &str, english: bool| -> Result<String, String> {
            parts(text)?.into_iter().try_fold(String::new(), |filled, part| match part {
                Part::Text(text) => Ok::<_, String>(filled + text),
                Part::Parameter(parameter) => {
                    let value = parameters.0.get(&parameter).ok_or_else(|| format!("{parameter} is missing"))?;
                    let shown = parameter.shown(value, english);
                    Ok(filled + &shown.map_err(|problem| format!("{parameter}: {problem}"))?)
                }
            })
        };
        Ok(MessageText {
            subject: fill(&self.subject, false)?,
            subject_en: fill(&self.subject_en, true)?,
            text: fill(&self.text, false)?,
            text_en: fill(&self.text_en, true)?,
        })
    }
}

enum Part<'a> {
    Text(&'a str),
    Parameter(MessageParameter),
}

fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or("a brace is left open")?;
        parts.push(Part::Text(before));
        parts.push(Part::Parameter(name.parse().map_err(|error: super::DomainError| error.to_string())?));
        rest = after;
    }
    parts.push(Part::Text(rest));
    if parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains('}'))) {
        return Err("a brace is closed that was not opened".to_owned());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(kind: MessageKind, text: &str) -> MessageTemplate {
        MessageTemplate {
            kind,
            channel: Channel::Sms,
            urgent: false,
            subject: String::new(),
            subject_en: String::new(),
            text: text.to_owned(),
            text_en: text.to_owned(),
            effective: Effective { from: NaiveDate::default(), to: None },
            status: "assumption".to_owned(),
            source: "test".to_owned(),
        }
    }

    #[test]
    fn values_read_as_each_language_has_them() {
        let kind = MessageKind::HomeConfirmed;
        let text =
            template(kind, "{half_day} {date}: {fee_dong} đ").render(&MessageParameters::examples(kind)).unwrap();
        assert_eq!(text.text, "sáng 17/06/2019: 26.000 đ");
        assert_eq!(text.text_en, "morning 17/06/2019: 26,000 đ");
        assert_eq!(
            (grouped(0, '.'), grouped(999, '.'), grouped(1_234_567, '.')),
            ("0".into(), "999".into(), "1.234.567".into())
        );
    }

    #[test]
    fn broken_braces_and_strange_names_are_refused() {
        for text in ["{code", "code}", "{name}", "{date}", "{}", "{{code}}"] {
            assert!(MessageTemplate::check(MessageKind::HomeCode, text).is_err(), "{text}");
        }
        assert_eq!(MessageTemplate::check(MessageKind::HomeCode, "{code}{minutes} x"), Ok(()));
    }

    #[test]
    fn no_problem_repeats_a_value() {
        let bad = MessageParameters::default()
            .with(MessageParameter::Code, "Trần Thị Lụa")
            .with(MessageParameter::Ticket, "0912345678");
        let problems = bad.problems(MessageKind::HomeCode);
        assert_eq!(problems.len(), 3, "{problems:?}");
        let said = format!("{problems:?} {bad:?}");
        assert!(!said.contains("Lụa") && !said.contains("0912"), "{said}");
    }
}
