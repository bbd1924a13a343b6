//! Finding what the chosen rules call a leak.

use super::{Rule, RuleSet};
use crate::named_secret::{self, NamedSecret};
use crate::token::{self, AccessToken, Confidence, Encoding, Mark};

/// A token or secret that was found. Wiped on drop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leak {
    /// An access token.
    Token(AccessToken),
    /// A secret that its name tells.
    Secret(NamedSecret),
}

impl Leak {
    /// The rule that found it.
    pub fn rule(&self) -> Rule {
        match self {
            Self::Token(_) => Rule::AccessToken,
            Self::Secret(secret) => secret.kind().into(),
        }
    }

    /// SHA-256, in lowercase hex: of a token with its padding, of a secret as it is.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Token(token) => token.fingerprint(),
            Self::Secret(secret) => secret.fingerprint(),
        }
    }

    /// All but its ends left out.
    pub fn mask(&self) -> String {
        match self {
            Self::Token(token) => token.mask(),
            Self::Secret(secret) => secret.mask(),
        }
    }

    /// How sure it is.
    pub const fn confidence(&self) -> Confidence {
        match self {
            Self::Token(token) => token.confidence(),
            // A name and a random value prove nothing.
            Self::Secret(_) => Confidence::Medium,
        }
    }
}

/// A leak in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it begins, in bytes from the start of the text.
    pub start: usize,
    /// Where it ends (exclusive).
    pub end: usize,
    /// What was found.
    pub leak: Leak,
    /// How it is written, the outermost encoding first; empty where it stands there plainly.
    pub encoding: Vec<Encoding>,
}

/// Finds leaks. Build it once and share it.
#[derive(Clone, Debug)]
pub struct Detector {
    tokens: token::Detector,
    secrets: Option<named_secret::Detector>,
}

impl Detector {
    /// Prepares the search.
    pub fn new(rules: RuleSet) -> Self {
        let secrets = (rules == RuleSet::All).then(named_secret::Detector::new);
        Self { tokens: token::Detector::new(), secrets }
    }

    /// Whether something in `text` may be a leak, or hold one; where this says no, there is none,
    /// unless [`token::Detector::suspects_start`] says yes.
    pub fn suspects(&self, text: &[u8]) -> bool {
        self.tokens.suspects(text)
            || self.secrets.as_ref().is_some_and(|secrets| secrets.suspects(text))
    }

    /// The byte strings of which one stands in every text that holds a leak, where one leak is all
    /// that has to be seen. `None` where what makes it a leak may stand far away.
    pub fn anchors(&self) -> Option<impl Iterator<Item = &[u8]>> {
        self.secrets.is_none().then(|| self.tokens.anchors())
    }

    /// No shorter text holds a leak, in bytes.
    pub const fn min_len(&self) -> usize {
        if self.secrets.is_none() { token::MIN_LEN } else { named_secret::MIN_LEN }
    }

    /// Every leak in `text`, from left to right.
    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        self.hits_in_part(text, token::Detector::mark(text)).0
    }

    /// Every leak in a part of a text that begins with `mark`, and whether
    /// [`packed`](Self::packed) may find something in it. The part begins at a multiple of four bytes.
    pub fn hits_in_part(&self, part: &[u8], mark: Option<Mark>) -> (Vec<Hit>, bool) {
        let (tokens, has_packed) = self.tokens.hits_in_part(part, mark);
        let mut hits: Vec<Hit> = tokens
            .into_iter()
            .map(|token::Hit { start, end, token, encoding }| Hit {
                start,
                end,
                leak: Leak::Token(token),
                encoding,
            })
            .collect();
        if let Some(secrets) = &self.secrets {
            let secrets = secrets.hits(part).into_iter();
            hits.extend(secrets.map(|named_secret::Hit { start, end, secret, encoding }| Hit {
                start,
                end,
                leak: Leak::Secret(secret),
                encoding,
            }));
            hits.sort_by_key(|hit| (hit.start, hit.end));
        }
        (hits, has_packed)
    }

    /// What begins like base64 of an archive: where in `text`, and decoded.
    pub fn packed(&self, text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        self.tokens.packed(text)
    }
}
