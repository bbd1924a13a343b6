//! The program as its users run it, a module for each command, and the library below it where
//! that is the better place to look.

// The environment of a test is its own to read.
#![allow(clippy::disallowed_methods)]

mod architecture;
mod archive;
mod check_token;
mod completions;
// Scripts of the shell, and links.
#[cfg(unix)]
mod documentation;
mod forms;
mod hash;
mod hash_batch;
mod hash_mismatch;
mod hash_settings;
mod jwt;
// Signals, and permissions of files.
#[cfg(unix)]
mod listen;
// Pipes, links, owners and names that are no text: its cases are made of what Unix has.
mod named_secret;
#[cfg(unix)]
mod scan_git;
#[cfg(unix)]
mod secrets;
mod sign_webhook;
mod support;
mod token;
mod usage;
#[cfg(unix)]
mod verdicts;
mod verify_webhook;
