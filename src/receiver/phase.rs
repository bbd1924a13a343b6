//! Ends the receiver step by step.

use tokio::sync::watch;

/// How far the receiver is on its way to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Running,
    /// No new connections. Open requests are finished.
    Stopping,
    /// Remaining connections are closed. Acknowledged deliveries are still forwarded.
    Closing,
    /// The receiver waits for nothing more.
    Abandoned,
}

/// Advances to a phase. Never goes back.
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
    // Without a sender, nothing can stop the receiver any more.
    if phases.wait_for(|now| *now >= phase).await.is_err() {
        std::future::pending::<()>().await;
    }
}
