//! Checks that the folders of `src` name only what they may, import in no circle, and hold no long
//! file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each folder and file directly in `src`, and which others it may name. Data flows one way:
///
/// ```text
/// cli/args → commands → (webhook | identity | receiver | scan → git, archive, rules | api)
///          → report → cli/terminal
/// ```
const MAY_NAME: &[(&str, &str)] = &[
    ("advice", ""),
    ("bytes", ""),
    ("json", ""),
    ("loopback", ""),
    ("secret", ""),
    ("threads", ""),
    ("crypto", "secret"),
    ("git", "bytes threads"),
    ("archive", ""),
    ("token", "advice"),
    ("named_secret", "token"),
    ("rules", "named_secret token"),
    ("scan", "advice archive bytes git named_secret rules threads token"),
    ("explain", "crypto json secret token"),
    ("webhook", "advice crypto explain json loopback secret token"),
    ("identity", "advice bytes crypto explain json rules secret token"),
    ("receiver", "advice crypto identity secret webhook"),
    ("api", "advice loopback secret token"),
    // All of the library.
    (
        "report",
        "advice api archive bytes crypto explain git identity json named_secret receiver rules scan \
         secret token webhook",
    ),
    ("cli", "advice api crypto identity receiver report rules scan secret webhook"),
    ("commands", "advice api cli crypto identity receiver report rules scan secret webhook"),
];

/// The folders whose modules import in no circle.
const WITHOUT_CIRCLES: &[&str] =
    &["api", "archive", "explain", "identity", "named_secret", "receiver", "rules", "token"];

/// The one module that is longer than it may be.
const LONG: &str = "git::odb::pack::traverse";

#[test]
fn a_folder_names_only_what_it_may() {
    let permitted: BTreeMap<_, _> = MAY_NAME.iter().copied().collect();
    let may = |from: &str, to: &str| {
        permitted.get(from).is_some_and(|names| names.split(' ').any(|name| name == to))
    };
    let forbidden: Imports =
        folder_imports(&sources()).into_iter().filter(|(from, to)| !may(from, to)).collect();
    assert_eq!(forbidden, Imports::new(), "MAY_NAME lists what a folder may name");
}

#[test]
fn no_import_goes_in_a_circle() {
    let sources = sources();
    assert_eq!(circle(folder_imports(&sources)), Imports::new(), "between folders");
    let imports = imports(&sources);
    for folder in WITHOUT_CIRCLES {
        let is_inside = |path: &str| path.split("::").next() == Some(folder);
        let inside = imports.iter().filter(|(from, to)| is_inside(from) && is_inside(to));
        assert_eq!(circle(inside.cloned().collect()), Imports::new(), "in src/{folder}");
    }
}

#[test]
fn a_file_has_at_most_500_lines() {
    let mut long = sources();
    long.retain(|module, text| text.lines().count() > 500 && module != LONG);
    assert_eq!(long.into_keys().collect::<Vec<_>>(), [""; 0]);
}

/// Each module of `src`, as `git::odb::pack`, with its text. Modules of tests are left out.
type Sources = BTreeMap<String, String>;

/// Which module names which.
type Imports = BTreeSet<(String, String)>;

fn sources() -> Sources {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Sources::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            let below = path.strip_prefix(&src).expect("below").with_extension("");
            let module = below.to_str().expect("UTF-8").replace(['/', '\\'], "::");
            if path.is_dir() {
                folders.push(path);
            } else if module != "main" && !module.ends_with("tests") {
                let module = module.trim_end_matches("mod").trim_end_matches("::");
                let module = if module == "lib" { "" } else { module };
                sources.insert(module.to_owned(), fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    sources
}

fn folder_imports(sources: &Sources) -> Imports {
    let folder = |module: String| module.split("::").next().unwrap_or_default().to_owned();
    let between = imports(sources).into_iter().map(|(from, to)| (folder(from), folder(to)));
    between.filter(|(from, to)| from != to && !from.is_empty() && !to.is_empty()).collect()
}

fn imports(sources: &Sources) -> Imports {
    let mut imports = Imports::new();
    for (module, text) in sources {
        // The tests of a module stand at its end.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: String = code
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n");
        for path in paths(&words(&code)) {
            if let Some(target) = resolve(sources, module, &path).filter(|target| target != module)
            {
                imports.insert((module.clone(), target));
            }
        }
    }
    imports
}

/// The names and the marks of `code`.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let length = match rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()) {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            length => length,
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

/// The paths in `words`, those of `use` lines one by one.
fn paths<'w>(words: &[&'w str]) -> Vec<Vec<&'w str>> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        // `pub(in crate::git)` imports nothing.
        let is_start = words.get(at + 1) == Some(&"::") && (at == 0 || words[at - 1] != "in");
        at = if is_start { read_path(words, at, Vec::new(), &mut paths) } else { at + 1 };
    }
    paths
}

/// Reads the path at `at`, behind the names in `path`, and returns where it ends.
fn read_path<'w>(
    words: &[&'w str],
    mut at: usize,
    mut path: Vec<&'w str>,
    paths: &mut Vec<Vec<&'w str>>,
) -> usize {
    if words.get(at) == Some(&"{") {
        while at < words.len() && words[at] != "}" {
            at = read_path(words, at + 1, path.clone(), paths);
            while words.get(at) == Some(&"as") {
                at += 2;
            }
        }
        return at + 1;
    }
    path.extend(words.get(at).filter(|word| **word != "}"));
    at += usize::from(words.get(at) != Some(&"}"));
    if words.get(at) == Some(&"::") {
        return read_path(words, at + 1, path, paths);
    }
    paths.push(path);
    at
}

/// The module of `src` that a path in `module` leads to, or into.
fn resolve(sources: &Sources, module: &str, path: &[&str]) -> Option<String> {
    let own: Vec<_> = module.split("::").filter(|name| !name.is_empty()).collect();
    let ups = path.iter().filter(|name| **name == "super").count();
    let mut target = match *path.first()? {
        "crate" | "intercom_sec" => Vec::new(),
        "self" | "super" => own[..own.len().checked_sub(ups)?].to_vec(),
        child => {
            let child = own.iter().copied().chain([child]).collect::<Vec<_>>().join("::");
            return sources.contains_key(&child).then_some(child);
        }
    };
    for name in
        path.iter().skip_while(|name| ["crate", "intercom_sec", "self", "super"].contains(name))
    {
        target.push(name);
        if !sources.contains_key(&target.join("::")) {
            target.pop();
            break;
        }
    }
    Some(target.join("::"))
}

/// The imports that are part of a circle, or lead from one to another.
fn circle(mut imports: Imports) -> Imports {
    loop {
        let inside = |(from, to): &(String, String)| {
            imports.iter().any(|(_, other)| other == from)
                && imports.iter().any(|(other, _)| other == to)
        };
        let left: Imports = imports.iter().filter(|import| inside(import)).cloned().collect();
        if left.len() == imports.len() {
            return left;
        }
        imports = left;
    }
}
