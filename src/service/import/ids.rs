use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The id of what a centre's folder calls `code`: a UUIDv7 that follows from the codes alone.
///
/// Importing a folder again therefore gives everything the id it had, whatever rows were added, and two installations
/// agree. Its time is 1970, because it is the code and not the moment of import that makes the thing.
pub(super) fn id_of(centre_code: &str, kind: &str, code: &str) -> Uuid {
    let digest = Sha256::new()
        .chain_update(centre_code)
        .chain_update([0])
        .chain_update(kind)
        .chain_update([0])
        .chain_update(code)
        .finalize();
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&digest[..10]);
    uuid::Builder::from_unix_timestamp_millis(0, &bytes).into_uuid()
}
