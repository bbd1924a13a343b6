//! placeholder

use crate::cli::args::ScanGitArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

pub(super) fn run(args: &ScanGitArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let _ = (args, terminal);
    Err(Failure::new("placeholder", "placeholder"))
}
