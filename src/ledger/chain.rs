//! Hashes that prove that nothing was changed, added in between or taken away.
//!
//! An entry is a recorded scan at its position in the ledger. Its leaf is
//! `SHA-256(0x00 ‖ position ‖ received_at ‖ SHA-256(content))` with both numbers as eight bytes, most significant first,
//! and the time in microseconds since 1970. The scans of one code are chained in the order of their positions:
//! `link = SHA-256(0x02 ‖ link before, or 32 zero bytes ‖ leaf)`. The leaves of one day are those of a Merkle tree as in
//! RFC 6962, and the roots of the days are chained in turn.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];
const LINK: [u8; 1] = [2];
const DAY: [u8; 1] = [3];

/// The leaf of an entry.
#[must_use]
pub fn leaf(position: i64, received_at: DateTime<Utc>, content_sha256: &Hash) -> Hash {
    Sha256::new()
        .chain_update(LEAF)
        .chain_update(position.to_be_bytes())
        .chain_update(received_at.timestamp_micros().to_be_bytes())
        .chain_update(content_sha256)
        .finalize()
        .into()
}

/// The next link of a code's chain.
#[must_use]
pub fn link(before: Option<&Hash>, leaf: &Hash) -> Hash {
    let before = before.unwrap_or(&[0; 32]);
    Sha256::new().chain_update(LINK).chain_update(before).chain_update(leaf).finalize().into()
}

/// The root of a day chained to the day before it.
#[must_use]
pub fn day_link(before: Option<&Hash>, date: NaiveDate, entries: u64, root: &Hash) -> Hash {
    Sha256::new()
        .chain_update(DAY)
        .chain_update(before.unwrap_or(&[0; 32]))
        .chain_update(date.to_string())
        .chain_update(entries.to_be_bytes())
        .chain_update(root)
        .finalize()
        .into()
}

/// A Merkle tree (RFC 6962, 2.1) that grows leaf by leaf and keeps only what its root needs.
#[derive(Debug, Clone, Default)]
pub struct MerkleTree {
    /// The roots of full subtrees, largest first, each with the logarithm of its size.
    full: Vec<(u32, Hash)>,
    leaves: u64,
}

impl MerkleTree {
    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.leaves += 1;
        let mut node = (0, leaf);
        while let Some((level, left)) = self.full.pop_if(|(level, _)| *level == node.0) {
            node = (level + 1, join(&left, &node.1));
        }
        self.full.push(node);
    }

    /// How many leaves there are.
    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The root; of no leaves the digest of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut subtrees = self.full.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = subtrees.next() else { return Sha256::digest(b"").into() };
        subtrees.fold(last, |right, left| join(&left, &right))
    }
}

fn join(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(NODE).chain_update(left).chain_update(right).finalize().into()
}
