//! `intercom-sec listen`: receives webhooks on this machine.

use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread;

use intercom_sec::receiver::{
    BearerKey, Event, ForwardTarget, Forwarding, MessengerSettings, Receiver, SETTINGS_PATH,
    Settings, Stopper, Tally,
};
use intercom_sec::report::listen;

use super::webhook_secrets::Keyring;
use crate::cli::advice::Program;
use crate::cli::args::{ListenArgs, ListenFormat, MessengerArgs};
use crate::cli::conclusion::Conclusion;
use crate::cli::environment;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::secret_input::{SecretInput, Wanted};
use crate::cli::terminal::Terminal;

pub(super) fn run(
    args: &ListenArgs,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    let mut options: Vec<_> = Keyring::stdin_options(&args.secrets).collect();
    options.extend([
        ("--identity-secret-file", args.messenger.identity_secret_file.as_deref()),
        ("--bearer-key-file", args.messenger.bearer_key_file.as_deref()),
    ]);
    SecretInput::check_stdin(&options)?;
    let receiver = Receiver::bind(settings(args, terminal, secrets)?)?;
    stop_on_signals(receiver.stopper()).map_err(|error| {
        Failure::new("system", format!("cannot wait for signals: {error}"))
            .hint("check the limits of the system on threads and open files")
    })?;
    announce(receiver.address(), args, terminal);
    let tally = receiver.run(|events| show(events, args.format, terminal))?;
    Ok(finish(&tally, args, terminal))
}

fn settings(
    args: &ListenArgs,
    terminal: &Terminal,
    secrets: &mut SecretInput,
) -> Result<Settings, Failure> {
    // All that can be wrong with the arguments is told before a secret is asked for.
    let forward = match &args.forward_to {
        Some(url) => {
            let target = ForwardTarget::parse(url, args.forward_anywhere)?;
            Some(Forwarding::new(target, args.forward_timeout))
        }
        None => None,
    };
    let address = SocketAddr::new(args.host, args.port);
    let mut settings = Settings::new(address, Keyring::new(&args.secrets).all(secrets)?);
    settings.limits.body = args.max_body;
    settings.save.clone_from(&args.save);
    settings.forward = forward;
    settings.drops_duplicates = !args.keep_duplicates;
    settings.stop_after = args.exit_after.map(u64::from);
    settings.messenger = messenger(&args.messenger, terminal, secrets)?;
    Ok(settings)
}

fn messenger(
    args: &MessengerArgs,
    terminal: &Terminal,
    secrets: &mut SecretInput,
) -> Result<Option<MessengerSettings>, Failure> {
    let Some(app_id) = &args.settings_app_id else { return Ok(None) };
    if app_id.is_empty() {
        return Err(Failure::new("app-id-empty", "the app id is empty")
            .hint("give the workspace's app id (is a shell variable unset?)"));
    }
    let key = secrets.read(&Wanted {
        what: "key of bearer tokens",
        file: ("--bearer-key-file", args.bearer_key_file.as_deref()),
        env: ("--bearer-key-env", args.bearer_key_env.as_deref()),
        default_env: &[environment::BEARER_KEY],
    })?;
    let secret = secrets.read(&Wanted {
        what: "identity verification secret",
        file: ("--identity-secret-file", args.identity_secret_file.as_deref()),
        env: ("--identity-secret-env", args.identity_secret_env.as_deref()),
        default_env: environment::IDENTITY_SECRETS,
    })?;
    let key = BearerKey::parse(&key)?;
    if key.is_short() {
        terminal.note(
            "the key of bearer tokens is shorter than 32 bytes: whoever has a token can find it by \
             trying, and make tokens of any user",
        );
    }
    let mut settings = MessengerSettings::new(app_id.clone(), secret, key);
    settings.origin.clone_from(&args.settings_origin);
    Ok(Some(settings))
}

fn announce(address: SocketAddr, args: &ListenArgs, terminal: &mut Terminal) {
    match args.format {
        ListenFormat::Human => terminal.report(&listen::start_line(address)),
        ListenFormat::Ndjson => terminal.json_lines([listen::start_record(address)]),
    }
    if !address.ip().is_loopback() {
        terminal.note(
            "this address is not this machine's own: everyone who reaches it can send requests, \
             and read what they carry on the way",
        );
    }
    if args.messenger.settings_app_id.is_some() {
        terminal.note(&format!("GET {SETTINGS_PATH} answers bearer tokens"));
    }
}

fn show(events: &[Event], format: ListenFormat, terminal: &mut Terminal) -> ControlFlow<()> {
    match format {
        ListenFormat::Human => {
            let lines: String = events
                .iter()
                .map(|event| listen::line(event, &Program, |role, text| terminal.paint(role, text)))
                .collect();
            terminal.report(&lines);
        }
        ListenFormat::Ndjson => {
            terminal.json_lines(events.iter().map(|event| listen::record(event, &Program)));
        }
    }
    // Nobody would see what comes.
    if terminal.is_cut_off() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn finish(tally: &Tally, args: &ListenArgs, terminal: &mut Terminal) -> Conclusion {
    let exit = judge(tally, args.exit_after.map(u64::from));
    let verdict = match exit {
        Exit::Yes => "ok",
        Exit::No => "refused",
        Exit::NoVerdict => "incomplete",
    };
    match args.format {
        ListenFormat::Human => terminal.report(&listen::end_line(tally)),
        ListenFormat::Ndjson => {
            terminal.json_lines([listen::end_record(tally, verdict)]);
        }
    }
    Conclusion::new(exit, listen::words(tally, verdict))
}

/// Without a number of deliveries to wait for there is nothing to judge but a clean end.
fn judge(tally: &Tally, wanted: Option<u64>) -> Exit {
    let Some(wanted) = wanted else {
        return Exit::of(false, tally.is_cut_short);
    };
    let is_incomplete = tally.verified < wanted
        || tally.failed > 0
        || tally.forward_failed > 0
        || tally.is_cut_short;
    Exit::of(tally.refused > 0 || tally.forward_refused > 0, is_incomplete)
}

/// Stops the receiver on the first signal, and at once on the second. Returns when signals are
/// waited for.
fn stop_on_signals(stopper: Stopper) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (ready, is_ready) = mpsc::channel();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(wait_for_signals(&stopper, &ready));
    })?;
    is_ready.recv().unwrap_or(Ok(()))
}

#[cfg(unix)]
async fn wait_for_signals(stopper: &Stopper, ready: &mpsc::Sender<io::Result<()>>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
            (Ok(interrupt), Ok(terminate)) => (interrupt, terminate),
            (Err(error), _) | (_, Err(error)) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
    let _ = ready.send(Ok(()));
    loop {
        tokio::select! {
            signal = interrupt.recv() => if signal.is_none() { return },
            signal = terminate.recv() => if signal.is_none() { return },
        }
        stopper.stop();
    }
}

#[cfg(not(unix))]
async fn wait_for_signals(stopper: &Stopper, ready: &mpsc::Sender<io::Result<()>>) {
    let _ = ready.send(Ok(()));
    while tokio::signal::ctrl_c().await.is_ok() {
        stopper.stop();
    }
}
