//! Ends the receiver step by step.

use tokio::sync::watch;

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Running,
    /// No new connections; what is under way comes to its end.
    Stopping,
    /// Connections that are left are ended; what was acknowledged is still sent on.
    Closing,
    /// Nothing is waited for.
    Abandoned,
}

/// Goes on to a phase, never back.
pub(super) fn advance(phase: &watch::Sender<Phase>, to: Phase) {
    phase.send_if_modified(|now| {
        let is_later = to > *now;
        if is_later {
            *now = to;
        }
        is_later
    });
}

/// Waits for a phase.
pub(super) async fn reached(phase: Phase, phases: &mut watch::Receiver<Phase>) {
    // Without a sender nothing can stop the receiver any more but its own end.
    if phases.wait_for(|now| *now >= phase).await.is_err() {
        std::future::pending::<()>().await;
    }
}
