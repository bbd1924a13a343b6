//! The only network code: one GET request, one answer.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::blocking as http;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use rustls::CertificateError;

use super::credential::Credential;
use super::region::Endpoint;
use crate::advice::Advice;

/// The longest body that is read. An answer to `/me` has about 1 KB.
pub const MAX_BODY: u64 = 1024 * 1024;

/// A way to ask an API.
pub trait Transport {
    /// Asks for a path that begins with a slash. One attempt.
    fn get(&self, path: &str) -> Result<Answer, TransportError>;

    /// The host that is asked, for messages.
    fn host(&self) -> &str;
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when it is longer than [`MAX_BODY`].
    pub body: Option<Vec<u8>>,
}

impl Answer {
    /// The first value of a header, whose name is written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The host's name has no address.
    #[error("its name cannot be resolved")]
    Dns,
    /// Nothing accepts connections.
    #[error("it cannot be reached: {0}")]
    Connect(String),
    /// No answer, or only a part of one, in the time that was given.
    #[error("it gave no complete answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The connection ended early, or what came is not HTTP.
    #[error("the connection broke off: {0}")]
    Interrupted(String),
    /// The certificate does not show that this is the host.
    #[error("its certificate is not trusted: {0}")]
    Certificate(String),
    /// No secure connection for another reason.
    #[error("no secure connection came about: {0}")]
    Tls(String),
    /// The proxy does not connect.
    #[error("the proxy {0}")]
    Proxy(&'static str),
}

impl TransportError {
    /// Whether the next attempt may do better.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Dns | Self::Connect(_) | Self::Timeout(_) | Self::Interrupted(_) => true,
            // Who answers with a wrong certificate once is not to be offered the token again.
            Self::Certificate(_) | Self::Tls(_) | Self::Proxy(_) => false,
        }
    }
}

impl Advice for TransportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Dns => "network-dns",
            Self::Connect(_) => "network-connect",
            Self::Timeout(_) => "network-timeout",
            Self::Interrupted(_) => "network-interrupted",
            Self::Certificate(_) => "network-certificate",
            Self::Tls(_) => "network-tls",
            Self::Proxy(_) => "network-proxy",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Dns => "check the host's name, the network, and whether a proxy is needed",
                Self::Connect(_) => "check the network, and whether a proxy is needed",
                Self::Timeout(_) => "check the network, or give it more time with --timeout",
                Self::Interrupted(_) => "check the network and the proxy, and ask again",
                Self::Certificate(_) => {
                    "the token was not sent; if a proxy of yours opens TLS, name its root \
                     certificate in SSL_CERT_FILE"
                }
                Self::Tls(_) => {
                    "the token was not sent; check that the address speaks TLS 1.2 or 1.3"
                }
                Self::Proxy(_) => "check HTTPS_PROXY, ALL_PROXY and NO_PROXY",
            }
            .to_owned(),
        )
    }
}

/// Asks Intercom's API over HTTPS.
///
/// Certificates are verified with the system's roots (`SSL_CERT_FILE` and `SSL_CERT_DIR` name
/// others), and proxies are taken from the environment. No redirect is followed. The token goes to
/// the endpoint's host only.
pub struct Client {
    // Taken only on drop.
    http: Option<http::Client>,
    endpoint: Endpoint,
    timeout: Duration,
}

impl Client {
    /// Prepares a client that gives each attempt `timeout`, from the connection to the last byte.
    pub fn new(
        endpoint: Endpoint,
        credential: &Credential,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        // Fails where one is installed already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, authorization(credential)?);
        let mut builder = http::Client::builder()
            .user_agent(concat!("intercom-sec/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Each attempt on its own connection: one that broke is not used again.
            .pool_max_idle_per_host(0)
            .connect_timeout(timeout)
            .timeout(timeout);
        if endpoint.is_plain() {
            // A proxy, or a resolver that sends `localhost` elsewhere, would carry the token off
            // this machine in the clear.
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

/// The header that carries the token. Its copy of the token belongs to the HTTP library, which
/// marks it as sensitive but does not wipe it.
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
        // Dropping it waits for a name lookup that is under way, which knows no timeout.
        let http = self.http.take();
        let _ = std::thread::Builder::new().spawn(move || drop(http));
    }
}

impl Client {
    /// Tells apart what the HTTP library reports as one type. Only fixed texts and those of the
    /// innermost error are kept: the outer ones repeat URLs.
    fn classify(&self, error: &(dyn Error + 'static)) -> TransportError {
        let chain = chain(error);
        if let Some(error) = find::<rustls::Error>(&chain) {
            return match error {
                rustls::Error::InvalidCertificate(problem) => {
                    TransportError::Certificate(in_words(problem))
                }
                other => TransportError::Tls(other.to_string()),
            };
        }
        // The types are private to a dependency of the HTTP library; their texts are what it shows.
        let tunnel = |error: &&(dyn Error + 'static)| {
            let text = error.to_string();
            let problem = ["tunnel error: ", "SOCKS error: "]
                .into_iter()
                .find_map(|prefix| text.strip_prefix(prefix));
            problem.map(proxy_problem)
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

/// An error and its sources, from the outside in. `io::Error` hides what it wraps from `source`.
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

/// The innermost cause, in few words.
fn detail(chain: &[&(dyn Error + 'static)]) -> String {
    match find::<io::Error>(chain).filter(|error| error.get_ref().is_none()) {
        Some(error) => error.kind().to_string(),
        None => chain.last().map(ToString::to_string).unwrap_or_default(),
    }
}

fn proxy_problem(text: &str) -> &'static str {
    match text {
        "proxy authorization required" => "wants a user name and a password",
        "unsuccessful" => "refuses to connect to it",
        _ => "cannot be reached",
    }
}

fn in_words(problem: &CertificateError) -> String {
    match problem {
        CertificateError::UnknownIssuer => "this machine does not know who signed it".to_owned(),
        CertificateError::NotValidForName => "it is for another host".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let mut text = "it is for another host".to_owned();
            if let Some(name) = presented.first() {
                let _ = write!(text, ": {name}");
            }
            text
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::Revoked => "it was revoked".to_owned(),
        other => other.to_string(),
    }
}

/// Why no client can be prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Without roots no certificate can be verified.
    #[error("this machine has no root certificates to verify Intercom's with")]
    NoRoots,
    /// The token cannot stand in a header.
    #[error("the token has characters in it that no header can carry")]
    Header,
    /// Something else, as the library below tells it.
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
