//! Which texts name a database, and what is said of the others.

use conthoi::store::{Backend, DatabaseUrl, StoreError};

fn problem(text: &str) -> String {
    match text.parse::<DatabaseUrl>() {
        Err(error @ StoreError::Url { .. }) => error.to_string(),
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn urls_that_name_a_database() {
    for (text, backend, shown) in [
        ("sqlite:conthoi.sqlite", Backend::Sqlite, "sqlite:conthoi.sqlite"),
        ("sqlite:/var/lib/conthoi/day", Backend::Sqlite, "sqlite:/var/lib/conthoi/day"),
        ("sqlite:///var/lib/conthoi.db", Backend::Sqlite, "sqlite:/var/lib/conthoi.db"),
        ("sqlite://here.db", Backend::Sqlite, "sqlite:here.db"),
        ("conthoi-data/conthoi.sqlite", Backend::Sqlite, "sqlite:conthoi-data/conthoi.sqlite"),
        ("  /tmp/thử nghiệm.db\n", Backend::Sqlite, "sqlite:/tmp/thử nghiệm.db"),
        ("C:\\conthoi.db", Backend::Sqlite, "sqlite:C:\\conthoi.db"),
        ("postgres://localhost/conthoi", Backend::Postgres, "postgres://localhost/conthoi"),
        ("postgresql://lan@db.example:5433/conthoi", Backend::Postgres, "postgres://lan@db.example:5433/conthoi"),
        ("postgres://lan:s3cret@db/conthoi", Backend::Postgres, "postgres://lan:***@db/conthoi"),
        ("postgres://lan:p%40ss@[::1]:5432/conthoi", Backend::Postgres, "postgres://lan:***@[::1]:5432/conthoi"),
        (
            "postgres://a,b:5433/x?target_session_attrs=any",
            Backend::Postgres,
            "postgres://a,b:5433/x?target_session_attrs=any",
        ),
        ("postgres:///x?host=/run/pg&password=s3cret", Backend::Postgres, "postgres:///x?host=/run/pg&password=***"),
        ("postgres://%2Frun%2Fpg/x?sslmode=prefer", Backend::Postgres, "postgres://%2Frun%2Fpg/x?sslmode=prefer"),
    ] {
        let url: DatabaseUrl = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(url.backend(), backend, "{text}");
        assert_eq!(url.to_string(), shown, "{text}");
        assert_eq!(format!("{url:?}"), shown, "{text}");
    }
}

#[test]
fn typos_are_told_and_never_make_a_file() {
    for (text, expected) in [
        ("postgre://localhost/conthoi", "\"postgre\" is not a known kind of database"),
        ("posgresql:conthoi", "\"posgresql\" is not a known kind"),
        ("posgresql:conthoi.db", "\"posgresql\" is not a known kind"),
        ("mysql://localhost/conthoi", "\"mysql\" is not a known kind"),
        ("postgres:conthoi", "postgres: must be followed by //"),
        ("postgres:/localhost/conthoi", "must be followed by //"),
        ("", "it is empty"),
        ("conthoi", "does not say which kind"),
        ("sqlite", "does not say which kind"),
        ("sqlite:", "wants the path of a file"),
        ("sqlite::memory:", "in memory cannot be shared"),
        ("sqlite:file:x.db?mode=memory", "in memory cannot be shared"),
        ("sqlite:x.db?mode=ro", "without options"),
        ("postgres://localhost:54x2/conthoi", "PORT is a number"),
        ("postgres://[::1/conthoi", "what should be HOST:PORT is not"),
        ("postgres://localhost/conthoi?sslmode", "NAME=VALUE"),
        ("postgres://localhost/conthoi?sslmode=require", "sslmode=require asks for TLS"),
        ("postgres://localhost/conthoi?connect_timeout=3&sslmode=verify-full", "sslmode=verify-full asks for TLS"),
    ] {
        let said = problem(text);
        assert!(said.contains(expected), "{text:?} gave {said:?}");
        assert!(said.contains("sqlite:PATH") && said.contains("postgres://"), "{said:?} must name what is accepted");
    }
}

#[test]
fn a_badly_written_password_is_not_repeated() {
    for text in [
        "postgres://lan:s3cr@et@db/conthoi",
        "postgres://lan:s3cr/et@db/conthoi",
        "postgres://lan:s3cr?et@db/conthoi",
        "postgres://lan:s3cr%et@db/conthoi",
        "postgres://lan:s3cr%00et@db/conthoi",
        "postgre://lan:s3cret@db/conthoi",
        "lan:s3cret@db/conthoi",
        "postgres://lan:x@db/conthoi?password=s3cr=et",
        "postgres://lan:x@db/conthoi?s3cret",
    ] {
        let said = problem(text);
        assert!(!said.contains("s3cr") && !said.contains("et@"), "{text:?} gave {said:?}");
    }
}
