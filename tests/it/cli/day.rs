//! Import, season, plan, calendar, roads: the commands that work and end.

use std::fs;

use super::{Ran, conthoi, run};

#[test]
fn the_demo_for_a_program_and_again_without_doubling() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &["demo", "--no-serve", "--json"]).json();
    assert_eq!((first["date"].as_str(), first["synthetic"].as_bool()), (Some("2019-06-14"), Some(true)));
    assert_eq!(first["travel"]["kind"], "estimate");
    assert_eq!(first["runs"].as_array().unwrap().iter().filter(|run| run["kind"] == "document").count(), 4);
    assert!(!first["rounds"].as_array().unwrap().is_empty());
    assert!(first["summary"]["items_planned"].as_u64().unwrap() > 100);

    let second = run(folder.path(), &["demo", "--no-serve", "--json"]).json();
    assert_eq!(second, first, "what is there is used");

    let text = run(folder.path(), &["demo", "--no-serve"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    for part in ["synthetic season", "estimate", "Run 1", "Run 4", "Home-delivery rounds", "on board", "On time:", "km"]
    {
        assert!(text.out.contains(part), "{part:?} is not in {}", text.out);
    }

    let other = run(folder.path(), &["demo", "--no-serve", "--scale", "2"]);
    other.fails_with(2, &["--fresh"]);
    let season = run(folder.path(), &["simulate", "--from", "2019-01-04", "--to", "2019-06-15"]);
    season.fails_with(1, &["--replace"]);

    let again = run(folder.path(), &["plan", "--date", "2019-06-14", "--json"]).json();
    assert_eq!(again["revision"], 2);
    assert_eq!(again["summary"], first["summary"], "the same seed gives the same plan");
}

#[test]
fn days_that_cannot_be_planned() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["plan", "--date", "2019-06-14"]).fails_with(1, &["no centre", "conthoi import"]);
    assert_eq!(run(folder.path(), &["import"]).code, 0);
    run(folder.path(), &["plan", "--date", "2019-06-15"]).fails_with(3, &["2019-06-15", "Saturday", "2019-06-17"]);
    run(folder.path(), &["plan", "--date", "2019-05-01"]).fails_with(3, &["2019-05-01", "2019-05-02"]);
    run(folder.path(), &["plan", "--date", "2099-06-15"]).fails_with(3, &["2099-06-15", "calendar"]);
    run(folder.path(), &["plan", "--date", "2019-06-14", "--centre", "H99"]).fails_with(2, &["H99", "H51"]);
    let backwards = run(folder.path(), &["simulate", "--from", "2019-06-15", "--to", "2019-01-04"]);
    backwards.fails_with(3, &["2019-06-15", "2019-01-04"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder should be stops everybody; permissions would not stop root.
    fs::write(folder.path().join("conthoi-data"), "").unwrap();
    run(folder.path(), &["import"]).fails_with(1, &["conthoi-data"]);
    run(folder.path(), &["import", "--database", "sqlite:nowhere/a.sqlite"]).fails_with(1, &["nowhere"]);
    fs::write(folder.path().join("garbage.sqlite"), "this is no database at all, whatever its name says").unwrap();
    run(folder.path(), &["import", "--database", "garbage.sqlite"]).fails_with(1, &["garbage.sqlite"]);
    assert!(fs::read_to_string(folder.path().join("garbage.sqlite")).unwrap().starts_with("this is no"));
}

#[test]
fn a_broken_centre_is_reported_and_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["import", "no-such-folder"]).fails_with(3, &["no-such-folder"]);
    let own = folder.path().join("own");
    fs::create_dir(&own).unwrap();
    let embedded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/soc-trang");
    for entry in fs::read_dir(embedded).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, own.join(path.file_name().unwrap())).unwrap();
    }
    let timetable = own.join("timetable.csv");
    let text = fs::read_to_string(&timetable).unwrap();
    fs::write(&timetable, text.replacen("07:", "27:", 1)).unwrap();
    run(folder.path(), &["import", "own"]).fails_with(3, &["timetable.csv:", "27:"]);
    run(folder.path(), &["plan", "--date", "2019-06-14"]).fails_with(1, &["no centre"]);
    fs::write(&timetable, text).unwrap();
    let loaded = run(folder.path(), &["import", "own", "--json"]).json();
    assert_eq!(loaded["centre"], "H51");
}

#[test]
fn the_calendar_needs_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let days = run(folder.path(), &["calendar", "--from", "2019-01-04", "--to", "2019-06-15", "--json"]).json();
    let working = days.as_array().unwrap().iter().filter(|day| day["working"] == true).count();
    assert_eq!(working, 109, "as the mission counts them");
    let year = run(folder.path(), &["calendar", "2019"]);
    assert!(year.out.contains("2019-05-01") && year.out.contains("working days"), "{}", year.out);
    run(folder.path(), &["calendar", "2099"]).fails_with(3, &["2099", "calendar"]);
    run(folder.path(), &["calendar", "--from", "2019-02-01", "--to", "2019-01-01"]).fails_with(2, &["--to"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn roads_are_imported_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "street.osm",
        r#"<osm version="0.6">
          <node id="1" lat="9.6000" lon="105.9700"/><node id="2" lat="9.6090" lon="105.9700"/>
          <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"#,
    );
    let made = run(folder.path(), &["roads", "import", "street.osm", "--out", "street.roads", "--json"]).json();
    assert_eq!((made["name"].as_str(), made["roads"].as_u64()), (Some("street"), Some(1)));
    assert_eq!(run(folder.path(), &["roads", "info", "street.roads", "--json"]).json(), made);
    let info: Ran =
        conthoi(folder.path(), &["roads", "info"]).env("CONTHOI_ROADS", "street.roads").output().unwrap().into();
    assert!(info.out.contains("OpenStreetMap"), "{}{}", info.out, info.err);

    run(folder.path(), &["roads", "import", "none.osm.pbf", "--out", "x.roads"]).fails_with(1, &["none.osm.pbf"]);
    write("broken.osm.pbf", "not a map");
    run(folder.path(), &["roads", "import", "broken.osm.pbf", "--out", "x.roads"]).fails_with(3, &["pbf"]);
    assert!(!folder.path().join("x.roads").exists() && !folder.path().join("x.roads.part").exists());
    run(folder.path(), &["roads", "info", "street.osm"]).fails_with(3, &["network file"]);
    run(folder.path(), &["plan", "--date", "2019-06-14", "--roads", "none.roads"]).fails_with(1, &["none.roads"]);
}

#[test]
fn nothing_is_erased_before_its_time_nor_without_being_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["import"]).code, 0);
    let erased = run(folder.path(), &["erase", "--expired", "--json"]).json();
    assert_eq!(erased, serde_json::json!({ "home_deliveries": 0, "dossier_phones": 0 }));
    let text = run(folder.path(), &["erase", "--expired"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(text.out.contains("0 home deliveries"), "{}", text.out);
    run(folder.path(), &["erase"]).fails_with(2, &["--expired"]);
}
