use std::time::Duration;

use super::{Service, ServiceError};
use crate::ledger::epcis::outbound::Naming;

/// The base of our names where none is configured: a name that can never belong to anybody.
const BASE_DEFAULT: &str = "https://conthoi.invalid/";

/// The longest that one webhook takes.
const TIME_OUT_DEFAULT: Duration = Duration::from_secs(15);

/// How this installation shows itself to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeSettings {
    base: String,
    reaches_private: bool,
    time_out: Duration,
}

impl Default for ExchangeSettings {
    fn default() -> Self {
        Self { base: BASE_DEFAULT.to_owned(), reaches_private: false, time_out: TIME_OUT_DEFAULT }
    }
}

impl ExchangeSettings {
    /// Names of things and parties are told below `public_url`, which need not answer.
    ///
    /// # Errors
    /// [`ServiceError::PublicUrl`] unless it is an `https` URL without query and fragment.
    pub fn below(public_url: &str) -> Result<Self, ServiceError> {
        let base = if public_url.ends_with('/') { public_url.to_owned() } else { format!("{public_url}/") };
        match Naming::new(&base, chrono_tz::UTC) {
            Some(_) if base.len() > "https://x/".len() - 1 => Ok(Self { base, ..Self::default() }),
            _ => Err(ServiceError::PublicUrl { url: public_url.to_owned() }),
        }
    }

    /// Webhooks may lead into private networks, and need no TLS there.
    #[must_use]
    pub fn reaching_private(self) -> Self {
        Self { reaches_private: true, ..self }
    }

    /// A webhook may take so long instead of fifteen seconds.
    #[must_use]
    pub fn waiting(self, time_out: Duration) -> Self {
        Self { time_out, ..self }
    }

    pub(super) fn time_out(&self) -> Duration {
        self.time_out
    }

    pub(super) fn reaches_private(&self) -> bool {
        self.reaches_private
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }
}

impl Service {
    /// The same service with other settings of exchange. They are set once, before it serves: later ones change nothing.
    #[must_use]
    pub fn with_exchange(self, settings: ExchangeSettings) -> Self {
        // The first settings stay.
        let _ = self.inner.exchange.set(settings);
        self
    }

    pub(super) fn exchange(&self) -> &ExchangeSettings {
        self.inner.exchange.get_or_init(ExchangeSettings::default)
    }
}
