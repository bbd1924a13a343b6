//! Sending verified deliveries on, as they came.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{
    CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Forwarding;
use super::event::{ForwardFailure, Forwarded, Refusal};
use super::state::now;
use crate::advice::Advice;
use crate::webhook::Notification;

/// How many deliveries may wait to be sent on, those that are under way included.
const WAITING: usize = 1_000;

/// How many are sent at a time.
const AT_A_TIME: usize = 32;

/// How long a delivery waits for a place. Intercom gives an answer 5 seconds in all.
const PATIENCE: Duration = Duration::from_secs(3);

/// How much of the target's answer is read, so that the target can end it in peace.
const MAX_ANSWER: usize = 1024 * 1024;

/// Where deliveries are sent on to.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    /// What the `Host` header says.
    authority: String,
    path: PathAndQuery,
}

impl Target {
    /// Reads an address. Only this machine is taken, unless `anywhere`: deliveries carry personal
    /// data, and HTTP shows them to everyone on the way.
    ///
    /// ```
    /// use intercom_sec::receiver::Target;
    ///
    /// assert!(Target::parse("http://localhost:4000/webhooks", false).is_ok());
    /// assert!(Target::parse("http://shop.example/webhooks", false).is_err());
    /// assert!(Target::parse("http://shop.example/webhooks", true).is_ok());
    /// ```
    pub fn parse(url: &str, anywhere: bool) -> Result<Self, TargetError> {
        if url.contains('#') {
            return Err(TargetError::Malformed);
        }
        let uri: Uri = url.parse().map_err(|_| TargetError::Malformed)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(TargetError::Https),
            _ => return Err(TargetError::Malformed),
        }
        let authority = uri.authority().ok_or(TargetError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::Credentials);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let has_port = authority.as_str().len() > authority.host().len();
        if host.is_empty() || (has_port && authority.port_u16().is_none_or(|port| port == 0)) {
            return Err(TargetError::Malformed);
        }
        if !anywhere && local_addresses(&host).is_none() {
            return Err(TargetError::Elsewhere);
        }
        Ok(Self {
            host,
            port: authority.port_u16().unwrap_or(80),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")),
        })
    }

    /// Whether this is the receiver's own address: what it sends there would go round for ever.
    pub(super) fn is(&self, own: SocketAddr) -> bool {
        let local = local_addresses(&self.host).unwrap_or_default();
        self.port == own.port()
            && local.iter().any(|address| *address == own.ip() || own.ip().is_unspecified())
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        match local_addresses(&self.host) {
            // Not by a resolver, which may send `localhost` elsewhere.
            Some(addresses) => {
                let addresses: Vec<SocketAddr> =
                    addresses.into_iter().map(|address| (address, self.port).into()).collect();
                TcpStream::connect(addresses.as_slice()).await
            }
            None => TcpStream::connect((self.host.as_str(), self.port)).await,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

/// The query may hold a key.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.authority)
    }
}

/// The addresses of a host on this machine; `None` for other hosts.
fn local_addresses(host: &str) -> Option<Vec<IpAddr>> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    let address: IpAddr = host.parse().ok()?;
    address.is_loopback().then(|| vec![address])
}

/// Why deliveries cannot be sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not `http://host:port/path`.
    #[error("the address of --forward-to is no URL of HTTP")]
    Malformed,
    /// TLS is not spoken.
    #[error("the address of --forward-to is one of HTTPS")]
    Https,
    /// A user name or password.
    #[error("the address of --forward-to holds a user name or password")]
    Credentials,
    /// Another machine, without leave.
    #[error("the address of --forward-to is not on this machine")]
    Elsewhere,
}

impl Advice for TargetError {
    fn code(&self) -> &'static str {
        "forward-target"
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Malformed => "write it as http://localhost:4000/webhooks",
                Self::Https => {
                    "give the server's HTTP port; where it has none, put a proxy before it that \
                     speaks TLS, as caddy reverse-proxy --from http://localhost:4001 --to https://…"
                }
                Self::Credentials => "other users of the machine can read arguments; leave it out",
                Self::Elsewhere => {
                    "deliveries hold personal data and HTTP is not encrypted; --forward-anywhere \
                     allows it"
                }
            }
            .to_owned(),
        )
    }
}

/// Sends deliveries on.
pub(super) struct Forwarder {
    forwarding: Forwarding,
    waiting: Arc<Semaphore>,
    at_a_time: Semaphore,
}

/// A place among those that wait.
pub(super) struct Place(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Forwarder {
    pub(super) fn new(forwarding: Forwarding) -> Self {
        Self {
            forwarding,
            waiting: Arc::new(Semaphore::new(WAITING)),
            at_a_time: Semaphore::new(AT_A_TIME),
        }
    }

    /// Waits for a place. Without one the delivery is not taken, and its sender tries again.
    pub(super) async fn place(&self) -> Result<Place, Refusal> {
        match timeout(PATIENCE, Arc::clone(&self.waiting).acquire_owned()).await {
            Ok(Ok(place)) => Ok(Place(place)),
            _ => Err(Refusal::Busy),
        }
    }

    /// Sends a request on as it came, and tells what the target made of it.
    pub(super) async fn send(
        &self,
        place: Place,
        parts: Parts,
        body: Bytes,
        notification: Notification,
    ) -> Forwarded {
        let _turn = self.at_a_time.acquire().await;
        let start = Instant::now();
        let limit = self.forwarding.timeout;
        let outcome = timeout(limit, post(&self.forwarding.target, parts, body))
            .await
            .unwrap_or(Err(ForwardFailure::Timeout(limit)));
        drop(place);
        let Notification { topic, id, .. } = notification;
        Forwarded { at: now(), topic, id, outcome, took: start.elapsed() }
    }
}

/// One request on a connection of its own: a connection that the target was about to close would
/// look like a failure.
async fn post(target: &Target, parts: Parts, body: Bytes) -> Result<u16, ForwardFailure> {
    let stream =
        target.connect().await.map_err(|error| ForwardFailure::Connect(error.to_string()))?;
    // The answer is about to be waited for; a delay can only harm.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| interrupted(&error))?;
    let exchange = async move {
        let mut answer = sender.send_request(outgoing(target, parts, body)).await?;
        let status = answer.status().as_u16();
        let mut read = 0;
        while let Some(Ok(frame)) = answer.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > MAX_ANSWER {
                break;
            }
        }
        Ok(status)
    };
    tokio::pin!(connection, exchange);
    tokio::select! {
        outcome = &mut exchange => outcome.map_err(|error: hyper::Error| interrupted(&error)),
        // It does the work, and knows best why it ended.
        ended = &mut connection => match (exchange.await, ended) {
            (Ok(status), _) => Ok(status),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(interrupted(&error)),
        },
    }
}

fn interrupted(error: &hyper::Error) -> ForwardFailure {
    ForwardFailure::Interrupted(error.to_string())
}

/// The request as it came, for the target: the same bytes and headers, but for what belongs to one
/// connection alone. The letter case of the headers' names is kept in the extensions.
fn outgoing(target: &Target, parts: Parts, body: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = parts.method;
    *request.uri_mut() = Uri::from(target.path.clone());
    *request.version_mut() = Version::HTTP_11;
    *request.extensions_mut() = parts.extensions;
    *request.headers_mut() = without_hops(parts.headers);
    if let Ok(host) = HeaderValue::from_str(&target.authority) {
        request.headers_mut().insert(HOST, host);
    }
    request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    request
}

/// Without the headers that are about one connection (RFC 9110, section 7.6.1). `Expect` has been
/// answered.
fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // The signature and the length are of the delivery, whatever someone on the way says.
        .filter(is_for_one_hop)
        .collect();
    let usual = [CONNECTION, EXPECT, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER];
    let more = [TRANSFER_ENCODING, UPGRADE];
    let others = ["keep-alive", "proxy-connection"].map(HeaderName::from_static);
    for name in named.into_iter().chain(usual).chain(more).chain(others) {
        headers.remove(name);
    }
    headers
}

/// Whether `Connection` may name the header: all but those that a target needs.
fn is_for_one_hop(name: &HeaderName) -> bool {
    let text = name.as_str();
    !text.ends_with("signature") && !text.starts_with("content-")
}
