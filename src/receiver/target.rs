//! Reads the address that deliveries are forwarded to.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::PathAndQuery;
use tokio::net::TcpStream;

use crate::advice::Advice;

/// Where verified deliveries are forwarded to, and how long that may take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Forwarding {
    /// The address.
    pub target: ForwardTarget,
    /// From the connection to the end of the answer.
    pub timeout: Duration,
}

impl Forwarding {
    /// Forwards to `target`. Each delivery may take `timeout`.
    pub const fn new(target: ForwardTarget, timeout: Duration) -> Self {
        Self { target, timeout }
    }
}

/// The address that deliveries are forwarded to.
#[derive(Clone, PartialEq, Eq)]
pub struct ForwardTarget {
    host: String,
    port: u16,
    /// What the `Host` header says.
    pub(super) authority: String,
    pub(super) path: PathAndQuery,
}

impl ForwardTarget {
    /// Reads an address. Without `anywhere`, it must be on this machine: deliveries carry personal
    /// data, and HTTP is not encrypted.
    ///
    /// ```
    /// use intercom_sec::receiver::ForwardTarget;
    ///
    /// assert!(ForwardTarget::parse("http://localhost:4000/webhooks", false).is_ok());
    /// assert!(ForwardTarget::parse("http://shop.example/webhooks", false).is_err());
    /// assert!(ForwardTarget::parse("http://shop.example/webhooks", true).is_ok());
    /// ```
    pub fn parse(url: &str, anywhere: bool) -> Result<Self, ForwardTargetError> {
        if url.contains('#') {
            return Err(ForwardTargetError::Malformed);
        }
        let uri: Uri = url.parse().map_err(|_| ForwardTargetError::Malformed)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(ForwardTargetError::Https),
            _ => return Err(ForwardTargetError::Malformed),
        }
        let authority = uri.authority().ok_or(ForwardTargetError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(ForwardTargetError::Credentials);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let has_port = authority.as_str().len() > authority.host().len();
        if host.is_empty() || (has_port && authority.port_u16().is_none_or(|port| port == 0)) {
            return Err(ForwardTargetError::Malformed);
        }
        if !anywhere && local_addresses(&host).is_none() {
            return Err(ForwardTargetError::Elsewhere);
        }
        Ok(Self {
            host,
            port: authority.port_u16().unwrap_or(80),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")),
        })
    }

    /// Whether this is the receiver's own address. It would forward to itself forever.
    pub(super) fn is(&self, own: SocketAddr) -> bool {
        let local = local_addresses(&self.host).unwrap_or_default();
        self.port == own.port()
            && local.iter().any(|address| *address == own.ip() || own.ip().is_unspecified())
    }

    pub(super) async fn connect(&self) -> io::Result<TcpStream> {
        match local_addresses(&self.host) {
            // Without a resolver: it may send `localhost` elsewhere.
            Some(addresses) => {
                let addresses: Vec<SocketAddr> =
                    addresses.into_iter().map(|address| (address, self.port).into()).collect();
                TcpStream::connect(addresses.as_slice()).await
            }
            None => TcpStream::connect((self.host.as_str(), self.port)).await,
        }
    }
}

impl fmt::Display for ForwardTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.path)
    }
}

/// The query may hold a key.
impl fmt::Debug for ForwardTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ForwardTarget({})", self.authority)
    }
}

/// The addresses of a host on this machine. `None` for any other host.
fn local_addresses(host: &str) -> Option<Vec<IpAddr>> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    let address: IpAddr = host.parse().ok()?;
    address.is_loopback().then(|| vec![address])
}

/// Why deliveries cannot be forwarded to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForwardTargetError {
    /// It is not `http://host:port/path`.
    #[error("the address to forward to is not an http:// URL")]
    Malformed,
    /// It is an HTTPS address. The receiver does not speak TLS.
    #[error("the address to forward to is an https:// URL")]
    Https,
    /// It holds a user name or a password.
    #[error("the address to forward to holds a user name or a password")]
    Credentials,
    /// It is on another machine, and that was not allowed.
    #[error("the address to forward to is not on this machine")]
    Elsewhere,
}

impl Advice for ForwardTargetError {
    fn code(&self) -> &'static str {
        "forward-target"
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Malformed => "write it as http://localhost:4000/webhooks",
                Self::Https => {
                    "give the server's HTTP port; if it has none, put a proxy in front of it that \
                     speaks TLS, such as Caddy or nginx"
                }
                Self::Credentials => "leave the user name and the password out of the address",
                Self::Elsewhere => {
                    "forward to a server on this machine: deliveries hold personal data, and HTTP \
                     is not encrypted"
                }
            }
            .to_owned(),
        )
    }
}
