//! The server as a process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStderr, Command, Stdio},
    thread,
};

use super::{conthoi, run};

/// A server that is ended when the test ends, however it ends.
pub(super) struct Server {
    child: Child,
    /// `None` once somebody else reads it.
    err: Option<BufReader<ChildStderr>>,
    pub(super) address: String,
}

impl Server {
    pub(super) fn start(folder: &std::path::Path, arguments: &[&str]) -> Self {
        Self::start_command(conthoi(folder, arguments))
    }

    pub(super) fn start_command(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary starts");
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended without serving: {seen}");
            if let Some(address) = line.split_once("http://").and_then(|(_, rest)| rest.split('/').next()) {
                assert_eq!(line.contains("this machine only"), address.starts_with("127."), "{line}");
                break address.to_owned();
            }
            seen += &line;
        };
        Self { child, err: Some(err), address }
    }

    /// Ends the process at once, without giving it a chance to notice.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Sends a request as it is.
    pub(super) fn ask(&self, request: &str) -> String {
        String::from_utf8_lossy(&self.ask_for_bytes(request)).into_owned()
    }

    /// The same where what is answered is no text.
    pub(super) fn ask_for_bytes(&self, request: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// Reads what the process says while it says it, so that it never waits for a reader; answers the whole once it has ended.
    pub(super) fn listen(&mut self) -> thread::JoinHandle<String> {
        let mut err = self.err.take().unwrap();
        thread::spawn(move || {
            let mut said = String::new();
            err.read_to_string(&mut said).unwrap();
            said
        })
    }

    /// Ends the process and answers with what it has said since it serves.
    pub(super) fn said(mut self) -> String {
        self.child.kill().unwrap();
        let mut said = String::new();
        self.err.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }

    /// Asks the process to end as an operator does and answers with its exit code.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> i32 {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        let mut rest = String::new();
        self.err.take().unwrap().read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code().unwrap_or_else(|| panic!("it was killed: {rest}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_serves_until_it_is_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["import"]).code, 0);
    for signal in ["-INT", "-TERM"] {
        let server = Server::start(folder.path(), &["serve", "--port", "0"]);
        assert!(server.address.starts_with("127.0.0.1:"));
        assert!(server.get("/health/ready").starts_with("HTTP/1.1 200"));
        assert!(server.get("/").contains("H51"));
        assert!(server.get("/v1/centre").starts_with("HTTP/1.1 401"));
        let missing = server.get("/v1/nothing?phone=0912345678");
        assert!(missing.starts_with("HTTP/1.1 404") && missing.contains("application/problem+json"), "{missing}");
        assert_eq!(server.end(signal), 0, "{signal}");
    }
}

#[cfg(unix)]
#[test]
fn the_log_has_no_query_and_no_path_of_a_client() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["import"]).code, 0);
    let mut server = Server::start(folder.path(), &["serve", "--port", "0", "--log", "info", "--log-format", "json"]);
    server.get("/v1/items/SECRET-1?phone=0912345678");
    server.get("/v1/0912345678");
    let id = server.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let mut log = String::new();
    server.err.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("/v1/items/{id}") && log.contains("(no route)"), "{log}");
    assert!(!log.contains("0912345678") && !log.contains("SECRET"), "{log}");
}

#[test]
fn a_port_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    for command in ["serve", "demo"] {
        let ran = run(folder.path(), &[command, "--port", &port]);
        ran.fails_with(1, &[&port, "--port"]);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it is noticed before any work");
}
