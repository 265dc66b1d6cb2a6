//! A recorded scan: what is read has one canonical form, which is read as the same scan.
#![no_main]

use conthoi::ledger::content;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(scan) = content::read(text, None) {
        let canonical = content::canonical(&scan, None);
        let again = content::read(&canonical, None).expect("a canonical form is read");
        assert_eq!(content::canonical(&again, None), canonical);
    }
});
