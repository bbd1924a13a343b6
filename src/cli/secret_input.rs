//! The only reader of secrets and of standard input.
//!
//! A secret comes from a file (`-` is standard input), an environment variable or a prompt on a
//! terminal, never from an argument.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use intercom_sec::secret::Secret;
use zeroize::Zeroizing;

use super::environment::SecretVariable;
use super::failure::Failure;

/// More than any secret has; a larger input is some other file.
const MAX_SECRET: usize = 64 * 1024;

/// Which secret is wanted, and how its user may hand it over.
pub(crate) struct Wanted<'a> {
    /// What it is, as in "the client secret".
    pub(crate) what: &'static str,
    /// The option that names a file, and its value.
    pub(crate) file: (&'static str, Option<&'a Path>),
    /// The option that names an environment variable, and its value.
    pub(crate) env: (&'static str, Option<&'a str>),
    /// The environment variables that are read without being asked for, in this order.
    pub(crate) default_env: &'static [SecretVariable],
}

/// Hands out secrets, and standard input to one option only.
#[derive(Default)]
pub(crate) struct SecretInput {
    stdin_taken_by: Option<&'static str>,
}

impl Wanted<'_> {
    /// Whether an option or a variable gives the secret, so that nobody has to be asked.
    pub(crate) fn is_given(&self) -> bool {
        self.file.1.is_some()
            || self.env.1.is_some()
            || self.default_env.iter().any(|variable| is_set(*variable))
    }
}

impl SecretInput {
    /// Reads one secret.
    pub(crate) fn read(&mut self, wanted: &Wanted<'_>) -> Result<Secret, Failure> {
        Ok(self.read_named(wanted)?.0)
    }

    /// Reads one secret, and tells the option, variable or prompt that it came from.
    pub(crate) fn read_named(&mut self, wanted: &Wanted<'_>) -> Result<(Secret, String), Failure> {
        if let Some(secret) = self.read_named_if_given(wanted)? {
            return Ok(secret);
        }
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let origin = "the prompt";
            return Ok((not_empty(wanted, &prompt(wanted)?, origin)?, origin.to_owned()));
        }
        let variable = wanted.default_env.first().map(|name| format!(" or set {}", name.name()));
        Err(Failure::new("secret-missing", format!("no {} was given", wanted.what)).hint(format!(
            "use {} PATH (- is standard input){}",
            wanted.file.0,
            variable.unwrap_or_default()
        )))
    }

    /// Reads one secret, or none where neither an option nor a variable gives it: nobody is asked.
    pub(crate) fn read_if_given(&mut self, wanted: &Wanted<'_>) -> Result<Option<Secret>, Failure> {
        Ok(self.read_named_if_given(wanted)?.map(|(secret, _)| secret))
    }

    fn read_named_if_given(
        &mut self,
        wanted: &Wanted<'_>,
    ) -> Result<Option<(Secret, String)>, Failure> {
        let (bytes, origin) = if let Some(path) = wanted.file.1 {
            (self.read_file(wanted, path)?, wanted.file.0)
        } else if let Some(name) = wanted.env.1 {
            let bytes = from_env(name).ok_or_else(|| {
                Failure::new(
                    "secret-missing",
                    format!("the variable named by {} is not set", wanted.env.0),
                )
                .hint("name an environment variable that is exported to this process")
            })?;
            (bytes, wanted.env.0)
        } else if let Some((bytes, name)) =
            wanted.default_env.iter().find_map(|name| Some((from_env(name.name())?, name.name())))
        {
            (bytes, name)
        } else {
            return Ok(None);
        };
        Ok(Some((not_empty(wanted, &bytes, origin)?, origin.to_owned())))
    }

    /// Fails when several of these options want standard input, before any of them has read it.
    pub(crate) fn check_stdin(options: &[(&'static str, Option<&Path>)]) -> Result<(), Failure> {
        let mut input = Self::default();
        options
            .iter()
            .filter(|(_, path)| path.is_some_and(|path| path.as_os_str() == "-"))
            .try_for_each(|(option, _)| input.claim_stdin(option))
    }

    /// Opens a file that is no secret; `-` is standard input, which only one option can have.
    pub(crate) fn open(
        &mut self,
        option: &'static str,
        path: &Path,
    ) -> Result<Box<dyn Read>, Failure> {
        self.open_file(option, path, |error| unreadable(option, path, error))
    }

    fn open_file(
        &mut self,
        option: &'static str,
        path: &Path,
        unreadable: impl Fn(&io::Error) -> Failure,
    ) -> Result<Box<dyn Read>, Failure> {
        if path.as_os_str() == "-" {
            self.claim_stdin(option)?;
            return Ok(Box::new(io::stdin().lock()));
        }
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(unreadable(&io::Error::from(io::ErrorKind::IsADirectory)));
        }
        Ok(Box::new(file))
    }

    fn claim_stdin(&mut self, option: &'static str) -> Result<(), Failure> {
        match self.stdin_taken_by.replace(option) {
            None => Ok(()),
            Some(other) => Err(Failure::new(
                "stdin-twice",
                format!("both {other} and {option} want standard input"),
            )
            .hint("give one of them a file")),
        }
    }

    fn read_file(
        &mut self,
        wanted: &Wanted<'_>,
        path: &Path,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let option = wanted.file.0;
        // Room for all of it: a buffer that grows leaves copies behind that nobody wipes.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_SECRET + 1));
        // The path stays unsaid: someone may have given the secret itself in its place.
        let unreadable = |error: &io::Error| {
            Failure::new("unreadable", format!("cannot read the file that {option} names: {error}"))
                .hint(unreadable_hint(error))
        };
        self.open_file(option, path, unreadable)?
            .take(MAX_SECRET as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&error))?;
        if bytes.len() > MAX_SECRET {
            return Err(Failure::new(
                "secret-too-long",
                format!("the input of {option} is longer than any {}", wanted.what),
            )
            .hint("give a file that holds the secret and nothing else"));
        }
        drop_line_ending(&mut bytes);
        Ok(bytes)
    }
}

fn not_empty(wanted: &Wanted<'_>, bytes: &[u8], origin: &str) -> Result<Secret, Failure> {
    Secret::new(bytes.to_vec()).ok_or_else(|| {
        Failure::new("secret-empty", format!("the {} from {origin} is empty", wanted.what))
            .hint("an empty secret signs for everyone; give the one that Intercom shows")
    })
}

/// The error for an input that cannot be read.
pub(crate) fn unreadable(option: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new("unreadable", format!("cannot read {} ({option}): {error}", path.display()))
        .hint(unreadable_hint(error))
}

fn unreadable_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "check the file's permissions",
        io::ErrorKind::IsADirectory => "give a file",
        _ => "check the file and the disk it is on",
    }
}

/// Drops one trailing `\n` or `\r\n`: what an editor or `echo` adds. Everything else is the
/// secret's.
fn drop_line_ending(bytes: &mut Vec<u8>) {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
}

/// Whether a variable holds a secret, be it an empty one.
#[allow(clippy::disallowed_methods, reason = "secrets are read here, and nowhere else")]
pub(crate) fn is_set(variable: SecretVariable) -> bool {
    std::env::var_os(variable.name()).is_some()
}

#[allow(clippy::disallowed_methods, reason = "secrets are read here, and nowhere else")]
fn from_env(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    // `var_os` panics on names that hold `=` or NUL on some systems; such a variable cannot exist.
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    std::env::var_os(name).map(|value| Zeroizing::new(value.into_encoded_bytes()))
}

fn prompt(wanted: &Wanted<'_>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    rpassword::prompt_password(format!("{} (not shown): ", wanted.what))
        .map(|line| Zeroizing::new(line.into_bytes()))
        .map_err(|error| {
            Failure::new("secret-missing", format!("no {} was given: {error}", wanted.what))
        })
}
