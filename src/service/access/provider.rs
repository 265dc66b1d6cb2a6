use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration as Wait,
};

use chrono::{DateTime, Duration, Utc};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use ureq::{
    Agent,
    http::{Method, Request},
};

use super::{ProviderSettings, SignOnError};
use crate::service::webhooks;

/// How long a provider may take to answer one request.
const TIME_OUT: Wait = Wait::from_secs(5);
/// How long what a provider says of itself is good for.
const FRESH: Duration = Duration::hours(1);
/// How long after a failure, or after its keys were read, a provider is not asked about itself again.
const PAUSE: Duration = Duration::seconds(15);
/// The longest answer that is read, bytes.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// Signatures that only the provider can make: none at all, or one made with the client's secret, proves nothing.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What is sent along with a person, and must come back with them.
pub(super) struct Round<'a> {
    pub(super) state: &'a str,
    pub(super) nonce: &'a str,
    pub(super) verifier: &'a str,
}

/// For whom a provider vouches.
pub(super) struct Vouched {
    /// Its word for the person, which never becomes another's.
    pub(super) subject: String,
    /// The address, where the provider has verified it.
    pub(super) email: Option<String>,
}

/// What a provider has said of itself.
#[derive(Default)]
struct Known {
    read: Option<(DateTime<Utc>, CoreProviderMetadata)>,
    failed_at: Option<DateTime<Utc>>,
}

/// An identity provider, of which nothing is asked before somebody wants to come in by it.
pub(super) struct Provider {
    settings: ProviderSettings,
    agent: OnceLock<Agent>,
    known: Mutex<Known>,
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings) -> Self {
        Self { settings, agent: OnceLock::new(), known: Mutex::default() }
    }

    pub(super) fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// Where a person goes to be recognised.
    pub(super) fn door(&self, round: &Round<'_>, now: DateTime<Utc>) -> Result<String, SignOnError> {
        let client = self.client(self.metadata(now, None)?);
        let verifier = PkceCodeVerifier::new(round.verifier.to_owned());
        let (state, nonce) = (CsrfToken::new(round.state.to_owned()), Nonce::new(round.nonce.to_owned()));
        let (url, _, _) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// For whom the provider vouches with `code`.
    pub(super) fn vouches_for(
        &self,
        code: &str,
        round: &Round<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vouched, SignOnError> {
        let mut client = self.client(self.metadata(now, None)?);
        let response = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| unavailable("it names no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(round.verifier.to_owned()))
            .request(&|request| self.call(request))
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => refused("the provider does not take the code"),
                RequestTokenError::Request(_) => unavailable("its token endpoint does not answer"),
                _ => unavailable("its token endpoint gives no token"),
            })?;
        let claims = match verified(&client, &response, round, now) {
            // The provider may have changed its keys since they were read.
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                client = self.client(self.metadata(now, Some(PAUSE))?);
                verified(&client, &response, round, now)
            }
            other => other,
        };
        let claims = claims.map_err(|error| refused(fault(&error)))?;
        let subject = claims.subject().as_str().to_owned();
        let (email, is_verified) = match claims.email() {
            Some(email) => (Some(email.to_string()), claims.email_verified()),
            None => self.asked_email(&client, &response, &claims),
        };
        Ok(Vouched { subject, email: email.filter(|_| is_verified == Some(true)) })
    }

    /// The address from the endpoint for it, and whether it is verified: many a provider leaves it out of the token.
    fn asked_email(
        &self,
        client: &Client,
        response: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> (Option<String>, Option<bool>) {
        let asked = client.user_info(response.access_token().clone(), Some(claims.subject().clone()));
        let Ok(request) = asked else { return (None, None) };
        let answer: Result<CoreUserInfoClaims, _> = request.request(&|request| self.call(request));
        match answer {
            Ok(claims) => (claims.email().map(|email| email.to_string()), claims.email_verified()),
            Err(_) => {
                tracing::warn!("the identity provider does not tell a person's address as it should");
                (None, None)
            }
        }
    }

    /// What the provider says of itself: as read before, if that is younger than `fresh`.
    fn metadata(&self, now: DateTime<Utc>, fresh: Option<Duration>) -> Result<CoreProviderMetadata, SignOnError> {
        // Whoever waits here is served by the one answer.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, metadata)) = &known.read
            && *at + fresh.unwrap_or(FRESH) > now
        {
            return Ok(metadata.clone());
        }
        if known.failed_at.is_some_and(|at| at + PAUSE > now) {
            return Err(SignOnError::Unavailable);
        }
        let read = CoreProviderMetadata::discover(&self.settings.issuer, &|request| self.call(request));
        match read {
            Ok(metadata) => {
                *known = Known { read: Some((now, metadata.clone())), failed_at: None };
                Ok(metadata)
            }
            Err(_) => {
                known.failed_at = Some(now);
                Err(unavailable("it does not say where its endpoints and keys are"))
            }
        }
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let ProviderSettings { client_id, client_secret, back, .. } = &self.settings;
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let in_body = methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let secret = ClientSecret::new(client_secret.reveal().to_owned());
        CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.clone()), Some(secret))
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
            .set_redirect_uri(back.clone())
    }

    /// Sends what the protocol has to say.
    fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let agent = self.agent.get_or_init(|| {
            Agent::config_builder()
                .tls_config(webhooks::tls())
                .https_only(self.settings.issuer.url().scheme() == "https")
                .http_status_as_error(false)
                // Where a redirect leads was never said by the provider's own description.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_global(Some(TIME_OUT))
                .proxy(None)
                .user_agent(concat!("conthoi/", env!("CARGO_PKG_VERSION")))
                .build()
                .into()
        });
        let (parts, body) = request.into_parts();
        let answer = if parts.method == Method::GET {
            agent.run(Request::from_parts(parts, ()))?
        } else {
            agent.run(Request::from_parts(parts, body))?
        };
        let (parts, body) = answer.into_parts();
        let bytes = body.into_with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }
}

/// The claims of the answer's token, once signature, issuer, audience, times and nonce are right.
fn verified(
    client: &Client,
    response: &CoreTokenResponse,
    round: &Round<'_>,
    now: DateTime<Utc>,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let other = |what: &str| ClaimsVerificationError::Other(what.to_owned());
    let token = response.id_token().ok_or_else(|| other("no ID token"))?;
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
    let claims = token.claims(&verifier, &Nonce::new(round.nonce.to_owned()))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|_| other("signing algorithm"))?;
        let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
        let hash = AccessTokenHash::from_token(response.access_token(), algorithm, key);
        if hash.map_err(|_| other("access token"))? != *expected {
            return Err(other("access token"));
        }
    }
    Ok(claims.clone())
}

/// What is wrong with a token, without a word that the provider has chosen.
fn fault(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "the ID token has expired: compare the clocks of both machines",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is for another client",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token is of another try",
        ClaimsVerificationError::SignatureVerification(_) => "the ID token's signature does not prove",
        _ => "the ID token is not as it should be",
    }
}

fn refused(problem: &'static str) -> SignOnError {
    tracing::warn!(problem, "a login by the identity provider is refused");
    SignOnError::Refused
}

fn unavailable(problem: &'static str) -> SignOnError {
    tracing::warn!(problem, "the identity provider does not answer as it should");
    SignOnError::Unavailable
}
