//! Makes deliveries to test an endpoint with, and sends them.

mod send;
mod template;

pub use self::send::{MAX_ANSWER, PATIENCE, Reply, SendError, Target};
pub use self::template::{template, topics};
