use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::EvidenceError;
use crate::{
    ledger::content::hex,
    service::ServiceError,
    store::{Digest, StoreError},
};

const WHAT: &str = "evidence folder";

/// A folder in which evidence is kept: what is complete under the digest of its content, what is being sent under the
/// upload's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFolder {
    path: PathBuf,
}

/// A part of a file that is open for one writer alone.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    /// How many bytes are on disk.
    pub(super) offset: u64,
}

impl EvidenceFolder {
    /// The folder at `path`, which is made with the first upload.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn part_path(&self, upload: Uuid) -> PathBuf {
        self.path.join("parts").join(upload.to_string())
    }

    fn kept_path(&self, digest: &Digest) -> PathBuf {
        let name = hex(digest);
        self.path.join("kept").join(&name[..2]).join(&name[2..])
    }

    /// The part of an upload, made where there is none; nobody else writes to it until it is dropped.
    pub(super) fn part(&self, upload: Uuid) -> Result<Part, ServiceError> {
        let path = self.part_path(upload);
        let open = || -> io::Result<File> {
            make_folder(&self.path.join("parts"))?;
            OpenOptions::new().create(true).read(true).append(true).open(&path)
        };
        let file = open().map_err(|error| failed(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(EvidenceError::UploadBusy.into()),
            Err(fs::TryLockError::Error(error)) => return Err(failed(&path, &error)),
        }
        let offset = file.metadata().map_err(|error| failed(&path, &error))?.len();
        Ok(Part { file, path, offset })
    }

    /// How many bytes of an upload are on disk.
    pub(super) fn offset(&self, upload: Uuid) -> Result<u64, ServiceError> {
        let path = self.part_path(upload);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    /// Drops what came of an upload.
    pub(super) fn drop_part(&self, upload: Uuid) -> Result<(), ServiceError> {
        let path = self.part_path(upload);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(()),
        }
    }

    /// Keeps `bytes` under their digest: they are on disk under that name in whole or not at all.
    pub(super) fn keep(&self, bytes: &[u8], upload: Uuid) -> Result<Digest, ServiceError> {
        let digest: Digest = Sha256::digest(bytes).into();
        let path = self.kept_path(&digest);
        let whole = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
        if whole(&path) {
            return Ok(digest);
        }
        let beside = self.path.join("parts").join(format!("{upload}.kept"));
        let write = || -> io::Result<()> {
            let folder = path.parent().unwrap_or(&self.path);
            make_folder(folder)?;
            make_folder(&self.path.join("parts"))?;
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)?;
            sync_folder(folder)
        };
        write().map_err(|error| failed(&path, &error))?;
        Ok(digest)
    }

    /// Removes what is kept under a digest; what is not there needs no removing.
    pub(super) fn remove(&self, digest: &Digest) -> Result<(), ServiceError> {
        let path = self.kept_path(digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(()),
        }
    }

    /// What is kept under a digest, after comparing it with that.
    pub(super) fn kept(&self, digest: &Digest) -> Result<Vec<u8>, ServiceError> {
        let path = self.kept_path(digest);
        let bytes = fs::read(&path).map_err(|error| failed(&path, &error))?;
        if Digest::from(Sha256::digest(&bytes)) != *digest {
            let problem = "a file of the evidence folder is not what was kept: restore it from a copy".into();
            return Err(StoreError::Corrupt { table: "evidence", problem }.into());
        }
        Ok(bytes)
    }
}

impl Part {
    /// Adds bytes. When this returns they are on disk.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        let write = |file: &mut File| -> io::Result<()> {
            file.write_all(bytes)?;
            file.sync_all()
        };
        if let Err(error) = write(&mut self.file) {
            // What was not acknowledged is taken back, so that the next part begins where the client believes.
            let _ = self.file.set_len(self.offset);
            return Err(failed(&self.path, &error));
        }
        if let Some(folder) = self.path.parent().filter(|_| self.offset == 0) {
            sync_folder(folder).map_err(|error| failed(folder, &error))?;
        }
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// All bytes so far.
    pub(super) fn read(&self) -> Result<Vec<u8>, ServiceError> {
        let mut bytes = Vec::new();
        let mut file = File::open(&self.path).map_err(|error| failed(&self.path, &error))?;
        file.read_to_end(&mut bytes).map_err(|error| failed(&self.path, &error))?;
        Ok(bytes)
    }
}

/// Makes a folder and waits until its name is on disk.
fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A full or failing disk is nothing that the client has done wrong: it may try again.
fn failed(path: &Path, error: &io::Error) -> ServiceError {
    tracing::error!(path = %path.display(), %error, "the evidence folder failed");
    EvidenceError::Unavailable { problem: format!("{WHAT}: {}", error.kind()) }.into()
}
