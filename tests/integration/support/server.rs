//! Small real servers on this machine: HTTP, HTTPS, and a proxy that makes tunnels.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// No test waits that long; a server that is left alone ends by it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, encrypted or not.
pub(crate) trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

/// Answers the n-th request (from 0), of which the head is given.
pub(crate) trait Handler: Fn(&mut dyn Stream, usize, &str) + Send + Sync + 'static {}

impl<F: Fn(&mut dyn Stream, usize, &str) + Send + Sync + 'static> Handler for F {}

/// What a server saw.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
    bytes: Vec<u8>,
}

/// Something that listens on a port of this machine until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// HTTP; each request on its own connection.
    pub(crate) fn http(handler: impl Handler) -> Self {
        Self::listen(move |mut stream, seen| serve(&mut stream, seen, &handler))
    }

    /// HTTP that gives these answers in order, the last one for ever.
    pub(crate) fn answers(answers: impl IntoIterator<Item = String>) -> Self {
        Self::http(in_order(answers))
    }

    /// HTTPS.
    pub(crate) fn https(config: Arc<ServerConfig>, handler: impl Handler) -> Self {
        Self::listen(move |stream, seen| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = StreamOwned::new(connection, stream);
            serve(&mut stream, seen, &handler);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        })
    }

    /// A proxy that tunnels every CONNECT to `target`, whatever host it names.
    pub(crate) fn proxy(target: SocketAddr) -> Self {
        Self::listen(move |mut stream, seen| {
            let Some(head) = read_head(&mut stream) else {
                return;
            };
            let is_connect = head.starts_with("CONNECT ");
            seen.lock().expect("no panic").requests.push(head);
            if is_connect {
                tunnel(stream, target, seen);
            }
        })
    }

    /// A port where any connection is one too many; each is closed at once.
    pub(crate) fn trap() -> Self {
        Self::listen(|_, _| {})
    }

    fn listen(serve: impl Fn(TcpStream, &Mutex<Seen>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            seen: Arc::default(),
            stopped: Arc::default(),
        };
        let (seen, stopped) = (Arc::clone(&server.seen), Arc::clone(&server.stopped));
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else {
                    continue;
                };
                seen.lock().expect("no panic").connections += 1;
                stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
                stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
                let (seen, serve) = (Arc::clone(&seen), Arc::clone(&serve));
                thread::spawn(move || serve(stream, &seen));
            }
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().expect("no panic").connections
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").requests.clone()
    }

    /// What went through a proxy's tunnels so far, from the client's side.
    pub(crate) fn tunnelled(&self) -> Vec<u8> {
        self.seen.lock().expect("no panic").bytes.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}

/// A port where nothing listens. Not one that was free a moment ago: another test may have it now.
pub(crate) const CLOSED_PORT: u16 = 1;

/// Gives these answers in order, the last one for ever.
pub(crate) fn in_order(answers: impl IntoIterator<Item = String>) -> impl Handler {
    let answers: Vec<_> = answers.into_iter().collect();
    move |stream: &mut dyn Stream, index: usize, _: &str| {
        let _ = stream.write_all(answers[index.min(answers.len() - 1)].as_bytes());
    }
}

/// The text of an HTTP answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let _ = write!(text, "content-length: {}\r\n\r\n{body}", body.len());
    text
}

/// Waits until the client ends the connection.
pub(crate) fn wait_for_the_end(stream: &mut dyn Stream) {
    while stream.read(&mut [0; 1024]).is_ok_and(|length| length > 0) {}
}

fn serve(stream: &mut dyn Stream, seen: &Mutex<Seen>, handler: &impl Handler) {
    let Some(head) = read_head(stream) else {
        return;
    };
    let index = {
        let mut seen = seen.lock().expect("no panic");
        seen.requests.push(head.clone());
        seen.requests.len() - 1
    };
    handler(stream, index, &head);
    let _ = stream.flush();
}

/// A request's head; none when the connection ends before it, as a failed handshake does.
fn read_head(stream: &mut dyn Stream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn tunnel(mut client: TcpStream, target: SocketAddr, seen: &Mutex<Seen>) {
    let mut server = TcpStream::connect(target).expect("the target listens");
    client.write_all(b"HTTP/1.1 200 x\r\n\r\n").expect("the client listens");
    let (mut back, mut to_client) =
        (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut back, &mut to_client);
        let _ = to_client.shutdown(std::net::Shutdown::Write);
    });
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        seen.lock().expect("no panic").bytes.extend_from_slice(&buffer[..length]);
        if server.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(std::net::Shutdown::Write);
    let _ = answers.join();
}

/// A certificate authority that exists for one test.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    /// What `SSL_CERT_FILE` points at to trust it.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's settings, with a certificate for `host`.
    pub(crate) fn server(&self, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new([host.to_owned()]).expect("a host name");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        settings(certificate.der().clone(), &key)
    }
}

/// A server's settings, with a certificate for `host` that nobody but itself signed.
pub(crate) fn self_signed(host: &str) -> Arc<ServerConfig> {
    let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
    settings(made.cert.der().clone(), &made.signing_key)
}

fn settings(
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: &KeyPair,
) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a key that fits");
    Arc::new(config)
}
