//! The arguments of `scan-git`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use intercom_sec::rules::RuleSet;
use intercom_sec::scan::{HashKind, ObjectId, Range, Remotes, Revision, RevisionSyntaxError};

use super::parse_threads;
use crate::cli::advice;
use crate::cli::environment::help_end;

/// Find leaked Intercom access tokens anywhere in a git repository
///
/// Reads every object that the repository stores: commits, trees, blobs and tags, reachable or
/// not, packed and loose, alternates included; then the rest of the git directory: names of refs,
/// reflogs, configuration, index, hooks, linked worktrees and the repositories of submodules. Exit
/// status 0 means that all of it was read and that nothing is missing. A token is shown as a mask and a fingerprint, never whole.
///
/// A plain clone does not carry everything: stashes, reflogs, notes, pull request refs and
/// unreachable objects stay where they were made. Scan a mirror (`git clone --mirror`) to see all
/// that a server hands out, and the working copies themselves to see the rest.
#[derive(Debug, Args)]
#[command(after_long_help = help_end("scan-git", EXAMPLES, EXIT_STATUS))]
pub(crate) struct ScanGitArgs {
    /// Repositories to scan: a working tree, a directory in one, or a git directory
    ///
    /// Without any, the one that git has told a hook about (GIT_DIR), or the one around the current
    /// directory.
    #[arg(value_name = "REPO")]
    pub(crate) repositories: Vec<PathBuf>,
    /// Read only what is staged: what the next commit would bring
    ///
    /// Compares the index with the current commit and searches the files that differ, as they are
    /// in the index; what is in the working tree alone is not read. Exit status 0 means that all of
    /// them were read. Takes about as long as `git diff --cached`, however long the history is. In a
    /// hook, the index of its worktree is the one that git has told it about (GIT_INDEX_FILE).
    #[arg(long, conflicts_with = "revisions")]
    pub(crate) staged: bool,
    /// Read the working tree too: files that git would add, and tracked files as they are on disk
    ///
    /// Files that are ignored (.gitignore, info/exclude) and not tracked are left alone. With
    /// --staged or a range, these files are read besides what is staged or in the range.
    #[arg(long)]
    pub(crate) worktree: bool,
    /// What to look for
    ///
    /// `all` needs every file's content as a whole, which takes longer, and its other findings
    /// are guesses by name and value: look at each.
    #[arg(long, value_name = "RULES", default_value = "tokens")]
    pub(crate) rules: RulesChoice,
    #[command(flatten)]
    pub(crate) revisions: RevisionArgs,
    #[command(flatten)]
    pub(crate) accepted: AcceptedArgs,
    /// How to show the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ScanFormat,
    /// How many threads read objects, up to 512 [default: one for each core]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Read everything again, and remember nothing
    ///
    /// Otherwise a scan remembers which packs and loose objects it has read, and the next one reads
    /// what is new.
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Where scans are remembered [env: INTERCOM_SEC_CACHE_DIR] [default: intercom-sec in the user's
    /// cache directory]
    ///
    /// The directory holds masks and fingerprints of findings, never a token, and can be deleted at
    /// any time. It must not lie in a repository that is scanned. Empty: nothing is remembered.
    #[arg(long, value_name = "DIR")]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) cache_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesChoice {
    /// Access tokens, which are known by their format
    Tokens,
    /// Also identity, client and webhook secrets assigned to a name that says so, by shape and
    /// randomness: medium confidence, and slower
    All,
}

impl From<RulesChoice> for RuleSet {
    fn from(choice: RulesChoice) -> Self {
        match choice {
            RulesChoice::Tokens => Self::Tokens,
            RulesChoice::All => Self::All,
        }
    }
}

/// Which part of the history is scanned, instead of everything that is stored.
#[derive(Clone, Debug, Args)]
#[group(id = "revisions", multiple = true)]
pub(crate) struct RevisionArgs {
    /// Scan only what B reaches and A does not; again for more ranges, each for itself
    ///
    /// `A..` is `A..HEAD`, `..B` is `HEAD..B`, `B` alone is all that B reaches. An A of zeros, as
    /// hooks and CI have it for a new branch, leaves nothing out; a B of zeros, for a deleted one,
    /// is no range. Revisions are ids, which may be abbreviated, and names of refs, with `~N`,
    /// `^N`, `^{commit}` or `^{}` after them; of others give what `git rev-parse` prints.
    #[arg(long, value_name = "A..B", value_parser = parse_revision::<Range>)]
    pub(crate) range: Vec<Range>,
    /// Scan only what HEAD reaches and REV does not: `--range REV..HEAD`
    #[arg(long, value_name = "REV", value_parser = parse_revision::<Revision>)]
    pub(crate) since: Option<Revision>,
    /// Leave out what REV reaches, in each range or, without one, in what HEAD reaches
    #[arg(long, value_name = "REV", value_parser = parse_revision::<Revision>)]
    pub(crate) not: Vec<Revision>,
    /// Leave out what the remote-tracking branches reach, all of them or those of one remote
    ///
    /// For pre-push hooks. Not for CI, where they have what was just pushed.
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "*")]
    pub(crate) not_remotes: Option<Remotes>,
}

/// Which gaps leave a scan clean: it is told in the report that they were accepted.
#[derive(Clone, Debug, Args)]
pub(crate) struct AcceptedArgs {
    /// Accept that a shallow clone lacks the history before its boundary
    ///
    /// The scan is then clean if nothing else is missing, and the report says what was accepted.
    #[arg(long = "allow-shallow")]
    pub(crate) shallow: bool,
    /// Accept that a partial clone lacks what its remote has promised to deliver
    #[arg(long = "allow-partial")]
    pub(crate) partial: bool,
    /// Accept that the object with this full id is missing or damaged; again for more
    ///
    /// Old histories lack objects that nobody has any more. Any other one still makes the scan
    /// incomplete.
    #[arg(long = "allow-missing", value_name = "ID", value_parser = parse_object_id)]
    pub(crate) missing: Vec<ObjectId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// Text for people
    Human,
    /// One JSON document
    Json,
    /// One JSON record a line: each finding, then the coverage
    Ndjson,
}

const EXAMPLES: &str = "\
Examples:
  In a terminal, the repository you stand in:
    intercom-sec scan-git

  As a pre-commit hook (.git/hooks/pre-commit), which sees what is staged; a
  leak or an incomplete scan stops the commit:
    #!/bin/sh
    exec intercom-sec scan-git --staged

  As a pre-push hook: what the remote does not have; the README has the loop
  over the lines that git gives to the hook, with a range for each:
    intercom-sec scan-git --range \"$remote_oid..$local_oid\" --not-remotes=origin

  In CI, what a push brings, with the ids that the server hands out:
    intercom-sec scan-git --range \"$CI_COMMIT_BEFORE_SHA..$CI_COMMIT_SHA\"

  In CI, after a checkout of the whole history (a shallow one is reported as
  incomplete, status 2; git fetch --unshallow completes it):
    intercom-sec scan-git --format json > intercom-leaks.json

  In a rotation runbook, all that the server hands out, pull request refs
  included:
    git clone --mirror https://github.com/acme/shop.git
    intercom-sec scan-git shop.git";

const EXIT_STATUS: &str = "\
Exit status:
  0  clean: no token was found, and everything was read (with --staged or of a
     range, all that is in it)
  1  leak: a token was found (even if something could not be read)
  2  incomplete: no token was found, but something could not be read; or wrong
     usage";

fn parse_revision<T: FromStr<Err = RevisionSyntaxError>>(text: &str) -> Result<T, String> {
    text.parse().map_err(advice::revision_syntax)
}

fn parse_object_id(text: &str) -> Result<ObjectId, String> {
    let kinds = [HashKind::Sha1, HashKind::Sha256];
    let id = kinds.into_iter().find_map(|hash| ObjectId::from_hex(text.as_bytes(), hash));
    id.ok_or_else(|| "a full id of 40 or 64 hex digits".to_owned())
}
