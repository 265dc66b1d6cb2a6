//! What a control slip says of itself, signed, small enough for a 2-D code, and verifiable with nothing but the public key.
//!
//! A [`Statement`] is serialised by `postcard`, signed with Ed25519 over the domain mark and those bytes, and written in
//! base 32 behind [`PREFIX`], which a QR code keeps in its compact alphanumeric mode. The handoffs themselves are in it as far
//! as they fit into [`TOLD_MAX`]; the digest of all printed rows always is.
//!
//! The short [`VerificationCode`] beside it follows from the signature, so it is as hard to guess as that is to forge, and
//! whoever has the 2-D code can tell that both belong together.

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the text of a slip's 2-D code begins with.
pub const PREFIX: &str = "CONTHOI1:";
/// Handoffs that are told one by one at most.
pub const TOLD_MAX: usize = 12;
const MARK: &[u8] = b"conthoi control slip 1\0";
const SIGNATURE_BYTES: usize = 64;
/// RFC 4648, and Crockford's without letters that look like digits.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a verification code before its check character.
const CODE_CHARS: usize = 15;

/// Why a slip's data cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// It is another kind of text.
    #[error(
        "this is not the text of a control slip's 2-D code: it should begin with {PREFIX} and go on in A-Z and 2-7"
    )]
    NotAStatement,
    /// It is signed with another key, or was changed.
    #[error("the signature does not fit: the slip was changed, or another installation issued it")]
    Forged,
    /// It is sound, but of a version that this release does not know.
    #[error("the statement is of a version that this release does not know: use a newer release")]
    Version,
    /// The key is none.
    #[error("this is not a public key: expected the 64 digits of 0-9 and a-f that `conthoi ledger public-key` prints")]
    Key,
    /// The code is none.
    #[error("this is not a verification code: expected 16 letters and digits, as printed below the slip's table")]
    Code,
    /// A character of the code is wrong.
    #[error("the verification code's check character does not fit: compare it with the slip once more")]
    Check,
}

/// One handoff as a statement tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldHandoff {
    /// Who gave: an office's or a courier's code, or `*` for the recipient.
    pub giver: String,
    /// Who received.
    pub receiver: String,
    /// When, in whole minutes.
    pub at: DateTime<Utc>,
}

/// What a slip attests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The centre's code.
    pub centre: String,
    /// The dossier's code.
    pub dossier: String,
    /// When it was issued, in whole seconds.
    pub issued_at: DateTime<Utc>,
    /// The position of the last scan that it rests on; 0 when there is none.
    pub position: i64,
    /// The first half of the digest over all entries of the ledger that it rests on.
    pub entries: [u8; 16],
    /// How many handoffs it has.
    pub handoffs: u32,
    /// The first half of the digest over what is printed: the dossier's facts and all rows.
    pub printed: [u8; 16],
    /// The handoffs in order, the first [`TOLD_MAX`].
    pub told: Vec<ToldHandoff>,
}

/// The form in which it is signed: parties are named once, times are minutes since the one before.
#[derive(Serialize, Deserialize)]
struct Packed {
    version: u8,
    centre: String,
    dossier: String,
    issued_s: i64,
    position: i64,
    entries: [u8; 16],
    handoffs: u32,
    printed: [u8; 16],
    parties: Vec<String>,
    told: Vec<(u8, u8, i64)>,
}

impl Statement {
    fn pack(&self) -> Vec<u8> {
        let mut parties: Vec<String> = Vec::new();
        let mut known: BTreeMap<&str, u8> = BTreeMap::new();
        let mut told = Vec::new();
        let mut before = 0;
        for handoff in self.told.iter().take(TOLD_MAX) {
            let mut party = |code| {
                *known.entry(code).or_insert_with_key(|code| {
                    parties.push((*code).to_owned());
                    u8::try_from(parties.len() - 1).expect("12 handoffs have at most 24 parties")
                })
            };
            let minutes = handoff.at.timestamp().div_euclid(60);
            told.push((party(handoff.giver.as_str()), party(handoff.receiver.as_str()), minutes - before));
            before = minutes;
        }
        let packed = Packed {
            version: 1,
            centre: self.centre.clone(),
            dossier: self.dossier.clone(),
            issued_s: self.issued_at.timestamp(),
            position: self.position,
            entries: self.entries,
            handoffs: self.handoffs,
            printed: self.printed,
            parties,
            told,
        };
        postcard::to_allocvec(&packed).expect("strings, numbers and lists have a binary form")
    }

    fn unpack(bytes: &[u8]) -> Result<Self, StatementError> {
        let (packed, rest): (Packed, _) = postcard::take_from_bytes(bytes).map_err(|_| StatementError::Version)?;
        if packed.version != 1 || !rest.is_empty() {
            return Err(StatementError::Version);
        }
        let time = |seconds: i64| DateTime::from_timestamp(seconds, 0).ok_or(StatementError::Version);
        let mut minutes: i64 = 0;
        let mut told = Vec::new();
        for (giver, receiver, step) in packed.told {
            let party = |n: u8| packed.parties.get(usize::from(n)).cloned().ok_or(StatementError::Version);
            minutes = minutes.saturating_add(step);
            let at = time(minutes.saturating_mul(60))?;
            told.push(ToldHandoff { giver: party(giver)?, receiver: party(receiver)?, at });
        }
        Ok(Self {
            issued_at: time(packed.issued_s)?,
            centre: packed.centre,
            dossier: packed.dossier,
            position: packed.position,
            entries: packed.entries,
            handoffs: packed.handoffs,
            printed: packed.printed,
            told,
        })
    }
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStatement {
    /// What is stated.
    pub statement: Statement,
    bytes: Vec<u8>,
}

impl SignedStatement {
    /// Signs a statement with the installation's secret key.
    #[must_use]
    pub fn sign(statement: Statement, secret: &[u8; 32]) -> Self {
        let mut bytes = statement.pack();
        let signature = SigningKey::from_bytes(secret).sign(&[MARK, &bytes].concat());
        bytes.extend(signature.to_bytes());
        Self { statement, bytes }
    }

    /// Reads the text of a slip's 2-D code and checks it with the issuer's public key. Blanks and line ends are dropped.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn verify(text: &str, public: &[u8; 32]) -> Result<Self, StatementError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let body = text.strip_prefix(PREFIX).ok_or(StatementError::NotAStatement)?;
        Self::verify_bytes(from_base32(body).ok_or(StatementError::NotAStatement)?, public)
    }

    /// Checks a statement that was kept as bytes.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn verify_bytes(bytes: Vec<u8>, public: &[u8; 32]) -> Result<Self, StatementError> {
        let key = VerifyingKey::from_bytes(public).map_err(|_| StatementError::Key)?;
        let end = bytes.len().checked_sub(SIGNATURE_BYTES).ok_or(StatementError::NotAStatement)?;
        let (statement, signature) = bytes.split_at(end);
        let signature = Signature::from_slice(signature).map_err(|_| StatementError::NotAStatement)?;
        key.verify_strict(&[MARK, statement].concat(), &signature).map_err(|_| StatementError::Forged)?;
        Ok(Self { statement: Statement::unpack(statement)?, bytes })
    }

    /// Its bytes, the signature behind.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text for the 2-D code.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", to_base32(&self.bytes))
    }

    /// The short code.
    ///
    /// # Panics
    /// Never: its body is made of the alphabet's characters.
    #[must_use]
    pub fn code(&self) -> VerificationCode {
        let digest = Sha256::new().chain_update(MARK).chain_update(&self.bytes).finalize();
        let mut bits = digest.iter().take(10).fold(0u128, |bits, byte| bits << 8 | u128::from(*byte)) >> 5;
        let mut body = [0; CODE_CHARS];
        for place in body.iter_mut().rev() {
            *place = CROCKFORD[usize::try_from(bits % 32).unwrap_or(0)];
            bits /= 32;
        }
        let body: String = body.iter().map(|byte| char::from(*byte)).collect();
        let check = check_character(&body).expect("the body is made of the alphabet's characters");
        VerificationCode(format!("{body}{check}"))
    }
}

/// The public key of a secret one.
#[must_use]
pub fn public_key(secret: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(secret).verifying_key().to_bytes()
}

/// Reads a public key as `conthoi ledger public-key` prints it.
///
/// # Errors
/// [`StatementError::Key`].
pub fn read_public_key(text: &str) -> Result<[u8; 32], StatementError> {
    let text = text.trim();
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Vec<u32> = text.as_bytes().iter().map_while(digit).collect();
    if digits.len() != 64 || text.len() != 64 {
        return Err(StatementError::Key);
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::try_from(pair[0] << 4 | pair[1]).map_err(|_| StatementError::Key)?;
    }
    VerifyingKey::from_bytes(&key).map_err(|_| StatementError::Key)?;
    Ok(key)
}

/// A slip's short code: 15 characters with 75 bits of the statement's digest and a check character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationCode(String);

impl VerificationCode {
    /// The 16 characters without separators.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VerificationCode {
    /// In groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> =
            self.0.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into()).collect();
        f.write_str(&groups.join("-"))
    }
}

/// Reads a code as a person types it: capitals or not, `O` for zero, `I` and `L` for one, blanks and dashes anywhere.
impl FromStr for VerificationCode {
    type Err = StatementError;

    fn from_str(text: &str) -> Result<Self, StatementError> {
        let typed: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–'))
            .take(CODE_CHARS + 2)
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        if typed.len() != CODE_CHARS + 1 || !typed.bytes().all(|byte| CROCKFORD.contains(&byte)) {
            return Err(StatementError::Code);
        }
        match check_character(&typed[..CODE_CHARS]) {
            Some(check) if typed.ends_with(check) => Ok(Self(typed)),
            _ => Err(StatementError::Check),
        }
    }
}

/// The hybrid system of ISO/IEC 7064 for 32 characters (MOD 33,32): it notices every single wrong character.
fn check_character(body: &str) -> Option<char> {
    let mut product = 32;
    for byte in body.bytes() {
        let value = CROCKFORD.iter().position(|c| *c == byte)?;
        let sum = (product + value) % 32;
        product = if sum == 0 { 32 } else { sum } * 2 % 33;
    }
    Some(char::from(CROCKFORD[(33 - product) % 32]))
}

fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// Only the one text that [`to_base32`] makes is read: spare bits must be zero.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0);
    for byte in text.bytes() {
        let value = BASE32.iter().position(|c| *c == byte)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    (held == 0 && bits < 5).then_some(bytes)
}
