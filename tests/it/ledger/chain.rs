//! Hashes by the published definitions.

use chrono::{DateTime, Utc};
use conthoi::ledger::chain::{Hash, MerkleTree, day_link, leaf, link};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// RFC 6962, 2.1, word for word.
fn tree_hash(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [leaf] => *leaf,
        _ => {
            let split = (leaves.len().div_ceil(2)).next_power_of_two();
            let (left, right) = leaves.split_at(split);
            Sha256::new()
                .chain_update([1])
                .chain_update(tree_hash(left))
                .chain_update(tree_hash(right))
                .finalize()
                .into()
        }
    }
}

#[test]
fn the_tree_is_that_of_the_standard() {
    let leaves: Vec<Hash> = (0..70_u8).map(|n| Sha256::digest([n]).into()).collect();
    let mut tree = MerkleTree::default();
    for n in 0..=leaves.len() {
        assert_eq!(tree.root(), tree_hash(&leaves[..n]), "{n} leaves");
        assert_eq!(tree.leaves(), n as u64);
        if let Some(leaf) = leaves.get(n) {
            tree.push(*leaf);
        }
    }
}

#[test]
fn leaf_and_link_are_as_documented() {
    let received_at: DateTime<Utc> = "2019-06-14T00:00:00.000001Z".parse().unwrap();
    let content: Hash = Sha256::digest(b"{}").into();
    let mut bytes = vec![0];
    bytes.extend(7_i64.to_be_bytes());
    bytes.extend(1_560_470_400_000_001_i64.to_be_bytes());
    bytes.extend(content);
    let by_hand: Hash = Sha256::digest(&bytes).into();
    assert_eq!(leaf(7, received_at, &content), by_hand);
    let first = link(None, &by_hand);
    assert_eq!(first, <Hash>::from(Sha256::digest([&[2][..], &[0; 32], &by_hand].concat())));
    assert_eq!(link(Some(&first), &by_hand), <Hash>::from(Sha256::digest([&[2][..], &first, &by_hand].concat())));
}

proptest! {
    #[test]
    fn whatever_is_changed_changes_the_hash(
        position in 1..1_000_i64, micros in 0..1_000_000_i64, content in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
    ) {
        let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        let base = leaf(position, at(micros), &content);
        prop_assert_ne!(leaf(position + 1, at(micros), &content), base);
        prop_assert_ne!(leaf(position, at(micros + 1), &content), base);
        prop_assume!(other != content);
        prop_assert_ne!(leaf(position, at(micros), &other), base);
        prop_assert_ne!(link(Some(&content), &base), link(Some(&other), &base));
        let date = at(micros).date_naive();
        prop_assert_ne!(day_link(None, date, 1, &content), day_link(None, date, 2, &content));
        prop_assert_ne!(day_link(None, date, 1, &content), day_link(None, date, 1, &other));
    }
}
