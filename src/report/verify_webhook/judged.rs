//! Deliveries with what is known of them, as both formats show it.

use crate::crypto::HexCase;
use crate::webhook::saved::{Oddity, Outcome, Remark};
use crate::webhook::{Details, Framework, Mismatch, Notification, Scheme, Verified};

/// A delivery that has a verdict.
#[derive(Debug)]
pub struct Judged {
    /// Verified, or why not.
    pub verdict: Result<Verified, Mismatch>,
    /// Where the secrets came from that may have made the signature of [`scheme`](Self::scheme), in
    /// their order.
    pub secret_names: Vec<String>,
}

impl Judged {
    /// The signature that the verdict is about.
    pub const fn scheme(&self) -> Scheme {
        match &self.verdict {
            Ok(verified) => verified.scheme,
            Err(mismatch) => mismatch.scheme,
        }
    }

    /// The verdict in one word.
    pub const fn outcome(&self) -> Outcome {
        if self.verdict.is_ok() { Outcome::Match } else { Outcome::Mismatch }
    }

    /// What a verified body says about itself.
    pub const fn notification(&self) -> Option<&Notification> {
        match &self.verdict {
            Ok(Verified { details: Details::Notification(notification), .. }) => Some(notification),
            _ => None,
        }
    }

    /// Why a delivery does not match, in one sentence without a final period; `None` for a match.
    pub fn why(&self) -> Option<String> {
        let mismatch = self.verdict.as_ref().err()?;
        let mut why = mismatch.why();
        let signer = mismatch.diagnosis.as_ref().and_then(|diagnosis| diagnosis.secret);
        if let Some(name) = signer.filter(|_| self.are_secrets_several()) {
            why = format!("{why} (with the secret of {})", self.secret_name(name));
        }
        if mismatch.matching.is_empty() {
            return Some(why);
        }
        let matching: Vec<&str> = mismatch.matching.iter().map(|scheme| scheme.header()).collect();
        let verb = if matching.len() == 1 { "matches" } else { "match" };
        let (matching, scheme) = (matching.join(" and "), mismatch.scheme);
        Some(format!("{matching} {verb}, {scheme} does not, and every signature must match: {why}"))
    }

    /// What else there is to say about a match.
    pub(super) fn remark(&self) -> Option<String> {
        let verified = self.verdict.as_ref().ok()?;
        let about_body = match &verified.details {
            Details::Notification(_) if matches!(verified.case, HexCase::Upper) => Some(
                "the signature's digits are in upper case and Intercom's in lower case: a receiver \
                 that compares texts refuses it",
            ),
            Details::Notification(_) => None,
            Details::NotANotification if verified.length == 0 => Some("the body is empty"),
            Details::NotANotification => Some("the body is not a JSON notification"),
            Details::TooLong => Some("the body is too long to read its details"),
        };
        let not_verified = verified
            .not_verified
            .iter()
            .map(|scheme| format!("{scheme} was not verified: there is no secret for it"));
        let remarks: Vec<String> =
            about_body.map(str::to_owned).into_iter().chain(not_verified).collect();
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }

    pub(super) fn secret_name(&self, place: usize) -> &str {
        self.secret_names.get(place).map_or("", String::as_str)
    }

    pub(super) const fn are_secrets_several(&self) -> bool {
        self.secret_names.len() > 1
    }
}

/// A delivery that has no verdict.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// A stable name for scripts.
    pub code: &'static str,
    /// What failed.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// One delivery of many.
#[derive(Debug)]
pub struct Delivery {
    /// Where it stood: a file's name, or a number.
    pub name: String,
    /// What came out.
    pub verdict: Result<Judged, Unreadable>,
    /// What the deliveries before it say about it.
    pub remark: Option<Remark>,
    /// What is odd about the way it was saved.
    pub oddity: Option<Oddity>,
}

impl Delivery {
    /// The verdict in one word.
    pub const fn outcome(&self) -> Outcome {
        match &self.verdict {
            Ok(judged) => judged.outcome(),
            Err(_) => Outcome::Unreadable,
        }
    }

    /// Codes for scripts, and texts.
    pub(super) fn remarks(&self) -> impl Iterator<Item = (&'static str, String)> {
        let remark = self.remark.as_ref().map(in_words);
        remark.into_iter().chain(self.oddity.map(|oddity| ("oddity", oddity.to_string())))
    }
}

fn in_words(remark: &Remark) -> (&'static str, String) {
    match remark {
        Remark::Duplicate { of } => ("duplicate", format!("duplicate of {of}")),
        Remark::Repeated { attempt, of: Some(of) } => {
            ("repeated-attempt", format!("attempt {attempt} of {of}"))
        }
        Remark::Repeated { attempt, of: None } => {
            ("repeated-attempt", format!("attempt {attempt}; the one before is not here"))
        }
        Remark::OutOfOrder { after } => {
            ("out-of-order", format!("out of order: made before {after}"))
        }
    }
}

/// Code that verifies as it should.
#[derive(Debug)]
pub struct Fix {
    /// For this framework.
    pub framework: Framework,
    /// The code.
    pub code: String,
}

impl Fix {
    /// For deliveries that are signed in this way.
    pub fn new(framework: Framework, scheme: Scheme) -> Self {
        Self { framework, code: framework.example_code(scheme) }
    }
}
