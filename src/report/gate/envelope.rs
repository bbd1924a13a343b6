//! Puts the same envelope around every JSON document and record: schema, version, verdict.

use serde::{Serialize, Serializer};

use crate::rules::redact;

/// The version of the program, as documents state it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The name of the shape of a command's JSON. A change that breaks a reader gets a new number.
pub fn schema(command: &str) -> String {
    format!("intercom-sec.{command}/1")
}

/// What stands around the content of a JSON document, or of a record on a line of its own. The
/// fields of the content follow those of the envelope.
///
/// ```
/// use intercom_sec::report::gate::Envelope;
/// # #[derive(serde::Serialize)]
/// # struct Content { attempts: u32 }
/// let document = Envelope::document("check-token", "live", Content { attempts: 1 });
/// let written = serde_json::to_string(&document).unwrap();
/// assert!(written.starts_with("{\"schema\":\"intercom-sec.check-token/1\",\"version\":\""));
/// assert!(written.ends_with("\",\"verdict\":\"live\",\"attempts\":1}"));
/// ```
#[derive(Debug, Serialize)]
pub struct Envelope<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'static str>,
    #[serde(serialize_with = "write_schema")]
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(flatten)]
    content: T,
}

impl<T> Envelope<T> {
    /// One document: `{"schema", "version", "verdict", …}`. `command` is the subcommand's name.
    pub fn document(command: &'static str, verdict: &'static str, content: T) -> Self {
        Self { verdict: Some(verdict), ..Self::unjudged(command, content) }
    }

    /// One document of a command that judges nothing: `{"schema", "version", …}`.
    pub fn unjudged(command: &'static str, content: T) -> Self {
        Self { version: Some(VERSION), ..Self::bare(command, content) }
    }

    /// One line of a stream: `{"record", "schema", …}`.
    pub fn record(record: &'static str, command: &'static str, content: T) -> Self {
        Self { record: Some(record), ..Self::bare(command, content) }
    }

    /// The first line of a stream: `{"record", "schema", "version", …}`.
    pub fn first(record: &'static str, command: &'static str, content: T) -> Self {
        Self { record: Some(record), ..Self::unjudged(command, content) }
    }

    /// A line of a stream that bears a verdict: `{"record", "schema", "version", "verdict", …}`.
    pub fn last(
        record: &'static str,
        command: &'static str,
        verdict: &'static str,
        content: T,
    ) -> Self {
        Self { record: Some(record), ..Self::document(command, verdict, content) }
    }

    fn bare(command: &'static str, content: T) -> Self {
        Self { record: None, schema: command, version: None, verdict: None, content }
    }
}

fn write_schema<S: Serializer>(command: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&schema(command))
}

/// An error or a reason in JSON: `{"code", "message", "hint"}`. Its texts have passed the gate.
#[derive(Debug, Serialize)]
pub struct Reason {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Reason {
    /// Takes a stable name for scripts, what happened, and what to do next.
    pub fn new(code: &'static str, message: &str, hint: Option<&str>) -> Self {
        Self {
            code,
            message: redact(message).into_owned(),
            hint: hint.map(|hint| redact(hint).into_owned()),
        }
    }
}

/// The document of a command that failed before it had a verdict.
pub fn failure(command: &'static str, error: Reason) -> impl Serialize {
    #[derive(Serialize)]
    struct Content {
        error: Reason,
    }
    Envelope::document(command, "error", Content { error })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn each_kind_of_envelope_has_its_fields_in_one_order() {
        let content = json!({"a": 1});
        let of = |text: &str| text.replace("VERSION", VERSION);
        for (envelope, expected) in [
            (
                Envelope::document("x", "yes", &content),
                r#"{"schema":"intercom-sec.x/1","version":"VERSION","verdict":"yes","a":1}"#,
            ),
            (
                Envelope::unjudged("x", &content),
                r#"{"schema":"intercom-sec.x/1","version":"VERSION","a":1}"#,
            ),
            (
                Envelope::record("one", "x", &content),
                r#"{"record":"one","schema":"intercom-sec.x/1","a":1}"#,
            ),
            (
                Envelope::first("one", "x", &content),
                r#"{"record":"one","schema":"intercom-sec.x/1","version":"VERSION","a":1}"#,
            ),
            (
                Envelope::last("end", "x", "no", &content),
                r#"{"record":"end","schema":"intercom-sec.x/1","version":"VERSION","verdict":"no","a":1}"#,
            ),
        ] {
            assert_eq!(written(&envelope), of(expected));
        }
    }

    #[test]
    fn a_failure_is_a_document_with_the_verdict_error() {
        let failed = failure("jwt", Reason::new("usage", "no TOKEN", Some("give one")));
        let failed: serde_json::Value = serde_json::from_str(&written(&failed)).unwrap();
        assert_eq!(failed["schema"], "intercom-sec.jwt/1");
        assert_eq!(failed["verdict"], "error");
        let error = json!({"code": "usage", "message": "no TOKEN", "hint": "give one"});
        assert_eq!(failed["error"], error);
    }
}
