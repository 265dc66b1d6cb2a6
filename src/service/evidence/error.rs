use super::ImageFault;

/// Why evidence is not taken or not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Evidence cannot be taken.
    #[error("no folder is set in which evidence is kept: start the service with --evidence-dir")]
    NoFolder,
    /// The folder does not do as it should.
    #[error("evidence cannot be written or read now: {problem}")]
    Unavailable {
        /// What is in the way.
        problem: String,
    },
    /// More bytes than are accepted or were announced.
    #[error("the evidence has {bytes} bytes, and at most {max} are accepted")]
    TooLarge {
        /// How many it has.
        bytes: u64,
        /// How many it may have.
        max: u64,
    },
    /// A part that does not begin where the upload is.
    #[error("the upload has {expected} bytes, and the part begins at {given}: go on from {expected}")]
    WrongOffset {
        /// Where the upload is.
        expected: u64,
        /// Where the part begins.
        given: u64,
    },
    /// Two send at once.
    #[error("another part of this upload is being written: ask how far it is and go on from there")]
    UploadBusy,
    /// The bytes are not those that were announced.
    #[error("what was sent has another SHA-256 digest than was announced: it was dropped, begin again")]
    Differs,
    /// The bytes are no evidence.
    #[error("{0}")]
    Bad(ImageFault),
}
