//! Certificates and proxies.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{ADMIN, check, token};
use crate::support::server::{Authority, CLOSED_PORT, Server, answer, in_order, self_signed};

/// A file with the roots that a run trusts.
struct Roots(TempDir);

impl Roots {
    fn new(pem: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("roots.pem"), pem).expect("a file");
        Self(directory)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("roots.pem")
    }
}

fn admin() -> impl crate::support::server::Handler {
    in_order([answer(200, &[], ADMIN)])
}

#[test]
fn a_trusted_certificate_is_accepted() {
    let authority = Authority::new();
    let server = Server::https(authority.server("localhost"), admin());
    let base = format!("https://localhost:{}", server.port());
    let roots = Roots::new(&authority.pem());
    check(&base, &[]).env("SSL_CERT_FILE", roots.path()).run().expect(0);
    let request = server.requests().remove(0);
    assert!(request.contains(&format!("Bearer {}", token())), "{request}");
}

#[test]
fn a_certificate_that_nobody_trusts_gets_no_token() {
    let roots = Roots::new(&Authority::new().pem());
    for config in [self_signed("localhost"), Authority::new().server("localhost")] {
        let server = Server::https(config, admin());
        let base = format!("https://localhost:{}", server.port());
        let run = check(&base, &[]).env("SSL_CERT_FILE", roots.path()).run().expect(2);
        assert!(run.stderr().contains("certificate is not trusted"), "{}", run.stderr());
        assert!(run.stderr().contains("hint: the token was not sent"), "{}", run.stderr());
        assert_eq!(server.requests(), [""; 0]);
        // It is not offered a second time either.
        assert_eq!(server.connections(), 1);
    }
}

#[test]
fn a_certificate_for_another_host_gets_no_token() {
    let authority = Authority::new();
    let roots = Roots::new(&authority.pem());
    let server = Server::https(authority.server("other.test"), admin());
    let base = format!("https://localhost:{}", server.port());
    let run = check(&base, &[]).env("SSL_CERT_FILE", roots.path()).run().expect(2);
    assert!(run.stderr().contains("it is for another host"), "{}", run.stderr());
    assert!(run.stderr().contains("other.test"), "{}", run.stderr());
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_machine_without_roots_is_one_clear_error() {
    let roots = Roots::new("");
    let run = check("https://localhost:1", &[]).env("SSL_CERT_FILE", roots.path()).run().expect(2);
    assert!(run.stderr().contains("no root certificates"), "{}", run.stderr());
    assert!(run.stderr().contains("SSL_CERT_FILE"), "{}", run.stderr());
}

#[test]
fn a_server_that_speaks_no_tls_gets_no_token() {
    let roots = Roots::new(&Authority::new().pem());
    let server = Server::answers([answer(200, &[], ADMIN)]);
    let base = format!("https://localhost:{}", server.port());
    let trap = Server::trap();
    for base in [base, format!("https://localhost:{}", trap.port())] {
        let run = check(&base, &["--retries", "0", "--timeout", "0.5"])
            .env("SSL_CERT_FILE", roots.path())
            .run()
            .expect(2);
        assert!(run.stderr().contains("error: no answer from localhost"), "{}", run.stderr());
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_proxy_carries_the_token_encrypted() {
    let authority = Authority::new();
    let roots = Roots::new(&authority.pem());
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let server = Server::https(authority.server("api.intercom.test"), admin());
        let proxy = Server::proxy(server.address());
        check("https://api.intercom.test", &[])
            .env("SSL_CERT_FILE", roots.path())
            .env(variable, proxy.url())
            .run()
            .expect(0);
        let requests = proxy.requests();
        assert_eq!(requests.len(), 1, "{variable}");
        assert!(requests[0].starts_with("CONNECT api.intercom.test:443 "), "{requests:?}");
        assert!(!requests[0].contains(&token()), "{requests:?}");
        let seen = proxy.tunnelled();
        assert!(!seen.is_empty());
        assert!(!seen.windows(token().len()).any(|window| window == token().as_bytes()));
        assert!(server.requests()[0].contains(&token()), "{variable}");
    }
}

#[test]
fn a_proxy_with_a_certificate_of_its_own_gets_no_token() {
    let roots = Roots::new(&Authority::new().pem());
    let server = Server::https(Authority::new().server("api.intercom.test"), admin());
    let proxy = Server::proxy(server.address());
    let run = check("https://api.intercom.test", &[])
        .env("SSL_CERT_FILE", roots.path())
        .env("HTTPS_PROXY", proxy.url())
        .run()
        .expect(2);
    assert!(run.stderr().contains("certificate is not trusted"), "{}", run.stderr());
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn no_proxy_leaves_a_host_out() {
    let authority = Authority::new();
    let roots = Roots::new(&authority.pem());
    let server = Server::https(authority.server("localhost"), admin());
    let proxy = Server::trap();
    for variable in ["NO_PROXY", "no_proxy"] {
        check(&format!("https://localhost:{}", server.port()), &[])
            .env("SSL_CERT_FILE", roots.path())
            .env("HTTPS_PROXY", proxy.url())
            .env(variable, "example.com,localhost")
            .run()
            .expect(0);
    }
    assert_eq!((server.requests().len(), proxy.connections()), (2, 0));
}

#[test]
fn a_proxy_that_refuses_is_one_clear_error_without_its_password() {
    let roots = Roots::new(&Authority::new().pem());
    let login = Server::answers([answer(407, &[], "")]);
    let refusing = Server::answers([answer(503, &[], "")]);
    for (port, problem) in [
        (login.port(), "wants a user name and a password"),
        (refusing.port(), "refuses to connect"),
        (CLOSED_PORT, "cannot be reached"),
    ] {
        for scheme in ["http", "socks5h"] {
            let run = check("https://api.intercom.test", &["--format", "json", "--timeout", "0.5"])
                .env("SSL_CERT_FILE", roots.path())
                .env("HTTPS_PROXY", format!("{scheme}://name:hunter2@127.0.0.1:{port}"))
                .run()
                .expect(2);
            let shown = run.stdout() + &run.stderr();
            assert!(!shown.contains("hunter2"), "{shown}");
            if scheme == "http" {
                assert!(shown.contains(&format!("the proxy {problem}")), "{shown}");
            }
            assert_eq!(run.json()["verdict"], "unknown", "{shown}");
        }
    }
    for request in login.requests() {
        assert!(!request.contains(&token()), "{request}");
    }
}
