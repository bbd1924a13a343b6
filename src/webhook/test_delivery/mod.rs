//! Makes deliveries to test an endpoint with, and sends them.

mod endpoint;
mod template;

pub use self::endpoint::{Endpoint, MAX_ANSWER, PATIENCE, Reply, SendError};
pub use self::template::{template, topics};
