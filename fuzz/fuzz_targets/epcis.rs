//! Captures: what is accepted can be told again, means the same, and is indexed.
#![no_main]

use conthoi::ledger::epcis::{self, DocumentForm, Told};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(events) = epcis::read(text).and_then(epcis::Capture::all) else { return };
    let mut told = Vec::new();
    for event in &events {
        assert!(epcis::index(event, "https://conthoi.invalid/").is_some());
        let hash = epcis::event_hash(event);
        let event = Told { text: event.text().to_owned(), context: event.context().clone() };
        told.push(event.recorded(&hash, "2026-01-05T00:00:00.000Z").expect("an accepted event is told"));
    }
    let document = epcis::tell(DocumentForm::Document, "2026-01-05T00:00:00Z", &told);
    let again = epcis::read(&document).expect("what is told is a document");
    assert_eq!(again.events.len(), events.len());
});
