//! `check-token`: asks Intercom whether an access token is live, and whose it is.

use intercom_sec::api::{
    Check, Client, Credential, Endpoint, Region, Shape, SystemClock, Verdict, check_token,
};
use intercom_sec::report::check_token as report;

use crate::cli::advice;
use crate::cli::args::{CheckTokenArgs, Format, RegionChoice};
use crate::cli::conclusion::Conclusion;
use crate::cli::environment::{self, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted};
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &CheckTokenArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    // First the address: a wrong one needs no token.
    let endpoint = endpoint(args)?;
    let credential = Credential::parse(&secrets.read(&Wanted {
        what: "access token",
        file: ("--token-file", args.token_file.as_deref()),
        env: ("--token-env", args.token_env.as_deref()),
        default_env: &[environment::ACCESS_TOKEN, environment::TOKEN],
    })?)?;
    match credential.shape() {
        Shape::AccessToken => {}
        Shape::PaddingRestored => terminal.note(
            "the = at the token's end was missing and was put back; Intercom refuses the token \
             without it",
        ),
        _ => terminal.note("this does not look like an Intercom access token"),
    }
    let host = endpoint.host().to_owned();
    let client = Client::new(endpoint, &credential, args.timeout)?;
    let check = terminal.with_progress(
        || format!("asking {host}"),
        || check_token(&client, &SystemClock, &credential, args.retries),
    );
    Ok(match check {
        Ok(check) => show(&check, args.format, terminal),
        Err(unanswered) => {
            if args.format == Format::Json {
                let document = report::unanswered_json(&unanswered, &advice::Program);
                terminal.json(&document);
            }
            Conclusion::Failed(unanswered.into())
        }
    })
}

fn show(check: &Check, format: Format, terminal: &mut Terminal) -> Conclusion {
    let verdict = check.judgement.verdict();
    let words = report::words(check);
    match format {
        Format::Json => terminal.json(&report::json(check)),
        // The failure says all that there is to say.
        Format::Human if verdict == Verdict::Unknown => {}
        Format::Human => {
            terminal.report(&report::human(check, |role, text| terminal.paint(role, text)));
        }
    }
    if verdict == Verdict::Unknown {
        return Conclusion::Failed(Failure::of_words(check.judgement.reason.code(), words));
    }
    let exit = Exit::of(verdict == Verdict::Dead, !check.judgement.proves_admin());
    Conclusion::new(exit, words)
}

/// Which host is asked. An option beats a variable of either kind; among the variables the address
/// says more than the region.
fn endpoint(args: &CheckTokenArgs) -> Result<Endpoint, Failure> {
    if let Some(url) = &args.base_url {
        return Ok(Endpoint::parse(url)?);
    }
    if let Some(region) = args.region {
        return Ok(Endpoint::from(match region {
            RegionChoice::Us => Region::Us,
            RegionChoice::Eu => Region::Eu,
            RegionChoice::Au => Region::Au,
        }));
    }
    if let Some(url) = text(environment::API_BASE_URL) {
        return Ok(Endpoint::parse(&url)?);
    }
    let region = match text(environment::REGION) {
        Some(name) => name.parse()?,
        None => Region::default(),
    };
    Ok(Endpoint::from(region))
}

fn text(setting: Setting) -> Option<String> {
    setting.read_filled().map(|value| value.to_string_lossy().into_owned())
}
