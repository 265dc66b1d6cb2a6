//! The built command, run as a user runs it: each in a folder of its own, without the caller's environment.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod accounts;
mod configuration;
mod day;
mod evidence;
mod http;
mod killing;
mod papers;
mod privacy;
mod serving;
mod solve;

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// `conthoi` with `arguments`, to be run in `folder`.
pub(crate) fn conthoi(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conthoi"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CONTHOI_")) {
        command.env_remove(name);
    }
    command
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The output as JSON, after checking that the command succeeded without a word on standard error.
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Checks that the command failed with `code` and one message that has all `parts`, and printed no result.
    #[track_caller]
    pub(crate) fn fails_with(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "");
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in {:?}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    conthoi(folder, arguments).output().unwrap().into()
}
