//! Under what an event is found.
//!
//! A partner may write one thing in several ways: a business step as a word, a CURIE, a URI or a URN, a key of GS1 as an EPC
//! URI or a Digital Link. What is found and what is asked for are brought to one writing, so that each finds the other.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    super::content::hex,
    Event, Namespaces, canonical_link, time,
    vocabulary::{
        self, BIZ_STEP, BIZ_TRANSACTION_TYPE, DISPOSITION, ERROR_REASON, SOURCE_DESTINATION_TYPE, Vocabulary,
    },
};

/// The longest text that is indexed as it is, bytes; of a longer one its digest is. Databases bound the keys of an index.
const KEY_BYTES_MAX: usize = 400;

/// What an event can be asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventIndex {
    /// When it happened.
    pub event_time: DateTime<Utc>,
    /// Of an error declaration: when it was declared.
    pub declared_at: Option<DateTime<Utc>>,
    /// Its type.
    pub event_type: String,
    /// ADD, OBSERVE or DELETE.
    pub action: Option<String>,
    /// The business step.
    pub biz_step: Option<String>,
    /// The disposition.
    pub disposition: Option<String>,
    /// Where it was observed.
    pub read_point: Option<String>,
    /// Where the things are afterwards.
    pub biz_location: Option<String>,
    /// The things and whatever else it names, each with its [`Term`] in front.
    pub terms: BTreeSet<String>,
}

/// What a name in an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// A thing of `epcList` or `childEPCs`.
    Epc,
    /// The parent.
    Parent,
    /// What was transformed.
    InputEpc,
    /// What came out.
    OutputEpc,
    /// A class of `quantityList` or `childQuantityList`.
    EpcClass,
    /// A class of what was transformed.
    InputClass,
    /// A class of what came out.
    OutputClass,
    /// The transformation.
    Transformation,
    /// A disposition that begins to hold.
    DispositionSet,
    /// A disposition that ends to hold.
    DispositionUnset,
    /// Why the event is taken back.
    ErrorReason,
    /// The event that is right instead.
    CorrectiveEvent,
}

impl Term {
    const fn word(self) -> &'static str {
        match self {
            Self::Epc => "epc",
            Self::Parent => "parent",
            Self::InputEpc => "input",
            Self::OutputEpc => "output",
            Self::EpcClass => "class",
            Self::InputClass => "input_class",
            Self::OutputClass => "output_class",
            Self::Transformation => "transformation",
            Self::DispositionSet => "set",
            Self::DispositionUnset => "unset",
            Self::ErrorReason => "error_reason",
            Self::CorrectiveEvent => "corrective_event",
        }
    }
}

/// A list whose elements have a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedTerm {
    /// A business transaction.
    BizTransaction,
    /// Where the things come from.
    Source,
    /// Where they go.
    Destination,
}

impl TypedTerm {
    const fn word(self) -> &'static str {
        match self {
            Self::BizTransaction => "transaction",
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }

    fn types(self) -> &'static Vocabulary {
        match self {
            Self::BizTransaction => &BIZ_TRANSACTION_TYPE,
            Self::Source | Self::Destination => &SOURCE_DESTINATION_TYPE,
        }
    }
}

/// Brings texts to one writing.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    namespaces: &'a Namespaces,
    own_base: &'a str,
}

impl<'a> Writing<'a> {
    /// With the prefixes that hold where the texts stand; what begins with `own_base` names something of ours, and is
    /// written so that it stays the same when the base changes.
    #[must_use]
    pub fn new(namespaces: &'a Namespaces, own_base: &'a str) -> Self {
        Self { namespaces, own_base }
    }

    /// A URI.
    #[must_use]
    pub fn uri(&self, text: &str) -> String {
        if let Some(own) = text.strip_prefix(self.own_base) {
            return key(format!("own:{own}"));
        }
        let uri = vocabulary::uri_of_urn(text)
            .or_else(|| self.namespaces.split(text).map(|(namespace, local)| format!("{namespace}{local}")))
            .unwrap_or_else(|| text.to_owned());
        key(canonical_link(&uri).unwrap_or(uri))
    }

    fn word(&self, list: &Vocabulary, text: &str) -> String {
        list.uri(text).unwrap_or_else(|| self.uri(text))
    }

    /// A business step.
    #[must_use]
    pub fn biz_step(&self, text: &str) -> String {
        self.word(&BIZ_STEP, text)
    }

    /// A disposition.
    #[must_use]
    pub fn disposition(&self, text: &str) -> String {
        self.word(&DISPOSITION, text)
    }

    /// The type of an event.
    #[must_use]
    pub fn event_type(&self, text: &str) -> String {
        if text.contains(':') { self.uri(text) } else { key(text.to_owned()) }
    }

    /// A name of a kind.
    #[must_use]
    pub fn term(&self, term: Term, text: &str) -> String {
        let value = match term {
            Term::DispositionSet | Term::DispositionUnset => self.disposition(text),
            Term::ErrorReason => self.word(&ERROR_REASON, text),
            _ => self.uri(text),
        };
        format!("{}={value}", term.word())
    }

    /// A name of a typed list; a type of `None` is that of a business transaction without one.
    #[must_use]
    pub fn typed_term(&self, list: TypedTerm, kind: Option<&str>, text: &str) -> String {
        let kind = kind.map(|kind| self.word(list.types(), kind)).unwrap_or_default();
        key(format!("{}:{kind}={}", list.word(), self.uri(text)))
    }
}

/// What is indexed of a text. A text with a NUL character is none that a database holds.
fn key(text: String) -> String {
    if text.len() <= KEY_BYTES_MAX && !text.contains('\0') {
        return text;
    }
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    format!("sha-256:{}", hex(&digest))
}

/// The writing under which an event's `eventID` is found. It is compared as it stands.
#[must_use]
pub fn event_id_key(text: &str) -> String {
    key(text.to_owned())
}

/// Under what `event` is found; `own_base` as for [`Writing::new`]. `None` of an event without a sound time, which no
/// reader lets pass.
#[must_use]
pub fn index(event: &Event, own_base: &str) -> Option<EventIndex> {
    let writing = Writing::new(event.namespaces(), own_base);
    let value = event.value();
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let place = |name: &str| value.get(name)?.get("id")?.as_str().map(|id| writing.uri(id));
    let declaration = value.get("errorDeclaration");
    let declared_at = declaration.and_then(|it| time::parse(it.get("declarationTime")?.as_str()?));
    let declared_at = declared_at.map(|at| crate::domain::to_micros(at.to_utc()));
    Some(EventIndex {
        event_time: event.event_time()?,
        // A declaration has its time, or it was not read.
        declared_at: declaration.and(declared_at),
        event_type: writing.event_type(event.event_type()),
        action: text("action").map(|action| key(action.to_owned())),
        biz_step: text("bizStep").map(|word| writing.biz_step(word)),
        disposition: text("disposition").map(|word| writing.disposition(word)),
        read_point: place("readPoint"),
        biz_location: place("bizLocation"),
        terms: terms(value, &writing),
    })
}

fn terms(event: &Value, writing: &Writing<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |term: Term, values: &Value| {
        let values = values.as_array().map_or_else(|| std::slice::from_ref(values), Vec::as_slice);
        found.extend(values.iter().filter_map(Value::as_str).map(|text| writing.term(term, text)));
    };
    for (term, name) in [
        (Term::Epc, "epcList"),
        (Term::Epc, "childEPCs"),
        (Term::Parent, "parentID"),
        (Term::InputEpc, "inputEPCList"),
        (Term::OutputEpc, "outputEPCList"),
        (Term::Transformation, "transformationID"),
    ] {
        add(term, &event[name]);
    }
    for (term, name) in [
        (Term::EpcClass, "quantityList"),
        (Term::EpcClass, "childQuantityList"),
        (Term::InputClass, "inputQuantityList"),
        (Term::OutputClass, "outputQuantityList"),
    ] {
        event[name].as_array().into_iter().flatten().for_each(|element| add(term, &element["epcClass"]));
    }
    add(Term::DispositionSet, &event["persistentDisposition"]["set"]);
    add(Term::DispositionUnset, &event["persistentDisposition"]["unset"]);
    add(Term::ErrorReason, &event["errorDeclaration"]["reason"]);
    add(Term::CorrectiveEvent, &event["errorDeclaration"]["correctiveEventIDs"]);
    for (list, name, member) in [
        (TypedTerm::BizTransaction, "bizTransactionList", "bizTransaction"),
        (TypedTerm::Source, "sourceList", "source"),
        (TypedTerm::Destination, "destinationList", "destination"),
    ] {
        for element in event[name].as_array().into_iter().flatten() {
            if let Some(text) = element[member].as_str() {
                found.insert(writing.typed_term(list, element["type"].as_str(), text));
            }
        }
    }
    found
}
