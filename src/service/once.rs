use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Service, ServiceError};
use crate::{
    domain::ItemId,
    store::{IdempotencyKey, Inserted},
};

/// The answer that a creation was given the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAnswer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

impl Service {
    /// Creates something once for each key: the same key with the same body gets the first answer again.
    ///
    /// The id handed to `create` follows from key and body, so that a request repeated after a crash between creating
    /// and remembering finds what it created. Answers also whether the answer is an earlier one.
    ///
    /// # Errors
    /// [`ServiceError::KeyReused`] when the key came with another body before, and what `create` fails with.
    pub fn once(
        &self,
        key: &str,
        body_sha256: [u8; 32],
        at: DateTime<Utc>,
        create: impl FnOnce(ItemId) -> Result<FirstAnswer, ServiceError>,
    ) -> Result<(FirstAnswer, bool), ServiceError> {
        let centre_id = self.centre()?.centre.id;
        if let Some(first) = self.store().recall_key(centre_id, key)? {
            if first.body_sha256 != body_sha256 {
                return Err(ServiceError::KeyReused);
            }
            return Ok((FirstAnswer { status: first.status, body: first.response }, true));
        }
        let digest = Sha256::new()
            .chain_update(centre_id.uuid().as_bytes())
            .chain_update(key.as_bytes())
            .chain_update(body_sha256)
            .finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let unix_ms = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let id = ItemId::from_uuid(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid());
        let answer = create(id)?;
        let remembered = self.store().remember_key(&IdempotencyKey {
            centre_id,
            key: key.to_owned(),
            body_sha256,
            status: answer.status,
            response: answer.body.clone(),
            created_at: self.now(),
        })?;
        match remembered {
            Inserted::Created | Inserted::Exists => Ok((answer, false)),
            Inserted::Conflict { .. } => Err(ServiceError::KeyReused),
        }
    }
}
