use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{service::ServiceError, store::SecretDigest};

/// What stands in front of a token's secret, so that one found in a file is recognised.
pub(super) const TOKEN: &str = "conthoi_t_";
/// The same of a device's.
pub(super) const DEVICE: &str = "conthoi_d_";
/// Characters of a secret, what stands in front included, by which a person tells it from others.
const PREFIX_CHARS: usize = 16;

/// A secret on its way to whom it belongs. It shows itself only when asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 256 random bits of the operating system behind `kind`.
    pub(in crate::service) fn fresh(kind: &str) -> Result<Self, ServiceError> {
        Ok(Self(format!("{kind}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// A code that can be keyed in where a camera fails: 80 random bits as 16 letters and digits without `I`, `L`, `O` and `U`.
    pub(super) fn fresh_code() -> Result<Self, ServiceError> {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bits = random::<16>()?;
        Ok(Self(bits.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()))
    }

    /// A secret that somebody else has made.
    pub(super) fn given(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(in crate::service) fn digest(&self) -> SecretDigest {
        digest(&self.0)
    }

    pub(super) fn prefix(&self) -> String {
        self.0.chars().take(PREFIX_CHARS).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret.
pub(in crate::service) fn digest(secret: &str) -> SecretDigest {
    Sha256::digest(secret.as_bytes()).into()
}

/// Random bytes of the operating system.
pub(in crate::service) fn random<const N: usize>() -> Result<[u8; N], ServiceError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ServiceError::NoRandomness { problem: error.to_string() })?;
    Ok(bytes)
}
