//! Lists every environment variable that the program reads, and reads those that are no secret.
//!
//! The arguments, the commands and the help text take the variables from here; nothing else in the
//! program knows one by its name. Parsing the arguments reads none: a command does when it runs.
//! The values of secrets are read by `secret_input` alone.

#![allow(clippy::disallowed_methods, reason = "the settings are read here, and nowhere else")]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A variable, as the documentation lists it.
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    /// The commands that read it; all of them where none is named.
    pub(crate) commands: &'static [&'static str],
    /// What it is for.
    pub(crate) purpose: &'static str,
}

/// A variable whose value is a secret: only its name is known here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretVariable(&'static str);

/// A variable whose value is no secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting(&'static str);

/// Writes the table, and a constant for each row that the program reads. Rows `OfLibrary` are read
/// by the HTTP client, TLS, the threads of the receiver or the parser of arguments on their own.
macro_rules! variables {
    ($($constant:ident: $kind:ident = $name:literal, $commands:expr, $purpose:literal;)+) => {
        $(variables!(@constant $constant, $kind, $name);)+

        /// Every variable, in the order in which help and documentation list them.
        pub(crate) const ALL: &[Variable] =
            &[$(Variable { name: $name, commands: &$commands, purpose: $purpose }),+];
    };
    (@constant $constant:ident, OfLibrary, $name:literal) => {};
    (@constant $constant:ident, $kind:ident, $name:literal) => {
        pub(crate) const $constant: $kind = $kind($name);
    };
}

variables! {
    ACCESS_TOKEN: SecretVariable = "INTERCOM_ACCESS_TOKEN", ["check-token"],
        "the token";
    TOKEN: SecretVariable = "INTERCOM_TOKEN", ["check-token"],
        "the token, if the first is not set";
    REGION: Setting = "INTERCOM_REGION", ["check-token"],
        "us, eu or au";
    API_BASE_URL: Setting = "INTERCOM_API_BASE_URL", ["check-token"],
        "another address of the API";
    WEBHOOK_SECRET: SecretVariable = "INTERCOM_WEBHOOK_SECRET",
        ["verify-webhook", "sign-webhook", "listen"],
        "the app's client secret";
    CLIENT_SECRET: SecretVariable = "INTERCOM_CLIENT_SECRET",
        ["verify-webhook", "sign-webhook", "listen"],
        "the same, if the first is not set";
    FIN_WEBHOOK_SECRET: SecretVariable = "INTERCOM_FIN_WEBHOOK_SECRET",
        ["verify-webhook", "sign-webhook", "listen"],
        "the secret of the Fin Agent API";
    IDENTITY_SECRET: SecretVariable = "INTERCOM_IDENTITY_SECRET", ["hash", "jwt", "listen"],
        "the identity verification secret";
    IDENTITY_VERIFICATION_SECRET: SecretVariable = "INTERCOM_IDENTITY_VERIFICATION_SECRET",
        ["hash", "jwt", "listen"],
        "the same, if the first is not set";
    IDENTITY_SECRET_WEB: SecretVariable = "INTERCOM_IDENTITY_SECRET_WEB", ["hash", "jwt"],
        "the secret of --platform web";
    IDENTITY_SECRET_IOS: SecretVariable = "INTERCOM_IDENTITY_SECRET_IOS", ["hash", "jwt"],
        "the secret of --platform ios";
    IDENTITY_SECRET_ANDROID: SecretVariable = "INTERCOM_IDENTITY_SECRET_ANDROID", ["hash", "jwt"],
        "the secret of --platform android";
    BEARER_KEY: SecretVariable = "INTERCOM_SEC_BEARER_KEY", ["listen"],
        "the key of bearer tokens";
    CACHE_DIR: Setting = "INTERCOM_SEC_CACHE_DIR", ["scan-git"],
        "where scans are remembered; empty: nowhere";
    XDG_CACHE_HOME: Setting = "XDG_CACHE_HOME", ["scan-git"],
        "the user's cache directory (Linux)";
    LOCAL_APP_DATA: Setting = "LOCALAPPDATA", ["scan-git"],
        "the user's cache directory (Windows)";
    HOME: Setting = "HOME", ["scan-git"],
        "holds the cache directory otherwise";
    GIT_DIR: Setting = "GIT_DIR", ["scan-git"],
        "the repository, set by git in a hook";
    GIT_INDEX_FILE: Setting = "GIT_INDEX_FILE", ["scan-git"],
        "its index, set by git in a hook";
    GIT_QUARANTINE_PATH: Setting = "GIT_QUARANTINE_PATH", ["scan-git"],
        "new objects, set by git in a receive hook";
    HTTPS_PROXY: OfLibrary = "HTTPS_PROXY", ["check-token", "sign-webhook"],
        "a proxy for other machines";
    ALL_PROXY: OfLibrary = "ALL_PROXY", ["check-token", "sign-webhook"],
        "the same, if the first is not set";
    NO_PROXY: OfLibrary = "NO_PROXY", ["check-token", "sign-webhook"],
        "hosts that need no proxy";
    SSL_CERT_FILE: OfLibrary = "SSL_CERT_FILE", ["check-token", "sign-webhook"],
        "root certificates instead of the system's";
    SSL_CERT_DIR: OfLibrary = "SSL_CERT_DIR", ["check-token", "sign-webhook"],
        "a directory of root certificates";
    TOKIO_WORKER_THREADS: OfLibrary = "TOKIO_WORKER_THREADS", ["listen"],
        "how many threads serve connections";
    NO_COLOR: Setting = "NO_COLOR", [],
        "no colour, unless --color asks for it";
    CLICOLOR_FORCE: Setting = "CLICOLOR_FORCE", [],
        "colour where the output is no terminal; 0: none";
    TERM: Setting = "TERM", [],
        "no colour on a terminal that is called dumb";
    COLUMNS: OfLibrary = "COLUMNS", [],
        "the width of help where there is no terminal";
}

/// The app's client secret.
pub(crate) const CLIENT_SECRETS: &[SecretVariable] = &[WEBHOOK_SECRET, CLIENT_SECRET];

/// The identity verification secret, of whatever platform.
pub(crate) const IDENTITY_SECRETS: &[SecretVariable] =
    &[IDENTITY_SECRET, IDENTITY_VERIFICATION_SECRET];

impl SecretVariable {
    pub(crate) const fn name(self) -> &'static str {
        self.0
    }
}

impl Setting {
    pub(crate) fn read(self) -> Option<OsString> {
        std::env::var_os(self.0)
    }

    /// The value, unless it is empty: CI systems set variables that they have no value for to
    /// nothing.
    pub(crate) fn read_filled(self) -> Option<OsString> {
        self.read().filter(|value| !value.is_empty())
    }
}

/// The user's directory for what may be deleted at any time.
pub(crate) fn user_cache_dir() -> Option<PathBuf> {
    let absolute =
        |setting: Setting| setting.read().map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        absolute(LOCAL_APP_DATA)
    } else if cfg!(target_os = "macos") {
        absolute(HOME).map(|home| home.join("Library/Caches"))
    } else {
        absolute(XDG_CACHE_HOME).or_else(|| absolute(HOME).map(|home| home.join(".cache")))
    }
}

/// The end of a command's help: examples, the variables that it alone reads, exit statuses.
pub(super) fn help_end(command: &str, examples: &str, exit: &str) -> String {
    let own: Vec<_> = ALL.iter().filter(|variable| variable.commands.contains(&command)).collect();
    let width = own.iter().map(|variable| variable.name.len()).max().unwrap_or_default();
    let mut end = format!("{examples}\n\nEnvironment:\n");
    for Variable { name, purpose, .. } in own {
        let _ = writeln!(end, "  {name:width$}  {purpose}");
    }
    end + "\n" + exit
}
