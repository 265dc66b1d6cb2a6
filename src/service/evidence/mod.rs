//! Evidence: photos and signatures that scans name.
//!
//! A scan names its evidence by the SHA-256 digest of the bytes that the device has ([`EvidenceRef`](crate::domain::EvidenceRef)),
//! and is recorded whether the evidence has come or not. The bytes come by themselves, in parts and resumable: `uploads`. What
//! is complete has to have that digest, and has to be what it says it is: `images` looks at the content, refuses everything but
//! JPEG, PNG and WebP, and takes out whatever the picture does not need (where and with what it was taken, comments,
//! thumbnails). That changes the bytes, so what is kept has a digest of its own; the database has both, and evidence is asked
//! for by the digest that the scan names.
//!
//! `folder` keeps the bytes on disk: nothing is acknowledged that is not there.

mod error;
mod folder;
mod images;
mod uploads;

pub use error::EvidenceError;
pub use folder::EvidenceFolder;
pub use images::{ImageFault, MediaType, strip};
pub use uploads::{Evidence, EvidenceLimits, Upload, UploadState};
