//! SQLite finds things by their keys, however little it knows of how many there are.

use conthoi::store::Store;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};

use crate::support::db::TestDatabase;

/// A query, and the part of a key that it must be answered by.
const LOOK_UPS: [(&str, &str); 8] = [
    ("SELECT content FROM scan_events WHERE centre_id = x'01' AND id IN (x'01', x'02', x'03')", "id=?"),
    ("SELECT content FROM scan_events WHERE centre_id = x'01' AND position IN (1, 2, 3)", "position=?"),
    ("SELECT position FROM scan_codes WHERE centre_id = x'01' AND code IN ('A', 'B', 'C')", "code=?"),
    ("SELECT link FROM scan_chains WHERE centre_id = x'01' AND code IN ('A', 'B', 'C')", "code=?"),
    ("SELECT id FROM items WHERE centre_id = x'01' AND code IN ('A', 'B', 'C')", "code=?"),
    ("SELECT id FROM items WHERE centre_id = x'01' AND dossier_id IN (x'01', x'02')", "dossier_id=?"),
    ("SELECT id FROM dossiers WHERE centre_id = x'01' AND code IN ('A', 'B', 'C')", "code=?"),
    ("SELECT id FROM discrepancies WHERE centre_id = x'01' AND code = 'A' AND state = 'open'", "code=?"),
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn few_ids_are_found_without_reading_all_of_a_centre() {
    let database = TestDatabase::sqlite();
    drop(database.store());
    let mut connection = SqliteConnection::establish(database.path().unwrap()).unwrap();
    for (query, part) in LOOK_UPS {
        let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut connection).unwrap();
        assert!(steps.iter().any(|step| step.detail.contains(part)), "{query}: {}", steps[0].detail);
    }
}

#[test]
fn a_database_of_an_older_release_is_told_at_the_next_start() {
    let database = TestDatabase::sqlite();
    drop(database.store());
    database.execute("DROP TABLE sqlite_stat1");
    Store::open(&database.database_url()).unwrap().migrate().unwrap();
    let mut connection = SqliteConnection::establish(database.path().unwrap()).unwrap();
    let told: Vec<Step> = sql_query("SELECT idx AS detail FROM sqlite_stat1").load(&mut connection).unwrap();
    assert!(told.iter().any(|step| step.detail == "scan_events_by_id"));
}
