//! `check-token`, over real sockets.

mod answers;
mod input;
mod network;
mod tls;

use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// What Intercom answers for an admin's token.
const ADMIN: &str = r#"{"type":"admin","id":"814860","name":"Ada Lovelace",
    "email":"ada@example.com","email_verified":true,"has_inbox_seat":true,
    "app":{"type":"app","id_code":"abcd1234","name":"Acme","created_at":1,"region":"EU",
    "identity_verification":true,"timezone":"UTC","secure":true}}"#;

fn token() -> String {
    tokens::token(&mut Random::new(1))
}

/// Asks `base` about a token, with further options.
fn check(base: &str, options: &[&str]) -> Tool {
    let mut arguments = vec!["check-token", "--base-url", base];
    arguments.extend(options);
    Tool::new(arguments).env("INTERCOM_ACCESS_TOKEN", token())
}
