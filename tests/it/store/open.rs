//! Databases that cannot be opened: one clear message each, and nothing made or changed.

use std::{fs, path::Path};

use conthoi::store::{DatabaseUrl, Store, StoreError};

use crate::support::db::{TestDatabase, on_each_database};

fn problem(url: &str) -> String {
    let url: DatabaseUrl = url.parse().unwrap();
    match Store::open(&url) {
        Err(error @ StoreError::Connect { .. }) => error.to_string(),
        other => panic!("{url} gave {other:?}"),
    }
}

#[test]
fn an_open_store_answers() {
    on_each_database(|store| {
        store.ping().unwrap();
        store.clone().ping().unwrap();
    });
}

#[test]
fn a_folder_that_does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such");
    let said = problem(&format!("sqlite:{}/x.db", missing.display()));
    assert!(said.contains("does not exist: create it"), "{said}");
    assert!(!missing.exists());
}

#[test]
fn a_folder_instead_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let said = problem(&format!("sqlite:{}", folder.path().display()));
    assert!(said.contains("it is a folder: add a file name"), "{said}");
}

/// A folder in which nobody can make a file; for root, whom permissions do not stop, one of the kernel's.
fn read_only_folder(own: &Path) -> Option<std::path::PathBuf> {
    let mut permissions = fs::metadata(own).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(own, permissions).unwrap();
    [own, Path::new("/proc/sys/kernel"), Path::new("/sys")]
        .into_iter()
        .find(|folder| folder.is_dir() && fs::File::create(folder.join("probe")).is_err())
        .map(Path::to_path_buf)
}

#[test]
fn a_read_only_folder() {
    let folder = tempfile::tempdir().unwrap();
    let Some(read_only) = read_only_folder(folder.path()) else {
        eprintln!("skipped: no folder on this machine is closed to this user");
        return;
    };
    let said = problem(&format!("sqlite:{}/x.db", read_only.display()));
    assert!(said.contains("writable, or choose another path"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.db");
    let text = "Danh sách hồ sơ, không phải cơ sở dữ liệu. ".repeat(50);
    fs::write(&path, &text).unwrap();
    let said = problem(&format!("sqlite:{}", path.display()));
    assert!(said.contains("not an SQLite database: choose another path"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn another_programs_database_is_left_alone() {
    let database = TestDatabase::sqlite();
    database.execute("CREATE TABLE recipes (name TEXT)");
    let before = fs::read(database.path().unwrap()).unwrap();
    let said = problem(&database.url);
    assert!(said.contains("tables of another program: choose another path"), "{said}");
    assert_eq!(fs::read(database.path().unwrap()).unwrap(), before);
}

#[test]
fn a_server_that_is_down() {
    let said = problem("postgres://lan:s3cret@127.0.0.1:1/conthoi");
    assert!(said.contains("cannot open postgres://lan:***@127.0.0.1:1/conthoi"), "{said}");
    assert!(said.contains("refused"), "the cause must be told: {said}");
    assert!(!said.contains("s3cret"), "{said}");
    let said = problem("postgres:///x?host=/no/such/folder&password=s3cret");
    assert!(said.contains("/no/such/folder/.s.PGSQL.5432"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_database_that_is_not_on_the_server() {
    let Some(database) = TestDatabase::postgres() else { return };
    let said = problem(&database.url.replacen("conthoi_test_", "no_such_", 1));
    assert!(said.contains("does not exist"), "{said}");
}

#[test]
fn a_database_without_tables_says_so() {
    for database in TestDatabase::each() {
        let store = Store::open(&database.database_url()).unwrap();
        let said = store.centre_codes().unwrap_err();
        assert!(matches!(said, StoreError::NotMigrated { .. }), "{said:?}");
        store.migrate().unwrap();
        assert_eq!(store.centre_codes().unwrap(), Vec::<String>::new());
    }
}
