//! Searches the names in `packed-refs`.

use std::path::Path;

use crate::git::gap::Gap;
use crate::git::io::small_file::{is_absent, read};
use crate::scan::report::finding::Source;
use crate::scan::search::files::{FileSearch, Links, Place};

/// Searches the file, and reports each ref whose line has a token by its name.
pub(super) fn search(search: &mut FileSearch<'_>, path: &Path, name: &[u8]) {
    // Of a million refs, next to none has a token: they are not looked at one by one.
    match search.has_token(path) {
        Ok(false) => return,
        Ok(true) => {}
        Err(error) if is_absent(&error) => return,
        Err(error) => return search.skip(Gap::unreadable(path, &error)),
    }
    let mut is_reported = false;
    let content = read(path).ok().flatten().unwrap_or_default();
    for line in content.split(|&byte| byte == b'\n') {
        // An id, a space and the name. Lines of other forms are reported as they are.
        let path = memchr::memchr(b' ', line)
            .filter(|&space| line[..space].iter().all(u8::is_ascii_hexdigit))
            .map_or(line, |space| &line[space + 1..]);
        is_reported |= search.path(Place { source: Source::RefName, path }, None);
    }
    if !is_reported {
        // Too large for the memory, or no line has it alone.
        search.file(path, Links::Follow, Place { source: Source::RefName, path: name });
    }
}
