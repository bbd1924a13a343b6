//! The secrets that may have signed a webhook, each with a name to tell it by.

use std::path::{Path, PathBuf};

use intercom_sec::receiver::Secrets;
use intercom_sec::secret::Secret;
use intercom_sec::webhook::Scheme;

use crate::cli::args::WebhookSecretArgs;
use crate::cli::environment::{self, SecretVariable};
use crate::cli::failure::Failure;
use crate::cli::secret_input::{self, SecretInput, Wanted};

/// Secrets of one kind.
pub(super) struct Candidates {
    pub(super) secrets: Vec<Secret>,
    /// Where each came from: a path that was read or a variable that is set.
    names: Vec<String>,
}

impl Candidates {
    /// The name of the secret in this place.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    pub(super) fn are_several(&self) -> bool {
        self.secrets.len() > 1
    }
}

/// Reads secrets when the first signature asks for them: a mixed lot of deliveries may need both
/// kinds, one kind, or none.
pub(super) struct Keyring<'a> {
    args: &'a WebhookSecretArgs,
    client: Option<Result<Candidates, Failure>>,
    fin: Option<Result<Candidates, Failure>>,
}

impl<'a> Keyring<'a> {
    pub(super) const fn new(args: &'a WebhookSecretArgs) -> Self {
        Self { args, client: None, fin: None }
    }

    /// The options that may want standard input, with their values.
    pub(super) fn stdin_options(
        args: &'a WebhookSecretArgs,
    ) -> impl Iterator<Item = (&'static str, Option<&'a Path>)> {
        let client = args.secret_file.iter().map(|path| ("--secret-file", Some(path.as_path())));
        let fin = args.fin_secret_file.iter();
        client.chain(fin.map(|path| ("--fin-secret-file", Some(path.as_path()))))
    }

    /// The secrets that a signature of this scheme may be keyed with.
    pub(super) fn candidates(
        &mut self,
        scheme: Scheme,
        input: &mut SecretInput,
    ) -> Result<&Candidates, Failure> {
        let (slot, kind) =
            if self.is_fin(scheme) { (&mut self.fin, FIN) } else { (&mut self.client, CLIENT) };
        let args = self.args;
        slot.get_or_insert_with(|| kind.read(args, input)).as_ref().map_err(Clone::clone)
    }

    /// Whether secrets for this scheme can be read without asking anybody.
    pub(super) fn is_at_hand(&self, scheme: Scheme) -> bool {
        let kind = if self.is_fin(scheme) { FIN } else { CLIENT };
        let is_given = !kind.file.1(self.args).is_empty() || !kind.env.1(self.args).is_empty();
        is_given || kind.default_env.iter().any(|variable| secret_input::is_set(*variable))
    }

    /// Whether the Fin Agent API's secret is at hand, and is not the one that was given for all.
    pub(super) fn has_own_fin(&self) -> bool {
        self.is_fin(Scheme::FinAgent) && self.is_at_hand(Scheme::FinAgent)
    }

    /// The secrets of both kinds, for deliveries that are still to come. One kind will do: what is
    /// signed with the other is refused then.
    pub(super) fn all(&mut self, input: &mut SecretInput) -> Result<Secrets, Failure> {
        let has_fin = self.is_at_hand(Scheme::FinAgent);
        // Without either, the client secret is what is asked for.
        let has_client = self.is_at_hand(Scheme::Hub) || !has_fin;
        let mut read = |scheme, is_there: bool| {
            if !is_there {
                return Ok(Vec::new());
            }
            self.candidates(scheme, input).map(|candidates| candidates.secrets.clone())
        };
        Ok(Secrets {
            client: read(Scheme::Hub, has_client)?,
            fin: read(Scheme::FinAgent, has_fin)?,
        })
    }

    /// Whether the Fin Agent API's secrets are kept apart: nothing else was given for them.
    fn is_fin(&self, scheme: Scheme) -> bool {
        let args = self.args;
        let has_fin = !args.fin_secret_file.is_empty() || !args.fin_secret_env.is_empty();
        let has_any = !args.secret_file.is_empty() || !args.secret_env.is_empty();
        scheme == Scheme::FinAgent && (has_fin || !has_any)
    }
}

/// Where one kind of secret comes from.
struct Kind {
    what: &'static str,
    file: (&'static str, fn(&WebhookSecretArgs) -> &[PathBuf]),
    env: (&'static str, fn(&WebhookSecretArgs) -> &[String]),
    default_env: &'static [SecretVariable],
}

const CLIENT: Kind = Kind {
    what: "client secret",
    file: ("--secret-file", |args| &args.secret_file),
    env: ("--secret-env", |args| &args.secret_env),
    default_env: environment::CLIENT_SECRETS,
};

const FIN: Kind = Kind {
    what: "Fin Agent API webhook secret",
    file: ("--fin-secret-file", |args| &args.fin_secret_file),
    env: ("--fin-secret-env", |args| &args.fin_secret_env),
    default_env: &[environment::FIN_WEBHOOK_SECRET],
};

impl Kind {
    fn read(
        &self,
        args: &WebhookSecretArgs,
        input: &mut SecretInput,
    ) -> Result<Candidates, Failure> {
        let (files, variables) = (self.file.1(args), self.env.1(args));
        let mut candidates = Candidates { secrets: Vec::new(), names: Vec::new() };
        let mut add = |(secret, name): (Secret, String)| {
            candidates.secrets.push(secret);
            candidates.names.push(name);
        };
        for path in files {
            let (secret, _) = input.read_named(&self.wanted(Some(path), None))?;
            // It was opened and read, so that it is a path and not a secret in its place.
            add((
                secret,
                if path.as_os_str() == "-" {
                    "standard input".to_owned()
                } else {
                    path.display().to_string()
                },
            ));
        }
        for variable in variables {
            let (secret, _) = input.read_named(&self.wanted(None, Some(variable)))?;
            add((secret, variable.clone()));
        }
        if files.is_empty() && variables.is_empty() {
            add(input.read_named(&self.wanted(None, None))?);
        }
        Ok(candidates)
    }

    fn wanted<'w>(&self, file: Option<&'w Path>, env: Option<&'w str>) -> Wanted<'w> {
        Wanted {
            what: self.what,
            file: (self.file.0, file),
            env: (self.env.0, env),
            default_env: self.default_env,
        }
    }
}
