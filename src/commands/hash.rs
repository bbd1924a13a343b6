//! placeholder

use crate::cli::args::HashArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &HashArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let _ = (args, terminal, secrets);
    Err(Failure::new("placeholder", "placeholder"))
}
