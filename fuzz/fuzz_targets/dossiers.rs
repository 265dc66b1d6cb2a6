//! Files of dossiers: every row has an answer. The first byte says in which format.
#![no_main]

use std::sync::{Arc, LazyLock};

use conthoi::{
    service::{DossierFormat, FixedClock, Service, estimated_travel},
    store::Store,
};
use libfuzzer_sys::fuzz_target;

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("conthoi-fuzz-{}.sqlite", std::process::id()));
    let url = format!("sqlite:{}", path.display()).parse().expect("a path is a URL");
    let store = Store::open(&url).expect("the temporary folder takes a database");
    store.migrate().expect("an empty database is migrated");
    let clock = FixedClock::new("2019-06-14T00:00:00Z".parse().expect("a time"));
    let service = Service::new(store, Arc::new(estimated_travel()), Arc::new(clock), None);
    service.import_embedded().expect("the embedded centre is imported");
    service
});

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let format = if which % 2 == 0 { DossierFormat::Csv } else { DossierFormat::Json };
    if let Ok(report) = SERVICE.import_dossiers(bytes, format, which % 4 >= 2) {
        assert!(report.rows.iter().zip(1..).all(|(row, n)| row.row == n));
    }
});
