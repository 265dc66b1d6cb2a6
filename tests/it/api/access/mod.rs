//! Who may come in, with what, and what they may then do.

mod accounts;
mod devices;
mod login;
mod objects;
mod pages;
mod rights;
mod sign_on;
mod tokens;

use std::sync::Arc;

use chrono::{DateTime, Duration};
use conthoi::{
    domain::Role,
    service::{
        AccessSettings, Actor, Clock as _, FixedClock, NamedParty, NewAccount, PasswordCost, Service, estimated_travel,
        solve::SolveLimits,
    },
    store::Account,
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::BigInt};
use serde_json::{Value, json};

use super::{Client, NOW, World};
use crate::support::{db::TestDatabase, ids::Dice};

/// As little work as Argon2 can be asked for.
pub(crate) const CHEAP: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };
/// A password that is accepted.
pub(crate) const PASSWORD: &str = "con thoi det lua";

/// Sóc Trăng with a clock that can be set.
pub(crate) struct Timed {
    pub(crate) world: World,
    pub(crate) clock: Arc<FixedClock>,
}

impl Timed {
    pub(crate) fn new(database: TestDatabase) -> Self {
        Self::with(database, AccessSettings::default())
    }

    pub(crate) fn with(database: TestDatabase, settings: AccessSettings) -> Self {
        let clock = Arc::new(FixedClock::new(DateTime::parse_from_rfc3339(NOW).unwrap().to_utc()));
        let service = Service::with_access(
            database.store(),
            Arc::new(estimated_travel()),
            clock.clone(),
            Box::new(Dice::new(7)),
            None,
            SolveLimits::default(),
            AccessSettings { password: CHEAP, ..settings },
        );
        service.import_embedded().unwrap();
        Self { world: World { service, database }, clock }
    }

    pub(crate) fn wait(&self, duration: Duration) {
        self.clock.set(self.clock.now() + duration);
    }

    /// Somebody with a password.
    pub(crate) fn person(&self, name: &str, role: Role) -> Account {
        person(&self.world.service, name, role, None)
    }
}

/// Somebody with a password, who acts for somebody.
pub(crate) fn person(service: &Service, name: &str, role: Role, acts_for: Option<NamedParty>) -> Account {
    let new = NewAccount { name: name.into(), role, acts_for, email: None };
    let (account, link) = service.add_account(&Actor::operator(), &new).unwrap();
    service.set_password_by_link(link.unwrap().secret.reveal(), PASSWORD).unwrap();
    account
}

/// A client who comes in with a fresh session of the account.
pub(crate) fn come_in(client: &Client, service: &Service, account: &Account) -> Client {
    client.with_session(service.open_session(account.id).unwrap().secret.reveal())
}

pub(crate) async fn log_in(client: &Client, name: &str, password: &str) -> super::Answer {
    client.anonymous().post("/v1/login", &json!({ "name": name, "password": password })).await
}

/// The session's secret of an answer that sets it.
pub(crate) fn session_of(answer: &super::Answer) -> String {
    let cookie = answer.header("set-cookie");
    let (name, rest) = cookie.split_once('=').unwrap_or_else(|| panic!("no cookie: {:?}", answer.bytes));
    assert_eq!(name, "conthoi_session");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    rest.split(';').next().unwrap().to_owned()
}

/// The answer of the database to a question that has a number for an answer.
pub(crate) fn count(database: &TestDatabase, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) AS count FROM {sql}");
    let Count { count } = match database.path() {
        Some(path) => sql_query(sql).get_result(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => sql_query(sql).get_result(&mut PgConnection::establish(&database.url).unwrap()).unwrap(),
    };
    count
}

/// The acts in the audit log, oldest first.
pub(crate) async fn acts(admin: &Client) -> Vec<String> {
    let log = admin.json("/v1/audit?limit=1000").await;
    let mut acts: Vec<String> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry: &Value| format!("{}: {}", entry["actor"].as_str().unwrap(), entry["act"].as_str().unwrap()))
        .collect();
    acts.reverse();
    acts
}
