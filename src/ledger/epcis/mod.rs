//! EPCIS 2.0 (ISO/IEC 19987) and CBV 2.0 (ISO/IEC 19988): scans told to partners, and what partners tell.
//!
//! [`read()`] takes a capture as it came in, an `EPCISDocument`, an `EPCISQueryDocument` or a single event, checks it and keeps
//! every event's text as it was sent. A [`Fault`] says where in the document (JSON pointer), which [`Rule`] and what to do.
//! The rules are those of GS1's JSON schema and, beyond it, of the standard's text: code lists, the syntax of EPC URIs
//! and Digital Links, members that need each other. Values are never repeated in a fault, since they may be personal.
//!
//! [`prehash`] and [`event_hash`] give the event hash ID of CBV 2.0 (section 8.9): two writings of one event have one
//! hash. It tells duplicates, because an `eventID` alone does not: an error declaration bears that of the event it takes back.
//!
//! [`outbound`] tells our scans as events; [`compose()`] makes a document of any events, [`tell()`] one of events that are
//! kept as they were sent. [`index()`] says under what an event is found, however it is written.
//!
//! What it does not know: HTTP, the database, the clock, and contexts that lie elsewhere: of the context of GS1 it knows the
//! prefixes, of others nothing, and fetches nothing.

mod answer;
mod compose;
mod context;
mod hash;
mod identifier;
mod index;
mod json;
pub mod outbound;
mod read;
mod time;
mod validate;
mod vocabulary;

pub use answer::{Told, tell};
pub use compose::{DocumentForm, compose};
pub use context::Namespaces;
pub use hash::{event_hash, event_sha256, hash_id, prehash};
pub use identifier::canonical_link;
pub use index::{EventIndex, Term, TypedTerm, Writing, event_id_key, index};
pub use read::{Capture, CaptureForm, Event, read};

use std::fmt;

/// The context that every document refers to.
pub const GS1_CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Which kind of rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The text is no JSON.
    Json,
    /// The `@context` is missing or is none.
    Context,
    /// A member is missing that must be there.
    Missing,
    /// A member is not known here and is no extension either.
    UnknownMember,
    /// A value has another JSON type or shape than expected.
    Type,
    /// A word is not in its code list.
    Vocabulary,
    /// A text is no URI.
    Uri,
    /// An EPC URI or a Digital Link is malformed, or its check digit is wrong.
    Identifier,
    /// A time has no zone, or is none.
    Time,
    /// Members that exclude or need each other.
    Combination,
    /// A value is in a list twice.
    Duplicate,
    /// A version of the standard that is not known here.
    Version,
}

impl Rule {
    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Context => "context",
            Self::Missing => "missing",
            Self::UnknownMember => "unknown_member",
            Self::Type => "type",
            Self::Vocabulary => "vocabulary",
            Self::Uri => "uri",
            Self::Identifier => "identifier",
            Self::Time => "time",
            Self::Combination => "combination",
            Self::Duplicate => "duplicate",
            Self::Version => "version",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}: {message}", if pointer.is_empty() { "the document" } else { pointer.as_str() })]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901) into what was sent.
    pub pointer: String,
    /// Which rule.
    pub rule: Rule,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Fault {
    fn new(pointer: impl Into<String>, rule: Rule, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), rule, message: message.into() }
    }
}

/// `pointer` one member or place deeper.
fn deeper(pointer: &str, step: impl fmt::Display) -> String {
    let step = step.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{step}")
}
