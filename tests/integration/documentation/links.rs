//! Relative links of the documents lead to files and headings that are there.

use std::path::Path;

use super::markdown::Document;

/// A path from the root of the repository, without its `..`.
fn resolved(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop().expect("a directory of the repository")),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn links_between_the_documents_lead_to_files_and_headings_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for document in Document::all() {
        for (line, target) in document.links() {
            if target.contains("://") {
                continue;
            }
            let place = format!("{}:{line}: {target}", document.path);
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match path {
                "" => document.path.clone(),
                path => resolved(&document.path, path),
            };
            assert!(root.join(&path).exists(), "{place}: there is no {path}");
            if !anchor.is_empty() {
                let anchors = Document::read(&path).anchors();
                assert!(anchors.iter().any(|known| known == anchor), "{place}: {anchors:?}");
            }
            count += 1;
        }
    }
    assert!(count > 50, "{count} links");
}

#[test]
fn each_page_is_linked_from_the_readme() {
    let readme = Document::read("README.md");
    let targets: Vec<_> = readme.links().into_iter().map(|(_, target)| target).collect();
    for document in Document::all().iter().filter(|document| document.path != "README.md") {
        assert!(targets.contains(&document.path.as_str()), "{}", document.path);
    }
}
