//! Reads the address of the API to ask.

use std::str::FromStr;

use reqwest::Url;

use crate::advice::Advice;
use crate::loopback::is_loopback;

/// Where Intercom hosts a workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Region {
    /// The United States. This host also routes tokens of other regions to the right host.
    #[default]
    Us,
    /// Europe.
    Eu,
    /// Australia.
    Au,
}

impl Region {
    /// The host of the region's API.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Us => "api.intercom.io",
            Self::Eu => "api.eu.intercom.io",
            Self::Au => "api.au.intercom.io",
        }
    }
}

impl FromStr for Region {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        match text.to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            "au" => Ok(Self::Au),
            _ => Err(EndpointError::UnknownRegion),
        }
    }
}

/// An address that a token may be sent to: HTTPS, or plain HTTP to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    base: String,
    host: String,
    plain: bool,
}

impl Endpoint {
    /// Reads the address of an API, such as `https://api.example.com`. It may have a path, which
    /// comes before Intercom's.
    ///
    /// ```
    /// use intercom_sec::api::{Endpoint, EndpointError};
    ///
    /// assert_eq!(Endpoint::parse("https://api.example.com/")?.host(), "api.example.com");
    /// assert_eq!(Endpoint::parse("http://api.example.com"), Err(EndpointError::PlainHttp));
    /// # Ok::<(), EndpointError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(|_| EndpointError::Malformed)?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(EndpointError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::QueryOrFragment);
        }
        let name = url.host_str().ok_or(EndpointError::Malformed)?;
        if plain && !is_loopback(name) {
            return Err(EndpointError::PlainHttp);
        }
        let host = match url.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let base = format!("{}://{host}{}", url.scheme(), url.path().trim_end_matches('/'));
        Ok(Self { base, host, plain })
    }

    /// The host, with its port unless that is the default.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is plain HTTP, which is for this machine only.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The URL of a path that begins with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl From<Region> for Endpoint {
    fn from(region: Region) -> Self {
        let host = region.host();
        Self { base: format!("https://{host}"), host: host.to_owned(), plain: false }
    }
}

/// Why an address is not asked. No message repeats the address: it may hold a password or, by
/// mistake, the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is not a URL.
    #[error("the base URL is not a URL")]
    Malformed,
    /// It is neither HTTPS nor HTTP.
    #[error("the base URL is not an HTTPS address")]
    Scheme,
    /// It is plain HTTP to another machine.
    #[error("the base URL is plain HTTP to another machine, which would not encrypt the token")]
    PlainHttp,
    /// It has a user name or a password before the host.
    #[error("the base URL holds a user name or a password")]
    UserInfo,
    /// It has a `?` or a `#`.
    #[error("the base URL holds a query or a fragment")]
    QueryOrFragment,
    /// It is not the name of a region.
    #[error("the region is not one of us, eu and au")]
    UnknownRegion,
}

impl Advice for EndpointError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "base-url-malformed",
            Self::Scheme => "base-url-scheme",
            Self::PlainHttp => "base-url-plain-http",
            Self::UserInfo => "base-url-user-info",
            Self::QueryOrFragment => "base-url-query",
            Self::UnknownRegion => "region-unknown",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::Malformed | Self::Scheme => "write it as https://HOST",
                Self::PlainHttp => "use https; http is for tests on localhost only",
                Self::UserInfo => "give the host alone: only the token is sent",
                Self::QueryOrFragment => "give the address up to the path, as https://HOST",
                Self::UnknownRegion => "leave the region out: api.intercom.io finds the right one",
            }
            .to_owned(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_its_host() {
        for (name, host) in
            [("us", "api.intercom.io"), ("EU", "api.eu.intercom.io"), ("au", "api.au.intercom.io")]
        {
            let endpoint = Endpoint::from(name.parse::<Region>().unwrap());
            assert_eq!(endpoint.host(), host);
            assert_eq!(endpoint, Endpoint::parse(&format!("https://{host}")).unwrap());
        }
        assert_eq!("uk".parse::<Region>(), Err(EndpointError::UnknownRegion));
    }

    #[test]
    fn a_path_in_front_and_a_port_are_kept() {
        for (base, url) in [
            ("https://h.test", "https://h.test/me"),
            ("https://h.test/", "https://h.test/me"),
            ("https://h.test:443/", "https://h.test/me"),
            ("https://h.test:8443/a/b/", "https://h.test:8443/a/b/me"),
            ("HTTPS://H.test", "https://h.test/me"),
        ] {
            assert_eq!(Endpoint::parse(base).unwrap().url("/me"), url, "{base}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for url in [
            "http://localhost:1",
            "http://LOCALHOST",
            "http://127.0.0.1:8080",
            "http://127.9.9.9",
            "http://127.1",
            "http://[::1]:80",
        ] {
            assert!(Endpoint::parse(url).unwrap().is_plain(), "{url}");
        }
        for url in [
            "http://api.intercom.io",
            "http://localhost.example.com",
            "http://a.localhost",
            "http://127.0.0.1.example.com",
            "http://128.0.0.1",
            "http://0.0.0.0",
            "http://10.0.0.1",
            "http://[::2]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert_eq!(Endpoint::parse(url), Err(EndpointError::PlainHttp), "{url}");
        }
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        for (url, error) in [
            ("", EndpointError::Malformed),
            ("api.intercom.io", EndpointError::Malformed),
            ("https://", EndpointError::Malformed),
            ("api.intercom.io:443", EndpointError::Scheme),
            ("ftp://api.intercom.io", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::Scheme),
            ("https://user@api.intercom.io", EndpointError::UserInfo),
            ("https://:pass@api.intercom.io", EndpointError::UserInfo),
            ("http://user:pass@localhost", EndpointError::UserInfo),
            ("http://localhost@example.com", EndpointError::UserInfo),
            ("https://api.intercom.io/?a=1", EndpointError::QueryOrFragment),
            ("https://api.intercom.io/#a", EndpointError::QueryOrFragment),
        ] {
            assert_eq!(Endpoint::parse(url), Err(error), "{url}");
        }
    }
}
