//! The documents: their links lead somewhere, their examples run, and their tables list what the
//! program has.
//!
//! | block | what becomes of it |
//! |---|---|
//! | `sh` | runs as a script, and has to end with status 0 |
//! | `sh` that begins with `#!` | is installed as the hook that its comment names |
//! | `console` | each line after `$ ` runs, and has to print what stands below it |
//! | any other, and those after `<!-- not run: reason -->` | is not run |

mod ci;
mod examples;
mod json_fields;
mod links;
mod markdown;
mod options;
mod tables;
mod workshop;

use markdown::Document;

/// More than that nobody reads to the end.
const README_LINES: usize = 250;

#[test]
fn the_readme_is_short_enough_to_be_read_to_its_end() {
    let lines = Document::read("README.md").text.lines().count();
    assert!(lines <= README_LINES, "{lines} lines");
}

/// The text of the script for a hook, as `docs/hooks-and-ci.md` has it.
pub(crate) fn hook(name: &str) -> String {
    let blocks = Document::read("docs/hooks-and-ci.md").blocks();
    let marker = format!("\n# {name}: ");
    let mut scripts = blocks.into_iter().map(|block| block.text);
    scripts
        .find(|text| text.starts_with("#!") && text.contains(&marker))
        .unwrap_or_else(|| panic!("no script for {name}"))
}

#[test]
fn what_the_readme_shows_to_copy_is_what_the_page_about_hooks_has() {
    let readme = Document::read("README.md").blocks();
    let hooks: Vec<_> = Document::read("docs/hooks-and-ci.md").blocks();
    let copied =
        readme.iter().filter(|block| block.language == "yaml" || block.text.starts_with("#!"));
    let mut count = 0;
    for block in copied {
        assert!(hooks.iter().any(|other| other.text == block.text), "line {}", block.line);
        count += 1;
    }
    assert!(count >= 2, "a hook and a job");
}
