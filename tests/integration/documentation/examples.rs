//! The examples of the documents run, and print what the documents show.

use std::thread;

use super::markdown::{Block, Document};
use super::workshop::{Workshop, shown};

/// Stands before the output of each command, on a line of its own.
const MARK: &str = "\u{1}\n";

#[test]
fn every_example_runs_and_prints_what_is_shown() {
    let documents = Document::all();
    let counts: Vec<usize> = thread::scope(|scope| {
        let runs: Vec<_> = documents.iter().map(|document| scope.spawn(|| run(document))).collect();
        runs.into_iter().map(|run| run.join().expect("the examples of a document")).collect()
    });
    let count: usize = counts.iter().sum();
    assert!(count >= 20, "{count} examples");
}

/// Runs the examples of a document, in their order; how many there were.
fn run(document: &Document) -> usize {
    let blocks = document.blocks();
    let mut examples = blocks.iter().filter(|block| is_run(document, block)).peekable();
    if examples.peek().is_none() {
        return 0;
    }
    let workshop = Workshop::new();
    let mut count = 0;
    for block in examples {
        let place = format!("{}:{}", document.path, block.line);
        match block.language.as_str() {
            "console" => transcript(&workshop, block, &place),
            _ if block.text.starts_with("#!") => install(&workshop, block, &place),
            _ => {
                let output = workshop.run(&block.text);
                assert!(output.status.success(), "{place}: {}", shown(&output));
            }
        }
        count += 1;
    }
    count
}

/// Whether a block is an example that runs. One that only looks like it has to give a reason.
fn is_run(document: &Document, block: &Block) -> bool {
    let is_example = matches!(block.language.as_str(), "sh" | "console");
    let has_command = block.text.lines().any(|line| {
        let line = line.strip_prefix("$ ").unwrap_or(line);
        line.starts_with("intercom-sec ") || line.starts_with("cargo ")
    });
    let has_reason = block.not_run.is_some();
    let place = format!("{}:{}", document.path, block.line);
    assert!(is_example || !has_command || has_reason, "{place} is not run, and has to say why");
    is_example && !has_reason
}

fn install(workshop: &Workshop, block: &Block, place: &str) {
    let second = block.text.lines().nth(1).unwrap_or_default();
    let name = second.strip_prefix("# ").and_then(|line| line.split_once(':'));
    let (name, _) = name.unwrap_or_else(|| panic!("{place}: the second line names no hook"));
    workshop.install(name, &block.text);
}

/// Runs the commands of a transcript in one shell, and compares what each prints.
fn transcript(workshop: &Workshop, block: &Block, place: &str) {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => output.extend([line, "\n"]),
            (None, None) => panic!("{place}: the first line is no command"),
        }
    }
    let mut script = "set +e\n".to_owned();
    for (command, _) in &commands {
        script.extend(["printf '\\001\\n'\n", command, "\n"]);
    }
    let text = workshop.run_in_terminal(&script);
    let mut printed = text.split(MARK);
    assert_eq!(printed.next(), Some(""), "{place}");
    for (command, expected) in &commands {
        let printed = printed.next().unwrap_or_else(|| panic!("{place}: {command} did not run"));
        assert!(
            settled(printed) == settled(expected),
            "{place}: {command}\nprints:\n{printed}\nthe document shows:\n{expected}"
        );
    }
}

/// A text with one word for each duration and for each time that is now.
fn settled(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let is_unit = |word: &str| matches!(word.trim_end_matches(';'), "ms" | "s" | "minutes");
        let settled = words.iter().enumerate().map(|(at, word)| {
            let is_number = word.parse::<f64>().is_ok();
            let is_duration = is_number && words.get(at + 1).is_some_and(|next| is_unit(next));
            let is_seconds = word.len() == 10 && word.bytes().all(|byte| byte.is_ascii_digit());
            let is_date = word.starts_with("(20") && word.ends_with("+00:00)");
            if is_duration || is_seconds || is_date { "…" } else { word }
        });
        settled.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}
