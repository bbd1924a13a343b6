//! The tables of a directory: which there are, and which of their records count.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::record::{LogEntry, RefValue};
use super::{Budget, Table};
use crate::git::gap::{Gap, RefFault, Subject};
use crate::git::io::small_file::{path_from_bytes, read};
use crate::git::object::id::HashKind;

/// While git merges tables, those that were listed may be gone when they are opened.
const ATTEMPTS: u32 = 3;

/// More tables than git ever leaves: it merges them so that each is larger than all after it.
const MAX_TABLES: usize = 4096;

/// The tables of one directory, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// As `tables.list` has them.
    pub tables: Vec<Table>,
}

impl Stack {
    /// Reads the tables that a directory lists, of those that can be read; tells which cannot.
    pub(crate) fn read(directory: &Path, hash: HashKind) -> (Self, Vec<Gap>) {
        let mut listed = List::read(directory);
        for _ in 1..ATTEMPTS {
            match &listed {
                Ok(list) if list.is_outdated() => listed = List::read(directory),
                _ => break,
            }
        }
        let mut stack = Self::default();
        let mut gaps = Vec::new();
        let mut budget = Budget::new();
        match listed {
            Ok(list) => {
                for (path, content) in list.tables {
                    let table = content.and_then(|content| {
                        Table::parse_within(&content, hash, &mut budget).map_err(RefFault::Table)
                    });
                    match table {
                        Ok(table) => stack.tables.push(table),
                        Err(fault) => gaps.push(gap(&path, fault)),
                    }
                }
            }
            Err(gap) => gaps.push(gap),
        }
        (stack, gaps)
    }

    /// The refs that there are, by name.
    pub fn refs(&self) -> BTreeMap<&[u8], &RefValue> {
        let mut refs = BTreeMap::new();
        for record in self.tables.iter().flat_map(|table| &table.refs) {
            match &record.value {
                RefValue::Deleted => drop(refs.remove(record.name.as_slice())),
                value => drop(refs.insert(record.name.as_slice(), value)),
            }
        }
        refs
    }

    /// What a ref names; `None` when there is none of this name.
    pub fn find(&self, name: &[u8]) -> Option<&RefValue> {
        let found = self.tables.iter().rev().find_map(|table| {
            let at = table.refs.binary_search_by(|record| record.name.as_slice().cmp(name)).ok()?;
            Some(&table.refs.get(at)?.value)
        });
        found.filter(|value| **value != RefValue::Deleted)
    }

    /// The lines of reflogs that there are, by the ref's name and the number of the transaction.
    pub fn logs(&self) -> BTreeMap<(&[u8], u64), &LogEntry> {
        let mut logs = BTreeMap::new();
        for record in self.tables.iter().flat_map(|table| &table.logs) {
            let key = (record.name.as_slice(), record.update);
            match &record.entry {
                // With zeros alone, git marks that the ref has a reflog, though no line is left.
                Some(entry) if !(entry.old.is_zero() && entry.new.is_zero()) => {
                    logs.insert(key, entry);
                }
                _ => {
                    logs.remove(&key);
                }
            }
        }
        logs
    }
}

/// The files of a stack, each read or not.
struct List {
    tables: Vec<(PathBuf, Result<Vec<u8>, RefFault>)>,
}

impl List {
    fn read(directory: &Path) -> Result<Self, Gap> {
        let path = directory.join("tables.list");
        let content = match read(&path) {
            Ok(Some(content)) => content,
            Ok(None) => return Err(gap(directory, RefFault::NoTableList)),
            Err(error) => return Err(gap(&path, unreadable(&error))),
        };
        let mut names: Vec<&[u8]> = Vec::new();
        for name in content.split(|&byte| byte == b'\n').filter(|name| !name.is_empty()) {
            // A name with more in it would lead out of the directory.
            let is_name = name != b".." && name != b"." && !name.contains(&b'/');
            if !is_name || name.contains(&0) || names.len() == MAX_TABLES {
                return Err(gap(&path, RefFault::TableList));
            }
            names.push(name);
        }
        let mut left: usize = super::MAX_EXPANDED;
        let tables = names.into_iter().map(|name| {
            let path = directory.join(path_from_bytes(name));
            let content = match read(&path) {
                Ok(Some(content)) => match left.checked_sub(content.len()) {
                    Some(rest) => {
                        left = rest;
                        Ok(content)
                    }
                    None => Err(RefFault::TooMuch),
                },
                Ok(None) => Err(RefFault::NoTable),
                Err(error) => Err(unreadable(&error)),
            };
            (path, content)
        });
        Ok(Self { tables: tables.collect() })
    }

    /// Whether a table is not there.
    fn is_outdated(&self) -> bool {
        self.tables.iter().any(|(path, content)| content.is_err() && !path.exists())
    }
}

fn gap(path: &Path, fault: RefFault) -> Gap {
    Gap::of_ref(Subject::path(path), fault)
}

fn unreadable(error: &std::io::Error) -> RefFault {
    RefFault::Unreadable(error.to_string())
}
