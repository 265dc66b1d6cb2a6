use std::sync::{Mutex, PoisonError};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use unicode_normalization::UnicodeNormalization;

use super::{PasswordCost, secret::random};
use crate::{
    domain::AccountName,
    service::{FieldProblem, ServiceError},
    store::PasswordHash,
};

/// The shortest password, characters.
const CHARS_MIN: usize = 10;
/// The longest, bytes: long enough for any sentence, short enough to be hashed.
const BYTES_MAX: usize = 512;

/// Hashes and compares passwords, one at a time: each takes its memory, and nobody may make the service take all there is.
pub(super) struct Passwords {
    cost: PasswordCost,
    turn: Mutex<()>,
}

/// The same text in one form, however the keyboard composed it.
fn composed(password: &str) -> String {
    password.nfkc().collect()
}

/// Refuses a password that is too short, too long, or the account's own name.
pub(super) fn check(field: &str, name: &AccountName, password: &str) -> Result<(), ServiceError> {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let password = composed(password);
    let message = if password.chars().count() < CHARS_MIN {
        format!("it is too short: expected {CHARS_MIN} characters or more")
    } else if password.len() > BYTES_MAX {
        format!("it is too long: expected {BYTES_MAX} bytes or less")
    } else if !letters(&password).is_empty() && letters(&password) == letters(name.as_str()) {
        "it is the account's name: choose something that nobody guesses".to_owned()
    } else if password.chars().all(|c| password.starts_with(c)) {
        "it is one character again and again: choose something that nobody guesses".to_owned()
    } else {
        return Ok(());
    };
    Err(ServiceError::Invalid(vec![FieldProblem::new(field, message)]))
}

impl Passwords {
    pub(super) fn new(cost: PasswordCost) -> Self {
        Self { cost, turn: Mutex::default() }
    }

    fn argon2(&self) -> Result<Argon2<'static>, ServiceError> {
        let PasswordCost { memory_kib, passes, lanes } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, None).map_err(|error| failed(&error))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    pub(super) fn hash(&self, password: &str) -> Result<PasswordHash, ServiceError> {
        let salt = random::<16>()?;
        let argon2 = self.argon2()?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let hash: phc::PasswordHash =
            argon2.hash_password_with_salt(composed(password).as_bytes(), &salt).map_err(|error| failed(&error))?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Whether `password` is the one of `hash`. Without a hash the answer is no, after the same work.
    pub(super) fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, ServiceError> {
        let too_long = password.len() > 4 * BYTES_MAX;
        let password = if too_long { String::new() } else { composed(password) };
        let argon2 = self.argon2()?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match hash {
            Some(hash) => {
                let hash = phc::PasswordHash::new(&hash.0).map_err(|error| failed(&error))?;
                Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok() && !too_long)
            }
            None => {
                let mut out = [0; 32];
                argon2
                    .hash_password_into(password.as_bytes(), b"nobody has it yet", &mut out)
                    .map_err(|error| failed(&error))?;
                Ok(false)
            }
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> ServiceError {
    tracing::error!(%error, "a password cannot be hashed");
    ServiceError::Panicked
}
