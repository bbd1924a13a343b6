//! The arguments that say where a secret comes from.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use intercom_sec::identity::Platform;

/// The secret that signs.
#[derive(Debug, Args)]
pub(crate) struct SecretArgs {
    /// The file with the secret; `-` is standard input
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH", conflicts_with = "secret_env")]
    pub(crate) secret_file: Option<PathBuf>,
    /// The name of the environment variable with the secret
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Option<String>,
}

/// The secret that signs for users, of the one platform or the other.
#[derive(Debug, Args)]
pub(crate) struct IdentitySecretArgs {
    /// The platform whose secret is used: each has its own
    ///
    /// The secret is then that of --web-secret-file and so on, of --secret-file or --secret-env, or
    /// of the platform's variable (INTERCOM_IDENTITY_SECRET_WEB and so on).
    #[arg(long, value_name = "PLATFORM")]
    pub(crate) platform: Option<PlatformChoice>,
    #[command(flatten)]
    pub(crate) secret: SecretArgs,
    /// The file with the secret of the web
    ///
    /// Those of the platforms that are not chosen serve to explain a mismatch.
    #[arg(long, value_name = "PATH")]
    pub(crate) web_secret_file: Option<PathBuf>,
    /// The file with the secret of iOS
    #[arg(long, value_name = "PATH")]
    pub(crate) ios_secret_file: Option<PathBuf>,
    /// The file with the secret of Android
    #[arg(long, value_name = "PATH")]
    pub(crate) android_secret_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlatformChoice {
    /// Pages
    Web,
    /// Apps on iOS
    Ios,
    /// Apps on Android
    Android,
}

impl From<PlatformChoice> for Platform {
    fn from(choice: PlatformChoice) -> Self {
        match choice {
            PlatformChoice::Web => Self::Web,
            PlatformChoice::Ios => Self::Ios,
            PlatformChoice::Android => Self::Android,
        }
    }
}

/// The secrets that sign, several where one is being replaced.
#[derive(Debug, Args)]
pub(crate) struct WebhookSecretArgs {
    /// A file with a secret; `-` is standard input; again for further secrets
    ///
    /// One trailing line ending is dropped, nothing else.
    #[arg(long, value_name = "PATH")]
    pub(crate) secret_file: Vec<PathBuf>,
    /// The name of an environment variable with a secret; again for further ones
    #[arg(long, value_name = "NAME")]
    pub(crate) secret_env: Vec<String>,
    /// A file with a secret for X-Fin-Agent-API-Webhook-Signature alone
    ///
    /// Without --fin-secret-file and --fin-secret-env, the secrets that are given are tried for every
    /// signature.
    #[arg(long, value_name = "PATH")]
    pub(crate) fin_secret_file: Vec<PathBuf>,
    /// The name of an environment variable with such a secret
    #[arg(long, value_name = "NAME")]
    pub(crate) fin_secret_env: Vec<String>,
}
