use chrono::{DateTime, Duration, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    EvidenceError,
    folder::{EvidenceFolder, Part},
    images::{MediaType, strip},
};
use crate::{
    domain::EvidenceRef,
    service::{FieldProblem, Service, ServiceError},
    store::{EvidenceUpload, StoreError, StoredEvidence},
};

/// What evidence may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceLimits {
    /// Bytes at most.
    pub bytes_max: u64,
    /// For how long an upload may be continued, hours.
    pub resumable_h: u32,
}

impl Default for EvidenceLimits {
    fn default() -> Self {
        Self { bytes_max: 8 << 20, resumable_h: 24 }
    }
}

/// An upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// The evidence as scans name it.
    pub evidence: EvidenceRef,
    /// How many bytes it has in all.
    pub bytes: u64,
    /// How many of them are on disk.
    pub offset: u64,
    /// Until when it may be continued.
    pub expires_at: DateTime<Utc>,
}

/// What is known of evidence that is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// There is more to come.
    Open(Upload),
    /// All of it is kept.
    Kept {
        /// The evidence as scans name it.
        evidence: EvidenceRef,
        /// How many bytes the device has sent, where that is known.
        bytes: Option<u64>,
    },
}

/// Evidence that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it is.
    pub media_type: MediaType,
    /// The digest of what is kept.
    pub kept: EvidenceRef,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// What is kept.
    pub bytes: Vec<u8>,
}

/// Expired uploads that are cleared away with each new one at most.
const CLEARED_AT_ONCE: u32 = 20;

impl Service {
    fn evidence_folder(&self) -> Result<(&EvidenceFolder, EvidenceLimits), ServiceError> {
        let settings = self.evidence_settings().ok_or(EvidenceError::NoFolder)?;
        Ok((&settings.0, settings.1))
    }

    /// How much evidence may have.
    #[must_use]
    pub fn evidence_limits(&self) -> EvidenceLimits {
        self.evidence_settings().map_or_else(EvidenceLimits::default, |(_, limits)| *limits)
    }

    /// Begins to take evidence of `bytes` bytes with this digest. What is kept already need not be sent again.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for no bytes, [`EvidenceError::TooLarge`], [`EvidenceError::NoFolder`].
    pub fn begin_evidence(&self, evidence: EvidenceRef, bytes: u64) -> Result<UploadState, ServiceError> {
        let centre = self.centre()?.centre.id;
        let (folder, limits) = self.evidence_folder()?;
        if bytes == 0 {
            let problem = FieldProblem::new("bytes", "evidence of no bytes shows nothing: expected 1 or more");
            return Err(ServiceError::Invalid(vec![problem]));
        }
        if bytes > limits.bytes_max {
            return Err(EvidenceError::TooLarge { bytes, max: limits.bytes_max }.into());
        }
        let now = self.now();
        for old in self.store().expired_uploads(centre, now, CLEARED_AT_ONCE)? {
            folder.drop_part(old.id)?;
            self.store().forget_upload(centre, old.id)?;
        }
        if !self.store().evidence(centre, &[*evidence.sha256()])?.is_empty() {
            return Ok(UploadState::Kept { evidence, bytes: Some(bytes) });
        }
        let upload = EvidenceUpload {
            id: self.fresh_uuid(),
            sent_sha256: *evidence.sha256(),
            bytes,
            begun_at: now,
            expires_at: now + Duration::hours(limits.resumable_h.into()),
        };
        self.store().begin_upload(centre, &upload)?;
        Ok(UploadState::Open(open(&upload, 0)))
    }

    /// How far an upload is.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an upload that is over, has expired, or never began.
    pub fn evidence_upload(&self, id: Uuid) -> Result<Upload, ServiceError> {
        let (folder, _) = self.evidence_folder()?;
        let upload = self.running_upload(id)?;
        Ok(open(&upload, folder.offset(id)?))
    }

    fn running_upload(&self, id: Uuid) -> Result<EvidenceUpload, ServiceError> {
        let centre = self.centre()?.centre.id;
        let upload = self.store().upload(centre, id)?.filter(|upload| upload.expires_at > self.now());
        upload.ok_or_else(|| ServiceError::not_found("unfinished upload", &id))
    }

    /// Takes the bytes of an upload from `offset` on. When this returns, they are on disk; with the last of them the evidence
    /// is checked and kept.
    ///
    /// # Errors
    /// [`EvidenceError::WrongOffset`] unless `offset` is where the upload is; [`EvidenceError::TooLarge`] for more than
    /// was announced; [`EvidenceError::UploadBusy`] while somebody else sends; [`EvidenceError::Differs`] and
    /// [`EvidenceError::Bad`] when what has come is not what was announced or no picture: then it is dropped.
    pub fn continue_evidence(&self, id: Uuid, offset: u64, bytes: &[u8]) -> Result<UploadState, ServiceError> {
        let (folder, _) = self.evidence_folder()?;
        let upload = self.running_upload(id)?;
        let mut part = folder.part(id)?;
        // Another sender may have finished it while this one waited for the lock.
        let upload = self.running_upload(upload.id)?;
        if part.offset != offset {
            return Err(EvidenceError::WrongOffset { expected: part.offset, given: offset }.into());
        }
        let total = offset.saturating_add(bytes.len() as u64);
        if total > upload.bytes {
            return Err(EvidenceError::TooLarge { bytes: total, max: upload.bytes }.into());
        }
        if !bytes.is_empty() {
            part.append(bytes)?;
        }
        if part.offset < upload.bytes {
            return Ok(UploadState::Open(open(&upload, part.offset)));
        }
        self.finish(folder, &upload, &part)
    }

    /// Checks and keeps what has come in whole.
    fn finish(
        &self,
        folder: &EvidenceFolder,
        upload: &EvidenceUpload,
        part: &Part,
    ) -> Result<UploadState, ServiceError> {
        let centre = self.centre()?.centre.id;
        let sent = part.read()?;
        let found: [u8; 32] = Sha256::digest(&sent).into();
        let stripped = if found == upload.sent_sha256 {
            strip(&sent).map_err(EvidenceError::Bad)
        } else {
            Err(EvidenceError::Differs)
        };
        let (media_type, kept) = match stripped {
            Ok(stripped) => stripped,
            Err(fault) => {
                self.store().forget_upload(centre, upload.id)?;
                folder.drop_part(upload.id)?;
                return Err(fault.into());
            }
        };
        let stored = StoredEvidence {
            sent_sha256: upload.sent_sha256,
            kept_sha256: folder.keep(&kept, upload.id)?,
            media_type: media_type.as_str().to_owned(),
            kept_bytes: kept.len() as u64,
            received_at: self.now(),
        };
        self.store().keep_evidence(centre, &stored, upload.id)?;
        folder.drop_part(upload.id)?;
        Ok(UploadState::Kept { evidence: EvidenceRef::from_sha256(upload.sent_sha256), bytes: Some(upload.bytes) })
    }

    /// Removes the files of evidence that is to be forgotten. Without a folder there are none.
    pub(in crate::service) fn remove_evidence_files(&self, evidence: &[EvidenceRef]) -> Result<(), ServiceError> {
        let Some((folder, _)) = self.evidence_settings() else { return Ok(()) };
        let centre = self.centre()?.centre.id;
        let digests: Vec<_> = evidence.iter().map(|evidence| *evidence.sha256()).collect();
        for stored in self.store().evidence(centre, &digests)? {
            folder.remove(&stored.kept_sha256)?;
        }
        Ok(())
    }

    /// Evidence by the digest that scans name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for evidence that has not come.
    pub fn evidence(&self, evidence: EvidenceRef) -> Result<Evidence, ServiceError> {
        let centre = self.centre()?.centre.id;
        let (folder, _) = self.evidence_folder()?;
        let found = self.store().evidence(centre, &[*evidence.sha256()])?;
        let stored = found.first().ok_or_else(|| ServiceError::not_found("evidence", &evidence))?;
        let unknown = || StoreError::Corrupt { table: "evidence", problem: "its media type is unknown".into() };
        Ok(Evidence {
            media_type: MediaType::named(&stored.media_type).ok_or_else(unknown)?,
            kept: EvidenceRef::from_sha256(stored.kept_sha256),
            received_at: stored.received_at,
            bytes: folder.kept(&stored.kept_sha256)?,
        })
    }
}

fn open(upload: &EvidenceUpload, offset: u64) -> Upload {
    Upload {
        id: upload.id,
        evidence: EvidenceRef::from_sha256(upload.sent_sha256),
        bytes: upload.bytes,
        offset,
        expires_at: upload.expires_at,
    }
}
