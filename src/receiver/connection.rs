//! Serves connections: limits their number and their time, and ends them.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{interval, sleep, timeout};

use super::delivery;
use super::event::Event;
use super::phase::{Phase, advance, reached};
use super::state::State;

/// The longest head, in bytes, and the most headers.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;

/// A connection without an open request and without a new one for this long is closed: its client
/// does not read the answers.
const IDLE: Duration = Duration::from_secs(30);

/// How long, and how many bytes, of an early-answered request are still read. A client that is
/// still sending would lose the answer if the connection were closed at once.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// How long to wait after a failed accept. If the system has no free files, some are closed soon.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until the receiver is stopped. Returns whether all of them ended normally.
pub(super) async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    phase: watch::Sender<Phase>,
) -> bool {
    let mut phases = phase.subscribe();
    let permits = Arc::new(Semaphore::new(state.limits.connections));
    let mut stopping = phases.clone();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = reached(Phase::Stopping, &mut stopping) => break,
        };
        match accepted {
            Ok((stream, permit)) => {
                let (state, phases) = (Arc::clone(&state), phases.clone());
                tokio::spawn(async move {
                    connection(stream, state, phases).await;
                    drop(permit);
                });
            }
            Err(error) => {
                state.tell(Event::Trouble(error.to_string())).await;
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    let all = u32::try_from(state.limits.connections).unwrap_or(u32::MAX);
    let have_all_ended = tokio::select! {
        ended = timeout(state.limits.end_time, permits.acquire_many(all)) => ended.is_ok(),
        () = reached(Phase::Abandoned, &mut phases) => false,
    };
    advance(&phase, Phase::Closing);
    have_all_ended
}

/// Takes a permit first: connections beyond the limit wait in the system's queue.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, permit))
}

/// Serves one connection to its end.
async fn connection(stream: TcpStream, state: Arc<State>, mut phases: watch::Receiver<Phase>) {
    // Answers are written whole, so waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::default());
    let service = service_fn(|request: Request<Incoming>| {
        let (state, busy) = (Arc::clone(&state), Busy::new(&activity));
        Box::pin(async move {
            let answer = delivery::answer(state, request).await;
            drop(busy);
            Ok::<_, Infallible>(answer)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(state.limits.head_time)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD)
        .max_buf_size(MAX_HEAD)
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut is_stopping = false;
    let mut closing = phases.clone();
    let mut watch = interval(IDLE);
    watch.tick().await;
    let mut turns = usize::MAX;
    loop {
        tokio::select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => {
                if ended.is_ok() {
                    linger(connection.into_parts().io.into_inner()).await;
                }
                return;
            }
            () = reached(Phase::Stopping, &mut phases), if !is_stopping => {
                is_stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = reached(Phase::Closing, &mut closing) => return,
            _ = watch.tick() => {
                if activity.is_idle_since(&mut turns) {
                    return;
                }
            }
        }
    }
}

/// Closes a connection so that the client gets the whole answer.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut buffer = [0; 8192];
    let mut left = LINGER_BYTES;
    let _ = timeout(LINGER, async {
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            left = left.saturating_sub(length);
            if left == 0 {
                break;
            }
        }
    })
    .await;
}

/// Counts the requests of a connection, to see whether it is idle.
#[derive(Default)]
struct Activity {
    /// How many requests are open: one or none.
    busy: AtomicUsize,
    /// How many were answered.
    done: AtomicUsize,
}

impl Activity {
    /// Whether nothing happened since the last call.
    fn is_idle_since(&self, last: &mut usize) -> bool {
        let done = self.done.load(Ordering::Relaxed);
        let before = std::mem::replace(last, done);
        self.busy.load(Ordering::Relaxed) == 0 && before == done
    }
}

/// An open request.
struct Busy(Arc<Activity>);

impl Busy {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.busy.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }
}
