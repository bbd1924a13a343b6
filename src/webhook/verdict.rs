//! Says what is known of a delivery once its signatures are compared: verified, or why not.

use std::io;

use super::explain::Diagnosis;
use super::notification::Details;
use super::scheme::Scheme;
use super::suspect::Suspect;
use crate::advice::Advice;
use crate::crypto::HexCase;

/// A delivery whose signatures match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The first of its signatures that was verified.
    pub scheme: Scheme,
    /// How the digits of that signature are written. Intercom writes lower case; a receiver that
    /// compares texts refuses upper case.
    pub case: HexCase,
    /// The place of the secret that made it among those of its kind, from 0.
    pub secret: usize,
    /// How long the body is, in bytes.
    pub length: u64,
    /// What the body says about itself.
    pub details: Details,
    /// Signatures that the delivery has too, and whose secret is not known.
    pub not_verified: Vec<Scheme>,
}

/// Why a delivery is not verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A signature is not the body's.
    #[error("{}", .0.sentence())]
    Mismatch(Mismatch),
    /// There is no secret for any of its signatures.
    #[error("there is no secret for {0}")]
    NoSecret(Scheme),
    /// The body is empty, and its signature is not that of an empty body.
    #[error("the payload is empty")]
    EmptyPayload,
    /// The signature matches, and the sender stated a longer body.
    #[error("the body breaks off: {found} of {stated} bytes are there")]
    BreaksOff {
        /// How long the body is by its sender's words.
        stated: u64,
        /// How many bytes there are.
        found: u64,
    },
    /// The body cannot be read to its end.
    #[error("cannot read the body: {0}")]
    Unreadable(#[source] io::Error),
}

impl Advice for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Mismatch(_) => "signature-mismatch",
            Self::NoSecret(_) => "secret-missing",
            Self::EmptyPayload => "payload-empty",
            Self::BreaksOff { .. } => "body-broken",
            Self::Unreadable(_) => "unreadable",
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Mismatch(mismatch) => return Some(mismatch.why()),
            Self::NoSecret(Scheme::FinAgent) => {
                "the Fin Agent API signs with a secret of its own; give that one"
            }
            Self::NoSecret(_) => "give the app's client secret",
            Self::EmptyPayload => {
                "save the raw body before anything else reads it; a body can be read only once in \
                 most frameworks"
            }
            Self::BreaksOff { .. } => {
                "the signature matches the bytes that are there; save the request again, whole, or \
                 correct its Content-Length"
            }
            Self::Unreadable(_) => "check the file and the disk it is on",
        };
        Some(hint.to_owned())
    }
}

/// A delivery with a signature that is not its body's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The first signature that does not match.
    pub scheme: Scheme,
    /// Whether the delivery has other signatures.
    pub is_one_of_several: bool,
    /// The other signatures that do match.
    pub matching: Vec<Scheme>,
    /// The likely cause, where it is seen at once.
    pub suspect: Option<Suspect>,
    /// The cause, where it was looked for.
    pub diagnosis: Option<Diagnosis>,
}

impl Mismatch {
    /// What does not match, as a sentence without a final period.
    pub fn sentence(&self) -> String {
        let which = if self.is_one_of_several { self.scheme.header() } else { "the signature" };
        format!("{which} does not match the body")
    }

    /// Why it does not, as far as that is known, as a sentence without a final period.
    pub fn why(&self) -> String {
        match &self.diagnosis {
            Some(diagnosis) => diagnosis.sentence(),
            None => Suspect::sentence(self.suspect).to_owned(),
        }
    }
}
