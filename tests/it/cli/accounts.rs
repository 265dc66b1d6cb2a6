//! Accounts from the command line, and the first admin.

use serde_json::json;

use super::{run, serving::Server};

const PASSWORD: &str = "Zq7-marked-password-in-clear";

/// Sends a page's form, and answers with what came back.
fn post(server: &Server, path: &str, form: &str) -> String {
    server.ask(&format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        server.address,
        form.len()
    ))
}

#[test]
fn the_first_admin_comes_in_and_no_secret_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["import"]).code, 0);
    run(folder.path(), &["serve", "--bind", "0.0.0.0", "--port", "0"]).fails_with(2, &["no admin can come in yet"]);

    let server = Server::start(folder.path(), &["serve", "--port", "0", "--log", "trace"]);
    let made = run(folder.path(), &["account", "reset", "admin"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let path = made.out.split("http://127.0.0.1:8080").nth(1).unwrap().trim();
    let secret = path.strip_prefix("/setup/").unwrap();
    assert!(secret.len() >= 43);
    let form = format!("new={PASSWORD}&again={PASSWORD}");
    let set = post(&server, path, &form);
    assert!(set.starts_with("HTTP/1.1 303"), "{set}");
    let came = post(&server, "/login", &format!("name=admin&password={PASSWORD}"));
    assert!(came.starts_with("HTTP/1.1 303"), "{came}");
    let cookie = came.split("conthoi_session=").nth(1).unwrap().split(';').next().unwrap().to_owned();
    post(&server, "/login", &format!("name={PASSWORD}&password={PASSWORD}x"));
    let me = server.ask(&format!(
        "GET /v1/me HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: conthoi_session={cookie}\r\n\r\n",
        server.address
    ));
    assert!(me.contains("\"role\":\"admin\""), "{me}");
    let issue = ["account", "token", "system", "--label", "x", "--scope", "centre:read"];
    run(folder.path(), &issue).fails_with(1, &["no account \"system\""]);
    assert_eq!(run(folder.path(), &["account", "add", "system", "--role", "integration"]).code, 0);
    let token = run(folder.path(), &issue).out.trim().to_owned();
    let centre = server.ask(&format!(
        "GET /v1/centre HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n",
        server.address
    ));
    assert!(centre.starts_with("HTTP/1.1 200"), "{centre}");
    let said = server.said();
    assert!(said.contains("/setup/{secret}") && said.contains("conthoi account reset admin"), "{said}");
    for marked in [PASSWORD, secret, &cookie, &token, "127.0.0.1:8080/setup"] {
        assert!(!said.contains(marked), "{marked} was logged");
    }

    let list = run(folder.path(), &["account", "list", "--json"]).json();
    assert_eq!(
        list,
        json!([
            { "name": "admin", "role": "admin", "has_password": true, "disabled": false },
            { "name": "system", "role": "integration", "has_password": false, "disabled": false },
        ])
    );
    run(folder.path(), &["account", "disable", "admin"]).fails_with(1, &["only admin"]);
    assert_eq!(run(folder.path(), &["account", "disable", "system"]).code, 0);
    assert!(run(folder.path(), &["account", "list"]).out.contains("shut"));
    let clerk = ["account", "add", "tnmt.01", "--role", "clerk"];
    run(folder.path(), &clerk).fails_with(3, &["site", "office"]);
    let clerk = run(folder.path(), &[&clerk[..], &["--site", "STNMT", "--json"]].concat()).json();
    assert!(clerk["url"].as_str().unwrap().contains("/setup/"), "{clerk}");

    // Now that an admin can come in it may be reached from outside.
    let server = Server::start(folder.path(), &["serve", "--bind", "0.0.0.0", "--port", "0", "--log", "warn"]);
    let said = server.said();
    assert!(!said.contains("Nobody can come in"), "{said}");
}
