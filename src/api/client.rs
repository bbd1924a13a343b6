//! Sends one GET request and reads one answer: the only code here that uses the network.

use std::error::Error;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::blocking as http;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::credential::Credential;
use super::region::Endpoint;
use super::transport_error::{CertificateProblem, ProxyProblem, TransportError};
use crate::advice::Advice;

/// The longest body that is read, in bytes. An answer to `/me` has about 1 KB.
pub const MAX_BODY: u64 = 1024 * 1024;

/// A way to ask an API.
pub trait Transport {
    /// Asks for a path that begins with a slash, once.
    fn get(&self, path: &str) -> Result<Answer, TransportError>;

    /// The host that is asked, for messages.
    fn host(&self) -> &str;
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body. `None` if it is longer than [`MAX_BODY`].
    pub body: Option<Vec<u8>>,
}

impl Answer {
    /// The first value of a header. `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// Asks Intercom's API over HTTPS.
///
/// It verifies certificates with the system's roots (`SSL_CERT_FILE` and `SSL_CERT_DIR` name
/// others), and takes proxies from the environment. It follows no redirect. It sends the token to
/// the endpoint's host only.
pub struct Client {
    // `None` only while it is dropped.
    http: Option<http::Client>,
    endpoint: Endpoint,
    timeout: Duration,
}

impl Client {
    /// Makes a client. Each attempt may take `timeout`, from the connection to the last byte.
    pub fn new(
        endpoint: Endpoint,
        credential: &Credential,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        // Fails if a provider is installed already. Any provider will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, authorization(credential)?);
        let mut builder = http::Client::builder()
            .user_agent(concat!("intercom-sec/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Each attempt has its own connection: a broken one is not used again.
            .pool_max_idle_per_host(0)
            .connect_timeout(timeout)
            .timeout(timeout);
        if endpoint.is_plain() {
            // A proxy, or a resolver that sends `localhost` elsewhere, would send the token
            // unencrypted to another machine.
            let here = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
            builder = builder
                .no_proxy()
                .resolve_to_addrs("localhost", &here)
                .tls_certs_only(std::iter::empty());
        }
        let http = builder.build().map_err(|error| ClientError::new(&error))?;
        Ok(Self { http: Some(http), endpoint, timeout })
    }
}

/// The header that carries the token. The HTTP library owns this copy of the token. It treats it as
/// sensitive, but does not wipe it.
fn authorization(credential: &Credential) -> Result<HeaderValue, ClientError> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", credential.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| ClientError::Header)?;
    value.set_sensitive(true);
    Ok(value)
}

impl Transport for Client {
    fn get(&self, path: &str) -> Result<Answer, TransportError> {
        let client = self
            .http
            .as_ref()
            .ok_or_else(|| TransportError::Interrupted("the client is being dropped".to_owned()))?;
        // The request's own timeout, unlike the client's, also ends a body that trickles in.
        let request = client.get(self.endpoint.url(path)).timeout(self.timeout);
        let mut response = request.send().map_err(|error| self.classify(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(text_of).collect();
        let mut body = Vec::new();
        (&mut response)
            .take(MAX_BODY + 1)
            .read_to_end(&mut body)
            .map_err(|error| self.classify(&error))?;
        let body = (body.len() as u64 <= MAX_BODY).then_some(body);
        Ok(Answer { status, headers, body })
    }

    fn host(&self) -> &str {
        self.endpoint.host()
    }
}

fn text_of((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
}

impl Drop for Client {
    fn drop(&mut self) {
        // Dropping it waits for a running name lookup, which has no timeout.
        let http = self.http.take();
        let _ = std::thread::Builder::new().spawn(move || drop(http));
    }
}

impl Client {
    /// Sorts the HTTP library's errors, which all have one type. Only fixed texts and the text of
    /// the innermost error are kept: the outer ones repeat URLs.
    fn classify(&self, error: &(dyn Error + 'static)) -> TransportError {
        let chain = chain(error);
        if let Some(error) = find::<rustls::Error>(&chain) {
            return match error {
                rustls::Error::InvalidCertificate(problem) => {
                    TransportError::Certificate(CertificateProblem::of(problem))
                }
                other => TransportError::Tls(other.to_string()),
            };
        }
        // The types are private to a dependency of the HTTP library. Only their texts are visible.
        let tunnel = |error: &&(dyn Error + 'static)| {
            let text = error.to_string();
            let problem = ["tunnel error: ", "SOCKS error: "]
                .into_iter()
                .find_map(|prefix| text.strip_prefix(prefix));
            problem.map(ProxyProblem::of)
        };
        if let Some(problem) = chain.iter().find_map(tunnel) {
            return TransportError::Proxy(problem);
        }
        let is = |test: fn(&reqwest::Error) -> bool| {
            chain.iter().any(|error| error.downcast_ref::<reqwest::Error>().is_some_and(test))
        };
        if is(reqwest::Error::is_timeout) {
            return TransportError::Timeout(self.timeout);
        }
        if is(reqwest::Error::is_dns) || chain.iter().any(|error| error.to_string() == "dns error")
        {
            return TransportError::Dns;
        }
        let detail = detail(&chain);
        if is(reqwest::Error::is_connect) {
            TransportError::Connect(detail)
        } else {
            TransportError::Interrupted(detail)
        }
    }
}

/// An error and its sources, the outermost first. `source` does not return what an `io::Error`
/// wraps.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut chain = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        chain.push(error);
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    chain
}

fn find<'e, E: Error + 'static>(chain: &[&'e (dyn Error + 'static)]) -> Option<&'e E> {
    chain.iter().find_map(|error| error.downcast_ref::<E>())
}

/// The innermost cause, in a few words.
fn detail(chain: &[&(dyn Error + 'static)]) -> String {
    match find::<io::Error>(chain).filter(|error| error.get_ref().is_none()) {
        Some(error) => error.kind().to_string(),
        None => chain.last().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Why a client cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The machine has no root certificates, so no certificate can be verified.
    #[error("this machine has no root certificates to verify Intercom's with")]
    NoRoots,
    /// The token cannot be sent in a header.
    #[error("the token has characters that no header can carry")]
    Header,
    /// Anything else. The text is the HTTP library's.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
}

impl ClientError {
    fn new(error: &(dyn Error + 'static)) -> Self {
        match chain(error).last().map(ToString::to_string).unwrap_or_default() {
            text if text.contains("No CA certificates") => Self::NoRoots,
            text => Self::Setup(text),
        }
    }
}

impl Advice for ClientError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoRoots => "network-no-roots",
            Self::Header => "token-not-text",
            Self::Setup(_) => "network-setup",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NoRoots => "install ca-certificates, or name a file in SSL_CERT_FILE",
                Self::Header => "give the token alone, on one line, without quotes or a name",
                Self::Setup(_) => "check the proxy and certificate settings in the environment",
            }
            .to_owned(),
        )
    }
}
