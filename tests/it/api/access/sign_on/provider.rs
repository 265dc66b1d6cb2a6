//! An `OpenID` Connect provider on loopback, with keys made here.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use actix_web::web::Query;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Duration, Utc};
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) const CLIENT: &str = "conthoi";
pub(super) const SECRET: &str = "what only both know";

/// What the provider says when it is asked for a token.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way of being wrong")]
pub(super) struct Says {
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) email_verified: Option<bool>,
    /// The address is told by the endpoint for it only.
    pub(super) email_elsewhere: bool,
    pub(super) nonce: Option<String>,
    pub(super) audience: String,
    pub(super) more_audiences: Vec<String>,
    pub(super) issuer: Option<String>,
    pub(super) lasts: Duration,
    /// Which of its keys signs; only that one is shown.
    pub(super) key: u8,
    /// Signed with a key that is not shown, under the name of the one that is.
    pub(super) foreign_key: bool,
    pub(super) unsigned: bool,
    pub(super) token_error: bool,
    pub(super) no_id_token: bool,
    /// It hangs up on everybody.
    pub(super) down: bool,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            subject: "subject-1".into(),
            email: Some("Lan.Tran@soctrang.example.vn".into()),
            email_verified: Some(true),
            email_elsewhere: false,
            nonce: None,
            audience: CLIENT.into(),
            more_audiences: Vec::new(),
            issuer: None,
            lasts: Duration::minutes(5),
            key: 1,
            foreign_key: false,
            unsigned: false,
            token_error: false,
            no_id_token: false,
            down: false,
        }
    }
}

struct State {
    issuer: String,
    now: DateTime<Utc>,
    says: Says,
    asked: Vec<String>,
    /// What each code was given for: nonce and challenge.
    codes: BTreeMap<String, (String, String)>,
    given: usize,
}

pub(super) struct Provider {
    pub(super) issuer: String,
    state: Arc<Mutex<State>>,
}

fn key(seed: u8, name: u8) -> CoreEdDsaPrivateSigningKey {
    // RFC 8410: a private key of Ed25519 is these bytes and the seed.
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let text = STANDARD.encode([&head[..], &[seed; 32]].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(format!("key-{name}")))).unwrap()
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    Query::<Vec<(String, String)>>::from_query(query).unwrap().into_inner().into_iter().collect()
}

impl Provider {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            issuer: issuer.clone(),
            now: DateTime::UNIX_EPOCH,
            says: Says::default(),
            asked: Vec::new(),
            codes: BTreeMap::new(),
            given: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &served);
            }
        });
        Self { issuer, state }
    }

    pub(super) fn set_now(&self, now: DateTime<Utc>) {
        self.state.lock().unwrap().now = now;
    }

    pub(super) fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.state.lock().unwrap().says);
    }

    /// The paths that were asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Recognises a person who comes with this address, and answers with the one that leads back.
    pub(super) fn recognise(&self, address: &str) -> String {
        let (at, query) = address.split_once('?').unwrap();
        assert_eq!(at, format!("{}/authorize", self.issuer));
        let asked = pairs(query);
        let told = |name: &str| asked.get(name).map_or("", String::as_str);
        assert_eq!((told("response_type"), told("client_id")), ("code", CLIENT));
        assert_eq!(told("scope"), "openid email");
        assert_eq!(told("code_challenge_method"), "S256");
        assert_eq!(told("redirect_uri"), "https://conthoi.example.vn/login/oidc/callback");
        assert!(told("state").len() >= 40 && told("nonce").len() >= 40 && told("state") != told("nonce"));
        let mut state = self.state.lock().unwrap();
        state.given += 1;
        let code = format!("code-{}", state.given);
        state.codes.insert(code.clone(), (told("nonce").to_owned(), told("code_challenge").to_owned()));
        format!("{}?code={code}&state={}", told("redirect_uri"), told("state"))
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut state = state.lock().unwrap();
    state.asked.push(path.clone());
    if state.says.down {
        return;
    }
    let (status, answer) = match path.as_str() {
        "/.well-known/openid-configuration" => (200, state.description()),
        "/keys" => (200, json!({ "keys": [key(state.says.key, state.says.key).as_verification_key()] })),
        "/token" => state.token(&headers, &pairs(std::str::from_utf8(&body).unwrap())),
        "/userinfo" => {
            assert_eq!(headers["authorization"], "Bearer access");
            let says = &state.says;
            (200, json!({ "sub": says.subject, "email": says.email, "email_verified": says.email_verified }))
        }
        _ => (404, json!({})),
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all((head + &answer).as_bytes()).unwrap();
}

impl State {
    fn description(&self) -> Value {
        let issuer = &self.issuer;
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "none"],
        })
    }

    fn token(&mut self, headers: &BTreeMap<String, String>, form: &BTreeMap<String, String>) -> (u16, Value) {
        let basic = STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
        assert_eq!(headers["authorization"], format!("Basic {basic}"));
        assert_eq!(form["grant_type"], "authorization_code");
        assert_eq!(form["redirect_uri"], "https://conthoi.example.vn/login/oidc/callback");
        let no = (400, json!({ "error": "invalid_grant", "error_description": "MARKED" }));
        // A code is good once, and only for who can show what its challenge was made from.
        let Some((nonce, challenge)) = self.codes.remove(&form["code"]) else { return no };
        let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
        if proof != challenge || self.says.token_error {
            return no;
        }
        let mut answer = json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 300 });
        if !self.says.no_id_token {
            answer["id_token"] = json!(self.id_token(&nonce));
        }
        (200, answer)
    }

    fn id_token(&self, nonce: &str) -> String {
        let says = &self.says;
        let audiences: Vec<&String> = [&says.audience].into_iter().chain(&says.more_audiences).collect();
        let mut claims = json!({
            "iss": says.issuer.as_ref().unwrap_or(&self.issuer),
            "sub": says.subject,
            "aud": audiences,
            "iat": (self.now - Duration::minutes(1)).timestamp(),
            "exp": (self.now + says.lasts).timestamp(),
            "nonce": says.nonce.as_deref().unwrap_or(nonce),
        });
        if !says.email_elsewhere {
            for (name, value) in [("email", json!(says.email)), ("email_verified", json!(says.email_verified))] {
                if !value.is_null() {
                    claims[name] = value;
                }
            }
        }
        let alg = if says.unsigned { "none" } else { "EdDSA" };
        let head = json!({ "alg": alg, "kid": format!("key-{}", says.key) });
        let text = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signing = key(if says.foreign_key { 77 } else { says.key }, says.key);
        let signature = signing.sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap();
        format!("{text}.{}", if says.unsigned { String::new() } else { URL_SAFE_NO_PAD.encode(signature) })
    }
}
