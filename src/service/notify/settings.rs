use std::{collections::BTreeMap, fmt, net::IpAddr, time::Duration};

use lettre::{SmtpTransport, message::Mailbox, transport::smtp::authentication::Credentials};
use serde_json::Value;
use ureq::http::{HeaderName, HeaderValue, Uri};

use crate::domain::MessageParameters;

/// The longest that one message takes to be sent.
const TIME_OUT_DEFAULT: Duration = Duration::from_secs(15);
/// What stands in a gateway's body for what differs from message to message.
const PLACES: [&str; 8] = ["id", "to", "to_digits", "text", "text_vi", "text_en", "template", "parameters"];

/// A gateway as the configuration has it.
#[derive(Clone, Default)]
pub struct GatewayWords {
    /// Where messages are posted.
    pub url: String,
    /// Headers by name; `{secret}` stands for the secret.
    pub headers: BTreeMap<String, String>,
    /// The secret.
    pub secret: Option<String>,
    /// A JSON document; `{to}`, `{text}` and the like in its strings stand for what differs.
    pub body: String,
    /// The status with which the gateway says that it had a message with the same id before.
    pub duplicate_status: Option<u16>,
}

/// An HTTP gateway that carries messages to telephones. It does not show itself: its headers are secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Gateway {
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Value,
    pub(super) duplicate_status: Option<u16>,
}

/// Whether a URL leads to this machine.
fn is_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Gateway {
    /// Reads a gateway's configuration.
    ///
    /// # Errors
    /// Which key cannot be accepted and what is expected; never the secret.
    pub fn new(words: &GatewayWords) -> Result<Self, String> {
        let uri: Uri = words.url.parse().map_err(|_| "url is no URL".to_owned())?;
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_this_machine(&uri) => {}
            _ => return Err("url: expected https, as numbers travel to it (http to this machine only)".to_owned()),
        }
        let mut headers = Vec::with_capacity(words.headers.len());
        for (name, value) in &words.headers {
            let bad = |problem: &str| format!("headers.{name}: {problem}");
            let value = match (&words.secret, value.contains("{secret}")) {
                (None, true) => return Err(bad("it needs secret_file")),
                (Some(secret), true) => value.replace("{secret}", secret),
                (_, false) => value.clone(),
            };
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("it is no name of a header"))?;
            let mut value = HeaderValue::from_str(&value).map_err(|_| bad("it cannot stand in a header"))?;
            value.set_sensitive(true);
            headers.push((header, value));
        }
        let body: Value =
            serde_json::from_str(&words.body).map_err(|error| format!("body is no JSON document: {error}"))?;
        let mut places = Vec::new();
        places_in(&body, &mut places)?;
        if !places.iter().any(|place| place == "to" || place == "to_digits") {
            return Err("body: expected {to} or {to_digits} in a string of it".to_owned());
        }
        if !places.iter().any(|place| place.starts_with("text") || place == "parameters") {
            return Err("body: expected {text}, {text_vi}, {text_en} or {parameters} in a string of it".to_owned());
        }
        Ok(Self { url: words.url.clone(), headers, body, duplicate_status: words.duplicate_status })
    }

    /// The body of one message.
    pub(super) fn filled(&self, values: &BTreeMap<&'static str, String>, parameters: &MessageParameters) -> Value {
        fill(&self.body, values, parameters)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gateway(…)")
    }
}

/// The names in braces in a document's strings.
fn places_in(value: &Value, places: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some((_, behind)) = rest.split_once('{') {
                let (name, after) = behind.split_once('}').ok_or("body: a brace in a string is left open")?;
                if !PLACES.contains(&name) {
                    return Err(format!("body: {{{name}}} is unknown: expected one of {}", PLACES.join(", ")));
                }
                if name == "parameters" && text != "{parameters}" {
                    return Err("body: {parameters} is an object and stands in a string of its own".to_owned());
                }
                places.push(name.to_owned());
                rest = after;
            }
            Ok(())
        }
        Value::Array(list) => list.iter().try_for_each(|value| places_in(value, places)),
        Value::Object(object) => object.values().try_for_each(|value| places_in(value, places)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn fill(value: &Value, values: &BTreeMap<&'static str, String>, parameters: &MessageParameters) -> Value {
    match value {
        Value::String(text) if text == "{parameters}" => {
            let object = parameters.iter().map(|(parameter, value)| (parameter.to_string(), Value::from(value)));
            Value::Object(object.collect())
        }
        Value::String(text) => {
            // What is filled in is not looked through again.
            let mut filled = String::with_capacity(text.len());
            let mut rest = text.as_str();
            while let Some((before, behind)) = rest.split_once('{') {
                let Some((name, after)) = behind.split_once('}') else { break };
                filled.push_str(before);
                filled.push_str(values.get(name).map_or("", String::as_str));
                rest = after;
            }
            filled.push_str(rest);
            Value::String(filled)
        }
        Value::Array(list) => Value::Array(list.iter().map(|value| fill(value, values, parameters)).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, value)| (name.clone(), fill(value, values, parameters))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A server that takes letters. It does not show itself.
#[derive(Clone)]
pub struct MailServer {
    pub(super) url: String,
    pub(super) credentials: Option<Credentials>,
    pub(super) from: Mailbox,
}

impl MailServer {
    /// Reads a mail server's configuration: `smtps://host:465`, or `smtp://host:587?tls=required`; the user with the password;
    /// and from whom letters come.
    ///
    /// # Errors
    /// Which key cannot be accepted and what is expected; never the password.
    pub fn new(url: &str, login: Option<(&str, &str)>, from: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "url is no URL".to_owned())?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err("url: leave the user out of it and give user and password_file".to_owned());
        }
        let encrypted = match uri.scheme_str() {
            Some("smtps") => true,
            Some("smtp") => uri.query() == Some("tls=required") || is_this_machine(&uri),
            _ => false,
        };
        if !encrypted {
            return Err(
                "url: expected smtps://host, or smtp://host:587?tls=required (without only to this machine)".into()
            );
        }
        SmtpTransport::from_url(url).map_err(|_| "url is no URL of a mail server".to_owned())?;
        let from =
            from.parse().map_err(|_| "from: expected a mailbox, such as Centre <results@example.vn>".to_owned())?;
        let credentials = login.map(|(user, password)| Credentials::new(user.to_owned(), password.to_owned()));
        Ok(Self { url: url.to_owned(), credentials, from })
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailServer(…)")
    }
}

/// By what messages are sent.
#[derive(Debug, Clone)]
pub struct NotifySettings {
    /// What carries short messages.
    pub sms: Option<Gateway>,
    /// What carries messages to Zalo.
    pub zalo: Option<Gateway>,
    /// What carries letters.
    pub mail: Option<MailServer>,
    /// How long sending one may take.
    pub time_out: Duration,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self { sms: None, zalo: None, mail: None, time_out: TIME_OUT_DEFAULT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MessageParameter;

    fn words(body: &str) -> GatewayWords {
        GatewayWords { url: "https://sms.example.vn/send".into(), body: body.into(), ..GatewayWords::default() }
    }

    #[test]
    fn what_is_filled_in_stays_one_string() {
        let gateway = Gateway::new(&words(r#"{"m": ["{to}: {text}"], "p": "{parameters}", "n": 1}"#)).unwrap();
        let values = BTreeMap::from([("to", "+84".to_owned()), ("text", "\"},{to} {".to_owned())]);
        let parameters = MessageParameters::default().with(MessageParameter::Ticket, 7);
        let filled = gateway.filled(&values, &parameters);
        assert_eq!(filled, serde_json::json!({ "m": ["+84: \"},{to} {"], "p": { "ticket": "7" }, "n": 1 }));
    }

    #[test]
    fn what_cannot_work_is_refused_at_once() {
        for body in [
            "",
            "{",
            r#""{text}""#,
            r#""{to}""#,
            r#""{to} {text} {name}""#,
            r#""{to} {parameters}""#,
            r#""{to} {text""#,
        ] {
            assert!(Gateway::new(&words(body)).is_err(), "{body}");
        }
        let good = words(r#""{to} {text}""#);
        for url in ["http://sms.example.vn/", "http://10.0.0.1/", "ftp://x/", "", "/send"] {
            assert!(Gateway::new(&GatewayWords { url: url.into(), ..good.clone() }).is_err(), "{url}");
        }
        let headers = BTreeMap::from([("authorization".to_owned(), "Bearer {secret}".to_owned())]);
        assert!(Gateway::new(&GatewayWords { headers: headers.clone(), ..good.clone() }).is_err());
        let secret = Some("a\nb".to_owned());
        let error = Gateway::new(&GatewayWords { headers, secret, ..good }).unwrap_err();
        assert!(!error.contains("a\nb"), "{error}");
        for url in ["smtp://mail.example.vn", "smtps://u:p@mail.example.vn", "https://mail.example.vn", ""] {
            assert!(MailServer::new(url, None, "a@example.vn").is_err(), "{url}");
        }
        assert!(MailServer::new("smtps://mail.example.vn", None, "nobody").is_err());
        assert!(
            MailServer::new("smtp://mail.example.vn:587?tls=required", Some(("u", "p")), "T <a@example.vn>").is_ok()
        );
    }
}
