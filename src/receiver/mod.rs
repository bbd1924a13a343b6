//! A local receiver of webhooks, for development: answers as an endpoint in production has to, and
//! tells what came.
//!
//! A request goes through these steps, and stops at the first that refuses it:
//!
//! ```text
//! limits → signatures → seen before? → saved on disk → told → acknowledged (200) → forwarded
//! ```
//!
//! Nothing is accepted because of where it comes from: neither the sender's address nor the `Host`
//! header counts, only signatures and bearer tokens. So a page that a browser of this machine shows
//! can gain nothing by sending requests here, by whatever name (DNS rebinding), and the receiver can
//! stand behind a tunnel, which sends a name of its own.

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
pub use saved::{file_name, request_head};
pub use settings::{Limits, MAX_BODY, REMEMBERED_IDS, Secrets, Settings};
pub use target::{ForwardTarget, ForwardTargetError, Forwarding};
