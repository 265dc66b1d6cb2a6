//! The server is killed while evidence is sent: what it has acknowledged is there.

use std::{sync::mpsc, thread};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{http::Connection, killing::token, run, serving::Server};
use crate::support::{db::TestDatabase, pictures::png};

const KILLS: u64 = 8;

fn field(body: &[u8], name: &str) -> Value {
    serde_json::from_slice::<Value>(body).unwrap()[name].clone()
}

#[cfg(unix)]
#[test]
fn killed_while_a_photo_is_sent_it_keeps_every_acknowledged_part() {
    for database in TestDatabase::each() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = folder.path().join("photos");
        assert_eq!(run(folder.path(), &["import", "--database", &database.url]).code, 0);
        let arguments = [
            "serve",
            "--port",
            "0",
            "--log",
            "error",
            "--database",
            &database.url,
            "--evidence-dir",
            evidence.to_str().unwrap(),
        ];
        let token = token(folder.path(), &database.url);
        let photo = png(400, 300, 9);
        let sha256 = conthoi::ledger::content::hex(&Sha256::digest(&photo));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut path, mut acknowledged, mut kept) = (None::<String>, 0, false);
        for kill in 0..=KILLS {
            let server = Server::start(folder.path(), &arguments);
            let mut connection = Connection::open(&server.address, &token).unwrap();
            if path.is_none() {
                let body = serde_json::to_vec(&json!({ "sha256": sha256, "bytes": photo.len() })).unwrap();
                let begun = connection.post("/v1/evidence", &body).unwrap();
                assert_eq!(begun.status, 201);
                path = Some(format!("/v1/evidence/uploads/{}", field(&begun.body, "id").as_str().unwrap()));
            }
            let path = path.as_deref().unwrap();
            let there = connection.get(path).unwrap();
            assert_eq!(there.status, 200);
            let mut offset = field(&there.body, "offset").as_u64().unwrap();
            assert!(offset >= acknowledged, "{acknowledged} bytes were acknowledged, and {offset} are there");
            let (told, telling) = mpsc::channel();
            thread::scope(|scope| {
                let sending = scope.spawn({
                    let (photo, address, token) = (&photo, server.address.clone(), token.as_str());
                    let sizes: Vec<usize> = (0..10_000).map(|_| rng.random_range(1..1_500)).collect();
                    move || {
                        let mut connection = Connection::open(&address, token).unwrap();
                        for size in sizes {
                            let from = usize::try_from(offset).unwrap();
                            // The last byte is kept back until the last time, so that the upload does not end early.
                            let end = if kill == KILLS { photo.len() } else { (from + size).min(photo.len() - 1) };
                            let Ok(answer) = connection.patch(path, offset, &photo[from..end]) else { break };
                            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                            if field(&answer.body, "state") == "kept" {
                                return (offset, true);
                            }
                            offset = field(&answer.body, "offset").as_u64().unwrap();
                            let _ = told.send(());
                        }
                        (offset, false)
                    }
                });
                if kill < KILLS {
                    // While the next part is under way.
                    for _ in 0..rng.random_range(1..12) {
                        telling.recv().unwrap();
                    }
                    server.kill();
                }
                (acknowledged, kept) = sending.join().unwrap();
            });
        }
        assert!(kept);
        let server = Server::start(folder.path(), &arguments);
        let mut connection = Connection::open(&server.address, &token).unwrap();
        assert_eq!(connection.get(&format!("/v1/evidence/{sha256}")).unwrap().status, 200);
        server.kill();
    }
}
