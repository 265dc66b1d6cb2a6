//! Migrations and `schema` tell the same of both databases.

use std::{collections::BTreeMap, fs, path::Path, thread};

use conthoi::store::{Store, StoreError};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};

use crate::support::db::TestDatabase;

/// Table to columns in order, each with its type in `schema`'s words and whether it may be null.
type Tables = BTreeMap<String, Vec<(String, &'static str, bool)>>;

const DIESELS_OWN: &str = "__diesel_schema_migrations";

fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn migrations_have_the_same_names_in_both() {
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[test]
fn each_migration_is_applied_once_and_named() {
    for database in TestDatabase::each() {
        let store = Store::open(&database.database_url()).unwrap();
        assert_eq!(store.pending_migrations().unwrap(), names("sqlite"));
        assert_eq!(store.migrate().unwrap(), names("sqlite"));
        assert_eq!(store.pending_migrations().unwrap(), Vec::<String>::new());
        assert_eq!(store.migrate().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn servers_that_start_at_once_migrate_once() {
    for database in TestDatabase::each() {
        let url = database.database_url();
        let applied: Vec<Vec<String>> = thread::scope(|scope| {
            let start = || Store::open(&url).unwrap().migrate().unwrap();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(applied.concat(), names("sqlite"));
    }
}

#[test]
fn a_newer_releases_database_is_refused() {
    for database in TestDatabase::each() {
        let store = database.store();
        database.execute(&format!("INSERT INTO {DIESELS_OWN} (version) VALUES ('9000')"));
        for result in [store.migrate(), store.pending_migrations()] {
            assert!(matches!(&result, Err(StoreError::NewerSchema { version }) if version == "9000"), "{result:?}");
        }
    }
}

/// What the files of `schema` say.
fn written() -> Tables {
    let folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema")).unwrap();
    let text: String = folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let mut tables = Tables::new();
    let mut table = None;
    for line in text.lines().map(str::trim) {
        if let Some((name, sql_type)) = line.trim_end_matches(',').split_once(" -> ") {
            let nullable = sql_type.starts_with("Nullable<");
            let bare = sql_type.trim_start_matches("Nullable<").trim_end_matches('>');
            let columns = tables.get_mut(table.as_ref().expect("a column stands in a table")).unwrap();
            columns.push((name.to_owned(), known_type(bare), nullable));
        } else if let Some((name, _)) = line.split_once(" (").filter(|(_, after)| after.ends_with(") {")) {
            table = Some(name.to_owned());
            tables.insert(name.to_owned(), Vec::new());
        }
    }
    tables
}

fn known_type(word: &str) -> &'static str {
    const KNOWN: [&str; 8] = ["Binary", "Text", "Date", "Time", "Integer", "BigInt", "Double", "Bool"];
    KNOWN
        .into_iter()
        .find(|known| *known == word)
        .unwrap_or_else(|| panic!("{word} is a new type: teach it to this test"))
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

fn in_sqlite(path: &str) -> Vec<Column> {
    sql_query(
        "SELECT t.name AS table_name, c.name AS name, c.type AS data_type, \
         CASE c.\"notnull\" WHEN 0 THEN 'YES' ELSE 'NO' END AS nullable \
         FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    )
    .load(&mut SqliteConnection::establish(path).unwrap())
    .unwrap()
}

fn in_postgres(url: &str) -> Vec<Column> {
    sql_query(
        "SELECT table_name::text, column_name::text AS name, data_type::text, is_nullable::text AS nullable \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    )
    .load(&mut PgConnection::establish(url).unwrap())
    .unwrap()
}

/// Whether a column of the database's type `found` may be read as `written`.
fn fits(found: &str, written: &str) -> bool {
    match found {
        // SQLite's strict tables know few types.
        "INTEGER" => ["Integer", "BigInt", "Bool"].contains(&written),
        "TEXT" => ["Text", "Date", "Time"].contains(&written),
        "BLOB" | "bytea" => written == "Binary",
        "REAL" | "double precision" => written == "Double",
        "integer" => written == "Integer",
        "bigint" => written == "BigInt",
        "boolean" => written == "Bool",
        "text" => written == "Text",
        "date" => written == "Date",
        "time without time zone" => written == "Time",
        _ => false,
    }
}

#[test]
fn both_databases_are_as_the_schema_says() {
    let written = written();
    assert!(written.len() > 20, "the schema was not understood: {:?}", written.keys());
    for database in TestDatabase::each() {
        drop(database.store());
        let columns = match database.path() {
            Some(path) => in_sqlite(path),
            None => in_postgres(&database.url),
        };
        let mut found: BTreeMap<&str, Vec<&Column>> = BTreeMap::new();
        for column in columns.iter().filter(|column| column.table_name != DIESELS_OWN) {
            found.entry(&column.table_name).or_default().push(column);
        }
        assert_eq!(found.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
        for (table, columns) in &written {
            let in_database: Vec<(&str, bool)> =
                found[table.as_str()].iter().map(|c| (c.name.as_str(), c.nullable == "YES")).collect();
            let in_schema: Vec<(&str, bool)> =
                columns.iter().map(|(name, _, nullable)| (name.as_str(), *nullable)).collect();
            assert_eq!(in_database, in_schema, "{table}");
            for (column, (name, sql_type, _)) in found[table.as_str()].iter().zip(columns) {
                assert!(fits(&column.data_type, sql_type), "{table}.{name} is {}, not {sql_type}", column.data_type);
            }
        }
    }
}

#[test]
fn every_sqlite_table_is_strict() {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let database = TestDatabase::sqlite();
    drop(database.store());
    let lax: Vec<Name> = sql_query(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 \
         AND name NOT LIKE 'sqlite_%'",
    )
    .load(&mut SqliteConnection::establish(database.path().unwrap()).unwrap())
    .unwrap();
    let lax: Vec<&str> = lax.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(lax, [DIESELS_OWN]);
}
