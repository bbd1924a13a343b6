//! The arguments of `completions`.

use std::path::PathBuf;

use clap::Args;

/// Write shell completions and man pages
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The directory to write to
    #[arg(value_name = "DIR", default_value = "completions")]
    pub(crate) directory: PathBuf,
}
