//! What should have been scanned against what was.

use std::collections::BTreeSet;

/// The comparison of what was expected with what was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation<T> {
    /// Expected and scanned.
    pub found: BTreeSet<T>,
    /// Expected and not scanned.
    pub missing: BTreeSet<T>,
    /// Scanned and not expected.
    pub extra: BTreeSet<T>,
}

impl<T> Reconciliation<T> {
    /// Whether all that was expected was scanned, and nothing else.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}

/// Compares what was expected with what was scanned, each counted once.
pub fn reconcile<T: Ord + Clone>(
    expected: impl IntoIterator<Item = T>,
    scanned: impl IntoIterator<Item = T>,
) -> Reconciliation<T> {
    let expected: BTreeSet<T> = expected.into_iter().collect();
    let scanned: BTreeSet<T> = scanned.into_iter().collect();
    Reconciliation {
        found: expected.intersection(&scanned).cloned().collect(),
        missing: expected.difference(&scanned).cloned().collect(),
        extra: scanned.difference(&expected).cloned().collect(),
    }
}
