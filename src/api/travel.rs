use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::TravelBasis;

/// What travel times and distances rest on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TravelBasisOut {
    /// `estimate` (great circle × circuity ÷ speed) or `network` (the fastest way on roads).
    #[schema(example = "estimate")]
    kind: &'static str,
    /// One line that says it to a person.
    label: String,
    /// Whom the data must be attributed to.
    attribution: Option<String>,
}

impl From<&TravelBasis> for TravelBasisOut {
    fn from(basis: &TravelBasis) -> Self {
        Self { kind: basis.kind.as_str(), label: basis.label.clone(), attribution: basis.attribution.clone() }
    }
}
