//! The committed files under `completions/` are what the program generates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::support::tool::Tool;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/completions");

/// Every file below `directory`, by its path in it.
fn files(directory: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(&next).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let name = path.strip_prefix(directory).expect("below").to_owned();
            files.insert(name, fs::read_to_string(&path).expect("UTF-8"));
        }
    }
    files
}

fn generate(change: impl FnOnce(Tool) -> Tool) -> BTreeMap<PathBuf, String> {
    let directory = TempDir::new().expect("a directory");
    let target = directory.path().join("made/here");
    let tool = Tool::new(["completions".as_ref(), target.as_os_str()]);
    let run = change(tool).run().expect(0);
    assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    files(&target)
}

#[test]
fn the_committed_files_are_up_to_date() {
    let (generated, committed) = (generate(|tool| tool), files(Path::new(COMMITTED)));
    let names = |files: &BTreeMap<PathBuf, String>| files.keys().cloned().collect::<Vec<_>>();
    let advice = "refresh the files with: cargo run --locked -- completions";
    assert_eq!(names(&generated), names(&committed), "{advice}");
    for (name, text) in &generated {
        // Git may have given the committed file another line ending on Windows.
        let is_same = *text == committed[name] || *text == committed[name].replace("\r\n", "\n");
        assert!(is_same, "completions/{} is stale; {advice}", name.display());
    }
}

#[test]
fn neither_terminal_nor_environment_changes_the_files() {
    let elsewhere = generate(|tool| {
        tool.env("COLUMNS", "40")
            .env("CLICOLOR_FORCE", "1")
            .env("INTERCOM_REGION", "eu")
            .env("INTERCOM_API_BASE_URL", "https://intercom.example")
            .env("SOURCE_DATE_EPOCH", "1")
    });
    assert_eq!(elsewhere, generate(|tool| tool));
    for (name, text) in &elsewhere {
        assert!(!text.contains("intercom.example"), "{}", name.display());
        assert!(!text.contains('\u{1b}'), "{}", name.display());
    }
}

/// The commands that the help of a command lists.
fn listed(command: &[&str]) -> Vec<String> {
    let help = Tool::new(command.iter().chain(&["--help"])).run().expect(0).stdout();
    let Some((_, commands)) = help.split_once("Commands:\n") else {
        return Vec::new();
    };
    // Where an entry takes several lines, the others are indented more.
    commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|entry| !entry.starts_with(' ')))
        .filter_map(|entry| entry.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_that_help_lists_has_a_page_and_completions() {
    let commands = listed(&[]);
    assert!(commands.len() >= 4, "{commands:?}");
    let files = files(Path::new(COMMITTED));
    for command in &commands {
        let page = &files[Path::new(&format!("man/intercom-sec-{command}.1"))];
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "\"EXIT STATUS\""]
        {
            assert!(page.contains(&format!("\n.SH {section}\n")), "{command}: {section}");
        }
        for (name, text) in files.iter().filter(|(name, _)| !name.starts_with("man")) {
            assert!(text.contains(command), "{command} in {}", name.display());
        }
    }
    let pages = files.keys().filter(|name| name.starts_with("man")).count();
    let below: Vec<_> = commands
        .iter()
        .flat_map(|command| {
            listed(&[command]).into_iter().map(move |name| format!("{command}-{name}"))
        })
        .collect();
    for name in &below {
        assert!(files.contains_key(Path::new(&format!("man/intercom-sec-{name}.1"))), "{name}");
    }
    let expected = commands.len() + below.len() + 1;
    assert_eq!(pages, expected, "a page for each command and one for all");
    for (name, text) in &files {
        let names_hidden = text.contains("completions:") || text.contains(",completions)");
        assert!(!names_hidden, "{} names a hidden command", name.display());
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_told() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("a file");
    let run = Tool::new(["completions".as_ref(), file.join("below").as_os_str()]).run().expect(2);
    assert!(run.stderr().contains("error: cannot write to"), "{}", run.stderr());
    assert!(run.stderr().contains("hint: "), "{}", run.stderr());
}
