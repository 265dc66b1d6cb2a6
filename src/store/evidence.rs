use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    Inserted, ROWS_AT_ONCE, Store, StoreError,
    columns::{Id, Micros, digest},
    connection::on_backend,
    ledger::Digest,
    schema::{evidence, evidence_uploads},
};
use crate::domain::CentreId;

/// A photo or signature that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvidence {
    /// The digest of what the device sent, which scans name.
    pub sent_sha256: Digest,
    /// The digest of what is kept.
    pub kept_sha256: Digest,
    /// What it is.
    pub media_type: String,
    /// How many bytes are kept.
    pub kept_bytes: u64,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}

/// Evidence that is being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceUpload {
    /// Its id.
    pub id: Uuid,
    /// The digest of the whole.
    pub sent_sha256: Digest,
    /// How many bytes it has in all.
    pub bytes: u64,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// Until when it may be continued.
    pub expires_at: DateTime<Utc>,
}

type EvidenceRow = (Vec<u8>, Vec<u8>, String, i64, Micros);
type UploadRow = (Id, Vec<u8>, i64, Micros, Micros);

fn bytes(table: &'static str, count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).map_err(|_| StoreError::Corrupt { table, problem: format!("{count} is no count of bytes") })
}

fn evidence_of((sent, kept, media_type, count, received_at): EvidenceRow) -> Result<StoredEvidence, StoreError> {
    const TABLE: &str = "evidence";
    Ok(StoredEvidence {
        sent_sha256: digest(TABLE, sent)?,
        kept_sha256: digest(TABLE, kept)?,
        media_type,
        kept_bytes: bytes(TABLE, count)?,
        received_at: received_at.into(),
    })
}

fn upload_of((id, sent, count, begun_at, expires_at): UploadRow) -> Result<EvidenceUpload, StoreError> {
    const TABLE: &str = "evidence_uploads";
    Ok(EvidenceUpload {
        id: id.0,
        sent_sha256: digest(TABLE, sent)?,
        bytes: bytes(TABLE, count)?,
        begun_at: begun_at.into(),
        expires_at: expires_at.into(),
    })
}

type EvidenceColumns =
    (evidence::sent_sha256, evidence::kept_sha256, evidence::media_type, evidence::kept_bytes, evidence::received_at);
const EVIDENCE: EvidenceColumns =
    (evidence::sent_sha256, evidence::kept_sha256, evidence::media_type, evidence::kept_bytes, evidence::received_at);
type UploadColumns = (
    evidence_uploads::id,
    evidence_uploads::sent_sha256,
    evidence_uploads::bytes,
    evidence_uploads::begun_at,
    evidence_uploads::expires_at,
);
const UPLOAD: UploadColumns = (
    evidence_uploads::id,
    evidence_uploads::sent_sha256,
    evidence_uploads::bytes,
    evidence_uploads::begun_at,
    evidence_uploads::expires_at,
);

impl Store {
    /// Those of these digests whose evidence is kept, by digest.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn evidence(&self, centre: CentreId, sent: &[Digest]) -> Result<Vec<StoredEvidence>, StoreError> {
        self.snapshot(|connection| {
            let mut found = Vec::new();
            for sent in sent.chunks(ROWS_AT_ONCE) {
                let rows: Vec<EvidenceRow> = evidence::table
                    .filter(evidence::centre_id.eq(Id::from(centre)))
                    .filter(evidence::sent_sha256.eq_any(sent.iter().map(|digest| digest.to_vec())))
                    .select(EVIDENCE)
                    .load(connection)?;
                found.extend(rows.into_iter().map(evidence_of).collect::<Result<Vec<_>, _>>()?);
            }
            found.sort_by_key(|evidence| evidence.sent_sha256);
            Ok(found)
        })
    }

    /// Notes that evidence is kept, and that its upload is over. Evidence that is kept already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn keep_evidence(&self, centre: CentreId, kept: &StoredEvidence, upload: Uuid) -> Result<Inserted, StoreError> {
        let centre = Id::from(centre);
        let count = i64::try_from(kept.kept_bytes)
            .map_err(|_| StoreError::Invalid { field: "kept_bytes", problem: "it is no count of bytes".into() })?;
        let row = (
            evidence::centre_id.eq(centre),
            evidence::sent_sha256.eq(kept.sent_sha256.to_vec()),
            evidence::kept_sha256.eq(kept.kept_sha256.to_vec()),
            evidence::media_type.eq(&kept.media_type),
            evidence::kept_bytes.eq(count),
            evidence::received_at.eq(Micros::from(kept.received_at)),
        );
        self.write(|connection| {
            let new = on_backend!(connection, |c| diesel::insert_into(evidence::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))
            .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            on_backend!(connection, |c| {
                diesel::delete(evidence_uploads::table.find((centre, Id(upload)))).execute(c)
            })?;
            Ok(if new == 1 { Inserted::Created } else { Inserted::Exists })
        })
    }

    /// Notes an upload that begins.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown centre.
    pub fn begin_upload(&self, centre: CentreId, upload: &EvidenceUpload) -> Result<(), StoreError> {
        let count = i64::try_from(upload.bytes)
            .map_err(|_| StoreError::Invalid { field: "bytes", problem: "it is no count of bytes".into() })?;
        let row = (
            evidence_uploads::centre_id.eq(Id::from(centre)),
            evidence_uploads::id.eq(Id(upload.id)),
            evidence_uploads::sent_sha256.eq(upload.sent_sha256.to_vec()),
            evidence_uploads::bytes.eq(count),
            evidence_uploads::begun_at.eq(Micros::from(upload.begun_at)),
            evidence_uploads::expires_at.eq(Micros::from(upload.expires_at)),
        );
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(evidence_uploads::table).values(row).execute(c))
                .map_err(|error| StoreError::naming(error, "centre_id", "a centre"))?;
            Ok(())
        })
    }

    /// An upload that has begun.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn upload(&self, centre: CentreId, id: Uuid) -> Result<Option<EvidenceUpload>, StoreError> {
        self.read(|connection| {
            let row: Option<UploadRow> =
                evidence_uploads::table.find((Id::from(centre), Id(id))).select(UPLOAD).first(connection).optional()?;
            row.map(upload_of).transpose()
        })
    }

    /// Uploads that may not be continued any more at `now`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn expired_uploads(
        &self,
        centre: CentreId,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<EvidenceUpload>, StoreError> {
        self.read(|connection| {
            let rows: Vec<UploadRow> = evidence_uploads::table
                .filter(evidence_uploads::centre_id.eq(Id::from(centre)))
                .filter(evidence_uploads::expires_at.le(Micros::from(now)))
                .order((evidence_uploads::expires_at, evidence_uploads::id))
                .limit(limit.into())
                .select(UPLOAD)
                .load(connection)?;
            rows.into_iter().map(upload_of).collect()
        })
    }

    /// Forgets an upload.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn forget_upload(&self, centre: CentreId, id: Uuid) -> Result<(), StoreError> {
        self.write(|connection| {
            on_backend!(connection, |c| {
                diesel::delete(evidence_uploads::table.find((Id::from(centre), Id(id)))).execute(c)
            })?;
            Ok(())
        })
    }
}
