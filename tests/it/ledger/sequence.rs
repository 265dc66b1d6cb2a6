//! Running numbers against a plain set of numbers.

use std::collections::BTreeSet;

use conthoi::ledger::{SequenceNumbers, reconcile};
use proptest::prelude::*;

proptest! {
    #[test]
    fn gaps_are_what_is_missing_below_the_highest(numbers in proptest::collection::vec(1..60_u64, 0..80)) {
        let mut seen = SequenceNumbers::default();
        let mut model = BTreeSet::new();
        for number in numbers {
            prop_assert_eq!(seen.insert(number), model.insert(number));
            let last = model.last().copied().unwrap_or(0);
            let missing: Vec<u64> = (1..last).filter(|n| !model.contains(n)).collect();
            let gaps: Vec<u64> = seen.gaps().into_iter().flat_map(|(first, last)| first..=last).collect();
            prop_assert_eq!(seen.last(), last);
            prop_assert_eq!(gaps, missing);
            let json = serde_json::to_string(&seen).unwrap();
            prop_assert_eq!(serde_json::from_str::<SequenceNumbers>(&json).unwrap(), seen.clone());
        }
    }
}

#[test]
fn the_largest_number_is_a_number_like_others() {
    let mut seen = SequenceNumbers::default();
    assert!(seen.insert(u64::MAX) && !seen.insert(u64::MAX) && seen.insert(u64::MAX - 1));
    assert_eq!(seen.gaps(), [(1, u64::MAX - 2)]);
}

#[test]
fn what_was_expected_against_what_was_scanned() {
    let found = reconcile(["a", "b", "c"], ["b", "c", "c", "x"]);
    assert_eq!(found.missing.into_iter().collect::<Vec<_>>(), ["a"]);
    assert_eq!(found.extra.into_iter().collect::<Vec<_>>(), ["x"]);
    assert_eq!(found.found.into_iter().collect::<Vec<_>>(), ["b", "c"]);
    assert!(reconcile([1, 2], [2, 1]).is_clean());
}
