//! Forwards verified deliveries as they came.

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
use hyper::{Request, Uri, Version};
use hyper_util::rt::TokioIo;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::clock::now;
use super::event::{ForwardFailure, Forwarded, Refusal};
use super::target::{ForwardTarget, Forwarding};
use crate::webhook::Notification;

/// How many deliveries may wait to be forwarded, including those being forwarded.
const WAITING: usize = 1_000;

/// How many are forwarded at a time.
const AT_A_TIME: usize = 32;

/// How long a delivery waits for a slot. Intercom waits 5 seconds in all for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// How much of the target's answer is read, in bytes, so that the target can finish it.
const MAX_ANSWER: usize = 1024 * 1024;

/// Forwards deliveries.
pub(super) struct Forwarder {
    forwarding: Forwarding,
    waiting: Arc<Semaphore>,
    at_a_time: Semaphore,
}

/// A slot in the queue of deliveries to forward.
pub(super) struct QueueSlot(
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

    /// Waits for a slot. Without one the delivery is refused, and its sender tries again.
    pub(super) async fn slot(&self) -> Result<QueueSlot, Refusal> {
        match timeout(PATIENCE, Arc::clone(&self.waiting).acquire_owned()).await {
            Ok(Ok(slot)) => Ok(QueueSlot(slot)),
            _ => Err(Refusal::Busy),
        }
    }

    /// Forwards a request as it came, and returns the target's answer.
    pub(super) async fn send(
        &self,
        slot: QueueSlot,
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
        drop(slot);
        let Notification { topic, id, .. } = notification;
        Forwarded { at: now(), topic, id, outcome, took: start.elapsed() }
    }
}

/// Sends one request on its own connection. On a shared connection, a target that closes it would
/// look like a failure.
async fn post(target: &ForwardTarget, parts: Parts, body: Bytes) -> Result<u16, ForwardFailure> {
    let stream =
        target.connect().await.map_err(|error| ForwardFailure::Connect(error.to_string()))?;
    // The next step waits for the answer, so a delay only harms.
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
        // The connection does the work, and knows best why it ended.
        ended = &mut connection => match (exchange.await, ended) {
            (Ok(status), _) => Ok(status),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(interrupted(&error)),
        },
    }
}

fn interrupted(error: &hyper::Error) -> ForwardFailure {
    ForwardFailure::Interrupted(error.to_string())
}

/// The request as it came, for the target: the same bytes, and the same headers without those of
/// one connection. The extensions keep the letter case of the headers' names.
fn outgoing(target: &ForwardTarget, parts: Parts, body: Bytes) -> Request<Full<Bytes>> {
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

/// Removes the headers of one connection (RFC 9110, section 7.6.1), and `Expect`, which was
/// answered.
fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // The signature and the length belong to the delivery, even if a proxy names them.
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

/// Whether `Connection` may name this header. A target needs the others.
fn is_for_one_hop(name: &HeaderName) -> bool {
    let text = name.as_str();
    !text.ends_with("signature") && !text.starts_with("content-")
}
