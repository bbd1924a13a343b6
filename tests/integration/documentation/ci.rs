//! The jobs for CI that the documents show: their commands run in a repository, with what the
//! server would hand to them.

use super::markdown::Document;
use super::workshop::{Workshop, shown};

/// What GitHub and GitLab call the ends of a range.
const OLD: [&str; 4] = [
    "${{ github.event.before }}",
    "${{ github.event.pull_request.base.sha }}",
    "$CI_COMMIT_BEFORE_SHA",
    "$CI_MERGE_REQUEST_DIFF_BASE_SHA",
];
const NEW: [&str; 3] =
    ["${{ github.sha }}", "${{ github.event.pull_request.head.sha }}", "$CI_COMMIT_SHA"];

/// The scripts in a job: what stands behind `run:`, and the list below `script:`.
fn scripts(job: &str) -> Vec<String> {
    let mut scripts: Vec<String> = Vec::new();
    // How deep the lines of a script with several lines are.
    let mut inside = None;
    let mut is_list = false;
    for line in job.lines() {
        let text = line.trim_start();
        let depth = line.len() - text.len();
        if inside.is_some_and(|outer| depth > outer) {
            scripts.last_mut().expect("a script").extend([text, "\n"]);
            continue;
        }
        inside = None;
        let text = text.strip_prefix("- ").unwrap_or(text);
        if let Some(command) = text.strip_prefix("run: ") {
            inside = (command == "|").then_some(depth);
            scripts.push(if command == "|" { String::new() } else { command.to_owned() });
        } else if is_list {
            scripts.push(text.to_owned());
        }
        is_list = text == "script:" || is_list && line.trim_start().starts_with("- ");
    }
    scripts
}

#[test]
fn the_jobs_find_a_token_in_what_is_new_and_pass_what_is_clean() {
    let workshop = Workshop::new();
    let mut ranges = 0;
    let mut whole = 0;
    for path in ["README.md", "docs/hooks-and-ci.md"] {
        for block in Document::read(path).blocks() {
            if block.language != "yaml" {
                continue;
            }
            for script in scripts(&block.text) {
                let mut filled = format!("cd shop\n{script}");
                for name in OLD {
                    filled = filled.replace(name, "$OLD");
                }
                for name in NEW {
                    filled = filled.replace(name, "$(git rev-parse main)");
                }
                let is_range = filled.contains("$OLD");
                let zeros = "0".repeat(40);
                for (old, expected) in [(zeros.as_str(), 1), ("old", i32::from(!is_range))] {
                    let output = workshop.run_with(&filled, &[("OLD", old)]);
                    let told = format!("{path}:{}: {filled}: {}", block.line, shown(&output));
                    assert_eq!(output.status.code(), Some(expected), "{told}");
                }
                *(if is_range { &mut ranges } else { &mut whole }) += 1;
            }
        }
    }
    assert!(ranges >= 4 && whole >= 2, "{ranges} and {whole} jobs");
}
