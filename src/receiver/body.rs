//! Reads bodies of requests within limits, and makes answers.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::event::Refusal;
use crate::advice::Advice;

/// How much memory all bodies may use, in bytes, unless a single body may be longer.
const MEMORY: usize = 256 * 1024 * 1024;

/// The unit in which memory is counted, in bytes.
const UNIT: usize = 1024;

/// Memory for bodies, which all connections share.
pub(super) struct Memory(Arc<Semaphore>);

impl Memory {
    pub(super) fn for_bodies_of(max_body: usize) -> Self {
        Self(Arc::new(Semaphore::new(MEMORY.max(2 * max_body).div_ceil(UNIT))))
    }
}

/// A whole body, with its share of the memory.
pub(super) struct Whole {
    pub(super) bytes: Bytes,
    /// Given back when the body is no longer needed.
    pub(super) share: OwnedSemaphorePermit,
}

/// Reads a body to its end, within the limits.
pub(super) async fn read(
    body: Incoming,
    limit: usize,
    time: Duration,
    memory: &Memory,
) -> Result<Whole, Refusal> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Refusal::TooLong { limit });
    }
    timeout(time, collect(body, limit, memory)).await.unwrap_or(Err(Refusal::TooSlow(time)))
}

async fn collect(mut body: Incoming, limit: usize, memory: &Memory) -> Result<Whole, Refusal> {
    let mut share = take(memory, 0)?;
    let mut whole = Pieces::None;
    while let Some(frame) = body.frame().await {
        // Trailers are not signed.
        let Ok(piece) = frame.map_err(|_| Refusal::Broken)?.into_data() else { continue };
        let length = whole.length() + piece.len();
        if length > limit {
            return Err(Refusal::TooLong { limit });
        }
        share.merge(take(memory, length.div_ceil(UNIT).saturating_sub(share.num_permits()))?);
        whole = whole.with(piece);
    }
    Ok(Whole { bytes: whole.into_bytes(), share })
}

/// Takes a share of the memory, at once or not at all: whoever waits for more holds some already.
fn take(memory: &Memory, units: usize) -> Result<OwnedSemaphorePermit, Refusal> {
    let units = u32::try_from(units).map_err(|_| Refusal::Busy)?;
    Arc::clone(&memory.0).try_acquire_many_owned(units).map_err(|_| Refusal::Busy)
}

/// The part of a body that has come. Most bodies come in one piece, which is not copied.
enum Pieces {
    None,
    One(Bytes),
    Many(Vec<u8>),
}

impl Pieces {
    fn length(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn with(self, piece: Bytes) -> Self {
        match self {
            Self::None => Self::One(piece),
            Self::One(first) => Self::Many([first, piece].concat()),
            Self::Many(mut bytes) => {
                bytes.extend_from_slice(&piece);
                Self::Many(bytes)
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.into(),
        }
    }
}

/// An answer to a request.
pub(super) type Answer = Response<Full<Bytes>>;

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// The answer to an accepted delivery.
pub(super) fn received() -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(b"{\"received\":true}")));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// An answer in JSON.
pub(super) fn answer_json(status: StatusCode, document: &impl Serialize) -> Answer {
    let Ok(text) = serde_json::to_vec(document) else {
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut answer = Response::new(Full::new(text.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// An answer that says in one sentence why a request is refused. The hint stays on this side.
pub(super) fn answer_refusal(status: StatusCode, error: &impl Advice) -> Answer {
    answer_error(status, error.code(), &error.to_string())
}

/// An answer that says what is wrong.
pub(super) fn answer_error(status: StatusCode, code: &str, message: &str) -> Answer {
    #[derive(Serialize)]
    struct Document<'e> {
        received: bool,
        error: Error<'e>,
    }
    #[derive(Serialize)]
    struct Error<'e> {
        code: &'e str,
        message: &'e str,
    }
    answer_json(status, &Document { received: false, error: Error { code, message } })
}

/// The same answer, and the connection ends: the rest of the request is not read.
pub(super) fn and_close(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}
