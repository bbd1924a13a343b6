//! Handles a delivery: reads, verifies, saves, reports, acknowledges and forwards it.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use tokio::task::{block_in_place, spawn_blocking};

use super::body::{self, Answer, Whole, and_close, answer_error, answer_refusal, empty, received};
use super::clock::now;
use super::event::{Delivery, Event, Refusal, SettingsAnswer, Verdict};
use super::forward::{Forwarder, QueueSlot};
use super::messenger::{self, SETTINGS_PATH};
use super::saved::{self, SaveDirectory};
use super::seen;
use super::settings::Limits;
use super::state::State;
use super::verify::verify;
use crate::webhook::{Mismatch, Notification, Signatures};

/// A body this long, in bytes, keeps its thread busy. Other threads take over the other tasks.
const LONG: usize = 256 * 1024;

/// Answers a request.
pub(super) async fn answer(state: Arc<State>, request: Request<Incoming>) -> Answer {
    let is_settings = request.uri().path() == SETTINGS_PATH;
    match (request.method(), &state.messenger) {
        // Intercom checks an address this way before it accepts it.
        (&Method::HEAD, _) => empty(StatusCode::OK),
        (&Method::GET | &Method::OPTIONS, Some(settings)) if is_settings => {
            let (answer, outcome) =
                messenger::answer(settings, request.method(), request.headers());
            if let Some(outcome) = outcome {
                state.tell(Event::Settings(SettingsAnswer { at: now(), outcome })).await;
            }
            answer
        }
        (&Method::POST, _) if !is_settings => deliver(state, request).await,
        _ => {
            let message = "this is a receiver of webhooks: it takes HEAD and POST";
            let mut answer =
                answer_error(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message);
            let allowed = hyper::header::HeaderValue::from_static("HEAD, POST");
            answer.headers_mut().insert(hyper::header::ALLOW, allowed);
            answer
        }
    }
}

async fn deliver(state: Arc<State>, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let head = saved::head_of(&parts);
    let signatures = match Signatures::in_headers(&head) {
        Ok(signatures) => signatures,
        Err(error) => {
            // A short body that has come already is skipped, so that the connection stays open.
            drop(body);
            return refuse(&state, error.into(), None).await;
        }
    };
    let Limits { body: limit, body_time, .. } = state.limits;
    let whole = match body::read(body, limit, body_time, &state.memory).await {
        Ok(whole) => whole,
        Err(refusal) => return refuse(&state, refusal, None).await,
    };
    // A task of its own: it is finished even if the sender hangs up.
    let received = Received { parts, head, signatures, whole };
    let task = tokio::spawn(async move { received.take(&state).await });
    task.await.unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

/// A request that claims to be a delivery, with its whole body.
struct Received {
    parts: Parts,
    head: Vec<u8>,
    signatures: Signatures,
    whole: Whole,
}

impl Received {
    async fn take(self, state: &Arc<State>) -> Answer {
        let length = self.whole.bytes.len();
        let verified = match self.verify(state) {
            Ok(verified) => verified,
            Err(refusal) => return self.refuse(state, refusal).await,
        };
        let notification = verified.unwrap_or_default();
        let key = notification.id.as_deref().map(seen::key);
        let turn = match &key {
            Some(key) => state.turn(key).await,
            None => None,
        };
        if key.as_ref().is_some_and(|key| state.has_seen(key)) {
            let verdict = Verdict::Duplicate;
            tell(state, verdict, length, notification, None).await;
            return received();
        }
        let at = now();
        let kept = match self.keep(state, at, notification.id.as_deref()).await {
            Ok(kept) => kept,
            Err(refusal) => return refuse(state, refusal, Some(length)).await,
        };
        if let Some(key) = key {
            state.remember(key);
        }
        drop(turn);
        let for_target = kept.slot.is_some().then(|| notification.clone());
        tell(state, Verdict::Verified, length, notification, kept.saved_as).await;
        if let (Some((forwarder, slot)), Some(notification)) = (kept.slot, for_target) {
            self.send_on(state, forwarder, slot, notification);
        }
        received()
    }

    fn verify(&self, state: &State) -> Result<Option<Notification>, Refusal> {
        let verify = || verify(&state.verifier, &self.signatures, &self.whole.bytes);
        if self.whole.bytes.len() < LONG { verify() } else { block_in_place(verify) }
    }

    /// Refuses it, and reports the cause as far as it can be found. The answer does not wait for
    /// that.
    async fn refuse(self, state: &Arc<State>, refusal: Refusal) -> Answer {
        let length = self.whole.bytes.len();
        let is_mismatch = matches!(refusal, Refusal::Mismatch(_));
        let slot = is_mismatch.then(|| state.explainer.slot(length)).flatten();
        let (mismatch, slot) = match (refusal, slot) {
            (Refusal::Mismatch(mismatch), Some(slot)) => (mismatch, slot),
            (refusal, _) => return refuse(state, refusal, Some(length)).await,
        };
        let refusal = Refusal::Mismatch(mismatch.clone());
        let answer = answer_refusal(status_of(&refusal), &refusal);
        let unexplained = refused(refusal, Some(length));
        let state = Arc::clone(state);
        tokio::spawn(async move {
            let Self { signatures, whole: Whole { bytes, share }, .. } = self;
            let (verifier, scheme) = (Arc::clone(&state.verifier), mismatch.scheme);
            let search = move || verifier.explain(&signatures, scheme, &bytes);
            let diagnosis = state.explainer.explain(slot, search).await;
            drop(share);
            let refusal = Refusal::Mismatch(Mismatch { diagnosis, ..mismatch });
            let delivery = Delivery { verdict: Verdict::Refused(refusal), ..unexplained };
            state.tell(Event::Delivery(delivery)).await;
        });
        answer
    }

    /// Does what must be certain before the delivery is acknowledged: takes a slot in the queue to
    /// forward, then saves the file.
    async fn keep(&self, state: &State, at: i64, id: Option<&str>) -> Result<Kept, Refusal> {
        let slot = match &state.forwarder {
            Some(forwarder) => Some((Arc::clone(forwarder), forwarder.slot().await?)),
            None => None,
        };
        let saved_as = match &state.directory {
            Some(directory) => Some(self.save(state, Arc::clone(directory), at, id).await?),
            None => None,
        };
        Ok(Kept { slot, saved_as })
    }

    async fn save(
        &self,
        state: &State,
        directory: Arc<SaveDirectory>,
        at: i64,
        id: Option<&str>,
    ) -> Result<String, Refusal> {
        let name = saved::file_name(at, id);
        let body: Bytes = self.whole.bytes.clone();
        let head = saved::finish_head(self.head.clone(), &self.parts, body.len());
        let _turn = state.saves.acquire().await.map_err(|_| Refusal::Busy)?;
        let saved = spawn_blocking(move || directory.save(&name, [&head, &body])).await;
        match saved {
            Ok(Ok(name)) => Ok(name),
            Ok(Err(error)) => Err(Refusal::NotSaved(error.to_string())),
            Err(error) => Err(Refusal::NotSaved(error.to_string())),
        }
    }

    /// Forwards the delivery. Its sender has the answer already.
    fn send_on(
        self,
        state: &Arc<State>,
        forwarder: Arc<Forwarder>,
        slot: QueueSlot,
        notification: Notification,
    ) {
        let state = Arc::clone(state);
        tokio::spawn(async move {
            let Self { parts, whole: Whole { bytes, share }, .. } = self;
            let outcome = forwarder.send(slot, parts, bytes, notification).await;
            drop(share);
            state.tell(Event::Forwarded(outcome)).await;
        });
    }
}

/// What was made certain before the acknowledgement.
struct Kept {
    slot: Option<(Arc<Forwarder>, QueueSlot)>,
    saved_as: Option<String>,
}

async fn refuse(state: &State, refusal: Refusal, length: Option<usize>) -> Answer {
    let answer = answer_refusal(status_of(&refusal), &refusal);
    let answer = if refusal.leaves_a_rest() { and_close(answer) } else { answer };
    state.tell(Event::Delivery(refused(refusal, length))).await;
    answer
}

fn status_of(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST)
}

fn refused(refusal: Refusal, length: Option<usize>) -> Delivery {
    Delivery {
        at: now(),
        status: refusal.status(),
        verdict: Verdict::Refused(refusal),
        bytes: length.map(|length| length as u64),
        notification: None,
        saved_as: None,
    }
}

/// Reports an acknowledged delivery.
async fn tell(
    state: &State,
    verdict: Verdict,
    length: usize,
    notification: Notification,
    saved_as: Option<String>,
) {
    let delivery = Delivery {
        at: now(),
        verdict,
        status: StatusCode::OK.as_u16(),
        bytes: Some(length as u64),
        notification: Some(notification),
        saved_as,
    };
    state.tell(Event::Delivery(delivery)).await;
}
