//! Recognizes the host names of this machine: what is sent there needs no encryption.

/// Whether `host`, as a parsed URL writes it, is this machine: 127.0.0.0/8, `::1` or `localhost`.
///
/// Names under `.localhost` and IPv4 addresses mapped into IPv6 do not count: some resolvers and
/// routers send them elsewhere.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}
