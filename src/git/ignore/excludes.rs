//! Which files git would not add: the patterns of `.gitignore` files and of `info/exclude`.

use std::path::Path;
use std::sync::Arc;

use crate::git::ignore::pattern::Pattern;
use crate::git::io::small_file::{is_absent, open_regular};

/// A larger file of patterns is not read, in bytes; git's own limit is the same.
const MAX_LEN: u64 = 100 << 20;

/// The patterns of one file.
#[derive(Debug, Default)]
struct Patterns(Vec<Pattern>);

impl Patterns {
    fn parse(content: &[u8]) -> Self {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        Self(content.split(|&byte| byte == b'\n').filter_map(Pattern::parse).collect())
    }

    /// Whether a path is ignored; `None` when no pattern says anything.
    fn verdict(&self, path: &[u8], is_directory: bool) -> Option<bool> {
        let mut patterns = self.0.iter().rev();
        let last = patterns.find(|pattern| pattern.matches(path, is_directory));
        last.map(|pattern| !pattern.is_negated)
    }
}

/// The patterns that count in a directory: its own, then those of the directories above it.
#[derive(Debug)]
pub(crate) struct Excludes {
    patterns: Patterns,
    /// How many bytes of a path lead to the directory of the file.
    depth: usize,
    above: Option<Arc<Excludes>>,
}

impl Excludes {
    /// Those of the whole repository, `info/exclude`.
    pub(crate) fn of_repository(common: &Path) -> Arc<Self> {
        // A file that cannot be read leaves out nothing; the scan of the git directory tells it.
        let patterns = load(&common.join("info/exclude")).ok().flatten().unwrap_or_default();
        Arc::new(Self { patterns, depth: 0, above: None })
    }

    /// Adds those of a directory, given its path in the working tree.
    pub(crate) fn enter(
        self: &Arc<Self>,
        directory: &Path,
        name: &[u8],
    ) -> std::io::Result<Arc<Self>> {
        let Some(patterns) = load(&directory.join(".gitignore"))? else {
            return Ok(Arc::clone(self));
        };
        let depth = if name.is_empty() { 0 } else { name.len() + 1 };
        Ok(Arc::new(Self { patterns, depth, above: Some(Arc::clone(self)) }))
    }

    /// Whether a path in the working tree is ignored, given that no directory above it is.
    pub(crate) fn ignores(&self, path: &[u8], is_directory: bool) -> bool {
        let mut level = Some(self);
        while let Some(excludes) = level {
            let own = path.get(excludes.depth..).unwrap_or_default();
            if let Some(verdict) = excludes.patterns.verdict(own, is_directory) {
                return verdict;
            }
            level = excludes.above.as_deref();
        }
        false
    }
}

/// Reads a file of patterns; `Ok(None)` when there is none. Git follows no link here either.
fn load(path: &Path) -> std::io::Result<Option<Patterns>> {
    use std::io::Read as _;
    let is_file = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Ok(None);
    }
    let mut content = Vec::new();
    match open_regular(path, false) {
        Ok(file) => file.take(MAX_LEN).read_to_end(&mut content)?,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    // What no pattern leaves out is read: to know fewer of them is safe.
    let whole = if content.len() as u64 == MAX_LEN { &b""[..] } else { &content };
    Ok(Some(Patterns::parse(whole)))
}
