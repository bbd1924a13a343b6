//! The options that the documents name exist, and those that exist are in the documents.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::{Document, code};
use crate::support::tool::Tool;

const COMMANDS: [&[&str]; 11] = [
    &["scan-git"],
    &["hash"],
    &["jwt"],
    &["jwt", "sign"],
    &["jwt", "verify"],
    &["jwt", "explain"],
    &["jwt", "migrate"],
    &["verify-webhook"],
    &["sign-webhook"],
    &["listen"],
    &["check-token"],
];

/// Options of the benchmarks that the documents speak of.
const OF_BENCHMARKS: [&str; 1] = ["--only"];

/// The long options in a text.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_lowercase() || character == '-';
    text.split(|character: char| !is_part(character) && !character.is_ascii_digit())
        .filter(|word| word.len() > 3 && word.starts_with("--") && !word.starts_with("---"))
        .map(|word| word.trim_end_matches('-').to_owned())
        .collect()
}

/// The options of each command, by its name; those of `jwt` with those of its own commands.
fn known() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut known: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for command in COMMANDS {
        let help = Tool::new(command.iter().chain(&["--help"])).run().expect(0).stdout();
        let help = help.split_once("\nOptions:\n").expect("options").1;
        let help = help.split("\nExamples:\n").next().expect("a first part");
        // Each entry begins with its names; what is said about it may name others.
        let entries = help.lines().filter(|line| line.trim_start().starts_with('-'));
        let names = entries.flat_map(|line| {
            options(line.split("  ").find(|part| !part.is_empty()).unwrap_or_default())
        });
        known.entry(command[0]).or_default().extend(names);
    }
    known
}

#[test]
fn every_option_is_in_the_documents() {
    let told: BTreeSet<_> =
        Document::all().iter().flat_map(|document| options(&document.text)).collect();
    for (command, options) in known() {
        for option in
            options.iter().filter(|option| !["--help", "--version"].contains(&option.as_str()))
        {
            assert!(told.contains(option), "{command} {option} is in no document");
        }
    }
}

#[test]
fn every_option_that_the_documents_name_exists() {
    let known = known();
    let all: BTreeSet<_> = known.values().flatten().collect();
    for document in Document::all() {
        for block in document.blocks() {
            let text = block.text.replace("\\\n", " ");
            for (command, rest) in text
                .lines()
                .filter_map(|line| line.split_once("intercom-sec "))
                .filter_map(|(_, rest)| rest.split_once(' '))
            {
                let Some(known) = known.get(command) else { continue };
                let own = rest.split(['|', ';', '&', '>']).next().expect("a first part");
                for option in options(own) {
                    assert!(
                        known.contains(&option),
                        "{}:{}: {command} {option}",
                        document.path,
                        block.line
                    );
                }
            }
        }
        if document.path == "CONTRIBUTING.md" {
            continue;
        }
        for (line, text) in document.prose() {
            for span in code(text).filter(|span| span.starts_with("--")) {
                for option in options(span) {
                    let is_known =
                        all.contains(&option) || OF_BENCHMARKS.contains(&option.as_str());
                    assert!(is_known, "{}:{line}: {option}", document.path);
                }
            }
        }
    }
}
