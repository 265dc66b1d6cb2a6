use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    Actor, NewSession, Secret,
    audit::Done,
    provider::{Provider, Round, Vouched},
    secret::digest,
};
use crate::{
    domain::{CentreId, Role},
    service::{Service, ServiceError},
    store::{Account, StoreError},
};

/// How long somebody may take to be recognised by the provider.
const LASTS: Duration = Duration::minutes(10);

/// Why an identity provider does not let somebody in. Nothing of it is in the provider's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignOnError {
    /// The provider does not answer, or not as it should.
    #[error("the identity provider does not answer as it should: try again later, or come in with name and password")]
    Unavailable,
    /// The browser brings nothing back that was given to it in the last minutes.
    #[error("this try to come in was begun in another browser or too long ago: begin again at /login")]
    Stale,
    /// What the provider says does not prove who came.
    #[error("the identity provider did not vouch for anybody: begin again at /login")]
    Refused,
    /// Nobody who may come in here is known under that identity.
    #[error("no open account here is yours: ask an admin")]
    Stranger,
}

/// The way to an identity provider.
#[derive(Debug, Clone)]
pub struct SignOnStart {
    /// Where the person goes.
    pub url: String,
    /// What the browser has to bring back.
    pub cookie: Secret,
    /// How long it is good for.
    pub lasts: Duration,
}

/// What came back from an identity provider.
#[derive(Clone, Default)]
pub struct SignOnAnswer {
    /// The state that was sent along.
    pub state: String,
    /// With what the provider can be asked for whom it vouches; `None` where it vouches for nobody.
    pub code: Option<String>,
    /// Which issuer it says it is (RFC 9207).
    pub issuer: Option<String>,
}

/// What a browser keeps while its person is at the provider's. Only what is signed is taken back.
#[derive(Serialize, Deserialize)]
struct Pending {
    state: String,
    nonce: String,
    verifier: String,
    expires_at_s: i64,
}

/// Every process with the same configuration makes the same signature.
fn signature(provider: &Provider, text: &str) -> Hmac<Sha256> {
    let secret = provider.settings().client_secret.reveal();
    let key = Sha256::new().chain_update("conthoi sign-on:").chain_update(secret).finalize();
    Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length").chain_update(text.as_bytes())
}

impl Pending {
    fn sealed(&self, provider: &Provider) -> Secret {
        let text = URL_SAFE_NO_PAD.encode(json!(self).to_string());
        let tag = URL_SAFE_NO_PAD.encode(signature(provider, &text).finalize().into_bytes());
        Secret::given(&format!("{text}.{tag}"))
    }

    fn opened(provider: &Provider, sealed: &str) -> Option<Self> {
        let (text, tag) = sealed.split_once('.')?;
        signature(provider, text).verify_slice(&URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn round(&self) -> Round<'_> {
        Round { state: &self.state, nonce: &self.nonce, verifier: &self.verifier }
    }
}

impl Service {
    /// Whether an identity provider may vouch for people.
    #[must_use]
    pub fn has_provider(&self) -> bool {
        self.inner.access.provider.is_some()
    }

    /// Begins to let somebody in by the identity provider; `None` where there is none.
    ///
    /// # Errors
    /// [`SignOnError::Unavailable`].
    pub fn begin_sign_on(&self) -> Result<Option<SignOnStart>, ServiceError> {
        let Some(provider) = &self.inner.access.provider else { return Ok(None) };
        let now = self.now();
        let fresh = || Secret::fresh("").map(|secret| secret.reveal().to_owned());
        let expires_at_s = (now + LASTS).timestamp();
        let pending = Pending { state: fresh()?, nonce: fresh()?, verifier: fresh()?, expires_at_s };
        let url = provider.door(&pending.round(), now)?;
        Ok(Some(SignOnStart { url, cookie: pending.sealed(provider), lasts: LASTS }))
    }

    /// Lets somebody in for whom the identity provider vouches; `None` where there is none. `cookie` is what the browser brings
    /// back, `address` where it comes from.
    ///
    /// The person has to have an account, and nobody gets one so. The provider's word for them is remembered the first time,
    /// when the address that the provider has verified is that of the account.
    ///
    /// # Errors
    /// [`ServiceError::SignOn`], and [`ServiceError::LoginLocked`] while the account is locked.
    pub fn finish_sign_on(
        &self,
        cookie: Option<&str>,
        answer: &SignOnAnswer,
        address: &str,
    ) -> Result<Option<NewSession>, ServiceError> {
        let Some(provider) = &self.inner.access.provider else { return Ok(None) };
        let now = self.now();
        let pending = cookie.and_then(|cookie| Pending::opened(provider, cookie)).ok_or(SignOnError::Stale)?;
        if pending.expires_at_s <= now.timestamp() {
            return Err(SignOnError::Stale.into());
        }
        let issuer = provider.settings().issuer.as_str();
        let of_issuer = answer.issuer.as_deref().is_none_or(|told| told == issuer);
        // Compared by digests, so that the time it takes tells nothing.
        let of_state = digest(&answer.state) == digest(&pending.state);
        let code = answer.code.as_deref().filter(|_| of_issuer && of_state).ok_or(SignOnError::Refused)?;
        let vouched = provider.vouches_for(code, &pending.round(), now)?;
        self.come_in_as(issuer, &vouched, address).map(Some)
    }

    fn come_in_as(&self, issuer: &str, vouched: &Vouched, address: &str) -> Result<NewSession, ServiceError> {
        let centre = self.centre()?.centre.id;
        let subject = format!("{issuer}#{}", vouched.subject);
        let email = vouched.email.as_ref().map(|email| email.trim().to_lowercase());
        let found = self.store().account_of_provider(centre, &subject, email.as_deref())?;
        let open = found.filter(|account| account.disabled_at.is_none() && account.role != Role::Integration);
        let account = open.ok_or(SignOnError::Stranger)?;
        let name = account.name.as_str();
        self.count_try(centre, name, address)?;
        if account.oidc_subject.is_none() {
            self.bind(centre, &account, &subject)?;
        }
        self.forgive_tries(centre, name, address)?;
        match self.open_session(account.id) {
            Err(ServiceError::BadCredentials | ServiceError::NotFound { .. }) => Err(SignOnError::Stranger.into()),
            opened => opened,
        }
    }

    /// Remembers under which subject the provider knows the account.
    fn bind(&self, centre: CentreId, account: &Account, subject: &str) -> Result<(), ServiceError> {
        let actor = Actor { account_id: Some(account.id), name: account.name.to_string() };
        let done = Done {
            act: "identity_bound",
            kind: "account",
            id: account.id.to_string(),
            before: None,
            after: Some(json!({ "oidc_subject": subject })),
        };
        match self.store().set_subject(account, subject, &self.audit_entry(centre, &actor, done)) {
            Ok(true) => Ok(()),
            // Somebody else changed the account meanwhile.
            Ok(false) | Err(StoreError::Duplicate { .. }) => Err(SignOnError::Stranger.into()),
            Err(error) => Err(error.into()),
        }
    }
}
