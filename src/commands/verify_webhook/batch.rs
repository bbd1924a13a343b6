//! Judges many deliveries: a line each, and a summary.

use intercom_sec::report::verify_webhook::{
    Delivery, Fix, Unreadable, documents, line, summary_lines, summary_words,
};
use intercom_sec::webhook::Scheme;
use intercom_sec::webhook::saved::{Entry, SavedDelivery, Sequence, Summary};

use super::exit_of;
use super::judge::Judge;
use crate::cli::args::{Format, VerifyWebhookArgs};
use crate::cli::conclusion::Conclusion;
use crate::cli::failure::Failure;
use crate::cli::secret_input::SecretInput;
use crate::cli::terminal::Terminal;

pub(super) fn run(
    entries: impl Iterator<Item = Entry>,
    args: &VerifyWebhookArgs,
    judge: &mut Judge<'_>,
    terminal: &mut Terminal,
    secrets: &mut SecretInput,
) -> Result<Conclusion, Failure> {
    let mut summary = Summary::default();
    let mut sequence = Sequence::default();
    let mut shown_later = Vec::new();
    let mut mismatching = None;
    for entry in entries {
        let delivery = match entry {
            Entry::Ignored => {
                summary.ignored += 1;
                continue;
            }
            Entry::Unreadable { name, error } => {
                let failure = Failure { message: format!("it {error}"), ..error.into() };
                Delivery { name, verdict: Err(unreadable(failure)), remark: None, oddity: None }
            }
            Entry::Delivery(saved) => judged(saved, judge, &mut sequence, secrets),
        };
        summary.add(delivery.outcome(), delivery.remark.as_ref());
        if let Ok(judged) = &delivery.verdict
            && judged.verdict.is_err()
        {
            mismatching.get_or_insert(judged.scheme());
        }
        match args.format {
            Format::Json => shown_later.push(delivery),
            Format::Human => {
                terminal.report(&line(&delivery, |role, text| terminal.paint(role, text)));
            }
        }
    }
    if summary.deliveries() == 0 {
        return Err(Failure::new("no-deliveries", "there is no delivery in PAYLOAD").hint(
            "a directory has to hold files NAME.http; an archive, requests with a signature of \
             Intercom's",
        ));
    }
    let fix = args.fix.map(|choice| Fix::new(choice.into(), mismatching.unwrap_or(Scheme::Hub)));
    match args.format {
        Format::Json => terminal.json(&documents(&shown_later, &summary, fix.as_ref())),
        Format::Human => {
            terminal.report(&summary_lines(&summary));
            if let Some(fix) = &fix {
                terminal.result(&fix.code);
            }
        }
    }
    Ok(Conclusion::new(exit_of(summary.outcome()), summary_words(&summary)))
}

fn judged(
    saved: SavedDelivery,
    judge: &mut Judge<'_>,
    sequence: &mut Sequence,
    secrets: &mut SecretInput,
) -> Delivery {
    let verdict = judge.saved(&saved, secrets).map_err(unreadable);
    let notification = verdict.as_ref().ok().and_then(|judged| judged.notification());
    let remark = notification.and_then(|notification| sequence.add(&saved.name, notification));
    Delivery { name: saved.name, verdict, remark, oddity: saved.oddity }
}

fn unreadable(failure: Failure) -> Unreadable {
    let Failure { code, message, hint } = failure;
    Unreadable { code, message, hint }
}
