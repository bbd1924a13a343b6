//! The results of `sign-webhook`, for people and for scripts.

use serde::Serialize;

use super::gate::{Envelope, for_terminal, readable};
use super::role::Role;
use super::words::Words;
use crate::webhook::Scheme;
use crate::webhook::test_delivery::Reply;

/// The name of the command whose shape this is.
const COMMAND: &str = "sign-webhook";

/// The document of the topics that there are templates for.
pub fn topics_document(topics: impl IntoIterator<Item = &'static str>) -> impl Serialize {
    Envelope::document(COMMAND, "listed", Topics { topics: topics.into_iter().collect() })
}

/// The document of a header that was made.
pub fn header_document(scheme: Scheme, value: &str) -> impl Serialize {
    let content = Header { scheme: scheme.name(), name: scheme.header(), value };
    Envelope::document(COMMAND, "signed", content)
}

/// The document of an endpoint's answer.
pub fn reply_document(scheme: Scheme, reply: &Reply) -> impl Serialize + use<> {
    let content = ReplyRecord {
        scheme: scheme.name(),
        header: scheme.header(),
        http_status: reply.status,
        body: readable(&reply.body),
        body_is_cut: reply.is_cut,
    };
    Envelope::document(COMMAND, verdict(reply), content)
}

/// An endpoint's answer for people.
pub fn reply_report(reply: &Reply, paint: impl Fn(Role, &str) -> String) -> String {
    let role = if reply.is_accepted() { Role::Good } else { Role::Bad };
    let words = reply_words(reply);
    let mut report = format!("{}: {}\n", paint(role, words.verdict), words.sentence);
    if !reply.body.is_empty() {
        let cut = if reply.is_cut { " …" } else { "" };
        report += "  ";
        report += &for_terminal(&readable(&reply.body));
        report += cut;
        report.push('\n');
    }
    report
}

/// The verdict on an endpoint's answer, in a line.
pub fn reply_words(reply: &Reply) -> Words {
    Words::new(verdict(reply), format!("the endpoint answered {}", reply.status))
}

const fn verdict(reply: &Reply) -> &'static str {
    if reply.is_accepted() { "accepted" } else { "refused" }
}

#[derive(Serialize)]
struct Topics {
    topics: Vec<&'static str>,
}

#[derive(Serialize)]
struct Header<'a> {
    scheme: &'static str,
    #[serde(rename = "header")]
    name: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct ReplyRecord {
    scheme: &'static str,
    header: &'static str,
    http_status: u16,
    body: String,
    body_is_cut: bool,
}
