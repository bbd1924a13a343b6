//! Nothing of a repository or of git's environment is run: each setting that names a command names
//! one that leaves a trace.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::Repo;
use crate::support::tokens::{self, Random};
use crate::support::tool::Tool;

/// Every setting whose value git, or a program that comes with it, runs or hands to a shell.
const COMMANDS: [&str; 71] = [
    "alias.cat-file",
    "alias.diff-index",
    "alias.log",
    "alias.rev-list",
    "alias.status",
    "browser.x.cmd",
    "browser.x.path",
    "clean.x.command",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "credential.https://example.com.helper",
    "diff.external",
    "diff.guitool",
    "diff.tool",
    "diff.x.command",
    "diff.x.textconv",
    "difftool.x.cmd",
    "difftool.x.path",
    "filter.x.clean",
    "filter.x.process",
    "filter.x.smudge",
    "filter.lfs.clean",
    "filter.lfs.process",
    "filter.lfs.smudge",
    "gc.recentObjectsHook",
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "guitool.x.cmd",
    "hook.x.command",
    "imap.tunnel",
    "instaweb.browser",
    "instaweb.httpd",
    "interactive.diffFilter",
    "man.x.cmd",
    "man.x.path",
    "man.viewer",
    "merge.guitool",
    "merge.tool",
    "merge.x.driver",
    "mergetool.x.cmd",
    "mergetool.x.path",
    "pager.cat-file",
    "pager.diff",
    "pager.log",
    "pager.rev-list",
    "pager.status",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "sendemail.headerCmd",
    "sendemail.ccCmd",
    "sendemail.sendmailCmd",
    "sendemail.smtpServer",
    "sendemail.toCmd",
    "sequence.editor",
    "submodule.sub.update",
    "tar.tar.x.command",
    "trailer.x.cmd",
    "trailer.x.command",
    "uploadpack.packObjectsHook",
    "url.ext::x.insteadOf",
    "web.browser",
];

/// Every hook of githooks(5).
const HOOKS: [&str; 29] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
    "query-fsmonitor",
];

/// Variables that make git run something.
const RUNNING: [&str; 15] = [
    "EDITOR",
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_MERGE_VERBOSITY",
    "MANPAGER",
    "PAGER",
    "SHELL",
    "SSH_ASKPASS",
    "VISUAL",
];

/// Variables that make git write to a file.
const WRITING: [&str; 12] = [
    "GIT_REDIRECT_STDERR",
    "GIT_REDIRECT_STDOUT",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_TRACE_CURL",
    "GIT_TRACE_FSMONITOR",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_PACKFILE",
    "GIT_TRACE_PERFORMANCE",
    "GIT_TRACE_SETUP",
];

/// Variables that make git look elsewhere, or see something else.
const REDIRECTING: [(&str, &str); 25] = [
    ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere"),
    ("GIT_ATTR_SOURCE", "HEAD"),
    ("GIT_CEILING_DIRECTORIES", "/"),
    ("GIT_COMMON_DIR", "/nowhere"),
    ("GIT_CONFIG", "/nowhere"),
    ("GIT_CONFIG_NOSYSTEM", "0"),
    ("GIT_CONFIG_PARAMETERS", "'core.bare=true'"),
    ("GIT_DEFAULT_HASH", "sha256"),
    ("GIT_DEFAULT_REF_FORMAT", "reftable"),
    ("GIT_DIFF_OPTS", "--unified=0"),
    ("GIT_DIR", "/nowhere"),
    ("GIT_EXEC_PATH", "/nowhere"),
    ("GIT_GRAFT_FILE", "/nowhere"),
    ("GIT_GLOB_PATHSPECS", "1"),
    ("GIT_ICASE_PATHSPECS", "1"),
    ("GIT_IMPLICIT_WORK_TREE", "0"),
    ("GIT_INTERNAL_SUPER_PREFIX", "x/"),
    ("GIT_NAMESPACE", "x"),
    ("GIT_NO_LAZY_FETCH", "0"),
    ("GIT_OBJECT_DIRECTORY", "/nowhere"),
    ("GIT_PREFIX", "x/"),
    ("GIT_REPLACE_REF_BASE", "refs/heads"),
    ("GIT_SHALLOW_FILE", "/nowhere"),
    ("GIT_TEMPLATE_DIR", "/nowhere"),
    ("GIT_WORK_TREE", "/nowhere"),
];

/// A repository in which everything that can name a command names one.
struct Trap {
    repo: Repo,
    script: PathBuf,
    witness: PathBuf,
    /// Instead of the directories with programs.
    programs: PathBuf,
}

impl Trap {
    fn new() -> Self {
        let repo = Repo::new();
        repo.commit_file("a.tar", "1\n");
        repo.commit_file("secret", tokens::token(&mut Random::new(8200)));
        let witness = repo.beside("witness");
        let script = repo.beside("script");
        write_script(&script, &witness);
        let programs = repo.beside("programs");
        fs::create_dir(&programs).expect("a directory");
        for name in ["git", "git-lfs", "sh", "bash", "ssh", "gpg", "less", "cat", "true", "env"] {
            write_script(&programs.join(name), &witness);
        }
        Self { repo, script, witness, programs }
    }

    /// Sets all of it. What git itself does in the repository from then on runs the command.
    fn set(&self) {
        let run = self.script.display();
        let included = self.repo.beside("included");
        let mut config = String::new();
        for key in COMMANDS {
            let (section, rest) = key.split_once('.').expect("a section");
            let value = match key {
                "alias.log" | "credential.helper" | "submodule.sub.update" => format!("!{run}"),
                _ => run.to_string(),
            };
            let _ = match rest.rsplit_once('.') {
                Some((subsection, name)) => {
                    writeln!(config, "[{section} \"{subsection}\"]\n\t{name} = {value}")
                }
                None => writeln!(config, "[{section}]\n\t{rest} = {value}"),
            };
        }
        // What the lists above have is a configuration to git, too.
        fs::write(&included, &config).expect("a file");
        self.repo.git(["config", "--file", included.to_str().expect("UTF-8"), "--list"]);
        let _ = write!(
            config,
            "[core]\n\thooksPath = {hooks}\n\tattributesFile = {attributes}\n\
             [protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n\
             [remote \"origin\"]\n\turl = ext::{run}\n\tpromisor = true\n\
             [remote \"other\"]\n\turl = {run}::x\n[submodule \"sub\"]\n\turl = ext::{run}\n\
             [include]\n\tpath = {included}\n[includeIf \"gitdir:/**\"]\n\tpath = {included}\n\
             [status]\n\tsubmoduleSummary = true\n[commit]\n\tgpgSign = true\n\
             [log]\n\tshowSignature = true\n[fetch]\n\trecurseSubmodules = true\n",
            hooks = self.repo.beside("hooks").display(),
            attributes = self.repo.beside("attributes").display(),
            included = included.display(),
        );
        let path = self.repo.git_path("config");
        let before = fs::read_to_string(&path).expect("a file");
        fs::write(&path, before + &config).expect("a file");
        for hooks in [self.repo.beside("hooks"), self.repo.git_path("hooks")] {
            fs::create_dir_all(&hooks).expect("a directory");
            for hook in HOOKS {
                write_script(&hooks.join(hook), &self.witness);
            }
        }
        for attributes in [
            self.repo.beside("attributes"),
            self.repo.git_path("info/attributes"),
            self.repo.path().join(".gitattributes"),
        ] {
            fs::create_dir_all(attributes.parent().expect("a parent")).expect("a directory");
            fs::write(attributes, "* diff=x filter=x merge=x\n*.tar export-subst\n")
                .expect("a file");
        }
    }

    /// Scans the whole repository, what is staged, and a part of the history.
    fn scans(&self, prepare: impl Fn(Tool) -> Tool) -> Vec<serde_json::Value> {
        let path = self.repo.path().to_str().expect("UTF-8");
        let scopes: [&[&str]; 3] = [&[], &["--staged"], &["--range", "HEAD~..HEAD"]];
        scopes
            .into_iter()
            .map(|scope| {
                let arguments = [&["scan-git", "--format", "json", path], scope].concat();
                let mut report = prepare(Tool::new(arguments)).run().json();
                // The trap's own files are in the git directory.
                if let Some(coverage) = report["coverage"].as_object_mut() {
                    coverage.remove("files");
                }
                report
            })
            .collect()
    }
}

/// Writes a program that notes that it was run.
fn write_script(path: &Path, witness: &Path) {
    let text = format!("#!/bin/sh\necho \"$0\" >> '{}'\n", witness.display());
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[test]
fn no_setting_and_no_variable_makes_a_scan_run_or_write_anything() {
    let trap = Trap::new();
    let expected = trap.scans(|tool| tool);
    let verdicts: Vec<_> = expected.iter().map(|report| &report["verdict"]).collect();
    assert_eq!(verdicts, ["leak", "clean", "leak"]);
    trap.set();
    // The partial clone that is claimed changes only the words for what is missing, and nothing is.
    let with_settings = trap.scans(|tool| tool.env("PATH", &trap.programs));
    assert_eq!(with_settings, expected);
    assert!(!trap.witness.exists(), "{}", fs::read_to_string(&trap.witness).expect("text"));
    let with_variables = trap.scans(|mut tool| {
        for name in RUNNING {
            tool = tool.env(name, &trap.script);
        }
        for name in WRITING {
            tool = tool.env(name, &trap.witness);
        }
        for (name, value) in REDIRECTING {
            tool = tool.env(name, value);
        }
        tool.env("PATH", &trap.programs)
            .env("GIT_CONFIG_GLOBAL", trap.repo.beside("included"))
            .env("GIT_CONFIG_SYSTEM", trap.repo.beside("included"))
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
            .env("GIT_CONFIG_VALUE_0", &trap.script)
            .env("GIT_ALLOW_PROTOCOL", "ext")
            .env("LD_PRELOAD", "")
    });
    assert_eq!(with_variables, expected);
    assert!(!trap.witness.exists(), "{}", fs::read_to_string(&trap.witness).expect("text"));
    // The trap works: git itself runs into it.
    let status = trap.repo.git_in(trap.repo.path(), ["status"]);
    assert!(trap.witness.exists(), "git runs what core.fsmonitor names: {status:?}");
}
