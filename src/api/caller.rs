use std::{
    future::{Ready, ready},
    net::IpAddr,
    sync::Arc,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::{authentication::Recognised, problem::Failure, problem_code::ProblemCode};
use crate::{
    domain::{Act, Authority, Reach},
    service::{Actor, Principal, Service},
};

/// Who makes the request. Every handler of what is not public takes one and asks it whether the act may be done; a request of
/// nobody known never reaches the handler.
#[derive(Debug, Clone)]
pub(crate) struct Caller(Arc<Principal>);

impl Caller {
    /// Refuses what the caller may do to nothing at all. Where the caller may do it only to what is their own, the use case
    /// that is called with [`Self::authority`] looks at the object.
    pub(crate) fn may(&self, act: Act) -> Result<(), Failure> {
        if self.0.authority.reach(act) != Reach::Nothing {
            return Ok(());
        }
        let role = self.0.authority.role;
        let detail = match role {
            crate::domain::Role::Integration => {
                "the token's scopes do not allow this: have one issued that does".into()
            }
            _ => format!("the role {role} does not allow this"),
        };
        Err(Failure::new(ProblemCode::FORBIDDEN, detail))
    }

    /// What the caller may do.
    pub(crate) fn authority(&self) -> Authority {
        self.0.authority.clone()
    }

    /// The caller as the audit log names them.
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor()
    }

    /// The caller with all that is known.
    pub(crate) fn principal(&self) -> Arc<Principal> {
        Arc::clone(&self.0)
    }
}

impl FromRequest for Caller {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.extensions().get::<Recognised>().cloned();
        ready(match found {
            Some(Recognised::As(principal)) => Ok(Self(principal)),
            Some(Recognised::Failed(failure)) => Err(failure),
            Some(Recognised::NoMore) => Err(Failure::new(
                ProblemCode::UNAUTHENTICATED,
                "the session has ended, or the token is unknown, has expired or was revoked: come in again",
            )),
            None => Err(Failure::new(
                ProblemCode::UNAUTHENTICATED,
                "come in with POST /v1/login or at /login, or send a token as Authorization: Bearer",
            )),
        })
    }
}

/// Where the request comes from. Behind a reverse proxy on this machine it is what the proxy says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin(pub(crate) Option<IpAddr>);

impl Origin {
    pub(crate) fn of(request: &HttpRequest, service: &Service) -> Self {
        let peer = request.peer_addr().map(|address| address.ip());
        let proxied = peer.is_some_and(|peer| peer.is_loopback()) && service.access_settings().public_url.is_some();
        if !proxied {
            return Self(peer);
        }
        let told = request.headers().get("X-Forwarded-For").and_then(|value| value.to_str().ok());
        // The last one is the proxy's own word; those before are its client's.
        let last = told.and_then(|told| told.rsplit(',').next()).and_then(|last| last.trim().parse().ok());
        Self(last.or(peer))
    }

    /// The address, of IPv6 the network that one subscriber has.
    pub(crate) fn text(self) -> String {
        match self.0 {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => {
                    let [a, b, c, d, ..] = address.segments();
                    format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
                }
            },
        }
    }
}

impl FromRequest for Origin {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.app_data::<actix_web::web::Data<Service>>() {
            Some(service) => Ok(Self::of(request, service)),
            None => Ok(Self(request.peer_addr().map(|address| address.ip()))),
        })
    }
}
