//! What a scanner reads: recognised codes are written so that they are recognised again.
#![no_main]

use std::sync::LazyLock;

use conthoi::{
    domain::{CentreData, Code},
    service::import,
};
use libfuzzer_sys::fuzz_target;

static CENTRE: LazyLock<CentreData> = LazyLock::new(import::embedded);

fuzz_target!(|text: &str| {
    if let Ok(code) = Code::recognise(text, &CENTRE.centre.dossier_codes) {
        let written = code.to_string();
        assert_eq!(written.parse::<Code>().ok().as_ref(), Some(&code), "{written:?}");
        assert!(Code::recognise(&code.text(), &CENTRE.centre.dossier_codes).is_ok(), "{:?}", code.text());
    }
});
