//! Options, environment, configuration file, help.

use std::fs;

use super::{Ran, conthoi, run};

#[test]
fn every_command_has_help_and_most_have_examples() {
    let folder = tempfile::tempdir().unwrap();
    let commands: &[&[&str]] = &[
        &[],
        &["demo"],
        &["serve"],
        &["plan"],
        &["import"],
        &["simulate"],
        &["roads"],
        &["roads", "import"],
        &["roads", "info"],
        &["calendar"],
        &["solve"],
        &["account", "add"],
        &["account", "reset"],
        &["account", "token"],
        &["openapi"],
    ];
    for command in commands {
        let ran = run(folder.path(), &[command, &["--help"][..]].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command:?}");
        assert!(ran.out.contains("Usage: conthoi"), "{command:?}: {}", ran.out);
        if !matches!(*command, ["roads" | "openapi"]) {
            assert!(ran.out.contains("Example"), "{command:?}: {}", ran.out);
        }
    }
    assert!(run(folder.path(), &["--help"]).out.contains("Exit codes"));
    assert!(run(folder.path(), &["--version"]).out.starts_with("conthoi "));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "asking for help leaves nothing behind");
}

#[test]
fn wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (&["plan"][..], "--date"),
        (&["plan", "--date", "14/06/2019"], "14/06/2019"),
        (&["plan", "--date", "2019-02-29"], "2019-02-29"),
        (&["fly"], "fly"),
        (&["simulate", "--from", "2019-01-04", "--to", "2019-01-31", "--scale", "0"], "--scale"),
        (&["calendar", "2019", "--from", "2019-01-01"], "--from"),
        (&["roads", "info"], "--roads"),
        (&["serve", "--bind", "0.0.0.0"], "loopback"),
        (&["serve", "--bind", "192.168.1.4"], "conthoi account add"),
        (&["serve", "--public-url", "conthoi.example.vn"], "https://HOST"),
        (&["serve", "--port", "0", "--oidc-issuer", "https://id.example.vn"], "oidc_client_id"),
        (
            &[
                "serve",
                "--port",
                "0",
                "--oidc-issuer",
                "https://a.vn",
                "--oidc-client-id",
                "c",
                "--oidc-client-secret-file",
                "s",
            ],
            "public_url",
        ),
        (&["account", "add", "lan", "--role", "king"], "dispatcher"),
        (&["serve", "--port", "65536"], "65536"),
        (&["plan", "--date", "2019-06-14", "--log", "conthoi=loud"], "loud"),
        (&["plan", "--date", "2019-06-14", "--log-format", "xml"], "text or json"),
    ] {
        run(folder.path(), arguments).fails_with(2, &[part]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_database_url_with_a_mistake_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "postgre://lan:s3cret@localhost/conthoi",
        "posgresql://lan:s3cret@localhost/conthoi",
        "postgres:/lan:s3cret@localhost/conthoi",
        "mysql://lan:s3cret@localhost/conthoi",
        "conthoi",
        "",
    ] {
        let ran = run(folder.path(), &["import", "--database", url]);
        ran.fails_with(2, &["postgres://", "sqlite:"]);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{url}");
    }
    // Nobody listens on that port.
    let down = run(folder.path(), &["import", "--database", "postgres://lan:s3cret@127.0.0.1:1/conthoi"]);
    down.fails_with(1, &["127.0.0.1"]);
    assert!(!down.err.contains("s3cret"), "{}", down.err);
}

#[test]
fn the_file_is_read_and_its_mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("conthoi.toml"), text).unwrap();
    for (text, part) in [
        ("databse = \"sqlite:a.sqlite\"", "databse"),
        ("port = 99999", "port"),
        ("port = ", "conthoi.toml"),
        ("bind = \"everywhere\"", "bind"),
    ] {
        write(text);
        run(folder.path(), &["import"]).fails_with(2, &[part, "conthoi.toml"]);
    }
    let absent = run(folder.path(), &["import", "--config", "other.toml"]);
    absent.fails_with(2, &["other.toml"]);
}

#[test]
fn an_option_goes_before_the_environment_before_the_file_before_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let exists = |name: &str| folder.path().join(name).exists();
    let import = |environment: Option<&str>, option: Option<&str>| {
        let mut command = conthoi(folder.path(), &["import"]);
        if let Some(url) = environment {
            command.env("CONTHOI_DATABASE", url);
        }
        if let Some(url) = option {
            command.args(["--database", url]);
        }
        let ran: Ran = command.output().unwrap().into();
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    import(None, None);
    assert!(exists("conthoi-data/conthoi.sqlite"), "the default");
    fs::write(folder.path().join("conthoi.toml"), "database = \"sqlite:file.sqlite\"").unwrap();
    import(None, None);
    assert!(exists("file.sqlite"), "the file");
    import(Some("sqlite:environment.sqlite"), None);
    assert!(exists("environment.sqlite"), "the environment");
    import(Some("sqlite:never.sqlite"), Some("sqlite:option.sqlite"));
    assert!(exists("option.sqlite") && !exists("never.sqlite"), "the option");
}

#[test]
fn the_openapi_description_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(folder.path(), &["openapi"]).json();
    assert_eq!(printed["openapi"], "3.1.0");
    assert!(printed["paths"]["/v1/plans/{date}"].is_object());
}
