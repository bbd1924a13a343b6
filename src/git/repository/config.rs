//! The few settings of a repository that say how its objects are stored.
//!
//! Nothing else in the file takes effect, includes are not followed, and what is not understood is
//! passed over.

use std::iter::Peekable;
use std::str::Chars;

use crate::git::gap::ConfigFault;
use crate::git::object::id::HashKind;

/// Extensions that change neither where objects and refs are nor how they are read, and those that
/// are read here (gitrepository-layout, "technical/repository-version").
const KNOWN_EXTENSIONS: [&str; 10] = [
    "compatobjectformat",
    "noop",
    "noop-v1",
    "objectformat",
    "partialclone",
    "preciousobjects",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
    "worktreeconfig",
];

/// The latest version of the layout.
const LAYOUT: u32 = 1;

/// What a repository's configuration says about its storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StorageConfig {
    pub(crate) is_sha256: bool,
    pub(crate) has_reftable: bool,
    /// Whether some remote has promised to deliver absent objects on demand.
    pub(crate) is_partial_clone: bool,
    /// The names of the remotes.
    pub(crate) remotes: Vec<String>,
    /// A setting that says that something is stored in a way that is not read here.
    pub(crate) unknown: Option<String>,
    /// What in the file git would refuse, and the whole repository with it.
    pub(crate) damage: Option<ConfigFault>,
}

impl StorageConfig {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut config = Self::default();
        let (mut extension, mut version) = (None, 0);
        let text = String::from_utf8_lossy(text);
        let mut reader = Reader::new(&text);
        while let Some(setting) = reader.next() {
            let value = setting.value.as_deref();
            let is_on = !matches!(
                value.map(str::to_ascii_lowercase).as_deref(),
                Some("false" | "no" | "off" | "0" | "")
            );
            match (setting.section, setting.subsection, setting.key.as_str()) {
                ("remote", Some(name), key) => {
                    if key.is_empty() {
                        config.remotes.push(name.to_owned());
                    }
                    config.is_partial_clone |= key == "promisor" && is_on;
                }
                ("core", None, "repositoryformatversion") => {
                    version = value.and_then(|value| value.parse().ok()).unwrap_or(u32::MAX);
                }
                ("extensions", None, key @ ("objectformat" | "refstorage")) => {
                    let value = value.unwrap_or_default().to_ascii_lowercase();
                    match (key, value.as_str()) {
                        ("objectformat", "sha1") => config.is_sha256 = false,
                        ("objectformat", "sha256") => config.is_sha256 = true,
                        ("refstorage", "files") => config.has_reftable = false,
                        ("refstorage", "reftable") => config.has_reftable = true,
                        _ => config.unknown = Some(format!("extensions.{key} = {value}")),
                    }
                }
                ("extensions", None, "partialclone") => config.is_partial_clone = true,
                ("extensions", None, key)
                    if !key.is_empty() && !KNOWN_EXTENSIONS.contains(&key) =>
                {
                    extension = Some(format!("extensions.{key}"));
                }
                _ => {}
            }
        }
        config.damage = reader.damage;
        if version > LAYOUT {
            config.unknown = Some(format!("core.repositoryFormatVersion = {version}"));
        } else if version == LAYOUT {
            // Version 0 knows none, so that git passes over them there.
            config.unknown = config.unknown.or(extension);
        }
        config
    }

    pub(crate) const fn hash(&self) -> HashKind {
        if self.is_sha256 { HashKind::Sha256 } else { HashKind::Sha1 }
    }
}

/// One line of a configuration; one without a key is where a section begins.
#[derive(Debug, PartialEq, Eq)]
struct Setting<'r> {
    section: &'r str,
    subsection: Option<&'r str>,
    key: String,
    /// `None` where there is no `=`, which means "true".
    value: Option<String>,
}

/// Reads the syntax that git-config(1) describes.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    section: String,
    subsection: Option<String>,
    damage: Option<ConfigFault>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rest = text.chars().peekable();
        Self { rest, section: String::new(), subsection: None, damage: None }
    }

    fn next(&mut self) -> Option<Setting<'_>> {
        loop {
            let next = *self.rest.peek()?;
            if next.is_ascii_whitespace() {
                self.rest.next();
            } else if next == '[' {
                self.rest.next();
                self.header();
                return Some(self.setting(String::new(), None));
            } else if next.is_ascii_alphabetic() {
                let key = self.word().to_ascii_lowercase();
                self.skip_blanks();
                let value = self.rest.next_if_eq(&'=').map(|_| self.value());
                if !matches!(self.rest.peek(), None | Some('\n')) {
                    self.damage = Some(ConfigFault::Setting);
                }
                return Some(self.setting(key, value));
            } else {
                if !matches!(next, '#' | ';') {
                    self.damage = Some(ConfigFault::Line);
                }
                self.skip_line();
            }
        }
    }

    fn setting(&self, key: String, value: Option<String>) -> Setting<'_> {
        let (section, subsection) = (self.section.as_str(), self.subsection.as_deref());
        Setting { section, subsection, key, value }
    }

    /// Reads `remote "origin"]`, or the same in the older form `remote.origin]`.
    fn header(&mut self) {
        let name = self.word().to_ascii_lowercase();
        let (section, old_subsection) = match name.split_once('.') {
            Some((section, subsection)) => (section, Some(subsection.to_owned())),
            None => (name.as_str(), None),
        };
        self.section = section.to_owned();
        self.subsection = old_subsection;
        self.skip_blanks();
        if self.rest.next_if_eq(&'"').is_some() {
            let mut subsection = String::new();
            while let Some(next) = self.rest.next_if(|&next| next != '\n') {
                match next {
                    '"' => break,
                    '\\' => subsection.extend(self.rest.next_if(|&next| next != '\n')),
                    _ => subsection.push(next),
                }
            }
            self.subsection = Some(subsection);
        }
        if self.rest.next_if_eq(&']').is_none() {
            // No section that git would know.
            self.damage = Some(ConfigFault::Section);
            self.section.clear();
            self.skip_line();
        }
    }

    /// Reads up to the end of the line: without what is around it, comments and quotes, and with
    /// what the escapes stand for.
    fn value(&mut self) -> String {
        let (mut value, mut length, mut is_quoted) = (String::new(), 0, false);
        while let Some(next) = self.rest.next_if(|&next| next != '\n') {
            match next {
                '"' => is_quoted = !is_quoted,
                '#' | ';' if !is_quoted => {
                    self.skip_line();
                    break;
                }
                '\\' => match self.rest.next() {
                    Some('\r') if self.rest.next_if_eq(&'\n').is_some() => continue,
                    Some('\n') | None => continue,
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some(other) => {
                        if !matches!(other, 'b' | '"' | '\\') {
                            self.damage = Some(ConfigFault::Value);
                        }
                        value.push(other);
                    }
                },
                _ if next.is_ascii_whitespace() && !is_quoted => {
                    if !value.is_empty() {
                        value.push(next);
                    }
                    // Counts only if something follows.
                    continue;
                }
                _ => value.push(next),
            }
            length = value.len();
        }
        if is_quoted {
            self.damage = Some(ConfigFault::Value);
        }
        value.truncate(length);
        value
    }

    /// Reads a name of letters, digits, `-` and `.`.
    fn word(&mut self) -> String {
        let mut word = String::new();
        let is_part = |next: &char| next.is_ascii_alphanumeric() || matches!(next, '-' | '.');
        while let Some(next) = self.rest.next_if(is_part) {
            word.push(next);
        }
        word
    }

    fn skip_blanks(&mut self) {
        while self.rest.next_if(|&next| next != '\n' && next.is_ascii_whitespace()).is_some() {}
    }

    fn skip_line(&mut self) {
        while self.rest.next_if(|&next| next != '\n').is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::StorageConfig;

    #[test]
    fn storage_settings_are_read_as_git_reads_them() {
        let read = |text: &str| StorageConfig::parse(text.as_bytes());
        assert_eq!(read(""), StorageConfig::default());
        assert!(read("[core]\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n").is_sha256);
        assert!(read("[Extensions] ObjectFormat=\"SHA256\" # comment\n").is_sha256);
        assert!(!read("[extensions \"x\"]\n\tobjectformat = sha256\n").is_sha256);
        assert!(!read("[extensions.x]\n\tobjectformat = sha256\n").is_sha256);
        assert!(!read("[core]\n\tobjectformat = sha256\n").is_sha256);
        assert!(read("[extensions]\nrefstorage = reftable ; comment\n").has_reftable);
        assert!(read("[remote \"origin\"]\n\turl = x\n\tpromisor\n").is_partial_clone);
        assert!(!read("[remote \"origin\"]\n\tpromisor = false\n").is_partial_clone);
        let remotes = read("[remote \"origin\"]\n[Remote \"origin/Private\"]\n[remotes]\n").remotes;
        assert_eq!(remotes, ["origin", "origin/Private"]);
        assert!(read("[extensions]\n\tpartialClone = origin\n").is_partial_clone);
        assert!(read("\u{feff}[extensions]\nobjectformat = \\\n sha2\"5\"6  ; x\n").is_sha256);
        assert!(!read("[extensions]\nobjectformat = sha256\nobjectformat = sha1\n").is_sha256);
        assert!(!read("[core]\nx = \"[extensions]\\nobjectformat = sha256\"\n").is_sha256);
        assert!(!read("# [extensions]\n;[extensions]\nobjectformat = sha256\n").is_sha256);
        assert_eq!(read("[remote \"a\\\"]b\\\\\"] promisor").remotes, ["a\"]b\\"]);
        assert!(read("[remote.origin]\n\tpromisor = yes\n").is_partial_clone);
    }

    #[test]
    fn what_git_would_refuse_is_told() {
        let is_damaged = |text: &str| StorageConfig::parse(text.as_bytes()).damage.is_some();
        for text in [
            "",
            "[core]\n\tbare = true\r\n\n# c\n; c\n[a \"b\"] x\ny = \"a # b\" # c\n",
            "[a]\nb = c\\\n  d \\\\ \\\" \\n\\t\\b\nkey\nlast",
            "[a.b]\nc-d=e;f\n",
        ] {
            assert!(!is_damaged(text), "{text}");
        }
        for text in [
            "[core\nbare = true\n",
            "[a]\nb\u{1} = c\n",
            "[a]\n\u{1}b = c\n",
            "[a]\nb = \"c\n",
            "[a]\nb = \\x\n",
            "[a]\nb c\n",
            "[a b]\n",
            "\u{fffd}[a]\n",
        ] {
            assert!(is_damaged(text), "{text}");
        }
    }

    #[test]
    fn what_changes_the_storage_in_an_unknown_way_is_told() {
        let unknown = |text: &str| StorageConfig::parse(text.as_bytes()).unknown;
        let version = |version: &str| format!("[core]\nrepositoryformatversion = {version}\n");
        let extension = |text: &str| format!("{}[extensions]\n{text}\n", version("1"));
        assert_eq!(unknown(&version("0")), None);
        assert_eq!(unknown(&version("1")), None);
        assert_eq!(unknown(&version("2")).as_deref(), Some("core.repositoryFormatVersion = 2"));
        assert!(unknown(&version("x")).is_some() && unknown(&version("-1")).is_some());
        assert_eq!(unknown(&extension("Foo = true")).as_deref(), Some("extensions.foo"));
        assert_eq!(unknown(&extension("noop\nworktreeConfig = true")), None);
        assert_eq!(unknown("[extensions]\nfoo = true\n"), None);
        assert!(unknown("[extensions]\nobjectFormat = sha3\n").is_some());
        assert!(unknown("[extensions]\nrefStorage = reftable:///elsewhere\n").is_some());
    }
}
