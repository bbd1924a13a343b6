//! The program as its users run it, a module for each command, and the library below it where
//! that is the better place to look.

mod check_token;
mod hash;
mod scan_git;
mod support;
mod token;
mod verify_webhook;
