//! Coming in by an identity provider: one in this process, which says and signs what the test wants.

mod provider;

use actix_web::{http::StatusCode, test::TestRequest};
use chrono::Duration;
use conthoi::{
    domain::Role,
    service::{AccessSettings, Actor, NewAccount, ProviderSettings},
};
use serde_json::{Value, json};

use self::provider::{CLIENT, Provider, SECRET};
use super::{PASSWORD, Timed, acts, log_in, person, session_of};
use crate::{
    api::{Answer, Client},
    support::db::TestDatabase,
};

/// A way of saying something wrong.
type Wrong = fn(&mut provider::Says);

const PUBLIC: &str = "https://conthoi.example.vn";
const EMAIL: &str = "lan.tran@soctrang.example.vn";

/// Sóc Trăng with a provider, and somebody at a browser.
struct Door {
    timed: Timed,
    provider: Provider,
    admin: Client,
    browser: Client,
}

impl Door {
    async fn of(database: TestDatabase) -> Self {
        let provider = Provider::start();
        let public_url = PUBLIC.parse().unwrap();
        let settings = ProviderSettings::new(&provider.issuer, CLIENT, SECRET, &public_url).unwrap();
        let settings =
            AccessSettings { public_url: Some(public_url), provider: Some(settings), ..AccessSettings::default() };
        let timed = Timed::with(database, settings);
        provider.set_now(timed.world.service.now());
        let admin = Client::new(&timed.world).await;
        let browser = admin.anonymous();
        Self { timed, provider, admin, browser }
    }

    /// Somebody whose address the accounts know.
    fn lan(&self) -> String {
        let new = NewAccount {
            name: "lan".into(),
            role: Role::Dispatcher,
            acts_for: None,
            email: Some(EMAIL.to_uppercase()),
        };
        let (account, _) = self.timed.world.service.add_account(&Actor::operator(), &new).unwrap();
        format!("/v1/accounts/{}", account.id)
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.admin.send(TestRequest::patch().uri(path).set_json(body)).await
    }

    /// To the provider and back, with what the provider is told to say.
    async fn come(&self) -> Answer {
        let (cookie, back) = self.go().await;
        self.back(&cookie, &back).await
    }

    /// To the provider: the cookie, and the address to which it leads back.
    async fn go(&self) -> (String, String) {
        let to = self.browser.get("/login/oidc").await;
        assert_eq!(to.status, StatusCode::SEE_OTHER, "{:?}", to.bytes);
        let cookie = to.header("set-cookie");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/login/oidc", "; Secure", "; Max-Age=600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        (cookie.split(';').next().unwrap().to_owned(), self.provider.recognise(to.header("location")))
    }

    async fn back(&self, cookie: &str, address: &str) -> Answer {
        let path = address.strip_prefix(PUBLIC).unwrap();
        let request = TestRequest::get().uri(path).insert_header(("sec-fetch-site", "cross-site"));
        self.browser.send(request.insert_header(("cookie", cookie))).await
    }
}

/// A plain page that says no, begins no session and repeats nothing of the provider's.
fn refused(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{:?}", answer.bytes);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().all(|cookie| cookie.starts_with("conthoi_oidc=;") && cookie.contains("Max-Age=0")));
    let page = String::from_utf8(answer.bytes.to_vec()).unwrap();
    assert!(page.contains("role=\"alert\"") && page.contains("href=\"/login\""), "{page}");
    for word in ["MARKED", "127.0.0.1", EMAIL, "subject-1"] {
        assert!(!page.contains(word), "{page}");
    }
}

#[actix_web::test]
async fn a_verified_address_binds_the_identity_once() {
    for database in TestDatabase::each() {
        let door = Door::of(database).await;
        let path = door.lan();
        let page = String::from_utf8(door.browser.get("/login").await.bytes.to_vec()).unwrap();
        assert!(page.contains("href=\"/login/oidc\"") && page.contains("tài khoản cơ quan"), "{page}");
        assert!(page.contains("Log in with your organisation"), "{page}");
        assert_eq!(door.provider.asked(), Vec::<String>::new(), "nothing is asked before somebody wants to come in");

        let came = door.come().await;
        assert_eq!((came.status, came.header("location")), (StatusCode::SEE_OTHER, "/account"), "{:?}", came.bytes);
        let session = session_of(&came);
        assert!(came.header("set-cookie").contains("; Secure"));
        let me = door.browser.with_session(&session).json("/v1/me").await;
        assert_eq!((&me["name"], &me["via"]), (&json!("lan"), &json!("session")));
        let identity = format!("{}#subject-1", door.provider.issuer);
        assert_eq!(door.admin.json(&path).await["oidc_subject"], json!(identity));
        assert_eq!(acts(&door.admin).await.last().unwrap(), "lan: identity_bound");

        // From here on the subject says who it is, whatever the address.
        door.provider.says(|says| says.email = Some("other@example.vn".into()));
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
        door.provider.says(|says| says.email_verified = Some(false));
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
        assert_eq!(acts(&door.admin).await.iter().filter(|act| act.ends_with("identity_bound")).count(), 1);
        // Who has the address now under another subject is somebody else.
        door.provider.says(|says| {
            *says = provider::Says { subject: "subject-2".into(), ..provider::Says::default() };
        });
        refused(&door.come().await, StatusCode::FORBIDDEN);

        // An admin says otherwise.
        let other = json!({ "oidc_subject": format!("{}#subject-2", door.provider.issuer) });
        assert_eq!(door.patch(&path, &other).await.status, StatusCode::OK);
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
        assert_eq!(door.patch(&path, &json!({ "oidc_subject": "subject-2" })).await.problem(), "invalid_body");
        let taken_away = door.patch(&path, &json!({ "oidc_subject": "" })).await;
        assert_eq!(taken_away.json()["oidc_subject"], Value::Null);
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER, "the address finds the account again");
        assert_eq!(acts(&door.admin).await.iter().filter(|act| act.ends_with("identity_bound")).count(), 2);
        let moved = door.patch(&path, &json!({ "email": "lan@example.vn" })).await.json();
        assert_eq!(moved["oidc_subject"], Value::Null, "the identity goes with its address");
        // Its description and keys were read once.
        let asked = door.provider.asked();
        assert_eq!(asked.iter().filter(|path| path.contains("openid-configuration")).count(), 1, "{asked:?}");
    }
}

#[actix_web::test]
async fn what_does_not_prove_who_came_lets_nobody_in() {
    let wrongs: [(&str, Wrong); 9] = [
        ("nonce", |says| says.nonce = Some("MARKED".into())),
        ("audience", |says| says.audience = "MARKED".into()),
        ("audiences", |says| says.more_audiences = vec!["MARKED".into()]),
        ("issuer", |says| says.issuer = Some("https://MARKED.example".into())),
        ("expired", |says| says.lasts = Duration::seconds(-1)),
        ("key", |says| says.foreign_key = true),
        ("code", |says| says.token_error = true),
        ("no token", |says| says.no_id_token = true),
        ("unsigned", |says| says.unsigned = true),
    ];
    for database in TestDatabase::each() {
        let door = Door::of(database).await;
        door.lan();
        for (what, wrong) in wrongs {
            door.provider.says(|says| {
                *says = provider::Says::default();
                wrong(says);
            });
            let answer = door.come().await;
            println!("{what}: {}", answer.status);
            refused(&answer, StatusCode::UNAUTHORIZED);
        }
        door.provider.says(|says| *says = provider::Says::default());
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER, "with nothing wrong");
    }
}

#[actix_web::test]
async fn what_comes_back_must_have_been_sent_from_this_browser() {
    for database in TestDatabase::each() {
        let door = Door::of(database).await;
        door.lan();
        let (cookie, back) = door.go().await;
        let (other_cookie, other_back) = door.go().await;
        refused(&door.back(&other_cookie, &back).await, StatusCode::UNAUTHORIZED);
        refused(&door.back("other=1", &back).await, StatusCode::BAD_REQUEST);
        // A state that the cookie's own text agrees with, but nobody here has signed.
        let forged = cookie.rsplit_once('.').unwrap().0;
        refused(&door.back(&format!("{forged}.AAAA"), &back).await, StatusCode::BAD_REQUEST);
        let denied = format!("{}&error=access_denied&error_description=MARKED", back.replace("code=", "x="));
        refused(&door.back(&cookie, &denied).await, StatusCode::UNAUTHORIZED);
        let mixed_up = format!("{back}&iss=https%3A%2F%2FMARKED.example");
        refused(&door.back(&cookie, &mixed_up).await, StatusCode::UNAUTHORIZED);
        refused(&door.back(&cookie, &format!("{PUBLIC}/login/oidc/callback")).await, StatusCode::UNAUTHORIZED);
        let asked = door.provider.asked();
        assert!(!asked.iter().any(|path| path == "/token"), "a code is not even tried: {asked:?}");

        let with_more = format!("{back}&session_state=1&iss={}", door.provider.issuer);
        assert_eq!(door.back(&cookie, &with_more).await.status, StatusCode::SEE_OTHER, "and then it is good");
        refused(&door.back(&cookie, &back).await, StatusCode::UNAUTHORIZED);
        door.timed.wait(Duration::minutes(10));
        refused(&door.back(&other_cookie, &other_back).await, StatusCode::BAD_REQUEST);
    }
}

#[actix_web::test]
async fn nobody_gets_an_account_or_opens_a_shut_one() {
    for database in TestDatabase::each() {
        let door = Door::of(database).await;
        let service = &door.timed.world.service;
        let before = service.accounts(None, 100).unwrap().accounts.len();
        refused(&door.come().await, StatusCode::FORBIDDEN);
        assert_eq!(service.accounts(None, 100).unwrap().accounts.len(), before, "nobody was added");

        let path = door.lan();
        for unverified in [Some(false), None] {
            door.provider.says(|says| says.email_verified = unverified);
            refused(&door.come().await, StatusCode::FORBIDDEN);
        }
        assert_eq!(door.admin.json(&path).await["oidc_subject"], Value::Null);
        door.provider.says(|says| says.email_verified = Some(true));
        // Shut before it was bound, and after.
        for _ in 0..2 {
            assert_eq!(door.patch(&path, &json!({ "disabled": true })).await.status, StatusCode::OK);
            refused(&door.come().await, StatusCode::FORBIDDEN);
            assert_eq!(door.patch(&path, &json!({ "disabled": false })).await.status, StatusCode::OK);
            assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
        }

        // Locked by wrong passwords, like with the right one.
        let minh = person(service, "minh", Role::Dispatcher, None);
        let bound = json!({ "oidc_subject": format!("{}#subject-9", door.provider.issuer) });
        assert_eq!(door.patch(&format!("/v1/accounts/{}", minh.id), &bound).await.status, StatusCode::OK);
        door.provider.says(|says| says.subject = "subject-9".into());
        while log_in(&door.admin, "minh", "wrong password").await.status == StatusCode::UNAUTHORIZED {}
        assert_eq!(log_in(&door.admin, "minh", PASSWORD).await.problem(), "login_locked");
        refused(&door.come().await, StatusCode::TOO_MANY_REQUESTS);
        door.timed.wait(Duration::minutes(16));
        door.provider.set_now(service.now());
        assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
    }
}

#[actix_web::test]
async fn the_address_may_come_from_the_endpoint_for_it() {
    let door = Door::of(TestDatabase::sqlite()).await;
    door.lan();
    door.provider.says(|says| says.email_elsewhere = true);
    assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn new_keys_are_read_when_they_are_used() {
    let door = Door::of(TestDatabase::sqlite()).await;
    door.lan();
    assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
    door.provider.says(|says| says.key = 2);
    door.timed.wait(Duration::minutes(1));
    assert_eq!(door.come().await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_provider_that_is_down_is_said_to_be() {
    for database in TestDatabase::each() {
        let door = Door::of(database).await;
        door.lan();
        door.provider.says(|says| says.down = true);
        refused_way(&door.browser.get("/login/oidc").await);
        let asked = door.provider.asked().len();
        refused_way(&door.browser.get("/login/oidc").await);
        assert_eq!(door.provider.asked().len(), asked, "it is left alone for a while");
        door.timed.wait(Duration::seconds(16));
        door.provider.says(|says| says.down = false);
        let (cookie, back) = door.go().await;
        door.provider.says(|says| says.down = true);
        refused(&door.back(&cookie, &back).await, StatusCode::BAD_GATEWAY);
    }
}

fn refused_way(answer: &Answer) {
    refused(answer, StatusCode::BAD_GATEWAY);
    assert_eq!(answer.header("set-cookie"), "");
}

#[actix_web::test]
async fn without_a_provider_nothing_leads_there() {
    let timed = Timed::new(TestDatabase::sqlite());
    let client = Client::new(&timed.world).await.anonymous();
    for path in ["/login/oidc", "/login/oidc/callback?state=a&code=b"] {
        assert_eq!(client.get(path).await.problem(), "no_such_path");
    }
    let page = String::from_utf8(client.get("/login").await.bytes.to_vec()).unwrap();
    assert!(!page.contains("oidc"), "{page}");
}

#[test]
fn settings_that_cannot_be_used_say_so() {
    let public = PUBLIC.parse().unwrap();
    let cases = [
        ("http://id.example.vn", CLIENT, SECRET, "oidc_issuer"),
        ("id.example.vn", CLIENT, SECRET, "oidc_issuer"),
        ("https://id.example.vn/?a=b", CLIENT, SECRET, "oidc_issuer"),
        ("https://id.example.vn/#a", CLIENT, SECRET, "oidc_issuer"),
        ("https://id.example.vn", "", SECRET, "oidc_client_id"),
        ("https://id.example.vn", CLIENT, "", "oidc_client_secret_file"),
        ("https://id.example.vn", CLIENT, "a\nb", "oidc_client_secret_file"),
    ];
    for (issuer, client, secret, named) in cases {
        let error = ProviderSettings::new(issuer, client, secret, &public).unwrap_err();
        assert!(error.starts_with(named) && !error.contains("a\nb"), "{error}");
    }
    let good = ProviderSettings::new("https://id.example.vn/realms/st", CLIENT, SECRET, &public).unwrap();
    assert!(!format!("{good:?}").contains(SECRET));
}
