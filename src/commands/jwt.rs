//! `intercom-sec jwt`: signs, verifies and explains the Messenger's tokens.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use intercom_sec::identity::jwt::{Claims, LONG_LIFE, Token, judge, parse_claims, sign};
use intercom_sec::report;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::cli::args::{Format, JwtAction, JwtArgs, JwtSignArgs, JwtTokenArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted, unreadable};
use crate::cli::terminal::Terminal;
use crate::commands::identity_secret;

/// More than a browser would send as a token.
const MAX_CLAIMS: u64 = 64 * 1024;

const GUIDE: &str = include_str!("jwt_guide.txt");

pub(super) fn run(
    args: &JwtArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    match &args.action {
        JwtAction::Sign(args) => signed(args, terminal, secrets),
        JwtAction::Verify(args) => judged(args, false, terminal, secrets),
        JwtAction::Explain(args) => judged(args, true, terminal, secrets),
        JwtAction::Migrate => {
            terminal.result(GUIDE);
            Ok(Exit::Yes)
        }
    }
}

fn signed(
    args: &JwtSignArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let mut inputs = vec![("--claims", args.claims.as_deref())];
    inputs.extend(identity_secret::inputs(&args.secret));
    SecretInput::check_stdin(&inputs)?;
    if args.user_id.is_empty() {
        return Err(intercom_sec::identity::jwt::SignError::NoUserId.into());
    }
    let further = args.claims.as_deref().map(|path| read_claims(path, secrets)).transpose()?;
    let secret = identity_secret::read(&args.secret, secrets, false)?.secret;
    // Exposed to compare: an argument that is the secret must not come back in the token.
    if [Some(&args.user_id), args.email.as_ref()]
        .into_iter()
        .flatten()
        .any(|value| value.as_bytes() == secret.expose())
    {
        return Err(Failure::new("value-is-secret", "the user id or email is the secret itself")
            .hint("give the user's own; replace the secret, which was in a command line"));
    }
    let claims = Claims {
        user_id: args.user_id.clone(),
        email: args.email.clone(),
        further: further.unwrap_or_default(),
    };
    let now = now();
    let token = sign(&secret, &claims, args.expires_in, now)?;
    if args.expires_in > LONG_LIFE {
        terminal.note(
            "the token lives for more than a day: who gets hold of it can pose as the user as long",
        );
    }
    if claims.further.contains_key("user_hash") {
        terminal.note("a token needs no user_hash among its claims");
    }
    if args.format == Format::Json {
        let life = i64::try_from(args.expires_in.as_secs()).unwrap_or(i64::MAX);
        terminal.json(&report::jwt::signed(&token, now.saturating_add(life)));
    } else {
        terminal.result(&format!("{token}\n"));
    }
    Ok(Exit::Yes)
}

/// Verifies a token; to explain one, it is shown too, and the secret is not asked for.
fn judged(
    args: &JwtTokenArgs,
    explains: bool,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Exit, Failure> {
    let file = match (&args.token, &args.jwt_file) {
        (Some(token), _) if token == "-" => Some(("TOKEN", Path::new("-"))),
        (_, Some(path)) => Some(("--jwt-file", path.as_path())),
        _ => None,
    };
    let mut inputs: Vec<_> = file.iter().map(|(option, path)| (*option, Some(*path))).collect();
    inputs.extend(identity_secret::inputs(&args.secret));
    SecretInput::check_stdin(&inputs)?;
    let text = match file {
        Some(file) => Cow::Owned(read_token(file, secrets)?),
        None => Cow::Borrowed(args.token.as_deref().unwrap_or_default()),
    };
    let token = Token::parse(&text)?;
    let secret = if explains {
        identity_secret::read_if_given(&args.secret, secrets)?
    } else {
        Some(identity_secret::read(&args.secret, secrets, true)?)
    };
    let now = now();
    let judgement = judge(&token, secret.as_ref(), now);
    if args.format == Format::Json {
        terminal.json(&report::jwt::judged(&token, &judgement, explains));
    } else {
        let paint = |role, text: &str| terminal.paint(role, text);
        let mut lines = String::new();
        if explains {
            lines += &report::jwt::contents(&token, paint);
        }
        lines += &report::jwt::verdict_lines(&judgement, now, paint);
        terminal.report(&lines);
    }
    Ok(if judgement.is_refused() {
        Exit::No
    } else if judgement.is_valid() {
        Exit::Yes
    } else {
        // Nothing is wrong with what could be seen, and the signature could not.
        Exit::NoVerdict
    })
}

/// Reads a token as secrets are read: who has it can pose as the user until it ends.
fn read_token(
    (option, path): (&'static str, &Path),
    secrets: &mut SecretInput,
) -> Result<String, Failure> {
    let token = secrets.read(&Wanted {
        what: "token",
        file: (option, Some(path)),
        env: ("", None),
        default_env: &[],
    })?;
    // Exposed to be parsed; what is shown of it has passed the gate.
    String::from_utf8(token.expose().to_vec()).map_err(|_| {
        Failure::new("token-malformed", format!("the token from {option} is not text"))
            .hint("give a file that holds the token and nothing else")
    })
}

fn read_claims(path: &Path, secrets: &mut SecretInput) -> Result<Map<String, Value>, Failure> {
    let mut text = Zeroizing::new(Vec::new());
    secrets
        .open("--claims", path)?
        .take(MAX_CLAIMS + 1)
        .read_to_end(&mut text)
        .map_err(|error| unreadable("--claims", path, &error))?;
    if text.len() as u64 > MAX_CLAIMS {
        return Err(Failure::new("claims-too-long", "the claims are longer than 64 KiB")
            .hint("a token goes with every page; sign only what the Messenger needs"));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    Ok(parse_claims(text)?)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
