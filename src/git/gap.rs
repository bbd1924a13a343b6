//! What of a repository could not be read.

/// What mends any repository that has a remote.
pub(crate) const MEND_COPY: &str = "fetch a whole copy: git clone --mirror URL";

/// What mends a directory that cannot be listed.
pub(crate) const MEND_DIRECTORY: &str =
    "mend the directory or its permissions, or scan as a user who may read it";

/// What mends damage.
pub(crate) const MEND_DAMAGE: &str =
    "git fsck shows damage; fetch a whole copy: git clone --mirror URL";

/// A kind of thing that a scan could not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A repository as a whole.
    Repository,
    /// An object that is stored but damaged.
    Object,
    /// An object that is named and not stored.
    MissingObject,
    /// An object that is named and not stored, which the remote of a partial clone has promised to
    /// deliver.
    PromisedObject,
    /// A pack or its index.
    Pack,
    /// A directory.
    Directory,
    /// A file of the git directory.
    File,
    /// The object directory of another repository.
    Alternate,
    /// A ref.
    Ref,
    /// The history before a shallow clone's boundary.
    ShallowBoundary,
    /// A revision that names nothing.
    Revision,
    /// An archive, or something in it.
    Archive,
}

impl What {
    /// The name as it stands in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Object => "object",
            Self::MissingObject | Self::PromisedObject => "missing-object",
            Self::Pack => "pack",
            Self::Directory => "directory",
            Self::File => "file",
            Self::Alternate => "alternate",
            Self::Ref => "ref",
            Self::ShallowBoundary => "shallow-boundary",
            Self::Revision => "revision",
            Self::Archive => "archive",
        }
    }
}

/// One thing that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// What kind of thing.
    pub what: What,
    /// Which one: an object's id, a path, a ref's name.
    pub id: String,
    /// Why.
    pub reason: String,
    /// What mends it, with the command where there is one.
    pub mend: Option<&'static str>,
    /// Of an archive among the objects: a path at which a commit has it.
    pub path: Option<String>,
}

impl Skipped {
    /// Text in `id`, `reason` and `path` may come from the repository; whoever shows it escapes it.
    pub fn new(what: What, id: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what, id: id.into(), reason: reason.into(), mend: None, path: None }
    }

    /// Adds where it stands.
    #[must_use]
    pub(crate) fn at(self, path: Option<String>) -> Self {
        Self { path, ..self }
    }

    /// Adds what mends it.
    #[must_use]
    pub fn mend(self, mend: &'static str) -> Self {
        Self { mend: Some(mend), ..self }
    }
}
