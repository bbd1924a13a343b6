//! Names the causes why no answer comes.

use std::fmt;
use std::time::Duration;

use rustls::CertificateError;

use crate::advice::Advice;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The host's name has no address.
    #[error("its name cannot be resolved")]
    Dns,
    /// Nothing accepts connections. The text is the system's error.
    #[error("it cannot be reached: {0}")]
    Connect(String),
    /// No answer came in this time, or only a part of one.
    #[error("it gave no complete answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The connection ended early, or the answer is not HTTP. The text is the innermost error.
    #[error("the connection broke off: {0}")]
    Interrupted(String),
    /// The certificate does not prove that this is the host.
    #[error("its certificate is not trusted: {0}")]
    Certificate(CertificateProblem),
    /// There is no secure connection for another reason. The text is the TLS library's.
    #[error("no secure connection was made: {0}")]
    Tls(String),
    /// The proxy does not connect.
    #[error("the proxy {0}")]
    Proxy(ProxyProblem),
}

/// Why a certificate is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// This machine does not know the issuer.
    UnknownIssuer,
    /// It is for another host: this one, if the certificate names one.
    OtherHost(Option<String>),
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotValidYet,
    /// It was revoked.
    Revoked,
    /// Another problem, in the TLS library's words.
    Other(String),
}

/// Why a proxy does not connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyProblem {
    /// It wants a user name and a password.
    Unauthorized,
    /// It refuses to connect to the host.
    Refuses,
    /// It cannot be reached.
    Unreachable,
}

impl TransportError {
    /// Whether the next attempt may succeed.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Dns | Self::Connect(_) | Self::Timeout(_) | Self::Interrupted(_) => true,
            // A server with a wrong certificate must not get a second chance at the token.
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
                Self::Timeout(_) => "check the network, or allow more time",
                Self::Interrupted(_) => "check the network and the proxy, and ask again",
                Self::Certificate(_) => {
                    "the token was not sent; if your own proxy opens TLS, name its root \
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

impl CertificateProblem {
    pub(super) fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::NotValidForName => Self::OtherHost(None),
            CertificateError::NotValidForNameContext { presented, .. } => {
                Self::OtherHost(presented.first().cloned())
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotValidYet
            }
            CertificateError::Revoked => Self::Revoked,
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => "this machine does not know who signed it",
            Self::OtherHost(None) => "it is for another host",
            Self::OtherHost(Some(host)) => return write!(f, "it is for another host: {host}"),
            Self::Expired => "it has expired",
            Self::NotValidYet => "it is not valid yet",
            Self::Revoked => "it was revoked",
            Self::Other(text) => text,
        })
    }
}

impl ProxyProblem {
    /// Reads the text of the HTTP library's error.
    pub(super) fn of(text: &str) -> Self {
        match text {
            "proxy authorization required" => Self::Unauthorized,
            "unsuccessful" => Self::Refuses,
            _ => Self::Unreachable,
        }
    }
}

impl fmt::Display for ProxyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthorized => "wants a user name and a password",
            Self::Refuses => "refuses to connect to it",
            Self::Unreachable => "cannot be reached",
        })
    }
}
