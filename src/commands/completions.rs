//! Writes the files under `completions/`: shell completions and man pages.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args::{CompletionsArgs, definition};
use crate::cli::conclusion::Conclusion;
use crate::cli::failure::Failure;

pub(super) fn run(args: &CompletionsArgs) -> Result<Conclusion, Failure> {
    write_all(&args.directory).map_err(|error| {
        Failure::new(
            "unwritable",
            format!("cannot write to {} (DIR): {error}", args.directory.display()),
        )
        .hint("give a directory that can be made and written to")
    })?;
    Ok(Conclusion::Yes)
}

fn write_all(directory: &Path) -> io::Result<()> {
    let pages = directory.join("man");
    fs::create_dir_all(&pages)?;
    let mut command = definition();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut command, "intercom-sec", directory)?;
    }
    // `intercom-sec help hash` is `intercom-sec hash --help`: no page of its own.
    let mut command = definition().disable_help_subcommand(true);
    command.build();
    write_pages(command, &pages)
}

/// Writes the man page of a command and those of its subcommands.
fn write_pages(command: clap::Command, directory: &Path) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        write_pages(subcommand.clone(), directory)?;
    }
    write_page(command, directory)
}

/// Writes the man page of one command: the sections that `clap_mangen` makes, with the usage as
/// `--help` shows it, and the end of the help text under the headings that man pages have for it.
fn write_page(mut command: clap::Command, directory: &Path) -> io::Result<()> {
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    let end = command.get_after_long_help().or_else(|| command.get_after_help());
    let end = end.map(ToString::to_string).unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    // No date: it would be the day on which someone ran this.
    let man = Man::new(command.override_usage(usage))
        .source(concat!("intercom-sec ", env!("CARGO_PKG_VERSION")))
        .manual("intercom-sec");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if has_subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_options_section(&mut page)?;
    sections(&end).to_writer(&mut page)?;
    fs::File::create(directory.join(man.get_filename()))?.write_all(&page)
}

/// Each line without indentation is a heading; what follows it is shown as it stands.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    let mut is_open = false;
    for line in text.lines() {
        if line.is_empty() || line.starts_with(' ') {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            continue;
        }
        if is_open {
            roff.control("fi", []);
        }
        let heading = line.trim_end_matches(':').to_uppercase();
        roff.control("SH", [heading.as_str()]);
        roff.control("nf", []);
        is_open = true;
    }
    if is_open {
        roff.control("fi", []);
    }
    roff
}
