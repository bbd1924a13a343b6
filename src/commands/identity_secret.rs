//! The secrets that sign for users: the one that counts, and those of other platforms, which explain.

use std::path::Path;

use intercom_sec::identity::{Platform, Secrets};
use intercom_sec::secret::Secret;

use crate::cli::args::IdentitySecretArgs;
use crate::cli::environment::{self, SecretVariable};
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted};

/// Whether a secret is there without a question.
pub(super) fn is_given(args: &IdentitySecretArgs) -> bool {
    choose(args).is_ok_and(|(_, wanted)| wanted.is_given())
}

/// Every option that may want standard input for a secret.
pub(super) fn inputs(args: &IdentitySecretArgs) -> [(&'static str, Option<&Path>); 4] {
    let of = |platform| (file_option(platform), file(args, platform));
    [
        ("--secret-file", args.secret.secret_file.as_deref()),
        of(Platform::Web),
        of(Platform::Ios),
        of(Platform::Android),
    ]
}

/// Reads the secret; with `explains`, those of the other platforms that are given too.
pub(super) fn read(
    args: &IdentitySecretArgs,
    input: &mut SecretInput,
    explains: bool,
) -> Result<Secrets, Failure> {
    let (platform, wanted) = choose(args)?;
    let mut secrets = Secrets::new(input.read(&wanted)?);
    secrets.platform = platform;
    if explains {
        secrets.others = others(args, platform, input)?;
    }
    Ok(secrets)
}

/// The same, but `None` where nothing gives the secret: nobody is asked for it.
pub(super) fn read_if_given(
    args: &IdentitySecretArgs,
    input: &mut SecretInput,
) -> Result<Option<Secrets>, Failure> {
    let (platform, wanted) = choose(args)?;
    let Some(secret) = input.read_if_given(&wanted)? else {
        return Ok(None);
    };
    let mut secrets = Secrets::new(secret);
    secrets.platform = platform;
    secrets.others = others(args, platform, input)?;
    Ok(Some(secrets))
}

/// Which secret counts. One of a platform is never taken for another's by default: a hash that is
/// made with the wrong one looks like any other.
fn choose(args: &IdentitySecretArgs) -> Result<(Option<Platform>, Wanted<'_>), Failure> {
    let has_general = args.secret.secret_file.is_some() || args.secret.secret_env.is_some();
    let with_file: Vec<Platform> =
        Platform::ALL.into_iter().filter(|platform| file(args, *platform).is_some()).collect();
    let platform = match (args.platform, with_file.as_slice()) {
        (Some(platform), _) => Some(Platform::from(platform)),
        (None, [only]) if !has_general => Some(*only),
        (None, [_, _, ..]) if !has_general => {
            return Err(Failure::new("usage", "several platforms have a secret file")
                .hint("say with --platform which one is used; the others explain a mismatch"));
        }
        (None, _) => None,
    };
    let own = platform.and_then(|platform| Some((file_option(platform), file(args, platform)?)));
    if let (Some((option, _)), true) = (own, has_general) {
        return Err(Failure::new(
            "usage",
            format!("both {option} and --secret-file or --secret-env give the secret"),
        )
        .hint("leave one of them out"));
    }
    let file = own
        .map_or(("--secret-file", args.secret.secret_file.as_deref()), |(option, path)| {
            (option, Some(path))
        });
    let wanted = Wanted {
        what: platform.map_or("identity verification secret", what),
        file,
        env: ("--secret-env", args.secret.secret_env.as_deref()),
        default_env: platform.map_or(environment::IDENTITY_SECRETS, variables),
    };
    Ok((platform, wanted))
}

/// The secrets of the other platforms, as far as they are given.
fn others(
    args: &IdentitySecretArgs,
    chosen: Option<Platform>,
    input: &mut SecretInput,
) -> Result<Vec<(Platform, Secret)>, Failure> {
    let mut others = Vec::new();
    for platform in Platform::ALL.into_iter().filter(|platform| Some(*platform) != chosen) {
        let path = file(args, platform);
        let wanted = Wanted {
            what: what(platform),
            file: (file_option(platform), path),
            env: ("--secret-env", None),
            default_env: variables(platform),
        };
        match input.read_if_given(&wanted) {
            Ok(secret) => others.extend(secret.map(|secret| (platform, secret))),
            // CI systems set the variables that they have no value for to nothing.
            Err(failure) if path.is_none() && failure.code == "secret-empty" => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(others)
}

fn file(args: &IdentitySecretArgs, platform: Platform) -> Option<&Path> {
    match platform {
        Platform::Web => args.web_secret_file.as_deref(),
        Platform::Ios => args.ios_secret_file.as_deref(),
        Platform::Android => args.android_secret_file.as_deref(),
    }
}

const fn file_option(platform: Platform) -> &'static str {
    match platform {
        Platform::Web => "--web-secret-file",
        Platform::Ios => "--ios-secret-file",
        Platform::Android => "--android-secret-file",
    }
}

const fn variables(platform: Platform) -> &'static [SecretVariable] {
    match platform {
        Platform::Web => &[environment::IDENTITY_SECRET_WEB],
        Platform::Ios => &[environment::IDENTITY_SECRET_IOS],
        Platform::Android => &[environment::IDENTITY_SECRET_ANDROID],
    }
}

const fn what(platform: Platform) -> &'static str {
    match platform {
        Platform::Web => "identity verification secret of the web",
        Platform::Ios => "identity verification secret of iOS",
        Platform::Android => "identity verification secret of Android",
    }
}
