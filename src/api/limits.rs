//! How many requests may come.
//!
//! Each token and each session may send many; each address may send some without one, which is what guessing does; coming in and
//! enrolling are a door of their own. The numbers are far above what people and scanners do: they keep one that has gone wild from
//! taking the service from the others. They count within one process.

use std::{num::NonZeroU32, time::Duration};

use actix_web::{
    HttpResponse, ResponseError as _,
    http::header::{HeaderMap, HeaderName, HeaderValue},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, MonotonicClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};

use super::{problem::Failure, problem_code::ProblemCode};

/// One kind of limit.
#[derive(Debug, Clone, Copy)]
struct Rate {
    /// Its name in the headers.
    name: &'static str,
    /// So many at once.
    burst: u32,
    /// So many a second in the long run.
    per_second: u32,
}

/// Of a token, a device or a session: a thousand scanners behind one token still pass.
const CALLER: Rate = Rate { name: "caller", burst: 20_000, per_second: 10_000 };
/// Of an address without any of them: an office behind one address passes.
const ADDRESS: Rate = Rate { name: "address", burst: 2_000, per_second: 200 };
/// Of an address that tries to come in or to enrol, which costs a password's hash.
const DOOR: Rate = Rate { name: "door", burst: 120, per_second: 2 };

/// Of an address from which citizens ask without an account: for half-days that have to be planned, with codes and links that could be
/// guessed.
const CITIZEN: Rate = Rate { name: "citizen", burst: 600, per_second: 5 };

type Limiter = RateLimiter<[u8; 32], HashMapStateStore<[u8; 32]>, MonotonicClock, StateInformationMiddleware>;

struct Limit {
    rate: Rate,
    limiter: Limiter,
}

impl Limit {
    fn new(rate: Rate) -> Self {
        let number = |n| NonZeroU32::new(n).expect("no limit is zero");
        let quota = Quota::per_second(number(rate.per_second)).allow_burst(number(rate.burst));
        let limiter = RateLimiter::hashmap_with_clock(quota, MonotonicClock);
        Self { rate, limiter: limiter.with_middleware::<StateInformationMiddleware>() }
    }

    fn check(&self, key: &[u8; 32]) -> Result<Allowance, Exceeded> {
        match self.limiter.check_key(key) {
            Ok(state) => Ok(Allowance { rate: self.rate, left: state.remaining_burst_capacity() }),
            Err(until) => {
                let wait = until.wait_time_from(MonotonicClock.now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Exceeded { allowance: Allowance { rate: self.rate, left: 0 }, seconds: seconds.max(1) })
            }
        }
    }
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    rate: Rate,
    left: u32,
}

impl Allowance {
    /// Says so in the headers of `draft-ietf-httpapi-ratelimit-headers`.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let Rate { name, burst, per_second } = self.rate;
        let window = burst.div_ceil(per_second);
        let reset = (burst - self.left.min(burst)).div_ceil(per_second);
        let texts = [
            ("ratelimit-policy", format!("\"{name}\";q={burst};w={window}")),
            ("ratelimit", format!("\"{name}\";r={};t={reset}", self.left)),
        ];
        for (header, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

/// That nothing is left of a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exceeded {
    allowance: Allowance,
    seconds: u64,
}

impl Exceeded {
    /// What is answered instead.
    pub(crate) fn response(self) -> HttpResponse {
        let detail = format!("more requests came than may come; go on in {} s", self.seconds);
        let failure = Failure::new(ProblemCode::TOO_MANY_REQUESTS, detail).retried_after(self.seconds);
        let mut response = failure.error_response();
        self.allowance.tell(response.headers_mut());
        response
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    /// Somebody who was recognised.
    Caller,
    /// An address.
    Address,
    /// An address at the door.
    Door,
    /// An address of citizens.
    Citizen,
}

/// The limits of one process.
pub(crate) struct Limits {
    caller: Limit,
    address: Limit,
    door: Limit,
    citizen: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            caller: Limit::new(CALLER),
            address: Limit::new(ADDRESS),
            door: Limit::new(DOOR),
            citizen: Limit::new(CITIZEN),
        }
    }
}

impl Limits {
    /// Counts a request of who has this digest.
    pub(crate) fn check(&self, counted: Counted, key: &[u8; 32]) -> Result<Allowance, Exceeded> {
        match counted {
            Counted::Caller => self.caller.check(key),
            Counted::Address => self.address.check(key),
            Counted::Door => self.door.check(key),
            Counted::Citizen => self.citizen.check(key),
        }
    }

    /// Forgets those who have not come for a while.
    pub(crate) fn forget_idle(&self) {
        for limit in [&self.caller, &self.address, &self.door, &self.citizen] {
            limit.limiter.retain_recent();
            limit.limiter.shrink_to_fit();
        }
    }
}

/// How often those who have not come for a while are forgotten.
pub(crate) const FORGET_IDLE_EVERY: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_too_often_has_to_wait_and_others_do_not() {
        let limits = Limits::default();
        let (one, other) = ([1; 32], [2; 32]);
        let allowed = (0..200).filter(|_| limits.check(Counted::Door, &one).is_ok()).count();
        assert!((120..130).contains(&allowed), "{allowed}");
        assert!(limits.check(Counted::Door, &other).is_ok());
        assert!(limits.check(Counted::Caller, &one).is_ok(), "another limit");
        limits.forget_idle();
        assert!(limits.check(Counted::Door, &one).is_err(), "it came just now");
        let mut headers = HeaderMap::new();
        limits.check(Counted::Caller, &other).unwrap().tell(&mut headers);
        assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"caller\";q=20000;w=2");
        assert_eq!(headers.get("ratelimit").unwrap(), "\"caller\";r=19999;t=1");
    }
}
