//! Reads the secrets that may have signed a webhook, each with a name to know it by.

use std::path::{Path, PathBuf};

use intercom_sec::secret::Secret;
use intercom_sec::webhook::{Given, SecretKind, Secrets};

use crate::cli::args::WebhookSecretArgs;
use crate::cli::environment::{self, SecretVariable};
use crate::cli::failure::Failure;
use crate::cli::secret_input::{self, SecretInput, Wanted};

/// Secrets of one kind.
struct Candidates {
    secrets: Vec<Secret>,
    /// Where each came from: a path that was read or a variable that is set.
    names: Vec<String>,
}

/// Reads secrets when the first signature asks for them: a mixed lot of deliveries may need both
/// kinds, one kind, or none.
pub(super) struct Keyring<'a> {
    args: &'a WebhookSecretArgs,
    client: Option<Result<Candidates, Failure>>,
    fin_agent: Option<Result<Candidates, Failure>>,
}

impl<'a> Keyring<'a> {
    pub(super) const fn new(args: &'a WebhookSecretArgs) -> Self {
        Self { args, client: None, fin_agent: None }
    }

    /// The options that may want standard input, with their values.
    pub(super) fn stdin_options(
        args: &'a WebhookSecretArgs,
    ) -> impl Iterator<Item = (&'static str, Option<&'a Path>)> {
        let client = args.secret_file.iter().map(|path| ("--secret-file", Some(path.as_path())));
        let fin = args.fin_secret_file.iter();
        client.chain(fin.map(|path| ("--fin-secret-file", Some(path.as_path()))))
    }

    /// Which secrets can be read without asking anybody.
    pub(super) fn given(&self) -> Given {
        let args = self.args;
        let has_fin = !args.fin_secret_file.is_empty() || !args.fin_secret_env.is_empty();
        let has_any = !args.secret_file.is_empty() || !args.secret_env.is_empty();
        if has_any && !has_fin {
            return Given::AnyKind;
        }
        Given::ByKind { client: CLIENT.is_at_hand(args), fin_agent: FIN_AGENT.is_at_hand(args) }
    }

    /// Reads the secrets of these kinds, and asks for those that are not given. Those of the other
    /// kind come with them where they can be read: they may explain a mismatch.
    pub(super) fn secrets(
        &mut self,
        kinds: &[SecretKind],
        input: &mut SecretInput,
    ) -> Result<Secrets, Failure> {
        let (client, fin_agent) = match self.given() {
            Given::AnyKind => return Ok(Secrets::AnyKind(self.read(SecretKind::Client, input)?)),
            Given::ByKind { client, fin_agent } => (client, fin_agent),
        };
        let mut read = |kind, is_given| {
            if kinds.contains(&kind) {
                self.read(kind, input)
            } else if is_given {
                Ok(self.read(kind, input).unwrap_or_default())
            } else {
                Ok(Vec::new())
            }
        };
        Ok(Secrets::ByKind {
            client: read(SecretKind::Client, client)?,
            fin_agent: read(SecretKind::FinAgent, fin_agent)?,
        })
    }

    /// Reads what can be read without asking anybody.
    pub(super) fn at_hand(&mut self, input: &mut SecretInput) -> Option<Secrets> {
        self.secrets(&[], input).ok()
    }

    /// Reads the secrets for deliveries that are still to come: all that are given. Without any, the
    /// client secret is asked for.
    pub(super) fn all(&mut self, input: &mut SecretInput) -> Result<Secrets, Failure> {
        let kinds: &[SecretKind] = match self.given() {
            Given::ByKind { client: true, fin_agent: true } => &SecretKind::ALL,
            Given::ByKind { client: false, fin_agent: true } => &[SecretKind::FinAgent],
            Given::ByKind { fin_agent: false, .. } | Given::AnyKind => &[SecretKind::Client],
        };
        self.secrets(kinds, input)
    }

    /// The names of the secrets of this kind that were read, in their order.
    pub(super) fn names(&self, kind: SecretKind) -> Vec<String> {
        let slot = if self.is_own_fin_agent(kind) { &self.fin_agent } else { &self.client };
        match slot {
            Some(Ok(candidates)) => candidates.names.clone(),
            _ => Vec::new(),
        }
    }

    fn read(&mut self, kind: SecretKind, input: &mut SecretInput) -> Result<Vec<Secret>, Failure> {
        let (slot, source) = if self.is_own_fin_agent(kind) {
            (&mut self.fin_agent, FIN_AGENT)
        } else {
            (&mut self.client, CLIENT)
        };
        let args = self.args;
        let read = slot.get_or_insert_with(|| source.read(args, input));
        read.as_ref().map(|candidates| candidates.secrets.clone()).map_err(Clone::clone)
    }

    fn is_own_fin_agent(&self, kind: SecretKind) -> bool {
        kind == SecretKind::FinAgent && self.given() != Given::AnyKind
    }
}

/// Where one kind of secret comes from.
struct Source {
    kind: SecretKind,
    file: (&'static str, fn(&WebhookSecretArgs) -> &[PathBuf]),
    env: (&'static str, fn(&WebhookSecretArgs) -> &[String]),
    default_env: &'static [SecretVariable],
}

const CLIENT: Source = Source {
    kind: SecretKind::Client,
    file: ("--secret-file", |args| &args.secret_file),
    env: ("--secret-env", |args| &args.secret_env),
    default_env: environment::CLIENT_SECRETS,
};

const FIN_AGENT: Source = Source {
    kind: SecretKind::FinAgent,
    file: ("--fin-secret-file", |args| &args.fin_secret_file),
    env: ("--fin-secret-env", |args| &args.fin_secret_env),
    default_env: &[environment::FIN_WEBHOOK_SECRET],
};

impl Source {
    /// Whether it can be read without asking anybody.
    fn is_at_hand(&self, args: &WebhookSecretArgs) -> bool {
        let is_given = !self.file.1(args).is_empty() || !self.env.1(args).is_empty();
        is_given || self.default_env.iter().any(|variable| secret_input::is_set(*variable))
    }

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
            what: self.kind.name(),
            file: (self.file.0, file),
            env: (self.env.0, env),
            default_env: self.default_env,
        }
    }
}
