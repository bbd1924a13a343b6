//! Writes the files under `completions/`: shell completions and man pages.

use std::fs;
use std::io;
use std::path::Path;

use clap_complete::Shell;

use crate::cli::args::{CompletionsArgs, definition};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::unreadable;

pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    write_all(&args.directory).map_err(|error| unreadable("DIR", &args.directory, &error))?;
    Ok(Exit::Yes)
}

fn write_all(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let mut command = definition();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut command, "intercom-sec", directory)?;
    }
    clap_mangen::generate_to(definition(), directory)
}
