//! What a repository says that it has: refs, reflogs, the index.

use std::collections::BTreeMap;
use std::fs::FileType;
use std::io;
use std::path::{Path, PathBuf};

use super::reftable::{RefValue, Stack};
use crate::bytes::to_text;
use crate::git::gap::{Cause, Gap, RefFault, Referrer, Subject};
use crate::git::index::Index;
use crate::git::io::small_file::{is_absent, read};
use crate::git::object::id::{HashKind, ObjectId};
use crate::git::refs::lookup::is_ref_name;
use crate::git::repository::locate::Located;

/// Directories below `refs` and `logs` are followed no deeper; git's names are shorter than a path
/// may be.
const MAX_DIRECTORIES: u32 = 256;

/// The objects that a repository names outside of its objects.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// Every ref that names an object, by its full name. Worktrees' own refs are called
    /// `worktrees/NAME/…`, as git does.
    pub(crate) refs: BTreeMap<String, ObjectId>,
    /// The commit that is checked out in the worktree that was given, or that a bare repository
    /// points to.
    pub(crate) head: Option<ObjectId>,
    /// Ids in reflogs and indexes, each with where it stands.
    pub(crate) others: Vec<(ObjectId, NamedBy)>,
    /// The commits whose parents a shallow clone cut off.
    pub(crate) shallow: Vec<ObjectId>,
    /// Whether some refs could not be read, so that anything may be reachable.
    pub(crate) has_unknown_refs: bool,
    has_reftable: bool,
    pub(crate) gaps: Vec<Gap>,
}

/// Where an id stands, besides refs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NamedBy {
    Reflog(String),
    Index(String),
}

/// What names an object outside of the objects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claimant<'c> {
    Ref(&'c str),
    Other(&'c NamedBy),
}

impl Claimant<'_> {
    pub(crate) fn to_referrer(self) -> Referrer {
        match self {
            Self::Ref(name) => Referrer::Ref(name.to_owned()),
            Self::Other(NamedBy::Reflog(name)) => Referrer::Reflog(name.clone()),
            Self::Other(NamedBy::Index(path)) => Referrer::Index(path.clone()),
        }
    }
}

impl Claims {
    /// Reads what the refs, reflogs and indexes of all worktrees name. `own_index` reads that of the
    /// worktree that was given.
    pub(crate) fn read<'i>(
        located: &Located,
        own_index: impl Fn() -> Result<Option<&'i Index>, &'i Gap>,
    ) -> Self {
        let mut claims = Self { has_reftable: located.config.has_reftable, ..Self::default() };
        let hash = located.hash();
        let common = &located.common;
        let mut symbolic = BTreeMap::new();
        if !claims.has_reftable {
            claims.read_packed_refs(&common.join("packed-refs"), hash);
        }
        let mut directories = vec![(common.clone(), String::new())];
        for worktree in claims.subdirectories(&common.join("worktrees")) {
            let prefix = format!("worktrees/{}/", file_name(&worktree));
            directories.push((worktree, prefix));
        }
        for (directory, prefix) in directories {
            claims.read_git_dir(&directory, &prefix, hash, &mut symbolic);
            let path = directory.join("index");
            if directory == located.git_dir {
                claims.note_index(&path, own_index());
            } else {
                let index = Index::read(&path, &directory, hash);
                claims.note_index(&path, index.as_ref().map(Option::as_ref));
            }
        }
        claims.resolve(&symbolic);
        claims.head = claims.refs.get(&located.head).copied();
        match read_shallow(located) {
            Ok(shallow) => claims.shallow = shallow,
            Err(gap) => claims.gaps.push(gap),
        }
        claims
    }

    /// Every named id with where it stands.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&ObjectId, Claimant<'_>)> {
        let refs = self.refs.iter().map(|(name, id)| (id, Claimant::Ref(name)));
        let others = self.others.iter().map(|(id, origin)| (id, Claimant::Other(origin)));
        refs.chain(others)
    }

    /// Reads one git directory: the shared one, or a linked worktree's own.
    fn read_git_dir(
        &mut self,
        directory: &Path,
        prefix: &str,
        hash: HashKind,
        symbolic: &mut BTreeMap<String, String>,
    ) {
        // With reftables, the files that are there all the same say so, and nothing else.
        if self.has_reftable {
            self.read_reftables(&directory.join("reftable"), prefix, hash, symbolic);
        } else {
            self.read_ref(&directory.join("HEAD"), format!("{prefix}HEAD"), hash, symbolic);
            let refs = directory.join("refs");
            self.walk(&refs, &format!("{prefix}refs"), 0, &mut |claims, path, name| {
                claims.read_ref(path, name, hash, symbolic);
            });
        }
        self.walk(
            &directory.join("logs"),
            prefix.trim_end_matches('/'),
            0,
            &mut |claims, path, name| {
                claims.read_reflog(path, &name, hash);
            },
        );
    }

    fn read_ref(
        &mut self,
        path: &Path,
        name: String,
        hash: HashKind,
        symbolic: &mut BTreeMap<String, String>,
    ) {
        let content = match read(path) {
            Ok(Some(content)) => content,
            Ok(None) => return,
            Err(error) => {
                self.has_unknown_refs = true;
                return self.gaps.push(Gap::unreadable(path, &error));
            }
        };
        let text = content.trim_ascii();
        if let Some(target) = text.strip_prefix(b"ref:").map(<[u8]>::trim_ascii)
            && may_lead_to(&name, target)
        {
            symbolic.insert(name, to_text(target));
        } else if let Some((id, rest)) = text.split_at_checked(hash.len() * 2)
            && let Some(id) = ObjectId::from_hex(id, hash)
            && rest.first().is_none_or(u8::is_ascii_whitespace)
        {
            self.refs.insert(name, id);
        } else {
            self.has_unknown_refs = true;
            self.gaps.push(Gap::of_ref(Subject::Name(name), RefFault::NoObject));
        }
    }

    /// Reads refs and reflogs that are in tables instead of files.
    fn read_reftables(
        &mut self,
        directory: &Path,
        prefix: &str,
        hash: HashKind,
        symbolic: &mut BTreeMap<String, String>,
    ) {
        let (stack, gaps) = Stack::read(directory, hash);
        self.has_unknown_refs |= !gaps.is_empty();
        if gaps.is_empty() && stack.find(b"HEAD").is_none() {
            // Every repository has one: a list that lost its tables is no repository without refs.
            self.has_unknown_refs = true;
            let head = Subject::Name(format!("{prefix}HEAD"));
            self.gaps.push(Gap::of_ref(head, RefFault::Missing));
        }
        self.gaps.extend(gaps);
        for (name, value) in stack.refs() {
            // Git keeps nothing for the sake of the others (`ORIG_HEAD`).
            if name != b"HEAD" && !name.starts_with(b"refs/") {
                continue;
            }
            let name = format!("{prefix}{}", to_text(name));
            match value {
                RefValue::Object(id) | RefValue::Tag { id, .. } => {
                    self.refs.insert(name, *id);
                }
                RefValue::Symbolic(target) => {
                    symbolic.insert(name, to_text(target));
                }
                RefValue::Deleted => {}
            }
        }
        for ((name, _), entry) in stack.logs() {
            let name = format!("{prefix}{}", to_text(name));
            self.note_reflog([entry.old, entry.new], &name);
        }
    }

    fn read_packed_refs(&mut self, path: &Path, hash: HashKind) {
        let content = match read(path) {
            Ok(content) => content.unwrap_or_default(),
            Err(error) => {
                self.has_unknown_refs = true;
                return self.gaps.push(Gap::unreadable(path, &error));
            }
        };
        let digits = hash.len() * 2;
        // Each line has an end: one without is the rest of a file that was cut.
        let mut damaged = u64::from(!content.is_empty() && !content.ends_with(b"\n"));
        for (number, line) in content.split(|&byte| byte == b'\n').enumerate() {
            // `#` begins the header, `^` the object that the tag above is about.
            if line.is_empty() || number == 0 && line.starts_with(b"#") {
                continue;
            }
            if let Some(peeled) = line.strip_prefix(b"^") {
                damaged += u64::from(ObjectId::from_hex(peeled, hash).is_none());
                continue;
            }
            let id = line.get(..digits).and_then(|id| ObjectId::from_hex(id, hash));
            let name = line.get(digits..).and_then(|rest| rest.strip_prefix(b" "));
            if let (Some(id), Some(name)) = (id, name) {
                damaged += u64::from(!is_ref_name(name));
                self.refs.insert(to_text(name), id);
            } else {
                damaged += 1;
            }
        }
        if damaged > 0 {
            self.has_unknown_refs = true;
            self.gaps.push(Gap::of_ref(Subject::path(path), RefFault::Lines(damaged)));
        }
    }

    fn read_reflog(&mut self, path: &Path, name: &str, hash: HashKind) {
        let content = match read(path) {
            Ok(content) => content.unwrap_or_default(),
            Err(error) => return self.gaps.push(Gap::unreadable(path, &error)),
        };
        let digits = hash.len() * 2;
        for line in content.split(|&byte| byte == b'\n') {
            let ids = [line.get(..digits), line.get(digits + 1..2 * digits + 1)];
            let ids = ids.into_iter().flatten().filter_map(|id| ObjectId::from_hex(id, hash));
            self.note_reflog(ids, name);
        }
    }

    /// Notes what a line of a reflog names.
    fn note_reflog(&mut self, ids: impl IntoIterator<Item = ObjectId>, name: &str) {
        for id in ids {
            // Neighbouring lines share an id: one's new is the next one's old.
            let is_new = self.others.last().is_none_or(|(last, _)| *last != id);
            if is_new && !id.is_zero() {
                self.others.push((id, NamedBy::Reflog(name.to_owned())));
            }
        }
    }

    /// Notes what an index names.
    fn note_index(&mut self, path: &Path, index: Result<Option<&Index>, &Gap>) {
        match index {
            Ok(Some(index)) => {
                let shown = path.display().to_string();
                let named_by = || NamedBy::Index(shown.clone());
                self.others.extend(index.objects().map(|id| (id, named_by())));
            }
            Ok(None) => {}
            Err(gap) => self.gaps.push(gap.clone()),
        }
    }

    /// Follows symbolic refs (`ref: refs/heads/main`); one to a branch without commits names
    /// nothing.
    fn resolve(&mut self, symbolic: &BTreeMap<String, String>) {
        for (name, target) in symbolic {
            let mut target = target;
            // Git gives up after five steps.
            for _ in 0..5 {
                if let Some(&id) = self.refs.get(target) {
                    self.refs.insert(name.clone(), id);
                    break;
                }
                let Some(next) = symbolic.get(target) else { break };
                target = next;
            }
            // A branch may have no commit yet; nothing else that is checked out can be missing.
            if is_head(name) && !self.refs.contains_key(name) && !target.starts_with("refs/heads/")
            {
                self.has_unknown_refs = true;
                self.gaps.push(Gap::of_ref(Subject::Name(name.clone()), RefFault::NoObject));
            }
        }
    }

    /// Calls `each` for every file below `directory`, with the name that the path makes.
    fn walk(
        &mut self,
        directory: &Path,
        name: &str,
        depth: u32,
        each: &mut dyn FnMut(&mut Self, &Path, String),
    ) {
        for (path, file_type) in self.list(directory) {
            let part = file_name(&path);
            // No part of a ref's name begins with a dot, and git passes such files over.
            if part.starts_with('.') {
                continue;
            }
            let name = if name.is_empty() { part } else { format!("{name}/{part}") };
            // A symbolic link to a directory is not followed: it may lead back here.
            if file_type.is_dir() && depth < MAX_DIRECTORIES {
                self.walk(&path, &name, depth + 1, each);
            } else if !is_lock(&path) {
                each(self, &path, name);
            }
        }
    }

    fn subdirectories(&mut self, directory: &Path) -> Vec<PathBuf> {
        let entries = self.list(directory);
        entries.into_iter().filter(|(_, kind)| kind.is_dir()).map(|(path, _)| path).collect()
    }

    fn list(&mut self, directory: &Path) -> Vec<(PathBuf, FileType)> {
        let listing = std::fs::read_dir(directory).and_then(|entries| {
            entries
                .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
                .collect::<io::Result<Vec<_>>>()
        });
        match listing {
            Ok(mut entries) => {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                entries
            }
            Err(error) if is_absent(&error) => Vec::new(),
            Err(error) => {
                self.has_unknown_refs = true;
                self.gaps.push(Gap::unlistable(directory, &error));
                Vec::new()
            }
        }
    }
}

/// The commits whose parents a shallow clone cut off.
pub(crate) fn read_shallow(located: &Located) -> Result<Vec<ObjectId>, Gap> {
    let path = located.common.join("shallow");
    let content = read(&path).map_err(|error| Gap::unreadable(&path, &error))?.unwrap_or_default();
    let lines = content.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let ids = lines.filter(|line| !line.is_empty());
    ids.map(|line| {
        ObjectId::from_hex(line, located.hash())
            .ok_or_else(|| Gap::new(Subject::path(&path), Cause::ShallowFile))
    })
    .collect()
}

/// Whether a symbolic ref of this name may lead there: what is checked out is a ref below `refs`.
fn may_lead_to(name: &str, target: &[u8]) -> bool {
    is_ref_name(target) && (!is_head(name) || target.starts_with(b"refs/"))
}

/// Whether this is what a worktree has checked out.
fn is_head(name: &str) -> bool {
    let own = name.strip_prefix("worktrees/").and_then(|rest| rest.split_once('/'));
    own.map_or(name, |(_, own)| own) == "HEAD"
}

fn file_name(path: &Path) -> String {
    to_text(path.file_name().unwrap_or_default().as_encoded_bytes())
}

/// Git's own temporary files; no ref can have such a name.
fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
}
