use chrono::{DateTime, Utc};

use crate::domain::CentreId;

/// The answer once given to a creation, kept under the key that the client chose for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The centre in which something was created.
    pub centre_id: CentreId,
    /// The client's key.
    pub key: String,
    /// The digest of the request's body.
    pub body_sha256: [u8; 32],
    /// The HTTP status answered.
    pub status: u16,
    /// The body answered.
    pub response: String,
    /// When.
    pub created_at: DateTime<Utc>,
}
