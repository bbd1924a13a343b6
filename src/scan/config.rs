//! The few settings of a repository that say how its objects are stored.
//!
//! Nothing else in the file takes effect, includes are not followed, and what is not understood is
//! passed over.

use super::id::HashKind;

/// What a repository's configuration says about its storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StorageConfig {
    pub(super) is_sha256: bool,
    pub(super) has_reftable: bool,
    /// Whether some remote has promised to deliver absent objects on demand.
    pub(super) is_partial_clone: bool,
    /// The names of the remotes.
    pub(super) remotes: Vec<String>,
}

impl StorageConfig {
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut config = Self::default();
        let mut section = String::new();
        for line in String::from_utf8_lossy(text).lines() {
            let mut line = line.trim();
            if let Some((name, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            {
                // `[remote "origin"]`: a name, and a subsection, which only `remote` may have here.
                let (name, subsection) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
                section = name.to_ascii_lowercase();
                if section == "remote" {
                    config.remotes.push(subsection.trim().trim_matches('"').replace('\\', ""));
                }
                if section != "remote" && !subsection.trim().is_empty() || name.contains('.') {
                    section.clear();
                }
                line = rest.trim_start();
            }
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            let value = value.split(['#', ';']).next().unwrap_or_default();
            let value = value.trim().trim_matches('"').to_ascii_lowercase();
            match (section.as_str(), key.trim().to_ascii_lowercase().as_str()) {
                ("extensions", "objectformat") => config.is_sha256 = value == "sha256",
                ("extensions", "refstorage") => config.has_reftable = value == "reftable",
                ("extensions", "partialclone") => config.is_partial_clone = true,
                ("remote", "promisor") => {
                    config.is_partial_clone |=
                        !matches!(value.as_str(), "false" | "no" | "off" | "0");
                }
                _ => {}
            }
        }
        config
    }

    pub(super) const fn hash(&self) -> HashKind {
        if self.is_sha256 { HashKind::Sha256 } else { HashKind::Sha1 }
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
    }
}
