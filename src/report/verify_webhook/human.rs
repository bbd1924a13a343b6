//! The results of `verify-webhook` for people.

use std::fmt::Write as _;

use super::judged::{Delivery, Judged};
use super::verdict::sentence;
use crate::report::gate::for_terminal;
use crate::report::label::Label;
use crate::report::quantity::counted;
use crate::report::role::Role;
use crate::webhook::Notification;
use crate::webhook::saved::Summary;

/// The report of the only delivery.
pub fn report(judged: &Judged, paint: impl Fn(Role, &str) -> String) -> String {
    let Ok(verified) = &judged.verdict else {
        let verdict = paint(Role::Bad, "mismatch");
        let why = for_terminal(&judged.why().unwrap_or_default());
        return format!("{verdict}: {}\n{}", sentence(judged), Label::Why.line(&why, paint));
    };
    let by = if judged.are_secrets_several() {
        format!("the secret of {}", for_terminal(judged.secret_name(verified.secret)))
    } else {
        "this secret".to_owned()
    };
    let mut report = format!("{}: the body was signed with {by}\n", paint(Role::Good, "match"));
    if let Some(notification) = judged.notification() {
        for (label, value) in details(notification) {
            let _ = writeln!(report, "  {} {value}", paint(Role::Dim, &format!("{label:<8}")));
        }
    }
    if let Some(remark) = judged.remark() {
        let _ = writeln!(report, "  {remark}");
    }
    report
}

/// What a notification says about itself, as far as it does.
fn details(notification: &Notification) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let shown = |text: &Option<String>| text.as_deref().map(for_terminal);
    [
        ("topic", shown(&notification.topic)),
        ("id", shown(&notification.id)),
        ("app id", shown(&notification.app_id)),
        ("time", notification.created_at_rfc3339()),
        ("attempt", notification.delivery_attempts.map(|attempts| attempts.to_string())),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
}

/// The line of one delivery among many, and a line for each remark about it.
pub fn line(delivery: &Delivery, paint: impl Fn(Role, &str) -> String) -> String {
    let name = for_terminal(&delivery.name);
    let mut line = match &delivery.verdict {
        Ok(judged) => judged_line(judged, &name, paint),
        Err(unreadable) => {
            let hint =
                unreadable.hint.as_ref().map_or_else(String::new, |hint| format!(" ({hint})"));
            let verdict = paint(Role::Warning, "unreadable");
            format!("{verdict}  {name}: {}", for_terminal(&(unreadable.message.clone() + &hint)))
        }
    };
    for (_, remark) in delivery.remarks() {
        let _ = write!(line, "\n            {}", for_terminal(&remark));
    }
    line + "\n"
}

fn judged_line(judged: &Judged, name: &str, paint: impl Fn(Role, &str) -> String) -> String {
    let Ok(verified) = &judged.verdict else {
        let why = for_terminal(&judged.why().unwrap_or_default());
        return format!("{}  {name}: {why}", paint(Role::Bad, "mismatch  "));
    };
    let mut line = format!("{}  {name}", paint(Role::Good, "match     "));
    if let Some(notification) = judged.notification() {
        for part in [&notification.topic, &notification.id].into_iter().flatten() {
            let _ = write!(line, "  {}", for_terminal(part));
        }
    }
    if judged.are_secrets_several() {
        let name = judged.secret_name(verified.secret);
        let _ = write!(line, "  by {}", for_terminal(name));
    }
    line
}

/// The last lines: how many of each there are.
pub fn summary_lines(summary: &Summary) -> String {
    let mut text = format!(
        "\n{}: {} match, {} do not, {} unreadable",
        counted(summary.deliveries(), "delivery", "deliveries"),
        summary.matching,
        summary.mismatching,
        summary.unreadable
    );
    for (number, one, many) in [
        (summary.duplicates, "duplicate", "duplicates"),
        (summary.repeated_attempts, "repeated attempt", "repeated attempts"),
        (summary.out_of_order, "out of order", "out of order"),
        (summary.ignored, "other left out", "others left out"),
    ] {
        if number > 0 {
            let _ = write!(text, "; {}", counted(number, one, many));
        }
    }
    text + "\n"
}
