//! Asks Intercom's API about a token, and judges the answer.
//!
//! [`Client`] is the only code that uses the network, behind [`Transport`]. It reads the proxy and
//! certificate variables of the environment. [`judge`] decides what an answer means, without I/O.
//! [`check_token`] does both, with a limited number of retries.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use intercom_sec::api::{Client, Credential, Endpoint, Region, SystemClock, check_token};
//! use intercom_sec::secret::Secret;
//!
//! let secret = Secret::new(std::fs::read("token.txt")?).ok_or("no token")?;
//! let credential = Credential::parse(&secret)?;
//! let client = Client::new(Endpoint::from(Region::Us), &credential, Duration::from_secs(10))?;
//! let check = check_token(&client, &SystemClock, &credential, 2)?;
//! println!("{:?}: {}", check.judgement.verdict(), check.judgement);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod credential;
mod judgement;
mod reason;
mod region;
mod retry;
mod transport_error;

pub use client::{Answer, Client, ClientError, MAX_BODY, Transport};
pub use credential::{Credential, CredentialError, Shape};
pub use judgement::{Admin, Judgement, Workspace, judge};
pub use reason::{BodyKind, Death, Reason, Refusal, Verdict};
pub use region::{Endpoint, EndpointError, Region};
pub use retry::{Clock, MAX_WAIT, SystemClock};
pub use transport_error::{CertificateProblem, ProxyProblem, TransportError};

use crate::advice::Advice;
use retry::{Next, Patience};

/// The result of asking about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The host that was asked.
    pub host: String,
    /// How many times it was asked.
    pub attempts: u32,
    /// What the last answer means.
    pub judgement: Judgement,
}

/// Asks whose token it is, and judges the answer. Asks again after a temporary failure.
pub fn check_token(
    transport: &impl Transport,
    clock: &impl Clock,
    credential: &Credential,
    retries: u32,
) -> Result<Check, Unanswered> {
    let mut patience = Patience::new(retries);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let outcome = transport.get("/me");
        let next = match &outcome {
            Ok(answer) if retry::may_pass(answer) => {
                patience.next(retry::asked_wait(answer, clock.now()))
            }
            Err(error) if error.may_pass() => patience.next(None),
            _ => Next::Stop,
        };
        if let Next::Wait(pause) = next {
            clock.sleep(pause);
            continue;
        }
        let host = transport.host().to_owned();
        let answer = outcome.map_err(|cause| Unanswered { host: host.clone(), attempts, cause })?;
        let mut judgement = judge(&answer, credential);
        if let Next::TooLong(wait) = next {
            judgement.refused_wait = Some(wait);
        }
        return Ok(Check { host, attempts, judgement });
    }
}

/// No answer came, not even to the last attempt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer from {host}: {cause} (attempts: {attempts})")]
#[non_exhaustive]
pub struct Unanswered {
    /// The host that was asked.
    pub host: String,
    /// How many times it was asked.
    pub attempts: u32,
    /// Why there is no answer.
    #[source]
    pub cause: TransportError,
}

impl Advice for Unanswered {
    fn code(&self) -> &'static str {
        self.cause.code()
    }

    fn hint(&self) -> Option<String> {
        self.cause.hint()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::secret::Secret;

    /// Gives its answers in order, and records the waits between them.
    struct Script {
        answers: RefCell<Vec<Result<Answer, TransportError>>>,
        waits: RefCell<Vec<u128>>,
    }

    impl Transport for Script {
        fn get(&self, path: &str) -> Result<Answer, TransportError> {
            assert_eq!(path, "/me");
            self.answers.borrow_mut().remove(0)
        }

        fn host(&self) -> &'static str {
            "host.test"
        }
    }

    impl Clock for Script {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn sleep(&self, duration: Duration) {
            self.waits.borrow_mut().push(duration.as_millis());
        }
    }

    type Outcome = Result<Answer, TransportError>;

    /// The result, the waits in milliseconds, and how many answers were left.
    fn run(
        answers: impl IntoIterator<Item = Outcome>,
        retries: u32,
    ) -> (Result<Check, Unanswered>, Vec<u128>, usize) {
        let script = Script {
            answers: RefCell::new(answers.into_iter().collect()),
            waits: RefCell::default(),
        };
        let credential = Credential::parse(&Secret::new(b"t0ken".to_vec()).unwrap()).unwrap();
        let result = check_token(&script, &script, &credential, retries);
        (result, script.waits.into_inner(), script.answers.into_inner().len())
    }

    fn status(status: u16, retry_after: Option<&str>) -> Answer {
        let headers = retry_after.map(|value| ("retry-after".to_owned(), value.to_owned()));
        let body = Some(br#"{"type":"admin"}"#.to_vec());
        Answer { status, headers: headers.into_iter().collect(), body }
    }

    #[test]
    fn a_passing_failure_is_asked_again() {
        let (result, waits, left) = run(
            [
                Ok(status(429, Some("7"))),
                Err(TransportError::Dns),
                Ok(status(503, None)),
                Ok(status(200, None)),
                Ok(status(200, None)),
            ],
            5,
        );
        let check = result.unwrap();
        assert!(check.judgement.proves_admin());
        assert_eq!((check.attempts, check.judgement.status, left), (4, 200, 1));
        assert_eq!(waits, [7000, 400, 800]);
    }

    #[test]
    fn retries_are_bounded() {
        let (result, waits, _) =
            run([Ok(status(500, None)), Ok(status(502, None)), Ok(status(503, None))], 2);
        let check = result.unwrap();
        assert_eq!((check.attempts, check.judgement.status), (3, 503));
        assert_eq!(check.judgement.verdict(), Verdict::Unknown);
        assert_eq!(waits, [200, 400]);
        let timeout = || Err(TransportError::Timeout(Duration::from_secs(1)));
        let (result, _, left) = run([timeout(), timeout(), timeout()], 1);
        assert_eq!((result.unwrap_err().attempts, left), (2, 1));
    }

    #[test]
    fn a_wait_that_is_too_long_ends_the_check_and_is_told() {
        let (result, waits, left) = run([Ok(status(429, Some("3600"))), Ok(status(200, None))], 2);
        let check = result.unwrap();
        assert_eq!((check.attempts, waits.len(), left), (1, 0, 1));
        assert_eq!(check.judgement.verdict(), Verdict::Unknown);
        assert!(check.judgement.to_string().contains("wait 3600 s"));
    }

    #[test]
    fn what_does_not_pass_is_asked_once() {
        for outcome in [
            Ok(status(401, Some("0"))),
            Ok(status(302, Some("0"))),
            Err(TransportError::Certificate(CertificateProblem::Expired)),
            Err(TransportError::Tls(String::new())),
            Err(TransportError::Proxy(ProxyProblem::Refuses)),
        ] {
            let (_, waits, left) = run([outcome.clone(), Ok(status(200, None))], 2);
            assert_eq!((waits.len(), left), (0, 1), "{outcome:?}");
        }
    }
}
