//! The `intercom-sec` program: runs the command line and returns its exit status.

mod cli;
mod commands;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os(), commands::run)
}
