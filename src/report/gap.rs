//! Says in words what a scan did not read: why, and what to do about it.

use crate::git::gap::{
    AlternateFault, Cause, ConfigFault, IndexFault, ObjectFault, PackFault, RefFault, Referrer,
    TableFault,
};
use crate::scan::{ArchiveFault, SkipCause, Skipped};

/// Why something was not read. Text in it may come from the repository: whoever shows it escapes
/// it.
pub fn reason(skipped: &Skipped) -> String {
    match &skipped.cause {
        SkipCause::Git(cause) => git(cause),
        SkipCause::Archive(fault) => archive(fault),
        SkipCause::Revision { problem, .. } => format!("it {}", super::revision::problem(problem)),
        SkipCause::NoRepository(error) => error.to_string(),
        SkipCause::NoWorktree => "there is no working tree that could be read".to_owned(),
        SkipCause::AmbiguousIndex => {
            "it is an index of one of several repositories, and not said of which".to_owned()
        }
    }
}

/// What to do about it, as one sentence without a final period, and with the command where there
/// is one.
pub fn remedy(skipped: &Skipped) -> Option<&'static str> {
    Some(match &skipped.cause {
        SkipCause::Git(cause) => remedy_of_git(cause),
        SkipCause::Archive(_) => match skipped.object() {
            Some(_) => "open the archive by other means (git cat-file blob ID), and accept it",
            None => return None,
        },
        SkipCause::Revision { problem, is_shallow } => {
            super::revision::remedy(problem, *is_shallow)
        }
        SkipCause::NoRepository(_) => return None,
        SkipCause::NoWorktree => "give the path of a working tree",
        SkipCause::AmbiguousIndex => "scan one repository",
    })
}

/// Remedy for damage of what git stores.
const FETCH_COPY: &str = "git fsck shows damage; fetch a whole copy: git clone --mirror URL";

/// What mends any repository that has a remote.
const MIRROR: &str = "fetch a whole copy: git clone --mirror URL";

fn remedy_of_git(cause: &Cause) -> &'static str {
    match cause {
        Cause::Unreadable(_) => "mend the file or its permissions; git fsck shows damage",
        Cause::Unlistable(_) | Cause::ForeignIds => {
            "mend the directory or its permissions, or scan as a user who may read it"
        }
        Cause::Object { fault: ObjectFault::TooLarge(_), .. } => {
            "search it by other means, and accept it"
        }
        Cause::NotStored(Referrer::HeadOrIndex | Referrer::StagedFile(_)) => {
            "git fsck shows what else is missing"
        }
        Cause::NotStored(_) => MIRROR,
        Cause::NotFetched(_) => "fetch what the filter left out: git fetch --refetch --no-filter",
        Cause::Shallow { .. } => "fetch the whole history: git fetch --unshallow",
        Cause::Pack(PackFault::NoIndex) => "make the index: git index-pack PACK",
        Cause::Alternate(_) => {
            "bring the directory back, or fetch a whole copy: git clone --mirror URL"
        }
        Cause::Index(_) => {
            "make the index anew, which unstages everything: rm .git/index && git reset"
        }
        Cause::Config(_) => "git config --list names the line: mend it",
        Cause::Layout(_) => {
            "let a git that knows it make a copy, and scan that: git clone --mirror REPO COPY"
        }
        Cause::Object { .. } | Cause::ShallowFile | Cause::Pack(_) | Cause::Ref(_) => FETCH_COPY,
    }
}

/// Why git's data cannot be read.
pub(super) fn git(cause: &Cause) -> String {
    match cause {
        Cause::Unreadable(error) => format!("cannot be read: {error}"),
        Cause::Unlistable(error) => format!("cannot be listed: {error}"),
        Cause::ForeignIds => "cannot be listed: an object's name has the length of another hash \
                              than the repository's"
            .to_owned(),
        Cause::Object { fault, referrer: None } => object(fault),
        Cause::Object { fault, referrer: Some(by) } => {
            format!("{}; {}", object(fault), referrer(by))
        }
        Cause::NotStored(by) => format!("{}; it is not stored here", referrer(by)),
        Cause::NotFetched(by) => format!("{}; it was not fetched (partial clone)", referrer(by)),
        Cause::Shallow { commits: 1 } => {
            "the history before this commit was not fetched".to_owned()
        }
        Cause::Shallow { commits } => {
            format!("the history before {commits} commits was not fetched")
        }
        Cause::ShallowFile => "a line is damaged: what was fetched is not known".to_owned(),
        Cause::Pack(fault) => pack(fault),
        Cause::Alternate(fault) => {
            let fault = match fault {
                AlternateFault::Unreadable(error) => error,
                AlternateFault::NotADirectory => "not a directory",
                AlternateFault::TooMany => "there are too many",
                AlternateFault::TooDeep => "nested deeper than git follows",
            };
            format!("objects are borrowed from a directory that cannot be read: {fault}")
        }
        Cause::Ref(fault) => git_ref(fault),
        Cause::Index(fault) => format!("the index cannot be read: {}", index(*fault)),
        Cause::Config(fault) => {
            let what = match fault {
                ConfigFault::Line => "a line",
                ConfigFault::Setting => "a setting",
                ConfigFault::Section => "the name of a section",
                ConfigFault::Value => "a value",
            };
            format!("{what} in it is damaged, so that git refuses the repository")
        }
        Cause::Layout(setting) => format!(
            "{setting} is not known here: objects or refs may be kept where they are not looked for"
        ),
    }
}

/// What leads to an object.
fn referrer(referrer: &Referrer) -> String {
    match referrer {
        Referrer::Ref(name) => format!("the ref {name} names it"),
        Referrer::Reflog(name) => format!("the reflog of {name} names it"),
        Referrer::Index(path) => format!("the index {path} names it"),
        Referrer::TreeOf(commit) => format!("it is the tree of commit {commit}"),
        Referrer::ParentOf(commit) => format!("commit {commit} names it as a parent"),
        Referrer::Tag(tag) => format!("tag {tag} names it"),
        Referrer::Commit(commit, Some(path)) => format!("commit {commit} has it at {path}"),
        Referrer::Commit(commit, None) => format!("commit {commit} leads to it"),
        Referrer::Tree(tree, Some(path)) => format!("tree {tree} has it at {path}"),
        Referrer::Tree(tree, None) => format!("tree {tree} leads to it"),
        Referrer::Unplaced => {
            "a tree that is no longer on any path from a commit, or a tag, names it".to_owned()
        }
        Referrer::HeadOrIndex => "HEAD or the index leads to it".to_owned(),
        Referrer::StagedFile(path) => format!("{path} is staged with it"),
        Referrer::Request => "it is asked for".to_owned(),
    }
}

/// What is wrong with an object.
pub(super) fn object(fault: &ObjectFault) -> String {
    let words = match fault {
        ObjectFault::Header => "its header is damaged",
        ObjectFault::Checksum => "its packed bytes do not match the index's checksum",
        ObjectFault::Inflate => "its compressed bytes are damaged",
        ObjectFault::Delta => "its delta is damaged",
        ObjectFault::Base => "the object that its delta builds on cannot be read",
        ObjectFault::TooDeep => "its directories are nested too deep",
        ObjectFault::WrongId(id) => return format!("its content has another id, {id}"),
        ObjectFault::TooLarge(size) => {
            return format!("it is too large to build in memory: {size} bytes");
        }
        ObjectFault::File(error) => return format!("its file cannot be read: {error}"),
        ObjectFault::Kind { found, wanted } => {
            return format!("it is a {}, and named as a {}", found.name(), wanted.name());
        }
        ObjectFault::Malformed(kind) => return format!("the {} is damaged", kind.name()),
    };
    words.to_owned()
}

fn pack(fault: &PackFault) -> String {
    let words = match fault {
        PackFault::NoIndex => "the pack has no index",
        PackFault::Index => "the index is damaged",
        PackFault::Magic => "the file does not begin like a pack",
        PackFault::Offsets => "the index points outside the pack, or twice to one entry",
        PackFault::IndexChecksum => "the index does not match its own checksum",
        PackFault::OtherPack => "the pack does not end with the checksum that its index states",
        PackFault::Checksum => "the pack does not match its own checksum",
        PackFault::Unreadable(error) => {
            return format!("its .pack file cannot be read: {error}");
        }
        PackFault::UnreadableIndex(error) => return format!("its index cannot be read: {error}"),
        PackFault::Version(version) => return format!("pack version {version} is unknown"),
        PackFault::Count { pack, index } => {
            return format!("the pack says that it holds {pack} objects, its index {index}");
        }
    };
    words.to_owned()
}

fn git_ref(fault: &RefFault) -> String {
    let words = match fault {
        RefFault::NoObject => "the ref names no object",
        RefFault::Missing => "it is not there",
        RefFault::Circle => "it leads from ref to ref and to no object",
        RefFault::Lines(1) => "a line is damaged",
        RefFault::NoTableList => "the list of its tables is not there",
        RefFault::TableList => "the list of tables is damaged",
        RefFault::NoTable => "the table is not there",
        RefFault::TooMuch => "the tables before it are too large to read it too",
        RefFault::Lines(count) => return format!("{count} lines are damaged"),
        RefFault::Unreadable(error) => return format!("cannot be read: {error}"),
        RefFault::Table(fault) => return format!("refs cannot be read: {}", table(*fault)),
    };
    words.to_owned()
}

fn table(fault: TableFault) -> String {
    match fault {
        TableFault::Magic => "it is no reftable".to_owned(),
        TableFault::Version(version) => format!("its version, {version}, is not known"),
        TableFault::Hash => "its ids are of another hash than the repository's".to_owned(),
        TableFault::Footer => "its footer is damaged".to_owned(),
        TableFault::Block(at) => format!("its block at byte {at} is damaged"),
        TableFault::TooLarge(limit) => {
            format!("its names and logs take more than {} MiB", limit >> 20)
        }
    }
}

fn index(fault: IndexFault) -> String {
    let words = match fault {
        IndexFault::CutShort => "it is cut short",
        IndexFault::TooLarge => "it is larger than 4 GiB",
        IndexFault::Magic => "it does not begin like an index",
        IndexFault::Version(version) => return format!("its version, {version}, is unknown"),
        IndexFault::Entry => "an entry is damaged",
        IndexFault::Order => "its entries are not in order",
        IndexFault::Paths => "its paths take more than 1 GiB",
        IndexFault::Directories => "it has too many directories",
        IndexFault::Extension => "an extension is damaged",
        IndexFault::UnknownExtension => {
            "it has an extension that is unknown and cannot be passed over"
        }
        IndexFault::Checksum => "it does not match its own checksum",
        IndexFault::Link => "the link of a split index is damaged",
        IndexFault::OtherPart => "it is not the one that its name says",
        IndexFault::SplitPart => "it is split once more",
    };
    words.to_owned()
}

fn archive(fault: &ArchiveFault) -> String {
    match fault {
        ArchiveFault::TooLarge => "it is too large to be opened".to_owned(),
        ArchiveFault::TooLargeAtEnd => {
            "a zip file ends it: it is too large to be opened".to_owned()
        }
        ArchiveFault::Member { chain, member, reason } => {
            let chain: Vec<&str> = chain.iter().map(|format| format.name()).collect();
            match (member.as_str(), chain.as_slice()) {
                ("", []) => reason.to_string(),
                ("", chain) => format!("its {} content: {reason}", chain.join(" in ")),
                (member, _) => format!("{member}: {reason}"),
            }
        }
        ArchiveFault::MoreMembers(count) => format!("and {count} more members"),
    }
}
