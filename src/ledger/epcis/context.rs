//! `@context`: which prefix stands for which namespace.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Fault, Rule, deeper,
    vocabulary::{CBV, GS1_VOC},
};

/// What the context of GS1 says of prefixes.
const KNOWN: [(&str, &str); 8] = [
    ("cbv", CBV),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("gs1", GS1_VOC),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The prefixes that hold for an event, each with its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespaces {
    prefixes: BTreeMap<String, String>,
    /// Whether a context lies elsewhere that may declare more.
    open: bool,
}

impl Default for Namespaces {
    fn default() -> Self {
        let prefixes =
            KNOWN.iter().map(|(prefix, namespace)| ((*prefix).to_owned(), (*namespace).to_owned())).collect();
        Self { prefixes, open: false }
    }
}

impl Namespaces {
    /// These and what `context` adds; later declarations win.
    #[must_use]
    pub fn with(&self, context: &Value) -> Self {
        let mut all = self.clone();
        all.add(context);
        all
    }

    fn add(&mut self, context: &Value) {
        match context {
            Value::Array(parts) => parts.iter().for_each(|part| self.add(part)),
            Value::String(uri) => self.open |= !is_gs1_context(uri),
            Value::Object(terms) => {
                for (term, meaning) in terms.iter().filter(|(term, _)| !term.starts_with('@')) {
                    let iri = meaning.as_str().or_else(|| meaning.get("@id")?.as_str());
                    if let Some(iri) = iri {
                        self.prefixes.insert(term.clone(), iri.to_owned());
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether every name has the same meaning with `other`, so far as is known: what lies elsewhere may mean anything.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        !self.open && !other.open && self.prefixes.iter().all(|(prefix, it)| other.prefixes.get(prefix) == Some(it))
    }

    /// The namespace of a prefix.
    #[must_use]
    pub fn namespace(&self, prefix: &str) -> Option<&str> {
        self.prefixes.get(prefix).map(String::as_str)
    }

    /// A name with a prefix, as its namespace and its local part.
    #[must_use]
    pub fn split<'a>(&self, name: &'a str) -> Option<(&str, &'a str)> {
        let (prefix, local) = name.split_once(':')?;
        Some((self.namespace(prefix)?, local))
    }

    /// Whether the name of a member is that of an extension: a prefix that is declared, or a whole URI.
    pub(super) fn is_extension(&self, name: &str) -> bool {
        let Some((prefix, local)) = name.split_once(':') else { return false };
        !local.is_empty()
            && (self.prefixes.contains_key(prefix)
                || local.starts_with("//")
                || prefix.eq_ignore_ascii_case("urn")
                || (self.open && is_prefix(prefix)))
    }
}

fn is_prefix(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic()) && text.chars().all(|c| c.is_alphanumeric() || "+-._".contains(c))
}

fn is_gs1_context(uri: &str) -> bool {
    uri.ends_with("/epcis-context.jsonld") && (uri.contains("//ref.gs1.org/") || uri.contains("//gs1.github.io/"))
}

/// Checks an `@context`: a URI, an object, or a list of them without repetition.
pub(super) fn check(pointer: &str, context: &Value, faults: &mut Vec<Fault>) {
    let mut part = |pointer: &str, part: &Value| match part {
        Value::String(uri) if super::identifier::is_uri(uri) => {}
        Value::Object(terms) => {
            for (term, meaning) in terms {
                let sound = term.starts_with('@')
                    || matches!(meaning, Value::Object(_) | Value::Null)
                    || meaning.as_str().is_some_and(|text| !text.is_empty());
                if !sound {
                    let message = "expected the namespace that this prefix stands for, as a text";
                    faults.push(Fault::new(deeper(pointer, term), Rule::Context, message));
                }
            }
        }
        _ => {
            let message = "expected the URI of a context, or an object of prefixes and their namespaces";
            faults.push(Fault::new(pointer, Rule::Context, message));
        }
    };
    match context {
        Value::Array(parts) => {
            parts.iter().enumerate().for_each(|(place, it)| part(&deeper(pointer, place), it));
            let repeated = (1..parts.len()).find(|place| parts[..*place].contains(&parts[*place]));
            if let Some(place) = repeated {
                faults.push(Fault::new(deeper(pointer, place), Rule::Duplicate, "this context is in the list already"));
            }
            if parts.is_empty() {
                faults.push(Fault::new(pointer, Rule::Context, "it is empty: expected at least the context of GS1"));
            }
        }
        other => part(pointer, other),
    }
}
