//! Posts a test delivery to an endpoint.

use std::error::Error as _;
use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::{Url, blocking::Client};

use crate::advice::Advice;
use crate::loopback::is_loopback;
use crate::webhook::scheme::Scheme;

/// How long Intercom waits for an answer.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How much of an answer is read, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;

/// An address that a test delivery may be posted to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: Url,
    is_local: bool,
}

impl Endpoint {
    /// Reads an address: HTTP or HTTPS to this machine; where `remote` says so, HTTPS to another.
    pub fn parse(text: &str, remote: bool) -> Result<Self, SendError> {
        let url = Url::parse(text).map_err(|_| SendError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SendError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SendError::UserInfo);
        }
        let is_local = is_loopback(url.host_str().ok_or(SendError::Malformed)?);
        match (is_local, remote, url.scheme()) {
            (true, ..) | (false, true, "https") => Ok(Self { url, is_local }),
            (false, true, _) => Err(SendError::PlainHttp),
            (false, false, _) => Err(SendError::Remote),
        }
    }

    /// Posts a body with its signature, as Intercom does. No redirect is followed.
    pub fn post(
        &self,
        (scheme, signature): (Scheme, &str),
        body: Vec<u8>,
    ) -> Result<Reply, SendError> {
        // Fails where one is installed already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .user_agent(concat!("intercom-sec/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(PATIENCE);
        if self.is_local {
            // A proxy, or a resolver that sends `localhost` elsewhere, would carry it away.
            let here = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
        }
        if self.url.scheme() == "http" {
            builder = builder.tls_certs_only(std::iter::empty());
        }
        let failed = |error: reqwest::Error| SendError::of(&error);
        let request = builder
            .build()
            .map_err(failed)?
            .post(self.url.clone())
            .header("content-type", "application/json; charset=utf-8")
            .header(scheme.header(), signature)
            .timeout(PATIENCE)
            .body(body);
        let response = request.send().map_err(failed)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        // What was read before a connection broke is shown: the status is the answer.
        let _ = response.take(MAX_ANSWER as u64 + 1).read_to_end(&mut body);
        let is_cut = body.len() > MAX_ANSWER;
        body.truncate(MAX_ANSWER);
        Ok(Reply { status, body, is_cut })
    }
}

/// What an endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, up to [`MAX_ANSWER`].
    pub body: Vec<u8>,
    /// Whether there was more of it.
    pub is_cut: bool,
}

impl Reply {
    /// Whether Intercom would count the delivery as done.
    pub const fn is_accepted(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// Why nothing was sent, or no answer came. None of these repeats the address, which may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It is not an HTTP address.
    #[error("the address is not an http:// or https:// URL")]
    Malformed,
    /// A user name or a password stands in it.
    #[error("the address holds a user name or a password")]
    UserInfo,
    /// It is another machine.
    #[error("the address is not this machine")]
    Remote,
    /// It is another machine, without encryption.
    #[error("the address is plain HTTP to another machine")]
    PlainHttp,
    /// No answer in time.
    #[error("the endpoint gave no answer within {} s", PATIENCE.as_secs())]
    Timeout,
    /// Nothing takes the connection.
    #[error("the endpoint cannot be reached: {0}")]
    Connect(String),
    /// Anything else.
    #[error("the connection to the endpoint broke off: {0}")]
    Interrupted(String),
}

impl SendError {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let mut innermost: &dyn std::error::Error = error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        // The outermost repeats the address.
        let detail = match error.source() {
            Some(_) => innermost.to_string(),
            None => "the request failed".to_owned(),
        };
        if error.is_connect() { Self::Connect(detail) } else { Self::Interrupted(detail) }
    }
}

impl Advice for SendError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "address-malformed",
            Self::UserInfo => "address-user-info",
            Self::Remote => "address-remote",
            Self::PlainHttp => "address-plain-http",
            Self::Timeout => "network-timeout",
            Self::Connect(_) => "network-connect",
            Self::Interrupted(_) => "network-interrupted",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Malformed => "give one as http://localhost:3000/webhook",
            Self::UserInfo => "leave it out; a tunnel's address needs none",
            Self::Remote => {
                "whoever gets a signed test delivery can use it like a real one; send it to an \
                 endpoint on this machine"
            }
            Self::PlainHttp => "use https, as Intercom does",
            Self::Timeout => "Intercom gives up after that time too: answer first, then work",
            Self::Connect(_) => "check that the server runs, and its port",
            Self::Interrupted(_) => "check the server's log",
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_sent_to_unless_another_is_allowed() {
        let parse = |text, remote| Endpoint::parse(text, remote).map(|endpoint| endpoint.is_local);
        for text in ["http://localhost:3000/a?b", "http://127.0.0.2/", "https://[::1]:1/"] {
            assert_eq!(parse(text, false), Ok(true), "{text}");
        }
        for text in ["http://localhost.example/", "https://example.com", "http://2130706434/a.b"] {
            let expected =
                if text.contains("2130706434") { Ok(true) } else { Err(SendError::Remote) };
            assert_eq!(parse(text, false), expected, "{text}");
        }
        assert_eq!(parse("https://example.com/", true), Ok(false));
        assert_eq!(parse("http://example.com/", true), Err(SendError::PlainHttp));
        assert_eq!(parse("http://a:b@localhost/", true), Err(SendError::UserInfo));
        for text in ["", "localhost:3000", "ftp://localhost/", "/a"] {
            assert_eq!(parse(text, false), Err(SendError::Malformed), "{text}");
        }
    }
}
