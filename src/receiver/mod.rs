//! Receives webhooks on this machine, for development. It answers as an endpoint in production
//! must, and reports what came.
//!
//! A request goes through these steps. The first step that refuses it ends its way:
//!
//! ```text
//! limits → signatures → seen before? → saved on disk → reported → acknowledged (200) → forwarded
//! ```
//!
//! Only signatures and bearer tokens count. The sender's address and the `Host` header do not. So a
//! web page in a browser on this machine gains nothing by sending requests here, under any host
//! name (DNS rebinding). And the receiver works behind a tunnel, which sends a host name of its
//! own.

mod bearer;
mod body;
mod bound;
mod clock;
mod connection;
mod delivery;
mod event;
mod explain;
mod forward;
mod messenger;
mod phase;
mod saved;
mod seen;
mod settings;
mod state;
mod target;
mod verify;

pub use bearer::{BearerError, BearerKey, BearerKeyError};
pub use bound::{BindError, Receiver, Stopper};
pub use event::{
    Delivery, Event, ForwardFailure, Forwarded, Refusal, SettingsAnswer, Tally, Verdict,
};
pub use messenger::{MessengerSettings, SETTINGS_PATH};
pub use settings::{Limits, Settings};
pub use target::{ForwardTarget, ForwardTargetError, Forwarding};

// Public for fuzzing only: they turn text from outside into names and files.
#[doc(hidden)]
pub use saved::{file_name, request_head};
