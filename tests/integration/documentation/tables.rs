//! The tables of the documents list what the program has: no more, and no less.

use std::collections::{BTreeMap, BTreeSet};

use intercom_sec::archive::Format;
use intercom_sec::rules::Rule;
use intercom_sec::token::Encoding;

use super::markdown::{Document, Table, code};
use crate::support::tool::Tool;

fn set<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The names in code in one column of the first table with this title.
fn column(document: &Document, title: &str) -> BTreeSet<String> {
    let tables = document.tables();
    let has_title = |table: &&Table| table.titles.iter().any(|known| known == title);
    let table = tables.iter().find(has_title).unwrap_or_else(|| panic!("no table of {title}"));
    let at = table.titles.iter().position(|known| known == title).expect("a column");
    let names = table.rows.iter().flat_map(|row| code(&row[at]));
    names.map(str::to_owned).collect()
}

#[test]
fn the_tables_of_encodings_list_every_one() {
    let encodings = Encoding::ALL.into_iter().map(Encoding::name);
    let expected = set(encodings.chain(Format::ALL.into_iter().map(Format::name)));
    assert_eq!(column(&Document::read("docs/json.md"), "`encoding`"), expected);
    assert_eq!(column(&Document::read("docs/scanning.md"), "`encoding`"), expected);
}

#[test]
fn the_table_of_rules_lists_every_one() {
    let expected: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id().to_owned()).collect();
    let mut listed = column(&Document::read("docs/scanning.md"), "rule");
    // It has no name to be known by.
    listed.insert(Rule::AccessToken.id().to_owned());
    assert_eq!(listed, expected);
}

/// The names that a type of the sources has for its values: those of its function `name`.
fn names_of(kind: &str, source: &str) -> BTreeSet<String> {
    let (_, own) = source.split_once(&format!("\nimpl {kind} {{\n")).expect("the type");
    let (_, function) = own.split_once("fn name(").expect("its function");
    let (function, _) = function.split_once("\n    }\n").expect("its end");
    let names = function.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

#[test]
fn the_tables_of_sources_gaps_and_notes_list_every_one() {
    let scanning = Document::read("docs/scanning.md");
    let gaps = names_of("GapKind", include_str!("../../../src/scan/report/gap.rs"));
    assert_eq!(column(&scanning, "`what`"), gaps);
    let notes = names_of("Noted", include_str!("../../../src/scan/report/coverage.rs"));
    assert_eq!(column(&scanning, "note"), notes);
    let sources = names_of("Source", include_str!("../../../src/scan/report/finding.rs"));
    assert_eq!(column(&Document::read("docs/json.md"), "`source`"), sources);
}

/// The variables of `src/cli/environment.rs`, each with the commands that read it.
fn variables() -> BTreeMap<String, BTreeSet<String>> {
    let source = include_str!("../../../src/cli/environment.rs");
    let (_, rows) = source.split_once("\nvariables! {\n").expect("the table");
    let (rows, _) = rows.split_once("\n}\n").expect("its end");
    let quoted = |text: &str| -> Vec<String> {
        text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let rows = rows.split(";\n").filter(|row| row.contains('"'));
    let variables = rows.map(|row| {
        let (name, rest) = row.split_once('[').expect("a list of commands");
        let (commands, _) = rest.split_once(']').expect("its end");
        (quoted(name).remove(0), quoted(commands).into_iter().collect())
    });
    variables.collect()
}

#[test]
fn the_table_of_variables_lists_every_one_with_the_commands_that_read_it() {
    let mut listed = BTreeMap::new();
    for table in Document::read("docs/environment.md").tables() {
        if table.titles[0] != "variable" {
            continue;
        }
        for row in &table.rows {
            let commands: BTreeSet<_> = code(&row[1]).map(str::to_owned).collect();
            assert!(!commands.is_empty() || row[1] == "all", "{row:?}");
            listed.extend(code(&row[0]).map(|name| (name.to_owned(), commands.clone())));
        }
    }
    assert_eq!(listed, variables());
}

#[test]
fn the_exit_statuses_are_those_of_the_help() {
    let help = Tool::new(["--help"]).run().expect(0).stdout();
    let (_, statuses) = help.split_once("\nExit status:\n").expect("exit statuses");
    let number = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let expected: Vec<_> = statuses.lines().filter_map(number).collect();
    for path in ["README.md", "docs/environment.md"] {
        let tables = Document::read(path).tables();
        let table = tables.iter().find(|table| table.titles[0] == "status").expect("a table");
        let listed: Vec<_> = table.rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(listed, expected, "{path}");
    }
}
