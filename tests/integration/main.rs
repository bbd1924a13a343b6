//! The program as its users run it, a module for each command.

mod check_token;
mod completions;
mod hash;
mod support;
mod usage;
mod verify_webhook;
