//! Reads Markdown as far as the documents use it: headings, tables, code blocks and links.

use std::fs;
use std::path::Path;

/// One of the repository's documents.
pub(super) struct Document {
    /// The path from the root of the repository.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

/// A fenced code block.
pub(super) struct Block {
    /// The line of its first line, from 1.
    pub(super) line: usize,
    /// What stands behind the opening fence.
    pub(super) language: String,
    /// The reason in a comment `<!-- not run: … -->` before it.
    pub(super) not_run: Option<String>,
    /// What it holds, without the indentation of its fence.
    pub(super) text: String,
}

/// A table, with where it stands.
pub(super) struct Table {
    /// The headings above it, one a level.
    pub(super) headings: Vec<String>,
    /// The cells of its first row.
    pub(super) titles: Vec<String>,
    /// The cells of the others.
    pub(super) rows: Vec<Vec<String>>,
}

/// A line outside of code blocks, or a whole block.
enum Part<'d> {
    Line(usize, &'d str),
    Block(Block),
}

impl Document {
    pub(super) fn read(path: &str) -> Self {
        let full = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text }
    }

    /// The README, what lies in `docs/`, and the other documents that people read.
    pub(super) fn all() -> Vec<Self> {
        let mut paths: Vec<String> =
            ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
                .map(str::to_owned)
                .to_vec();
        let docs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"));
        for entry in docs.expect("a directory") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            paths.push(format!("docs/{name}"));
        }
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut lines = self.text.lines().zip(1..);
        let mut before = "";
        while let Some((line, number)) = lines.next() {
            let Some(language) = line.trim_start().strip_prefix("```") else {
                parts.push(Part::Line(number, line));
                if !line.trim().is_empty() {
                    before = line;
                }
                continue;
            };
            let indentation = line.len() - line.trim_start().len();
            let content = lines
                .by_ref()
                .map(|(line, _)| line)
                .take_while(|line| line.trim() != "```")
                .map(|line| line.get(indentation..).unwrap_or_default().to_owned() + "\n");
            let comment = before.trim().strip_prefix("<!-- not run: ");
            let reason = comment.and_then(|comment| comment.strip_suffix(" -->"));
            parts.push(Part::Block(Block {
                line: number + 1,
                language: language.trim().to_owned(),
                not_run: reason.map(str::to_owned),
                text: content.collect(),
            }));
            before = "";
        }
        parts
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let parts = self.parts().into_iter();
        parts
            .filter_map(|part| match part {
                Part::Block(block) => Some(block),
                Part::Line(..) => None,
            })
            .collect()
    }

    /// The lines outside of code blocks, with their numbers.
    pub(super) fn prose(&self) -> Vec<(usize, &str)> {
        let parts = self.parts().into_iter();
        parts
            .filter_map(|part| match part {
                Part::Line(number, line) => Some((number, line)),
                Part::Block(_) => None,
            })
            .collect()
    }

    /// The level and text of each heading.
    pub(super) fn headings(&self) -> Vec<(usize, &str)> {
        self.prose().into_iter().filter_map(|(_, line)| heading(line)).collect()
    }

    /// The anchors of the headings, as GitHub makes them.
    pub(super) fn anchors(&self) -> Vec<String> {
        let mut anchors: Vec<String> = Vec::new();
        for (_, text) in self.headings() {
            let anchor = anchor(text);
            let before = anchors.iter().filter(|known| is_repeated(known, &anchor)).count();
            anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
        }
        anchors
    }

    /// Each target of a link, with its line.
    pub(super) fn links(&self) -> Vec<(usize, &str)> {
        let mut links = Vec::new();
        for (number, line) in self.prose() {
            for rest in line.split("](").skip(1) {
                let target = rest.split(')').next().expect("a first part");
                links.push((number, target));
            }
        }
        links
    }

    pub(super) fn tables(&self) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        let mut headings: Vec<(usize, &str)> = Vec::new();
        let mut is_in_table = false;
        for (_, line) in self.prose() {
            if let Some((level, text)) = heading(line) {
                headings.retain(|(above, _)| *above < level);
                headings.push((level, text));
            }
            let cells = cells(line);
            match (&cells, is_in_table) {
                (Some(cells), false) => tables.push(Table {
                    headings: headings.iter().map(|(_, text)| (*text).to_owned()).collect(),
                    titles: cells.clone(),
                    rows: Vec::new(),
                }),
                (Some(cells), true) if !cells.iter().all(|cell| cell.starts_with("--")) => {
                    tables.last_mut().expect("a table").rows.push(cells.clone());
                }
                _ => {}
            }
            is_in_table = cells.is_some();
        }
        tables
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    (level > 0).then(|| text.strip_prefix(' ').map(|text| (level, text)))?
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Whether a known anchor is this one, or this one with a number.
fn is_repeated(known: &str, anchor: &str) -> bool {
    known.strip_prefix(anchor).is_some_and(|rest| {
        rest.is_empty()
            || rest.strip_prefix('-').is_some_and(|number| number.parse::<usize>().is_ok())
    })
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// The code spans of a text.
pub(super) fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
